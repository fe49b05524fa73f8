"""Amounts of memory, as people write them."""

import re

UNITS = {unit: 1000**power for power, unit in enumerate(("B", "KB", "MB", "GB", "TB"))}
UNITS |= {unit: 1024**power for power, unit in enumerate(("KIB", "MIB", "GIB", "TIB"), 1)}

_WRITTEN = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*")


def bytes_in(size: int | str) -> int:
    """``"2GB"`` (10^9), ``"1.5GiB"`` (2^30), or a number of bytes. Raises ValueError for anything else."""
    if isinstance(size, int) and not isinstance(size, bool) and size > 0:
        return size
    found = _WRITTEN.fullmatch(size) if isinstance(size, str) else None
    unit = UNITS.get((found[2] or "B").upper()) if found else None
    if found is None or unit is None or not float(found[1]):
        raise ValueError(f"{size!r} is no amount of memory; write a number and MB, GB or GiB, as in '2GB'")
    return int(float(found[1]) * unit)


def size_text(size: float) -> str:
    """``2.1 GB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"

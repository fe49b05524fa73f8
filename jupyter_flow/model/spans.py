"""Spans of time, as people write them."""

import re

UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}  # seconds


def seconds_in(text: str) -> float:
    """Seconds of ``"90"``, ``"90s"``, ``"1.5h"``, ``"200ms"``. Raises ValueError for anything else."""
    found = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)", text.strip())
    if found is None or found.group(2) not in UNITS or not float(found.group(1)):
        raise ValueError(f"{text!r} is no time span; write seconds, or 90s, 10m, 2h")
    return float(found.group(1)) * UNITS[found.group(2)]

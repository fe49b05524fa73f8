"""What environment variables say of a store besides its place, and sizes as people write them."""

import os
import re
from typing import get_args

from ..model.errors import StoreError
from .blobs import Durability

DURABILITY = "JUPYTER_FLOW_DURABILITY"
BUDGET = "JUPYTER_FLOW_BUDGET"
BYTES = {unit: 1000**power for power, unit in enumerate(("B", "KB", "MB", "GB", "TB"))}


def durability() -> Durability:
    """What COMPLETED survives: ``process`` (unset: this), any process's death; ``full``, a power failure too.

    Raises StoreError.
    """
    said = os.environ.get(DURABILITY, "").strip().lower() or "process"
    for known in get_args(Durability):
        if said == known:
            found: Durability = known
            return found
    raise StoreError(f"{DURABILITY} is {' or '.join(get_args(Durability))}, and not {said!r}")


def budget() -> int | None:
    """How many bytes the store should take at most; None where nothing is said. Raises StoreError."""
    said = os.environ.get(BUDGET, "").strip()
    if not said:
        return None
    if (found := parsed_size(said)) is None:
        raise StoreError(f"{BUDGET} is a size like 20GB, and not {said!r}")
    return found


def parsed_size(text: str) -> int | None:
    """``5GB``, as bytes; None for what is no size."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?B)\s*", text.upper())
    return int(float(found[1]) * BYTES[found[2]]) if found else None


def readable(size: float) -> str:
    """Bytes for people."""
    units = iter(BYTES)
    unit = next(units)
    while size >= 1000 and unit != "TB":
        size, unit = size / 1000, next(units)
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"

"""The section about this project on a Dask cluster, beside `client.submit` on one like it."""

from typing import TYPE_CHECKING

from goals import DASK, RAW
from tables import number, table
from workloads import CASES

if TYPE_CHECKING:
    from report import Seen

OVERHEADS = ["single", "fan-out-1000", "chain-100", "layers"]
ROLES = {"kernel": "the kernel", "scheduler": "the scheduler", "workers": "all workers"}
ARRAYS = ["array-chain", "array-fan-out"]
ABOUT = (
    "Two clusters of two workers with one thread each, started alike: a process with scheduler and nannies, one "
    "for each worker, TLS on the loopback address. The same graph is dispatched here, and given to `client.submit` "
    "there, one node at a time; in turn. What `client.submit` makes is in the memory of workers, and gone with them; "
    "what an electron makes is hashed and written to the store. The arrays are random, others each time, and so is the "
    "store: nothing is there already. Memory is by proportional share, at its peak, of all workers together; in "
    "brackets how much more that is than before, held · mapped from files, which the system takes back when it needs "
    "them. Received is what came over the network connections of the process that asks, encrypted."
)


def section(seen: "Seen") -> str:
    """A table, and what it means; nothing if neither was measured."""
    rows = [row for case in OVERHEADS for row in (_time(seen, case), _received(seen, case))]
    for case in ARRAYS:
        rows += [_time(seen, case), *(_memory(seen, case, role) for role in ROLES)]
        rows.append(_received(seen, case))
    known = [row for row in rows if any(row[1:3])]
    if not known:
        return ""
    return "\n\n".join([ABOUT, table(["", "jupyter_flow", "`client.submit`", "ratio"], known)])


def _time(seen: "Seen", case: str) -> list[str]:
    whole = case not in ("fan-out-1000", "chain-100", "layers")
    times = [seen.ms(case, system) if whole else seen.us(case, system) for system in (DASK, RAW)]
    what = f"{CASES[case].title}, {'ms' if whole else 'µs per electron'}"
    return [what, *map(_known, times), _times(seen.ratio(case, DASK, RAW))]


def _received(seen: "Seen", case: str) -> list[str]:
    sizes = [seen.received(case, system) for system in (DASK, RAW)]
    ratio = sizes[0] / sizes[1] if sizes[0] is not None and sizes[1] else None
    return ["… received by the kernel, bytes per electron", *map(_known, sizes), _times(ratio)]


def _memory(seen: "Seen", case: str, role: str) -> list[str]:
    return [f"… memory of {ROLES[role]}, MB", *(_held(seen, case, system, role) for system in (DASK, RAW)), ""]


def _held(seen: "Seen", case: str, system: str, role: str) -> str:
    values = [seen.memory(case, system, f"{role}{what}") for what in (" whole", "", " mapped")]
    if None in values:
        return ""
    whole, held, mapped = (number(value or 0.0) for value in values)
    return f"{whole} (+{held} · +{mapped})"


def _known(value: float | None) -> str:
    return "" if value is None else number(value)


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f} ×"

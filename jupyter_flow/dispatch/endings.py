"""How nodes end that have nothing to report themselves, and what a failed dispatch says."""

import time
from collections.abc import Iterable, Mapping

from ..model.events import CANCELLED, Failure, Record
from ..model.graph import TransportGraph
from ..model.printed import Seen
from ..model.visible import one_line
from .machine import Commands, Machine

UNSEEN = Seen()
MAY_RUN = "; its thread may still run, for a thread cannot be stopped: what it returns is dropped"
MAY_RUN_IN_POOL = "; it may still run, for what runs in a pool cannot be stopped: what it returns is dropped"
MAY_RUN_BESIDE = "; it may still run, for its worker does other things as well: what it returns is dropped"


def may_run(kind: str) -> str:
    """What is said of an electron that is given up, by the kind of its resource."""
    return {"futures": MAY_RUN_IN_POOL, "dask": MAY_RUN_BESIDE}.get(kind, MAY_RUN)


def given_up(failure: Failure | None) -> bool:
    """Whether an electron ended so while what ran it may go on."""
    return failure is not None and (MAY_RUN in failure.message or MAY_RUN_IN_POOL in failure.message)


def since(record: Record, began: int) -> Record:
    """An attempt of a dispatch that began then: its worker's clock may be another one, or have been set back."""
    if record[11] is not None:  # from the cache
        return record
    return Record(*record)._replace(start=began, end=began + max(1, record[4] - record[3]))


def until(record: Record, began: int) -> Record:
    """What a dispatch that began then takes over from an earlier one: its clock may have been ahead."""
    return record if record.end <= began else record._replace(start=min(record.start, began), end=began)


def skipped(machine: Machine, nodes: Iterable[int]) -> list[Record]:
    """Records of nodes that ended without an attempt."""
    now = time.time_ns()
    return [Record(node, 0, machine.state[node], 0, now, 0) for node in nodes]


def cancelled(
    machine: Machine, commands: Commands, begun: Mapping[int, int], seen: Mapping[int, Seen], left: Mapping[int, str]
) -> list[Record]:
    """Records of nodes that somebody cancelled, and of those that are skipped for it.

    left: what is said of those that run where nothing can be stopped.
    """
    now = time.time_ns()
    state, stopped = machine.state, frozenset(commands.stop)
    rows = []
    for node in commands.ended:
        attempt = _last_attempt(machine, node, node in stopped)
        worker, stdout, stderr, shown = seen.get(node, UNSEEN)
        told = "it was cancelled" + left.get(node, "")
        why = Failure("cancelled", "ElectronCancelled", told, "") if state[node] == CANCELLED else None
        start = begun.get(node, 0)
        rows.append(
            Record(node, attempt, state[node], start, max(now, start), worker, None, stdout, stderr, why, shown)
        )
    return rows


def _last_attempt(machine: Machine, node: int, stopped: bool) -> int:
    """The number of the attempt that a cancelled or skipped node ends with; 0 where there was none."""
    attempts = machine.attempts[node]
    if not attempts or machine.state[node] != CANCELLED:
        return 0
    return attempts if stopped else attempts + 1  # it had failed, and waited for the next


def told(graph: TransportGraph, failed: Mapping[int, Failure | None]) -> str | None:
    """A line for each electron that failed, with its reason; None if none did."""
    if not failed:
        return None
    lines = ["The following tasks failed:"]
    for node, failure in sorted(failed.items()):
        why = f"{failure.type}: {failure.message}" if failure else "no reason was recorded"
        lines.append(f"{node}: {one_line(graph.name_of(node))}: {why}")
    return "\n".join(lines)

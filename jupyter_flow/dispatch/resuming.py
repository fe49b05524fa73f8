"""Continuing a dispatch that did not complete: a new one that takes over what stands."""

from ..executor.recalled import Recalled
from ..model.errors import DispatchError
from ..model.status import Status
from ..store.records import RunRow
from .run import Run


def check_resumable(row: RunRow) -> None:
    """Raise DispatchError, which says what to do instead, for a dispatch that has nothing left to run."""
    if row.state is Status.RUNNING:
        raise DispatchError(f"dispatch {row.id} still runs; cancel it first, or wait for its end")
    if row.parent:
        raise DispatchError(f"dispatch {row.id} is a sublattice: resume {row.root}, which it is a part of")
    if row.state is Status.COMPLETED:
        raise DispatchError(
            f"dispatch {row.id} has completed, so nothing is left to run. If values of it were lost since, "
            f"jupyter_flow.redispatch({row.id!r}, reuse_previous_results=True)() computes those"
        )


def told_taken(run: Run | None) -> str:
    """How much of its electrons a repetition had from the start, and what the rest runs on, as a line for people."""
    if run is None:
        return ""
    electrons = run.graph.electrons
    told = [f"{run.taken} of {electrons} electron{'' if electrons == 1 else 's'} taken over"]
    if run.left:
        told.append(f"the rest runs on {', '.join(_executors(run))}")
    return "; ".join([*told, *filter(None, [told_changed(run)])])


def _executors(run: Run) -> list[str]:
    versions = run.graph.versions
    executors = [run.graph.executors[place] for place in sorted({versions[left].executor for left in run.left})]
    called = [(run.names.name_of(executor), str(executor)) for executor in executors]
    return [name if name == told else f"{name}: {told}" for name, told in called]


def told_changed(run: Run | None) -> str:
    """Which names mean other executors in this kernel than they did in the dispatch that a repetition is of."""
    return "; ".join(run.names.changed.values()) if run is not None and isinstance(run.names, Recalled) else ""

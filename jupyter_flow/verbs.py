"""What people call: dispatch, follow, cancel, repeat. Each speaks to the session."""

import itertools
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from .dispatch.listed import Dispatches
from .dispatch.meant import meant
from .dispatch.opened import OpenedStore
from .dispatch.resuming import told_changed
from .dispatch.warning import warn
from .dispatch.watching import watched
from .dispatch.workflows import lattice_of
from .model.electron import Electron
from .model.graph import TransportGraph
from .model.result import Result
from .model.status import Status
from .session import session


class DispatchId(str):
    """The id of a dispatch: a string that knows what it stands for."""

    __slots__ = ()

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the dispatch, and return what its lattice returned. Raises the first failed electron's exception."""
        session().wait(self, timeout)
        outcome = session().result(self)
        outcome.raise_for_status()
        return outcome.result

    def cancel(self, task_ids: int | Sequence[int] | None = None) -> str:
        """Cancel it, or some of its nodes."""
        return cancel(self, task_ids)

    @property
    def status(self) -> Status:
        """Its status now."""
        return session().status(self)

    @property
    def graph(self) -> TransportGraph:
        """Its transport graph."""
        return session().result(self).lattice.transport_graph

    def __await__(self) -> Generator[Any, None, Any]:
        """Wait without blocking the event loop; the value is what `result()` gives."""
        import asyncio

        async def ended() -> Any:
            with watched(self) as line:
                for turn in itertools.count():
                    if session().status(self).final:
                        break
                    await asyncio.sleep(0.02)  # no longer: an interrupt is noticed when that ends
                    if not turn % 10:
                        line.tick()
            return self.result()

        return ended().__await__()


def dispatch(workflow: Any) -> Callable[..., DispatchId]:
    """Make a lattice dispatchable: ``dispatch(workflow)(*args, **kwargs)`` starts it and returns its id at once.

    A plain function that calls electrons is a lattice too. Errors in how the workflow is put together
    are raised by that call (BuildError), before anything runs.
    """
    lattice_of(workflow)

    def dispatched(*args: Any, **kwargs: Any) -> DispatchId:
        return DispatchId(session().submit(workflow, args, kwargs))

    return dispatched


def dispatch_sync(workflow: Any) -> Callable[..., Result]:
    """The same, waiting: ``dispatch_sync(workflow)(*args, **kwargs)`` returns the Result, also of a failure."""
    start = dispatch(workflow)

    def dispatched(*args: Any, **kwargs: Any) -> Result:
        id = start(*args, **kwargs)
        session().wait(id)
        return session().result(id)

    return dispatched


def get_result(
    dispatch_id: str,
    wait: bool = False,
    timeout: float | None = None,
    status_only: bool = False,
    *,
    results_dir: str | os.PathLike[str] | None = None,
    workflow_output: bool = True,
    intermediate_outputs: bool = True,
    sublattice_results: bool = True,
) -> Any:
    """The Result of a dispatch, of this kernel or another; with `wait`, when it has ended.

    timeout: seconds to wait at most; TimeoutError then, and the dispatch goes on. status_only: just
    ``{"id": …, "status": …}``. The last three leave parts of the result out. An id may be cut short, as everywhere.
    Raises UnknownDispatch.
    """
    here = session(results_dir)
    dispatch_id = _whole(dispatch_id)
    if wait:
        here.wait(dispatch_id, timeout)
    if status_only:
        return {"id": str(dispatch_id), "status": str(here.status(dispatch_id))}
    return here.result(dispatch_id, workflow_output, intermediate_outputs, sublattice_results)


def cancel(dispatch_id: str, task_ids: int | Sequence[int] | None = None) -> str:
    """Cancel a dispatch, or (`task_ids`) some of its nodes; what has ended stays as it is. Says what it did."""
    nodes = [task_ids] if isinstance(task_ids, int) else list(task_ids) if task_ids is not None else None
    dispatch_id = _whole(dispatch_id)
    session().cancel(dispatch_id, nodes)
    return (
        f"Dispatch {dispatch_id} cancelled." if nodes is None else f"Cancelled tasks {nodes} in dispatch {dispatch_id}."
    )


def redispatch(
    dispatch_id: str,
    replace_electrons: Mapping[str, Electron] | None = None,
    reuse_previous_results: bool = False,
    *,
    secrets: Mapping[str, Any] | None = None,
) -> Callable[..., DispatchId]:
    """Run a dispatch again: ``redispatch(id)(*new_args, **new_kwargs)``; without arguments, with those it had.

    replace_electrons: electrons to call instead of those of these names, in sublattices too.
    reuse_previous_results: take over the outputs of nodes whose code and inputs are the same and that completed, and
    run only the rest, sublattices included: what had not ended, and what is damaged or lost since.

    A name of an executor means what it names now, and a warning says so where that has changed; one that this kernel
    has not given means the executor as it was. So does the default executor.

    Secrets are written nowhere: of another kernel's dispatch they are asked for by name, and given as `secrets`, or as
    the only arguments (``redispatch(id)(password=…)``; all others are as they were). Raises SecretNeeded, which names
    those that are missing.
    """

    def dispatched(*args: Any, **kwargs: Any) -> DispatchId:
        here, reuse = session(), reuse_previous_results
        again = here.resubmit(_whole(dispatch_id), args, kwargs, replace_electrons, reuse, secrets=secrets or {})
        warn(told_changed(here.run(again)))
        return DispatchId(again)

    return dispatched


def open_store(path: str | os.PathLike[str], trust: bool = False) -> OpenedStore:
    """Look into the store in another folder: a colleague's, a copy, a backup.

    Without `trust` it shows text only, whoever wrote it: names, statuses, what was printed, errors; nothing of it is
    unpickled and nothing written. With `trust`, its `result(id)` loads the values that this user's key has signed, and
    refuses all others. Raises StoreError where there is no store, StoreUntrusted.
    """
    return OpenedStore(os.fspath(path), trust)


def dispatches(limit: int | None = None) -> Dispatches:
    """Every dispatch of the store, newest first: a list, shown as a table.

    A warning names those that cannot be trusted, or were lost.
    """
    return session().dispatches(limit)


def pin(dispatch_id: str, pinned: bool = True) -> None:
    """Have `prune` leave a dispatch alone, with its values; ``pin(id, False)`` lets it go. Raises UnknownDispatch."""
    session().pin(_whole(dispatch_id), pinned)


def _whole(id: str) -> str:
    """An id, which may be cut short as long as only one dispatch begins so. Raises UnknownDispatch."""
    here = session()
    return id if here.run(id) is not None else meant(here.store, id).id

"""What came of a dispatch, as far as it has got. Values are loaded when they are looked at."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from .errors import ElectronCancelled
from .graph import TransportGraph
from .loading import argument
from .node import NodeResult, Place, View, exception_of, time_of
from .status import Status
from .transportable import TransportableObject
from .vault import VAULT
from .visible import one_line

MOST_NODES = 100  # outputs that a printed result lists
LONGEST = 1000  # characters of each


class RecordedLattice:
    """The lattice a result came from: its name, text and graph."""

    def __init__(self, graph: TransportGraph) -> None:
        self.__name__ = self.name = graph.name
        self.__doc__ = graph.doc or None
        self.transport_graph = graph
        self.workflow_function_string = graph.source

    def __repr__(self) -> str:
        return f"<lattice {self.name}>"


class Result:
    """The outcome of a dispatch, as it was when it was asked for."""

    def __init__(self, view: View, output: bool = True, intermediate: bool = True, inside: bool = True) -> None:
        self._view = view
        self._output, self._intermediate, self._inside = output, intermediate, inside
        self.dispatch_id, self.root_dispatch_id = view.id, view.root
        self.status = view.status
        self.error = view.error
        self.results_dir = view.folder
        self.lattice = RecordedLattice(view.graph)

    @property
    def start_time(self) -> datetime | None:
        """When it began, in UTC."""
        return time_of(self._view.started)

    @property
    def end_time(self) -> datetime | None:
        """When it ended, in UTC; None while it runs."""
        return time_of(self._view.ended)

    @property
    def result(self) -> Any:
        """What the lattice returned, loaded now; None unless it COMPLETED."""
        if self.status is not Status.COMPLETED or not self._output:
            return None
        return argument(self._view, *self._view.graph.result)

    @property
    def inputs(self) -> TransportableObject:
        """What the lattice was given: ``{"args": …, "kwargs": …}``."""
        return TransportableObject(load=self._given)

    def _given(self) -> dict[str, Any]:
        args, kwargs = self._view.given()
        return {"args": args, "kwargs": kwargs}

    @property
    def nodes(self) -> list[NodeResult]:
        """Its electrons, in the order of their calls."""
        return [NodeResult(self._view, node) for node in range(self._view.graph.electrons)]

    @property
    def statuses(self) -> list[Status]:
        """The status of every node: of electrons, and of the steps between them (indexing, arithmetic)."""
        return [*map(self._view.state_of, range(len(self._view.graph)))]

    def node(self, node: int) -> NodeResult:
        """One node: an electron, or a step between electrons. Raises IndexError."""
        if not 0 <= node < len(self._view.graph):
            raise IndexError(f"{node}: this dispatch has nodes 0 to {len(self._view.graph) - 1}")
        return NodeResult(self._view, node)

    def get_node_result(self, node_id: int) -> dict[str, Any]:
        """One node as a dict, in Covalent's words."""
        return self.node(node_id).as_dict(self._intermediate, self._inside)

    def get_all_node_results(self) -> list[dict[str, Any]]:
        """All nodes, the steps between electrons included."""
        return [self.get_node_result(node) for node in range(len(self._view.graph))]

    def get_all_node_outputs(self) -> dict[str, TransportableObject]:
        """Outputs by ``name(id)``; nodes that have none are left out."""
        nodes = (self.node(node) for node in range(len(self._view.graph)))
        return {f"{n.name}({n.id})": TransportableObject(load=_loader(n)) for n in nodes if n.has_output}

    def raise_for_status(self) -> None:
        """Raise the first failed electron's own exception, where it survived the journey; nothing if all went well."""
        if self.status in (Status.COMPLETED, Status.RUNNING, Status.NEW_OBJECT):
            return
        failed = next((node for node in self._failures()), None)
        if failed is None or failed.error is None:
            why = f": {self.error}" if self.error else ""
            raise ElectronCancelled(f"dispatch {self.dispatch_id} is {self.status}{why}")
        if failed.error.kind == "raised" and (inner := failed.sublattice_result) is not None:
            inner.raise_for_status()
        call = f"node {failed.id}: {self._view.graph.call_text(failed.id)}"
        raise exception_of(failed.name, failed.error, call)

    def _failures(self) -> Iterator[NodeResult]:
        view = self._view
        for wanted in (Status.FAILED, Status.INTERRUPTED, Status.CANCELLED):
            for node in range(len(view.graph)):
                if view.state_of(node) is wanted:
                    yield NodeResult(view, node)

    def __str__(self) -> str:
        args, kwargs = self._told_inputs()
        return (
            f"\nLattice Result\n==============\nstatus: {self.status}\nresult: {_shown(lambda: self.result)}\n"
            f"input args: {args}\ninput kwargs: {kwargs}\nerror: {self.error}\n\n"
            f"start_time: {self.start_time}\nend_time: {self.end_time}\n\n"
            f"results_dir: {self.results_dir}\ndispatch_id: {self.dispatch_id}\n\n"
            f"Node Outputs\n------------\n{self._outputs()}"
        )

    def _told_inputs(self) -> tuple[str, str]:
        try:
            args, kwargs = self._view.given()
        except Exception as error:  # unpickling runs the code of the values
            return _unreadable(error), ""
        named = [f"{name!r}: {_shown(partial(_itself, value))}" for name, value in kwargs.items()]
        return ", ".join([_shown(partial(_itself, value)) for value in args]), ", ".join(named)

    def _outputs(self) -> str:
        electrons = self._view.graph.electrons
        shown = [NodeResult(self._view, node) for node in range(min(electrons, MOST_NODES))]
        lines = [f"{one_line(n.name)}({n.id}): {_shown(_loader(n)) if n.has_output else n.standing}\n" for n in shown]
        return "".join(lines) + (f"… and {electrons - MOST_NODES} more\n" if electrons > MOST_NODES else "")

    def __repr__(self) -> str:
        value = f", {_shown(lambda: self.result)}" if self.status is Status.COMPLETED else ""
        return f"<Result {self._view.name}: {self.status}{value}>"


def _itself(value: Any) -> Any:
    return value


def _loader(node: NodeResult) -> Any:
    return lambda: node.output


def _shown(look: Callable[[], Any]) -> str:
    """A value as text; printing a result never fails, whatever became of its values."""
    try:
        text = repr(look())
    except Exception as error:  # so does a repr
        text = _unreadable(error)
    text = VAULT.masked(text)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _unreadable(error: Exception) -> str:
    return f"<cannot be shown: {type(error).__name__}: {error}>"


__all__ = ["NodeResult", "Place", "RecordedLattice", "Result", "View"]

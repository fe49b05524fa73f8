"""Lattices: workflow functions."""

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, overload

from .absent import no_part
from .binding import Binder
from .electron import Electron
from .errors import BuildError
from .forgotten import Explained
from .graph import TransportGraph
from .hooks import hooks
from .options import Options
from .pickles import sendable
from .sources import source_of
from .tracing import ACTIVE, trace
from .versions import Surroundings


class Lattice:
    """A workflow function. Called, it runs as plain Python; dispatched, it is traced into a graph."""

    builds_graph = True  # as an electron's function, it makes that electron a sublattice
    replaced: Mapping[str, Electron] = {}  # by name: what a sublattice calls instead

    def __init__(
        self, function: Callable[..., Any], options: Options = Options(), workflow_executor: Any = None
    ) -> None:
        if not callable(function):
            raise BuildError(f"a lattice is made of a function, not of {type(function).__name__}")
        functools.update_wrapper(self, function, updated=())
        self.workflow_function: Callable[..., Any] = function
        self.options = options
        self.workflow_executor = workflow_executor  # checked when it is dispatched; nothing is left for it to run
        self.name: str = getattr(function, "__name__", type(function).__name__)
        self.transport_graph: TransportGraph | None = None

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        tracer = ACTIVE.get()
        if tracer is None or not tracer.open:
            return self.workflow_function(*args, **kwargs)
        if self.replaced:  # it is all that this tracer traces
            tracer.replaced = {**tracer.replaced, **self.replaced}
        with tracer.under(self.options), Explained(self.workflow_function):
            return self.workflow_function(*args, **kwargs)

    def __get__(self, owner: object, kind: type | None = None) -> "Lattice":
        if owner is None or not hasattr(self.workflow_function, "__get__"):
            return self
        return Lattice(self.workflow_function.__get__(owner, kind), self.options)

    def build_graph(self, /, *args: Any, **kwargs: Any) -> TransportGraph:
        """Trace without running anything; kept as `transport_graph`, and returned."""
        self.transport_graph = self.trace(args, kwargs)
        return self.transport_graph

    def trace(
        self,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        outside: Surroundings | None = None,
        replaced: dict[str, Electron] | None = None,
    ) -> TransportGraph:
        """The graph for these arguments, calling `replaced` electrons instead of those of their names."""
        Binder(self.workflow_function).check(self.name, args, kwargs, "lattice")
        graph = trace(self.name, self, args, kwargs, outside, replaced=replaced)
        graph.source, graph.doc = self.workflow_function_string, self.__doc__ or ""
        return graph

    def with_executor(self, executor: Any) -> "Lattice":
        """The same lattice with another default executor."""
        changed = Lattice(self.workflow_function, Options(executor).under(self.options), self.workflow_executor)
        changed.name = self.name
        return changed

    def replacing(self, electrons: Mapping[str, Electron]) -> "Lattice":
        """The same lattice calling these electrons instead of those of their names."""
        changed = self.with_executor(None)
        changed.replaced = {**self.replaced, **electrons}
        return changed

    @property
    def workflow_function_string(self) -> str:
        """The text of the workflow function."""
        return source_of(self.workflow_function)

    @property
    def electron_object(self) -> Any:
        """The electron under a lattice of one task, for its executor."""
        return self.workflow_function

    def __reduce__(self) -> Any:
        function = sendable(self.workflow_function)
        state = {"workflow_function": function, "options": self.options, "name": self.name}
        return _unpickled, (), {**state, "replaced": self.replaced} if self.replaced else state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, transport_graph=None, workflow_executor=None)
        functools.update_wrapper(self, self.workflow_function, updated=())

    def __repr__(self) -> str:
        return f"<lattice {self.name}>"

    if not TYPE_CHECKING:  # to type checkers what is not there is an error

        def __getattr__(self, name: str) -> Any:
            raise no_part(name)


def _unpickled() -> Lattice:
    return Lattice.__new__(Lattice)


@overload
def lattice(function: Callable[..., Any], /) -> Lattice: ...


@overload
def lattice(
    function: None = None, /, *, executor: Any = None, workflow_executor: Any = None, retries: int | None = None,
    timeout: float | None = None, cores: int | None = None, cache: bool | None = None, memory: int | str | None = None,
    gpus: int | None = None, deps_bash: Any = None, deps_pip: Any = None,
    deps_module: Any = None, call_before: Any = None, call_after: Any = None,
) -> Callable[[Callable[..., Any]], Lattice]: ...  # fmt: skip


def lattice(
    function: Callable[..., Any] | None = None,
    /,
    *,
    executor: Any = None,
    workflow_executor: Any = None,
    retries: int | None = None,
    timeout: float | None = None,
    cores: int | None = None,
    cache: bool | None = None,
    memory: int | str | None = None,
    gpus: int | None = None,
    deps_bash: Any = None,
    deps_pip: Any = None,
    deps_module: Any = None,
    call_before: Any = None,
    call_after: Any = None,
) -> Any:
    """Make a function a workflow: its body is run once to see which electrons it calls on what.

    The options are the defaults of its electrons (`cache` too: each of them is cached, the lattice is not).
    `workflow_executor` is accepted for Covalent's scripts and must name an executor. The steps between
    electrons (indexing, arithmetic) run beside them here, so nothing is left for it to run.
    """
    before, after = hooks(deps_bash, deps_pip, deps_module, call_before, call_after)
    options = Options(executor, retries, timeout, cores, before, after, cache, memory, gpus)
    if function is None:
        return lambda decorated: Lattice(decorated, options, workflow_executor)
    return Lattice(function, options, workflow_executor)


def wait(child: Any, parents: Any) -> Any:
    """Start `child` only after `parents` have ended; returns `child`. Outside a lattice it does nothing else.

    Both are outputs, or anything outputs can be found in. Raises BuildError where `child` holds none, or
    where an electron stands that nobody called: the order would be lost without a word.
    """
    tracer = ACTIVE.get()
    if tracer is not None and tracer.open:
        tracer.wait(child, parents)
    return child


def when(condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any] | None = None) -> Any:
    """Branch on a value known only at run time: only the chosen branch runs.

    A branch is an electron or a lattice that needs no arguments, or a plain value.
    """
    return Electron(_Branch(then, otherwise), Options(), "when")(condition)


class _Branch:
    builds_graph = True

    def __init__(self, then: Callable[[], Any], otherwise: Callable[[], Any] | None) -> None:
        self.then, self.otherwise = then, otherwise

    def __call__(self, condition: Any) -> Any:
        chosen = self.then if condition else self.otherwise
        return chosen() if callable(chosen) else chosen

    def replacing(self, electrons: Mapping[str, Electron]) -> "_Branch":
        return _Branch(_replacing(self.then, electrons), _replacing(self.otherwise, electrons))


def _replacing(branch: Any, electrons: Mapping[str, Electron]) -> Any:
    if isinstance(branch, Electron | Lattice):
        return branch.replacing(electrons)
    return Lattice(branch).replacing(electrons) if callable(branch) else branch

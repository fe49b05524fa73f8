"""Building a graph: run the lattice's body with electrons that note their calls instead of running."""

import gc
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from .binding import Binder, label_of
from .errors import BuildError, StoreError
from .events import Value
from .graph import ATOM, LITERAL, MIXED, OUTPUT, OUTPUTS, PLAIN, TransportGraph, Version
from .literal import ATOMS, TEXTS, Literal, capture, is_atom, special
from .options import Options
from .output import Output, itself, node_of
from .pickles import pack
from .settling import place_glue, settle
from .versions import Near, Surroundings, Versions

if TYPE_CHECKING:
    from .electron import Electron

NOTHING = Options()
ONLY_OUTPUTS = {Output}
ACTIVE: "ContextVar[Tracer | None]" = ContextVar("jupyter_flow_tracer", default=None)


class Tracer:
    """Collects the calls of one lattice body."""

    def __init__(self, name: str, surroundings: Surroundings | None = None) -> None:
        self.open = True
        self.graph = TransportGraph(name)
        self.defaults = [NOTHING]
        self.replaced: Mapping[str, Electron] = {}  # by name: what to call instead
        self._keep = surroundings.keep if surroundings else None
        self._instead: dict[tuple[int, int], Electron] = {}  # by the ids of what is replaced and its options
        self._versions = Versions(self.graph, surroundings)
        self._near: dict[int, Near] = {}  # by the electron's id, under the defaults that hold now
        self._glue_versions: dict[tuple[str, Callable[..., Any]], int] = {}
        self._glue_code: dict[Callable[..., Any], Value] = {}
        self._glue = TransportGraph("glue")  # numbered ~0, ~1, … until the electrons are counted

    # calls ----------------------------------------------------------------------------------

    def electron(self, electron: "Electron", args: tuple[Any, ...], kwargs: dict[str, Any]) -> Output:
        """Note the call of an electron; its output stands for the value."""
        near = self._near.get(id(electron))
        if near is None or near[3] is not electron.options:
            near = self._meet(electron)
        called, binder, version, _ = near
        if version < 0:
            version = self._versions.now(electron, called, binder, self.defaults[-1])
        if kwargs or len(args) not in binder.fitting:
            binder.check(called.name, args, kwargs)
        if binder.defaults:
            kwargs = binder.completed(args, kwargs)
        kind, call = self._call(called.name, binder, args, kwargs)
        graph = self.graph
        node = len(graph.calls)
        graph.version.append(version)
        graph.kinds.append(kind)
        graph.calls.append(call)
        return Output(self, node, called.name)

    def _meet(self, electron: "Electron") -> Near:
        called = self._replacing(electron) if self.replaced else electron
        near = self._near[id(electron)] = self._versions.meet(electron, called, self.defaults[-1])
        return near

    def _replacing(self, electron: "Electron") -> "Electron":
        key = id(electron), id(electron.options)
        if key not in self._instead:  # one for all calls, which are of one version then
            self._instead[key] = electron.replacing(self.replaced)
        return self._instead[key]

    def glue(self, name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Output:
        """Note a computation on outputs."""
        kind, call = self._call(name, None, args, kwargs)  # first: an output that leaked out is refused here
        key = (name, function)
        version = self._glue_versions.get(key)
        if version is None:
            version = self._glue_versions[key] = len(self.graph.versions)
            code = self._glue_code.get(function) or self._glue_code.setdefault(function, pack(((), (), function)))
            self.graph.versions.append(Version(name, "glue", code, (), "", NOTHING, -1, function=function))
        self._glue.version.append(version)
        self._glue.kinds.append(kind)
        self._glue.calls.append(call)
        return Output(self, ~(len(self._glue.calls) - 1), name)

    def held(self, label: str, value: Any) -> Any:
        """An argument of several calls, captured once."""
        return value if is_atom(value, label) else self._literal(value, f"argument {label!r}", label, opens=False)

    def wait(self, child: Any, parents: Any) -> None:
        """Order nodes without data between them."""
        children, earlier = self._nodes_in(child), self._nodes_in(parents)
        if not children:
            raise BuildError(f"wait(child=…) needs the output of an electron, and got {type(child).__name__}")
        self.graph.waits += [(parent, child) for child in children for parent in earlier]

    def _nodes_in(self, value: Any) -> Sequence[int]:
        if type(value) is Output:
            return (node_of(value, self),)
        if callable(value):
            raise BuildError(f"wait() was given {value!r}, not an output of it: call it first")
        if isinstance(value, list | tuple | set | frozenset):
            return [node for item in value for node in self._nodes_in(item)]
        tag, literal = self._item(value, "what wait() was given")
        return literal.refs if tag == LITERAL else ()

    @contextmanager
    def under(self, defaults: Options) -> Iterator[None]:
        """Electrons called meanwhile take these defaults (a lattice inside a lattice)."""
        self.defaults.append(defaults.under(self.defaults[-1]))
        near, self._near = self._near, {}
        try:
            yield
        finally:
            self._near = near
            self.defaults.pop()

    # arguments ------------------------------------------------------------------------------

    def _call(
        self, name: str, binder: Binder | None, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[int, Any]:
        if not kwargs:
            if len(args) == 1 and type(args[0]) is Output:  # most calls, and less than half the work
                return OUTPUTS, (node_of(args[0], self),)
            kinds = set(map(type, args))
            if kinds == ONLY_OUTPUTS:
                return OUTPUTS, tuple([node_of(value, self) for value in args])
            plain = kinds <= ATOMS and not (binder is not None and binder.promising)
            if plain and (kinds.isdisjoint(TEXTS) or not any(map(special, args))):
                return PLAIN, args
        return MIXED, self._mixed(name, binder, args, kwargs)

    def _mixed(
        self, name: str, binder: Binder | None, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[bytes, tuple[Any, ...], tuple[str, ...]]:
        tags, items = bytearray(), list[Any]()
        opens = binder is None or binder.opens
        for value in (*args, *kwargs.values()):
            if type(value) is Output:
                tags.append(OUTPUT)
                items.append(node_of(value, self))
                continue
            label = label_of(binder, len(items), len(args), kwargs)
            if is_atom(value, label):
                tags.append(ATOM)
                items.append(value)
            else:
                tags.append(LITERAL)
                items.append(self._literal(value, f"argument {label!r} of electron {name!r}", label, opens))
        return bytes(tags), tuple(items), tuple(kwargs)

    def _item(self, value: Any, where: str) -> tuple[int, Any]:
        if type(value) is Output:
            return OUTPUT, node_of(value, self)
        if is_atom(value, ""):
            return ATOM, value
        return LITERAL, self._literal(value, where)

    def _literal(self, value: Any, where: str, label: str = "", opens: bool = True) -> Literal:
        try:
            if isinstance(value, Literal):  # captured already
                return value
            return capture(value, self._keep, self, label, opens)
        except (BuildError, StoreError):
            raise
        except Exception as error:  # pickling runs code of the value
            raise BuildError(
                f"{where} cannot be pickled, so no worker could receive it: "
                f"{type(value).__name__} ({error}); make it inside the electron instead"
            ) from error

    # the end --------------------------------------------------------------------------------

    def finish(self, returned: Any, gather: bool = False) -> TransportGraph:
        """The graph, given what the body returned. With `gather`, the result is one node's output or a literal."""
        graph = self.graph
        tag, item = self._item(returned, f"what lattice {graph.name!r} returns")
        if gather and tag == LITERAL and item.refs:
            tag, item = OUTPUT, node_of(self.glue(":gather", itself, (returned,), {}))
        self.open = False
        graph.electrons = len(graph.calls)
        graph.result = (tag, item)
        settle(graph, self._glue)
        place_glue(graph)
        graph.check_order()
        return graph


def trace(
    name: str,
    body: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    surroundings: Surroundings | None = None,
    defaults: Options = NOTHING,
    gather: bool = False,
    replaced: "Mapping[str, Electron] | None" = None,
) -> TransportGraph:
    """Build the graph of a lattice body called with these arguments.

    What the body raises comes through unchanged. `gather` asks for a result that is one node's output or
    a literal (a sublattice's, which somebody waits for), else outputs are put together when it is read.
    """
    tracer = Tracer(name, surroundings)
    tracer.replaced = replaced or {}
    before, collecting = ACTIVE.get(), gc.isenabled()
    gc.disable()  # a graph is many small objects and no garbage: to look for some takes as long as to build it
    try:
        ACTIVE.set(tracer)
        with tracer.under(defaults):
            returned = body(*args, **kwargs)
            if inspect.iscoroutine(returned) or inspect.isgenerator(returned):
                returned.close()
                raise BuildError(f"lattice {name!r} must be a plain function: no `async def`, no `yield`")
            return tracer.finish(returned, gather)
    finally:
        tracer.open = False
        ACTIVE.set(before)  # not a token's reset: an interrupt could come between the token and its keeping
        if collecting:
            gc.enable()

"""Building a graph: run the lattice's body with electrons that note their calls instead of running."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from .binding import Binder
from .errors import BuildError
from .events import BlobRef
from .graph import ATOM, LITERAL, MIXED, OUTPUT, OUTPUTS, PLAIN, TransportGraph, Version
from .literal import ATOMS, Literal, capture
from .options import Options
from .output import Output, node_of
from .pickles import pack
from .sources import source_of, written_in

if TYPE_CHECKING:
    from .electron import Electron

NOTHING = Options()
TEXTS = frozenset({str, bytes})
ACTIVE: "ContextVar[Tracer | None]" = ContextVar("jupyter_flow_tracer", default=None)


class Surroundings(Protocol):
    """What building needs from outside: where large values go, what executors and code are called."""

    def keep(self, meta: bytes, buffers: Sequence[memoryview]) -> BlobRef:
        """Store a large literal."""

    def executor(self, named: Any) -> Any:
        """The executor a person named, by object, kind or name; raises BuildError."""

    def fingerprint(self, function: Callable[..., Any]) -> bytes:
        """A digest of a function's code and of what it reaches."""


class Tracer:
    """Collects the calls of one lattice body."""

    def __init__(self, name: str, surroundings: "Surroundings | None" = None) -> None:
        self.open = True
        self.graph = TransportGraph(name)
        self.outside = surroundings
        self.defaults = [NOTHING]
        self.replaced: Mapping[str, Any] = {}  # by name: what to call instead
        self._keep = surroundings.keep if surroundings else None
        self._versions: dict[Any, int] = {}
        self._executors: dict[Any, int] = {}
        self._binders: dict[int, Binder] = {}
        self._alive: list[Any] = []  # what is known by id() must not be freed meanwhile
        self._glue = TransportGraph("glue")  # numbered ~0, ~1, … until the electrons are counted

    # calls ----------------------------------------------------------------------------------

    def electron(self, electron: "Electron", args: tuple[Any, ...], kwargs: dict[str, Any]) -> Output:
        """Note the call of an electron; its output stands for the value."""
        electron = self.replaced.get(electron.name, electron)
        binder = self._binder(electron.function)
        binder.check(electron.name, args, kwargs)
        if binder.defaults:
            kwargs = binder.completed(args, kwargs)
        version = self._version(electron, binder)
        kind, call = self._call(electron.name, binder, args, kwargs)
        graph = self.graph
        graph.version.append(version)
        graph.kinds.append(kind)
        graph.calls.append(call)
        return Output(self, len(graph.calls) - 1, electron.name)

    def glue(self, name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Output:
        """Note a computation on outputs."""
        key = (name, function)
        version = self._versions.get(key)
        if version is None:
            version = self._versions[key] = len(self.graph.versions)
            code = pack(((), (), function))
            self.graph.versions.append(Version(name, "glue", code, (), "", Options(), -1, function=function))
        kind, call = self._call(name, None, args, kwargs)
        self._glue.version.append(version)
        self._glue.kinds.append(kind)
        self._glue.calls.append(call)
        return Output(self, ~(len(self._glue.calls) - 1), name)

    def wait(self, child: Output, parent: Output) -> None:
        """Order two nodes without data between them."""
        self.graph.waits.append((node_of(parent, self), node_of(child, self)))

    @contextmanager
    def under(self, defaults: Options) -> Iterator[None]:
        """Electrons called meanwhile take these defaults (a lattice inside a lattice)."""
        self.defaults.append(defaults.under(self.defaults[-1]))
        try:
            yield
        finally:
            self.defaults.pop()

    # arguments ------------------------------------------------------------------------------

    def _call(
        self, name: str, binder: Binder | None, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[int, Any]:
        if not kwargs:
            kinds = {type(value) for value in args}
            if kinds <= ATOMS and not (kinds & TEXTS and any(_long(value) for value in args)):
                return PLAIN, args
            if kinds == {Output}:
                return OUTPUTS, tuple([node_of(value, self) for value in args])
        tags, items = bytearray(), []
        labels = [binder.label(i) if binder else f"operand {i}" for i in range(len(args))] + list(kwargs)
        for label, value in zip(labels, (*args, *kwargs.values()), strict=True):
            tag, item = self._item(name, label, value)
            tags.append(tag)
            items.append(item)
        return MIXED, (bytes(tags), tuple(items), tuple(kwargs))

    def _item(self, name: str, label: str, value: Any) -> tuple[int, Any]:
        if type(value) is Output:
            return OUTPUT, node_of(value, self)
        if type(value) in ATOMS and not _long(value):
            return ATOM, value
        try:
            return LITERAL, capture(value, self._keep)
        except BuildError:
            raise
        except Exception as error:
            raise BuildError(
                f"argument {label!r} of electron {name!r} cannot be pickled, so no worker could receive it: "
                f"{type(value).__name__} ({error}); make it inside the electron instead"
            ) from error

    # electrons ------------------------------------------------------------------------------

    def _binder(self, function: Callable[..., Any]) -> Binder:
        binder = self._binders.get(id(function))
        if binder is None:
            binder = self._binders[id(function)] = Binder(function)
            self._alive.append(function)
        return binder

    def _version(self, electron: "Electron", binder: Binder) -> int:
        defaults = self.defaults[-1]
        near = (id(electron), id(defaults))
        index = self._versions.get(near)
        if index is None:
            self._alive += (electron, defaults)
            index = self._versions[near] = self._same_version(electron, electron.options.under(defaults), binder)
        return index

    def _same_version(self, electron: "Electron", options: Options, binder: Binder) -> int:
        """Ten thousand electrons made of one function and equal options are one version."""
        executor = self._executor(options.executor)
        asked = (options.retries, options.timeout, options.cores, options.before, options.after)
        key = (id(electron.function), electron.name, executor, asked)
        if key not in self._versions:
            self._versions[key] = len(self.graph.versions)
            self.graph.versions.append(self._new_version(electron, options, executor, binder))
        return self._versions[key]

    def _new_version(self, electron: "Electron", options: Options, executor: int, binder: Binder) -> Version:
        function = electron.function
        try:
            code = pack((options.before, options.after, function), self._keep)
        except BuildError as error:
            raise BuildError(f"electron {electron.name!r} cannot be sent to a worker: {error}") from error
        except Exception as error:
            raise BuildError(
                f"electron {electron.name!r} cannot be pickled, so no worker could receive it ({error}); "
                "it uses something that exists only in this process: make it inside the electron, or pass it as an argument"
            ) from error
        bare = Options(retries=options.retries, timeout=options.timeout, cores=options.cores)
        file, text = written_in(function)
        if text:
            self.graph.sources[file] = text
        return Version(
            electron.name, electron.kind, code, binder.names, binder.variadic, bare, executor, source_of(function),
            file, self.outside.fingerprint(function) if self.outside else b"", function,
        )  # fmt: skip

    def _executor(self, named: Any) -> int:
        if named is None:
            return -1
        try:
            index = self._executors.get(id(named))
        except TypeError:
            index = None
        if index is None:
            executor = self.outside.executor(named) if self.outside else named
            key = executor.key() if hasattr(executor, "key") else executor
            index = self._executors.setdefault(("key", key), len(self.graph.executors))
            if index == len(self.graph.executors):
                self.graph.executors.append(executor.snapshot() if hasattr(executor, "snapshot") else executor)
            self._executors[id(named)] = index
            self._alive.append(named)
        return index

    # the end --------------------------------------------------------------------------------

    def finish(self, returned: Any, gather: bool = False) -> TransportGraph:
        """The graph, given what the body returned. With `gather`, the result is one node's output or a literal."""
        graph = self.graph
        tag, item = self._item(graph.name, "result", returned)
        if gather and tag == LITERAL and item.refs:
            tag, item = OUTPUT, node_of(self.glue(":gather", _itself, (returned,), {}))
        self.open = False
        graph.electrons = len(graph.calls)
        _settle(graph, self._glue)
        graph.result = (tag, _settled(tag, item, graph.electrons))
        _place_glue(graph)
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
    token = ACTIVE.set(tracer)
    try:
        with tracer.under(defaults):
            return tracer.finish(body(*args, **kwargs), gather)
    finally:
        tracer.open = False
        ACTIVE.reset(token)


def _long(value: Any) -> bool:
    return type(value) in TEXTS and len(value) > 1024


def _itself(value: Any) -> Any:
    return value


def _settle(graph: TransportGraph, glue: TransportGraph) -> None:
    """Give the glue its numbers, after the electrons."""
    electrons = graph.electrons
    if not glue.calls:
        return
    graph.version.extend(glue.version)
    graph.kinds.extend(glue.kinds)
    graph.calls += glue.calls
    for node, call in enumerate(graph.calls):
        if graph.kinds[node] == OUTPUTS:
            if min(call) < 0:
                graph.calls[node] = tuple([_number(ref, electrons) for ref in call])
        elif graph.kinds[node] == MIXED:
            tags, items, names = call
            graph.calls[node] = (tags, tuple(map(_settled, tags, items, [electrons] * len(items))), names)
    graph.waits = [(_number(parent, electrons), _number(child, electrons)) for parent, child in graph.waits]


def _number(ref: int, electrons: int) -> int:
    return ref if ref >= 0 else electrons + ~ref


def _settled(tag: int, item: Any, electrons: int) -> Any:
    if tag == OUTPUT:
        return _number(item, electrons)
    if tag == LITERAL and item.refs:
        return Literal(item.data, tuple([_number(ref, electrons) for ref in item.refs]), item.live)
    return item


def _place_glue(graph: TransportGraph) -> None:
    """Glue runs where its producer ran; between several executors, the first producer's."""
    place = [graph.versions[version].executor for version in graph.version]
    used = set(place[: graph.electrons])
    if len(used) <= 1:
        for version in graph.versions:
            version.executor = version.executor if version.kind != "glue" else next(iter(used), -1)
        return
    copies: dict[tuple[int, int], int] = {}
    for node in range(graph.electrons, len(graph)):
        place[node] = next(place[producer] for producer in graph.producers(node))
        key = (graph.version[node], place[node])
        if key not in copies:
            copies[key] = len(graph.versions)
            graph.versions.append(replace(graph.versions[graph.version[node]], executor=place[node]))
        graph.version[node] = copies[key]

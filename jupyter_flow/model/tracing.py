"""Building a graph: run the lattice's body with electrons that note their calls instead of running."""

import functools
import gc
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from .binding import Binder, enclosed, label_of
from .errors import BuildError, StoreError
from .events import BlobRef, Value
from .graph import ATOM, LITERAL, MIXED, OUTPUT, OUTPUTS, PLAIN, TransportGraph, Version
from .literal import ATOMS, TEXTS, Literal, capture, is_atom, special
from .options import Options
from .output import Output, itself, node_of
from .pickles import pack, sendable
from .secret import discover
from .settling import place_glue, settle
from .snapshot import snapshot
from .sources import source_of, written_in

if TYPE_CHECKING:
    from .electron import Electron

NOTHING = Options()
ONLY_OUTPUTS = {Output}
ACTIVE: "ContextVar[Tracer | None]" = ContextVar("jupyter_flow_tracer", default=None)


class Surroundings(Protocol):
    """What building needs from outside: where large values go, what executors and code are called."""

    def keep(self, meta: bytes, buffers: Sequence[memoryview]) -> BlobRef:
        """Store a large literal."""

    def executor(self, named: Any) -> Any:
        """The executor a person named, by object, kind or name; raises BuildError."""

    def fingerprint(self, function: Callable[..., Any]) -> bytes:
        """A digest of a function's code and of what it reaches."""

    @property
    def shares_process(self) -> bool:
        """Whether electrons may run in threads of this very process."""


class Tracer:
    """Collects the calls of one lattice body."""

    def __init__(self, name: str, surroundings: "Surroundings | None" = None) -> None:
        self.open = True
        self.graph = TransportGraph(name)
        self.outside = surroundings
        self.defaults = [NOTHING]
        self.replaced: Mapping[str, Any] = {}  # by name: what to call instead
        self._keep = surroundings.keep if surroundings else None
        self._near: dict[tuple[int, int, int], tuple[Electron, Binder, int]] = {}
        self._versions: dict[Any, int] = {}
        self._instead: dict[int, Electron] = {}  # by the id of what is replaced
        self._glue_code: dict[Any, Value] = {}
        self._executors: dict[Any, int] = {}
        self._binders: dict[int, Binder] = {}
        self._alive: list[Any] = []  # what is known by id() must not be freed meanwhile
        self._glue = TransportGraph("glue")  # numbered ~0, ~1, … until the electrons are counted

    # calls ----------------------------------------------------------------------------------

    def electron(self, electron: "Electron", args: tuple[Any, ...], kwargs: dict[str, Any]) -> Output:
        """Note the call of an electron; its output stands for the value."""
        near = (id(electron), id(electron.options), id(self.defaults[-1]))
        called, binder, version = self._near.get(near) or self._meet(electron, near)
        if version < 0:
            version = self._now(called, binder, near)
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

    def glue(self, name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Output:
        """Note a computation on outputs."""
        kind, call = self._call(name, None, args, kwargs)  # first: an output that leaked out is refused here
        key = (name, function)
        version = self._versions.get(key)
        if version is None:
            version = self._versions[key] = len(self.graph.versions)
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
        try:
            yield
        finally:
            self.defaults.pop()

    # arguments ------------------------------------------------------------------------------

    def _call(
        self, name: str, binder: Binder | None, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[int, Any]:
        if not kwargs:
            kinds = set(map(type, args))
            if kinds == ONLY_OUTPUTS:
                return OUTPUTS, tuple([node_of(value, self) for value in args])
            plain = kinds <= ATOMS and not (binder is not None and binder.promising)
            if plain and (kinds.isdisjoint(TEXTS) or not any(map(special, args))):
                return PLAIN, args
        tags, items = bytearray(), list[Any]()
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
                items.append(
                    self._literal(
                        value, f"argument {label!r} of electron {name!r}", label, binder is None or binder.opens
                    )
                )
        return MIXED, (bytes(tags), tuple(items), tuple(kwargs))

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
        except Exception as error:
            raise BuildError(
                f"{where} cannot be pickled, so no worker could receive it: "
                f"{type(value).__name__} ({error}); make it inside the electron instead"
            ) from error

    # electrons ------------------------------------------------------------------------------

    def _binder(self, function: Callable[..., Any]) -> Binder:
        binder = self._binders.get(id(function))
        if binder is None:
            binder = self._binders[id(function)] = Binder(function)
            self._alive.append(function)
        return binder

    def _meet(self, electron: "Electron", near: tuple[int, int, int]) -> "tuple[Electron, Binder, int]":
        called, defaults = electron, self.defaults[-1]
        if self.replaced:
            called = self._instead.get(id(electron)) or self._instead.setdefault(
                id(electron), electron.replacing(self.replaced)
            )
        binder = self._binder(called.function)
        version = -1 if enclosed(called.function) else self._same_version(called, binder, ())
        self._alive += (electron, electron.options, defaults)
        self._near[near] = called, binder, version
        return called, binder, version

    def _now(self, electron: "Electron", binder: Binder, near: tuple[int, int, int]) -> int:
        """The version of a function with a closure: the body may have changed what it holds since the last call."""
        held = enclosed(electron.function)
        key = (near, *map(id, held))
        if key not in self._versions:
            self._versions[key] = self._same_version(electron, binder, held)
        return self._versions[key]

    def _same_version(self, electron: "Electron", binder: Binder, held: Sequence[Any]) -> int:
        """Ten thousand electrons made of one function and equal options are one version."""
        options = electron.options.under(self.defaults[-1])
        executor = self._executor(options.executor)
        asked = options.asked
        key = (id(electron.function), electron.name, executor, asked, *map(id, held))
        if key not in self._versions:
            self.graph.versions.append(self._new_version(electron, options, executor, binder))
            self._versions[key] = len(self.graph.versions) - 1
            self._alive += held
        return self._versions[key]

    def _new_version(self, electron: "Electron", options: Options, executor: int, binder: Binder) -> Version:
        function, refusal = electron.function, ""
        hooks = options.before, options.after
        try:
            discover((*hooks, function))
            code = pack((*hooks, sendable(function)), self._keep)
        except BuildError as error:
            raise BuildError(f"electron {electron.name!r} cannot be sent to a worker: {error}") from error
        except StoreError:
            raise
        except Exception as error:
            refusal = (
                f"electron {electron.name!r} cannot be pickled, so no worker could receive it ({error}); it uses "
                "something that exists only in this process: make it inside the electron, or run it on threads"
            )
            code = self._only_here(hooks, refusal, error)
        hooked = functools.partial(function, *hooks) if any(hooks) else function
        bare = replace(options, executor=None, before=(), after=())
        file, text = written_in(function)
        if text:
            self.graph.sources[file] = text
        return Version(
            electron.name, electron.kind, code, binder.names, binder.variadic, bare, executor, source_of(function),
            file, self.outside.fingerprint(hooked) if self.outside else b"", snapshot(function), refusal,
        )  # fmt: skip

    def _only_here(self, hooks: Any, refusal: str, error: Exception) -> Value:
        """The code of a function that threads of this process can call, and nobody else."""
        if self.outside is None or not self.outside.shares_process:
            raise BuildError(refusal) from error
        return pack((*hooks, None), self._keep)

    def _executor(self, named: Any) -> int:
        if named is None:
            return -1
        index = self._executors.get(id(named))
        if index is None:
            executor = self.outside.executor(named) if self.outside else named
            key = executor.key() if hasattr(executor, "key") else executor if type(executor) is str else id(executor)
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

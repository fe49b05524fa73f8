"""The versions of electrons in a graph: what was called is what runs, whatever is redefined meanwhile."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from .binding import Binder, enclosed
from .errors import BuildError, StoreError
from .events import BlobRef, Value
from .graph import TransportGraph, Version
from .options import Options
from .pickles import pack, sendable
from .secret import discover
from .snapshot import snapshot
from .sources import source_of, written_in

if TYPE_CHECKING:
    from .electron import Electron

# What is called in an electron's stead, and how; its version, or -1 where each call has to ask (`Versions.now`);
# the options that the electron had.
Near = tuple["Electron", Binder, int, Options]


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


class Versions:
    """Finds the version that a call is of, or makes it: electrons of one function and equal options are one version."""

    def __init__(self, graph: TransportGraph, surroundings: Surroundings | None) -> None:
        self._graph, self._outside = graph, surroundings
        self._keep = surroundings.keep if surroundings else None
        self._known: dict[Any, int] = {}
        self._executors: dict[Any, int] = {}
        self._binders: dict[int, Binder] = {}
        self._alive: list[Any] = []  # what is known by id() must not be freed meanwhile

    def meet(self, electron: "Electron", called: "Electron", defaults: Options) -> Near:
        """An electron is called for the first time under these defaults. Raises BuildError, StoreError."""
        binder = self._binder(called.function)
        version = -1 if enclosed(called.function) else self._same(called, binder, defaults, ())
        self._alive += (electron, electron.options, defaults)
        return called, binder, version, electron.options

    def now(self, electron: "Electron", called: "Electron", binder: Binder, defaults: Options) -> int:
        """The version of a function with a closure: the body may have changed what it holds since the last call."""
        held = enclosed(called.function)
        key = (id(electron), id(electron.options), id(defaults), *map(id, held))
        if key not in self._known:
            self._known[key] = self._same(called, binder, defaults, held)
        return self._known[key]

    def _binder(self, function: Callable[..., Any]) -> Binder:
        binder = self._binders.get(id(function))
        if binder is None:
            binder = self._binders[id(function)] = Binder(function)
            self._alive.append(function)
        return binder

    def _same(self, electron: "Electron", binder: Binder, defaults: Options, held: Sequence[Any]) -> int:
        options = electron.options.under(defaults)
        executor = self._executor(options.executor)
        key = (id(electron.function), electron.name, executor, options.asked, *map(id, held))
        if key not in self._known:
            self._graph.versions.append(self._new(electron, options, executor, binder))
            self._known[key] = len(self._graph.versions) - 1
            self._alive += held
        return self._known[key]

    def _new(self, electron: "Electron", options: Options, executor: int, binder: Binder) -> Version:
        function, hooks = electron.function, (options.before, options.after)
        code, refusal = self._packed(electron, hooks)
        hooked = functools.partial(function, *hooks) if any(hooks) else function
        file, text = written_in(function)
        if text:
            self._graph.sources[file] = text
        return Version(
            name=electron.name,
            kind=electron.kind,
            code=code,
            names=binder.names,
            variadic=binder.variadic,
            options=replace(options, executor=None, before=(), after=()),
            executor=executor,
            source=source_of(function),
            file=file,
            fingerprint=self._outside.fingerprint(hooked) if self._outside else b"",
            function=snapshot(function),
            refusal=refusal,
        )

    def _packed(self, electron: "Electron", hooks: tuple[Any, Any]) -> tuple[Value, str]:
        """The code of a function with its hooks, and why only threads of this process can run it, if that is so."""
        try:
            discover((*hooks, electron.function))
            return pack((*hooks, sendable(electron.function)), self._keep), ""
        except BuildError as error:
            raise BuildError(f"electron {electron.name!r} cannot be sent to a worker: {error}") from error
        except StoreError:
            raise
        except Exception as error:  # pickling runs code of what the function holds
            refusal = (
                f"electron {electron.name!r} cannot be pickled, so no worker could receive it ({error}); it uses "
                "something that exists only in this process: make it inside the electron, or run it on threads"
            )
            return self._only_here(hooks, refusal, error), refusal

    def _only_here(self, hooks: tuple[Any, Any], refusal: str, error: Exception) -> Value:
        """The code of a function that threads of this process can call, and nobody else."""
        if self._outside is None or not self._outside.shares_process:
            raise BuildError(refusal) from error
        return pack((*hooks, None), self._keep)

    def _executor(self, named: Any) -> int:
        if named is None:
            return -1
        index = self._executors.get(id(named))
        if index is None:
            executor = self._outside.executor(named) if self._outside else named
            key = executor.key() if hasattr(executor, "key") else executor if type(executor) is str else id(executor)
            index = self._executors.setdefault(("key", key), len(self._graph.executors))
            if index == len(self._graph.executors):
                self._graph.executors.append(executor.snapshot() if hasattr(executor, "snapshot") else executor)
            self._executors[id(named)] = index
            self._alive.append(named)
        return index

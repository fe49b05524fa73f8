"""Electrons: functions that, called inside a lattice, become nodes of its graph."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, overload

from .errors import BuildError
from .hooks import hooks
from .options import Options
from .pickles import sendable
from .secret import Secret, plain
from .spans import seconds_in
from .tracing import ACTIVE


class Electron:
    """A function and its options. Inside a lattice a call adds a node; anywhere else it is the function."""

    is_electron = True

    function: Callable[..., Any]
    options: Options
    name: str

    def __init__(self, function: Callable[..., Any], options: Options = Options(), name: str | None = None) -> None:
        if isinstance(function, Electron):
            inner: Electron = function
            function, options, name = inner.function, options.under(inner.options), name or inner.name
        if not callable(function):
            raise BuildError(f"an electron is made of a function, not of {type(function).__name__}")
        functools.update_wrapper(self, function, updated=())
        self.function = function
        self.options = options
        self.name = name or str(getattr(function, "__name__", type(function).__name__))

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        tracer = ACTIVE.get()
        if tracer is None or not tracer.open:  # an asyncio task keeps the tracer it was started under
            if any(type(given) is Secret for given in (*args, *kwargs.values())):
                args, kwargs = plain(args, kwargs)
            return self.function(*args, **kwargs)
        return tracer.electron(self, args, kwargs)

    def __get__(self, owner: object, kind: type | None = None) -> "Electron":
        if owner is None or not hasattr(self.function, "__get__"):
            return self
        return Electron(self.function.__get__(owner, kind), self.options, self.name)

    def with_options(self, **options: Any) -> "Electron":
        """The same electron with some options changed, for one call or one lattice.

        Example: ``train.with_options(executor="thread", retries=2)(data)``.
        """
        changed: Electron = electron(**options)(self)
        return changed

    def replacing(self, electrons: "Mapping[str, Electron]") -> "Electron":
        """What is called instead of this one, by its name; a sublattice calls them inside as well."""
        called = electrons.get(self.name, self)
        inside = getattr(called.function, "replacing", None) if called.kind == "sublattice" else None
        return called if inside is None else Electron(inside(electrons), called.options, called.name)

    def map(self, iterable: Any, *more: Any) -> Any:
        """Run once per element of a list, also of one that is known only at run time; the outputs in order.

        Several lists are walked together, as `zip` with ``strict=True`` does.
        """
        return Electron(_Each(self), Options(), f"{self.name}.map")(iterable, *more)

    @property
    def kind(self) -> str:
        """How the engine runs it: ``electron``, or ``sublattice`` for a lattice inside."""
        return "sublattice" if getattr(self.function, "builds_graph", False) else "electron"

    @property
    def executor(self) -> Any:
        """Where it runs: an executor, a kind, a name, or None for the lattice's. Assign to change later dispatches."""
        return self.options.executor

    @executor.setter
    def executor(self, executor: Any) -> None:
        self.options = Options(executor=executor).under(self.options)

    @property
    def electron_object(self) -> "Electron":
        """Itself (where Covalent keeps the executor and options of a decorated function)."""
        return self

    def __reduce__(self) -> Any:
        return _unpickled, (), {"function": sendable(self.function), "options": self.options, "name": self.name}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        functools.update_wrapper(self, self.function, updated=())

    def __repr__(self) -> str:
        return f"<electron {self.name}>"


def _unpickled() -> Electron:
    return Electron.__new__(Electron)


class _Each:
    """The body of `Electron.map`, once the lists are known."""

    builds_graph = True

    def __init__(self, electron: Electron) -> None:
        self.electron = electron

    def __call__(self, *iterables: Any) -> list[Any]:
        return [self.electron(*items) for items in zip(*iterables, strict=True)]

    def replacing(self, electrons: Mapping[str, Electron]) -> "_Each":
        return _Each(self.electron.replacing(electrons))


@overload
def electron(function: Callable[..., Any], /) -> Electron: ...


@overload
def electron(
    function: None = None, /, *, executor: Any = None, retries: int | None = None, timeout: float | str | None = None,
    cores: int | None = None, cache: bool | None = None, memory: int | str | None = None, gpus: int | None = None,
    deps_bash: Any = None, deps_pip: Any = None, deps_module: Any = None, call_before: Any = None,
    call_after: Any = None,
) -> Callable[[Callable[..., Any]], Electron]: ...  # fmt: skip


def electron(
    function: Callable[..., Any] | None = None,
    /,
    *,
    executor: Any = None,
    retries: int | None = None,
    timeout: float | str | None = None,
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
    """Make a function an electron: a task of the lattices that call it.

    executor: an executor, a kind (``"local"``, ``"thread"``, ``"inline"``, ``"dask"``) or a registered name;
        unset, the lattice's, else the session's default (process workers).
    retries: how many more attempts a failure gets.
    timeout: how long an attempt may run: seconds, or ``"90s"``, ``"10m"``, ``"2h"``.
    cores: how many of its executor's workers it takes up while it runs; on a cluster, cores of one worker.
    cache: take the value from the store where it was computed before, in any dispatch, with the same code (and the
        functions, globals, local modules and package versions it reaches) on the same inputs, by content. That it
        gives the same value each time is your word; failures are not kept.
    memory: what it may use at most, with the processes it starts and the worker's own share: ``"2GB"``, ``"512MB"``.
        It fails when it uses more, and only so many run at once as the machine has memory for. A cluster's worker
        has to offer so much, and nobody measures it there; threads refuse it.
    gpus: how many of a cluster's worker it takes; refused elsewhere.
    deps_bash, deps_pip, deps_module: shell commands, packages, modules it needs, seen to before it runs.
    call_before, call_after: DepsCall hooks around it.

    Over a lattice it makes a sublattice: built when its inputs are known; the options are then the
    defaults of the electrons inside (with `cache`, each of them is cached, the sublattice itself is not).
    """
    before, after = hooks(deps_bash, deps_pip, deps_module, call_before, call_after)
    options = Options(executor, retries, _seconds(timeout), cores, before, after, cache, memory, gpus)
    if function is None:
        return lambda decorated: Electron(decorated, options)
    return Electron(function, options)


def _seconds(timeout: float | str | None) -> float | None:
    try:
        return seconds_in(timeout) if isinstance(timeout, str) else timeout
    except ValueError as error:
        raise BuildError(f"timeout={timeout!r}: {error}") from None

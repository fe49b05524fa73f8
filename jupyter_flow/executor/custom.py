"""Executors that users write themselves."""

import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

from .base import Executor, Key

_alive: "weakref.WeakValueDictionary[int, BaseExecutor]" = weakref.WeakValueDictionary()


class BaseExecutor:
    """Subclass it and define `run`; an instance is an executor.

    `run` is called in a thread of the kernel, once per electron; it may be a coroutine function. The
    instance stays the one you made: it may keep state, and is its own resource. Class attributes or attributes of
    the instance are its settings: `workers` (how many run at once; unset: 32), `time_limit` in seconds, `retries`,
    `log_stdout`, `log_stderr`. docs/executors.md tells how to install one under a name.

    Example::

        class Loud(BaseExecutor):
            def run(self, function, args, kwargs, task_metadata):
                print("running", task_metadata["node_id"])
                return function(*args, **kwargs)
    """

    kind: ClassVar[str] = "custom"
    workers: int | None = None
    log_stdout: str | None = None
    log_stderr: str | None = None
    time_limit: float | None = None
    retries: int = 0

    def run(
        self,
        function: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        task_metadata: Mapping[str, Any],
    ) -> Any:
        """Run an electron; its value is what this returns. `task_metadata`: dispatch_id, node_id, attempt, results_dir.

        What it raises is the electron's failure.
        """
        raise NotImplementedError(f"{type(self).__name__} has no run(function, args, kwargs, task_metadata)")

    def setup(self, task_metadata: Mapping[str, Any]) -> Any:
        """Called before each `run`."""

    def teardown(self, task_metadata: Mapping[str, Any]) -> Any:
        """Called after each `run`, also after one that raised."""

    def key(self) -> Key:
        """Itself: two of them are never the same executor."""
        return ("custom", id(self))

    def resource(self) -> Key:
        """Its own."""
        return ("custom", id(self))

    def snapshot(self) -> "BaseExecutor":
        """Itself."""
        return self

    def describe(self) -> dict[str, Any]:
        """Its class."""
        return {"class": type(self).__name__}

    def __reduce__(self) -> Any:
        _alive[id(self)] = self
        return _found, (id(self), type(self).__name__)

    def __str__(self) -> str:
        return type(self).__name__


AnyExecutor: TypeAlias = Executor | BaseExecutor


class Elsewhere(BaseExecutor):
    """A live executor, seen from a process or a kernel it does not live in: a description."""

    def __init__(self, number: int, name: str) -> None:
        self.number, self.name = number, name

    def __reduce__(self) -> Any:
        return _found, (self.number, self.name)

    def describe(self) -> dict[str, Any]:
        """The class it had."""
        return {"class": self.name}

    def __str__(self) -> str:
        return self.name


def _found(number: int, name: str) -> BaseExecutor:
    live = _alive.get(number)
    return live if live is not None and type(live).__name__ == name else Elsewhere(number, name)

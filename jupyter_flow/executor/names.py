"""Executors by name: the kinds, and what ``%executor NAME`` has given a name."""

from collections.abc import Callable
from typing import Any

from ..model.errors import BuildError
from .base import Executor
from .custom import BaseExecutor
from .dask import DaskExecutor
from .local import InlineExecutor, LocalExecutor, ThreadExecutor


class ExecutorNames:
    """What a string may stand for where an executor is expected."""

    def __init__(self) -> None:
        self.kinds: dict[str, Callable[..., Any]] = {
            "local": LocalExecutor,
            "thread": ThreadExecutor,
            "inline": InlineExecutor,
            "dask": DaskExecutor,
        }
        self.named: dict[str, Any] = {}
        self.default: Any = "local"

    def register(self, name: str, executor: Any) -> None:
        """Give an executor a name; a name given again means the new one from then on."""
        if name in self.kinds:
            raise BuildError(f"{name!r} is a kind of executor; choose another name")
        self.named[name] = self.get_executor(executor)

    def unregister(self, name: str) -> None:
        """Forget a name; electrons that ask for it fail to build from then on."""
        del self.named[name]
        if self.default == name:
            self.default = "local"

    def get_executor(self, named: Any = None) -> Any:
        """The executor meant by an object, a kind, a name, or None for the default. Raises BuildError."""
        named = self.default if named is None else named
        if isinstance(named, Executor | BaseExecutor):
            return named
        if isinstance(named, str) and named in self.named:
            return self.named[named]
        if isinstance(named, str) and named in self.kinds:
            return self.kinds[named]()
        raise BuildError(f"no executor is called {named!r}; there are {', '.join(self.list_executors(False))}")

    def list_executors(self, print_names: bool = True) -> list[str]:
        """The names that exist, printed unless `print_names` is false."""
        names = [*self.kinds, *sorted(self.named)]
        if print_names:
            print("\n".join(names))  # noqa: T201  # as Covalent does
        return names

    def name_of(self, executor: Any) -> str:
        """What to call an executor in a picture: the name it was given, else its kind and settings."""
        key = executor.key()
        return next((name for name, known in self.named.items() if known.key() == key), str(executor))


executors = ExecutorNames()

"""Executors by name: the kinds, and what ``%executor NAME`` has given a name."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..model.errors import BuildError
from .base import Executor
from .custom import AnyExecutor, BaseExecutor
from .dask import DaskExecutor
from .futures import FuturesExecutor
from .local import InlineExecutor, LocalExecutor, ThreadExecutor

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

DEFAULT = "local"  # where nobody has said another


class ExecutorNames:
    """What a string may stand for where an executor is expected."""

    def __init__(self) -> None:
        self.kinds: dict[str, Callable[..., AnyExecutor]] = {
            "local": LocalExecutor,
            "thread": ThreadExecutor,
            "inline": InlineExecutor,
            "dask": DaskExecutor,
            "futures": FuturesExecutor,
        }
        self._plugged: dict[str, AnyExecutor] = {}  # one of each kind: made anew, it would be another
        self.named: dict[str, AnyExecutor] = {}
        self.default: Any = DEFAULT

    def plugins(self) -> "dict[str, list[EntryPoint]]":
        """The kinds that installed packages bring; ours have their names first."""
        from .plugins import plugins  # looks through all that is installed

        return {name: points for name, points in plugins().items() if name not in self.kinds}

    def kind(self, name: str) -> Callable[..., AnyExecutor] | None:
        """What makes executors of a kind; None if there is no such kind. Raises BuildError for a broken plug-in."""
        found = self.kinds.get(name)
        if found is None and name in (plugged := self.plugins()):
            from .plugins import load

            return load(name, plugged[name])
        return found

    def _plugged_in(self, name: str) -> AnyExecutor:
        from .plugins import made

        executor = self._plugged.get(name)
        if executor is None:
            executor = self._plugged[name] = made(name, self.plugins()[name])
        return executor

    def register(self, name: str, executor: Any) -> None:
        """Give an executor a name; a name given again means the new one from then on."""
        if name in self.kinds:
            raise BuildError(f"{name!r} is a kind of executor; choose another name")
        self.named[name] = self.get_executor(executor)

    def unregister(self, name: str) -> None:
        """Forget a name; electrons that ask for it fail to build from then on."""
        del self.named[name]
        if self.default == name:
            self.default = DEFAULT

    def get_executor(self, named: Any = None) -> AnyExecutor:
        """The executor meant by an object, a kind, a name, or None for the default. Raises BuildError."""
        named = self.default if named is None else named
        if isinstance(named, Executor | BaseExecutor):
            return named
        if isinstance(named, str) and named in self.named:
            return self.named[named]
        if isinstance(named, str) and named in self.kinds:
            if named == "futures":
                raise BuildError("'futures' needs a pool: FuturesExecutor(pool), or %executor NAME futures POOL")
            return self.kinds[named]()
        if isinstance(named, str) and named in self.plugins():
            return self._plugged_in(named)
        if isinstance(named, type) and issubclass(named, Executor | BaseExecutor):
            raise BuildError(f"{named.__name__} is a class of executors: make one, {named.__name__}(…), and share it")
        raise BuildError(f"no executor is called {named!r}; there are {', '.join(self.list_executors(False))}")

    def list_executors(self, print_names: bool = True) -> list[str]:
        """The names that exist, printed unless `print_names` is false."""
        names = [*self.kinds, *self.plugins(), *sorted(self.named)]
        if print_names:
            print("\n".join(names))  # noqa: T201  # as Covalent does
        return names

    def name_of(self, executor: AnyExecutor) -> str:
        """What to call an executor in a picture: the name it was given, else its kind and settings."""
        key = executor.key()
        return next((name for name, known in self.named.items() if known.key() == key), str(executor))


executors = ExecutorNames()

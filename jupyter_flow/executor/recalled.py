"""Names of executors as a dispatch knew them that is run again, perhaps in a kernel that has not given them."""

from collections.abc import Callable, Mapping
from typing import Any

from ..model.errors import BuildError, SecretNeeded
from .custom import AnyExecutor, Elsewhere
from .names import DEFAULT, ExecutorNames

UNSAID = ""  # what the default of the kernel is recorded as, which is no name


class Recalled(ExecutorNames):
    """The names that exist; what else a dispatch called by name is the executor that is on its record.

    So is the default of the kernel where this one has not been given any.

    recorded: by name, what `load` makes an executor, or the default's name, of.
    """

    def __init__(
        self, names: ExecutorNames, recorded: Mapping[str, Any], load: Callable[[Any], AnyExecutor | str]
    ) -> None:
        vars(self).update(vars(names))  # the same kinds and names, also those that come later
        self.recorded, self._load = recorded, load
        self._made: dict[str, AnyExecutor] = {}
        self.changed: dict[str, str] = {}  # by name: how what it means now differs from what it meant

    def get_executor(self, named: Any = None) -> AnyExecutor:
        """The executor meant by an object, a kind, a name of now or then, or None for the default.

        Raises BuildError, SecretNeeded.
        """
        if named is None:
            return self._default()
        if isinstance(named, str) and named in self.recorded and named not in self.kinds:
            if named not in self.named:
                return self._then(named)
            self._compare(named, self.named[named])
        return super().get_executor(named)

    def _default(self) -> AnyExecutor:
        if self.default == DEFAULT:
            return self._then(UNSAID)
        now = self.get_executor(self.default)
        self._compare(UNSAID, now)
        return now

    def _then(self, name: str) -> AnyExecutor:
        executor = self._on_record(name)
        if isinstance(executor, Elsewhere):
            raise BuildError(f"{_told(name)} was an executor of a class of yours, {executor}: give one that name first")
        return executor

    def _on_record(self, name: str) -> AnyExecutor:
        if name not in self._made:
            then = self._load(self.recorded[name]) if name in self.recorded else DEFAULT
            self._made[name] = self.get_executor(then) if isinstance(then, str) else then
        return self._made[name]

    def _compare(self, name: str, now: AnyExecutor) -> None:
        try:
            then = self._on_record(name)
        except (BuildError, SecretNeeded):  # only to compare it, nobody is asked for that
            return
        if str(then) != str(now):
            self.changed[name] = f"{name or 'the default executor'} is {now} now, and was {then}"

    def name_of(self, executor: AnyExecutor) -> str:
        """What to call an executor, by the names of then too."""
        called, key = super().name_of(executor), executor.key()
        then = (name for name, known in self._made.items() if name and name not in self.named and known.key() == key)
        return called if called != str(executor) else next(then, called)

    def list_executors(self, print_names: bool = True) -> list[str]:
        """The names of now and then."""
        names = super().list_executors(print_names)
        return [*names, *sorted({*self.recorded} - {*names, UNSAID})]


def _told(name: str) -> str:
    return repr(name) if name else "the default executor"

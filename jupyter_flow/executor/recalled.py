"""Names of executors as a dispatch knew them that is run again, perhaps in a kernel that has not given them."""

from collections.abc import Callable, Mapping
from typing import Any

from ..model.errors import BuildError, SecretNeeded
from .custom import Elsewhere
from .names import ExecutorNames


class Recalled(ExecutorNames):
    """The names that exist; what else a dispatch called by name is the executor that is on its record.

    recorded: by name, what `load` makes an executor of.
    """

    def __init__(self, names: ExecutorNames, recorded: Mapping[str, Any], load: Callable[[Any], Any]) -> None:
        vars(self).update(vars(names))  # the same kinds and names, also those that come later
        self._recorded, self._load = recorded, load
        self._made: dict[str, Any] = {}
        self.changed: dict[str, str] = {}  # by name: how what it means now differs from what it meant

    def get_executor(self, named: Any = None) -> Any:
        """The executor meant by an object, a kind, a name of now or then, or None for the default.

        Raises BuildError, SecretNeeded.
        """
        if isinstance(named, str) and named in self._recorded and named not in self.kinds:
            if named not in self.named:
                return self._then(named)
            self._compare(named)
        return super().get_executor(named)

    def _then(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._load(self._recorded[name])
        executor = self._made[name]
        if isinstance(executor, Elsewhere):
            raise BuildError(f"{name!r} was an executor of a class of yours, {executor}: give one that name first")
        return executor

    def _compare(self, name: str) -> None:
        try:
            then, now = str(self._load(self._recorded[name])), str(self.named[name])
        except SecretNeeded:  # only to compare it, nobody is asked for that
            return
        if then != now:
            self.changed[name] = f"{name} is {now} now, and was {then}"

"""What may be set for a session: ``%flow config``."""

import os
from collections.abc import Callable
from typing import NamedTuple

from IPython.core.error import UsageError

from ...executor.names import executors as names
from ...session import session
from ...store.settings import BUDGET, DURABILITY, budget, durability, readable
from ...widgets.pictures import label_of
from .. import tables
from ..headless import SWITCH, headless
from ..shell import executor_named
from .flow import Flow

HEAD = ("setting", "value", "means")
SWITCHED = {"on": True, "off": False}
HEADLESS = {"on": "1", "off": "0"}


class Setting(NamedTuple):
    """A setting. `take` raises UsageError for what it cannot be."""

    means: str
    value: Callable[[], str]
    take: Callable[[str], None]


class Config:
    """The settings of a kernel. They last as long as it does."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._settings = {
            "auto": Setting("on: what gets stale is run after every cell", lambda: _switch(flow.auto), self._auto),
            "budget": Setting("a dispatch warns before the store takes more", _budget, _before_the_kernel(BUDGET)),
            "durability": Setting("what COMPLETED survives: process, full", durability, _before_the_kernel(DURABILITY)),
            "executor": Setting("where electrons run that name none", lambda: label_of(None), self._executor),
            "headless": Setting("on: cells wait and fail in place; auto: where nobody looks on", _headless, _behead),
            "quiet": Setting("on: cells that make electrons say nothing", lambda: _switch(flow.quiet), self._quiet),
            "store": Setting("where results are kept", self._store, _before_the_kernel("JUPYTER_FLOW_STORE")),
        }

    def table(self, only: str = "") -> str:
        """The settings, or one of them. Raises UsageError."""
        shown = {only: self._setting(only)} if only else self._settings
        return tables.plain(HEAD, [(name, setting.value(), setting.means) for name, setting in shown.items()])

    def change(self, name: str, value: str) -> str:
        """Set one, and tell it. Raises UsageError."""
        setting = self._setting(name)
        setting.take(value)
        return f"{name} is {setting.value()}"

    def _setting(self, name: str) -> Setting:
        if name not in self._settings:
            raise UsageError(f"flow: no setting is called {name!r}; there are {', '.join(self._settings)}")
        return self._settings[name]

    def _auto(self, value: str) -> None:
        self._flow.auto = _switched("auto", value)

    def _quiet(self, value: str) -> None:
        self._flow.quiet = _switched("quiet", value)

    def _executor(self, value: str) -> None:
        names.default = executor_named(self._flow.shell, value)

    def _store(self) -> str:
        """Its folder; where nobody looks on only who chose it, for that is the same on every machine."""
        if not headless(self._flow.shell):
            return str(session().store.root)
        return "by JUPYTER_FLOW_STORE" if os.environ.get("JUPYTER_FLOW_STORE") else "in Jupyter's data folder"


def _switch(on: bool) -> str:
    return "on" if on else "off"


def _switched(name: str, value: str) -> bool:
    if value not in SWITCHED:
        raise UsageError(f"flow: {name} is on or off, and not {value!r}")
    return SWITCHED[value]


def _headless() -> str:
    said = os.environ.get(SWITCH, "").strip()
    return next((told for told, value in HEADLESS.items() if value == said), said or "auto")


def _behead(value: str) -> None:
    if value not in {*HEADLESS, "auto"}:
        raise UsageError(f"flow: headless is on, off or auto, and not {value!r}")
    os.environ.pop(SWITCH, None)
    if value in HEADLESS:
        os.environ[SWITCH] = HEADLESS[value]


def _budget() -> str:
    most = budget()
    return "none" if most is None else readable(most)


def _before_the_kernel(variable: str) -> Callable[[str], None]:
    def refuse(value: str) -> None:
        raise UsageError(f"flow: that is chosen before the kernel starts, by the environment variable {variable}")

    return refuse

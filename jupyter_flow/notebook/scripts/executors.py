"""``%executor`` in a script: what a line makes is said in Python, with the addresses and numbers that it has."""

from argparse import Namespace
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from ...executor.clusters import CLUSTER_KINDS
from .. import ondemand
from ..parsing import parsed
from .shell import literal

if TYPE_CHECKING:
    from .cells import Source

KINDS = {
    "local": "LocalExecutor",
    "thread": "ThreadExecutor",
    "inline": "InlineExecutor",
    "dask": "DaskExecutor",
    "futures": "FuturesExecutor",
}
COPYING = ("local", "dask", "futures", *CLUSTER_KINDS)  # electrons have objects of their own there


class Executors:
    """The executors that a notebook names by ``%executor``."""

    def __init__(self, by_name: Container[str]) -> None:
        self._by_name = by_name  # names that code asks for as strings
        self.kinds: dict[str, str] = {}
        self.default: str | None = None
        self.used: set[str] = set()  # classes to import

    def named(self, name: str) -> str:
        """How a script says ``-x NAME``."""
        return literal(name) if name in KINDS else name

    def shares(self, name: str | None) -> bool:
        """Whether electrons may find each other's objects there, instead of copies of their own."""
        name = name or self.default or "local"
        return self.kinds.get(name, name) not in COPYING

    def said(self, source: "Source", line: int, rest: str) -> str:
        """``%executor NAME KIND …`` in Python; "" where it only shows the table."""
        from ..magics import FlowMagics

        try:
            given = parsed(FlowMagics.executor, rest)
        except UsageError as error:
            source.refuse(str(error), line)
        if given.delete:
            source.refuse("a script cannot forget an executor's name: leave the line out", line)
        if not given.name:
            return ""
        lines = []
        if given.name not in self.kinds or given.kind:
            lines.append(f"{given.name} = {self._made(source, line, given)}")
        if given.default or given.name in self._by_name:
            self.used.add("_executor_manager")
            lines.append(f'_executor_manager.register("{given.name}", {given.name})')
        if given.default:
            self.default = given.name
            lines.append(f'_executor_manager.default = "{given.name}"')
        return "\n".join(lines)

    def _made(self, source: "Source", line: int, given: Namespace) -> str:
        from ..naming import SETTINGS

        kind = given.kind or "local"
        if kind not in KINDS and kind not in CLUSTER_KINDS:
            source.refuse(
                f"{kind} is no kind of executor that a script could make: make it in a cell, "
                f"{given.name} = …, and leave this line out",
                line,
            )
        self.kinds[given.name] = kind
        settings = {name: getattr(given, name) for name in SETTINGS if getattr(given, name) is not None}
        settings |= ondemand.settings_of(given)
        if kind in CLUSTER_KINDS:
            return self._asking(kind, settings)
        self.used.add(KINDS[kind])
        of = [given.address if kind == "futures" else literal(given.address)] if given.address else []
        return _call(KINDS[kind], of, settings)

    def _asking(self, kind: str, settings: Mapping[str, Any]) -> str:
        """``DaskExecutor(Cluster("slurm", …), …)``."""
        self.used |= {"DaskExecutor", "Cluster"}
        of, rest = ondemand.parted(kind, settings)
        return _call("DaskExecutor", [_call("Cluster", [literal(kind)], of)], rest)


def _call(name: str, first: list[str], settings: Mapping[str, Any]) -> str:
    return f"{name}({', '.join([*first, *(f'{key}={_value(value)}' for key, value in settings.items())])})"


def _value(value: Any) -> str:
    """Plain data, as formatters write it."""
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_value(key)}: {_value(held)}' for key, held in value.items())}}}"
    return literal(value)

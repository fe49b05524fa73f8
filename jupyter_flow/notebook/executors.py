"""The table of executors by resource: what ``%executor`` shows, and which executors are redundant."""

from ..executor.names import executors as names
from ..session import session
from ..widgets.executors import lines_of, remarks_on
from . import tables

HEAD = ("executor", "settings", "resource", "workers")


class ExecutorTable:
    """The executors with a name and those that dispatches used, by resource. A snapshot."""

    def __init__(self) -> None:
        live = session().resources
        self.lines = lines_of(live)
        self.remarks = remarks_on(self.lines, live)

    def plain(self) -> str:
        """As text."""
        if not self.lines:
            return "no executor has a name yet: %executor NAME [KIND] [-n WORKERS]"
        return "\n".join([tables.plain(HEAD, self._rows()), *self.remarks])

    def markdown(self) -> str:
        """As Markdown."""
        if not self.lines:
            return tables.escaped(self.plain())
        remarks = "".join(f"\n\n{tables.escaped(remark)}" for remark in self.remarks)
        return tables.markdown(HEAD, self._rows()) + remarks

    def _rows(self) -> list[list[str]]:
        default = names.default
        return [[f"{n} (default)" if n == default else n, *rest] for n, *rest in (line[:4] for line in self.lines)]

    def __repr__(self) -> str:
        return self.plain()

"""``%flow``: what can be asked of a notebook's electron cells, and done with them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import no_var_expand

from ...model.errors import ElectronError, FlowError, UnknownDispatch
from ...model.node import NodeResult
from ...model.result import Result
from ...model.vault import MASK, VAULT
from ...render.palette import By
from ...session import opened, session
from ..drawing import Drawing, drawing_of_flow
from ..headless import headless
from ..parsing import argument, parsed, takes
from ..shell import say
from ..targets import node_of, result_of, split_target
from .book import Cell
from .config import Config
from .execution import Execution
from .flow import Flow
from .picture import FlowSource
from .replay import refusal
from .report import FlowTable, FollowedTable, is_under_way
from .source import debugging, inputs_of
from .steps import outdated

VERBS = ("status", "graph", "stale", "run", "auto", "wait", "cancel", "why", "debug", "inputs", "export", "config")


class FlowCommands:
    """The magic ``%flow``."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._settings = Config(flow)

    @no_var_expand
    @takes(
        "%flow [VERB] [NAME ...]",
        argument("verb", nargs="?", default="status", choices=VERBS, help="what to do (unset: status)"),
        argument("names", nargs="*", metavar="NAME", help="electron cells, by name or by the number of In [number]"),
    )
    def flow(self, line: str) -> Any:
        """Look at the notebook's electron cells, and bring them up to date.

        status: every electron cell and what feeds it, how far each is, and why it is stale. stale: those only.
        graph: the same as a picture, who reads what from whom; a click on a cell tells all about it.
        While cells run table and picture follow them; where nobody looks on, they wait for them.
        run: run what is stale, in order, or only these cells and what they need; what is up to date is left alone.
        auto on, auto off: do so by itself after every cell.
        wait: until they have ended. cancel: stop them. why: what made a cell stale, or kept it from the cache.
        export FILE: write the cells that were run as a script of decorators.
        config: the settings; config NAME VALUE: set one.
        debug: open a cell with an electron's inputs loaded and its source, which rebinds no name of the notebook.
        inputs NODE: load its inputs here, as what they are called; inputs NODE VARIABLE: as a dict.
        """
        given = parsed(self.flow, line)
        if given.names and given.verb in ("status", "stale", "graph"):
            raise UsageError(f"flow: {given.verb} is about all cells, and takes no names")
        verb: Callable[[list[str]], Any] = getattr(self, f"_{given.verb}")
        try:
            return verb(given.names)
        except (FlowError, UnknownDispatch) as error:
            if isinstance(error, ElectronError):  # what a cell failed with, rather than a mistake in the line
                raise
            raise UsageError(f"flow: {error}") from None

    def _status(self, names: list[str]) -> FlowTable | None:
        return self._table(stale_only=False)

    def _graph(self, names: list[str]) -> Drawing:
        return self.graph()

    def graph(self, by: By = "status") -> Drawing:
        """The notebook's electron cells, drawn. Where nobody looks on, as they are at their end."""
        self._awaited()
        self._flow.lookout.at_once()
        return drawing_of_flow(FlowSource(self._flow), by)

    def drawn_newest(self) -> bool:
        """Whether an electron cell was run after the last dispatch was made."""
        executions = [cell.execution for cell in self._flow.book if cell.execution is not None]
        here = opened()
        last = here.last if here is not None else None
        return bool(executions) and max(executions, key=lambda run: run.number).after_dispatch == last

    def _awaited(self) -> None:
        flow = self._flow
        if headless(flow.shell):
            flow.wait([execution for execution in self._executions([]) if is_under_way(execution)])
            flow.bind()

    def _stale(self, names: list[str]) -> FlowTable | None:
        return self._table(stale_only=True)

    def _table(self, stale_only: bool) -> FlowTable | None:
        """The table; shown already where it is to follow its cells. Where nobody looks on, it is that of their end."""
        flow = self._flow
        self._awaited()
        survey = flow.survey()
        table = FlowTable(flow.book, survey, flow.imported, stale_only, refusal(flow, survey))
        if not table.under_way or getattr(flow.shell, "kernel", None) is None:
            return table
        flow.live.keep(FollowedTable(table, flow.shell.display_pub))
        return None

    def _run(self, names: list[str]) -> None:
        ran = self._flow.update([self._cell([name]) for name in names])
        if ran and not headless():
            say("cells are run as they were run last: text edited since counts when its cell is run, or by Run stale")
        behind = outdated(self._flow.survey()) if not names else []
        if behind:
            says = "these show" if len(behind) > 1 else "this cell shows"
            again = "them" if len(behind) > 1 else "it"
            say(f"{says} old values until you run {again} again: {', '.join(cell.numbered for cell in behind)}")
        elif not ran:
            live = ", ".join(execution.name for execution in self._executions([]) if is_under_way(execution))
            rest = f"all but {live}, under way," if live else "everything"
            say(f"{', '.join(names) or rest} {'are' if len(names) > 1 else 'is'} up to date")

    def _auto(self, names: list[str]) -> None:
        if names not in ([], ["on"], ["off"]):
            raise UsageError("flow: %flow auto on, or %flow auto off")
        if names:
            self._flow.auto = names == ["on"]
        say(f"auto is {'on: what gets stale is run after every cell' if self._flow.auto else 'off'}")

    def _wait(self, names: list[str]) -> None:
        self._flow.finish(self._executions(names))

    def _cancel(self, names: list[str]) -> None:
        stopping = [execution for execution in self._executions(names) if not execution.state.over]
        for execution in stopping:
            self._flow.scheduler.cancel(execution)
        self._flow.wait(stopping)
        say(f"cancelled {', '.join(e.name for e in stopping)}" if stopping else "nothing is under way")

    def _why(self, names: list[str]) -> None:
        cell = self._flow.book.named(names[0]) or self._numbered(names[0]) if len(names) == 1 else None
        if cell is not None:
            say(f"{cell.title}: {'; '.join(self._flow.survey().reasons.get(cell, [])) or 'up to date'}")
        execution = cell.execution if cell is not None else None
        if cell is None or (execution is not None and execution.run is not None and execution.definition.options.cache):
            node = self._node(self._target(names, "why"))
            say(session().why(node.dispatch_id, node.id))

    def _debug(self, names: list[str]) -> None:
        self._flow.shell.set_next_input(debugging(self._node(self._target(names, "debug"))))

    def _inputs(self, names: list[str]) -> None:
        values = inputs_of(self._node(self._target(names[:1], "inputs")))
        if len(names) > 2 or not all(name.isidentifier() for name in names[1:]):
            raise UsageError("flow: %flow inputs NODE, or %flow inputs NODE VARIABLE")
        self._flow.space.update({names[1]: values} if len(names) == 2 else values)
        say(f"loaded {', '.join(values) or 'nothing: it has no inputs'}{' into ' + names[1] if names[1:] else ''}")

    def _config(self, names: list[str]) -> None:
        if len(names) > 2:
            raise UsageError("flow: %flow config, or %flow config NAME VALUE")
        say(self._settings.change(*names) if len(names) == 2 else self._settings.table(*names))

    def _export(self, names: list[str]) -> None:
        if len(names) != 1:
            raise UsageError("flow: %flow export FILE")
        from ..scripts import export

        cells = [cell for cell in self._flow.book if cell.raw]
        script = export([cell.raw for cell in cells], [f"In [{cell.run.count}]" if cell.run else "" for cell in cells])
        told = VAULT.masked(script)
        Path(names[0]).write_text(told, encoding="utf-8")
        say(f"wrote {names[0]}" + ("" if told == script else f"; secrets that cells spell out are {MASK} there"))

    # what is meant -----------------------------------------------------------------------------------

    def _executions(self, names: list[str]) -> list[Execution]:
        if not names:
            return [execution for execution in self._flow.scheduler.live if execution.cell.execution is execution]
        return [execution for name in names if (execution := self._cell([name]).execution) is not None]

    def _cell(self, names: list[str]) -> Cell:
        if len(names) != 1:
            raise UsageError("flow: name one electron cell")
        found = self._flow.book.named(names[0]) or self._numbered(names[0])
        if found is None:
            self._flow.execution_named(names[0])  # raises, and says what there is
            raise AssertionError
        return found

    def _numbered(self, text: str) -> Cell | None:
        return self._flow.book.numbered(int(text)) if text.isdigit() else None

    def _target(self, names: list[str], verb: str) -> str:
        if len(names) != 1:
            raise UsageError(f"flow: %flow {verb} NODE: an electron cell's name, or a dispatch's ID.NODE")
        return names[0]

    def _node(self, target: str) -> NodeResult:
        cell = self._flow.book.named(target)
        execution = cell.execution if cell is not None else None
        if execution is not None:
            if execution.run is None:
                raise FlowError(f"{target} has not started, so nothing is known of its inputs")
            return session().result(execution.run.id).node(0)
        id, node = split_target(target)
        result = self._dispatch(id)
        if not node and len(result.nodes) != 1:
            raise FlowError(f"which electron of {result.lattice.name}? write {target}.NAME or {target}.NUMBER")
        return node_of(result, node or "0")

    def _dispatch(self, target: str) -> Result:
        try:
            return result_of(target, self._flow.space)
        except UnknownDispatch as error:
            there = ", ".join(dict.fromkeys(c.definition.name for c in self._flow.book if c.definition))
            cells = (
                f"no electron cell is called {target!r}; there are {there}" if there else "there are no electron cells"
            )
            raise FlowError(f"{cells}; {error}" if target else str(error)) from None

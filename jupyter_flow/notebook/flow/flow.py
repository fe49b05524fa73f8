"""The flow of a notebook: its electron cells while they run, and what they made where the notebook expects it."""

from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any

from ...model.electron import Electron
from ...model.errors import FlowError, UnknownDispatch
from ...verbs import DispatchId
from ...worker.changes import digest_of
from ..headless import goes_on, headless
from ..live import LivePictures
from ..shell import Shell, say
from ..waiting import ProgressLine
from .book import Book, Cell
from .capture import Captured, capture
from .definition import Definition
from .earlier import earlier_inputs, newly_reached, own_failure
from .execution import CellRun, Execution, Seen, State
from .fingerprints import code_fingerprint
from .home import NotebookHome
from .imports import bind_imports
from .lines import CellLine, awaited
from .lookout import Lookout
from .moments import Moments
from .reach import CODE, written_here
from .replay import bring_up_to_date
from .scheduler import Scheduler
from .shield import shielded
from .staleness import Survey
from .watching import MISSING, Marks

TICK = 0.25  # seconds between two signs of life to whoever waits

Namespace = dict[str, Any]


class Flow:
    """What a kernel knows of its notebook's cells."""

    def __init__(self, shell: Shell, live: LivePictures) -> None:
        self.shell, self.live = shell, live
        self.book = Book()
        self.moments = Moments(self.book)
        self.home = NotebookHome(self.space, self.book)
        self.marks = Marks(lambda: self.space)
        self.scheduler = Scheduler(lambda execution: live.stir())
        self.lookout = Lookout(self)
        self.auto = self.quiet = False
        self.replaying: Cell | None = None  # an ordinary cell that is run again
        self.bound: dict[str, int] = {}  # by name: the identity of what was bound last

    @property
    def space(self) -> Namespace:
        """The notebook's namespace."""
        space: Namespace = self.shell.user_ns
        return space

    # running a cell ----------------------------------------------------------------------------------

    def run(self, key: str, definition: Definition, count: int) -> Execution:
        """Run an electron cell, in the background. Raises BuildError, and what an input failed with."""
        self.bind()
        cell = self.book.cell(key)
        own = own_failure(self, cell, definition)

        def absent(name: str) -> Execution | None:
            return own[name][0] if name in own else self.absent(name)

        captured = capture(definition, self.space, absent, {name: value for name, (_, value) in own.items()})
        execution = self._register(cell, definition, captured, count, self.pending)
        bind_imports(execution, self.space)
        for wait in captured.waits.values():  # now that it is known, and will be run again with what it needs
            for name in wait.names:
                wait.producer.owes(name)
        return execution

    def again(self, cell: Cell) -> Execution:
        """Run an electron cell again as if all were run in order."""
        definition, before = cell.definition, cell.execution
        assert definition is not None
        assert before is not None

        def ordered(name: str) -> Execution | None:
            producer = self.book.producer(name, cell)
            return producer.execution if producer is not None else None

        instead = earlier_inputs(self, cell, before)
        captured = capture(definition, self.space, ordered, instead, self.moments.before(cell))
        while more := newly_reached(self, cell, captured.digests, {*before.seen, *instead}):
            instead |= more
            captured = capture(definition, self.space, ordered, instead, self.moments.before(cell))
        return self._register(cell, definition, captured, before.count, ordered)

    def _register(
        self, cell: Cell, definition: Definition, captured: Captured, count: int,
        pending: Callable[[str], Execution | None],
    ) -> Execution:  # fmt: skip
        after = [self.execution_named(name) for name in definition.after]
        seen = {name: Seen(self._maker(name, cell, pending), digest) for name, digest in captured.digests.items()}
        for wait in captured.waits.values():
            seen |= {name: Seen(wait.producer, None) for name in wait.names}
        execution = Execution(cell, count, seen, definition, captured)
        execution.after = after
        with shielded():
            old = cell.execution
            if old is not None and old.definition.name != definition.name:
                self._drop_electron(old.definition.name)
            cell.definition, cell.raw = definition, definition.raw
            self.book.ran(cell, execution, self._current_names(cell, captured.makes, pending))
            for name in captured.makes:
                if self.book.current[name] is execution:
                    self.space.pop(name, None)  # whoever looks for it past us must not find an old value
            kept = old is None or cell.guessed or execution.needs(old)
            self.scheduler.add(execution, None if kept else old)
        return execution

    def _drop_electron(self, name: str) -> None:
        """A cell is called otherwise: what lattices called is no more. A value of that name stays."""
        if isinstance(self.space.get(name), Electron):
            del self.space[name]

    def _maker(self, name: str, cell: Cell, pending: Callable[[str], Execution | None]) -> CellRun | None:
        if pending != self.pending:
            producer = self.book.producer(name, cell)
            return producer.run if producer is not None else None
        return self.book.current.get(name)

    def _current_names(
        self, cell: Cell, makes: Sequence[str], pending: Callable[[str], Execution | None]
    ) -> Iterable[str]:
        """Of what a cell makes: what the notebook sees. Run in its order, it leaves alone what later cells made."""
        if pending == self.pending:
            return makes
        return [name for name in makes if self.book.last_maker(name) in (cell, None) or name not in self.book.current]

    # names -------------------------------------------------------------------------------------------

    def pending(self, name: str) -> Execution | None:
        """The execution that a name waits for; None where the notebook has it, or nobody makes it."""
        run = self.book.current.get(name)
        return run if isinstance(run, Execution) and not run.bound and name not in run.early else None

    def absent(self, name: str) -> Execution | None:
        """The execution whose output a name is, where the notebook does not have it: not yet, or not at all."""
        run = self.book.current.get(name)
        if not isinstance(run, Execution) or name in run.early:
            return None
        return run if not run.bound or (name in run.left and name not in self.space) else None

    def waits(self) -> bool:
        """Whether any name is absent."""
        return any(self.absent(name) is not None for name in list(self.book.current))

    def need(self, *names: str, everything: bool = False) -> None:
        """Wait until the notebook has these names. Raises what their cells failed with, KeyboardInterrupt.

        everything: wait for every name, whether or not something comes of it; who knows which are needed.
        """
        asked = [*names, *(self.book.current if everything else ())]
        wanted = dict.fromkeys(found for name in asked if (found := self.pending(name)) is not None)
        self.wait(list(wanted), first=True)
        self.bind()
        for name in names:
            run = self.book.current.get(name)
            if isinstance(run, Execution):
                run.owes(name)

    def wait(self, executions: Sequence[Execution], first: bool = False) -> None:
        """Wait for executions to end, well or not. An interrupt stops the waiting, not them.

        first: nothing of the cell has been shown yet, so that of the waiting nothing needs to stay.
        """
        waiting = [execution for execution in executions if not execution.ended.is_set()]
        for execution in waiting:
            self.scheduler.wake(execution)
        line = ProgressLine(lambda: awaited(waiting), self.shell.display_pub.clear_output if first else None)
        try:
            for execution in waiting:
                while not execution.ended.wait(TICK):
                    execution.check()
                    line.tick()
        except KeyboardInterrupt:
            line.clear()
            names = " ".join(execution.name for execution in waiting if not execution.ended.is_set())
            say(f"interrupted: {names or 'it'} goes on; to stop: {self.magic()} cancel {names}".rstrip())
            raise
        finally:
            line.clear()

    def magic(self) -> str:
        """Our magic, which another extension's may keep from its name."""
        magic = self.shell.magics_manager.magics["line"].get("flow")
        ours = getattr(magic, "__module__", "").startswith(__package__ or "")
        return "%flow" if ours else "%jupyter_flow flow"

    def bind(self) -> None:
        """(between cells) What electron cells have made since is the notebook's."""
        runs = dict.fromkeys(self.book.current.values())
        for run in runs:
            if isinstance(run, Execution) and not run.bound and run.state is State.DONE and run.error is None:
                self._bind(run)

    def _bind(self, execution: Execution) -> None:
        try:
            values = execution.values().within(self.home.load)
        except Exception as error:  # unpickling runs code of the values
            execution.error = error
            return
        with shielded():
            for name in execution.makes:
                if self.book.current.get(name) is execution and name in values:
                    self.space[name] = values[name]
                    self.bound[name] = id(self.space[name])
            execution.left, execution.bound = values.left, True

    def dispatched(self, asked: str = "") -> Namespace:
        """The dispatch of each electron cell's latest run, by its name.

        Raises UnknownDispatch where the cell that is asked for has none.
        """
        cell = self.book.named(asked)
        if cell is not None and cell.execution is not None and cell.execution.run is None:
            what = "was not run" if cell.execution.state.over else "has not started"
            raise UnknownDispatch(f"electron cell {asked!r} {what}, so nothing came of it")
        executions = [cell.execution for cell in self.book]
        return {e.name: DispatchId(e.run.id) for e in executions if e is not None and e.run is not None}

    def execution_named(self, name: str) -> Execution:
        """The latest run of the electron cell of that name. Raises FlowError."""
        cell = self.book.named(name)
        if cell is None or cell.execution is None:
            there = ", ".join(dict.fromkeys(c.definition.name for c in self.book if c.definition)) or "none yet"
            raise FlowError(f"no electron cell is called {name!r}; there are {there}")
        return cell.execution

    # in its cell -------------------------------------------------------------------------------------

    def show(self, *executions: Execution, again: bool = False) -> None:
        """Answer in the cell. Where nobody looks on, wait for them, and fail here if one fails.

        again: this is another cell than theirs; the lines that stand in theirs follow them as well.
        """
        waits = headless(self.shell) and not goes_on()
        if waits:
            self.finish([execution for execution in executions if not execution.definition.lazy])
        lines = [CellLine(self.shell, execution) for execution in executions if not execution.definition.quiet]
        for line in lines:
            if waits:
                line.print()
            elif getattr(self.shell, "kernel", None) is not None:
                self.live.keep(line)
                line.own(again, self.live.follow_line)
            else:  # a terminal, where what has been shown cannot be changed
                line.begin()

    def finish(self, executions: Sequence[Execution]) -> None:
        """Wait for executions. Raises what the first one failed with."""
        self.wait(executions)
        self.bind()
        for execution in executions:
            if execution.state is not State.DONE:
                execution.fail()

    # the whole ---------------------------------------------------------------------------------------

    def survey(self) -> Survey:
        """Which cells are out of date."""
        return Survey(self.book, self._digest, self.marks.digest)

    def imported(self, name: str) -> bool:
        """Whether a name holds something that was imported rather than written or computed here."""
        value = self.space.get(name)
        return isinstance(value, ModuleType) or (isinstance(value, CODE) and not written_here(value))

    def _digest(self, name: str) -> bytes | None:
        if name not in self.space:
            return MISSING
        value = self.space[name]
        return code_fingerprint(value, self.space) if isinstance(value, CODE) else digest_of(value)

    def update(self, wanted: Sequence[Cell] = (), failed: bool = True) -> list[Cell]:
        """Run what is stale, in order; the cells that ran. Raises FlowError where the order is ambiguous.

        wanted: only these cells, and what they need. failed: also what failed on what it would have again. Has run
        nothing where a cell could not have what it read.
        """
        return bring_up_to_date(self, wanted, failed)

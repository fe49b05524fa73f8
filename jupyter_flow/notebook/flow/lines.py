"""The line an electron cell answers with: ``fit(X, y) → model · cpu``, and how far it is while somebody looks on.

When all is over it says the same each time, so that a saved notebook compares equal.
"""

import copy
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from ...executor.names import executors as names
from ...model.result import NodeResult
from ...model.sizes import size_text
from ...resources.base import WAITING
from ...session import session
from ...widgets.pictures import label_of
from ...worker.remarks import REMARK
from ..headless import goes_on, headless
from ..shell import Shell
from ..tracebacks import readable, with_cells
from . import outputs
from .execution import Execution, State

REST = 0.5  # seconds between two changes of a line
MOST = 60  # characters of what an electron printed last


def answer(execution: Execution) -> str:
    """``fit(X, y) → model · cpu``."""
    cell, captured = execution.definition, execution.captured
    inputs = [f"{n} ×…" if cell.mapped and n == cell.mapped.iterable else n for n in captured.inputs]
    made = captured.outputs or tuple(n for n in captured.makes if n not in {*cell.names.imports, *cell.names.deletes})
    parts = [f"{cell.name}({', '.join(inputs)})" + (f" → {', '.join(made)}" if made else "")]
    parts.append(label_of(names.get_executor(cell.options.executor)))
    parts += [f"{cell.options.retries} retries"] if cell.options.retries else []
    parts += [f"at most {cell.options.timeout:g} s"] if cell.options.timeout else []
    parts += [f"{label} is {size_text(size)}" for label, size in captured.large.items()]
    return " · ".join(parts)


class CellLine:
    """The line in its cell, followed until the execution has ended."""

    def __init__(self, shell: Shell, execution: Execution) -> None:
        self._shell, self._execution = shell, execution
        self._publisher = shell.display_pub  # of now: a later cell that captures its output has another one
        self._display, self._block = uuid4().hex, uuid4().hex if execution.definition.show else ""
        self._shown = ""
        self._due = 0.0

    def draw(self, update: bool) -> None:
        """Show how things are. With the time of day where there is more to come: the kernel may end before that."""
        over = self._execution.ended.is_set()  # before it is looked at
        self._shown = self._text()
        lasting = over or goes_on() or self._execution.state is State.LAZY
        text = self._shown if lasting else f"{self._shown} {clock()}"
        self._publish({"text/plain": text}, {}, self._display, update)
        if self._block and (over or not update):
            self._publish(*(outputs.shown(self._execution) if over else (outputs.NOTHING, {})), self._block, update)
        self._due = time.monotonic() + REST

    def own(self, again: bool, follow: "Callable[[CellLine], None]") -> None:
        """Be the line of the execution's own cell; or, where it was run again elsewhere, let that follow it too."""
        cell = self._execution.cell
        if not again:
            cell.line = self
        elif cell.line is not None:
            cell.line._execution = self._execution
            follow(cell.line)

    def print(self) -> None:
        """Show it once."""
        self._publish({"text/plain": self._text()}, {})
        if self._block:
            self._publish(*outputs.shown(self._execution))

    def begin(self) -> None:
        """Show it once, as it begins."""
        self._publish({"text/plain": answer(self._execution)}, {})

    def _publish(self, data: outputs.Bundle, metadata: outputs.Bundle, id: str = "", update: bool = False) -> None:
        transient = {"display_id": id} if id else {}
        self._publisher.publish(data, metadata, transient=transient, update=update)

    def keep_up(self) -> bool:
        """Change it where something has changed; whether there is more to come."""
        over = self._execution.ended.is_set()
        if over or (time.monotonic() >= self._due and self._text() != self._shown):
            self.draw(update=True)
        return not over

    def _text(self) -> str:
        execution = self._execution
        line, state = answer(execution), execution.status
        if state is State.DONE:
            text = outputs.printed(execution) if execution.definition.show else ""
            return "\n".join([_with_hits(line, execution), *remarks(execution), *([text] if text else [])])
        if state is State.FAILED:
            return f"{line} · {failure(self._shell, execution)}"
        if goes_on():
            return line
        return f"{line} · {how_far(execution)}"


def clock() -> str:
    """When something was so: ``(at 14:02:11)``."""
    return time.strftime("(at %H:%M:%S)")


def _with_hits(line: str, execution: Execution) -> str:
    """With what it took from the cache, where somebody looks on: other runs take something else."""
    if not execution.definition.options.cache or headless():
        return line
    nodes = list(outputs.nodes_of(execution))
    taken = sum(node.cached for node in nodes)
    some = f"{taken} of {len(nodes)} " if taken < len(nodes) else ""
    return f"{line} · {some}cached" if taken else line


def awaited(executions: Sequence[Execution]) -> str:
    """What a cell waits for that needs what these make: ``waiting for load() → table``, and what holds them up."""
    left = [execution for execution in executions if not execution.ended.is_set()]
    waiting = [one.run for one in left if one.run is not None and one.status is State.WAITING]
    held_up = dict.fromkeys(run.held_up() for run in waiting)
    made = "; ".join(answer(execution).partition(" · ")[0] for execution in left)
    return " · ".join([f"waiting for {made}", *filter(None, held_up)])


def how_far(execution: Execution) -> str:
    """What an execution does now: ``waiting for load``, ``running 3 s · 45 %``."""
    state = execution.status
    if state is State.WAITING:
        needed = [producer.name for producer in execution.producers if not producer.state.over]
        held_up = execution.run.held_up() if execution.run is not None else ""
        if not needed and held_up.startswith(WAITING):
            return held_up
        waiting = f"waiting for {', '.join(dict.fromkeys(needed))}" if needed else WAITING
        return waiting + (f": {held_up}" if held_up else "")
    if state is not State.RUNNING:
        return str(state)
    begun = min(execution.run.begun.values(), default=0) if execution.run else 0
    seconds = max(0.0, time.time() - begun / 1e9) if begun else 0.0
    return " · ".join([f"running {seconds:.0f} s", *_progress(execution)])


def _progress(execution: Execution) -> list[str]:
    if execution.run is None:
        return []
    if execution.definition.mapped:
        child = execution.run.children.get(0)
        return [f"{sum(map(bool, child.published))} of {len(child.graph)}"] if child is not None else []
    node = session().result(execution.run.id).node(0)
    progress = node.progress
    if progress is not None:
        return [progress.text]
    lines = [line.strip() for line in node.stdout.splitlines() if line.strip()]
    return [lines[-1][:MOST]] if lines else []


def remarks(execution: Execution) -> list[str]:
    """What its worker had to say of an execution that went well."""
    lines = [line for node in outputs.nodes_of(execution) for line in node.stderr.splitlines()]
    return list(dict.fromkeys(line.removeprefix(REMARK) for line in lines if line.startswith(REMARK)))


def failure(shell: Shell, execution: Execution) -> str:
    """Why it failed, with the cell's lines."""
    if execution.cause is not None:
        return skipped(execution)
    node = _failed(session().result(execution.run.id).nodes) if execution.run else None
    if node is None or node.error is None:
        return f"failed: {type(execution.error).__name__}: {execution.error}"
    if not goes_on() and (lines := traceback_of(shell, execution)):
        return "\n".join(["failed", *lines]).rstrip()
    text = with_cells(shell, node.error.traceback or f"{node.error.type}: {node.error.message}")
    return f"failed\n{text.rstrip()}"


def skipped(execution: Execution) -> str:
    """Why it did not run, where that is another one's doing."""
    cause = execution.cause
    assert cause is not None
    return f"skipped: {cause.name} {'was cancelled' if cause.state is State.CANCELLED else 'has failed'}"


def traceback_of(shell: Shell, execution: Execution) -> list[str]:
    """The traceback of what an execution failed with, as the shell shows tracebacks; [] if it did not fail."""
    try:
        execution.fail()
    except BaseException as error:
        raised = readable((type(error), error, error.__traceback__))
        tell = copy.copy(shell.InteractiveTB)  # the shell's own may be in use: this is another thread
        return list(tell.structured_traceback(*raised, tb_offset=0))


def _failed(nodes: list[NodeResult]) -> NodeResult | None:
    for node in nodes:
        inside: Any = node.sublattice_result
        found = _failed(inside.nodes) if inside is not None else None
        if found is not None or node.error is not None:
            return found or node
    return None

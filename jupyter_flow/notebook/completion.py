"""Names that Tab offers after a magic: lattices, executors, dispatches, and the magic's own options."""

import re
from typing import Any

from ..executor import BaseExecutor, Executor
from ..executor.names import executors as names
from ..model.electron import Electron
from ..model.lattice import Lattice
from ..session import session
from ..verbs import DispatchId
from .flow.commands import VERBS as FLOW_VERBS
from .magics import CELLS, LINES, FlowMagics
from .resuming import resumable

LINE = re.compile(rf"\s*%%?(?:jupyter_flow\s+)?({'|'.join((*CELLS, *LINES))})\s")
RECENT = 20  # dispatches whose ids are offered


def install(magics: FlowMagics) -> None:
    """Offer names after our magics."""

    def complete(shell: Any, event: Any) -> list[str]:
        return offered(magics, event.text_until_cursor)

    magics.shell.set_hook("complete_command", complete, re_key=LINE)


def offered(magics: FlowMagics, line: str) -> list[str]:
    """What could stand at the end of a line."""
    found = LINE.match(line)
    if found is None:
        return []
    verb, before = found.group(1), line[found.end() :].split()
    last = before[-1] if before else ""
    previous = last if line[-1].isspace() else (before[-2] if len(before) > 1 else "")
    if previous in ("-x", "--executor", "-d", "--delete"):
        return executors(magics.shell.user_ns)
    if previous == "--resume":
        return resumable()
    if last.startswith("-") and not line[-1].isspace():
        return options(getattr(magics, verb))
    return targets(verb, magics.shell.user_ns)


def targets(verb: str, space: dict[str, Any]) -> list[str]:
    """What a magic is about."""
    if verb == "dispatch":
        return lattices(space)
    if verb == "graph":
        return lattices(space) + dispatches(space)
    if verb == "result":
        return dispatches(space)
    if verb == "flow":
        return [*FLOW_VERBS, *sorted(name for name, value in space.items() if isinstance(value, Electron))]
    return executors(space) if verb == "executor" else []


def lattices(space: dict[str, Any]) -> list[str]:
    """The notebook's lattices."""
    return sorted(name for name, value in space.items() if isinstance(value, Lattice) and not name.startswith("_"))


def executors(space: dict[str, Any]) -> list[str]:
    """Kinds, registered names, and variables that hold an executor."""
    variables = [n for n, v in space.items() if isinstance(v, Executor | BaseExecutor) and not n.startswith("_")]
    return sorted({*names.kinds, *names.plugins(), *names.named, *variables})


def dispatches(space: dict[str, Any]) -> list[str]:
    """Variables that hold a dispatch, and the ids of the last ones."""
    variables = sorted(n for n, v in space.items() if isinstance(v, DispatchId) and not n.startswith("_"))
    return variables + [row.id for row in session().store.runs(RECENT, beginning="")]


def options(magic: Any) -> list[str]:
    """The long options of a magic."""
    return [flag for action in magic.parser._actions for flag in action.option_strings if flag.startswith("--")]

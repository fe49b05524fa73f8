"""The running IPython, as far as this room needs it."""

import sys
from collections.abc import Mapping
from typing import Any, TypeAlias

from IPython.core.error import UsageError
from IPython.core.getipython import get_ipython

from ..executor import BaseExecutor, Executor
from ..executor.names import executors as names
from ..model.errors import BuildError

Shell: TypeAlias = Any  # an InteractiveShell: its traits are typed as optional, most of its methods not at all


def running() -> Shell | None:
    """The shell of this process, if there is one."""
    return get_ipython()


def cell_number(shell: Shell, *, ahead: bool = False) -> int:
    """The number of the cell that runs, as in In [3]. ahead: it is just about to.

    By its version, IPython counts on before it runs a cell or after; what it has kept of the cells tells.
    """
    history = shell.history_manager
    kept = len(history.input_hist_parsed) - 1 if history is not None else 0
    return kept + 1 if ahead else kept or int(shell.execution_count)


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")


def show(thing: object) -> None:
    """Display something in the cell that runs, as richly as its front end can."""
    from IPython.display import display

    display(thing)  # type: ignore[no-untyped-call]


def executor_variable(space: Mapping[str, Any], name: str) -> Any:
    """The executor in a variable, unless that is one that `%executor` has named; else None."""
    found = space.get(name)
    return found if isinstance(found, Executor | BaseExecutor) and names.named.get(name) is not found else None


def executor_named(shell: Shell, name: str | None) -> Any:
    """What ``-x NAME`` means: a variable that holds an executor, else a registered name or a kind.

    A registered name stays a name, so that naming it anew counts for the next dispatch. Raises UsageError.
    """
    if name is None:
        return None
    if (executor := executor_variable(shell.user_ns, name)) is not None:
        return executor
    try:
        names.get_executor(name)
    except BuildError as error:
        raise UsageError(f"{error}. %executor NAME gives one a name") from None
    return name

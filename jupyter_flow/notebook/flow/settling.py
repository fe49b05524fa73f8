"""What whoever runs a notebook asks at its end: which electron cells failed after their cells had gone well."""

import json
from typing import Any

from ..shell import running
from .execution import Execution, State
from .flow import Flow
from .lines import traceback_of


def settled(flow: Flow | None) -> str:
    """Wait for every electron cell; the failures as JSON.

    A list of objects: execution_count, name, ename, evalue, traceback (lines).
    """
    if flow is None:
        return "[]"
    flow.wait(flow.scheduler.live)
    flow.live.catch_up()
    executions = [cell.execution for cell in flow.book if cell.execution is not None]
    return json.dumps([_told(execution) for execution in executions if execution.state is State.FAILED])


def _told(execution: Execution) -> dict[str, Any]:
    shown = traceback_of(running(), execution)  # while nothing is handled: that would be shown as what led to it
    try:
        execution.fail()
    except BaseException as error:
        return {
            "execution_count": execution.count,
            "name": execution.name,
            "ename": type(error).__name__,
            "evalue": str(error),
            "traceback": shown,
        }

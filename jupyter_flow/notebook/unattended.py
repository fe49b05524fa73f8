"""Cells that nobody looks at: a dispatch they show is waited for, and its failure is the cell's own."""

import threading
from typing import Any

from ..session import session
from ..verbs import DispatchId
from .headless import headless
from .shell import Shell, running


class Unattended:
    """What the running cell has shown and must answer for."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._failed: list[BaseException] = []

    def wait_for(self, id: DispatchId) -> bool:
        """Wait for a dispatch that is shown, if nobody looks on; whether it was waited for."""
        if not headless(self._shell):
            return False
        session().wait(id)
        try:
            session().result(id).raise_for_status()
        except Exception as error:  # the electron's own
            self._failed.append(error)
        return True

    def after_cell(self, result: Any) -> None:
        """(post_run_cell) Fail the cell that showed a failed dispatch.

        A formatter cannot: IPython catches what it raises, and the cell counts as done.
        """
        if threading.current_thread() is not threading.main_thread():
            return
        failed, self._failed = self._failed[:1], []
        if failed and result is not None and result.success:
            error = failed[0]
            result.error_in_exec = error
            self._shell.showtraceback((type(error), error, error.__traceback__), tb_offset=0)


def settled() -> str:
    """(asked by who runs a notebook, at its end) The electron cells that failed since their cells ended, as JSON."""
    from . import extension
    from .flow import settling

    return settling.settled(extension.flow_of(running()))

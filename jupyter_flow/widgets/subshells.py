"""Messages that reach the kernel while a cell runs."""

from typing import Any


def by_sender(comm: Any) -> None:
    """Have a comm's messages handled by the subshell that the page chose for them, whatever the kernel last sent where.

    ipykernel 7.4 handles them in the shell that last published on the comm, which is the busy one where a cell made
    it. The name is private, hence the guard; other versions do not have it, and need nothing.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default

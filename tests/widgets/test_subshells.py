"""Where a comm's messages are handled, by what the installed ipykernel does of itself."""

import inspect
from typing import Any

from ipykernel.comm import Comm

from jupyter_flow.widgets.subshells import by_sender


class Old:
    """A comm of ipykernel before 7.4, which leaves messages where they were sent."""


class New:
    """One of 7.4, which handles them where the comm was last published from."""

    def _reply_subshell_for(self, data: Any, default: str | None) -> str | None:
        return "the busy one"


def test_messages_are_handled_by_the_subshell_that_the_page_chose() -> None:
    comm: Any = New()
    by_sender(comm)
    assert comm._reply_subshell_for({}, "the page's") == "the page's"
    assert comm._reply_subshell_for({}, None) is None
    assert New()._reply_subshell_for({}, "the page's") == "the busy one"  # nobody else's comm is changed


def test_an_ipykernel_that_does_so_by_itself_is_left_alone() -> None:
    comm = Old()
    by_sender(comm)
    assert not vars(comm)


def test_what_is_replaced_is_called_as_the_installed_ipykernel_calls_it() -> None:
    """A new name or another order of its arguments would silently bring back the busy shell."""
    found = getattr(Comm, "_reply_subshell_for", None)
    if found is not None:
        assert len(inspect.signature(found).parameters) == 3

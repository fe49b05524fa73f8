"""What a node was given, as objects: for those who use it, and for those who only look."""

from typing import TYPE_CHECKING, Any

from .errors import SecretNeeded
from .graph import ATOM, OUTPUT
from .literal import Concealed
from .secret import Secret, SecretText, shy
from .status import Status
from .vault import VAULT

if TYPE_CHECKING:
    from .node import View


def argument(view: "View", tag: int, item: Any) -> Any:
    """The object of a call's argument or of what a lattice returned; outputs that are missing are None."""
    if tag == ATOM:
        return item
    if tag == OUTPUT:
        return _output(view, item)
    return view.fill(item, [_output(view, node) for node in item.refs])


def given(view: "View", tag: int, item: Any) -> Any:
    """The same for somebody who looks on: secrets do not show themselves."""
    if tag != OUTPUT and type(item) is Concealed:
        return _concealed(view, item)
    found = argument(view, tag, item)
    return shy(found) if tag != OUTPUT and VAULT.needles else found


def _concealed(view: "View", item: Concealed) -> Any:
    """A secret, which does not show itself; a text can be used like any."""
    try:
        found = view.fill(item, [])
    except SecretNeeded as error:
        return Secret.unknown(error.names[0])
    return SecretText(found) if type(found) is str else found if type(found) is Secret else Secret(found)


def _output(view: "View", node: int) -> Any:
    attempts = view.attempts(node)
    if not attempts or attempts[-1].value is None or view.state_of(node) is not Status.COMPLETED:
        return None
    return view.load(attempts[-1].value)

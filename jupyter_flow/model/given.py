"""What a node was given, as objects: for those who use it, and for those who only look."""

from typing import TYPE_CHECKING, Any

from .errors import SecretNeeded
from .graph import OUTPUT
from .literal import Concealed
from .loading import argument
from .secret import Secret, SecretText, shy
from .vault import VAULT

if TYPE_CHECKING:
    from .node import View


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

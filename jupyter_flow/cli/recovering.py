"""Make the store's index anew."""

import click

from ..model.errors import StoreError, StoreUntrusted
from ..store.authentication import Key
from ..store.location import default_root
from ..store.readonly import writable
from ..store.recovery import Recovered, recover
from ..store.runs import Store
from ..store.schema import sound
from .printing import say

SHOWN = 20  # ids


@click.command("recover", short_help="Make a damaged or lost index of the store anew.")
@click.option("--anyway", is_flag=True, help="Also where nothing is known to be missing.")
def recovering(anyway: bool) -> int:
    """Make the store's index anew, from what is left of it and from what every dispatch has in its own folder.

    Nothing is deleted: the old index is put into a folder of its own, whose place is printed. Only what this user's
    key has signed comes back. What had not ended then is INTERRUPTED, and so is what not all can be found of:
    `jupyter-flow resume ID` runs the rest. End the kernels that use the store first.

    \b
    Examples:
      jupyter-flow recover
      jupyter-flow ls

    \b
    Exit status:
      0    every dispatch that is known of is there, whole
      1    some are not; they are named
      2    it cannot be done now; the line says why
    """
    why = _trouble()
    if not why and not anyway:
        say("the index can be read, and nothing of it is known to be missing")
        return 0
    if why:
        say(why)
    found = recover(default_root(), Key.load())
    say(f"the new index has {found.runs} dispatch{'' if found.runs == 1 else 'es'}, sublattices included")
    _tell(found)
    return 1 if found.partial or found.lost else 0


def _trouble() -> str:
    """What is wrong with the index; empty if nothing is. What the store refuses for other reasons is raised."""
    try:
        store = Store.open()
        if writable(store.root):
            sound(store.root)
        return store.losses(thorough=True)
    except StoreUntrusted:
        raise
    except StoreError as error:
        if not default_root().is_dir():
            raise
        return str(error)


def _tell(found: Recovered) -> None:
    if found.partial:
        say(f"not all of these was found, and they are INTERRUPTED: {_some(found.partial)}")
    if found.lost:
        say(f"of these nothing was found: {_some(found.lost)}")
    if found.unsigned:
        say(f"{found.unsigned} records that this user's key has not signed were left out")
    say(f"the old index is in {found.aside}")


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:SHOWN]) + (f", and {len(ids) - SHOWN} more" if len(ids) > SHOWN else "")

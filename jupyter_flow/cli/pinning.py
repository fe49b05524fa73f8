"""Keep a dispatch from being pruned."""

import click

from ..store.runs import Store
from .ids import find, offered
from .printing import say


@click.command(short_help="Keep a dispatch from being pruned.")
@click.argument("id", shell_complete=offered)
@click.option("--remove", is_flag=True, help="Let it be pruned again.")
def pin(id: str, remove: bool) -> None:
    """Keep a dispatch, with its values and logs, whatever is pruned. `ls` shows which are pinned.

    \b
    Examples:
      jupyter-flow pin 3f2a
      jupyter-flow pin 3f2a --remove

    \b
    Exit status:
      0    done
      2    there is no such dispatch
    """
    store = Store.open()
    root = store.pin(find(store, id).id, not remove)
    say(f"{root} is {'not pinned any more' if remove else 'pinned: prune leaves it alone'}")

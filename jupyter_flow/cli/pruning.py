"""Make room in the store."""

import re
import sys

import click

from ..dispatch.listed import when
from ..dispatch.recovering import settle
from ..model.tables import plain
from ..store.pruning import Choice, Pruned
from ..store.runs import Store
from ..store.settings import parsed_size, readable
from .printing import one_line, say

SHOWN = 20  # dispatches that are listed
SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}


def age(context: click.Context, option: click.Parameter, given: str | None) -> float | None:
    """``30d``, as seconds."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*", given or "")
    if given is not None and found is None:
        raise click.BadParameter(f"{given!r} is no age; write a number and s, m, h, d or w, as in 30d")
    return float(found[1]) * SECONDS[found[2]] if found else None


def size(context: click.Context, option: click.Parameter, given: str | None) -> int | None:
    """``5GB``, as bytes."""
    found = parsed_size(given or "")
    if given is not None and found is None:
        raise click.BadParameter(f"{given!r} is no size; write a number and B, KB, MB, GB or TB, as in 5GB")
    return found


@click.command(short_help="Remove dispatches that have ended, to make room.")
@click.option("--older-than", metavar="AGE", callback=age, help="Those that ended longer ago than this: 12h, 30d, 6w.")
@click.option(
    "--larger-than",
    metavar="SIZE",
    callback=size,
    help="The oldest, until the rest takes no more than this: 500MB, 5GB.",
)
@click.option("--keep", metavar="N", type=click.IntRange(min=0), help="Spare the newest N; alone: remove all others.")
@click.option("--cache", is_flag=True, help="Only let the cache forget its values, with --older-than the old ones.")
@click.option("--dry-run", is_flag=True, help="Only show what would go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def prune(
    older_than: float | None, larger_than: int | None, keep: int | None, cache: bool, dry_run: bool, yes: bool
) -> int:  # fmt: skip
    """Remove dispatches that have ended, with their values and logs.

    A dispatch that --older-than or --larger-than chooses goes, oldest first, unless --keep spares it. Without any
    of them only leftovers go: files that no dispatch refers to. Nothing that runs or is pinned is touched, and kernels
    may go on working meanwhile. Files of the last hour stay until a later prune, since they may be on their way into a
    dispatch.

    With --cache electrons that say cache=True compute anew what they would have taken from the store: all of it, or
    what was computed longer ago than --older-than. Every dispatch stays as it is.

    \b
    Examples:
      jupyter-flow prune --older-than 30d --keep 20 --dry-run
      jupyter-flow prune --larger-than 5GB
      jupyter-flow prune --older-than 2w --yes        in a cron job
      jupyter-flow prune --cache

    \b
    Exit status:
      0    done, or nothing to do
      1    you said no
      2    the command line cannot be right, or nobody is there to be asked
    """
    if cache and not (larger_than is None and keep is None):
        raise click.UsageError("--cache goes with --older-than, and with no other choice")
    store = Store.open()
    if not (dry_run or cache):
        settle(store)
    choice = Choice(older_than, keep, larger_than, cache=cache)
    plan = store.prune(choice, dry_run=True)
    _list(plan)
    if dry_run:
        return 0
    if not (plan.runs or plan.blobs or plan.cached):
        store.prune(Choice(among=frozenset(), cache=cache))  # the journals of kernels that have ended
        return 0
    if not (yes or _agreed(plan)):
        return 1
    done = store.prune(choice._replace(among=frozenset(row.id for row in plan.runs)))
    say(f"{'forgot' if cache else 'removed'} {_told(done)}")
    return 0


def _agreed(plan: Pruned) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask at; say --yes, or --dry-run")
    return click.confirm(f"{'Forget' if plan.cached else 'Remove'} {_told(plan)}?")


def _list(plan: Pruned) -> None:
    if plan.runs:
        rows = [[row.id, one_line(row.name), str(row.state), when(row.created / 1e9)] for row in plan.runs]
        say(plain(("id", "lattice", "status", "dispatched"), rows, SHOWN))
    if plan.cached:
        say(f"to forget: {_told(plan)}")
    else:
        say(f"to remove: {_told(plan)}" if plan.runs or plan.blobs else "nothing to remove")


def _told(pruned: Pruned) -> str:
    if pruned.cached:
        return f"{pruned.cached} value{'' if pruned.cached == 1 else 's'} of the cache"
    runs, blobs = len(pruned.runs), pruned.blobs
    return (
        f"{runs} dispatch{'' if runs == 1 else 'es'} and {blobs} file{'' if blobs == 1 else 's'} of values, "
        f"{readable(pruned.bytes)}"
    )

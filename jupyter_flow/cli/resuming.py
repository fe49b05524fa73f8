"""Continue a dispatch that did not complete."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import click

from ..model.errors import SecretNeeded
from ..model.status import Status
from .ids import find, offered
from .printing import one_line, say


@click.command(short_help="Run what is left of a dispatch that did not complete.")
@click.argument("id", shell_complete=offered)
@click.option("-x", "--executor", metavar="EXECUTOR", help="The lattice's default executor, this time.")
def resume(id: str, executor: str | None) -> int:
    """Run what is left of a dispatch that was interrupted or cancelled, or that failed, and wait for it.

    It becomes a dispatch of its own, which takes over what the earlier one had completed. What ran when its kernel
    died is run again. Executors that had a name are made as they
    were, and so is the kernel's default; -x takes one of these names, or a kind (local, thread, inline, dask …), for
    the electrons that name none. Secrets that it was given are asked for, and not shown.
    In a notebook: %dispatch --resume ID.

    \b
    Examples:
      jupyter-flow ls --status INTERRUPTED
      jupyter-flow resume 3f2a
      jupyter-flow resume 3f2a -x thread

    \b
    Exit status:
      0    it completed
      1    it did not
      2    there is no such dispatch or executor, or nothing is left to run
    """
    from ..dispatch.resuming import check_resumable, told_taken
    from ..session import session

    here = session()
    row = find(here.store, id)
    check_resumable(row)
    again = partial(here.resubmit, row.id, (), {}, None, True, executor=executor)
    try:
        new = again()
    except SecretNeeded as error:
        if not sys.stdin.isatty():
            raise
        new = again(secrets=_asked(error.names))
    say(f"resumed {row.id} ({one_line(row.name)}) as {new}: {told_taken(here.run(new))}")
    with _looking_on():
        here.wait(new)
    result = here.result(new)
    say(f"{new} is {result.status}" + (f": {result.error}" if result.error else ""))
    return 0 if result.status is Status.COMPLETED else 1


@contextmanager
def _looking_on() -> Iterator[None]:
    """At a terminal, a line that says how far it is, and what it waits for."""
    from ..dispatch.watching import watch_with
    from ..notebook.waiting import following

    watch_with(following if sys.stdout.isatty() else None)
    try:
        yield
    finally:
        watch_with(None)


def _asked(names: Sequence[str]) -> dict[str, str]:
    return {name: click.prompt(one_line(name), hide_input=True, err=True) for name in names}

"""Cancel a dispatch, whichever kernel runs it."""

import time

import click

from ..dispatch.distant import cancel_elsewhere
from ..model.events import FAILED, STATUS_OF
from ..model.status import NEVER_BEGUN, Status
from ..store.records import RunRow
from ..store.runs import Store
from .ids import find, offered
from .printing import one_line, say

QUIET = 1.0  # seconds before a wait is shown
POLL = 0.1
RETRIED = 2.0  # seconds after which a failed node has not been tried again


@click.command(short_help="Cancel a dispatch, or some of its nodes.")
@click.argument("id", shell_complete=offered)
@click.argument("nodes", metavar="[NODE]...", type=click.IntRange(min=0), nargs=-1)
@click.option("--no-wait", is_flag=True, help="Return when the kernel has been told, not when the work has ended.")
def cancel(id: str, nodes: tuple[int, ...], no_wait: bool) -> int:
    """Cancel a dispatch, or some of its NODEs, in the kernel that runs it.

    Processes are killed, with what they started; a thread cannot be, and its late value is dropped. What has
    completed stays, and `jf.redispatch(id, reuse_previous_results=True)()` continues from it.

    \b
    Examples:
      jupyter-flow cancel 3f2a           all of it
      jupyter-flow cancel 3f2a 4 7       nodes 4 and 7; what depends on them is skipped

    \b
    Exit status:
      0    it was cancelled (with --no-wait: its kernel knows)
      1    there was nothing to cancel any more
      2    there is no such dispatch or node, or its kernel does not answer
    """
    store = Store.open()
    row = find(store, id)
    if row.state is not Status.RUNNING:
        say(_over(row))
        return 0 if row.state is Status.CANCELLED else 1
    cancel_elsewhere(store, row, nodes or None)
    if no_wait:
        say(f"the kernel that runs {row.id} is cancelling {_what(nodes)}")
        return 0
    return _wait(store, row, nodes)


def _wait(store: Store, row: RunRow, nodes: tuple[int, ...]) -> int:
    began, told = time.monotonic(), 0
    while (now := store.run(row.id)).state is Status.RUNNING:
        waited = time.monotonic() - began
        if _ended(store, row, nodes, waited):
            break
        if waited > max(QUIET, told + 1):
            told = int(waited)
            say(f"waiting for {row.id} to end: {told} s", err=True)
        time.sleep(POLL)
    if nodes:
        return _tell_nodes(store, now, nodes)
    say(f"cancelled {row.id} ({one_line(row.name)})" if now.state is Status.CANCELLED else _over(now))
    return 0 if now.state is Status.CANCELLED else 1


def _ended(store: Store, row: RunRow, nodes: tuple[int, ...], waited: float) -> bool:
    """Whether the nodes have ended. One that is on record as failed may be about to be tried again, for a while."""
    records = [store.row(row.serial, node) for node in nodes]
    return bool(nodes) and all(r is not None and (r.status != FAILED or waited > RETRIED) for r in records)


def _tell_nodes(store: Store, row: RunRow, nodes: tuple[int, ...]) -> int:
    records = {node: store.row(row.serial, node) for node in nodes}
    states = {node: STATUS_OF[record.status] if record else Status.NEW_OBJECT for node, record in records.items()}
    for node, state in states.items():
        over = row.state.final and state is Status.NEW_OBJECT
        say(f"node {node} of {row.id}: {NEVER_BEGUN if over else state}")
    return 0 if Status.CANCELLED in states.values() else 1


def _what(nodes: tuple[int, ...]) -> str:
    return "it" if not nodes else "node " + ", ".join(map(str, nodes))


def _over(row: RunRow) -> str:
    what = f"{row.id} ({one_line(row.name)})"
    if row.state is Status.INTERRUPTED:
        return f"the kernel that ran {what} has ended, and the dispatch with it: it is INTERRUPTED"
    return f"{what} had ended already: it is {row.state}"

"""What was dispatched: the list, and one of them."""

import json
from datetime import UTC, datetime
from typing import Any

import click

from ..dispatch.listed import HEAD, listed
from ..model.status import Status
from ..model.tables import plain
from ..model.vault import VAULT
from ..store.records import RunRow
from ..store.runs import Store
from .ids import find, offered
from .printing import say, say_coloured

STATUSES = [str(status) for status in Status if status not in (Status.NEW_OBJECT, Status.SKIPPED)]  # of nodes only


@click.command()
@click.option("-n", "count", metavar="N", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@click.option("--status", type=click.Choice(STATUSES, case_sensitive=False), help="Only those.")
@click.option("--json", "as_json", is_flag=True, help="For programs: a list of objects, times in UTC.")
def ls(count: int, status: str | None, as_json: bool) -> None:
    """List the dispatches in the store, newest first.

    \b
    Examples:
      jupyter-flow ls -n 5
      jupyter-flow ls --status RUNNING
      jupyter-flow ls --json | jq -r '.[] | select(.status == "FAILED") | .id'
    """
    from ..dispatch.strangers import NONE, left_out

    store, strange = Store.open(), list[str]()
    rows, pinned = store.runs(None if status else count, strange=strange), store.pinned()
    for told in (left_out(strange), store.losses(thorough=True)):
        if told:
            say(f"jupyter-flow: {told}", err=True)
    rows = [row for row in rows if status in (None, str(row.state))][:count]
    if as_json:
        say(json.dumps([{**summary(row), "pinned": row.id in pinned} for row in rows], indent=2))
    elif rows:
        say(plain(HEAD, listed(rows, pinned).rows(), len(rows)))
    else:
        say(f"no dispatch is {status}" if status else "there is no other" if strange else NONE)


@click.command(short_help="Show one dispatch, its graph and its results.")
@click.argument("id", shell_complete=offered, default="")
@click.option("--node", metavar="N", help="One electron of it, by number or name.")
@click.option("--logs", is_flag=True, help="What the electrons printed.")
@click.option("--json", "as_json", is_flag=True, help="For programs: no values, times in UTC.")
def show(id: str, node: str | None, logs: bool, as_json: bool) -> None:
    """Show one dispatch, its graph and its results; without ID, the last one.

    Values are loaded only where they are printed: not with --logs, not with --json, and only one with --node.

    \b
    Examples:
      jupyter-flow show
      jupyter-flow show 3f2a --node fit --logs
      jupyter-flow show 3f2a --json | jq '.nodes[] | {name, status, seconds}'
    """
    from ..notebook import reports
    from ..notebook.targets import node_of
    from ..render import draw_text
    from ..session import session
    from ..widgets.pictures import picture_of_result

    here = session()
    row = find(here.store, id)
    result = here.result(row.id)
    chosen = [node_of(result, node)] if node is not None else result.nodes
    if as_json:
        told = {**summary(row), "error": result.error, "results_dir": result.results_dir}
        say(json.dumps({**told, "nodes": [_node(one, logs) for one in chosen]}, indent=2))
    elif logs:
        say_coloured(reports.headed(chosen, reports.logs) or reports.silence(chosen))
    elif node is not None:
        say(f"{reports.title(chosen[0])}\n{_output(chosen[0])}")
    else:
        say(f"{draw_text(picture_of_result(result))}\n{result}")


def summary(row: RunRow) -> dict[str, Any]:
    """A dispatch as JSON has it."""
    begun = row.started or row.created
    return {
        "id": row.id, "name": row.name, "status": str(row.state), "electrons": row.electrons,
        "created": _utc(row.created), "ended": _utc(row.ended),
        "seconds": round((row.ended - begun) / 1e9, 6) if row.ended else None,
    }  # fmt: skip


def _node(node: Any, logs: bool) -> dict[str, Any]:
    from ..widgets.pictures import label_of

    start, end, error = node.start_time, node.end_time, node.error
    told = {
        "id": node.id, "name": node.name, "status": str(node.status), "attempts": len(node.attempts),
        "started": start and start.isoformat() + "Z", "ended": end and end.isoformat() + "Z",
        "seconds": (end - start).total_seconds() if start and end else None,
        "executor": label_of(node.executor), "resource": node.resource, "host": node.host, "pid": node.pid,
        "worker": node.worker,
        "error": error and {"kind": error.kind, "type": error.type, "message": error.message},
    }  # fmt: skip
    return {**told, "stdout": node.stdout, "stderr": node.stderr} if logs else told


def _output(node: Any) -> str:
    if node.error is not None:
        return str(node.error.traceback or f"{node.error.type}: {node.error.message}").rstrip("\n")
    return VAULT.masked(repr(node.output)) if node.has_output else "no output"


def _utc(nanoseconds: int) -> str | None:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat().replace("+00:00", "Z") if nanoseconds else None

"""``jupyter-flow``: run a notebook without a browser, and look at what was dispatched.

``jupyter flow …`` is the same: Jupyter finds the command by its name.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime

from .model.errors import FlowError


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; its exit status."""
    given = _parser().parse_args(argv)
    try:
        status: int = given.run(given)
        return status
    except (FlowError, OSError) as error:
        print(f"jupyter-flow: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("jupyter-flow: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jupyter-flow", description="Workflows in notebooks, without a browser.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="execute a notebook, and keep the executed copy")
    run.description = (
        "Execute a notebook from top to bottom in its own folder, print what its cells show, and keep the executed "
        "copy with its pictures. The exit status is 1 if a cell failed."
    )
    run.add_argument("notebook", help="the .ipynb file; it is not changed")
    run.add_argument(
        "--output", metavar="FILE", help="the executed copy (unset: .jupyter_flow/NAME beside the notebook)"
    )
    run.add_argument("--timeout", metavar="S", type=float, help="seconds that a cell may take (unset: no limit)")
    run.set_defaults(run=_run)
    listed = commands.add_parser("list", help="the dispatches in the store, newest first")
    listed.add_argument("-n", type=int, metavar="N", default=20, help="at most this many (20)")
    listed.set_defaults(run=_list)
    shown = commands.add_parser("show", help="one dispatch: its graph and its results")
    shown.add_argument("id", nargs="?", default="", help="its id, or how that begins (unset: the last one)")
    shown.set_defaults(run=_show)
    return parser


def _run(given: argparse.Namespace) -> int:
    from .notebook.running import run

    return run(given.notebook, given.output, given.timeout, _say)


def _list(given: argparse.Namespace) -> int:
    from .notebook.tables import plain
    from .verbs import dispatches

    found = dispatches(given.n)
    if not found:
        _say("nothing has been dispatched yet")
        return 0
    rows = [[d.id, d.name, str(d.status), str(d.electrons), _when(d.created)] for d in found]
    _say(plain(("id", "lattice", "status", "electrons", "dispatched"), rows, len(rows)))
    return 0


def _show(given: argparse.Namespace) -> int:
    from .notebook.pictures import picture_of_result
    from .notebook.targets import result_of
    from .render import draw_text

    result = result_of(given.id, {})
    _say(f"{draw_text(picture_of_result(result))}\n{result}")
    return 0


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())

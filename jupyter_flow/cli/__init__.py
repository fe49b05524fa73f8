"""``jupyter-flow``: notebooks without a browser, and what was dispatched.

``jupyter flow …`` is the same: Jupyter finds the command by its name.
"""

from collections.abc import Sequence
from io import StringIO

import click

from .. import __version__
from ..model.errors import FlowError
from . import cancelling, completing, dispatches, doctor, notebooks, pinning, pruning, recovering, resuming
from .printing import PROGRAM, say


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "Dispatches are kept in the folder that JUPYTER_FLOW_STORE names, else in Jupyter's data folder. "
        "An ID may be cut short as long as only one dispatch begins so."
    ),
)
@click.version_option(__version__, prog_name=PROGRAM)
def group() -> None:
    """Workflows in notebooks, without a browser.

    \b
    Examples:
      jupyter-flow run analysis.ipynb -p alpha=0.1   execute a notebook
      jupyter-flow ls --status FAILED                what went wrong lately
      jupyter-flow show 3f2a                         one dispatch: graph and results
      jupyter-flow export analysis.ipynb -o a.py     a plain script of it
      jupyter-flow cancel 3f2a                       stop it, whichever kernel runs it
      jupyter-flow resume 3f2a                       run what is left of it
      jupyter-flow prune --older-than 30d            make room
      jupyter-flow doctor                            what works on this machine

    \b
    Exit status:
      0    all went well
      1    a cell or an electron failed, or what was asked for did not come about
      2    the command line cannot be right, or there is no such thing
      130  interrupted
    """


for command in (
    notebooks.run, dispatches.ls, dispatches.show, cancelling.cancel, resuming.resume, pruning.prune, pinning.pin,
    recovering.recovering, doctor.doctor, notebooks.export, notebooks.nbval_sanitize, completing.completion,
):  # fmt: skip
    group.add_command(command)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; its exit status."""
    try:
        status = group.main(argv, prog_name=PROGRAM, standalone_mode=False)
    except click.Abort:  # click's word for Ctrl-C
        return _failed("interrupted", 130)
    except KeyboardInterrupt:
        return _failed("interrupted", 130)
    except click.ClickException as error:
        told = StringIO()
        error.show(told)
        say(told.getvalue().rstrip("\n"), err=True)
        return error.exit_code
    except (FlowError, OSError) as error:
        return _failed(str(error), 2)
    return status if isinstance(status, int) else 0


def _failed(why: str, status: int) -> int:
    say(f"{PROGRAM}: {why}", err=True)
    return status

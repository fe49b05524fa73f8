"""Notebooks without a browser: run one, compare its outputs, make a script of it."""

from importlib.resources import files
from pathlib import Path

import click

from ..model.errors import FlowError
from .printing import program, say

FILE = click.Path(path_type=Path, dir_okay=False)


def _parameters(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    from ..notebook.parameters import parse

    try:
        return dict(map(parse, given))
    except FlowError as error:
        raise click.BadParameter(str(error)) from None


@click.command(short_help="Execute a notebook from top to bottom.")
@click.argument("notebook", type=FILE)
@click.option(
    "-p", "--parameter", "parameters", metavar="NAME=VALUE", multiple=True, callback=_parameters,
    help="A value for the notebook; may be repeated. A Python literal, true, false or null, else a string.",
)  # fmt: skip
@click.option("--output", type=FILE, help="The executed copy.  [default: .jupyter_flow/NAME beside the notebook]")
@click.option("--html", type=FILE, help="The page for any browser.  [default: beside the executed copy]")
@click.option("--timeout", metavar="S", type=click.FloatRange(min=0, min_open=True), help="Seconds a cell may take.")
def run(
    notebook: Path, parameters: dict[str, str], output: Path | None, html: Path | None, timeout: float | None
) -> int:
    """Execute NOTEBOOK from top to bottom in its own folder.

    Prints what its cells show, waits for its electrons, and keeps the executed copy with its pictures, also when
    something fails. The notebook itself is not changed.

    Parameters are papermill's: a cell with the values is put after the cell tagged `parameters`, or at the top
    where there is none.

    \b
    Examples:
      jupyter-flow run analysis.ipynb
      jupyter-flow run train.ipynb -p alpha=0.1 -p name=ridge --html report.html
      jupyter-flow run nightly.ipynb --timeout 600 || mail -s "nightly failed" me@example.org

    \b
    Exit status:
      0    every cell and every electron went well
      1    a cell or an electron failed; the last line names it and its cell
      2    the command line or the notebook cannot be right
      130  interrupted
    """
    from ..notebook.running import Order
    from ..notebook.running import run as execute

    return execute(Order(notebook, output, html, timeout, parameters), say)


@click.command("nbval-sanitize")
def nbval_sanitize() -> None:
    """Print the place of a sanitize file for nbval.

    It has a pattern for each thing in our output that differs from run to run: ids, times, durations, addresses,
    pids, temporary files. A notebook that runs unattended shows none of them by itself; this is for those that
    print them.

    \b
    Example:
      pytest --nbval --nbval-sanitize-with "$(jupyter-flow nbval-sanitize)" notebooks/
    """
    say(str(files("jupyter_flow") / "notebook" / "nbval-sanitize.cfg"))


@click.command(short_help="Make a plain script of a notebook.")
@click.argument("notebook", type=FILE)
@click.option("-o", "--output", type=FILE, help="The script.  [default: standard output]")
def export(notebook: Path, output: Path | None) -> int:
    """Make a script of decorators that does what NOTEBOOK does.

    Electron cells become electrons, those that can run side by side one lattice. What a script cannot do is
    refused, with the cell and the line.

    \b
    Examples:
      jupyter-flow export analysis.ipynb -o analysis.py
      jupyter-flow export analysis.ipynb | python -

    \b
    Exit status:
      0  the script is written
      2  the notebook cannot be read, or cannot be made a script
    """
    from ..notebook.scripts import export_notebook

    try:
        text = export_notebook(notebook)
    except ValueError as error:  # not JSON, not a notebook
        raise FlowError(f"{notebook} cannot be read as a notebook: {error}") from None
    if output is None:
        program(text)
    else:
        output.write_text(text, encoding="utf-8")
        say(f"wrote {output}")
    return 0

"""Completion of commands, options and ids in a shell."""

import click
from click.shell_completion import get_completion_class

from .printing import PROGRAM, program

VARIABLE = "_JUPYTER_FLOW_COMPLETE"


@click.command(short_help="Print what makes a shell complete commands and ids.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes SHELL complete commands, options and ids.

    \b
    Examples:
      eval "$(jupyter-flow completion bash)"                   in ~/.bashrc
      eval "$(jupyter-flow completion zsh)"                    in ~/.zshrc
      jupyter-flow completion fish | source                    in ~/.config/fish/config.fish

    It completes `jupyter-flow`; of `jupyter flow`, the first word belongs to Jupyter.
    """
    kind = get_completion_class(shell)
    assert kind is not None  # click has the three
    program(kind(context.find_root().command, {}, PROGRAM, VARIABLE).source() + "\n")

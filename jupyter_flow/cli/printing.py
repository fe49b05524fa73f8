"""All that the commands print: nothing that others wrote steers the terminal."""

import sys

import click

from ..model.visible import coloured, one_line, visible

PROGRAM = "jupyter-flow"

__all__ = ["PROGRAM", "one_line", "program", "say", "say_coloured"]


def say(text: str, err: bool = False) -> None:
    """Print lines; control characters in them are shown as escapes."""
    click.echo(visible(text), err=err)


def say_coloured(text: str) -> None:
    """Print lines that may have colours, which a terminal gets, and nothing else that steers it."""
    click.echo(coloured(text, sys.stdout.isatty()))


def program(text: str) -> None:
    """Print what another program is to read as it is; at a terminal a person reads it."""
    click.echo(visible(text) if sys.stdout.isatty() else text, nl=False)

"""What works on this machine."""

from collections.abc import Callable, Iterator

import click

from ..model.visible import visible
from . import machine, packages, plugged
from .findings import Finding
from .printing import say, say_coloured

CHECKS: dict[str, tuple[Callable[[], Iterator[Finding]], ...]] = {
    "Python": (packages.python, packages.required, packages.optional, packages.subshells),
    "Executors": (plugged.executors,),
    "Store": (machine.store, machine.key),
    "Machine": (machine.workers, machine.resources, machine.programs),
}


@click.command(short_help="Say what works on this machine.")
def doctor() -> int:
    """Say what works on this machine, and what to do about the rest.

    Starts a worker process and runs one electron in a store of its own, which is removed afterwards.

    \b
    Each line begins with one of
      ok       works
      missing  not here, and not needed unless you want what the line names
      warning  works, and may give trouble
      problem  does not work; the line says the way out

    \b
    Example:
      jupyter-flow doctor || echo "look at the lines that begin with problem"

    \b
    Exit status:
      0    no problem
      1    a problem
    """
    problems = 0
    for title, checks in CHECKS.items():
        say(f"{title}:")
        for finding in (finding for check in checks for finding in _tried(check)):
            problems += finding.state == "problem"
            say_coloured(f"  {click.style(finding.state.ljust(8), fg=COLOURS[finding.state])} {visible(str(finding))}")
    say(f"{problems} problem{'' if problems == 1 else 's'}" if problems else "no problem")
    return 1 if problems else 0


COLOURS = {"ok": "green", "missing": "cyan", "warning": "yellow", "problem": "red"}


def _tried(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A check that fails itself is a finding too."""
    try:
        yield from check()
    except Exception as error:  # the lines after it are worth having all the same
        yield Finding("problem", check.__name__, f"could not be looked at: {type(error).__name__}: {error}")

"""``!command`` in a cell that runs away from its notebook: what IPython makes of it is a call of the shell."""

import re
import subprocess
import sys
from typing import Any

NAMED = re.compile(r"\{\{|\}\}|\{(?P<braced>[^{}]+)\}|\$\$|\$(?P<dollar>[A-Za-z_][A-Za-z_0-9]*)")


class Commands:
    """As much of IPython's shell as a translated ``!command`` asks for."""

    def __init__(self, space: dict[str, Any]) -> None:
        self._space = space

    def system(self, command: str) -> None:
        """Run a command; its output is the electron's."""
        done = self._run(command, subprocess.STDOUT)
        sys.stdout.write(done.stdout)
        self._space["_exit_code"] = done.returncode

    def getoutput(self, command: str) -> list[str]:
        """The lines that a command prints."""
        return self._run(command, subprocess.STDOUT).stdout.splitlines()

    def _run(self, command: str, stderr: int) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            expanded(command, self._space), shell=True, check=False, text=True, errors="backslashreplace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr,
        )  # fmt: skip


def expanded(command: str, space: dict[str, Any]) -> str:
    """A command with ``{expression}`` and ``$name`` filled in; what cannot be is the shell's own."""

    def filled(found: re.Match[str]) -> str:
        text = found.group()
        if text in ("{{", "}}", "$$"):
            return text[0]
        if found["dollar"]:
            return str(space[found["dollar"]]) if found["dollar"] in space else text
        try:
            return str(eval(found["braced"], space))
        except Exception:  # awk '{print $1}'
            return text

    return NAMED.sub(filled, command)

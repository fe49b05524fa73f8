"""What others wrote, on a terminal: commands with a pseudo-terminal of their own."""

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupyter_flow as jf
import jupyter_flow.cli

HOSTILE = "\x1b]0;PWNED\x07\x1b[2J\x9b5n\u202eevil\r\nFAKE LINE\0\b\x1bPq\x1b\\\t\u2028"
RED = "\x1b[31mred"
STEERS = set("\x1b\x07\x9b\u202e\r\0\b\u2028")


def dispatched() -> str:
    class Bad(Exception):
        pass

    def prints(given: str) -> Any:
        print("out", RED, HOSTILE)  # noqa: T201
        print("err", RED, HOSTILE, file=sys.stderr)  # noqa: T201
        return given

    def fails(given: str) -> Any:
        raise Bad("message" + HOSTILE)

    def flow(given: str) -> Any:
        return prints_(given), fails_(given)

    for function in (prints, fails, flow):
        function.__name__ = function.__name__ + HOSTILE
    Bad.__name__ = "Bad" + HOSTILE.replace("\0", "")
    prints_, fails_ = jf.electron(prints, executor="thread"), jf.electron(fails, executor="thread")
    id = jf.dispatch(jf.lattice(flow))("argument" + HOSTILE)
    jf.get_result(id, wait=True)
    return str(id)


def at_a_terminal(*arguments: str) -> str:
    """What a command writes to a terminal that changes nothing of it, both streams."""
    ours, theirs = pty.openpty()
    shell = 'stty -opost; exec "$@"'
    command = ["sh", "-c", shell, "sh", sys.executable, "-m", "jupyter_flow.cli", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        told = b""
        try:
            while block := os.read(ours, 65536):
                told += block
        except OSError:  # its end, on Linux
            pass
    os.close(ours)
    return told.decode()


def through_a_pipe(*arguments: str) -> str:
    command = [sys.executable, "-m", "jupyter_flow.cli", *arguments]
    environment = {**os.environ, "FORCE_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    return (done.stdout + done.stderr).decode()


def steering(told: str) -> set[str]:
    return STEERS & set(told)


def test_names_errors_and_values_steer_no_terminal() -> None:
    id = dispatched()
    commands = (["ls"], ["show", id], ["show", id, "--node", "0"], ["show", id, "--node", "1"], ["cancel", id])
    for command in (*commands, ["prune", "--keep", "0", "--dry-run"], ["resume", id], ["show", f"no{HOSTILE[:5]}"]):
        told = at_a_terminal(*command)
        assert told
        assert not steering(told), command
    for command in (["ls", "-n", "1"], ["cancel", id]):
        told = through_a_pipe(*command)
        assert r"flow\x1b]0;PWNED\x07" in told
        assert not steering(told)
        assert not any(line.startswith("FAKE") for line in told.splitlines())


def test_logs_keep_their_colours_at_a_terminal_and_nothing_else() -> None:
    id = dispatched()
    told = at_a_terminal("show", id, "--logs")
    assert told.count(RED) == 2
    assert not steering(told.replace("\x1b[31m", "").replace("\x1b[0m", ""))
    piped = through_a_pipe("show", id, "--logs")
    assert piped.count("red") == 2
    assert not steering(piped)


def test_all_that_commands_print_goes_through_one_place() -> None:
    folder = Path(jupyter_flow.cli.__file__).parent
    code = {path.name: path.read_text() for path in folder.glob("*.py")}
    assert {name for name, text in code.items() if "echo(" in text or "print(" in text} == {"printing.py"}

"""``!command`` lines in a cell that runs away from its notebook."""

from typing import Any

import pytest

from jupyter_flow.worker.commands import Commands, expanded

SPACE = {"x": 3, "word": "a b", "xs": [1, 2], "d": {"k": 5}}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("echo {x}", "echo 3"),
        ("echo {x + 1}", "echo 4"),
        ("echo {xs[0]} {d['k']}", "echo 1 5"),
        ("echo $x", "echo 3"),
        ("echo $word!", "echo a b!"),
        ("echo $nowhere {nowhere}", "echo $nowhere {nowhere}"),
        ("echo {{x}}", "echo {x}"),
        ("echo $$x", "echo $x"),
        ("awk '{print $1}'", "awk '{print $1}'"),
        ("echo ${HOME}", "echo ${HOME}"),
        ("plain", "plain"),
    ],
)
def test_names_and_expressions_are_filled_in_and_the_rest_is_the_shells(command: str, said: str) -> None:
    assert expanded(command, dict(SPACE)) == said


def test_the_output_of_a_command_is_the_electrons(capsys: pytest.CaptureFixture[str]) -> None:
    space: dict[str, Any] = {"x": 1}
    Commands(space).system("echo {x}; echo two >&2; exit 4")
    assert capsys.readouterr().out == "1\ntwo\n"
    assert space["_exit_code"] == 4


def test_the_lines_of_a_command_are_a_list() -> None:
    assert list(Commands({}).getoutput("printf 'one\\ntwo\\n'")) == ["one", "two"]

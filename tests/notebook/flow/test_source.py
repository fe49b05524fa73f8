"""The cell that %flow debug opens: it can be edited and run, and leaves the notebook's own names alone."""

from typing import Any

import pytest

STATEMENTS = 'note = """it is\n{a}\n"""\nfor n in range(3):\n    a += n\n\nxs.append(a)'


def opened(notebook: Any, target: str) -> str:
    """The cell that debugging one opens."""
    notebook.run(f"%flow debug {target}")
    cell: str = notebook.shell.rl_next_input
    return cell


def test_statements_run_with_the_inputs_they_had_and_the_notebook_keeps_its_own(notebook: Any) -> None:
    notebook.run("a, xs, n = 1, [0], 'mine'")
    notebook.run(f"%%electron it -x thread -o note\n{STATEMENTS}")
    notebook.run("a = 100")
    names = set(notebook.shell.user_ns)
    assert notebook.run(opened(notebook, "it")) == ["a", "xs", "note", "n"]
    assert notebook["it_made"] == {"a": 4, "xs": [0, 4], "note": "it is\n{a}\n", "n": 2}
    assert (notebook["a"], notebook["xs"], notebook["n"]) == (100, [0], "mine")
    assert {n for n in notebook.shell.user_ns if not n.startswith("_")} - names == {"debug_it", "it_inputs", "it_made"}


def test_statements_that_await_and_shell_lines_run_there_too(notebook: Any) -> None:
    notebook.run("%%electron it -x thread\nimport asyncio\nawait asyncio.sleep(0)\n!true\nsaid = !echo there\nb = 1")
    assert "said" in notebook.run(opened(notebook, "it"))
    assert (list(notebook["it_made"]["said"]), notebook["it_made"]["b"]) == (["there"], 1)


@pytest.mark.parametrize(
    "magic", ["%%electron -x thread\n", "import jupyter_flow as jf\n@jf.electron(executor='thread')\n"]
)
def test_a_function_stays_the_electron_it_is(notebook: Any, magic: str) -> None:
    notebook.run(f"{magic}def risky(n):\n    return 10 // n")
    notebook.run("import jupyter_flow as jf\n@jf.lattice\ndef study(n): return risky(n)")
    notebook.run("jf, inputs, run = None, 'mine', jf.dispatch(study)(5)\nrun.result()")
    electron = notebook["risky"]
    assert notebook.run(opened(notebook, f"{notebook['run']}.risky")) == 2
    assert (notebook["risky"], notebook["inputs"], notebook["jf"]) == (electron, "mine", None)
    assert notebook.run("import jupyter_flow as jf\njf.dispatch(study)(2).result()") == 5


def test_inputs_can_be_loaded_into_a_variable(notebook: Any) -> None:
    notebook.run("a = 1")
    notebook.run("%%electron it -x thread\nb = a")
    notebook.run("a = 2\n%flow inputs it given")
    assert (notebook["given"], notebook["a"]) == ({"a": 1}, 2)
    notebook.run("%flow inputs it")
    assert notebook["a"] == 1

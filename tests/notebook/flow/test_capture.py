"""What a cell takes along when it is run, and what is refused."""

from typing import Any

import pytest

from jupyter_flow.model.errors import BuildError
from jupyter_flow.notebook import extension
from jupyter_flow.notebook.flow.capture import Captured

ELECTRON = "%%electron it -x thread\n"


def captured(notebook: Any, cell: str, header: str = ELECTRON) -> Captured:
    notebook.run(header + cell)
    flow = extension.flow_of(notebook.shell)
    assert flow is not None
    return flow.execution_named("it").captured


@pytest.mark.parametrize(
    ("cell", "inputs", "outputs"),
    [
        ("x = a", "a", "x"),
        ("xs.append(a)", "xs a", "xs"),
        ("x = f()", "", "x"),
        ("import math\nx = math.pi", "", "x"),
        ("def g(): return a\nx = 1", "a", "x"),
        ("if a > 5:\n    b = 2", "a b", "b"),
        ("x = nowhere if a > 5 else 0", "a", "x"),
        ("del b", "b", ""),
        ("print(a)", "a", ""),
    ],
)
def test_inputs_are_the_data_it_reads_and_outputs_what_it_assigns(
    notebook: Any, cell: str, inputs: str, outputs: str
) -> None:
    notebook.run("a = 1\nb = 1\nxs = []\ndef f(): return a")
    found = captured(notebook, cell)
    assert (found.inputs, found.outputs) == (tuple(inputs.split()), tuple(outputs.split()))


def test_the_header_may_name_them(notebook: Any) -> None:
    notebook.run("a = 1\nb = 2")
    found = captured(notebook, "x = y = a", "%%electron it -x thread -i a -o x\n")
    assert (found.inputs, found.outputs) == (("a",), ("x",))
    assert isinstance(notebook.fails("y"), NameError)


def test_it_takes_values_as_they_were_when_it_was_run(notebook: Any, attended: None) -> None:
    notebook.run(
        "import threading, builtins\nbuiltins.gate_of_test = threading.Event()\nxs = [1]\ndef f(): return k\nk = 1"
    )
    notebook.run(f"{ELECTRON}import builtins\nbuiltins.gate_of_test.wait(30)\nfound = (list(xs), f())")
    notebook.run("xs.append(2)\nk = 2\ndef f(): return 0\nbuiltins.gate_of_test.set()")
    assert notebook.run("found") == ([1], 1)


@pytest.mark.parametrize(
    ("before", "cell", "said"),
    [
        ("import threading\nlock = threading.Lock()", "x = lock", "lock"),
        (
            "import threading\ndef f(held=threading.Lock()): return held",
            "x = f()",
            "'f', which it uses, cannot be pickled",
        ),
    ],
)
def test_what_cannot_be_taken_along_is_named(notebook: Any, before: str, cell: str, said: str) -> None:
    notebook.run(before)
    error = notebook.fails(ELECTRON + cell)
    assert isinstance(error, BuildError)
    assert said in str(error)


def test_a_large_input_is_named_with_its_size(notebook: Any) -> None:
    notebook.run("import numpy as np\nbig = np.zeros(2_000_000)")
    notebook.run(f"{ELECTRON}x = big.sum()")
    assert "it(big) → x · thread · big is 16 MB" in notebook.printed()

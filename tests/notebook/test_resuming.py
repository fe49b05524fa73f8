from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError

from jupyter_flow.dispatch.listed import when
from jupyter_flow.notebook.completion import offered
from jupyter_flow.session import session

FAILS_ONCE = """
import jupyter_flow as jf
from collections.abc import Iterator
from pathlib import Path
good = Path("good").absolute()
@jf.electron(executor="thread")
def ran(n):
    with open(good.with_name("ran"), "a") as file: file.write("x")
    return n
@jf.electron
def twice(n):
    if not good.exists(): raise ValueError("not yet")
    return 2 * n
@jf.lattice(executor="thread")
def flow(n): return twice(ran(n))
"""


@pytest.fixture
def failed(notebook: Any) -> Any:
    notebook.run(FAILS_ONCE)
    notebook.run("id = jf.dispatch(flow)(21)\nfirst = jf.get_result(id, wait=True)")
    assert notebook["first"].status == "FAILED"
    notebook.printed()
    return notebook


@pytest.mark.parametrize(("named", "on"), [("{{id}}", "thread"), ("first", "thread"), ("{} -x inline", "inline")])
def test_what_is_left_of_a_dispatch_is_run(failed: Any, named: str, on: str) -> None:
    assert notebook_completes(failed)
    Path("good").touch()
    failed.run(f"%dispatch -o again --wait --resume {named.format(str(failed['id'])[:13])}")
    assert f"1 of 2 electrons taken over; the rest runs on {on}" in failed.printed()
    assert failed.run("again.result()") == 42
    assert Path("ran").read_text() == "x"


def test_an_electron_cell_is_to_be_run_again(notebook: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        notebook.run("%%electron bad\nx = 1 / 0")
    (row,) = session().store.runs(1)
    with pytest.raises(UsageError, match="it is the electron cell 'bad'; run that cell again"):
        notebook.run(f"%dispatch --resume {row.id}")


def notebook_completes(notebook: Any) -> bool:
    magics = notebook.shell.magics_manager.magics["line"]["dispatch"].__self__
    return str(notebook["id"]) in offered(magics, "%dispatch --resume ")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("--resume id flow(1)", "one too many"),
        ("--resume id -x gpu", "no executor is called 'gpu'"),
        ("--resume nothing", "no dispatch is called 'nothing'"),
        ("--resume", "(flow, FAILED)"),
        ("--resume done", "nothing is left to run"),
    ],
)
def test_a_mistake_is_a_usage_error_and_nothing_runs(failed: Any, line: str, why: str) -> None:
    Path("good").touch()
    failed.run("done = jf.dispatch(flow)(1); done.result(60)")
    before = len(session().dispatches())
    error = failed.fails(f"%dispatch {line}")
    assert isinstance(error, UsageError)
    assert why in str(error)
    assert len(session().dispatches()) == before


HELD = """
import jupyter_flow as jf, pathlib, time
@jf.electron(executor="thread")
def hold(gate):
    while not pathlib.Path(gate).exists(): time.sleep(0.005)
@jf.lattice
def held(gate): return hold(hold(gate))
%dispatch --no-wait -o run held('gate')
while not jf.session().run(run).begun: time.sleep(0.005)
"""


@pytest.fixture
def interrupted(notebook: Any, attended: None) -> Iterator[Any]:
    """The session that dispatched has ended, as with a kernel; the next one finds what it left."""
    notebook.run(HELD)
    session().close()
    notebook.printed()
    yield notebook
    Path("gate").touch()


@pytest.mark.parametrize("magic", ["%result", "%graph"])
def test_what_another_kernel_left_is_told_with_its_name_and_time_and_how_to_go_on(interrupted: Any, magic: str) -> None:
    id = str(interrupted["run"])
    made = when(session().store.run(id).created / 1e9)
    shown = interrupted.run(magic)
    way_on = f"%dispatch --resume {id[:8]} runs the rest\n"
    assert interrupted.printed().startswith(f"another kernel's last dispatch: held, {id[:8]}, of {made}\n{way_on}")
    assert "never begun" in interrupted.shown(shown)["text/plain"]
    assert "NEW_OBJECT" not in interrupted.shown(shown)["text/plain"]
    interrupted.run(f"{magic} {id[:8]}")
    assert interrupted.printed().startswith(way_on)


def test_of_electron_cells_nothing_can_be_resumed(interrupted: Any) -> None:
    interrupted.run("%%electron bad -x inline\nx = 1 / 0")
    interrupted.fails("print(x)")  # it has ended
    told = str(interrupted.fails("%dispatch --resume"))
    assert f"{str(interrupted['run'])[:8]} (held, INTERRUPTED)" in told
    assert "bad" not in told

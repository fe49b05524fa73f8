"""Electron cells run where the notebook stood when they were run: its folder, its environment, its ``sys.path``."""

from pathlib import Path

from tests.notebook.flow.kernels import Kernel

MOVES = "import os, sys\nos.makedirs('{0}', exist_ok=True)\nos.chdir('{0}')\nos.environ['PLACE'] = '{0}'"
WHERE = "%%electron where\ny = os.path.basename(os.getcwd()), os.environ.get('PLACE'), '{0}' in sys.path, x"


def stand(kernel: Kernel, tmp_path: Path, *folders: str) -> None:
    for folder in folders:
        kernel.goes(MOVES.format(tmp_path / folder), cell=folder)


def test_an_electron_that_waited_runs_where_its_cell_was_run(kernel: Kernel, tmp_path: Path) -> None:
    kernel.goes(f"import os, sys\nos.chdir({str(tmp_path)!r})\nos.environ['PLACE'] = 'first'")
    kernel.goes("%%electron make\ngate('make')\nx = 1")
    kernel.goes(WHERE.format("/nowhere"))
    kernel.goes("os.mkdir('later')\nos.chdir('later')\nos.environ['PLACE'] = 'later'\nsys.path.append('/nowhere')")
    kernel.open("make")
    assert kernel.value("y") == repr((tmp_path.name, "first", False, 1))
    kernel.goes("sys.path.remove('/nowhere')")


def test_a_dispatch_runs_where_it_was_made(kernel: Kernel, tmp_path: Path) -> None:
    kernel.goes(f"import os\nimport jupyter_flow as jf\nos.chdir({str(tmp_path)!r})\nos.environ['PLACE'] = 'first'")
    kernel.goes(
        "@jf.electron\ndef wait():\n    gate('wait')\n    return 1\n\n"
        "@jf.electron\ndef where(x):\n    return os.getcwd(), os.environ['PLACE']\n\n"
        "@jf.electron\n@jf.lattice\ndef inner(x):\n    return where(x)\n\n"
        "@jf.lattice\ndef both():\n    return inner(wait())"
    )
    kernel.goes("id = jf.dispatch(both)()")
    kernel.reached("wait")
    kernel.goes("os.mkdir('later')\nos.chdir('later')\nos.environ['PLACE'] = 'later'")
    kernel.open("wait")
    assert kernel.value("id.result()") == repr((str(tmp_path), "first"))


def test_a_relative_workdir_lies_in_the_folder_of_the_dispatch(kernel: Kernel, tmp_path: Path) -> None:
    kernel.goes(f"import os\nos.chdir({str(tmp_path)!r})")
    kernel.goes("%executor there local --workdir work")
    kernel.goes("%%electron make\ngate('make')\nx = 1")
    kernel.goes("%%electron -x there\ny = x, os.getcwd()")
    kernel.goes("os.mkdir('later')\nos.chdir('later')")
    kernel.open("make")
    assert kernel.value("y") == repr((1, str(tmp_path / "work")))
    kernel.goes("%executor -d there")


def test_run_again_an_electron_is_where_it_stands_in_order(kernel: Kernel, tmp_path: Path) -> None:
    stand(kernel, tmp_path, "a")
    kernel.goes("x = 1", cell="x")
    kernel.goes(WHERE.format("/nowhere"), cell="where")
    kernel.goes("%flow wait")
    stand(kernel, tmp_path, "b")
    kernel.goes("x = 2", cell="x")
    kernel.goes("%flow run")
    assert kernel.value("y") == repr(("a", str(tmp_path / "a"), False, 2))
    assert kernel.value("os.path.basename(os.getcwd())") == "'b'"


def test_an_edited_folder_counts_for_the_cells_after_it(kernel: Kernel, tmp_path: Path) -> None:
    stand(kernel, tmp_path, "a")
    kernel.goes("x = 1", cell="x")
    kernel.goes(WHERE.format("/nowhere"), cell="where")
    kernel.goes("%flow wait")
    stand(kernel, tmp_path, "b")
    kernel.goes(MOVES.format(tmp_path / "c"), cell="a")
    kernel.goes("x = 2", cell="x")
    kernel.goes("%flow run")
    assert kernel.value("y") == repr(("c", str(tmp_path / "c"), False, 2))


def test_an_ordinary_cell_run_again_is_where_it_stands_in_order(kernel: Kernel, tmp_path: Path) -> None:
    stand(kernel, tmp_path, "a")
    kernel.goes("%%electron first\nx = 1", cell="first")
    kernel.goes("os.makedirs('in', exist_ok=True)\nos.chdir('in')\nz = x, os.getcwd()", cell="z")
    kernel.goes("%%electron last\ny = z", cell="last")
    kernel.goes("%flow wait")
    stand(kernel, tmp_path, "b")
    kernel.goes("%%electron first\nx = 2", cell="first")
    kernel.goes("%flow run")
    assert kernel.value("y") == repr((2, str(tmp_path / "a" / "in")))
    assert kernel.value("os.path.basename(os.getcwd())") == "'b'"

"""The exported script and the notebook agree: both are run."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ruff.__main__ import find_ruff_bin

from jupyter_flow.notebook.scripts import NotExportable, export, export_notebook

ROOT = Path(__file__).parents[2]
# The script tells its final values: those that are no code, as their types and texts.
TELL = """
import json as _json, types as _types
from pathlib import Path as _Path
def _text(value):
    if type(value).__name__ in ("DataFrame", "Series"):
        return value.to_json()
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(_text, value)]
    if isinstance(value, dict):
        return ["dict", *([_text(k), _text(v)] for k, v in value.items())]
    if type(value).__repr__ is object.__repr__:
        return [type(value).__name__, _text(vars(value))]
    return f"{type(value).__name__} {value!r}"
def _told(space):
    code = (_types.ModuleType, _types.FunctionType, _types.BuiltinFunctionType, type)
    return {
        name: _text(value) for name, value in list(space.items())
        if not name.startswith("_") and not isinstance(value, code)
        and not type(value).__module__.startswith(("jupyter_flow", "IPython"))
    }
"""


def agree(notebook: Any, cells: list[str], formatted: bool = True) -> str:
    """Run cells and their script; what the script printed. Every name is to have the same value."""
    script = export(cells)
    if formatted:
        check_format(script)
    shell = getattr(notebook, "shell", notebook)
    known = set(shell.user_ns)
    for cell in cells:
        shell.run_cell(cell).raise_error()
    space: dict[str, Any] = {}
    exec(TELL, space)
    there = {name: value for name, value in shell.user_ns.items() if name not in known}
    expected = space["_told"](there)
    done = run(script + TELL + "_Path('told').write_text(_json.dumps(_told(globals())))\n")
    assert done.returncode == 0, f"{done.stderr}\n{script}"
    told = json.loads(Path("told").read_text())
    assert told == json.loads(json.dumps(expected)), script
    return done.stdout


def run(script: str) -> "subprocess.CompletedProcess[str]":
    Path("script.py").write_text(script)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JUPYTER_FLOW_STORE": str(Path("store").absolute())}
    return subprocess.run(
        [sys.executable, "script.py"], env=environment, capture_output=True, text=True, check=False, timeout=100
    )


def check_format(script: str) -> None:
    """Formatters and linters have nothing to say."""
    ruff = find_ruff_bin()
    for command in (["format", "--diff"], ["check"]):
        done = subprocess.run(
            [ruff, *command, "--isolated", "-"], input=script, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{done.stdout}\n{script}"


NOTEBOOKS = {
    "a straight line": [
        "a = 2",
        "%%electron one\nb = a + 1",
        "%%electron two\nc = a * 10",
        "%%electron three\nd = b + c\nd",
    ],
    "a name that is assigned again": [
        "%%electron -q\nx = 1",
        "%%electron -q\ny = x + 1",
        "%%electron -q\nx = x + 10",
        "%%electron -q\nx += y",
        "x = x * 2",
        "%%electron -q\nz = [x, y]",
    ],
    "options": [
        "%executor cpu local -n 2",
        "%executor net thread -n 3",
        "%%electron load -x cpu --retries 2 --timeout 90s\nrows = list(range(5))",
        "%%electron -x net\ntotal = sum(rows)",
        "%%electron -x net\nlargest = max(rows)",
        "%%electron --cache --lazy -x inline\nboth = total, largest",
        "both",
    ],
    "numpy and pandas": [
        "import numpy as np\nimport pandas as pd",
        'df = pd.DataFrame({"day": [1, 2, 3], "sun": [4.0, np.nan, 6.0]})',
        "%%electron clean\ndf = df.dropna()\nmean = float(df.sun.mean())",
        '%%electron scale\ndf["sun"] = df["sun"] / mean\n',
        "%%electron matrix\nm = np.outer(df.sun, df.sun).round(3)",
        "df.describe()",
    ],
    "a map": [
        "folds = [1, 2, 3]",
        "scale = 10",
        "%%electron cross --map fold=folds\nscore = fold * scale\nname = str(fold)",
        "%%electron --map s=score\nhalf = s / 2",
        "print(sum(score), name)",
    ],
    "a map over what an electron makes": [
        "%%electron -q\nparts = [[1, 2], [3]]\nk = 2",
        "%%electron each --map part=parts\nsize = len(part) * k",
        "%%electron -q\ntotal = sum(size)",
    ],
    "order without data": [
        "from pathlib import Path",
        '%%electron writer\nimport time\n\ntime.sleep(0.2)\nPath("made").write_text("here")',
        '%%electron reader --after writer\ntext = Path("made").read_text()',
    ],
    "helpers that read globals": [
        "factor = 3\n\n\ndef scaled(x):\n    return x * factor\n\n\ndef twice(x):\n    return scaled(scaled(x))",
        "%%electron first\na = twice(1)",
        "%%electron second\nfactor = a + 1",
        "%%electron third\nb = twice(1)",
        "factor",
    ],
    "classes": [
        "class Point:\n    def __init__(self, x):\n        self.x = x\n\n"
        "    def moved(self, by):\n        return Point(self.x + by)",
        "%%electron start\np = Point(1)",
        "%%electron move\nq = p.moved(2)",
        "%%electron own\nclass Box:\n    size = 3\n\n\nbox = Box()\nbox.held = q.x",
        "box.size + box.held",
    ],
    "a function that an electron cell defines": [
        "%%electron tools\nimport math\n\n\ndef root(x):\n    return math.sqrt(x)\n\n\nr = root(4)",
        "%%electron use\ns = root(r) + math.pi",
        "root(9)",
    ],
    "changes in place": [
        "xs = [1, 2]\nys = [xs]",
        "%%electron grow\nxs.append(3)\nfirst = ys[0]",
        "%%electron more\nd = {}\nd[\"xs\"] = xs\nxs += [4]",
        "%%electron again\nxs.append(len(d))\nd[\"n\"] = len(xs)",
        "len(ys[0])",
    ],
    "values that share objects": [
        "%%electron make\nweights = [1, 1]\nstepper = {\"of\": weights}",
        "%%electron step\nstepper[\"of\"].append(5)\nseen = list(weights)",
        "%%electron other\nweights.append(7)\nstepped = stepper[\"of\"] is weights",
    ],
    "conditions, loops and deletion": [
        "n = 3\ngone = 1",
        "%%electron loop\ntotal = 0\nfor i in range(n):\n    total += i\nif total > 2:\n    n = 7",
        "%%electron away\nkept = gone + n\ndel gone",
        "%%electron last\nword = \"big\" if kept > 5 else \"small\"",
    ],
    "private names, comprehensions and strings": [
        "_k = 2",
        "%%electron text\n_tmp = [x * _k for x in range(3)]\n"
        'text = """a\n  b\n\n\n    """ + str(_tmp)\n\n\n# the end\nn = len(text)',
        "text",
    ],
    "decorated functions and lattices": [
        "import jupyter_flow as jf",
        "%%electron -x thread\ndef add(a, b):\n    return a + b",
        "%%electron triple --retries 1\n# three times\ndef thrice(x):\n    return 3 * x",
        "%%lattice both -p a -p b=2\nc = add(a, b)\ntriple(c)",
        "%%lattice\ndef whole(x):\n    return add(both(x), 1)",
        "%dispatch -o run whole(4)",
        "value = run.result()",
    ],
    "electron cells that a lattice calls": [
        "y = 1\nx = 1",
        "%%electron mix\nz = x * 10 + y",
        "%%lattice flow_of_two\nmix(mix(1, 2), 3)",
        "%dispatch -o run flow_of_two()",
        "value = run.result()",
    ],
    "magics and shell lines": [
        "%load_ext autoreload\n%autoreload 0\nx = 5",
        "!echo {x} $x > made",
        "lines = !cat made",
        "lines = list(lines)",
        "%time y = 2",
        "%%time\nz = 3",
        "%flow status",
    ],
    "an async electron": [
        "%%electron later\nimport asyncio\n\nawait asyncio.sleep(0)\na = 1",
        "a",
    ],
    "long lines": [
        "\n".join(f"variable_{n} = [{n}]" for n in range(12)),
        "%%electron a_rather_long_name\n" + "\n".join(f"variable_{n} += [1]" for n in range(12)),
        "%%electron -q\ntotal = "
        + "(\n    " + "\n    + ".join(f"variable_{n}" for n in range(12)) + "\n)",
    ],
}  # fmt: skip


@pytest.mark.parametrize("title", NOTEBOOKS)
def test_the_script_gives_what_the_notebook_gives(notebook: Any, title: str) -> None:
    agree(notebook, NOTEBOOKS[title])


def test_what_a_cell_deletes_is_missed_by_those_after_it_and_hides_nothing_any_more(notebook: Any) -> None:
    cells = [
        "%%electron -q -x thread\ngone = 1\nsum = 3",
        "%%electron -q -x thread\na = gone + sum\ndel gone, sum",
        "%%electron -q -x thread\ntry:\n    b = gone\nexcept NameError:\n    b = 'missed'",
        "%%electron -q -x thread\nc = sum([a, 1])",
    ]
    agree(notebook, cells, formatted=False)


def test_what_cells_show_is_printed(notebook: Any) -> None:
    cells = ["x = 2\nx + 1", "x;", "print('said')", "[].append(x)", "str(x) + '!'", "None", "x if x > 5 else None"]
    assert agree(notebook, cells, formatted=False) == "3\nsaid\n2!\n"


def test_a_failing_electron_fails_the_script() -> None:
    script = export(["%%electron good\na = 1", "%%electron bad\nb = a / 0", "print('never')"])
    done = run(script)
    assert done.returncode != 0
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert "never" not in done.stdout


def test_independent_electrons_stand_in_one_lattice() -> None:
    script = export(["%%electron\na = 1", "# why\nk = 3", "%%electron\nb = 2", "%%electron\nc = a + b"])
    assert script.count("@jf.lattice") == 1
    assert script.count(".result()") == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("big dask -n 2", "DaskExecutor(workers=2)"),
        (
            "big dask tcp://10.0.0.1:8786 --resource GPU=1",
            'DaskExecutor("tcp://10.0.0.1:8786", resources={"GPU": 1.0})',
        ),
        ("big dask 'folder/scheduler file.json'", 'DaskExecutor("folder/scheduler file.json")'),
        (
            "big slurm --partition main -n 2 --memory 4GB --directive='--gres=gpu:1'",
            'DaskExecutor(Cluster("slurm", partition="main", memory="4GB", directives=["--gres=gpu:1"]), workers=2)',
        ),
    ],
)
def test_executors_on_clusters_are_made_of_the_addresses_and_numbers_of_their_line(line: str, said: str) -> None:
    script = export([f"%executor {line}", "%%electron -x big\nxs = [1]", "%%electron -x dask\nys = xs + [2]", "ys"])
    assert f"big = {said}\n" in script
    assert "@jf.electron(executor=big)" in script
    assert '@jf.electron(executor="dask")' in script
    classes = "Cluster, DaskExecutor" if "Cluster" in said else "DaskExecutor"
    assert f"from jupyter_flow.executor import {classes}\n" in script


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (
            ["%executor big loud -n 2"],
            "cell 1, line 1: loud is no kind of executor that a script could make: make",
        ),
        (["x = 1", "%%electron\n%time y = 2"], "cell 2, line"),
        (["k = 1\ndef f():\n    return k", "%%electron\n\nk = 2\ny = f()"], "cell 2, line 1: f reads the 'k'"),
        (["%%electron\nx = 1\nglobal y\ny = 2"], "cell 1, line 3: `global y`"),
        (["%%electron\nx = eval('1')"], "cell 1, line 2: eval()"),
        (["%run other.py"], "cell 1, line 1: a script cannot do what %run other.py does"),
        (["%%writefile f\nx"], "cell 1, line 1: a script cannot do what %%writefile does"),
        (["1 + 1", "_ + 1"], "cell 2, line 1: only the notebook has _"),
        (["%%electron\nk = 2\ndef f():\n    return k\ny = f()", "f()"], "cell 1, line 3: cells below use f"),
        (["n = 1", "%%electron\nif n:\n    del n"], "n is deleted on some paths only"),
        (
            ["%%electron\nfrom __future__ import annotations\ndef f(x: U): pass"],
            "cell 1, line 2: an import of the future",
        ),
        (["x = 1", "from __future__ import annotations"], "cell 2, line 1: an import of the future"),
        (["%%electron --nonsense\nx = 1"], "there is no option --nonsense"),
        (["x = ("], "cell 1, line 1"),
        (["", "x = 1\n%dispatch --resume {r}"], "cell 1, line 2: a script cannot do what %dispatch --resume {r} does"),
        (["%dispatch -o 'run flow(1)"], "cell 1, line 1: no closing quotation"),
        (["%%electron\nx = list(range(3))\nlist = 3"], "cell 1, line 3: list is used and then bound anew"),
        (["import asyncio\nawait asyncio.sleep(0)"], "await"),
    ],
)
def test_what_a_script_cannot_say_is_refused(cells: list[str], told: str) -> None:
    with pytest.raises(NotExportable) as caught:
        export(cells)
    assert told in str(caught.value)


def test_a_cell_is_refused_by_what_people_call_it() -> None:
    with pytest.raises(NotExportable, match=r"^In \[7\], line 1: "):
        export(["x = 1", "%run other.py"], ["In [3]", "In [7]"])


def test_texts_of_a_notebook_become_comments(tmp_path: Path) -> None:
    import nbformat.v4 as v4

    cells = [
        v4.new_markdown_cell("# Title\n\nwords"),
        v4.new_code_cell("import os\n"),
        v4.new_code_cell("%%electron\na = 1"),
    ]
    path = tmp_path / "book.ipynb"
    path.write_text(v4.writes(v4.new_notebook(cells=cells)))
    script = export_notebook(path)
    assert script.startswith("# # Title\n#\n# words\n\nimport os\n\nimport jupyter_flow as jf\n")


NAMES = ("a", "b", "c", "d")
VALUES = st.sampled_from(["1", "2", *NAMES, "a + b", "c * 2 - d", "(b, c)[0]", "max(a, d)", "helper(c)"])
LINES = st.tuples(st.sampled_from(NAMES), st.sampled_from([" = ", " += "]), VALUES).map("".join)
CELLS = st.tuples(st.booleans() | st.just(True), st.lists(LINES, min_size=1, max_size=3).map("\n".join))


@settings(max_examples=6, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(CELLS, min_size=1, max_size=5))
def test_any_straight_line_agrees(notebook: Any, cells: list[tuple[bool, str]]) -> None:
    for name in [*NAMES, "k", "helper"]:  # the examples share a shell
        notebook.shell.user_ns.pop(name, None)
    first = "a, b, c, d = 1, 2, 3, 4\n\n\ndef helper(x):\n    return x % 7 + k\n\n\nk = 5"
    agree(notebook, [first, *(("%%electron -q -x thread\n" if task else "") + text for task, text in cells)], False)


def test_a_value_of_an_electrons_name_is_no_call_of_it(notebook: Any) -> None:
    cells = [
        "a, b, c, d = 1, 2, 3, 4",
        *(f"%%electron -q -x thread\n{text}" for text in ("a = d", "b = c\nc += a", "c += a + b")),
    ]
    agree(notebook, [*cells, "%%electron -q -x thread\nd += c", "d += a"], False)

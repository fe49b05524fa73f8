"""Names and lines that mean something to a browser, a shell, a file system or an evaluator are only text here."""

import json
import re
from pathlib import Path
from typing import Any

from tests.faults.kernels import ON_ALL, Fresh

LINES = [
    "%executor {boom()} local",
    "%executor cpu {boom()}",
    "%executor cpu local -n {boom()}",
    "%%electron -x {boom()}\nx = called.append(2)",
    "%%electron --retries {boom()}\nx = called.append(2)",
    "%%electron --nonsense\nx = called.append(2)",
    "%%electron -x nowhere\nx = called.append(2)",
    "%%electron --timeout soon\nx = called.append(2)",
    "%%electron {boom()}\nx = called.append(2)",
    "%%lattice -x {boom()}\ncalled.append(2)",
    "%%lattice --nonsense\ncalled.append(2)",
    "%dispatch -x {boom()} small(1)",
    "%dispatch -o {boom()} small(1)",
    "%dispatch --nonsense small(called.append(2))",
    "%dispatch -x $kind small(1)",
    "%graph {boom()}",
    "%graph --by {boom()}",
    "%result {boom()}",
    "%result --nonsense",
    "%flow {boom()}",
    "%flow why {boom()}",
    "%flow config {boom()}",
    "%jupyter_flow {boom()}",
    "%jupyter_flow cancel {boom()}",
]
CODE = re.compile(r"\\.|(`+).*?(?<!`)\1(?!`)", re.DOTALL)  # escapes and code in Markdown: text, whatever it says
NAMES = ["<img src=x onerror=alert(1)>", '"];x[', "../../x", "a\nb", "`<img src=x>`", "n" * 300]


@ON_ALL
def test_d19_hostile_names_are_shown_as_text_and_make_no_file_outside_the_store(kernel: Fresh, executor: str) -> None:
    before = files(kernel.folder.parent)
    kernel.goes(
        f"""
        def named(name):
            def function(*values):
                print("ran", name)
                return name
            function.__name__ = function.__qualname__ = name
            return jf.electron(function)
        electrons = [named(name) for name in {NAMES!r}]
        def flow():
            return [electron(1) for electron in electrons]
        flow.__name__ = flow.__qualname__ = {NAMES[0]!r}
        EXECUTORS = {{
            "local": LocalExecutor(workers=2, log_stdout="log.txt", create_unique_workdir=True),
            "thread": ThreadExecutor(workers=2, log_stdout="log.txt"),
            "inline": InlineExecutor(),
            "dask": DaskExecutor(workers=2),
        }}
        """
    )
    shown = told(kernel)
    kernel.begin_dispatch(executor)
    assert kernel.ask("ended(id)") == ["COMPLETED"] * len(NAMES), kernel.ask("errors(id)")
    assert kernel.ask("[node.name for node in jf.get_result(id).nodes]") == NAMES
    assert kernel.ask("id.result()") == NAMES
    for code in ("id", "%graph $id", "%result $id", "%graph $id --table", "jf.get_result(id)"):
        kernel.goes(code.replace("$id", kernel.ask("str(id)")))
    html = [text for kind, text in shown if kind != "text/plain"]
    assert any("&lt;img src=x onerror=alert(1)&gt;" in text for text in html)
    assert not [text for text in html if "<img src=x" in CODE.sub("", text)]
    new = {path for path in files(kernel.folder.parent) - before if not path.is_relative_to(kernel.folder / "store")}
    assert {path for path in new if not path.is_relative_to(kernel.folder)} == set()
    workdirs = {path.parent.name for path in new if path.parent.parent.name == kernel.ask("str(id)")}
    assert {path for path in new if path.parent.name not in workdirs} == set()


def files(folder: Path) -> set[Path]:
    """All files below a folder."""
    return {path for path in folder.rglob("*") if path.is_file()}


def told(kernel: Fresh) -> list[tuple[str, str]]:
    """What the kernel shows from now on, by kind, as it becomes known."""
    found: list[tuple[str, str]] = []

    def listen(ran: Any, content: dict[str, Any]) -> None:
        found.extend(
            (kind, data if isinstance(data, str) else json.dumps(data)) for kind, data in content["data"].items()
        )

    for kind in ("display_data", "execute_result", "update_display_data"):
        setattr(kernel, f"_{kind}", listen)
    return found


def test_d20_magic_lines_are_never_evaluated_and_a_bad_option_runs_no_cell(kernel: Fresh) -> None:
    kernel.goes("called = []\ndef boom():\n    called.append(1)\n    return 'cpu'\nkind = 'thread'")
    for line in LINES:
        failed = kernel.run(line)
        assert "UsageError" in failed.text + failed.error, f"{line}: {failed.error}\n{failed.text}"
        assert kernel.ask("called") == [], line
    assert kernel.ask("'x' in globals()") is False

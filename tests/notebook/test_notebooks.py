"""The notebooks of tests/notebooks/, each in a kernel of its own. They assert what they show."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def executed(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The notebook after a run, as a scheduler would run it."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    book = nbformat.read(path, as_version=4)
    client = NotebookClient(book, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    return client.execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = executed(path, tmp_path, monkeypatch)
    for cell in (cell for cell in book.cells if "raises-exception" in cell.metadata.get("tags", [])):
        check_failed(cell.outputs)


def test_what_electrons_display_is_shown_in_no_cell_until_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = next(path for path in NOTEBOOKS if path.stem == "what_electrons_display")
    *_, ran, asked = executed(path, tmp_path, monkeypatch).cells
    displays = [output for output in ran.outputs if output.output_type != "stream"]
    assert [output.data["text/plain"] for output in displays] == ["'of this cell'"]
    printed, *shown = asked.outputs
    assert printed.text == "printed\n"
    assert [sorted(output.data) for output in shown] == [
        ["text/html", "text/plain"],
        ["text/plain"],
        ["image/png", "text/plain"],
    ]


def check_failed(outputs: Any) -> None:
    """A failed cell shows its picture once, and then the error with the electron's own lines."""
    picture, error = outputs
    assert "image/svg+xml" in picture.data
    assert (error.output_type, error.ename) == ("error", "ZeroDivisionError")
    assert "divide()" in COLOURS.sub("", "\n".join(error.traceback))

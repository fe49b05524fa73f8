"""The notebooks of the guide under the tools that people run notebooks with, besides nbval and nbmake."""

import base64
import re
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbconvert import HTMLExporter

from jupyter_flow.cli import main

GUIDE = sorted((Path(__file__).parent.parent.parent / "notebooks").glob("*.ipynb"))


def texts(book: Any, source: str) -> list[str]:
    """What the cell that begins so shows, as text."""
    cell = next(cell for cell in book.cells if cell.source.startswith(source))
    return [output.get("text") or output.data["text/plain"] for output in cell.outputs]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a scheduler runs notebooks: nothing says that nobody looks on."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")


@pytest.mark.usefixtures("alone")
def test_papermill_gives_parameters(tmp_path: Path) -> None:
    path = next(path for path in GUIDE if path.stem == "ci")
    book = papermill.execute_notebook(path, tmp_path / "out.ipynb", {"n": 7}, kernel_name="python3", progress_bar=False)
    assert texts(book, "assert squared") == ["[0, 1, 4, 9, 16, 25, 36]"]
    assert texts(book, "run.result()") == ["21"]


@pytest.mark.usefixtures("alone")
def test_papermill_fails_with_the_electron_of_the_last_cell(tmp_path: Path) -> None:
    book = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    for source in ("%load_ext jupyter_flow", "%%electron halve\nhalf = 1 / 0"):
        book.cells.append(nbformat.v4.new_code_cell(source))  # type: ignore[no-untyped-call]
    nbformat.write(book, tmp_path / "in.ipynb")  # type: ignore[no-untyped-call]
    with pytest.raises(papermill.PapermillExecutionError, match="ZeroDivisionError"):
        papermill.execute_notebook(
            tmp_path / "in.ipynb", tmp_path / "out.ipynb", kernel_name="python3", progress_bar=False
        )


@pytest.mark.parametrize("name", ["ci", "cells"])
def test_electron_cells_run_side_by_side_from_the_command_line(name: str, tmp_path: Path) -> None:
    path = next(path for path in GUIDE if path.stem == name)
    assert main(["run", str(path), "--output", str(tmp_path / "out.ipynb")]) == 0


@pytest.mark.parametrize("path", GUIDE, ids=lambda path: path.stem)
def test_a_page_of_it_has_its_pictures_and_needs_no_network(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    page, _ = HTMLExporter().from_notebook_node(book)  # type: ignore[no-untyped-call]
    displays = [output.data for cell in book.cells for output in cell.get("outputs", ()) if "data" in output]
    drawings = [data["image/svg+xml"] for data in displays if "image/svg+xml" in data]
    assert all(_inside(drawing, page) for drawing in drawings)
    figures = [data["image/png"] for data in displays if "image/png" in data]
    assert all("".join(figure.split()) in "".join(page.split()) for figure in figures)
    assert not re.findall(r"<img[^>]+src=.http", page)


def _inside(drawing: Any, page: str) -> bool:
    text = drawing if isinstance(drawing, str) else "".join(drawing)
    embedded = base64.b64encode(text.encode()).decode()
    return text.strip()[:200] in page or embedded[:200] in page

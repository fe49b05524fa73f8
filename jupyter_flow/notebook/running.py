"""A notebook executed without a browser: ``jupyter-flow run``."""

import asyncio
import os
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from ..model.errors import FlowError
from .executing import Client, Failed, Signals
from .headless import SWITCH
from .parameters import inject, secret, veil

Say = Callable[[str], None]
MOST = 20  # lines that are shown of one output
INTERRUPTED = "interrupted"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
ELECTRON = re.compile(r"\bin electron ('(?:[^'\\]|\\.)*')")  # in the traceback of a cell that an electron failed


class Order(NamedTuple):
    """What to run, and how."""

    notebook: Path
    output: Path | None = None  # the executed copy (unset: .jupyter_flow/NAME beside the notebook)
    html: Path | None = None  # unset: beside the copy
    timeout: float | None = None  # seconds that a cell may take
    parameters: Mapping[str, str] = {}  # Python source by name


def run(order: Order, say: Say) -> int:
    """Execute a notebook in its folder; 0 if all its cells and electrons went well, 1 if not, 130 if interrupted.

    The executed copy is kept in any case. Raises FlowError where there is no notebook.
    """
    source = order.notebook
    book = _read(source)
    inject(book, order.parameters)
    target = order.output or source.parent / ".jupyter_flow" / source.name
    began = time.monotonic()
    say(f"running {source}")
    failure = _execute(book, order, say)
    veil(book, order.parameters)
    for path in _keep(book, target, order.html):
        say(f"kept {path}")
    cells = sum(cell.cell_type == "code" for cell in book.cells)
    say(f"failed: {failure}" if failure else f"done: {cells} cells in {time.monotonic() - began:.1f} s")
    return 130 if failure == INTERRUPTED else 1 if failure else 0


def _read(path: Path) -> Any:
    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except FileNotFoundError:
        raise FlowError(f"there is no notebook {path}") from None
    except (OSError, ValueError, nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        raise FlowError(f"{path} cannot be read as a notebook: {error}") from None


def _execute(book: Any, order: Order, say: Say) -> str | None:
    """Run the cells; why it failed, or None."""
    client = _client(book, order, say)
    told = _Told(book, say)
    signals = Signals(client)
    client.on_cell_start = signals.listen
    client.on_cell_execute, client.on_cell_executed = told.begin, told.end
    failure = _outcome(client, signals, told, order.timeout)
    told.late(client.failed)
    if client.failed and failure != INTERRUPTED:  # why the cell failed too, where one did
        more = f" and {len(client.failed) - 1} more" if len(client.failed) > 1 else ""
        return told.failure(client.failed[0]) + more
    return failure


def _client(book: Any, order: Order, say: Say) -> Client:
    return Client(
        book,
        lambda: say("waiting for electrons that still run"),
        timeout=order.timeout,
        kernel_name=_kernel(book),
        resources={"metadata": {"path": str(order.notebook.parent)}},
        store_widget_state=False,  # with it, a document shows widgets only, and those need a network
        extra_arguments=[
            "--log-level=ERROR",  # a kernel on loopback warns that it is not encrypted
            *(["--HistoryManager.enabled=False"] if secret(order.parameters) else []),
        ],
    )


def _outcome(client: Client, signals: Signals, told: "_Told", timeout: float | None) -> str | None:
    try:
        client.run(env={**os.environ, SWITCH: "run"})
    except (asyncio.CancelledError, AssertionError):  # the latter before the first cell, while nbclient cleans up
        return INTERRUPTED
    except CellExecutionError as error:
        electron = ELECTRON.search(COLOURS.sub("", error.traceback))
        which = f"electron {electron[1]}, " if electron else ""
        return f"{error.ename}: {error.evalue} ({which}cell {told.number(client.at)})"
    except CellTimeoutError:
        what = "waiting for the electrons" if client.settling else "a cell"
        return f"{what} took longer than {timeout:g} s"
    except DeadKernelError:
        return INTERRUPTED if signals.stopped else "the kernel died"
    return None


def _kernel(book: Any) -> str:
    """The notebook's kernel, or Python's where that one is not installed here."""
    name: str = book.metadata.get("kernelspec", {}).get("name", "python3")
    return name if name in KernelSpecManager().find_kernel_specs() else "python3"


class _Told:
    """What is printed of each cell: its first line, then what it shows."""

    def __init__(self, book: Any, say: Say) -> None:
        self._cells = book.cells
        self._code = [at for at, cell in enumerate(book.cells) if cell.cell_type == "code"]
        self._say = say

    def number(self, at: int) -> int:
        """The number of a cell among those with code, from 1."""
        return self._code.index(at) + 1

    def begin(self, cell: Any, cell_index: int) -> None:
        """A cell starts."""
        if cell.cell_type == "code" and cell.source.strip():
            self._say(f"[{self.number(cell_index)}/{len(self._code)}] {cell.source.strip().splitlines()[0]}")

    def end(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        """A cell has ended."""
        for shown in cell.get("outputs", []):
            self._show(_text(shown))

    def late(self, failed: list[Failed]) -> None:
        """Electrons have failed after their cells had ended."""
        for one in failed:
            self._say(f"{self._place(one) or 'after the last cell'}: {one.ename}: {one.evalue}")
            self._show("\n".join(one.traceback))

    def failure(self, failed: Failed) -> str:
        """The same in a few words."""
        place = self._place(failed)
        return f"{failed.ename}: {failed.evalue}" + (f" ({place})" if place else "")

    def _place(self, failed: Failed) -> str:
        at = [k for k in self._code if self._cells[k].get("execution_count") == failed.execution_count]
        parts = [f"electron {failed.name!r}"] if failed.name else []
        return ", ".join(parts + [f"cell {self.number(k)}" for k in at[:1]])

    def _show(self, text: str) -> None:
        lines = COLOURS.sub("", text).rstrip().splitlines()
        more = [f"… {len(lines) - MOST} more lines"] if len(lines) > MOST else []
        for line in lines[:MOST] + more:
            self._say(f"      {line}")


def _text(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return str(output.data.get("text/plain", ""))


def _keep(book: Any, target: Path, html: Path | None) -> list[Path]:
    """Write the executed notebook, and a page that any browser shows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, target)  # type: ignore[no-untyped-call]
    try:
        from nbconvert import HTMLExporter
    except ImportError as error:
        if html is not None:
            raise FlowError("--html needs nbconvert: pip install nbconvert") from error
        return [target]
    page = html or target.with_suffix(".html")
    page.parent.mkdir(parents=True, exist_ok=True)
    export = HTMLExporter()  # type: ignore[no-untyped-call]
    text, _ = export.from_notebook_node(book, {"metadata": {"name": target.stem}})
    page.write_text(text, encoding="utf-8")
    return [target, page]

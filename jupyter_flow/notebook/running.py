"""A notebook executed without a browser: ``jupyter-flow run``."""

import asyncio
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from ..model.errors import FlowError
from .headless import SWITCH

Say = Callable[[str], None]
MOST = 20  # lines that are shown of one output
INTERRUPTED = "interrupted"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def run(notebook: str, output: str | None, timeout: float | None, say: Say) -> int:
    """Execute a notebook in its folder; 0 if all its cells went well. The executed copy is kept in any case."""
    source = Path(notebook)
    book = _read(source)
    target = Path(output) if output else source.parent / ".jupyter_flow" / source.name
    began = time.monotonic()
    say(f"running {source}")
    failure = _execute(book, source, timeout, say)
    for path in _keep(book, target):
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


def _execute(book: Any, source: Path, timeout: float | None, say: Say) -> str | None:
    """Run the cells; why it failed, or None."""
    client = NotebookClient(
        book,
        timeout=timeout,
        kernel_name=_kernel(book),
        resources={"metadata": {"path": str(source.parent)}},
        store_widget_state=False,  # with it, a document shows widgets only, and those need a network
        extra_arguments=["--log-level=ERROR"],  # a kernel on loopback warns that it is not encrypted
    )
    told = _Told(book, say)
    signals = _Signals(client)
    client.on_cell_start = signals.listen
    client.on_cell_execute, client.on_cell_executed = told.begin, told.end
    try:
        client.execute(env={**os.environ, SWITCH: "1"})
    except (
        asyncio.CancelledError,
        AssertionError,
    ):  # the latter: a signal before the first cell, while nbclient cleans up
        return INTERRUPTED
    except CellExecutionError as error:
        return f"{error.ename}: {error.evalue}"
    except CellTimeoutError:
        return f"a cell took longer than {timeout:g} s"
    except DeadKernelError:
        return INTERRUPTED if signals.stopped else "the kernel died"
    return None


def _kernel(book: Any) -> str:
    """The notebook's kernel, or Python's where that one is not installed here."""
    name: str = book.metadata.get("kernelspec", {}).get("name", "python3")
    return name if name in KernelSpecManager().find_kernel_specs() else "python3"


class _Signals:
    """Ctrl-C and a polite kill end the run, and the kernel with it."""

    def __init__(self, client: NotebookClient) -> None:
        self._client = client
        self.stopped = False

    def listen(self, cell: Any, cell_index: int) -> None:
        """(nbclient, before each cell) From now on."""
        task = asyncio.current_task()
        try:
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, self._stop, task)
        except (NotImplementedError, RuntimeError, ValueError):  # no signals here, or not the main thread
            pass

    def _stop(self, task: "asyncio.Task[Any] | None") -> None:
        self.stopped = True
        self._client.shutdown_kernel = "immediate"
        if task is not None:
            task.cancel()


class _Told:
    """What is printed of each cell: its first line, then what it shows."""

    def __init__(self, book: Any, say: Say) -> None:
        self._numbers = {id(c): n for n, c in enumerate([c for c in book.cells if c.cell_type == "code"], 1)}
        self._say = say

    def begin(self, cell: Any, cell_index: int) -> None:
        """A cell starts."""
        if cell.cell_type == "code" and cell.source.strip():
            number = self._numbers.get(id(cell), cell_index)
            self._say(f"[{number}/{len(self._numbers)}] {cell.source.strip().splitlines()[0]}")

    def end(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        """A cell has ended."""
        for shown in cell.get("outputs", []):
            lines = COLOURS.sub("", _text(shown)).rstrip().splitlines()
            more = [f"… {len(lines) - MOST} more lines"] if len(lines) > MOST else []
            for line in lines[:MOST] + more:
                self._say(f"      {line}")


def _text(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return str(output.data.get("text/plain", ""))


def _keep(book: Any, target: Path) -> list[Path]:
    """Write the executed notebook, and a page that any browser shows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, target)  # type: ignore[no-untyped-call]
    try:
        from nbconvert import HTMLExporter
    except ImportError:
        return [target]
    page = target.with_suffix(".html")
    export = HTMLExporter()  # type: ignore[no-untyped-call]
    text, _ = export.from_notebook_node(book, {"metadata": {"name": target.stem}})
    page.write_text(text, encoding="utf-8")
    return [target, page]

"""A notebook's cells, executed in a kernel by nbclient, and its electrons waited for."""

import ast
import asyncio
import json
import signal
from collections.abc import Callable
from typing import Any, NamedTuple

import nbformat
from jupyter_core.utils import ensure_async, run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellExecutionError

# Asked of the kernel when its last cell has run. Without our package in it there is nothing to wait for.
SETTLED = (
    "(lambda here: here.settled() if hasattr(here, 'settled') else '[]')"
    "(__import__('sys').modules.get('jupyter_flow.notebook.unattended'))"
)
QUIET = 1.0  # seconds before a wait is told
AGAIN = 0.1  # seconds; after a cell that failed, the kernel refuses what comes at once


class Failed(NamedTuple):
    """An electron that failed after its cell had ended."""

    execution_count: int
    name: str
    ename: str
    evalue: str
    traceback: list[str]


class Client(NotebookClient):
    """Executes cells, and puts what their electrons show later where it belongs."""

    def __init__(self, book: Any, waits: Callable[[], object], **options: Any) -> None:
        super().__init__(book, **options)
        self._waits = waits  # called when electrons keep us waiting after the last cell
        self.failed: list[Failed] = []
        self.at = 0  # the cell that is executed
        self.settling = False
        self._cells: dict[str, int] = {}  # by the id of the request that executed it

    async def async_run(self, **options: Any) -> None:
        """Execute every cell, then wait for the electrons. Raises what nbclient raises; `failed` is then filled too."""
        self.reset_execution_trackers()
        async with self.async_setup_kernel(**options):
            info = await self.async_wait_for_reply(await ensure_async(self._kernel.kernel_info()))
            if info is not None:
                self.nb.metadata["language_info"] = info["content"]["language_info"]
            try:
                for at, cell in enumerate(self.nb.cells):
                    self.at = at
                    await self.async_execute_cell(cell, self.at, execution_count=self.code_cells_executed + 1)
            except CellExecutionError:
                await self._settle()
                raise
            await self._settle()

    run = run_sync(async_run)

    @property
    def _kernel(self) -> Any:
        assert self.kc is not None
        return self.kc

    async def _settle(self) -> None:
        """Wait for the electrons that still run, and attach their failures to their cells."""
        self.settling = True
        telling = asyncio.get_running_loop().call_later(QUIET, self._waits)
        try:
            self._failures(await self._answer())
        finally:
            telling.cancel()

    async def _answer(self) -> dict[str, Any]:
        while (reply := await self._asked()).get("status") == "aborted":
            await asyncio.sleep(AGAIN)
        return reply

    def _failures(self, reply: dict[str, Any]) -> None:
        told = reply.get("user_expressions", {}).get("settled", {})
        if told.get("status") == "error":
            self.failed = [Failed(0, "", told["ename"], told["evalue"], list(told["traceback"]))]
        elif told:
            text = ast.literal_eval(told["data"]["text/plain"])
            self.failed = [Failed(**{name: one[name] for name in Failed._fields}) for one in json.loads(text)]
        for failed in self.failed:
            self._attach(failed)

    async def _asked(self) -> dict[str, Any]:
        id = await ensure_async(
            self._kernel.execute(
                "", silent=True, store_history=False, user_expressions={"settled": SETTLED}, allow_stdin=False
            )
        )
        late = asyncio.ensure_future(self._late(id))
        try:
            cell = self.nb.cells[self.at] if self.nb.cells else None  # whose timeout counts
            reply = await self.async_wait_for_reply(id, cell)
            await asyncio.wait([late], timeout=1)  # what was shown until then has been sent before the reply
        finally:
            late.cancel()
        content: dict[str, Any] = reply["content"] if reply is not None else {}
        return content

    def _attach(self, failed: Failed) -> None:
        for cell in self.nb.cells:
            if cell.cell_type == "code" and cell.get("execution_count") == failed.execution_count:
                error = nbformat.v4.new_output(  # type: ignore[no-untyped-call]
                    "error", ename=failed.ename, evalue=failed.evalue, traceback=failed.traceback
                )
                cell.outputs.append(error)
                return

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: Any, cell_index: int) -> None:
        """(nbclient) Read what the kernel shows until a cell has ended; what an earlier one shows is that one's."""
        self._cells[parent_msg_id] = cell_index
        await self._late(parent_msg_id)

    async def _late(self, until: str) -> None:
        """Read what the kernel shows until a request has been served."""
        while True:
            message = await ensure_async(self._kernel.iopub_channel.get_msg(timeout=None))
            parent = message["parent_header"].get("msg_id")
            changes = message["msg_type"] == "update_display_data"  # of whichever cell shows it: it knows by its id
            if parent in self._cells or (changes and self.nb.cells):
                at = self._cells.get(parent, self.at)
                try:
                    self.process_message(message, self.nb.cells[at], at)
                except CellExecutionComplete:
                    pass
            if parent == until and _idle(message):
                return


def _idle(message: Any) -> bool:
    return message["msg_type"] == "status" and bool(message["content"]["execution_state"] == "idle")


class Signals:
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

"""A notebook in a real kernel, driven as a front end drives it: by messages."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PATIENCE = 10  # seconds until a test that waits in vain gives up
BEGIN = """
import pathlib, time
FOLDER = {folder!r}
def gate(name):  # waits until the test opens it
    pathlib.Path(FOLDER, name + ".reached").touch()
    while not pathlib.Path(FOLDER, name).exists():
        time.sleep(0.01)
def note(text):
    with open(pathlib.Path(FOLDER, "log"), "a") as log:
        log.write(text + chr(10))
"""


class Ran:
    """A cell that was sent, and what has come of it so far."""

    def __init__(self, kernel: "Kernel", id: str) -> None:
        self._kernel, self.id = kernel, id
        self.outputs: list[str | dict[str, Any]] = []  # a display's id, or a message's content
        self.reply: dict[str, Any] | None = None
        self.begun = self.idle = False

    @property
    def done(self) -> bool:
        """Whether the cell has ended."""
        return self.idle and self.reply is not None

    @property
    def text(self) -> str:
        """What stands under the cell now, without colours and without its error."""
        shown = self._kernel.displays
        parts = [shown[out] + "\n" if isinstance(out, str) else out.get("text", "") for out in self.outputs]
        return COLOURS.sub("", "".join(parts))

    @property
    def error(self) -> str:
        """``ValueError: no such fold``; "" if it went well."""
        failed = self._failed()
        return f"{failed['ename']}: {COLOURS.sub('', failed['evalue'])}" if failed else ""

    @property
    def traceback(self) -> str:
        """Its traceback, without colours."""
        failed = self._failed()
        return COLOURS.sub("", "\n".join(failed["traceback"])) if failed else ""

    def _failed(self) -> dict[str, Any] | None:
        return next((out for out in self.outputs if isinstance(out, dict) and "ename" in out), None)


class Kernel:
    """A kernel with a notebook in it."""

    patience = PATIENCE

    def __init__(self, folder: Path, **environment: str) -> None:
        self.manager = KernelManager(kernel_name="python3")
        store = {"JUPYTER_FLOW_STORE": str(folder / "store"), "JUPYTER_FLOW_HEADLESS": "0"}
        self.manager.start_kernel(cwd=str(folder), env={**os.environ, **store, **environment})
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=self.patience)
        self.folder = folder
        self.displays: dict[str, str] = {}
        self._ran: dict[str, Ran] = {}

    # cells -------------------------------------------------------------------------------------------

    def send(self, code: str, cell: str = "", deleted: tuple[str, ...] = (), allow_stdin: bool = False) -> Ran:
        """Ask for a cell to be run, and do not wait for it. cell: the front end's id of it."""
        content = {
            "code": code, "silent": False, "store_history": True, "user_expressions": {},
            "allow_stdin": allow_stdin, "stop_on_error": False,
        }  # fmt: skip
        metadata = {"cellId": cell, "deletedCells": list(deleted)} if cell or deleted else {}
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        ran = self._ran[message["header"]["msg_id"]] = Ran(self, message["header"]["msg_id"])
        self.client.shell_channel.send(message)
        return ran

    def ends(self, ran: Ran) -> Ran:
        """Wait until a cell has ended."""
        self.until(lambda: ran.done)
        return ran

    def run(self, code: str, cell: str = "", **how: Any) -> Ran:
        """Run a cell, however it ends."""
        return self.ends(self.send(code, cell, **how))

    def goes(self, code: str, cell: str = "", **how: Any) -> str:
        """Run a cell that must go well; what it shows."""
        ran = self.run(code, cell, **how)
        assert not ran.error, f"{code}\n{ran.traceback}"
        return ran.text

    def value(self, code: str) -> str:
        """The repr of an expression, without the history knowing."""
        return self.goes(f"print(repr(({code})), end='')")

    def interrupt(self) -> None:
        """The stop button."""
        self.manager.interrupt_kernel()

    def recover(self) -> None:
        """End what a failed test has left behind."""
        for ran in [ran for ran in self._ran.values() if not ran.done]:
            self.interrupt()
            self.ends(ran)

    # messages ----------------------------------------------------------------------------------------

    def until(self, holds: Callable[[], Any]) -> None:
        """Read what the kernel has to say until something holds."""
        patient = time.monotonic() + self.patience
        while not holds():
            assert time.monotonic() < patient, "it never came true"
            self._read()

    def _read(self) -> None:
        if reply := _heard(lambda: self.client.get_shell_msg(timeout=0)):
            self._of(reply).reply = reply["content"]
        if message := _heard(lambda: self.client.get_iopub_msg(timeout=0.02)):
            getattr(self, f"_{message['msg_type']}", self._other)(self._of(message), message["content"])

    def _of(self, message: dict[str, Any]) -> Ran:
        return self._ran.get(message["parent_header"].get("msg_id", ""), Ran(self, ""))

    def _other(self, ran: Ran, content: dict[str, Any]) -> None:
        pass

    def _status(self, ran: Ran, content: dict[str, Any]) -> None:
        ran.idle = content["execution_state"] == "idle"

    def _execute_input(self, ran: Ran, content: dict[str, Any]) -> None:
        ran.begun = True

    def _clear_output(self, ran: Ran, content: dict[str, Any]) -> None:
        ran.outputs.clear()

    def _stream(self, ran: Ran, content: dict[str, Any]) -> None:
        ran.outputs.append(content)

    def _error(self, ran: Ran, content: dict[str, Any]) -> None:
        ran.outputs.append(content)

    def _display_data(self, ran: Ran, content: dict[str, Any]) -> None:
        id = content.get("transient", {}).get("display_id")
        text = content["data"].get("text/plain", "")
        if id:
            self.displays[id] = text
        ran.outputs.append(id or {"text": text + "\n"})

    def _execute_result(self, ran: Ran, content: dict[str, Any]) -> None:
        ran.outputs.append({"text": content["data"]["text/plain"] + "\n"})

    def _update_display_data(self, ran: Ran, content: dict[str, Any]) -> None:
        self.displays[content["transient"]["display_id"]] = content["data"].get("text/plain", "")

    # gates -------------------------------------------------------------------------------------------

    def begin(self, folder: Path) -> None:
        """A new notebook in this kernel."""
        self.folder = folder
        self.goes("%load_ext jupyter_flow")
        self.goes(BEGIN.format(folder=str(folder)))

    def open(self, *gates: str) -> None:
        """Let electrons that wait at these go on."""
        for gate in gates:
            (self.folder / gate).touch()

    def reached(self, *gates: str) -> None:
        """Wait until electrons stand at these."""
        self.until(lambda: all((self.folder / f"{gate}.reached").exists() for gate in gates))

    def noted(self) -> list[str]:
        """What `note` was told, in alphabetical order, since this was asked last."""
        log = self.folder / "log"
        lines = sorted(log.read_text().split()) if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    def close(self) -> None:
        """Shut it down."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def _heard(get: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """A message, if there is one that can be read: an interrupt may hit ipykernel in the middle of one."""
    try:
        return get()
    except (Empty, ValueError):
        return None

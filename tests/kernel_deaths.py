"""A kernel that is killed, and what is found of its work afterwards."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

import jupyter_flow as jf
from tests import waiting

ROOT = Path(__file__).parent.parent
HEAD = """
    import os, signal, subprocess, sys, time
    import jupyter_flow as jf

    def mark(name, text="|"):
        with open(f"marks/{name}", "a") as file:
            file.write(text)
"""


class Kernel:
    """A process that runs a script, in a folder and a process group of its own; nothing of it may stay."""

    def __init__(self, script: str, folder: Path) -> None:
        self.folder = folder
        (folder / "marks").mkdir(exist_ok=True)
        self.mark = uuid.uuid4().hex
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "FLOW_TEST": self.mark}
        source = textwrap.dedent(HEAD) + textwrap.dedent(script)
        self.process = subprocess.Popen(
            [sys.executable, "-c", source], cwd=folder, env=environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def note(self, name: str) -> str:
        """The text of a file that the script writes whole, once it is there."""
        path = self.folder / name
        until(lambda: path.exists() and path.read_text(), self)
        return path.read_text()

    def marks(self) -> dict[str, int]:
        """How often each electron has run."""
        return {path.name: path.stat().st_size for path in (self.folder / "marks").iterdir()}

    def workers(self) -> list[psutil.Process]:
        """Its worker processes, and the others of ours that it started."""
        return [process for process in self.left() if process.pid != self.process.pid]

    def left(self) -> list[psutil.Process]:
        """What lives of it."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                mine = process.environ().get("FLOW_TEST") == self.mark
                if mine and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def nothing_left(self, seconds: float = 10) -> None:
        """What we promise: nothing of it lives 5 seconds after it; twice that here, where tests crowd the machine."""
        end = time.monotonic() + seconds
        while left := self.left():
            assert time.monotonic() < end, left
            time.sleep(0.05)

    def kill(self, group: bool = False) -> None:
        """End it at once, alone or with all that is in its process group."""
        (os.killpg if group else os.kill)(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        """Leave nothing, however the test went."""
        for process in self.left():
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextlib.contextmanager
def kernel(script: str, folder: Path) -> Iterator[Kernel]:
    """A kernel, and its end."""
    live = Kernel(script, folder)
    try:
        yield live
    finally:
        live.close()


def until(holds: Callable[[], Any], live: Kernel | None = None, seconds: float = 60) -> None:
    """Wait until something holds, while the kernel lives that is to bring it about."""

    def held() -> Any:
        assert live is None or live.process.poll() is None, live.process.stdout and live.process.stdout.read().decode()
        return holds()

    waiting.until(held, seconds)


def resumed(live: Kernel, id: str) -> Any:
    """The dispatch that goes on with a dead kernel's, ended; run where that had run."""
    here = os.getcwd()
    os.chdir(live.folder)
    try:
        return jf.get_result(jf.redispatch(id, reuse_previous_results=True)(), wait=True, timeout=60)
    finally:
        os.chdir(here)

"""Where a cluster's processes run: this machine, or others that are made out of its namespaces."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import psutil

ROOT = Path(__file__).parents[2]
LIMIT = 60  # seconds that anything may take before a test says that it hangs


def eventually(holds: Callable[[], Any], seconds: float = LIMIT) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.01)


def surroundings(home: Path | str, more: Mapping[str, str]) -> dict[str, str]:
    """What a process elsewhere has in its environment: the code, a home, and nothing of this kernel's."""
    ours = ("JUPYTER", "IPYTHON", "PYTEST", "COV", "DASK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONPATH": str(ROOT), "HOME": str(home), "OMP_NUM_THREADS": "1", **more}


class Machine:
    """This one, at its loopback address. What is started here is ended with it."""

    address = "127.0.0.1"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.started: list[subprocess.Popen[bytes]] = []

    def path(self, name: str) -> Path:
        """A file of its folder, as its own processes name it."""
        return self.folder / name

    def seen(self, name: str) -> Path:
        """The same file, as it is named here."""
        return self.path(name)

    def run(self, name: str, command: Sequence[str], **more: str) -> int:
        """Start a process; its number here. What it says is in a file of its name."""
        with self.log(name).open("ab") as log:
            return self.begun(self.popen(list(command), log, surroundings(self.folder, more)))

    def begun(self, process: "subprocess.Popen[bytes]") -> int:
        """Keep it, to be ended. What runs in it may have another number than what was started."""
        self.started.append(process)
        return process.pid

    def popen(self, command: list[str], log: IO[bytes], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        """In a session of its own, so that its children can be ended with it."""
        return subprocess.Popen(
            command, stdout=log, stderr=log, env=environment, cwd=self.folder, start_new_session=True
        )

    def log(self, name: str) -> Path:
        """Where a process's words go."""
        return self.folder / f"{name}.log"

    def close(self) -> None:
        """End everything that was started, and what that has started."""
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(LIMIT)


class Host(Machine):
    """A machine of its own as far as its processes can see: network, files, processes, name and boot.

    Its root is read-only, and temporary folders and homes are its own: it shares no file with the kernel but the code.
    Linux, and root, are needed to make one.
    """

    def __init__(self, name: str, address: str, folder: Path, hidden: Sequence[Path]) -> None:
        super().__init__(folder)
        self.name, self.address = name, address
        hide = [*hidden, Path(tempfile.gettempdir())]
        script = Path(__file__).with_name("host.sh")
        kept = [str(path) for path in (ROOT, Path(sys.prefix), Path(sys.base_prefix)) if _below(path, hide)]
        command = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "sh"]
        command += [str(script), name, " ".join(map(str, _outermost(hide))), " ".join(kept), str(folder)]
        with self.log("host").open("ab") as log:
            self._keeper = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
            )
        assert self._keeper.stdout is not None
        if self._keeper.stdout.readline() != b"ready\n":
            raise OSError(f"no host could be made of namespaces, which takes Linux and root: {name}")
        (self.pid,) = (child.pid for child in psutil.Process(self._keeper.pid).children())

    def seen(self, name: str) -> Path:
        """Through the door that Linux leaves open."""
        return self.file(str(self.path(name)))

    def file(self, path: str) -> Path:
        """Any file of it, as it is named here."""
        return Path(f"/proc/{self.pid}/root{path}")

    def enter(self, *command: str) -> list[str]:
        """A command, run there."""
        return ["nsenter", "--target", str(self.pid), "--net", "--mount", "--uts", "--pid", "--", *command]

    def popen(self, command: list[str], log: IO[bytes], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        """There."""
        inside = self.enter("sh", "-c", f'cd {self.folder} && exec "$@"', "sh", *command)
        return subprocess.Popen(inside, stdout=log, stderr=log, env=environment, start_new_session=True)

    def begun(self, process: "subprocess.Popen[bytes]") -> int:
        """What was started only waits for what runs there."""
        super().begun(process)
        eventually(psutil.Process(process.pid).children)
        return psutil.Process(process.pid).children()[0].pid

    def off(self) -> None:
        """Pull its plug: all of its processes are gone at once, and its network with them."""
        os.kill(self.pid, signal.SIGKILL)
        self._keeper.wait(LIMIT)

    def close(self) -> None:
        """The same, and nothing is left to wait for."""
        if self._keeper.poll() is None:
            self.off()
        for stream in (self._keeper.stdin, self._keeper.stdout):
            if stream is not None:
                stream.close()
        for process in self.started:
            process.wait(LIMIT)


def _below(path: Path, folders: Sequence[Path]) -> bool:
    return any(folder in (path, *path.parents) for folder in folders)


def _outermost(folders: Sequence[Path]) -> list[Path]:
    return sorted({path for path in folders if not _below(path.parent, folders)})

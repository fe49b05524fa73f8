"""What runs where this package may not be installed yet: on the schedulers and workers of other people's clusters.

It travels as its own text (see `sent`), so it imports nothing of ours: it looks whether we are there and of which
version, brings what is missing, and tells the scheduler. A worker that joins later does the same when it comes.
"""

import asyncio
import importlib
import importlib.util
import os
import platform
import socket
import sys
import tempfile
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from typing import Any

from distributed.diagnostics.plugin import SchedulerPlugin, WorkerPlugin

PACKAGE = "jupyter_flow"
COMPILED = "blake3"  # what it needs besides what Dask needs itself; it comes along for workers like the kernel
BESIDE = "needs/"  # where that is in the package's zip file: compiled code has to be a file of its own
NEEDED = "jupyter_flow.resources.dask.envelope"  # what a worker runs


def bring(package: bytes, folder: str) -> None:
    """Have this package importable from now on, where it was not. package: a zip file of it."""
    path = os.path.join(folder, f"{PACKAGE}-{os.getpid()}.zip")
    with open(path, "wb") as file:
        file.write(package)
    sys.path.append(path)
    importlib.invalidate_caches()
    if importlib.util.find_spec(COMPILED) is None:
        unpack(path, os.path.join(folder, f"{PACKAGE}-{os.getpid()}"))


def unpack(path: str, folder: str) -> None:
    """Have what it needs besides importable too, if that was compiled for such a system and such a Python."""
    with zipfile.ZipFile(path) as file:
        names = [name for name in file.namelist() if name.startswith(BESIDE)]
        if any(name.endswith(EXTENSION_SUFFIXES[0]) for name in names):
            file.extractall(folder, names)
            sys.path.append(os.path.join(folder, BESIDE))
            importlib.invalidate_caches()


class SchedulerGuest(SchedulerPlugin):  # type: ignore[misc]
    """Brings the package to a scheduler. package: a zip file of it."""

    name = "jupyter-flow-guest"

    def __init__(self, package: bytes) -> None:
        self.package = package

    async def start(self, scheduler: Any) -> None:
        """Put it where it is found."""
        if importlib.util.find_spec(PACKAGE) is None:
            self.folder = tempfile.TemporaryDirectory(prefix="jupyter-flow-")  # gone with this process
            bring(self.package, self.folder.name)


class Guest(WorkerPlugin):  # type: ignore[misc]
    """Tells what a worker has of what electrons need."""

    name = "jupyter-flow-guest"
    idempotent = False  # each kernel asks anew

    async def setup(self, worker: Any) -> None:
        """Look, bring what is missing, and tell."""
        about: dict[str, Any] = {
            "python": platform.python_version(),
            "process": [socket.gethostname(), os.getpid()],
            "package": None,
            "lacks": "",
            "brought": False,
        }
        try:
            await self.look(worker, about)
        except Exception as error:
            about["lacks"] = f"{type(error).__name__}: {error}"
        about["cloudpickle"] = getattr(sys.modules.get("cloudpickle"), "__version__", "")
        await worker.scheduler.jupyter_flow_about(worker=worker.address, about=about)

    async def look(self, worker: Any, about: dict[str, Any]) -> None:
        """Import what is needed. Raises ImportError, which names what is missing."""
        if importlib.util.find_spec(PACKAGE) is None:
            bring(await worker.scheduler.jupyter_flow_package(), worker.local_directory)
            about["brought"] = True
        about["package"] = (await asyncio.to_thread(importlib.import_module, PACKAGE)).__version__
        await asyncio.to_thread(importlib.import_module, NEEDED)

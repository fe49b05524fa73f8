"""The store's place, worker processes, and what else the machine has."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from ..dispatch.strangers import left_out
from ..model.errors import FlowError
from ..model.lattice import Lattice
from ..store.authentication import Key
from ..store.leftovers import folder_size
from ..store.location import default_root, key_path
from ..store.readonly import writable
from ..store.runs import Store
from ..store.settings import BUDGET, budget, readable
from .findings import Finding

if TYPE_CHECKING:
    from ..session import Session

NETWORK = {
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "lustre", "gpfs", "beegfs", "ceph", "glusterfs", "orangefs",
    "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "drvfs",
}  # fmt: skip
LITTLE_DISK = 1_000_000_000  # bytes
LITTLE_MEMORY = 500_000_000
WITHIN = 60.0  # seconds for the first electron
ELSEWHERE = "Set JUPYTER_FLOW_STORE to a folder on a disk of this machine"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def store() -> Iterator[Finding]:
    """Where dispatches are kept."""
    root = default_root()
    try:
        lost, strange = _damage(root)
    except FlowError as error:
        yield Finding("problem", f"store {root}", str(error))
        return
    yield from _size(root)
    if lost:
        yield Finding("problem", "index of the store", lost)
    if strange:
        yield Finding("problem", "records of the store", left_out(strange), f"The key is {key_path()}")
    yield from _disk(root)


def _damage(root: Path) -> tuple[str, list[str]]:
    """What is wrong with the index, and the ids of the dispatches that nobody can vouch for."""
    with closing(Store.open(root)) as opened:
        strange: list[str] = []
        opened.runs(strange=strange)
        return opened.losses(thorough=True), strange


def _size(root: Path) -> Iterator[Finding]:
    size, most = folder_size(root), budget()
    holds = f"holds {readable(size)}"
    if writable(root):
        yield Finding("ok", f"store {root}", f"can be written, {holds}")
    else:
        yield Finding("warning", f"store {root}", f"can only be read, {holds}", ELSEWHERE)
    if most is not None and size > most:
        told, way = f"{readable(size)}, of the {readable(most)} that {BUDGET} names", "jupyter-flow prune makes room"
        yield Finding("warning", "size of the store", told, way)


def _disk(root: Path) -> Iterator[Finding]:
    kind = file_system(root, _mounts())
    if kind in NETWORK:
        told = f"{kind}, a network file system: its locks may not hold between machines, and it is slow"
        yield Finding("warning", "file system of the store", told, ELSEWHERE)
    elif kind:
        yield Finding("ok", "file system of the store", kind)
    free = shutil.disk_usage(root).free
    if free < LITTLE_DISK:
        yield Finding("warning", "free disk", readable(free), "jupyter-flow prune --older-than 30d makes room")
    else:
        yield Finding("ok", "free disk", readable(free))


def key() -> Iterator[Finding]:
    """What authenticates the store."""
    try:
        Key.load()
    except FlowError as error:
        yield Finding("problem", f"key {key_path()}", str(error))
    else:
        yield Finding("ok", f"key {key_path()}", "yours alone to read")


def workers() -> Iterator[Finding]:
    """Whether a worker process starts, and runs an electron."""
    from ..session import Session

    with tempfile.TemporaryDirectory(prefix="jupyter-flow-doctor-") as folder, closing(Session(folder)) as session:
        try:
            took = _first_electron(session)
        except Exception as error:  # whatever it is, it is what was to be found out
            way_out = "Electrons can still run in threads: executor='thread'"
            yield Finding("problem", "worker processes", f"{type(error).__name__}: {error}", way_out)
        else:
            yield Finding("ok", "worker processes", f"the first electron took {took:.1f} s, start included")


def _first_electron(session: "Session") -> float:
    """The seconds until an electron has run in a worker process. Raises whatever prevents it."""
    from ..executor import LocalExecutor
    from ..model.electron import Electron
    from ..model.options import Options

    electron = Electron(_pid, Options(executor=LocalExecutor(workers=1)))
    began = time.monotonic()
    id = session.submit(Lattice(lambda: electron()), (), {})
    session.wait(id, WITHIN)
    took = time.monotonic() - began
    result = session.result(id)
    result.raise_for_status()
    if result.result == os.getpid():
        raise FlowError("the electron ran in this process")
    return took


def resources() -> Iterator[Finding]:
    """Cores and memory."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield Finding("ok", "cores", f"{usable} usable of {os.cpu_count()}; as many worker processes by default")
    memory = psutil.virtual_memory()
    told = f"{readable(memory.available)} free of {readable(memory.total)}"
    if memory.available < LITTLE_MEMORY:
        yield Finding("warning", "memory", told, "Fewer workers need less: LocalExecutor(workers=2)")
    else:
        yield Finding("ok", "memory", told)


def programs() -> Iterator[Finding]:
    """Programs that something optional uses."""
    if (dot := shutil.which("dot")) is not None:
        yield Finding("ok", "dot", dot)
    else:
        told = "not found; only to_dot().render() needs it, no picture does"
        yield Finding("missing", "dot", told, "Install Graphviz: apt install graphviz, or brew install graphviz")
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is not None:
        yield Finding("ok", "chromium", browser)
    else:
        yield Finding("missing", "chromium", "not found; only the tests of this package use it")


def file_system(path: Path, mounts: list[tuple[str, str]]) -> str:
    """The type of the file system that a path lies on, by (place, type) of what is mounted; empty where unknown."""
    real = os.path.realpath(path)
    fitting = [(place, kind) for place, kind in mounts if real == place or real.startswith(place.rstrip("/") + "/")]
    return max(fitting, key=lambda mount: len(mount[0]), default=("", ""))[1]


def _mounts() -> list[tuple[str, str]]:
    return [(mount.mountpoint, mount.fstype) for mount in psutil.disk_partitions(all=True)]


def _pid() -> int:
    return os.getpid()

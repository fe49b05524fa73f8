"""A life of a store in which any one system call may fail; what was acknowledged, and whether it is true.

Run as a script: for each n a process of its own lives it, and another one looks at what is left.
"""

import errno
import hmac  # noqa: F401  # the store imports it when it reads: once here, and not in each of the processes
import json
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from blake3 import blake3

from jupyter_flow.model.errors import FlowError
from jupyter_flow.model.events import COMPLETED, INTERRUPTED
from jupyter_flow.store import Choice, Key, Store, leftovers, manifests
from jupyter_flow.store.recovery import recover
from tests.store.faults import Faults
from tests.store.samples import CREATED, Told, row, run

MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None  # SQLite's fsyncs take most of the time elsewhere
ERRORS = {"kill": None, "full": errno.ENOSPC, "broken": errno.EIO, "interrupted": errno.EINTR}
NODES = 4


def value(id: str, node: int) -> bytes:
    """What a node of a dispatch makes: small ones and large ones."""
    return f"{id} {node} ".encode() * (20_000 if node % 2 else 1)


def live(root: Path, tell: Any) -> None:
    """Open, dispatch, write, pin, prune, close. Whatever fails, it goes on; it tells what it was told."""
    leftovers.GRACE = 0.0
    manifests.AFTER = manifests.FIRST = 0.0
    store = None
    for _ in range(2):
        with suppress(FlowError, OSError):
            store = store or Store.open(root)
    if store is None:
        return
    for id in ("a", "b", "c"):
        with suppress(FlowError, OSError):
            _dispatch(store, id, tell)
        if id == "a":
            with suppress(FlowError, OSError):
                store.pin("a")
                tell("pinned", "a")
    with suppress(FlowError, OSError):
        tell("pruning", "b")
        store.prune(Choice(keep=1))
    store.close()


def _dispatch(store: Store, id: str, tell: Any) -> None:
    serial = store.begin(run(id, graph=store.blobs.write(b"graph of " + id.encode())))
    tell("begun", id)
    rows = []
    for node in range(NODES):
        data = value(id, node)
        ref = data if len(data) < 1000 else store.blobs.write(data)
        if node == NODES - 1:
            rows = [row(node, ref)]
            break
        if _told(lambda told, node=node, ref=ref: store.record(serial, [row(node, ref)], told)):
            tell("recorded", id, node)
    if _told(lambda told: store.finish(serial, rows, COMPLETED, None, CREATED, CREATED + 1, told, nodes=NODES)):
        tell("ended", id)


def _told(ask: Any) -> bool:
    told = Told()
    ask(told)
    return told.error() is None


def look(root: Path, said: list[list[Any]]) -> list[str]:
    """What is wrong with what is left."""
    wrong: list[str] = []
    store = Store.open(root)
    there = {found.id: found for found in store.runs()}
    pruned = {"a", "b"} if ["pruning", "b"] in said else set()
    pruned -= {"a"} if ["pinned", "a"] in said else set()
    for what, id, *node in said:
        if what in ("pinned", "pruning") or (id in pruned and id not in there):
            continue
        if id not in there:
            wrong.append(f"{what} {id} is gone")
        elif what == "ended" and there[id].status != COMPLETED:
            wrong.append(f"{id} ended and is {there[id].state}")
        elif node and store.row(there[id].serial, node[0]) is None:
            wrong.append(f"{id} {node} was recorded and is gone")
    for id, found in there.items():
        wrong += [] if found.status in (COMPLETED, INTERRUPTED) else [f"{id} is {found.state}"]
        wrong += _values(store, id)
    wrong += [
        f"{path} is torn" for path in (root / "blobs").glob("*/*") if blake3(path.read_bytes()).hexdigest() != path.name
    ]
    wrong += _usable(store)
    store.close()
    return wrong


def _values(store: Store, id: str) -> list[str]:
    found = store.run(id)
    wrong = [] if bytes(store.blobs.read(found.graph)[0]) == b"graph of " + id.encode() else [f"{id}: another graph"]
    rows = store.rows(found.serial)
    for record in rows:
        data = record.value if isinstance(record.value, bytes) else bytes(store.blobs.read(record.value)[0])
        wrong += [] if data == value(id, record.node) else [f"{id} {record.node} is another value"]
    return wrong + ([f"{id} has {len(rows)} nodes"] if found.status == COMPLETED and len(rows) != NODES else [])


def _usable(store: Store) -> list[str]:
    """Freeing space, or mending what was broken, is enough."""
    said: list[tuple[Any, ...]] = []
    _dispatch(store, "new", lambda *what: said.append(what))
    store.prune(Choice(among=frozenset({"new"})))
    return [] if ("ended", "new") in said else ["nothing can be dispatched any more"]


def recovered(root: Path, said: list[list[Any]]) -> list[str]:
    """Without its index, all is true that comes back from the manifests."""
    (root / "index.sqlite3").write_bytes(b"garbage")
    with suppress(FileNotFoundError):
        (root / "index.sqlite3-wal").unlink()
    known = set(manifests.manifests(root))
    recover(root, Key.load())
    store = Store.open(root)
    there = {found.id for found in store.runs()}
    wrong = [f"{id} has a manifest and is gone" for id in known - there]
    for id in there - {"new"}:
        wrong += _values(store, id)
    store.close()
    return wrong


def apart(call: Any) -> tuple[int, list[list[Any]]]:
    """Call it in a process of its own; how that ended, and what it told."""
    read, write = os.pipe()
    if not (pid := os.fork()):
        status = 1
        try:
            os.close(read)
            real = os.write
            call(lambda *what: real(write, json.dumps(what).encode() + b"\n"))
            status = 0
        except BaseException as error:
            os.write(write, json.dumps(["error", f"{type(error).__name__}: {error}"]).encode() + b"\n")
        finally:
            os._exit(status)
    os.close(write)
    with open(read, "rb") as file:
        lines = file.read().splitlines()
    _, status = os.waitpid(pid, 0)
    return status, [json.loads(line) for line in lines]


def once(at: int, error: int | None, folder: Path) -> tuple[bool, list[str]]:
    """Whether the n-th call came, and what is wrong after it."""
    root = folder / "store"
    faults = Faults(at, error)

    def lived(tell: Any) -> None:
        faults.install()
        live(root, tell)
        faults.at = 0
        tell("calls", faults.calls)

    def looked(tell: Any) -> None:
        for wrong in [*look(root, said), *(recovered(root, said) if at % 3 == 0 else [])]:
            tell("wrong", wrong)

    _, said = apart(lived)
    reached = not any(what == "calls" and count < at for what, count, *_ in said)
    told = [text for what, text, *_ in said if what == "error"]
    said = [line for line in said if line[0] not in ("calls", "error")]
    _, found = apart(looked)
    return reached, told + [text for _, text, *_ in found]


def main(errors: list[str], step: int) -> None:
    Key.load()
    for name in errors:
        at, tried = 1 + ERRORS_FIRST.get(name, 0) % step, 0
        while True:
            folder = Path(tempfile.mkdtemp(prefix="jupyter-flow-faults-", dir=MEMORY))
            try:
                reached, wrong = once(at, ERRORS[name], folder)
            finally:
                shutil.rmtree(folder)
            for text in wrong:
                sys.stdout.write(f"{name} at call {at}: {text}" + "\n")
            if not reached:
                break
            at, tried = at + step, tried + 1
        sys.stdout.write(f"tried {tried}" + "\n")


ERRORS_FIRST = {name: n for n, name in enumerate(ERRORS)}

if __name__ == "__main__":
    main(sys.argv[2:], int(sys.argv[1]))

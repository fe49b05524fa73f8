"""Dispatches and rows to put into a store, and a way to wait for them."""

import ctypes
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

from jupyter_flow.model.events import COMPLETED
from jupyter_flow.store import Run, Store

CREATED = 1_700_000_000_000_000_000


def run(id: str, parent: str | None = None, graph: Any = b"graph") -> Run:
    return Run(id, parent or id, parent, None if parent is None else 0, "workflow", CREATED, 3, graph)


def row(node: int, value: Any = b"value", attempt: int = 0, status: int = COMPLETED) -> tuple[Any, ...]:
    return (node, attempt, status, CREATED, CREATED + 1, 7, value, None, None, None, None, None)


class Told:
    """A callback, and what it was told."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._error: BaseException | None = None

    def __call__(self, error: BaseException | None) -> None:
        self._error = error
        self._done.set()

    def error(self) -> BaseException | None:
        assert self._done.wait(60), "the store told nothing"
        return self._error

    def ok(self) -> None:
        if (error := self.error()) is not None:
            raise error


def record(store: Store, serial: int, rows: Sequence[tuple[Any, ...]]) -> None:
    told = Told()
    store.record(serial, rows, told)
    told.ok()


def finish(store: Store, serial: int, rows: Sequence[tuple[Any, ...]] = (), status: int = COMPLETED) -> None:
    told = Told()
    store.finish(serial, rows, status, None, CREATED + 1, CREATED + 2, told)
    told.ok()


def python(code: str, *arguments: object, **environment: str) -> "subprocess.Popen[str]":
    """Another process that runs the code, as a script would: with this one's packages and settings."""
    path = os.pathsep.join(sys.path)
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path} | environment,
    )


def output(code: str, *arguments: object, patience: float = 100, **environment: str) -> str:
    """What a process prints that must end well; patience: seconds, after which it hangs."""
    with python(code, *arguments, **environment) as process:
        told, _ = process.communicate(timeout=patience)
    assert process.returncode == 0, told
    return told


def anyone() -> None:
    """Be held to the modes of files from here on: root gives up its right not to be."""
    if os.geteuid():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    head, sets = struct.pack("Ii", 0x20080522, 0), ctypes.create_string_buffer(24)
    assert libc.capget(head, sets) == 0
    past = ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    effective, permitted, inheritable, *rest = struct.unpack("6I", sets.raw)
    kept = [word & past & 0xFFFFFFFF for word in (effective, permitted, inheritable)]
    assert libc.capset(head, struct.pack("6I", *kept, *rest)) == 0

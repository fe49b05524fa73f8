"""Values looked at in a process of their own: with a time limit, and never unpickled in the kernel.

The process starts when the first value is looked at, and ends when nobody has looked for a minute. Whatever a
value does there, a slow repr or an exit while it is loaded, it does to that process only, and the answer says so.
"""

import json
import os
import pickle
import secrets
import select
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from ..model.pickles import PROTOCOL
from ..resources.guardian import guardian
from ..resources.spawning import launch
from ..store.blobs import Blobs
from ..worker.preview import HEAD, TICKET, Order, main
from ..worker.tree import kill, kill_descendants, marked
from .messages import Shown

SECONDS = 5.0  # that a value may take
START = 30.0  # seconds for the process to begin
IDLE = 60.0  # seconds after which it ends
LARGEST = 4 * 1024 * 1024  # bytes of an answer
MIMES = ("text/plain", "text/html", "image/png", "image/jpeg", "image/svg+xml")


class Look:
    """How a value looks, as it goes to the page."""

    def __init__(self, note: str, told: Any = None) -> None:
        told = told if isinstance(told, dict) else {}
        self.type = _text(told.get("type"))
        self.note = note or _text(told.get("note"))
        self.text = _text(told.get("text"))
        self.rows: list[list[str]] = [[_text(cell) for cell in row] for row in _list(told.get("rows")) if _list(row)]
        self.shown: list[Shown] = [
            Shown(mime=item["mime"], data=_text(item.get("data")))
            for item in _list(told.get("shown"))
            if isinstance(item, dict) and item.get("mime") in MIMES
        ]


class _Gone(Exception):
    """The process could not answer; the message says why."""


class Previewer:
    """Looks at the values of one store."""

    def __init__(self, blobs: Blobs, seconds: float = SECONDS, idle: float = IDLE) -> None:
        self._root = str(blobs.root)
        self._seconds, self._idle = seconds, idle
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._channel: Connection | None = None
        self._timer: threading.Timer | None = None
        self._mark = ""

    def look(self, order: Order) -> Look:
        """How a value looks, or why that cannot be told. One at a time; never raises for what a value does."""
        with self._lock:
            self._keep_awake()
            try:
                return Look("", json.loads(self._asked(pickle.dumps(order, PROTOCOL))))
            except _Gone as gone:
                self._end()
                return Look(str(gone))
            except (OSError, ValueError, RecursionError) as error:
                self._end()
                return Look(f"it could not be looked at: {error}")
            finally:
                self._sleep_later()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._keep_awake()
            self._end()

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        process = self._process
        return process.pid if process is not None else None

    # asking -----------------------------------------------------------------------------------------

    def _asked(self, order: bytes) -> bytes:
        channel = self._begun()
        deadline = time.monotonic() + self._seconds
        ticket = secrets.token_bytes(TICKET)
        _send(channel, ticket + HEAD.pack(len(order)) + order, deadline)
        said = self._answer(channel, deadline)
        if said[:TICKET] != ticket:
            raise _Gone("it answered for itself, which is not shown")
        return said[TICKET:]

    def _begun(self) -> Connection:
        if self._process is not None and not self._process.is_alive():  # a value's thread ended it meanwhile
            self._end()
        if self._channel is None:
            self._mark = f"preview-{secrets.token_hex(8)}"
            arguments = (self._root, os.getpid(), self._mark)
            self._process, self._channel = launch(main, "jupyter-flow-preview", arguments)
            if self._process.pid is not None:
                with suppress(OSError):  # no more processes to be had: it sees to its end itself
                    guardian.watch(self._process.pid, self._mark)
            self._answer(self._channel, time.monotonic() + START)
        return self._channel

    def _answer(self, channel: Connection, deadline: float) -> bytes:
        length = HEAD.unpack(self._receive(channel, HEAD.size, deadline))[0]
        if length > LARGEST:
            raise _Gone("what it says of itself is too much to show")
        return self._receive(channel, length, deadline)

    def _receive(self, channel: Connection, count: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < count:
            _ready(channel, deadline, self._seconds)
            try:
                part = os.read(channel.fileno(), count - len(data))
            except BlockingIOError:
                continue
            except OSError:
                part = b""
            if not part:
                raise _Gone(f"the process that looked at it {self._how()}")
            data += part
        return bytes(data)

    def _how(self) -> str:
        process = self._process
        assert process is not None
        process.join(1)
        code = process.exitcode
        if code is None:
            return "stopped answering"
        return f"ended with code {code}" if code >= 0 else f"was killed by signal {-code}"

    # its end ----------------------------------------------------------------------------------------

    def _end(self) -> None:
        process, channel = self._process, self._channel
        self._process = self._channel = None
        if channel is not None:
            channel.close()
        if process is not None:
            _kill(process, self._mark)
            process.join(2)
            with suppress(ValueError):  # it lives yet, against all expectation
                process.close()

    def _keep_awake(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _sleep_later(self) -> None:
        if self._process is None:
            return
        self._timer = threading.Timer(self._idle, self._rest)
        self._timer.daemon = True
        self._timer.start()

    def _rest(self) -> None:
        with self._lock:
            if self._timer is threading.current_thread():  # else somebody has looked meanwhile
                self._timer = None
                self._end()


def _kill(process: BaseProcess, mark: str) -> None:
    """A process, and what a value started in it; that may have been faster."""
    assert process.pid is not None
    kill_descendants(process.pid)
    process.kill()
    guardian.forget(process.pid)
    kill(list(marked(mark)))


def _send(channel: Connection, data: bytes, deadline: float) -> None:
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(channel.fileno(), left) :]
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise _Gone("the process that looks at values is stuck") from None
            select.select([], [channel.fileno()], [], 0.1)


def _ready(channel: Connection, deadline: float, seconds: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0 or not select.select([channel.fileno()], [], [], left)[0]:
        raise _Gone(f"looking at it took longer than {seconds:g} s, so that was given up")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

"""A process that looks at values, so that no value's code ever runs in the kernel."""

import json
import os
import pickle
import struct
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from ..model.errors import SecretNeeded
from ..model.events import Value
from ..model.graph import MIXED
from ..model.pickles import redefine_classes
from ..store.blobs import Blobs
from .failures import message_of
from .looks import Look, clipped, look
from .orphan import die_with
from .payload import Payload
from .tree import MARK, adopt_orphans

HEAD = struct.Struct("!I")
TICKET = 8  # bytes before an order, and before its answer: a value that answers for itself does not know them
READY = b""
WHY = 300  # characters


class Order(NamedTuple):
    """A value to look at: an argument as a graph has it, and the outputs that are in it."""

    tag: int
    item: Any
    values: Mapping[int, Value]


def main(channel: Connection, root: str, kernel: int, mark: str) -> None:
    """The body of the process. `kernel`: the process id to die with. `mark`: what its descendants are known by."""
    _alone()
    adopt_orphans()
    os.environ[MARK] = mark
    die_with(kernel)
    redefine_classes()
    payload = Payload(Blobs(Path(root)), redefine=True)
    fd = channel.fileno()
    os.set_inheritable(fd, False)
    _send(fd, READY)
    while True:
        ticket = _receive(fd, TICKET)
        length = HEAD.unpack(_receive(fd, HEAD.size))[0]
        _send(fd, ticket + answer(payload, pickle.loads(_receive(fd, length))))


def answer(payload: Payload, order: Order) -> bytes:
    """How the ordered value looks, as JSON; where it cannot be told, why."""
    try:
        (thing,), _ = payload.arguments(MIXED, (bytes([order.tag]), (order.item,), ()), order.values)
    except SecretNeeded as error:
        return _refusal(f"it holds a secret ({', '.join(error.names)}), and is not shown")
    except Exception as error:
        return _refusal(f"it cannot be loaded here: {_told(error)}")
    try:
        return json.dumps(look(thing)).encode()
    except Exception as error:
        return _refusal(f"looking at it failed: {_told(error)}")


def _refusal(why: str) -> bytes:
    refused: Look = {"type": "", "note": why, "text": "", "rows": [], "shown": []}
    return json.dumps(refused).encode()


def _told(error: BaseException) -> str:
    return clipped(f"{type(error).__name__}: {message_of(error)}", WHY)


def _alone() -> None:
    """A session and streams of its own; and the first to go where memory runs out."""
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.environ["MPLBACKEND"] = "agg"  # a kernel's own needs IPython
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")


def _send(fd: int, data: bytes) -> None:
    left = memoryview(HEAD.pack(len(data)) + data)
    while left:
        left = left[os.write(fd, left) :]


def _receive(fd: int, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = os.read(fd, count - len(data))
        if not part:  # nobody asks any more
            os._exit(0)
        data += part
    return bytes(data)

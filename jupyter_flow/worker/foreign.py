"""A process of somebody else's pool, as far as electrons need something of it: little, and nothing that others see."""

import ctypes
import importlib
import linecache
import os
import platform
import signal
import socket
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import cloudpickle

from ..model.events import BlobRef
from ..store.blobs import Blobs
from . import capture, displays, figures, subthreads
from .carried import Carried
from .desk import Desk
from .messages import Code, Setup
from .orders import Contents, Home, Order
from .orphan import die_with
from .payload import Payload
from .runner import Task

REMEMBERED = 8  # dispatches whose code a process keeps


class Known:
    """What a process keeps of a dispatch."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.codes: dict[int, Code] = {}
        self.tasks: dict[int, Task] = {}
        self.brought: dict[BlobRef, Contents] = {}  # code that was sent along


class Here:
    """This process, as the workers of one session's pool."""

    def __init__(self, home: Home) -> None:
        self.home, self.host = home, socket.gethostname()
        self.kernel = os.getpid() == home.kernel and self.host == home.host
        self.shares = sees(home)
        self.blobs = Blobs(Path(home.root), home.durability)
        self._known: OrderedDict[int, Known] = OrderedDict()
        self._lock = threading.Lock()
        self._desks = threading.local()
        capture.install()
        displays.share()
        subthreads.install()
        if not self.kernel:
            self._settle()

    def _settle(self) -> None:
        home = self.home
        if self.host == home.host and os.getpgrp() == home.group:
            ignore_interrupts()  # the interrupt button reaches the whole process group
        if home.owned and self.host == home.host:
            die_with(home.kernel)
        if _alone() and not displays._shell():
            figures.install(displays.display, displays.running)

    def desk(self) -> Desk:
        """The desk of this thread."""
        desk: Desk | None = getattr(self._desks, "desk", None)
        if desk is None:
            desk = self._desks.desk = Desk(self.home, self.host, self.shares, not self.kernel and _alone())
        return desk

    def known(self, order: Order) -> Known | None:
        """The dispatch of an order, with its version; None if this process has not met them."""
        with self._lock:
            found = self._known.get(order.run)
            if found is None and order.setup is not None:
                found = self._known[order.run] = Known(order.setup)
                self._enter(order.setup)
            if found is None:
                return None
            if order.code is not None:
                found.codes[order.member[2]] = order.code
                found.brought |= {ref: held for ref, held in order.carried.items() if ref == order.code.code}
            if order.member[2] not in found.codes:
                return None
            if next(reversed(self._known)) != order.run:
                self._known.move_to_end(order.run)
                found.tasks.clear()  # another dispatch may have brought its version of the same classes
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            return found

    def _enter(self, setup: Setup) -> None:
        for file, text in setup.sources.items():
            linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        missing = [path for path in setup.moment.sys_path if path not in sys.path] if not self.kernel else []
        if missing:
            sys.path += missing
            importlib.invalidate_caches()

    def payload(self, order: Order, known: Known) -> Payload:
        """What reads and writes the values of an order."""
        blobs = self.blobs if self.shares else Carried({**known.brought, **order.carried})
        return Payload(blobs, redefine=not self.kernel)


def _alone() -> bool:
    """Whether one electron at a time runs in this process: pools of processes use the main thread."""
    return threading.current_thread() is threading.main_thread()


def sees(home: Home) -> bool:
    """Whether this process sees the files of the store, and may write there."""
    try:
        return Path(home.folder, "token").read_text() == home.token and os.access(home.folder, os.W_OK)
    except (OSError, ValueError):
        return False


def ignore_interrupts() -> None:
    """Also from a thread, where Python would not do it."""
    if _alone():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    else:
        ctypes.CDLL(None).signal(int(signal.SIGINT), ctypes.c_void_p(1))


def versions() -> dict[str, str]:
    """What has to be the same, or nearly, where functions are sent."""
    ours: Any = sys.modules[__name__.partition(".")[0]]
    return {
        "Python": platform.python_version(),
        "cloudpickle": cloudpickle.__version__,
        "jupyter_flow": ours.__version__,
    }

"""Starting a worker process.

forkserver where there is one: forking the kernel itself would copy locks that its threads hold, and the
child would wait for them for ever. Two things about multiprocessing are set right around our own starts
only: it would run the user's script again in the worker (it wants to be able to unpickle what ``__main__``
defines, which we send by value instead), and an interrupt that arrives while a helper process starts kills it.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing import spawn
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from ..store.blobs import Durability
from ..worker.process import About, main

PRELOAD = ["jupyter_flow.worker.process", "jupyter_flow.worker.guard"]

_starting = threading.Lock()


def start(name: str, prefix: str, root: str, durability: Durability, about: About) -> tuple[BaseProcess, Connection]:
    """A new worker, and the kernel's end of its channel. Raises OSError where no process can be had."""
    return launch(main, name, (prefix, root, durability, about))


def launch(body: Callable[..., None], name: str, arguments: tuple[Any, ...]) -> tuple[BaseProcess, Connection]:
    """A new process that runs `body` with its end of a channel and these arguments. Raises OSError."""
    context: Any = multiprocessing.get_context(_method())
    with _starting, Uninterrupted(), WithoutMain():
        if _method() == "forkserver":
            context.set_forkserver_preload(PRELOAD)
        ours, theirs = context.Pipe()
        process: BaseProcess = context.Process(target=body, args=(theirs, *arguments), name=name, daemon=True)
        process.start()
        theirs.close()
    os.set_blocking(ours.fileno(), False)
    return process, ours


def listener() -> str:
    """The socket of the process that workers are forked from: it would stay where the kernel is killed. "" for none."""
    from multiprocessing import forkserver

    return getattr(forkserver._forkserver, "_forkserver_address", None) or ""


def _method() -> str:
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


class Uninterrupted:
    """No SIGINT in this thread, nor in the helper processes it starts."""

    def __enter__(self) -> None:
        if sys.platform != "win32":
            from multiprocessing import resource_tracker

            resource_tracker.ensure_running()  # first: it resets the mask
            self._before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def __exit__(self, *_: object) -> None:
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_SETMASK, self._before)


class WithoutMain:
    """Processes started by this thread do not import the user's ``__main__``."""

    def __enter__(self) -> None:
        self._original = original = spawn.get_preparation_data
        owner = threading.get_ident()

        def prepared(name: str) -> dict[str, Any]:
            _mend_main()
            data = original(name)
            if threading.get_ident() == owner:
                for key in ("init_main_from_path", "init_main_from_name", "main_path"):
                    data.pop(key, None)
            return data

        spawn.get_preparation_data = prepared

    def __exit__(self, *_: object) -> None:
        spawn.get_preparation_data = self._original


def _mend_main() -> None:
    """What `%reset` takes out of a notebook's ``__main__``, and multiprocessing looks for."""
    vars(sys.modules["__main__"]).setdefault("__spec__", None)

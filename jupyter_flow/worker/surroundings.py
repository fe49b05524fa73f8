"""What an electron may change of its process, put back for the next one.

Most electrons change nothing, and this must cost them next to nothing. So functions that change the process are
replaced by ones that take a note first; what can be changed without a call is compared. What C code changes
behind Python's back goes unseen. An electron that leaves threads or processes behind costs its worker: the next
one is to have a process to itself.
"""

import _locale
import faulthandler
import functools
import gc
import os
import random
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

import psutil

from . import imports
from .bounds import Bounds, replace

SHORT = 15_000  # ns: to start a thread takes longer
LONG = 300_000  # ns: to start a process does
MOMENT = 0.05  # seconds for what is just ending to end
TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
CRASHES = frozenset({signal.SIGSEGV, signal.SIGFPE, signal.SIGABRT, signal.SIGBUS, signal.SIGILL})
# Processes that libraries keep for their next call: they do nothing by themselves, and end with the worker.
KEPT = ("resource_tracker", "semaphore_tracker", "multiprocessing.forkserver", "loky")
change_folder = os.chdir  # as it is where nothing is noted


class Surroundings:
    """The process as electrons are to find it."""

    def __init__(self) -> None:
        self._noted: set[str] = set()
        self._undo: dict[str, Callable[[], object]] = {}
        self._threads = set(threading.enumerate())
        self._known = 0  # threads
        self._bounds = Bounds()
        self._environ: dict[Any, Any] = {}
        self._path: list[str] = []
        self._folder = ""  # where this process is, as long as that is known
        self._watch_functions()
        self.prepared()

    def prepared(self) -> None:
        """The process is as the electrons that follow are to find it."""
        self._environ = dict(os.environ)
        self._path = list(sys.path)
        self._filters, self._modules = list(warnings.filters), len(sys.modules)
        self._showwarning = warnings.showwarning
        self._known = _threads()
        self._noted.clear()

    def begin(self) -> None:
        """A batch begins. Meanwhile others may have done something to the folder that this process is in."""
        self._folder = ""

    def enter(self, folder: str) -> None:
        """Go to a folder. Where this process is, the system is asked only if that can be another one than before."""
        if folder == self._folder:
            return
        try:
            here = os.getcwd()
        except FileNotFoundError:  # an earlier electron removed it
            here = ""
        if here != folder:
            change_folder(folder)
        self._folder = folder

    def restore(self, took: int) -> str | None:
        """Put back what an electron that took so many ns has changed; why the process is not fit for another one."""
        if self._noted:
            for what in sorted(self._noted, key=list(self._undo).index):
                self._undo[what]()
            self._noted.clear()
        if self._bounds.changed and (left := self._bounds.restore()):
            return left
        if sys.path != self._path:
            sys.path[:] = self._path
        if warnings.filters != self._filters or warnings.showwarning is not self._showwarning:
            self._restore_warnings()
        if took < SHORT:
            return None
        self._folder = ""
        if _threads() != self._known and (left := self._threads_left()):
            return left
        return _processes_left() if took > LONG else None

    # what functions change ----------------------------------------------------------------------

    def _watch_functions(self) -> None:
        self._undo = {
            "timers": lambda: [signal.setitimer(timer, 0) for timer in TIMERS],
            "handlers": functools.partial(_restore_handlers, {n: signal.getsignal(n) for n in signal.valid_signals()}),
            "umask": functools.partial(os.umask, _umask()),
            "locale": functools.partial(_locale.setlocale, _locale.LC_ALL, _locale.setlocale(_locale.LC_ALL, None)),
            "environ": self._restore_environ,
            "zone": getattr(time, "tzset", int),
            "mask": functools.partial(signal.pthread_sigmask, signal.SIG_SETMASK, _blocked()),
            "garbage": functools.partial(_restore_garbage, gc.isenabled(), gc.get_threshold()),
            "sockets": functools.partial(socket.setdefaulttimeout, socket.getdefaulttimeout()),
            "switching": functools.partial(sys.setswitchinterval, sys.getswitchinterval()),
            "trace": functools.partial(sys.settrace, sys.gettrace()),
            "profile": functools.partial(sys.setprofile, sys.getprofile()),
            "random": random.seed,
            "folder": self.begin,
            "recursion": functools.partial(sys.setrecursionlimit, sys.getrecursionlimit()),
        }
        for name in ("chdir", "fchdir", "rmdir", "rename", "replace"):
            self._note(os, name, "folder")
        self._note(signal, "setitimer", "timers")
        self._note(signal, "alarm", "timers")
        self._note(signal, "signal", "handlers")
        self._note(os, "umask", "umask")
        self._note(os, "putenv", "environ")
        self._note(os, "unsetenv", "environ")
        if hasattr(time, "tzset"):
            self._note(time, "tzset", "zone")
        self._note(signal, "pthread_sigmask", "mask")
        for name in ("disable", "enable", "set_threshold"):
            self._note(gc, name, "garbage")
        self._note(socket, "setdefaulttimeout", "sockets")
        self._note(sys, "setswitchinterval", "switching")
        self._note(sys, "settrace", "trace")
        self._note(sys, "setprofile", "profile")
        self._note(sys, "setrecursionlimit", "recursion")
        self._note(random, "seed", "random")
        self._note(random, "setstate", "random")
        self._note(_locale, "setlocale", "locale")
        if "locale" in sys.modules:
            self._note(sys.modules["locale"], "_setlocale", "locale")
        self._bounds.watch()
        imports.after("numpy.random", self._watch_numpy)

    def _watch_numpy(self, module: ModuleType) -> None:
        self._undo["numpy"] = module.seed
        self._note(module, "seed", "numpy")
        self._note(module, "set_state", "numpy")

    def _note(self, module: ModuleType, name: str, what: str) -> None:
        """Have a function of a module say that it was called."""
        original: Callable[..., Any] = getattr(module, name)
        noted = self._noted

        @functools.wraps(original)
        def noting(*args: Any, **kwargs: Any) -> Any:
            noted.add(what)
            return original(*args, **kwargs)

        replace(module, name, noting)

    def _restore_environ(self) -> None:
        for name in os.environ.keys() - self._environ.keys():
            del os.environ[name]
        os.environ.update(self._environ)

    def _restore_warnings(self) -> None:
        """As they were; but what modules that were imported have set for themselves, they set only once."""
        warnings.showwarning = self._showwarning
        if len(sys.modules) != self._modules:
            old, self._modules = self._filters, len(sys.modules)
            self._filters = [one for one in warnings.filters if one in old or not _sweeping(one)]
        if warnings.filters != self._filters:
            warnings.filters[:] = self._filters  # type: ignore[index]  # a list, whatever the stubs promise
            _filters_changed()

    # what is left behind ------------------------------------------------------------------------

    def _threads_left(self) -> str | None:
        new = [thread for thread in threading.enumerate() if thread not in self._threads]
        for thread in new:
            if not thread.daemon:
                thread.join(MOMENT)
        left = [thread.name for thread in new if thread.is_alive() and not thread.daemon]
        self._threads = set(threading.enumerate())  # daemons are what libraries keep
        self._known = _threads()
        return f"left a thread running ({', '.join(left)})" if left else None


def _threads() -> int:
    return len(threading._active)  # type: ignore[attr-defined]  # `active_count` costs five times as much


def _sweeping(rule: Any) -> bool:
    """Whether a filter is about all warnings there are: no module does that to its users."""
    _, message, category, module, _ = rule
    return message is None and module is None and category is Warning


def _filters_changed() -> None:
    mutated: Callable[[], None] | None = getattr(warnings, "_filters_mutated", None)
    mutated = mutated or getattr(warnings, "_filters_mutated_lock_held", None)
    if mutated is not None:
        mutated()


def _restore_handlers(before: dict[int, Any]) -> None:
    crashes = False
    for number, handler in before.items():
        now = signal.getsignal(number)
        if now is not handler and now != handler and handler is not None:
            signal.signal(number, handler)
            crashes = crashes or number in CRASHES
    if crashes:  # they were faulthandler's, which Python does not know
        faulthandler.disable()
        faulthandler.enable(file=2)


def _processes_left() -> str | None:
    """Which processes are left running; the entries of those that have ended are taken away."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    children = psutil.Process().children()
    for child in children:
        with suppress(psutil.Error, ChildProcessError):
            if child.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(child.pid, os.WNOHANG)
    left = [child for child in children if child.is_running() and not _kept(child)]
    if left:
        _, left = psutil.wait_procs(left, MOMENT)
    names = [f"{_name(child)}, pid {child.pid}" for child in left]
    return f"left a process running ({'; '.join(names)})" if names else None


def _kept(process: psutil.Process) -> bool:
    try:
        command = process.cmdline()
        if command == psutil.Process().cmdline():  # it was forked from this one, which was from a server itself
            return False
    except psutil.Error:  # it has just ended
        return True
    return any(word in " ".join(command) for word in KEPT)


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return "gone"


def _blocked() -> set[int]:
    return {int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, ())}


def _restore_garbage(enabled: bool, threshold: tuple[int, ...]) -> None:
    gc.set_threshold(*threshold)
    (gc.enable if enabled else gc.disable)()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

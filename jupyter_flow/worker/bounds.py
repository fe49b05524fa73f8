"""What bounds a process: limits, priority, processors. Not all that an electron takes away can be given back."""

import functools
import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

set_limit = resource.setrlimit  # as it is where nothing is noted

ABLE: tuple[set[Any], ...] = (os.supports_fd, os.supports_dir_fd)  # what functions can do
NAMES = {getattr(resource, name): name for name in sorted(dir(resource), reverse=True) if name.startswith("RLIMIT_")}


class Bounds:
    """Those of this process. Nothing is noted before a function that changes some is called."""

    def __init__(self) -> None:
        self._limits: dict[int, tuple[int, int]] = {}
        self._restores: dict[str, Callable[[], object]] = {}

    @property
    def changed(self) -> bool:
        """Whether there may be something to put back."""
        return bool(self._limits or self._restores)

    def watch(self) -> None:
        """Take note from now on."""
        self._note(resource, "setrlimit", lambda which, *_: self._limit(which))
        if hasattr(resource, "prlimit"):
            self._note(resource, "prlimit", lambda pid, which, *_: self._limit(which))
        for name, value in (("nice", "getpriority"), ("setpriority", "getpriority")):
            if hasattr(os, value):
                self._note(os, name, lambda *_: self._priority())
        if hasattr(os, "sched_setaffinity"):
            self._note(os, "sched_setaffinity", lambda *_: self._processors())

    def restore(self) -> str | None:
        """Put back what an electron has changed; what could not be."""
        left = [NAMES.get(which, "a limit") for which, limits in self._limits.items() if not _limited(which, limits)]
        left += [what for what, put_back in self._restores.items() if not _done(put_back)]
        self._limits.clear()
        self._restores.clear()
        return f"lowered what its process may use ({', '.join(left)})" if left else None

    def _limit(self, which: int) -> None:
        self._limits.setdefault(which, resource.getrlimit(which))

    def _priority(self) -> None:
        self._restores.setdefault(
            "priority", functools.partial(os.setpriority, os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0))
        )

    def _processors(self) -> None:
        self._restores.setdefault("processors", functools.partial(os.sched_setaffinity, 0, os.sched_getaffinity(0)))

    def _note(self, module: Any, name: str, note: Callable[..., None]) -> None:
        original: Callable[..., Any] = getattr(module, name)

        @functools.wraps(original)
        def noting(*args: Any, **kwargs: Any) -> Any:
            with suppress(Exception):  # the call is wrong, and says so itself
                note(*args)
            return original(*args, **kwargs)

        replace(module, name, noting)


def replace(module: Any, name: str, function: Callable[..., Any]) -> None:
    """Have a module's function be another one, also where pickles and libraries look for it."""
    original = getattr(module, name)
    setattr(module, name, function)
    home = sys.modules.get(getattr(original, "__module__", None) or "")
    if getattr(home, name, None) is original:
        setattr(home, name, function)
    for able in ABLE:
        if original in able:
            able.add(function)


def _limited(which: int, limits: tuple[int, int]) -> bool:
    return resource.getrlimit(which) == limits or _done(lambda: set_limit(which, limits))


def _done(put_back: Callable[[], object]) -> bool:
    try:
        put_back()
    except (OSError, ValueError):
        return False
    return True

"""The user's own modules in a worker: imported once, and again when their files have changed.

A worker lives as long as its session, a module under development does not. The notebook's own functions
travel by value, with what they are at dispatch; the modules they import are read from disk, and this sees to
it that they are read again after an edit, as a new process would.
"""

import importlib
import os
import sys

from ..store.packages import users_own

MAIN = ("__main__", "__mp_main__")


class OwnModules:
    """What this process has imported that is no installed package, and how the files were then."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[str, int]] = {}  # module: its file, when that was changed
        self._count = 0

    def notice(self) -> None:
        """Remember what has been imported since the last time. Cheap where nothing was."""
        if len(sys.modules) == self._count:
            return
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if name in self._files or name in MAIN or not file or not file.endswith(".py"):
                continue
            if users_own(module):
                self._files[name] = file, _changed(file)
        self._count = len(sys.modules)

    def refresh(self) -> None:
        """If a file has changed since it was imported, forget all of them: they may import each other."""
        if all(_changed(file) == before for file, before in self._files.values()):
            return
        for name in self._files:
            sys.modules.pop(name, None)
        self._files.clear()
        self._count = 0
        importlib.invalidate_caches()


def _changed(file: str) -> int:
    try:
        return os.stat(file).st_mtime_ns
    except OSError:
        return 0

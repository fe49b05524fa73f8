"""``%load_ext jupyter_flow``: what is registered with a shell, and taken back from it."""

import functools
from typing import Any

from ..dispatch.watching import watch_with
from . import completion, displays, tracebacks
from .flow.boundary import Boundary
from .flow.explaining import explain
from .flow.flow import Flow
from .live import LivePictures
from .magics import CELLS, LINES, FlowMagics
from .panel import Panels
from .shell import Shell, running, say
from .unattended import Unattended
from .waiting import watching

CELL = (*CELLS, "jupyter_flow")
LINE = (*LINES, "jupyter_flow")


class Extension:
    """What this package has put into one shell."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.unattended = Unattended(shell)
        self.live = LivePictures(shell)
        self.panels = Panels(shell, lambda: flow_of(shell))
        self.magics: FlowMagics | None = None
        self.boundary: Boundary | None = None

    def show(self) -> None:
        """The displays: what importing the package in a notebook is enough for."""
        displays.register(self.shell, self.unattended, self.live)
        watch_with(watching)
        tracebacks.install(self.shell)
        self.shell.events.register("post_run_cell", self.unattended.after_cell)
        self.shell.events.register("post_run_cell", self.live.after_cell)
        self.panels.register()

    def load(self) -> None:
        """The magics, once."""
        if self.magics is not None:
            return
        flow = Flow(self.shell, self.live)
        self.boundary = Boundary(flow)
        self.magics = FlowMagics(self.shell, self.live, flow, self.boundary)
        refused = [
            f"{prefix}{name}"
            for kind, prefix, verbs in (("line", "%", LINE), ("cell", "%%", CELL))
            for name in verbs
            if not self._claim(kind, name, getattr(self.magics, name))
        ]
        self.shell.events.register("pre_run_cell", self.boundary.before_cell)
        self.shell.events.register("post_run_cell", self.boundary.after_cell)
        self.shell.ast_transformers.append(self.boundary)
        tracebacks.explain_with(functools.partial(explain, flow))
        completion.install(self.magics)
        if refused:
            say(f"another extension has {', '.join(refused)}, and keeps it: %jupyter_flow VERB … is the same")

    def unload(self) -> None:
        """Everything taken back."""
        if self.magics is not None and self.boundary is not None:
            self._unregister(self.magics)
            self.shell.events.unregister("pre_run_cell", self.boundary.before_cell)
            self.shell.events.unregister("post_run_cell", self.boundary.after_cell)
            self.shell.ast_transformers.remove(self.boundary)
        self.shell.events.unregister("post_run_cell", self.unattended.after_cell)
        self.shell.events.unregister("post_run_cell", self.live.after_cell)
        self.panels.unregister()
        watch_with(None)
        tracebacks.uninstall(self.shell)
        displays.unregister(self.shell)

    def _unregister(self, magics: FlowMagics) -> None:
        ours = (magics, magics.commands)
        for registered in self.shell.magics_manager.magics.values():
            for name in [name for name, magic in registered.items() if getattr(magic, "__self__", None) in ours]:
                del registered[name]

    def _claim(self, kind: str, name: str, magic: Any) -> bool:
        """Register a magic unless its name is somebody else's."""
        if name in self.shell.magics_manager.magics[kind]:
            return False
        self.shell.register_magic_function(magic, kind, name)
        return True


_extensions: dict[int, Extension] = {}


def load(shell: Shell) -> None:
    """Magics and displays for a shell. Doing it again changes nothing."""
    _of(shell).load()


def unload(shell: Shell) -> None:
    """Take them back; what runs goes on."""
    extension = _extensions.pop(id(shell), None)
    if extension is not None:
        extension.unload()


def arrive() -> None:
    """The displays for the shell that runs here, if one does: what importing the package brings."""
    shell = running()
    if shell is not None:
        _of(shell)


def flow_of(shell: Shell | None) -> Flow | None:
    """The flow of a shell that has our magics."""
    extension = _extensions.get(id(shell))
    return extension.boundary.flow if extension is not None and extension.boundary is not None else None


def _of(shell: Shell) -> Extension:
    extension = _extensions.get(id(shell))
    if extension is None:
        extension = _extensions[id(shell)] = Extension(shell)
        extension.show()
    return extension

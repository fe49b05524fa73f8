"""Workflows in the notebook: electrons, lattices, and shared executors, with no server to start."""

import sys
from typing import TYPE_CHECKING

from . import executor
from .model import errors
from .model.absent import absence
from .model.electron import electron
from .model.hooks import DepsBash, DepsCall, DepsModule, DepsPip
from .model.lattice import lattice, wait, when
from .model.result import Result
from .model.secret import Secret
from .model.status import Status as status  # noqa: N813 - ct.status.COMPLETED is Covalent's spelling
from .model.transportable import TransportableObject
from .session import session
from .store.arrivals import watch
from .verbs import DispatchId, cancel, dispatch, dispatch_sync, dispatches, get_result, open_store, pin, redispatch
from .worker.context import get_context

__version__ = "0.1.0"

__all__ = [
    "DepsBash",
    "DepsCall",
    "DepsModule",
    "DepsPip",
    "DispatchId",
    "Result",
    "Secret",
    "TransportableObject",
    "__version__",
    "cancel",
    "dispatch",
    "dispatch_sync",
    "dispatches",
    "electron",
    "errors",
    "executor",
    "get_context",
    "get_result",
    "lattice",
    "load_ipython_extension",
    "open_store",
    "pin",
    "redispatch",
    "session",
    "status",
    "wait",
    "when",
]


if not TYPE_CHECKING:  # a checker would take every name for one that exists

    def __getattr__(name: str) -> object:
        """Names of Covalent's that are not here are errors that say what to do instead."""
        raise absence(__name__, name)


def load_ipython_extension(shell: object) -> None:
    """``%load_ext jupyter_flow``: the magics and the displays."""
    from .notebook.extension import load

    load(shell)


def unload_ipython_extension(shell: object) -> None:
    """``%unload_ext jupyter_flow``."""
    from .notebook.extension import unload

    unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """What `jupyter labextension develop` links: the built page."""
    return [{"src": "labextension", "dest": "jupyter-flow"}]


watch()
del watch

if "IPython" in sys.modules:  # a notebook shows our values well without loading the magics
    from .notebook.extension import arrive

    arrive()

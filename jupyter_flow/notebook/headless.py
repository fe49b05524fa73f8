"""Whether anybody looks on. Without a browser, cells wait, fail in place, and show only what is the same every time."""

import os
import sys
from typing import Any

from .shell import Shell, running

SWITCH = "JUPYTER_FLOW_HEADLESS"


def headless(shell: Shell | None = None) -> bool:
    """Whether this kernel runs unattended: under nbclient, nbval, papermill, pytest, or because the switch says so.

    ``JUPYTER_FLOW_HEADLESS=1`` or ``0`` decides (``run``, which `jupyter-flow run` sets, is a 1 that lets electron
    cells go on in parallel); else pytest above us, or an execute request that comes from no cell of a front end
    and could not be asked for input.
    """
    said = os.environ.get(SWITCH, "").strip().lower()
    if said:
        return said not in ("0", "false", "no", "off")
    if "PYTEST_CURRENT_TEST" in os.environ:
        return True
    return _unattended(request(running() if shell is None else shell))


def goes_on() -> bool:
    """Whether electron cells go on in parallel though nobody looks: who runs the notebook asks for them at the end."""
    return os.environ.get(SWITCH, "").strip().lower() == "run"


def request(shell: Any) -> dict[str, Any]:
    """The execute request under way; empty where there is none, or none is known."""
    try:
        parent: Any = getattr(shell, "get_parent", dict)()
        return parent if isinstance(parent, dict) else {}
    except Exception:  # a kernel that keeps its requests elsewhere is one somebody sits at
        return {}


def _unattended(request: dict[str, Any]) -> bool:
    if request.get("header", {}).get("msg_type") != "execute_request" or "google.colab" in sys.modules:
        return False
    from_a_cell = bool(request.get("metadata", {}).get("cellId"))
    return not from_a_cell and request.get("content", {}).get("allow_stdin") is False

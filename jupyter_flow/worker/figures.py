"""matplotlib in electrons, as notebooks have it. Nothing here imports it: who has no figure pays nothing.

In a worker process the backend is Agg, whatever the kernel's is (the notebook's own imports IPython, and
needs one that runs), and ``plt.show()`` displays what is open and closes it.
"""

import functools
import io
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from . import imports


def is_figure(thing: Any) -> bool:
    """Whether this is a matplotlib figure."""
    kind = getattr(sys.modules.get("matplotlib.figure"), "Figure", None)
    return isinstance(kind, type) and isinstance(thing, kind)


def png(thing: Any) -> bytes | None:
    """The picture of a figure, at its own resolution; None for an empty one, and for anything else."""
    if not is_figure(thing) or not (thing.axes or thing.lines or thing.texts or thing.images):
        return None
    picture = io.BytesIO()
    thing.savefig(picture, format="png", bbox_inches="tight", dpi=thing.dpi)
    return picture.getvalue()


def show_open(display: Callable[..., Any]) -> None:
    """Display the figures that pyplot has open, and close them."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is None or not hasattr(pyplot, "get_fignums"):  # still being imported
        return
    numbers = pyplot.get_fignums()
    try:
        for number in numbers:
            display(pyplot.figure(number))
    finally:
        if numbers:
            pyplot.close("all")


def install(display: Callable[..., Any], running: Callable[[], Any]) -> None:
    """In a worker process: see to matplotlib when it is imported."""

    def on_pyplot(pyplot: ModuleType) -> None:
        original = pyplot.show

        @functools.wraps(original)
        def show(*args: Any, **kwargs: Any) -> Any:
            return original(*args, **kwargs) if running() is None else show_open(display)

        pyplot.show = show  # type: ignore[attr-defined]

    imports.after("matplotlib", _without_windows)
    imports.after("matplotlib.pyplot", on_pyplot)


def _without_windows(matplotlib: ModuleType) -> None:
    matplotlib.rcParams["backend"] = "agg"

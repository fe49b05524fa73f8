"""Progress bars in electrons: those of a terminal, whose text says how far the electron is.

A notebook's bars are widgets. They need a cell to be in, which an electron has not; what imports of
``tqdm.auto`` give in a notebook are such.
"""

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from . import imports


def install(running: Callable[[], Any]) -> None:
    """Have tqdm's widgets be plain bars where an electron makes them; `running` tells, None is no electron."""

    def on_notebook(module: ModuleType) -> None:
        kind: Any = module.tqdm_notebook
        original = kind.__new__
        if getattr(original, "asks", False):
            return

        @functools.wraps(original)
        def new(cls: Any, *args: Any, **kwargs: Any) -> Any:
            if running() is None:
                return original(cls, *args, **kwargs)
            kwargs.pop("display", None)
            plain: Any = next(heir for heir in cls.__mro__ if not issubclass(heir, kind))
            return plain(*args, **kwargs)

        new.asks = True  # type: ignore[attr-defined]
        kind.__new__ = new

    imports.after("tqdm.notebook", on_notebook)

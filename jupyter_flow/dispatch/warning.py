"""Warnings that point at the user's line, however many of our own calls lie between."""

import os
import sys
import warnings

HERE = os.path.dirname(os.path.dirname(__file__)) + os.sep


def warn(text: str) -> None:
    """Tell whoever has called us from outside, once for each place and text; "" is nothing to tell."""
    if text:
        warnings.warn(text, UserWarning, stacklevel=_level())


def _level() -> int:
    """How many calls lie between `warn` and code that is neither ours nor IPython's."""
    shell = getattr(sys.modules.get("IPython"), "__file__", None)
    ours = (HERE, os.path.dirname(shell) + os.sep) if shell else HERE
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(ours):
        frame, level = frame.f_back, level + 1
    return level

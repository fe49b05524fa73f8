"""Where the kernel stands now: what a worker takes over, so that an electron runs as if it ran here and at once."""

import os
import sys

from ..worker.messages import Moment

_last = Moment("", (), {})


def moment() -> Moment:
    """The working directory, `sys.path` and environment of now; the same object as long as they are the same.

    Raises FileNotFoundError where the working directory has been removed.
    """
    global _last
    now = Moment(os.getcwd(), tuple(sys.path), dict(os.environ))
    if now != _last:
        _last = now
    return _last

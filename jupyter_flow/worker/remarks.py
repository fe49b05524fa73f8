"""What a worker has to say to whoever looks at an electron's cell: lines of its stderr that begin in a certain way."""

import sys
from contextlib import suppress

from ..model.errors import StoreFull

REMARK = "jupyter_flow: "


def remark(text: str) -> None:
    """Say something."""
    with suppress(StoreFull):  # that there is no space is said in its place
        sys.stderr.write(f"{REMARK}{text}\n")

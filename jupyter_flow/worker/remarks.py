"""What a worker has to say to whoever looks at an electron's cell: lines of its stderr that begin in a certain way."""

import sys

REMARK = "jupyter_flow: "


def remark(text: str) -> None:
    """Say something."""
    sys.stderr.write(f"{REMARK}{text}\n")

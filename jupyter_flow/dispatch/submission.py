"""A dispatch, before it runs."""

from typing import NamedTuple

from ..model.events import Record
from ..worker.messages import Moment
from .run import Run


class Submission(NamedTuple):
    """All that a dispatch is but its graph."""

    id: str
    name: str
    record: bytes  # for the store: all that a later kernel needs to read or repeat it
    moment: Moment  # where the kernel stood when it was made
    parent: tuple[Run, int, Record] | None = None

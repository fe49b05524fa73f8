"""How a node stands, to be drawn: its status; or stale, which only cells of a notebook can be."""

from enum import StrEnum

from ..model.events import STATUS_OF
from ..model.status import Status


class Beside(StrEnum):
    """What is drawn like a status, and is none: no dispatch ever tells it."""

    STALE = "STALE"  # it completed, and what it was made of has changed since


Standing = Status | Beside

STALE = len(STATUS_OF)  # its number, beside those of `jupyter_flow.model.events`
STANDING_OF: tuple[Standing, ...] = (*STATUS_OF, Beside.STALE)

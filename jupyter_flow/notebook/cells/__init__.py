"""The analysis of cells: which of the notebook's names a cell reads, makes and changes. Pure: nothing is run."""

from .lookups import ANYWHERE, looks_anywhere
from .names import Names, mentioned_first, mentions, names_of, reached, stored
from .walker import CellRefused

__all__ = [
    "ANYWHERE",
    "CellRefused",
    "Names",
    "looks_anywhere",
    "mentioned_first",
    "mentions",
    "names_of",
    "reached",
    "stored",
]

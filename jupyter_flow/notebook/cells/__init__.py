"""The analysis of cells: which of the notebook's names a cell reads, makes and changes. Pure: nothing is run."""

from .lookups import ANYWHERE, looks_anywhere
from .names import Names, defined, mentioned_first, mentions, names_of, reached, stored
from .scopes import imported_as
from .walker import CellRefused

__all__ = [
    "ANYWHERE",
    "CellRefused",
    "Names",
    "defined",
    "imported_as",
    "looks_anywhere",
    "mentioned_first",
    "mentions",
    "names_of",
    "reached",
    "stored",
]

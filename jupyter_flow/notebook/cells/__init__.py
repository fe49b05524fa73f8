"""The analysis of cells: which of the notebook's names a cell reads, makes and changes. Pure: nothing is run."""

from .names import Names, mentions, names_of, reached, stored
from .walker import CellRefused

__all__ = ["CellRefused", "Names", "mentions", "names_of", "reached", "stored"]

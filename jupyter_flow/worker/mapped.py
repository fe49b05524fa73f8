"""An electron cell that runs once for each element of something."""

from collections.abc import Iterable, Sequence
from typing import Any

from ..model.cellvalues import CellValues
from ..model.electron import Electron
from ..model.tracing import ACTIVE


class MappedCell:
    """The body of the sublattice, once the elements are known.

    variable: the name that takes the elements in turn. picked: the name of the iterable, where it comes among
    the values of another cell.
    """

    builds_graph = True

    def __init__(self, electron: Electron, variable: str, picked: str | None) -> None:
        self.electron, self.variable, self.picked = electron, variable, picked
        self.__name__ = electron.name

    def __call__(self, elements: Any, /, **constants: Any) -> list[Any]:
        tracer = ACTIVE.get()
        elements = elements[self.picked] if self.picked else elements
        if tracer is not None:  # what is the same for all is pickled once
            constants = {label: tracer.held(label, value) for label, value in constants.items()}
        return [self.electron(**{self.variable: element}, **constants) for element in elements]


class Gather:
    """The values of all elements as the cell's values: a list for each name, in the order of the elements."""

    def __init__(self, outputs: Sequence[str]) -> None:
        self.outputs = tuple(outputs)

    def __call__(self, made: Iterable[CellValues]) -> CellValues:
        made = list(made)
        changed = tuple(dict.fromkeys(name for values in made for name in values.changed))
        left = {name: why for values in made for name, why in values.left.items()}
        whole = {name: [values.get(name) for values in made] for name in self.outputs if name not in left}
        return CellValues(whole, (), changed, left)

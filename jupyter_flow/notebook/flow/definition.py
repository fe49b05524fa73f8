"""An electron cell as it is written."""

import ast
from dataclasses import dataclass, field

from ...model.options import Options
from ..cells import Names, defined


@dataclass(frozen=True)
class Mapped:
    """``--map VAR=NAME``."""

    variable: str
    iterable: str  # a name of the notebook


@dataclass(frozen=True)
class Definition:
    """The code of an electron cell and what its header asks for."""

    name: str
    source: str  # Python: IPython's own syntax translated, lines numbered as in the cell
    raw: str  # the whole cell as it was written
    file: str  # as tracebacks know it
    names: Names
    options: Options = field(default_factory=Options)
    inputs: tuple[str, ...] | None = None  # -i
    outputs: tuple[str, ...] | None = None  # -o
    mapped: Mapped | None = None
    after: tuple[str, ...] = ()
    lazy: bool = False
    quiet: bool = False
    show: bool = False
    named: bool = True  # its NAME was given

    def reads(self) -> tuple[str, ...]:
        """The names it may take from the notebook."""
        found = self.names
        names = dict.fromkeys((*found.reads, *found.carries, *found.deletes, *self._perhaps(), *(self.inputs or ())))
        if self.mapped:
            names.pop(self.mapped.variable, None)
            names[self.mapped.iterable] = None
        return tuple(names)

    def _perhaps(self) -> list[str]:
        """What it defines or imports on some paths only: on the others it hands back what was there."""
        always = set(defined(ast.parse(self.source)))
        return [name for name in (*self.names.defines, *self.names.imports) if name not in always]

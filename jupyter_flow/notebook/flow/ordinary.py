"""An ordinary cell while it runs: what it finds of what its code reaches, and what it has made when it has ended."""

import ast
from typing import TYPE_CHECKING

from ..cells import Names
from .execution import CellRun, Execution, Seen
from .hidden import carries, may_reach_any
from .marks import SMALL
from .moments import here
from .reach import CODE, Reach, reach, written_here
from .syntax import perhaps, wanted
from .watching import Watch

if TYPE_CHECKING:
    from .flow import Flow

FEW = 300  # things that are looked at for code behind one value


class Running:
    """The cell that runs now, before it is known to be an ordinary one, too.

    key: the front end's id of it. replayed: the flow runs it again.
    """

    def __init__(self, flow: "Flow", raw: str, count: int, key: str, replayed: bool) -> None:
        self.flow, self.raw, self.count, self.key, self.replayed = flow, raw, count, key, replayed
        self.before = identities(flow)
        self.names: Names | None = None
        self.reads: list[str] = []  # names of the notebook that stand in its code
        self.perhaps: set[str] = set()  # those it makes on some paths only
        self.seen: dict[str, Seen] = {}
        self.watch = Watch(flow.marks)
        self.deletes: list[str] = []  # names that are still being made
        self.within: set[str] = set()  # what cells within it made
        self.at = here()
        self.visited = self.electron = self.ours = self.failed = False
        self.token = False  # `NEED` was put into the namespace: where that is gone, all is
        self.resets = False  # it may delete names that it does not name
        self.anywhere = False  # it may change what it does not name
        self.calls = False  # code of the notebook, which may change whatever it reaches

    # before ------------------------------------------------------------------------------------------

    def begin(self, code: ast.Module, names: Names | None) -> None:
        """Look at what its code reaches, before it runs."""
        self.visited, self.names, self.reads = True, names, wanted(names, code, now=True)
        self.anywhere = may_reach_any(code)
        found = self.see()
        if names is not None and not self.resets:
            self._lay_aside(names, code, found)

    def see(self) -> Reach:
        """Note what there is of what its code reaches; again when something has been waited for."""
        found = reach(self.reads, self.flow.space, self.flow.absent, most=FEW)
        current = self.flow.book.current
        data = [name for name in found.data if not name.startswith("_")]
        self.watch.look(data)
        self.watch.look(self._siblings(data))
        self.anywhere = self.anywhere or carries(found.code.values(), FEW)
        if self.anywhere:
            self.watch.look_around(name for name in current if not name.startswith("_"))
        for name in (*data, *(name for name in (*found.code, *found.pending) if name in current)):
            if name not in self.seen or self.seen[name].digest is None:
                digest = None if name in found.pending else self.watch.digest(name)
                self.seen[name] = Seen(current.get(name), digest)
        gone = [name for name in self.reads if name in current and name not in self.flow.space]
        self.seen |= {name: Seen(current[name], None) for name in gone if name not in self.seen}
        self.calls |= bool(found.classes) or any(map(written_here, found.code.values()))
        return found

    def _siblings(self, names: list[str]) -> list[str]:
        """What was made together with variables by an electron, and may share objects with them."""
        makers = {self.flow.book.current.get(name) for name in names}
        bound = [maker for maker in makers if isinstance(maker, Execution) and maker.bound]
        return [name for maker in bound for name in maker.makes if not name.startswith("_")]

    def _lay_aside(self, names: Names, code: ast.Module, found: Reach) -> None:
        self.perhaps = set(perhaps(names, code))
        used = {*names.reads, *names.deletes, *found.data, *found.code, *found.pending}
        self.watch.lay_aside(self.perhaps - used)

    # after -------------------------------------------------------------------------------------------

    def made(self, left: set[str]) -> set[str]:
        """What it made, by assigning it or in place. left: names that it could have assigned, and did not."""
        now = identities(self.flow)
        makes = {name for name in {*now, *self.before} if self._replaced(name, now)}
        makes |= {name for name in self.deletes if name not in now}
        mutates = self.names.mutates if self.names is not None else ()
        changed = self.watch.changed(mutates)
        for name, mark in changed.items():
            self.seen.setdefault(name, Seen(self.flow.book.current.get(name), mark.digest if mark.exact else None))
        if changed:
            self._unsure_of_code()
        makes |= {name for name in self._written(now) if name not in left}
        return makes | set(changed) | {name for name in self.within if name in now}

    def _unsure_of_code(self) -> None:
        """What the cell changed may be what its code has with it: that the code is another one tells nothing."""
        space = self.flow.space
        for name, seen in self.seen.items():
            if isinstance(space.get(name), CODE) and carries([space[name]], FEW):
                self.seen[name] = seen._replace(digest=None)

    def _written(self, now: dict[str, int]) -> set[str]:
        """What it assigned, as it is written."""
        names = self.names
        if names is None or self.failed:
            return set()
        there = (*names.writes, *names.defines, *names.imports, *names.targets)
        same = {name for name in names.mutates if self.watch.untouched(name)}
        return {name for name in there if name in now and name not in same and self.flow.pending(name) is None}

    def _replaced(self, name: str, now: dict[str, int]) -> bool:
        """Whether a name holds something else, and not by us in the meantime."""
        if name not in now and self.flow.pending(name) is not None:
            return False
        return now.get(name) not in (self.before.get(name), self.flow.bound.get(name))

    def may_make(self, made: set[str]) -> frozenset[str]:
        """What another run of the same code may make, which this one has not."""
        found = self.perhaps | set(self.names.mutates if self.names is not None else ())
        if self.calls or self.names is None:
            found |= {name for name in self.seen if self.watch.watches(name)}
        return frozenset(found - made)

    def keep(self, run: CellRun) -> None:
        """Remember what a run made: what it was, and small values themselves, for whoever asks for this version."""
        marks, space = self.flow.marks, self.flow.space
        for name in run.makes:
            digest = marks.digest(name) if name in space else None
            if digest is not None:
                run.digests[name] = digest
                if name not in marks.known or marks.known[name][1].size <= SMALL:
                    run.kept[name] = space[name]


def identities(flow: "Flow") -> dict[str, int]:
    """What the names of a notebook hold now."""
    hidden = flow.shell.user_ns_hidden
    return {
        name: id(value) for name, value in list(flow.space.items())
        if not name.startswith("_") and name not in hidden
    }  # fmt: skip

"""What an ordinary cell finds, and what of it has changed when it has ended, in place or by assignment."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .fingerprints import code_fingerprint
from .marks import Mark, changeable, mark_of
from .reach import CODE, NOWHERE

MOST = 128 * 1024 * 1024  # bytes of variables that are looked at for being another name of what a cell changed
MISSING = b"missing"

Namespace = dict[str, Any]


class Marks:
    """The marks of a notebook's variables, as they were looked at last."""

    def __init__(self, space: Callable[[], Namespace]) -> None:
        self._space = space
        self.known: dict[str, tuple[int, Mark]] = {}  # by name: the identity of what it held, too

    @property
    def space(self) -> Namespace:
        """The notebook's namespace."""
        return self._space()

    def look(self, name: str) -> Mark | None:
        """The mark of a variable now; None where the name holds code, or nothing."""
        value = self.space.get(name, NOWHERE)
        if value is NOWHERE or isinstance(value, CODE):
            self.known.pop(name, None)
            return None
        mark = mark_of(value)
        self.known[name] = id(value), mark
        return mark

    def digest(self, name: str) -> bytes | None:
        """What only an equal variable, or equal code, has as well; None where nobody can tell."""
        value = self.space.get(name, NOWHERE)
        if value is NOWHERE:
            return MISSING
        if isinstance(value, CODE):
            return code_fingerprint(value, self.space)
        return exact(self.look(name))

    def moved(self, before: Mapping[str, tuple[int, Mark]]) -> dict[str, Mark]:
        """Of variables that were looked at before, those that were changed in place since; with their old marks."""
        found: dict[str, Mark] = {}
        room = MOST
        for name, (identity, mark) in before.items():
            value = self.space.get(name, NOWHERE)
            if id(value) != identity or not changeable(value) or mark.size > room:
                continue
            room -= mark.size
            now = self.look(name)
            if now is None or now.digest != mark.digest:
                found[name] = mark
        return found


class Watch:
    """One ordinary cell while it runs."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._before: dict[str, tuple[int, Mark]] = {}
        self._aside: Namespace = {}

    def look(self, names: Iterable[str]) -> None:
        """Look at variables, before the cell can change them."""
        for name in names:
            if name not in self._before and self._marks.look(name) is not None:
                self._before[name] = self._marks.known[name]

    def look_around(self, names: Iterable[str]) -> None:
        """Look at variables that a cell does not name, and may change all the same; not at more than `MOST` bytes."""
        room = MOST
        for name in names:
            if room > 0 and name not in self._before:
                self.look([name])
                room -= self._before[name][1].size if name in self._before else 0

    def digest(self, name: str) -> bytes | None:
        """What a name held when the cell began, as `Marks.digest` tells it."""
        return exact(self._before[name][1]) if name in self._before else self._marks.digest(name)

    def lay_aside(self, names: Iterable[str]) -> None:
        """Take names away that the cell may assign, and does not read: whether it does is seen at its end."""
        space = self._marks.space
        self._aside |= {name: space.pop(name) for name in names if name in space}

    def give_back(self) -> set[str]:
        """(at its end) The names that the cell did not assign: they hold again what they held."""
        space = self._marks.space
        left = {name: value for name, value in self._aside.items() if name not in space}
        space.update(left)
        self._aside = {}
        return set(left)

    def changed(self, mutated: Iterable[str]) -> dict[str, Mark]:
        """(at its end) What the cell changed in place, whatever the name it knew it by; with the marks before.

        mutated: what it may have changed, as it is written: of a large variable nothing else may tell.
        """
        found = self._marks.moved(self._before)
        if found or any(name in self._before and not self._before[name][1].exact for name in mutated):
            others = {name: known for name, known in self._marks.known.items() if name not in self._before}
            found |= self._marks.moved(others)
        return found

    def watches(self, name: str) -> bool:
        """Whether a variable was looked at that can be changed in place."""
        return name in self._before and changeable(self._marks.space.get(name))

    def untouched(self, name: str) -> bool:
        """(at its end) Whether a variable is certainly as it was."""
        before, now = self._before.get(name), self._marks.known.get(name)
        value = self._marks.space.get(name, NOWHERE)
        return before is not None and before == now and before[0] == id(value) and before[1].exact


def exact(mark: Mark | None) -> bytes | None:
    """The digest of a mark that tells all."""
    return mark.digest if mark is not None and mark.exact else None

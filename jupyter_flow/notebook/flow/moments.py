"""Where a notebook stands at each of its cells, when all are run in order: the working directory, ``sys.path`` and the
environment, which ordinary cells change as they assign names.
"""

import contextlib
import os
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from ...dispatch.moment import moment
from ...worker.messages import Moment
from .book import Book, Cell

FOLDER, PATH = "=cwd", "=path"  # no variable of an environment has such a name


class Move(NamedTuple):
    """What a cell changed; None stands for a variable that is not there."""

    before: Any
    after: Any


class Moments:
    """What the cells of a book changed."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._moves: WeakKeyDictionary[Cell, dict[str, Move]] = WeakKeyDictionary()

    def ran(self, cell: Cell, before: Moment, after: Moment) -> None:
        """An ordinary cell was run. What it had set before, and finds set, it has set again."""
        known, was, now = self._moves.get(cell, {}), _parts(before), _parts(after)
        changed = {part for part in {*was, *now} if was.get(part) != now.get(part)}
        same = {part for part, move in known.items() if now.get(part) == move.after}
        self._moves[cell] = {
            part: Move(known[part].before if part in known else was.get(part), now.get(part)) for part in changed | same
        }

    def before(self, cell: Cell | None) -> Moment:
        """Where the notebook stands before a cell, or at its end; what no cell that we know of changed is as now."""
        cells = list(self._book)
        place = cells.index(cell) if cell in cells else len(cells)
        parts = _parts(moment())
        for later in reversed(cells[place:]):
            parts |= {part: move.before for part, move in self._moves.get(later, {}).items()}
        for earlier in cells[:place]:
            parts |= {part: move.after for part, move in self._moves.get(earlier, {}).items()}
        return _whole(parts)


def enter(there: Moment) -> None:
    """Take the kernel there, as far as it is still there."""
    here = moment()
    if here.cwd != there.cwd:
        with contextlib.suppress(OSError):
            os.chdir(there.cwd)
    if here.sys_path != there.sys_path:
        sys.path[:] = there.sys_path
    for name in here.environ.keys() - there.environ.keys():
        os.environ.pop(name, None)
    os.environ.update({name: text for name, text in there.environ.items() if here.environ.get(name) != text})


def here() -> Moment | None:
    """Where the kernel stands; None where that folder has been removed."""
    try:
        return moment()
    except FileNotFoundError:
        return None


def _parts(whole: Moment) -> dict[str, Any]:
    return {FOLDER: whole.cwd, PATH: whole.sys_path, **whole.environ}


def _whole(parts: Mapping[str, Any]) -> Moment:
    environ = {name: text for name, text in parts.items() if name not in (FOLDER, PATH) and text is not None}
    return Moment(parts[FOLDER], parts[PATH], environ)

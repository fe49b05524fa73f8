"""A store that somebody else may have written, as text: nothing of it is unpickled, and nothing of it is believed.

The index is copied and read under limits; a column that is not what it should be counts as empty. No tag is checked,
so whoever could write in the folder can have made up what is told.
"""

import json
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ..model.errors import StoreCorruption, StoreError, UnknownDispatch
from ..model.events import STATUS_OF
from ..model.status import Status
from .blobs import Blobs
from .location import absolute
from .schema import copy_index, index_path
from .sealing import to_value

STEPS = 50_000_000  # of SQLite's machine, for one question
LONGEST = 64 * 1024  # characters of a text
MOST = 10_000  # rows


class NodeText(NamedTuple):
    """The last attempt of a node, as text."""

    node: int
    attempts: int
    status: Status | None
    started: datetime | None
    ended: datetime | None
    worker: str
    host: str
    stdout: str
    stderr: str
    error: str

    def __str__(self) -> str:
        said = [f"{self.node}: {self.status or 'unknown'}" + (f" on {self.worker}" if self.worker else "")]
        return "\n".join([*said, *(text.rstrip("\n") for text in (self.error, self.stdout, self.stderr) if text)])


class DispatchText(NamedTuple):
    """A dispatch, as text."""

    id: str
    name: str
    status: Status | None
    electrons: int
    created: datetime | None
    ended: datetime | None
    error: str

    def __str__(self) -> str:
        return f"{self.id}  {self.name}  {self.status or 'unknown'}  {self.created or ''}"


class PlainStore:
    """The dispatches of a folder, as text. Nothing is written there."""

    def __init__(self, root: Path | str) -> None:
        self.root = absolute(root)
        if not index_path(self.root).is_file():
            raise StoreError(f"{self.root} has no index of a store.")
        self._blobs = Blobs(self.root)

    def dispatches(self, limit: int | None = None) -> list[DispatchText]:
        """Those that somebody started, newest first. Raises StoreCorruption."""
        sql = "SELECT id, name, status, electrons, created, ended, error FROM run WHERE parent IS NULL"
        count = MOST if limit is None else min(limit, MOST)
        return [_dispatch(row) for row in self._asked(f"{sql} ORDER BY serial DESC LIMIT ?", (count,))]

    def nodes(self, id: str) -> list[NodeText]:
        """The nodes of a dispatch that have a record, by number. Raises UnknownDispatch, StoreCorruption."""
        found = self._asked("SELECT serial FROM run WHERE id = ?", (id,))
        if not found:
            raise UnknownDispatch(f"The store {self.root} has no dispatch {_text(id)!r}.")
        rows = self._asked(
            'SELECT node, max(attempt), count(*), status, start, "end", stdout, stderr, failure, name, host '
            "FROM attempt LEFT JOIN worker ON worker = number WHERE run = ? GROUP BY node ORDER BY node LIMIT ?",
            (found[0][0], MOST),
        )
        return [self._node(row) for row in rows]

    def _node(self, row: tuple[Any, ...]) -> NodeText:
        node, _, count, status, start, end, stdout, stderr, failure, worker, host = row
        printed = self._printed(stdout), self._printed(stderr)
        times = _time(start), _time(end)
        return NodeText(
            _number(node), count, _status(status), *times, _text(worker), _text(host), *printed, _why(failure)
        )

    def _printed(self, column: Any) -> str:
        try:
            value = to_value(column)
            if value is None or isinstance(value, bytes):
                return _text(value)
            return _text(bytes(self._blobs.peek(value)))
        except (StoreError, ValueError, TypeError, OverflowError):
            return ""

    def _asked(self, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._copied() as index, closing(sqlite3.connect(index)) as connection:
            for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
                connection.execute(f"PRAGMA {pragma}")
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            steps = iter(range(STEPS // 1000))
            connection.set_progress_handler(lambda: next(steps, None) is None, 1000)
            try:
                return connection.execute(sql, parameters).fetchall()
            except sqlite3.Error as error:
                raise StoreCorruption(f"The index of the store {self.root} cannot be read: {error}.") from error

    @contextmanager
    def _copied(self) -> Iterator[Path]:
        """A copy of the index, which may have been left with a log that only a writer could put in order."""
        import tempfile  # by few, and never at once

        with tempfile.TemporaryDirectory(prefix="jupyter-flow-") as folder:
            index = index_path(self.root)
            try:
                copy = copy_index(index, Path(folder))
            except OSError as error:
                raise StoreError(f"{index} cannot be read: {error.strerror}.") from error
            yield copy


def _dispatch(row: tuple[Any, ...]) -> DispatchText:
    id, name, status, electrons, created, ended, error = row
    times = _time(created), _time(ended)
    return DispatchText(_text(id), _text(name), _status(status), _number(electrons), *times, _text(error))


def _text(value: Any) -> str:
    """Printable text: what would move a terminal's cursor, or turn the writing round, is left out."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return "".join(c for c in value[:LONGEST] if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def _why(failure: Any) -> str:
    try:
        kind, type_, message, traceback, *_ = json.loads(failure)
    except (TypeError, ValueError, RecursionError):
        return ""
    return _text(traceback) or f"{_text(kind)}: {_text(type_)}: {_text(message)}"


def _number(value: Any) -> int:
    return value if type(value) is int else 0


def _status(value: Any) -> Status | None:
    return STATUS_OF[value] if type(value) is int and 0 <= value < len(STATUS_OF) else None


def _time(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(value / 1e9, UTC) if type(value) is int and value > 0 else None
    except (OverflowError, ValueError, OSError):
        return None

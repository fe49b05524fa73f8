"""Rows as they lie in the index: values as columns, and a tag over all of them.

An inline value is a BLOB; a reference is TEXT, ``digest:size``, so that one column holds either.
"""

import base64
import json
import struct
from collections.abc import Iterable, Sequence
from typing import Any, cast

from blake3 import blake3

from ..model.errors import StoreUntrusted
from ..model.events import BlobRef, Failure, Origin, Record, Value
from .authentication import Key, same

Column = int | str | bytes | None

_numbers = struct.Struct("<10q").pack
ABSENT = -1


FAR = "far-"  # the names of journals begin so whose workers make their keys themselves


def far_key(base: bytes, name: str) -> bytes:
    """The key of such a journal, from what all workers of its session have."""
    key: bytes = blake3(name.encode(), key=base).digest()
    return key


class Sealer:
    """Turns records into columns with a tag, and columns back into records if the tag is right."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self._last = ("", key.hasher())

    def attempts(self, serial: int, run: str, rows: Iterable[Sequence[Any]]) -> tuple[list[Column], list[Column]]:
        """The columns of rows in the order of `Record`, one after the other: short rows, then whole ones.

        A short row has an inline value and nothing else: most are such, and a third fewer columns are a
        third less work.
        """
        short: list[Column] = []
        whole: list[Column] = []
        start = self._prefix(run)
        for node, attempt, status, begin, end, worker, value, stdout, stderr, failure, displays, origin in rows:
            hasher = start.copy()
            if stdout is stderr is failure is displays is origin is None and type(value) is bytes:
                hasher.update(
                    _numbers(node, attempt, status, begin, end, worker, 2 * len(value), ABSENT, ABSENT, ABSENT) + value
                )
                short += serial, node, attempt, status, begin, end, worker, value, hasher.digest()
            else:
                texts = (to_column(value), to_column(stdout), to_column(stderr), _from_failure(failure))
                later = (to_column(displays), _from_origin(origin))
                hasher.update(_message((node, attempt, status, begin, end, worker), texts, later))
                whole += serial, node, attempt, status, begin, end, worker, *texts, *later, hasher.digest()
        return short, whole

    def attempt(self, run: str, columns: Sequence[Any]) -> Record:
        """The record in the columns of an attempt, without its serial. Raises StoreUntrusted."""
        node, attempt, status, start, end, worker, value, stdout, stderr, failure, displays, origin, tag = columns
        try:
            texts, later = (value, stdout, stderr, failure), (displays, origin)
            message = _message((node, attempt, status, start, end, worker), texts, later)
            hasher = self._prefix(run).copy()
            hasher.update(message)
            right = same(hasher.digest(), tag)
        except (TypeError, AttributeError, struct.error):  # a column of a type that was never written
            right = False
        if not right:
            raise _untrusted(f"Node {node} (attempt {attempt}) of dispatch {run}")
        values = to_value(value), to_value(stdout), to_value(stderr)
        more = _to_failure(failure), to_value(displays), _to_origin(origin)
        return Record(node, attempt, status, start, end, worker, *values, *more)

    def _prefix(self, run: str) -> blake3:
        """A hasher that has seen what the tags of all attempts of a run begin with: copy it."""
        known, hasher = self._last
        if known != run:
            hasher = self._key.hasher(b"attempt", run.encode())
            self._last = (run, hasher)
        return hasher

    def derived(self, *parts: str) -> bytes:
        """A key of its own for one purpose: who has it cannot make our other tags."""
        return self._key.mac(b"derived", *(part.encode() for part in parts))

    def tag(self, table: str, columns: Sequence[Column]) -> bytes:
        """The tag over the columns of a row of another table."""
        return self._key.mac(table.encode(), *(_typed(column) for column in columns))

    def check(self, table: str, columns: Sequence[Column], tag: object) -> None:
        """Raise StoreUntrusted unless `tag` made this tag from these columns; the first one names the row."""
        if not isinstance(tag, bytes) or not same(tag, self.tag(table, columns)):
            raise _untrusted(f"The record of {table} {columns[0]!r}")


def to_column(value: Any) -> bytes | str | None:
    """A value as one column."""
    if value is None or isinstance(value, bytes):
        return value
    digest: bytes = value[0]
    size: int = value[1]
    return f"{digest.hex()}:{size}"


def to_value(column: Any) -> Value | None:
    """The value in a column whose tag has been checked."""
    if isinstance(column, str):
        digest, _, size = column.partition(":")
        return BlobRef(bytes.fromhex(digest), int(size))
    return cast("bytes | None", column)  # nothing else was ever sealed


def clean(text: str) -> str:
    """Text that UTF-8 can hold: a lone surrogate becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _message(
    numbers: tuple[int, ...],
    texts: tuple[bytes | str | None, ...],
    later: tuple[bytes | str | None, bytes | str | None],
) -> bytes:
    """What the tag of an attempt is over.

    Without displays and origin it is what it was before there were any, so that older rows keep their tags. With
    them it goes on behind the end that the four lengths say, which nothing else does.
    """
    lengths, bodies = [], []
    for text in texts:
        body = b"" if text is None else text if isinstance(text, bytes) else text.encode()
        lengths.append(ABSENT if text is None else 2 * len(body) + isinstance(text, str))
        bodies.append(body)
    displays, origin = later
    if displays is not None or origin is not None:
        shown = _typed(displays)
        bodies += [len(shown).to_bytes(8, "little"), shown, _typed(origin)]
    return _numbers(*numbers, *lengths) + b"".join(bodies)


def _typed(column: Column) -> bytes:
    if column is None:
        return b""
    if isinstance(column, bytes):
        return b"b" + column
    return b"s" + column.encode() if isinstance(column, str) else b"i" + str(column).encode()


def _from_failure(failure: Any) -> str | None:
    if failure is None:
        return None
    *texts, exception = failure
    return json.dumps([*texts, None if exception is None else base64.b64encode(exception).decode()])


def _to_failure(column: str | None) -> Failure | None:
    if column is None:
        return None
    kind, type_, message, traceback, exception = json.loads(column)
    return Failure(kind, type_, message, traceback, None if exception is None else base64.b64decode(exception))


def _from_origin(origin: Any) -> str | None:
    return None if origin is None else f"{origin[0]}:{origin[1]}"  # no dispatch id has a colon


def _to_origin(column: str | None) -> Origin | None:
    if column is None:
        return None
    dispatch, _, node = column.partition(":")
    return Origin(dispatch, int(node))


def _untrusted(what: str) -> StoreUntrusted:
    return StoreUntrusted(
        f"{what} is not what this user's key signed: it was changed, or written by someone else, or the key is "
        "another one now. Nothing of it is loaded."
    )

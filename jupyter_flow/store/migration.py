"""Indexes of earlier versions: what each version has added, and how an index is brought up to date.

It is done when a process begins to write. Until then an old index is read as it is, and not touched.
"""

import sqlite3

from .schema import VERSION

ADDED = {
    2: ("ALTER TABLE attempt ADD COLUMN displays",),
}
ABSENT = {"displays": 2}  # columns of attempts that an index does not have before this version


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring the index to this version, in one transaction. One that is up to date is not touched."""
    if version(connection) >= VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(version(connection) + 1, VERSION + 1):  # asked again: another process may have done it
            for statement in ADDED[number]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version(connection: sqlite3.Connection) -> int:
    """The version of an index."""
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    return int(number)


def readable(connection: sqlite3.Connection, columns: str) -> str:
    """A list of columns to select, NULL in the place of those that this index does not have yet."""
    number = version(connection)
    if number >= VERSION:
        return columns
    names = columns.split(", ")
    return ", ".join("NULL" if ABSENT.get(name, 0) > number else name for name in names)

"""Dispatches that `prune` must leave alone: an empty file for each, so that they stay pinned with whatever index."""

import os
from contextlib import closing
from pathlib import Path

from ..model.errors import StoreError
from .files import create
from .gate import writing
from .location import WAY_OUT, private_folder
from .records import valid
from .schema import connect, translated


def pinned(root: Path) -> set[str]:
    """The dispatches that are pinned."""
    try:
        return {name for name in os.listdir(root / "pins") if valid(name)}
    except FileNotFoundError:
        return set()


def pin(root: Path, dispatch: str, on: bool) -> bool:
    """Pin a dispatch, or let it go; False if it has been pruned meanwhile.

    Inside a transaction of its own, as `prune` looks inside the one that removes the rows. Raises StoreError.
    """
    path = root / "pins" / dispatch
    try:
        with translated(root), closing(connect(root)) as index, writing(root):
            index.execute("BEGIN IMMEDIATE")
            there = index.execute("SELECT 1 FROM run WHERE id = ?", (dispatch,)).fetchone() is not None
            if there and on and not path.exists():
                private_folder(path.parent)
                os.close(create(path))
            if not on:
                path.unlink(missing_ok=True)
            index.execute("COMMIT")
            return there
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise StoreError(f"Cannot write in the store {root}: {error.strerror}. {WAY_OUT}") from error

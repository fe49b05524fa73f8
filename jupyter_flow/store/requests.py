"""What one kernel asks of another: to cancel a dispatch that runs there.

A request is a small file in a folder of the session that is asked, with a tag over all it says and over who is
asked. A session's id is never used again, so a request cannot outlive the kernel it was for. The folder is there
only while something is asked, so looking costs one system call that finds nothing.
"""

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..model.errors import StoreError, StoreUntrusted
from .files import opened, remove_tree, write_whole
from .location import private_folder
from .sealing import Sealer

TRIES = 10  # the one who is asked removes its empty folder, perhaps just as another one asks
LARGEST = 1 << 20  # bytes

LOG = logging.getLogger("jupyter_flow")


class Request(NamedTuple):
    """Cancel this dispatch, or these of its nodes."""

    run: str
    nodes: tuple[int, ...] | None


class Requests:
    """The requests to one session."""

    def __init__(self, root: Path, session: str, sealer: Sealer) -> None:
        self._folder = root / "requests" / session
        self._session, self._sealer = session, sealer

    def ask(self, request: Request) -> Path:
        """Ask for something; the file is gone when it has been done. Raises StoreError."""
        name = os.urandom(8).hex()
        said = json.dumps([request.run, request.nodes])
        data = json.dumps([said, self._tag(name, said).hex()]).encode()
        for _ in range(TRIES):
            with suppress(FileNotFoundError):
                private_folder(self._folder)
                write_whole(self._folder / name, data)
                return self._folder / name
        raise StoreError(f"Cannot write in {self._folder}.")

    def serve(self, act: Callable[[Request], object]) -> None:
        """Do what is asked, if anything. A request that is not ours to believe is removed, and never done."""
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return
        for name in names:
            if not name.startswith("."):  # still being written
                self._serve(self._folder / name, act)
        with suppress(OSError):  # not empty: somebody asks again
            self._folder.rmdir()

    def close(self) -> None:
        """Nobody listens any more."""
        remove_tree(self._folder)

    def _serve(self, path: Path, act: Callable[[Request], object]) -> None:
        try:
            act(self._read(path))
        except Exception:  # a request that is no good must not keep the next one from being served
            LOG.exception("a request to the session %s was not done", self._session)
        with suppress(OSError):
            path.unlink()

    def _read(self, path: Path) -> Request:
        fd = opened(path)
        with open(fd, "rb") as file:
            data = file.read(LARGEST)
        try:
            said, tag = json.loads(data)
            self._sealer.check("request", (path.name, self._session, str(said)), bytes.fromhex(tag))
        except (ValueError, TypeError) as error:
            raise StoreUntrusted(f"The request {path} is not one of ours.") from error
        run, nodes = json.loads(said)
        return Request(run, None if nodes is None else tuple(nodes))

    def _tag(self, name: str, said: str) -> bytes:
        return self._sealer.tag("request", (name, self._session, said))

"""What the journals of a kernel that is dead say of its dispatches: what its workers had begun and how it ended.

A worker goes on for a moment after its kernel. So its end is awaited first: what is read then is all there
will be, and whoever runs the rest anew does not run it beside the old worker.
"""

import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from ..model.events import EXPANDED, INTERRUPTED, Failure, Record
from .birth import born
from .entries import Finished, Opened, Started
from .journal import GARBLED, JournalReader
from .logs import mended, printed

LOG = logging.getLogger("jupyter_flow")
PATIENCE = 5.0  # seconds that a worker may outlive its kernel
LOOK = 0.02  # seconds
NOWHERE = 1 << 62  # where what an electron printed begins, if nobody knows

_NAME = re.compile(r"(.+)\.\d+")


def recovered(folder: Path, key_of: Callable[[str], bytes], run: int) -> list[Record]:
    """The attempts of a run that the journals in a folder tell of: those that ended, then those in doubt.

    key_of: the key of the journal of that name. What is not sealed with it is not believed.
    """
    ended: list[Record] = []
    begun: list[Record] = []
    for prefix in journals(folder):
        some, more = _told(prefix, key_of(Path(prefix).name), run)
        ended += some
        begun += more
    last = max((max(record.start, record.end) for record in (*ended, *begun)), default=0)
    return ended + [record._replace(end=last) for record in begun]  # nobody knows: until then somebody lived


def journals(folder: Path) -> list[str]:
    """The journals in a folder, each by what the names of its files begin with."""
    try:
        names = [found[1] for path in folder.iterdir() if (found := _NAME.fullmatch(path.name))]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [str(folder / name) for name in sorted(set(names))]


def _told(prefix: str, key: bytes, run: int) -> tuple[list[Record], list[Record]]:
    ended: list[Record] = []
    begun: dict[int, Started] = {}
    reader = JournalReader(prefix, 0, key)
    try:
        for entry in _entries(reader):
            if isinstance(entry, Started) and entry.run == run:
                begun[entry.node] = entry
            elif isinstance(entry, Finished) and entry.run == run:
                begun.pop(entry.record.node, None)
                if entry.record.status != EXPANDED:  # what is inside has a record of its own
                    ended.append(entry.record)
    except (OSError, *GARBLED) as error:
        reader.garbled = str(error)
    finally:
        reader.close()
    if why := reader.garbled:
        LOG.warning("the journal %s ends in what nobody of ours wrote (%s); nothing after that counts", prefix, why)
    for entry in reader.doubtful():
        if isinstance(entry, Finished) and entry.run == run:
            node, attempt, start = entry.record.node, entry.record.attempt, entry.record.start
            begun[node] = Started(run, node, attempt, start, NOWHERE, NOWHERE)
    return ended, [_in_doubt(prefix, reader.worker, start) for start in begun.values()]


def _entries(reader: JournalReader) -> Iterator[object]:
    yield from reader.read()
    if reader.opened is not None:
        _await_end(reader.opened)
    yield from reader.read()


def _await_end(writer: Opened) -> None:
    """Wait until a process is gone; one that stays too long is killed: its kernel is dead, it ought to be."""
    with suppress(psutil.Error):
        process = psutil.Process(writer.pid)
        end = time.monotonic() + PATIENCE
        while born(writer.pid) == writer.born and process.status() != psutil.STATUS_ZOMBIE:
            if writer.pid == os.getpid() or time.monotonic() > end + 1:
                return
            if time.monotonic() > end:
                process.kill()
            time.sleep(LOOK)


def _in_doubt(prefix: str, worker: int, start: Started) -> Record:
    stdout, stderr = (
        (printed(prefix, "out", start.stdout_from), printed(prefix, "err", start.stderr_from))
        if mended(prefix)  # else a secret may be in it, and nobody knows any more which
        else (None, None)
    )
    failure = Failure("interrupted", "Interrupted", "the kernel ended while it ran; it is in doubt", "")
    node, attempt, began = start.node, start.attempt, start.start
    return Record(node, attempt, INTERRUPTED, began, began, worker, None, stdout, stderr, failure)

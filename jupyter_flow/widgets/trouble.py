"""Why a node failed: the user's own lines first, all the rest folded away."""

import re
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

from ..model.events import Failure
from .messages import Trouble

LONGEST = 32 * 1024  # characters of a traceback that are shown
HERE = str(Path(__file__).parents[1])
_FRAME = re.compile(r'^  File "(?P<file>.+)", line \d+')
_LIBRARIES = tuple({path for name, path in sysconfig.get_paths().items() if name.endswith("lib") or name == "stdlib"})
_ELSEWHERE = ("/site-packages/", "/dist-packages/", "<frozen ", "<__array_function__", f"{sys.base_prefix}/lib/python")

_named: list[Callable[[str], str]] = []


def name_files_with(name: Callable[[str], str]) -> None:
    """Have the files in tracebacks named as people know them: the cells of a notebook."""
    _named[:] = [name]


def trouble(failure: Failure | None) -> Trouble | None:
    """A failure for the page."""
    if failure is None:
        return None
    text = _cut(failure.traceback)
    lines = users(text)
    for name in _named:
        text, lines = name(text), name(lines)
    return {
        "error_kind": failure.kind,
        "type": failure.type,
        "message": _cut(failure.message),
        "lines": lines,
        "folded": text if lines != text else "",
    }


def users(text: str) -> str:
    """A traceback's text with the user's own frames only; all of it where there are none."""
    blocks = list(_blocks(text))
    if not any(frame is not None and _own(frame) for frame, _ in blocks):
        return text
    return "".join([block for frame, block in blocks if frame is None or _own(frame)])


def _blocks(text: str) -> Iterator[tuple[str | None, str]]:
    """The text in pieces: a frame, by its file, with its lines; or what stands between frames."""
    file: str | None = None
    piece: list[str] = []
    for line in text.splitlines(keepends=True):
        found = _FRAME.match(line)
        if found or (file is not None and not line.startswith("    ")):
            yield file, "".join(piece)
            file, piece = (found["file"] if found else None), []
        piece.append(line)
    yield file, "".join(piece)


def _own(file: str) -> bool:
    return not (file.startswith((HERE, *_LIBRARIES)) or any(part in file for part in _ELSEWHERE))


def _cut(text: str) -> str:
    """A long text by its beginning and its end."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]}\n… {len(text) - LONGEST:,} characters …\n{text[-half:]}"

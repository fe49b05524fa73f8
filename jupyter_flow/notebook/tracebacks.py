"""Tracebacks of the user's lines: our frames folded, and those of a failed electron put back.

An electron fails in another process; what comes back is its exception and its traceback as text. From the
text real frames are made again, so that IPython shows the cell's lines.
"""

import linecache
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any

import IPython
from IPython.core import ultratb

from ..model.options import Options
from ..widgets.trouble import name_files_with
from .calls import FILE
from .remote import BEGIN, FRAME, LED, put_causes_back, remote
from .shell import Shell

HERE = str(Path(__file__).parent.parent)
IPYTHON = str(Path(IPython.__file__).parent)
MARK = "_jupyter_flow_folds"
GENERATED = Options.__init__.__code__  # by dataclasses, in no file
COUNT = "get_line_number_of_frame"  # of IPython


Explain = Callable[[BaseException], str | None]
_explaining: list[Explain] = []  # each may have a remark on an exception


def explain_with(explain: Explain) -> None:
    """Ask for a remark on each exception that is shown."""
    _explaining.append(explain)


def _explained(error: BaseException | None) -> None:
    for explain in _explaining if error is not None else ():
        remark = explain(error) if error is not None else None
        if remark and error is not None and remark not in getattr(error, "__notes__", ()):
            error.add_note(remark)


def install(shell: Shell) -> None:
    """Have the shell show tracebacks of ours so. What is installed beside us keeps working."""
    name_files_with(lambda text: with_cells(shell, text))
    shown = shell.showtraceback

    def showtraceback(exc_tuple: Any = None, *args: Any, **settings: Any) -> None:
        raised = exc_tuple or sys.exc_info()
        _explained(raised[1])
        told = readable(raised)
        if told is not raised and isinstance(told[1], SyntaxError):
            settings.pop("running_compiled_code", None)  # with it the frames that led to the code are shown as well
        if told is raised:
            shown(told, *args, **settings)
        else:
            with _cells_read():
                shown(told, *args, **settings)

    setattr(showtraceback, MARK, shown)
    shell.showtraceback = showtraceback


@contextmanager
def _cells_read() -> Iterator[None]:
    """Have IPython read the cells as they are kept in memory.

    It takes those of a kernel, whose files are never written, for lost, and guesses at the lines of what is no def.
    """
    counted: Any = getattr(ultratb, COUNT, None)  # some versions do not count them

    def lines(frame: FrameType) -> int:
        kept = linecache.cache.get(frame.f_code.co_filename, ())
        return len(kept[2]) if len(kept) == 4 and kept[1] is None else counted(frame) if counted else 0

    if counted:
        setattr(ultratb, COUNT, lines)
    try:
        yield
    finally:
        if counted:
            setattr(ultratb, COUNT, counted)


def uninstall(shell: Shell) -> None:
    """The shell's own way again, unless somebody else has changed it since."""
    before = getattr(shell.showtraceback, MARK, None)
    if before is not None:
        shell.showtraceback = before
    _explaining.clear()


def readable(raised: Any) -> Any:
    """(type, exception, traceback) of an exception of ours with the user's frames only; any other as it is."""
    kind, error, trace = raised
    frames = list(_frames(trace))
    if error is None or not any(_ours(frame) for frame in frames):
        return raised
    for earlier in _chain(error):
        earlier.__traceback__ = joined(_users(list(_frames(earlier.__traceback__))), None)
    return kind, error, joined(_kept(frames), take_remote(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """What led to an exception, and is shown above it."""
    met = {id(error)}
    earlier = error.__cause__ or error.__context__
    while earlier is not None and id(earlier) not in met:
        yield earlier
        met.add(id(earlier))
        earlier = earlier.__cause__ or earlier.__context__


def _frames(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _ours(frame: TracebackType) -> bool:
    return frame.tb_frame.f_code.co_filename.startswith(HERE)


def _kept(frames: list[TracebackType]) -> list[TracebackType]:
    """The first frame is IPython's own, which it leaves out by position."""
    first = [] if _ours(frames[0]) else frames[:1]
    return first + _users(frames[len(first) :])


def _users(frames: list[TracebackType]) -> list[TracebackType]:
    return [frame for frame in frames if not _folded(frame.tb_frame.f_code)]


def _folded(code: CodeType) -> bool:
    return code is GENERATED or code.co_filename.startswith((HERE, IPYTHON, FILE))


def joined(frames: list[TracebackType], after: TracebackType | None) -> TracebackType | None:
    """One traceback of these frames."""
    trace = after
    for frame in reversed(frames):
        trace = TracebackType(trace, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return trace


def take_remote(error: BaseException) -> TracebackType | None:
    """The frames that an exception of an electron brought along as a note, made real; the note loses them."""
    notes: list[str] = getattr(error, "__notes__", [])
    for index, note in enumerate(notes):
        before, begin, text = note.partition(f"\n{BEGIN}")  # that of a group is indented
        trace = remote(text) if begin else None
        if trace is not None:
            put_causes_back(error, BEGIN + text)
            told = LED.sub("", f"{before}\n").strip().removesuffix(":")
            notes[index : index + 1] = [told] if told else []
            return trace
    return None


def with_cells(shell: Shell, text: str) -> str:
    """A traceback's text with the cells of this notebook named as IPython names them."""

    def named(found: re.Match[str]) -> str:
        cell = shell.compile.format_code_name(found["file"])
        return f"  {cell[0]} {cell[1]}, line {found['line']}, in {found['name']}" if cell else found.group()

    return re.sub(FRAME.pattern, named, text, flags=re.MULTILINE)

import io
from collections.abc import Callable
from typing import Any

import pytest

from jupyter_flow.worker import asking


class Written(io.StringIO):
    """A stream written in Python, as a kernel's are."""

    def write(self, text: str) -> int:
        return super().write(text)


@pytest.fixture
def ask() -> Any:
    """Whoever writes in small letters is an electron."""
    taken: list[str] = []

    def asked(itself: Callable[[str], int]) -> Callable[[str], int]:
        def write(text: str) -> int:
            if text.islower():
                taken.append(text)
                return len(text)
            return itself(text)

        write.itself = itself  # type: ignore[attr-defined]
        return write

    asked.taken = taken  # type: ignore[attr-defined]
    return asked


def streams() -> list[io.TextIOBase]:
    return [Written(), io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)]


def text(stream: Any) -> str:
    return str(stream.getvalue() if isinstance(stream, io.StringIO) else stream.buffer.getvalue().decode())


@pytest.mark.parametrize("number", [0, 1], ids=["python", "C"])
def test_whoever_holds_a_stream_writes_through_the_question(ask: Any, number: int) -> None:
    stream: Any = streams()[number]
    itself = asking.install(stream, ask)
    print("USER", file=stream, end="")
    print("electron", file=stream, end="")
    stream.writelines(["MORE", "lines"]) if number == 0 else None
    itself("it self")
    assert text(stream) == ("USERMOREit self" if number == 0 else "USERit self")
    assert ask.taken == (["electron", "lines"] if number == 0 else ["electron"])
    assert isinstance(stream, Written) or number == 1


def test_it_asks_once_however_often_it_is_told_to_and_is_put_back(ask: Any) -> None:
    for stream in streams():
        kind = type(stream)
        for _ in range(3):
            asking.install(stream, ask)  # type: ignore[arg-type]
        assert not hasattr(stream.write.itself, "itself")
        asking.uninstall(stream)  # type: ignore[arg-type]
        assert type(stream) is kind
        stream.write("small")
        assert text(stream) == "small"


def test_who_sets_another_write_for_a_cell_and_puts_back_the_first_changes_nothing_for_electrons(ask: Any) -> None:
    for before in (True, False):  # the cell began before or after the stream was made to ask
        stream: Any = Written()
        seen: list[str] = []
        if not before:
            asking.install(stream, ask)
        original = stream.write
        stream.write = lambda data, original=original, seen=seen: seen.append(data) or original(data)
        asking.install(stream, ask)
        stream.write("CELL")
        stream.write("electron")
        stream.write = original
        stream.write("NEXT")
        stream.write("electron")
        assert (seen, stream.getvalue()) == (["CELL"], "CELLNEXT")
    assert ask.taken == ["electron"] * 4

# ruff: noqa: T201 - printing is what this is about
import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context

from jupyter_flow.worker import capture


@contextmanager
def streams() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Streams of a test's own. No fixture: pytest puts its own streams in place after the fixtures have run."""
    before = sys.stdout, sys.stderr
    own = io.StringIO(), io.StringIO()
    sys.stdout, sys.stderr = own
    try:
        yield own
    finally:
        sys.stdout, sys.stderr = before


def captured(*lines: str) -> capture.Streams:
    """Print lines as an electron does."""
    into: capture.Streams = [None, None]

    def electron() -> None:
        capture.WRITING.set(into)
        for line in lines:
            print(line)
        print("e:", *lines, file=sys.stderr)

    Context().run(electron)
    return into


def test_an_electrons_lines_are_its_own_and_the_users_go_where_they_went() -> None:
    with streams() as own:
        capture.install()
        print("before")
        into = captured("inside")
        print("after")
        assert capture.written(into, 0) == b"inside\n"
        assert capture.written(into, 1) == b"e: inside\n"
        assert [stream.getvalue() for stream in own] == ["before\nafter\n", ""]


def test_threads_do_not_mix() -> None:
    with streams() as own:
        capture.install()
        found: dict[int, bytes] = {}

        def electron(number: int) -> None:
            found[number] = capture.written(captured(*[f"{number}.{line}" for line in range(200)]), 0)

        threads = [threading.Thread(target=electron, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for line in range(200):
            print("user", line)
        for thread in threads:
            thread.join()
        for number in range(8):
            assert found[number].decode().split() == [f"{number}.{line}" for line in range(200)]
        assert own[0].getvalue() == "".join(f"user {line}\n" for line in range(200))


def test_what_replaces_the_stream_is_taken_in_once_more() -> None:
    with streams():
        capture.install()
        other = io.StringIO()
        sys.stdout = other
        capture.install()
        print("to the user")
        into = captured("to the electron")
        assert other.getvalue() == "to the user\n"
        assert capture.written(into, 0) == b"to the electron\n"


def test_installing_twice_wraps_once_and_uninstalling_puts_back() -> None:
    with streams() as own:
        capture.install()
        capture.install()
        capture.uninstall()
        assert (sys.stdout, sys.stderr) == own


def test_text_that_is_no_unicode_is_kept_readable() -> None:
    with streams():
        capture.install()
        assert capture.written(captured("\udc80"), 0) == b"\\udc80\n"


def test_an_electron_that_prints_nothing_has_nothing() -> None:
    with streams():
        assert capture.written([None, None], 0) == b""

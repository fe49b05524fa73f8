import socket

import pytest

from jupyter_flow.resources.holding import TAKEN, drain, write


def test_what_is_written_arrives_whole() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert write(ours.fileno(), b"one\0two") == 7
        assert theirs.recv(100) == b"one\0two"


def test_a_channel_takes_what_there_is_room_for_and_says_when_it_is_full() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        data = bytes(10_000_000)
        assert 0 < write(ours.fileno(), data) < len(data)
        with pytest.raises(BlockingIOError):
            write(ours.fileno(), data)


def test_an_error_is_the_one_that_the_system_tells() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, pytest.raises(BrokenPipeError):
        write(ours.fileno(), b"!")


@pytest.mark.parametrize("many", [0, 1, TAKEN, TAKEN + 1])
def test_what_is_drained_is_gone_and_an_empty_channel_holds_nobody_up(many: int) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.sendall(bytes(many))
        drain(ours.fileno())
        with pytest.raises(BlockingIOError):
            ours.recv(1)
        theirs.sendall(b"!")
        assert ours.recv(10) == b"!"


def test_a_channel_whose_other_end_is_gone_is_drained_too() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        drain(ours.fileno())

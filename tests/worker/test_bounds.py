import functools
import os
import pickle
import posix
import resource
from collections.abc import Iterator

import pytest

from jupyter_flow.worker import bounds

NOFILE = resource.RLIMIT_NOFILE


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[bounds.Bounds]:
    for name in ("setrlimit", "prlimit"):
        monkeypatch.setattr(resource, name, getattr(resource, name))
    for name in ("nice", "setpriority", "sched_setaffinity"):
        for module in (os, posix):
            monkeypatch.setattr(module, name, getattr(module, name))
    before, watched = resource.getrlimit(NOFILE), bounds.Bounds()
    watched.watch()
    yield watched
    bounds.set_limit(NOFILE, before)


def test_a_limit_is_put_back(watched: bounds.Bounds) -> None:
    before = resource.getrlimit(NOFILE)
    resource.setrlimit(NOFILE, (before[0] - 1, before[1]))
    resource.prlimit(0, NOFILE, (before[0] - 2, before[1]))
    assert watched.changed
    assert watched.restore() is None
    assert not watched.changed
    assert resource.getrlimit(NOFILE) == before


def test_what_is_noted_can_be_pickled_and_is_known_for_what_it_can_do(
    watched: bounds.Bounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pickle.loads(pickle.dumps(os.nice)) is os.nice
    for module in (os, posix):
        monkeypatch.setattr(module, "rmdir", os.rmdir)
    original = os.rmdir
    bounds.replace(os, "rmdir", functools.wraps(original)(lambda path: original(path)))
    assert os.rmdir is not original
    assert os.rmdir in os.supports_dir_fd
    assert pickle.loads(pickle.dumps(os.rmdir)) is os.rmdir


def test_what_cannot_be_put_back_is_named(watched: bounds.Bounds, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(which: int, limits: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    before = resource.getrlimit(NOFILE)
    resource.setrlimit(NOFILE, (before[0] - 1, before[1]))
    with monkeypatch.context() as patch:
        patch.setattr(bounds, "set_limit", refuse)
        assert "RLIMIT_NOFILE" in (watched.restore() or "")


def test_a_call_that_is_wrong_says_so_itself(watched: bounds.Bounds) -> None:
    with pytest.raises(ValueError, match="invalid resource"):
        resource.setrlimit(-5, (1, 1))
    assert not watched.changed

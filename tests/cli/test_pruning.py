import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jupyter_flow.cli.pruning import readable
from jupyter_flow.store import Store
from jupyter_flow.store.records import Made
from tests.cli.kernels import CHECKOUT, command
from tests.store.samples import Told, finish, row, run


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "store"
    store = Store.open(place)
    for id in ("old", "older", "new"):
        serial = store.begin(run(id))
        finish(store, serial, [row(0)])
    store.close()
    return place


def pruned(place: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return command("prune", *words, JUPYTER_FLOW_STORE=str(place))


def left(place: Path) -> list[str]:
    return [row.id for row in Store.open(place).runs()]


def test_it_shows_what_would_go(place: Path) -> None:
    done = pruned(place, "--keep", "1", "--dry-run")
    assert done.returncode == 0
    assert re.search(r"to remove: 2 dispatches and 0 files of values, [\d.]+ K?B$", done.stdout.strip())
    assert done.stdout.splitlines()[1].split()[:3] == ["old", "workflow", "COMPLETED"]
    assert len(left(place)) == 3


def test_without_a_terminal_it_needs_a_yes(place: Path) -> None:
    done = pruned(place, "--older-than", "1d")
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert len(left(place)) == 3
    done = pruned(place, "--older-than", "1d", "--keep", "1", "--yes")
    assert done.returncode == 0
    assert "removed 2 dispatches" in done.stdout
    assert left(place) == ["new"]
    assert pruned(place, "--older-than", "1d", "--keep", "1").stdout == "nothing to remove\n"


@pytest.mark.parametrize(("answer", "status", "rest"), [("n", 1, 3), ("y", 0, 0)])
def test_at_a_terminal_it_asks(place: Path, answer: str, status: int, rest: int) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "JUPYTER_FLOW_STORE": str(place), "PYTHONPATH": str(CHECKOUT)}
    words = [sys.executable, "-m", "jupyter_flow.cli", "prune", "--larger-than", "0B"]
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run(words, stdin=theirs, capture_output=True, text=True, env=environment, check=False)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == status
    assert "Remove 3 dispatches" in done.stdout
    assert len(left(place)) == rest


@pytest.mark.parametrize("words", [["--older-than", "30"], ["--larger-than", "5"], ["--keep", "-1"]])
def test_ages_and_sizes_have_units(place: Path, words: list[str]) -> None:
    done = pruned(place, *words)
    assert done.returncode == 2
    assert words[0] in done.stderr


def test_nothing_chosen_removes_no_dispatch(place: Path) -> None:
    assert pruned(place).stdout == "nothing to remove\n"


def test_sizes_are_for_people() -> None:
    assert [readable(size) for size in (0, 999, 1500, 5e9, 5e15)] == ["0 B", "999 B", "1.5 KB", "5.0 GB", "5000.0 TB"]


@pytest.fixture
def cached(place: Path) -> Path:
    """A store that has two values in its cache, computed long ago and just now."""
    store = Store.open(place)
    for id, ended in (("long", 1_700_000_000_000_000_000), ("now", time.time_ns())):
        serial = store.begin(run(id))
        told = Told()
        store.record(serial, [(*row(0)[:4], ended, *row(0)[5:])], told, [Made(id.encode(), 0, 0, "f", "[]")])
        told.ok()
        finish(store, serial)
    store.close()
    return place


def in_cache(place: Path) -> list[str]:
    return sorted(key.decode() for key in Store.open(place).cached([b"long", b"now"]))


def test_only_the_cache_is_forgotten(cached: Path) -> None:
    assert in_cache(cached) == ["long", "now"]
    assert pruned(cached, "--cache", "--dry-run").stdout == "to forget: 2 values of the cache\n"
    assert pruned(cached, "--cache").returncode == 2
    assert in_cache(cached) == ["long", "now"]
    done = pruned(cached, "--cache", "--yes")
    assert done.stdout == "to forget: 2 values of the cache\nforgot 2 values of the cache\n"
    assert in_cache(cached) == []
    assert len(left(cached)) == 5
    assert pruned(cached, "--cache").stdout == "nothing to remove\n"


def test_the_cache_forgets_what_is_old(cached: Path) -> None:
    assert "forgot 1 value of the cache" in pruned(cached, "--cache", "--older-than", "30d", "--yes").stdout
    assert in_cache(cached) == ["now"]
    assert pruned(cached, "--cache", "--keep", "1").returncode == 2

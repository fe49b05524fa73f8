import os
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_flow.model.events import COMPLETED, FAILED
from jupyter_flow.model.graph import OUTPUTS, PLAIN
from jupyter_flow.model.options import Options
from jupyter_flow.model.pickles import loads, pack
from jupyter_flow.store.blobs import Blobs
from jupyter_flow.worker import surroundings
from jupyter_flow.worker.entries import Finished
from jupyter_flow.worker.journal import JournalReader, JournalWriter
from jupyter_flow.worker.messages import Batch, Code, Member, Moment, Place, Setup
from jupyter_flow.worker.runner import Runner
from jupyter_flow.worker.shown import Shown


class NoLogs:
    """Logs of a process that prints nothing."""

    def position(self) -> tuple[int, int]:
        return 0, 0

    def begin(self) -> None:
        pass

    def lost(self) -> bytes:
        return b""

    def since(self, position: tuple[int, int]) -> tuple[bytes, bytes]:
        return b"", b""


def double(n: int) -> int:
    return 2 * n


def refuse(n: int) -> int:
    raise ValueError(n)


def place(_: int) -> tuple[str, int]:
    return os.getcwd(), os.stat(".").st_ino


def goes_away(_: int) -> None:
    os.chdir("..")


def has_another_in_its_place(_: int) -> None:
    os.rename(here := os.getcwd(), "../old")
    os.mkdir(here)


@pytest.fixture
def prefix(tmp_path: Path) -> str:
    return str(tmp_path / "worker")


@pytest.fixture
def runner(prefix: str, tmp_path: Path) -> Runner:
    return Runner(JournalWriter(prefix), NoLogs(), Blobs(tmp_path / "store", "process"), Shown())  # type: ignore[arg-type]


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return Setup("dispatch", Moment(str(tmp_path), tuple(sys.path), dict(os.environ)), {})


def code(function: Any) -> Code:
    return Code(function.__name__, "electron", pack(((), (), function)), Options(), Place())


def batch(setup: Setup | None, *members: Member, values: Any = None) -> Batch:
    return Batch(1, 7, setup, {0: code(double), 1: code(refuse)}, list(members), values or {})


def plain(node: int, attempt: int = 1, version: int = 0) -> Member:
    return (node, attempt, version, PLAIN, (node,))


def after(node: int, *producers: int) -> Member:
    return (node, 1, 0, OUTPUTS, producers)


def run_all(runner: Runner, batch: Batch) -> None:
    runner.begin(batch)
    for member in batch.members:
        runner.run(batch.run, member)


def records(prefix: str) -> list[tuple[int, int, int]]:
    entries = JournalReader(prefix, 0).read()
    return [entry.record[:3] for entry in entries if isinstance(entry, Finished)]


def test_members_run_in_order_and_a_later_one_takes_what_an_earlier_one_made(
    runner: Runner, prefix: str, setup: Setup
) -> None:
    run_all(runner, batch(setup, plain(1), after(2, 1), after(3, 9), values={9: pack(10)}))
    found = [entry.record for entry in JournalReader(prefix, 0).read() if isinstance(entry, Finished)]
    assert [loads(record.value) for record in found if isinstance(record.value, bytes)] == [2, 4, 20]


@pytest.mark.parametrize("spoil", [goes_away, has_another_in_its_place])
def test_each_member_begins_in_its_folder_however_short_the_one_before_was(
    spoil: Any, runner: Runner, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "SHORT", 10**12)  # ns; none is as long that the system is asked
    (tmp_path / "place").mkdir()
    monkeypatch.chdir(tmp_path / "place")
    setup = Setup("dispatch", Moment(os.getcwd(), tuple(sys.path), dict(os.environ)), {})
    codes = {0: code(place), 1: code(spoil)}
    run_all(runner, Batch(1, 7, setup, codes, [plain(1), plain(2, version=1), plain(3)], {}))
    found = [entry.record.value for entry in JournalReader(prefix, 0).read() if isinstance(entry, Finished)]
    assert loads(found[2]) == (setup.moment.cwd, os.stat(setup.moment.cwd).st_ino)


def test_what_needs_a_member_that_failed_is_not_started(runner: Runner, prefix: str, setup: Setup) -> None:
    run_all(runner, batch(setup, plain(1, version=1), after(2, 1), after(3, 2), plain(4)))
    assert records(prefix) == [(1, 1, FAILED), (4, 1, COMPLETED)]


def test_what_was_dropped_does_not_run_nor_what_needs_it(runner: Runner, prefix: str, setup: Setup) -> None:
    runner.begin(batch(setup))
    runner.drop(7, frozenset({(1, 1)}))
    run_all(runner, batch(None, plain(1), after(2, 1), plain(3)))
    assert records(prefix) == [(3, 1, COMPLETED)]


def test_a_drop_that_overtakes_its_batch_holds(runner: Runner, prefix: str, setup: Setup) -> None:
    runner.drop(7, frozenset({(1, 1)}))
    run_all(runner, batch(setup, plain(1), plain(2)))
    assert records(prefix) == [(2, 1, COMPLETED)]


def test_a_drop_is_of_one_attempt_and_the_next_one_runs(runner: Runner, prefix: str, setup: Setup) -> None:
    runner.drop(7, frozenset({(1, 1)}))
    run_all(runner, batch(setup, plain(1, attempt=2)))
    assert records(prefix) == [(1, 2, COMPLETED)]


def test_what_was_forgotten_does_not_run(runner: Runner, prefix: str, setup: Setup) -> None:
    runner.begin(batch(setup))
    runner.forget(7)
    runner.run(7, plain(1))
    assert records(prefix) == []

import os
import time
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.model.errors import StoreError
from jupyter_flow.model.events import BlobRef
from jupyter_flow.session import Session
from jupyter_flow.store import budget, settings
from jupyter_flow.store.budget import Budget


@pytest.fixture
def full(root: Path) -> Path:
    root.mkdir(mode=0o700)
    (root / "value").write_bytes(bytes(950_000))
    return root


def measured(root: Path, most: int | None) -> Budget:
    found = Budget(root, most)
    assert found.look() == ""  # it is being measured
    end = time.monotonic() + 60
    while not (root / budget.FILE).exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    while found._over() and found._next:  # the thread is about to say so
        assert time.monotonic() < end
    return found


def test_a_store_near_its_budget_says_so_with_the_numbers_and_the_way_out(full: Path) -> None:
    found = measured(full, 1_000_000)
    told = found.look()
    assert "takes 950.0 KB of the 1.0 MB that JUPYTER_FLOW_BUDGET names" in told
    assert "jupyter-flow prune" in told
    assert found.look() == ""  # and not with every dispatch
    assert "950.0 KB" in Budget(full, 1_000_000).look()  # the next session knows it at once


def test_far_from_it_nothing_is_said(full: Path) -> None:
    assert measured(full, 10_000_000).look() == ""
    assert Budget(full, None).look() == ""


def test_a_disk_that_is_nearly_full_is_told_with_the_numbers(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = os.statvfs(full)
    monkeypatch.setattr(os, "statvfs", lambda path: _Disk(4096, 100_000, 1_000_000))
    found = Budget(full, None)
    assert "409.6 MB of 4.1 GB are free. `jupyter-flow prune" in found.look()
    assert found.look() == ""
    assert free.f_frsize


class _Disk:
    def __init__(self, unit: int, free: int, whole: int) -> None:
        self.f_frsize, self.f_bavail, self.f_blocks = unit, free, whole


@pytest.mark.parametrize(("name", "said"), [("BUDGET", "much"), ("DURABILITY", "forever")])
def test_a_setting_that_cannot_be_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    monkeypatch.setenv(f"JUPYTER_FLOW_{name}", said)
    with pytest.raises(StoreError, match=f"JUPYTER_FLOW_{name} is .*{said}"):
        Session(root)


def test_sizes_are_read_as_they_are_written() -> None:
    assert [settings.parsed_size(text) for text in ("5GB", "1.5 kb", "12B", "5", "GB", "")] == [
        *(5_000_000_000, 1500, 12), None, None, None,
    ]  # fmt: skip
    assert [settings.readable(size) for size in (12, 1500, 5e9)] == ["12 B", "1.5 KB", "5.0 GB"]


@pytest.mark.parametrize("durability", ["process", "full"])
def test_what_completed_survives_is_chosen_by_the_environment(
    root: Path, monkeypatch: pytest.MonkeyPatch, durability: str
) -> None:
    """With `full` every file is synced before its row, and the rows with each commit; without, none is."""
    monkeypatch.setenv("JUPYTER_FLOW_DURABILITY", durability)
    synced: list[int] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.fstat(fd).st_ino), real(fd)))

    @jf.electron(executor="thread")
    def large() -> bytes:
        return b"x" * 100_000

    here = Session(root)
    try:
        assert here.store.durability == durability
        synced.clear()  # the key's
        id = here.submit(jf.lattice(lambda: large()), (), {})
        here.wait(id, 60)
        assert here.result(id).result == b"x" * 100_000
        value = here.store.row(1, 0).value  # type: ignore[union-attr]
        assert isinstance(value, BlobRef)
        file = here.store.blobs.path(value)
        wanted = {path.stat().st_ino for path in (file, file.parent, file.parent.parent)}
        assert wanted & set(synced) == (wanted if durability == "full" else set())
        writer: Any = here.store._writer
        assert writer._connection.execute("PRAGMA synchronous").fetchone() == (2 if durability == "full" else 1,)
    finally:
        here.close()

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import jupyter_flow as jf
from jupyter_flow.model.events import INTERRUPTED
from jupyter_flow.worker.begun import SIZE, Begun, in_doubt
from jupyter_flow.worker.runner import append


def test_what_was_noted_is_in_doubt_for_its_run_alone(tmp_path: Path) -> None:
    one, two = Begun(str(tmp_path / "j"), "thread-1", 11), Begun(str(tmp_path / "j"), "thread-2", 22)
    one.note(7, 3, 1, 1000)
    one.note(8, 0, 1, 2000)
    two.note(7, 4, 2, 3000)
    found = in_doubt(tmp_path / "j", 7)
    assert [(r.node, r.attempt, r.status, r.start, r.worker) for r in found] == [
        (3, 1, INTERRUPTED, 1000, 11), (4, 2, INTERRUPTED, 3000, 22),
    ]  # fmt: skip
    assert {record.failure.kind for record in found if record.failure} == {"interrupted"}


def test_it_holds_the_last_few_hundred_however_many_there_were(tmp_path: Path) -> None:
    begun = Begun(str(tmp_path), "thread-1", 1)
    for node in range(5000):
        begun.note(7, node, 1, node)
    nodes = {record.node for record in in_doubt(tmp_path, 7)}
    assert nodes >= set(range(4400, 5000))
    assert all(path.stat().st_size == SIZE for path in tmp_path.iterdir())


def test_a_note_outlives_a_process_that_is_killed_with_it(tmp_path: Path) -> None:
    code = (
        "import os, sys; from jupyter_flow.worker.begun import Begun; "
        "Begun(sys.argv[1], 'thread-1', 5).note(7, 9, 1, 10); os.kill(os.getpid(), 9)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(jf.__file__).parent.parent)}
    ended = subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=environment)
    assert ended.returncode == -signal.SIGKILL
    assert [record.node for record in in_doubt(tmp_path, 7)] == [9]


def test_its_file_is_its_users_alone_and_goes_with_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    begun = Begun(str(folder), "thread-1", 1)
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    begun.remove()
    assert not folder.exists()
    begun.note(7, 1, 1, 1)
    assert in_doubt(folder, 7) == []


def test_without_a_place_for_the_file_nothing_is_noted_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "j").write_text("no folder")
    Begun(str(tmp_path / "j"), "thread-1", 1).note(7, 1, 1, 1)
    assert in_doubt(tmp_path / "j", 7) == []


def test_what_is_no_file_of_ours_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "short.begun").write_bytes(b"short")
    (tmp_path / "empty.begun").write_bytes(bytes(SIZE))
    assert in_doubt(tmp_path, 0) == []


def test_folders_in_the_store_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Begun(str(tmp_path / "journals" / "session"), "thread", 1)
        append(str(tmp_path / "runs" / "id" / "electrons.log"), b"said")
    finally:
        os.umask(before)
    made = ["journals", "journals/session", "runs", "runs/id"]
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in made} == {0o700}  # else the store is refused

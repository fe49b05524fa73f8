import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_flow.model.events import BlobRef, Failure, Record
from jupyter_flow.worker.entries import FINISHED, BatchDone, Entry, Finished, Returned, Started
from jupyter_flow.worker.journal import NO_KEY, SEGMENT, JournalReader, JournalWriter

WORKER = 7
small = st.integers(0, 2**32 - 1)
attempts = st.integers(0, 2**16 - 1)
times = st.integers(0, 2**62)
values = st.none() | st.binary(max_size=300) | st.builds(BlobRef, st.binary(min_size=32, max_size=32), times)
texts = values.filter(lambda value: value != b"")
failures = st.none() | st.builds(
    Failure, st.text(), st.text(), st.text(), st.text(), st.none() | st.binary(min_size=1, max_size=300)
)
records = st.builds(
    Record,
    small,
    attempts,
    st.integers(4, 9),
    times,
    times,
    st.just(WORKER),
    values,
    texts,
    texts,
    failures,
    texts,
    st.none(),
)
entries = st.one_of(
    st.builds(Started, small, small, attempts, times, times, times),
    st.builds(Finished, small, records),
    st.builds(Returned, small, st.lists(small, max_size=20).map(tuple)),
    st.builds(BatchDone, small),
)


def write(journal: JournalWriter, entry: Entry) -> None:
    if isinstance(entry, Started):
        journal.started(*entry)
    elif isinstance(entry, Finished):
        journal.finished(*entry)
    elif isinstance(entry, Returned):
        journal.returned(*entry)
    else:
        journal.batch_done(entry.number)


def news(written: list[Entry]) -> list[Entry]:
    """What one look tells: a start only where the finish is not there yet, and then last."""
    rest = [entry for entry in written if not isinstance(entry, Started)]
    open_start: Started | None = None
    for entry in written:
        if isinstance(entry, Started):
            open_start = entry
        elif isinstance(entry, Finished):
            open_start = None
    return rest if open_start is None else [*rest, open_start]


def done(node: int, value: bytes = b"x") -> Record:
    return Record(node, 1, 4, 10, 20, WORKER, value)


@pytest.fixture
def prefix(tmp_path: Path) -> str:
    return str(tmp_path / "worker")


@given(st.lists(st.lists(entries, max_size=8), max_size=4))
@settings(max_examples=150)
def test_what_is_written_is_read_look_by_look(
    tmp_path_factory: pytest.TempPathFactory, looks: list[list[Entry]]
) -> None:
    prefix = str(tmp_path_factory.mktemp("journal") / "worker")
    journal, reader = JournalWriter(prefix), JournalReader(prefix, WORKER)
    for look in looks:
        for entry in look:
            write(journal, entry)
        assert reader.read() == news(look)
    assert reader.read() == []
    reader.remove()


def test_a_journal_that_is_not_there_yet_has_nothing_to_read(prefix: str) -> None:
    assert JournalReader(prefix, WORKER).read() == []
    Path(f"{prefix}.0").write_bytes(b"")  # being made
    assert JournalReader(prefix, WORKER).read() == []


def test_an_empty_value_is_not_no_value(prefix: str) -> None:
    JournalWriter(prefix).finished(1, done(1, b""))
    (entry,) = JournalReader(prefix, WORKER).read()
    assert isinstance(entry, Finished)
    assert entry.record.value == b""


def test_a_journal_goes_on_in_further_files(prefix: str) -> None:
    journal, reader = JournalWriter(prefix), JournalReader(prefix, WORKER)
    value = os.urandom(32 * 1024)
    found: list[Entry] = []
    many = 3 * SEGMENT // len(value)
    for node in range(many):
        journal.finished(1, done(node, value))
        if node % 50 == 0:
            found += reader.read()
    found += reader.read()
    assert found == [Finished(1, done(node, value)) for node in range(many)]
    assert Path(f"{prefix}.3").exists()


def test_a_failure_with_everything_in_it_fits(prefix: str) -> None:
    failure = Failure("raised", "E" * 1000, "\U0001f600" * 16_000, "\udc80" * 64_000, b"\xff" * 256 * 1024)
    record = Record(1, 1, 5, 1, 2, WORKER, None, b"o" * 64 * 1024, b"e" * 64 * 1024, failure)
    journal, reader = JournalWriter(prefix), JournalReader(prefix, WORKER)
    for _ in range(12):
        journal.finished(1, record)
    assert reader.read() == [Finished(1, record)] * 12


def test_what_is_no_entry_ends_the_journal_and_what_stands_before_is_told(prefix: str) -> None:
    for key in (None, NO_KEY):
        journal = JournalWriter(f"{prefix}{key}")
        journal.finished(1, done(0))
        journal.started(1, 1, 1, 5)
        journal._append(bytes([FINISHED, 1, 2]), True)
        journal.seal()
        journal.finished(1, done(2))
        journal.seal()
        reader = JournalReader(f"{prefix}{key}", WORKER, key)
        assert reader.read() == [Finished(1, done(0))]
        assert reader.garbled
        assert reader.read() == reader.doubtful() == []


def test_a_torn_record_is_no_record_and_ends_the_journal(prefix: str) -> None:
    journal = JournalWriter(prefix)
    for node in range(3):
        journal.finished(1, done(node, b"value %d" % node))
    path = Path(f"{prefix}.0")
    data = bytearray(path.read_bytes())
    at = data.index(b"value 1")
    data[at] ^= 1
    path.write_bytes(data)
    reader = JournalReader(prefix, WORKER)
    assert reader.read() == [Finished(1, done(0, b"value 0"))]
    assert reader.read() == []


@given(st.integers(0, 800))
def test_whatever_is_cut_off_what_stands_before_is_read(tmp_path_factory: pytest.TempPathFactory, kept: int) -> None:
    prefix = str(tmp_path_factory.mktemp("journal") / "worker")
    journal = JournalWriter(prefix)
    written = [Finished(1, done(node, b"v" * node)) for node in range(5)]
    for entry in written:
        journal.started(1, entry.record.node, 1, 5)
        journal.finished(*entry)
    path = Path(f"{prefix}.0")
    path.write_bytes(path.read_bytes()[:kept].ljust(SEGMENT, b"\0"))
    found = JournalReader(prefix, WORKER).read()
    ended = [entry for entry in found if isinstance(entry, Finished)]
    assert ended == written[: len(ended)]
    begun = [entry.node for entry in found if isinstance(entry, Started)]
    assert begun in ([], [len(ended)])


def test_two_threads_may_write_at_once(prefix: str) -> None:
    journal, reader = JournalWriter(prefix), JournalReader(prefix, WORKER)
    value = b"v" * 3000

    def give_back() -> None:
        for node in range(2000):
            journal.returned(1, [node, node + 1])

    thread = threading.Thread(target=give_back)
    thread.start()
    for node in range(2000):
        journal.finished(1, done(node, value))
    thread.join()
    found = reader.read()
    assert [e for e in found if isinstance(e, Finished)] == [Finished(1, done(n, value)) for n in range(2000)]
    assert [e for e in found if isinstance(e, Returned)] == [Returned(1, (n, n + 1)) for n in range(2000)]


def test_what_was_written_outlives_the_death_of_the_writer_at_any_moment(prefix: str) -> None:
    script = """
        import sys
        from jupyter_flow.model.events import Record
        from jupyter_flow.worker.journal import JournalWriter
        journal = JournalWriter(sys.argv[1])
        node = 0
        while True:
            journal.started(1, node, 1, 5)
            journal.finished(1, Record(node, 1, 4, 5, 6, 0, b"%d;" % node * (node % 500)))
            print(node, flush=True)
            node += 1
    """
    command = [sys.executable, "-c", textwrap.dedent(script), prefix]
    for run in range(5):
        with subprocess.Popen([*command[:-1], f"{prefix}{run}"], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(1500 + 777 * run)]
            process.kill()
            lines += process.stdout.read().splitlines()
        assert process.returncode == -signal.SIGKILL
        read = JournalReader(f"{prefix}{run}", WORKER).read()
        found = [entry.record for entry in read if isinstance(entry, Finished)]
        assert len(found) >= len(lines) - 1
        assert all(r.node == n and r.value == b"%d;" % n * (n % 500) for n, r in enumerate(found))


def test_removing_a_journal_leaves_no_file(prefix: str, tmp_path: Path) -> None:
    journal = JournalWriter(prefix)
    for node in range(300):
        journal.finished(1, done(node, b"v" * 32_000))
    (tmp_path / "other.0").touch()
    JournalReader(prefix, WORKER).remove()
    assert [path.name for path in tmp_path.iterdir()] == ["other.0"]


def test_text_of_a_failure_is_plain_json(prefix: str) -> None:
    JournalWriter(prefix).finished(1, Record(1, 1, 5, 1, 2, 0, failure=Failure("raised", "T", "m\0", "\ud800")))
    data = Path(f"{prefix}.0").read_bytes()
    assert json.dumps("\ud800").encode() in data

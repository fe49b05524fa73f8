"""Stores that were damaged, filled up, shared or forged: it is noticed and named, and stays where it is."""

import os
import pickle
import shutil
import sqlite3
from pathlib import Path

import psutil
import pytest
from blake3 import blake3

from tests.faults.kernels import IN_PROCESSES_AND_THREADS, Fresh

LARGE = """
@jf.electron
def large(number):
    return bytes([number]) * 100_000
def flow():
    return large(65), large(66)
"""


def blob_of(store: Path, content: bytes) -> Path:
    """The file of the value that has this in it."""
    (path,) = [p for p in (store / "blobs").rglob("*") if p.is_file() and content in p.read_bytes()]
    return path


def flip(path: Path) -> None:
    """Change one byte in the middle."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))


@IN_PROCESSES_AND_THREADS
def test_d14_one_flipped_byte_of_a_result_is_named_with_node_and_file_and_quarantined(
    kernel: Fresh, executor: str
) -> None:
    kernel.goes(LARGE)
    kernel.begin_dispatch(executor)
    assert kernel.ask("ended(id)") == ["COMPLETED", "COMPLETED"]
    id = kernel.ask("str(id)")
    store = kernel.folder / "store"
    path = blob_of(store, b"A" * 1000)
    flip(path)
    for kernels in range(2):  # in the kernel that made it, and in the next
        if kernels:
            kernel.again()
        failed = kernel.run(f"jf.get_result({id!r}).nodes[0].output")
        assert failed.error.startswith("StoreCorruption")
        assert str(path) in failed.traceback
        assert "(large)" in failed.traceback
        assert "node 0" in failed.traceback
        assert kernel.ask(f"jf.get_result({id!r}).nodes[1].output == b'B' * 100_000")
    assert not path.exists()
    assert [p.name.partition("-")[0] for p in (store / "quarantine").iterdir()] == [path.name]
    assert kernel.ask(f"works({executor!r})") == 4


@IN_PROCESSES_AND_THREADS
def test_d15_on_a_full_disk_the_node_that_does_not_fit_says_so_and_freeing_space_is_enough(
    kernel: Fresh, executor: str
) -> None:
    kernel.goes(
        """
        import resource
        @jf.electron
        def bytes_of(size):
            return bytes(size)
        def flow(size):
            return bytes_of(40_000), bytes_of(size), plus(1, 2)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, resource.RLIM_INFINITY))
        """
    )
    kernel.begin_dispatch(executor, arguments="20 << 20")
    assert kernel.ask("ended(id)") == ["COMPLETED", "FAILED", "COMPLETED"]
    kind, type_, message, _ = kernel.ask("errors(id)[1]")
    assert (kind, type_) == ("store", "StoreFull")
    assert "No space left" in message
    assert kernel.ask("jf.get_result(id).nodes[0].output == bytes(40_000)")
    for process in [psutil.Process(kernel.pid), *kernel.below()]:
        process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
    kernel.begin_dispatch(executor, arguments="20 << 20")
    assert kernel.ask("ended(id)") == ["COMPLETED"] * 3


def test_where_no_worker_has_space_for_its_journal_what_waits_fails_and_says_so(kernel: Fresh) -> None:
    kernel.goes(
        """
        import resource
        from jupyter_flow.resources import patience
        patience.STARTS = 2  # of 8: five seconds
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, resource.RLIM_INFINITY))
        """
    )
    kernel.goes("id = jf.dispatch(jf.lattice(executor=LocalExecutor(workers=1))(small.workflow_function))(1, 2)")
    assert kernel.ask("ended(id)") == ["FAILED", "SKIPPED"]
    kind, type_, message, _ = kernel.ask("errors(id)[0]")
    assert (kind, type_) == ("worker_lost", "WorkerLost")
    assert "found no space left" in message
    assert str(kernel.folder / "store") in message
    assert "free some" in message
    for process in [psutil.Process(kernel.pid), *kernel.below()]:
        process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
    assert kernel.ask("works('local')") == 4


def test_d16_an_index_replaced_by_garbage_is_an_error_with_the_way_out_and_is_left_alone(kernel: Fresh) -> None:
    assert kernel.ask("works('thread')") == 4
    index = kernel.folder / "store" / "index.sqlite3"
    kernel.goes("jf.session().close()")
    garbage = os.urandom(10_000)
    for path in index.parent.glob("index.sqlite3*"):
        path.unlink()
    index.write_bytes(garbage)
    kernel.again()
    for code in ("jf.dispatches()", "jf.dispatch(small)(1, 2)", "%dispatch small(1, 2)"):
        failed = kernel.run(code)
        assert failed.error.startswith("StoreCorruption")
        assert str(index) in failed.traceback
        assert "JUPYTER_FLOW_STORE" in failed.traceback
    assert index.read_bytes() == garbage


@pytest.mark.parametrize("executor", ["local", "thread"])
def test_d17_two_kernels_dispatch_fifty_each_into_one_store_at_once(kernel: Fresh, executor: str) -> None:
    other = Fresh(kernel.folder)
    try:
        many = (
            f"flow = jf.lattice(executor=EXECUTORS[{executor!r}])(small.workflow_function)\n"
            "gate('go')\n"
            "ids = [jf.dispatch(flow)(n) for n in range(50)]\n"
            "assert [id.result(30) for id in ids] == [n + 1 for n in range(50)]"
        )
        sent = [(one, one.send(many)) for one in (kernel, other)]
        kernel.open("go")
        for one, cell in sent:
            assert not one.ends(cell).error, cell.traceback
        found = [one.ask("[str(id) for id in ids]") for one in (kernel, other)]
        assert len({*found[0], *found[1]}) == 100
        listed = kernel.ask("[(d.id, str(d.status)) for d in jf.dispatches()]")
        assert sorted(listed) == sorted((id, "COMPLETED") for id in found[0] + found[1])
    finally:
        other.close()


class Marks:
    """Unpickled, it leaves a file behind."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return os.mkdir, (str(self.marker), 0o700)


def forged(path: Path, evil: bytes) -> tuple[str, int]:
    """A blob of this store's format around a pickle, in a file named by what is in it: its column in the index."""
    whole = b"JFBLOB1\n" + len(evil).to_bytes(8, "little") + bytes(8) + evil
    name = blake3(whole).hexdigest()
    (path.parent.parent / name[:2]).mkdir(mode=0o700, exist_ok=True)
    (path.parent.parent / name[:2] / name).write_bytes(whole)
    return name, len(whole)


@IN_PROCESSES_AND_THREADS
def test_d18_forged_values_are_refused_and_never_unpickled_whatever_their_digest_says(
    kernel: Fresh, executor: str
) -> None:
    kernel.goes(
        LARGE
        + """
@jf.electron
def length(value):
    return len(value)
def flow():
    return large(65), length(large(66))
"""
    )
    kernel.begin_dispatch(executor)
    assert kernel.ask("ended(id)") == ["COMPLETED"] * 3
    id = kernel.ask("str(id)")
    kernel.goes("jf.session().close()")
    store, marker = kernel.folder / "store", kernel.folder / "marker"
    evil = pickle.dumps(Marks(marker))
    blob_of(store, b"A" * 1000).write_bytes(evil)  # node 0: another file under the old name
    name, size = forged(blob_of(store, b"B" * 1000), evil)  # node 1: a right digest, written into its row
    with sqlite3.connect(store / "index.sqlite3") as index:
        found = index.execute("UPDATE attempt SET value = ? WHERE node = 1", (f"{name}:{size}",)).rowcount
        assert found == 1
    index.close()
    kernel.again()
    assert kernel.run(f"jf.get_result({id!r}).nodes[0].output").error.startswith(("StoreCorruption", "StoreUntrusted"))
    assert kernel.run(f"jf.get_result({id!r}).nodes[1].output").error.startswith("StoreUntrusted")
    kernel.run(f"jf.dispatches(); jf.redispatch({id!r}, reuse_previous_results=True)().result(30)")
    kernel.run(f"%result {id}")
    kernel.run(f"%graph {id}")
    assert not marker.exists()
    pickle.loads(evil)
    assert marker.exists()  # it is not the forgery that was at fault
    shutil.rmtree(marker)
    assert kernel.ask(f"works({executor!r})") == 4

"""The kernel is killed, wherever it is just then: nothing that was done is lost, nothing done is done twice."""

import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

import jupyter_flow as jf
from jupyter_flow.model.events import COMPLETED, BlobRef, Record
from jupyter_flow.worker.journal import JournalWriter
from jupyter_flow.worker.tree import alive
from tests.kernel_deaths import Kernel, kernel, resumed, until

NODES = 30
THIRTY = """
    @jf.electron
    def step(n, before=None):
        mark(n)
        time.sleep({seconds})
        return bytes([n]) * (300_000 if n % {every} == 0 else 3)

    @jf.lattice
    def thirty():
        made = [step(n) for n in range(20)]
        return [step(20 + n, made[n]) for n in range(10)]

    @jf.lattice
    def warm():
        for n in range(6):
            step(n)

    os.makedirs("warm/marks", exist_ok=True)
    os.chdir("warm")
    jf.dispatch_sync(warm)()
    os.chdir("..")
    id = jf.dispatch(thirty)()
    open("id.part", "w").write(id)
    os.rename("id.part", "id")
    time.sleep(60)
"""


def right(n: int) -> bytes:
    return bytes([n]) * (300_000 if n % 5 == 0 else 3)


def check(live: Kernel, id: str) -> Any:
    """Every value is right, each electron that ran says so, and going on runs the rest and no other."""
    outcome = jf.get_result(id)
    ran = {int(name): times for name, times in live.marks().items()}
    assert set(ran.values()) <= {0, 1}  # 0: killed between opening and writing
    for node in outcome.nodes:
        if node.status == "COMPLETED":
            assert node.output == right(node.id)
        assert (node.id in ran) == (node.status != "NEW_OBJECT") or node.status == "INTERRUPTED"
    done = {node.id for node in outcome.nodes if node.status == "COMPLETED"}
    after = resumed(live, id)
    assert after.status == "COMPLETED"
    assert [node.output for node in after.nodes] == [right(n) for n in range(NODES)]
    assert {n: times for n, times in live.marks().items() if int(n) in done} == dict.fromkeys(map(str, done), 1)
    assert max(live.marks().values()) <= 2
    return outcome


def killed_in_the_middle(folder: Path, marks: int, pause: float, group: bool, seconds: float = 0.004) -> Any:
    with kernel(THIRTY.format(seconds=seconds, every=5), folder) as live:
        id = live.note("id")
        until(lambda: len(live.marks()) >= marks, live)
        time.sleep(pause)
        live.kill(group)
        live.nothing_left()
        return check(live, id)


def test_what_only_the_journals_know_when_the_kernel_dies_is_not_lost_and_not_done_again(tmp_path: Path) -> None:
    with kernel(THIRTY.format(seconds=0.004, every=5), tmp_path) as live:
        id = live.note("id")
        until(lambda: len(live.marks()) >= 4, live)
        os.kill(live.process.pid, signal.SIGSTOP)  # it hears of nothing any more
        recorded = {node.id for node in jf.get_result(id).nodes if node.status == "COMPLETED"}
        last = -1
        while last != len(live.marks()):
            last = len(live.marks())
            time.sleep(0.3)
        live.kill()
        live.nothing_left()
        outcome = check(live, id)
    done = {node.id for node in outcome.nodes if node.status == "COMPLETED"}
    assert done == {int(name) for name in live.marks()} & done
    assert len(done) == last
    assert done > recorded
    assert {node.resource for node in outcome.nodes if node.id in done} == {"local"}
    assert not (jf.session().store.root / "journals" / _session(id)).exists()


def test_what_only_the_journals_know_of_cached_electrons_is_taken_from_the_cache_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = THIRTY.format(seconds=0.01, every=5).replace("@jf.electron", "@jf.electron(cache=True)")
    text = text.replace("step(n)\n\n    os", "step(100 + n)\n\n    os")  # what is made to warm up is not wanted later
    with kernel(text, tmp_path) as live:
        id = live.note("id")
        until(lambda: len(live.marks()) >= 4, live)
        os.kill(live.process.pid, signal.SIGSTOP)
        recorded = {node.id for node in jf.get_result(id).nodes if node.status == "COMPLETED"}
        time.sleep(0.5)
        live.kill()
        live.nothing_left()
        done = {node.id for node in jf.get_result(id).nodes if node.status == "COMPLETED"}
        assert done > recorded
        again = jf.get_result(jf.redispatch(id)(), wait=True, timeout=60)
    assert {node.id for node in again.nodes if node.cached} >= done
    assert [node.output for node in again.nodes] == [right(n) for n in range(NODES)]


def _session(id: str) -> str:
    return jf.session().store.run(id).session


@pytest.mark.parametrize("group", [False, True])
def test_what_ran_when_the_kernel_died_is_in_doubt_and_the_rest_was_never_begun(tmp_path: Path, group: bool) -> None:
    script = """
        @jf.electron
        def long(n):
            print("began", n, flush=True)
            mark(n)
            time.sleep(60)

        @jf.electron
        def after(n):
            mark("after")

        @jf.lattice
        def flow():
            after(long(0))

        id = jf.dispatch(flow)()
        open("id", "w").write(id)
        time.sleep(60)
    """
    with kernel(script, tmp_path) as live:
        id = live.note("id")
        until(live.marks, live)
        live.kill(group)
        live.nothing_left()
    outcome = jf.get_result(id)
    assert [node.status for node in outcome.nodes] == ["INTERRUPTED", "NEW_OBJECT"]
    assert outcome.nodes[0].stdout == "began 0\n"
    assert "in doubt" in outcome.nodes[0].error.message
    assert outcome.status == "INTERRUPTED"
    assert jf.session().store.run(id).attempts == 1
    with pytest.raises(jf.errors.ElectronCancelled, match="in doubt"):
        outcome.raise_for_status()


def test_whoever_is_told_of_a_dead_kernel_finds_no_worker_that_still_works(tmp_path: Path) -> None:
    """What is run anew at once would run beside it: this one holds its interpreter, and so outlives its kernel."""
    script = """
        import ctypes

        @jf.electron
        def holds():
            mark("pid", str(os.getpid()))
            ctypes.PyDLL(None).sleep(60)

        @jf.lattice
        def flow():
            holds()

        id = jf.dispatch(flow)()
        open("id", "w").write(id)
        time.sleep(60)
    """
    with kernel(script, tmp_path) as live:
        id, worker = live.note("id"), psutil.Process(int(live.note("marks/pid")))
        live.kill()
        assert [node.status for node in jf.get_result(id).nodes] == ["INTERRUPTED"]
        assert not alive(worker)


def test_what_was_done_inside_a_sublattice_is_known_as_well(tmp_path: Path) -> None:
    script = """
        @jf.electron
        def step(n):
            mark(n)
            time.sleep(60 if n == 3 else 0)
            return n

        @jf.electron
        @jf.lattice
        def inner():
            return [jf.wait(step(n), []) for n in range(4)]

        @jf.lattice
        def flow():
            return inner()

        id = jf.dispatch(flow)()
        open("id", "w").write(id)
        time.sleep(60)
    """
    with kernel(script, tmp_path) as live:
        id = live.note("id")
        until(lambda: len(live.marks()) == 4, live)
        live.kill()
        live.nothing_left()
    inside = jf.get_result(id).nodes[0].sublattice_result
    assert inside is not None
    states = [str(node.status) for node in inside.nodes]
    assert sorted(states) == ["COMPLETED"] * 3 + ["INTERRUPTED"]
    assert not (jf.session().store.root / "journals" / _session(id)).exists()


def test_a_journal_that_somebody_else_wrote_is_not_believed(tmp_path: Path) -> None:
    """A worker's own under another name, which its key does not fit; and one made up, with a value that is a trap."""
    trap = tmp_path / "loaded"
    with kernel(THIRTY.format(seconds=0.004, every=5), tmp_path) as live:
        id = live.note("id")
        until(lambda: len(live.marks()) >= 4, live)
        os.kill(live.process.pid, signal.SIGSTOP)
        time.sleep(0.3)
        live.kill()
        live.nothing_left()
    folder = jf.session().store.root / "journals" / _session(id)
    for journal in list(folder.glob("*.0")):
        journal.rename(journal.with_name(f"other-{journal.name}"))
    serial = jf.session().store.run(id).serial
    forged = JournalWriter(str(folder / "local-9-abc"), b"x" * 32, 5)
    forged.started(serial, 29, 1, 10)
    value = b"cposix\nsystem\n(Vtouch " + str(trap).encode() + b"\ntR."
    forged.finished(serial, Record(29, 1, COMPLETED, 10, 20, 5, value))
    forged.batch_done(1)
    recorded = {record.node for record in jf.session().store.rows(serial)}
    outcome = jf.get_result(id)
    assert {node.id for node in outcome.nodes if node.status == "COMPLETED"} == recorded
    assert outcome.nodes[29].status == "INTERRUPTED"
    assert outcome.nodes[29].output is None
    assert not trap.exists()


def test_a_value_that_is_damaged_when_it_is_found_leaves_its_node_in_doubt(tmp_path: Path) -> None:
    with kernel(THIRTY.format(seconds=0.004, every=1), tmp_path) as live:
        id = live.note("id")
        until(lambda: len(live.marks()) >= 4, live)
        os.kill(live.process.pid, signal.SIGSTOP)
        time.sleep(0.3)
        live.kill()
        live.nothing_left()
        store = jf.session().store
        serial = store.run(id).serial
        known = {record.node for record in store.rows(serial)}
        from jupyter_flow.worker.recovery import recovered

        session = _session(id)
        told = recovered(store.root / "journals" / session, lambda name: store.journal_key(name, session), serial)
        new = [r for r in told if isinstance(r.value, BlobRef) and r.node not in known]
        for record in new:
            assert isinstance(record.value, BlobRef)
            path = store.blobs.path(record.value)
            path.chmod(0o600)
            with open(path, "r+b") as file:
                file.seek(2000)
                file.write(b"another")
        outcome = jf.get_result(id)
        assert new
        assert {outcome.nodes[record.node].status for record in new} == {"INTERRUPTED"}


def test_a_session_that_is_closed_while_it_runs_keeps_what_its_workers_know(tmp_path: Path) -> None:
    script = """
        @jf.electron
        def long(n):
            mark(n)
            time.sleep(60)

        @jf.lattice
        def flow():
            long(0)

        id = jf.dispatch(flow)()
        while not os.path.exists("marks/0"):
            time.sleep(0.01)
        jf.session().close()
        print(jf.get_result(id).nodes[0].status)
        open("id", "w").write(id)
        time.sleep(60)
    """
    with kernel(script, tmp_path) as live:
        id = live.note("id")
        assert jf.get_result(id).nodes[0].status == "INTERRUPTED"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_twenty_five_kernels_killed_at_random_lose_nothing_and_do_nothing_twice(tmp_path: Path) -> None:
    choose = random.Random(5)
    for turn in range(25):
        folder = tmp_path / str(turn)
        folder.mkdir()
        marks, pause = choose.randrange(NODES), choose.random() * 0.02
        killed_in_the_middle(folder, marks, pause, turn % 3 == 2, choose.choice([0, 0.001, 0.004, 0.02]))

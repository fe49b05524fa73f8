"""Nothing of ours lives five seconds after the kernel, however that dies and whatever its workers do just then."""

import os
import signal
import tempfile
from pathlib import Path

import psutil
import pytest

import jupyter_flow as jf
from tests.kernel_deaths import kernel, until

BUSY = """
    import ctypes

    @jf.electron
    def busy(kind, n):
        script = "import os, time; os.fork() and os._exit(0); os.setsid(); open('marks/d', 'w').close(); time.sleep(60)"
        if kind == "daemon":
            subprocess.run([sys.executable, "-c", script])
        mark(n)
        if kind == "lock":
            ctypes.PyDLL(None).sleep(60)
        time.sleep(60)

    @jf.lattice
    def flow(kind):
        busy(kind, 0)
        busy(kind, 1)

    id = jf.dispatch(flow)(KIND)
    while len(os.listdir("marks")) < 2 + (KIND == "daemon"):
        time.sleep(0.01)
    open("id", "w").write(id)
    END
    time.sleep(60)
"""


def script(kind: str, end: str = "") -> str:
    return BUSY.replace("KIND", repr(kind)).replace("END", end)


@pytest.mark.parametrize("kind", ["lock", "stopped", "daemon", "daemon of a worker that is killed as well"])
def test_workers_that_cannot_end_themselves_end_with_their_kernel(tmp_path: Path, kind: str) -> None:
    with kernel(script(kind.partition(" ")[0]), tmp_path) as live:
        live.note("id")
        if kind == "stopped":  # as a worker is for a moment when its electron is cancelled
            for process in live.workers():
                if process.name() and process.pid in _ran(live.folder, live.note("id")):
                    process.suspend()
        live.kill(group="killed" in kind)  # all but what has a session of its own: the guardian, and the daemon
        live.nothing_left()
        assert live.process.stdout is not None
        assert live.process.stdout.read() == b""  # and nobody holds what the kernel printed to


@pytest.mark.parametrize("kind", ["lock", "stopped", "daemon"])
def test_the_process_that_looks_at_values_ends_with_its_kernel(tmp_path: Path, kind: str) -> None:
    script = "import os, time; os.fork() and os._exit(0); os.setsid(); open('marks/d', 'w').close(); time.sleep(60)"
    text = f"""
        import ctypes, threading
        from jupyter_flow.model.graph import OUTPUT
        from jupyter_flow.model.pickles import pack
        from jupyter_flow.widgets.previews import Previewer
        from jupyter_flow.worker.preview import Order

        class Value:
            def __repr__(self):
                if {kind!r} == "daemon":
                    subprocess.run([sys.executable, "-c", {script!r}])
                mark("seen", str(os.getpid()))
                (ctypes.PyDLL(None) if {kind!r} == "lock" else time).sleep(60)
                return ""

        previewer = Previewer(jf.session().store.blobs, seconds=60)
        threading.Thread(target=previewer.look, args=(Order(OUTPUT, 0, {{0: pack(Value())}}),), daemon=True).start()
        time.sleep(60)
    """
    with kernel(text, tmp_path) as live:
        pid = int(live.note("marks/seen"))
        if kind == "daemon":
            until(lambda: (tmp_path / "marks" / "d").exists())
        if kind == "stopped":
            psutil.Process(pid).suspend()
        live.kill()
        live.nothing_left()


def test_a_killed_kernel_leaves_no_folder_of_a_socket_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A socket's path has 107 characters at most, and pytest's own folders take most of them.
    with tempfile.TemporaryDirectory(prefix="jf-") as short:
        monkeypatch.setenv("TMPDIR", short)
        with kernel(script("sleep"), tmp_path) as live:
            live.note("id")
            assert list(Path(short).glob("pymp-*"))
            live.kill()
            live.nothing_left()
            assert not list(Path(short).iterdir())


def _ran(folder: Path, id: str) -> set[int]:
    store = jf.session().store
    session = store.run(id).session
    from jupyter_flow.worker.journal import JournalReader
    from jupyter_flow.worker.recovery import journals

    pids = set()
    for prefix in journals(store.root / "journals" / session):
        reader = JournalReader(prefix, 0)
        reader.read()
        assert reader.opened is not None
        pids.add(reader.opened.pid)
        reader.close()
    return pids


@pytest.mark.parametrize(
    "end",
    [
        "os._exit(3)",
        "import ctypes; ctypes.string_at(0)",
        "os.kill(os.getpid(), signal.SIGTERM)",
    ],
)
def test_however_the_kernel_ends_nothing_stays(tmp_path: Path, end: str) -> None:
    with kernel(script("lock", end), tmp_path) as live:
        live.process.wait(30)
        live.nothing_left()


def test_a_guardian_that_dies_is_replaced_with_the_next_worker(tmp_path: Path) -> None:
    text = """
        @jf.electron
        def where():
            return os.getpid()

        @jf.lattice
        def one():
            return where()

        first = jf.dispatch(one)().result()
        from jupyter_flow.resources.guardian import guardian
        os.kill(guardian._process.pid, signal.SIGKILL)
        os.kill(first, signal.SIGKILL)
        second = jf.dispatch(one)().result()
        while not guardian._process or not guardian._process.is_alive():
            time.sleep(0.01)
        open("id", "w").write(f"{second} {guardian._process.pid}")
        time.sleep(60)
    """
    with kernel(text, tmp_path) as live:
        worker, guard = map(int, live.note("id").split())
        assert psutil.pid_exists(guard)
        os.kill(worker, signal.SIGSTOP)
        live.kill()
        live.nothing_left()


def test_interrupts_do_not_reach_the_guardian_or_the_workers(tmp_path: Path) -> None:
    text = """
        @jf.electron
        def some(n):
            mark(n)
            time.sleep(0.02)
            return n

        @jf.lattice
        def flow():
            return [some(n) for n in range(60)]

        open("id", "w").write("x")
        def calmly(call):  # also where an interrupt hits between two lines of these
            while True:
                try:
                    return call()
                except KeyboardInterrupt:
                    pass

        id = value = None
        def run():
            global id, value
            id = id or jf.dispatch(flow)()
            value = id.result()
            signal.signal(signal.SIGINT, signal.SIG_IGN)

        calmly(lambda: calmly(lambda: calmly(run)))
        assert value == list(range(60)), value
        open("value", "w").write("right")
        time.sleep(60)
    """
    with kernel(text, tmp_path) as live:
        live.note("id")
        for _ in range(100):
            os.killpg(live.process.pid, signal.SIGINT)
            until(lambda: True)
        assert live.note("value") == "right"
        live.kill()
        live.nothing_left()

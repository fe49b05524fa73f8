"""What electrons display is kept with their nodes, wherever they run."""

# ruff: noqa: F821, T201 - `display` is a builtin where electrons run; printing is what this is about
import os
import signal
import sys
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.model.display import Display
from jupyter_flow.model.events import BlobRef
from jupyter_flow.model.progress import Progress
from jupyter_flow.model.status import Status
from tests.resources.displaying import EVERYWHERE, Table, executor, node_of

PNG = b"\x89PNG\r\n\x1a\n"
HTML = "<table><tr><td>1</td></tr></table>"
Eventually = Callable[[Callable[[], Any]], None]


def texts(node: Any) -> list[str]:
    return [display.data["text/plain"] for display in node.displays]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)


@pytest.mark.parametrize("where", EVERYWHERE)
class TestEverywhere:
    def test_the_builtin_display_keeps_what_it_is_given(self, where: str) -> None:
        def shows() -> int:
            display(Table(), 5)  # type: ignore[name-defined]
            return 7

        node = node_of(shows, where)
        assert node.output == 7
        assert node.displays == [
            Display({"text/html": HTML, "text/plain": "a table"}, {}),
            Display({"text/plain": "5"}, {}),
        ]
        assert (node.stdout, node.stderr) == ("", "")

    def test_figures_are_pictures(self, where: str) -> None:
        def draws() -> None:
            from matplotlib.figure import Figure

            figure = Figure(figsize=(2, 1))
            figure.subplots().plot([1, 2, 1])
            display(figure)  # type: ignore[name-defined]

        node = node_of(draws, where)
        ((data, _),) = node.displays
        assert b64decode(data["image/png"]).startswith(PNG)
        assert data["text/plain"] == "<Figure size 200x100 with 1 Axes>"
        assert (node.stdout, node.stderr) == ("", "")

    def test_displays_are_those_of_each_attempt_and_of_a_failure_too(self, where: str, tmp_path: Path) -> None:
        def fails(folder: str) -> None:
            number = len(os.listdir(folder))
            display(f"attempt {number}")  # type: ignore[name-defined]
            Path(folder, str(number)).touch()
            raise ValueError(number)

        body = jf.electron(fails, executor=executor(where), retries=1)
        (node,) = jf.dispatch_sync(jf.lattice(lambda: body(str(tmp_path))))().nodes
        assert texts(node) == ["'attempt 1'"]
        assert [[d.data["text/plain"] for d in p.displays] for p in node.printed] == [["'attempt 0'"], ["'attempt 1'"]]

    def test_what_one_displays_is_not_the_next_ones(self, where: str) -> None:
        @jf.electron(executor=executor(where))
        def shows(number: int) -> None:
            if number % 2:
                display(number)  # type: ignore[name-defined]

        nodes = jf.dispatch_sync(jf.lattice(lambda: [shows(n) for n in range(20)]))().nodes
        assert [texts(node) for node in nodes] == [[str(n)] if n % 2 else [] for n in range(20)]

    def test_updating_clearing_and_raw_bundles(self, where: str) -> None:
        def shows() -> None:
            handle = display("first", display_id=True)  # type: ignore[name-defined]
            display({"text/plain": "raw", "image/png": b"\x00"}, raw=True)  # type: ignore[name-defined]
            handle.update("second")

        node = node_of(shows, where)
        assert [display.data for display in node.displays] == [
            {"text/plain": "'second'"},
            {"text/plain": "raw", "image/png": "AA=="},
        ]

    def test_large_displays_are_kept_in_a_file_of_the_store(self, where: str) -> None:
        def shows() -> None:
            display({"text/html": "x" * 1_000_000}, raw=True)  # type: ignore[name-defined]

        node = node_of(shows, where)
        assert isinstance(node.attempts[0].displays, BlobRef)
        assert len(node.displays[0].data["text/html"]) == 1_000_000

    def test_a_repr_that_raises_is_told_and_harms_nobody(self, where: str) -> None:
        def shows() -> str:
            class Bad:
                def _repr_html_(self) -> str:
                    raise RuntimeError("no html")

                def __repr__(self) -> str:
                    raise SystemExit("no text")

            display(Bad())  # type: ignore[name-defined]
            return "well"

        node = node_of(shows, where)
        assert node.output == "well"
        assert texts(node) == ["<Bad, whose repr raised SystemExit: no text>"]
        assert "_repr_html_ of a Bad raised RuntimeError: no html" in node.stderr

    def test_it_is_read_from_the_store_as_it_was(self, where: str) -> None:
        def shows() -> None:
            display(Table())  # type: ignore[name-defined]

        body = jf.electron(shows, executor=executor(where))
        id = jf.dispatch(jf.lattice(lambda: body()))()
        jf.get_result(id, wait=True)
        session = jf.session()
        session._memory.clear()
        (node,) = session.result(id).nodes
        assert node.displays == [Display({"text/html": HTML, "text/plain": "a table"}, {})]

    def test_what_a_running_electron_has_printed_and_displayed_is_there(
        self, where: str, tmp_path: Path, eventually: Eventually
    ) -> None:
        def waits(gate: str) -> None:
            print("begun")
            sys.stderr.write("\rfit:  50%|█████     | 1/2 [00:01<00:01,  1.0s/it]")
            sys.stderr.flush()
            display(Table())  # type: ignore[name-defined]
            while not os.path.exists(gate):
                time.sleep(0.01)

        body = jf.electron(waits, executor=executor(where))
        id = jf.dispatch(jf.lattice(lambda: body(str(tmp_path / "gate"))))()

        def node() -> Any:
            return jf.get_result(id).nodes[0]

        try:
            eventually(lambda: node().displays)
            seen = node()
            assert (seen.status, seen.stdout) == (Status.RUNNING, "begun\n")
            assert texts(seen) == ["a table"]
            assert seen.progress == Progress(0.5, "fit: 1/2 [00:01<00:01,  1.0s/it]")
        finally:
            (tmp_path / "gate").touch()
        jf.get_result(id, wait=True)
        assert node().progress is None
        assert seen.stdout == "begun\n"

    def test_what_a_stopped_electron_had_displayed_stays(self, where: str, tmp_path: Path) -> None:
        def waits(gate: str) -> None:
            print("begun")
            display({"text/html": "x" * 100_000}, raw=True)  # type: ignore[name-defined]
            display("shown")  # type: ignore[name-defined]
            while not os.path.exists(gate):
                time.sleep(0.01)

        body = jf.electron(waits, executor=executor(where), timeout=1)
        try:
            (node,) = jf.dispatch_sync(jf.lattice(lambda: body(str(tmp_path / "gate"))))().nodes
        finally:
            (tmp_path / "gate").touch()
        assert node.error.kind == "timed_out"
        assert node.stdout == "begun\n"
        assert len(node.displays[0].data["text/html"]) == 100_000
        assert node.displays[1].data == {"text/plain": "'shown'"}


def test_what_a_lost_worker_had_displayed_stays() -> None:
    def dies() -> None:
        display("first", display_id="a")  # type: ignore[name-defined]
        display("second")  # type: ignore[name-defined]
        display("other", display_id="a", update=True)  # type: ignore[name-defined]
        os.kill(os.getpid(), signal.SIGKILL)

    node = node_of(dies, "local")
    assert node.error.kind == "worker_lost"
    assert texts(node) == ["'other'", "'second'"]


def test_what_a_cancelled_electron_had_displayed_stays(eventually: Eventually) -> None:
    @jf.electron
    def waits() -> None:
        display("shown")  # type: ignore[name-defined]
        time.sleep(60)

    id = jf.dispatch(jf.lattice(lambda: waits()))()
    eventually(lambda: jf.get_result(id).nodes[0].displays)
    jf.cancel(id)
    (node,) = jf.get_result(id, wait=True).nodes
    assert (str(node.status), texts(node)) == ("CANCELLED", ["'shown'"])


def test_the_end_of_much_output_is_what_is_seen_while_it_runs(tmp_path: Path, eventually: Eventually) -> None:
    @jf.electron
    def chatters(gate: str) -> None:
        for line in range(50_000):
            print("line", line)
        while not os.path.exists(gate):
            time.sleep(0.01)

    id = jf.dispatch(jf.lattice(lambda: chatters(str(tmp_path / "gate"))))()
    eventually(lambda: jf.get_result(id).nodes[0].stdout.endswith("line 49999\n"))
    (tmp_path / "gate").touch()
    (node,) = jf.get_result(id, wait=True).nodes
    assert node.stdout.startswith("line 0\n")


@pytest.mark.parametrize("backend", [None, "module://matplotlib_inline.backend_inline", "pdf"])
def test_pyplot_shows_figures_and_what_is_left_open_is_shown_at_the_end(
    backend: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend:
        monkeypatch.setenv("MPLBACKEND", backend)

    def draws() -> tuple[list[int], bool]:
        import matplotlib.pyplot as plt

        before = plt.get_fignums()
        plt.figure(figsize=(2, 1))
        plt.plot([1, 2])
        plt.show()
        display("between")  # type: ignore[name-defined]
        plt.figure(figsize=(3, 1))
        plt.plot([2, 1])
        return before, "matplotlib_inline.backend_inline" in sys.modules

    for _ in range(4):
        node = node_of(draws, "local")
        assert node.output == ([], False)
        assert texts(node) == ["<Figure size 200x100 with 1 Axes>", "'between'", "<Figure size 300x100 with 1 Axes>"]
        assert ["image/png" in d.data for d in node.displays] == [True, False, True]
        assert node.stderr == ""


def test_figures_left_open_by_an_electron_that_fails_are_shown_and_closed() -> None:
    def draws() -> None:
        import matplotlib.pyplot as plt

        plt.plot([1, 2])
        raise ValueError

    node = node_of(draws, "local")
    assert ["image/png" in d.data for d in node.displays] == [True]


def test_functions_of_IPython_are_ours_on_workers() -> None:
    from IPython.display import HTML as Html  # noqa: N811
    from IPython.display import clear_output, display, publish_display_data, update_display

    def shows() -> None:
        from IPython.display import DisplayHandle

        display("dropped")  # type: ignore[no-untyped-call]
        clear_output()  # type: ignore[no-untyped-call]
        display(Html("<b>bold</b>"))  # type: ignore[no-untyped-call]
        publish_display_data({"text/plain": "published"})  # type: ignore[no-untyped-call]
        display("one", display_id="x")  # type: ignore[no-untyped-call]
        update_display("two", display_id="x")  # type: ignore[no-untyped-call]
        handle = DisplayHandle("y")  # type: ignore[no-untyped-call]
        handle.display("three")  # type: ignore[no-untyped-call]
        handle.update("four")  # type: ignore[no-untyped-call]

    node = node_of(shows, "local")
    assert node.displays[0].data["text/html"] == "<b>bold</b>"
    assert texts(node)[1:] == ["published", "'two'", "'four'"]
    assert (node.stdout, node.stderr) == ("", "")


def test_displays_of_threads_that_an_electron_starts_are_its_own() -> None:
    def shows() -> None:
        import threading

        thread = threading.Thread(target=lambda: display("beside"))  # type: ignore[name-defined]
        thread.start()
        thread.join()

    assert texts(node_of(shows, "local")) == ["'beside'"]


def test_progress_of_tqdm_is_the_nodes(tmp_path: Path, eventually: Eventually) -> None:
    @jf.electron
    def fits(gate: str) -> None:
        from tqdm.notebook import tqdm

        for done in tqdm(range(4), desc="fit", mininterval=0):
            while done == 2 and not os.path.exists(gate):
                time.sleep(0.01)

    id = jf.dispatch(jf.lattice(lambda: fits(str(tmp_path / "gate"))))()

    def progress() -> Any:
        return jf.get_result(id).nodes[0].progress

    eventually(lambda: progress() is not None and progress().fraction == 0.5)
    assert progress().text.startswith("fit: 2/4 [")
    (tmp_path / "gate").touch()
    (node,) = jf.get_result(id, wait=True).nodes
    assert str(node.status) == "COMPLETED"

"""In the kernel: IPython's displays go to the electron that makes them, all others where they always went."""

import io
import sys
from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import DisplayHandle, clear_output, display, publish_display_data, update_display
from traitlets.config import Config

from jupyter_flow.model.display import displays_in
from jupyter_flow.worker import capture, displays

Call = Callable[[], Any]


@pytest.fixture
def cell() -> Any:
    """What a shell publishes, as in a cell that captures its output."""
    main = sys.modules["__main__"]
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    publisher = CapturingDisplayPublisher()
    own, shell.display_pub = shell.display_pub, publisher
    displays.share()
    yield publisher.outputs
    shell.display_pub = own
    shell.restore_sys_module_state()
    InteractiveShell.clear_instance()
    sys.modules["__main__"] = main


def electron(body: Call) -> capture.Streams:
    streams: capture.Streams = capture.NOTHING.copy()

    def run() -> None:
        capture.install()
        capture.WRITING.set(streams)
        body()

    Context().run(run)
    return streams


def texts(streams: capture.Streams) -> list[str]:
    kept = capture.displayed(streams)
    return [] if kept is None else [display.data.get("text/plain") for display in displays_in(kept)]


def test_an_electrons_displays_are_its_own_and_the_users_go_where_they_went(cell: list[Any]) -> None:
    display("before")
    kept = electron(lambda: display("inside"))
    display("after")
    assert texts(kept) == ["'inside'"]
    assert [shown["data"]["text/plain"] for shown in cell] == ["'before'", "'after'"]


def test_sharing_again_changes_nothing(cell: list[Any]) -> None:
    method = CapturingDisplayPublisher.publish
    displays.share()
    assert CapturingDisplayPublisher.publish is method


def test_updates_and_clearing_are_the_electrons(cell: list[Any]) -> None:
    def body() -> None:
        display("dropped")
        clear_output()
        handle = display("one", display_id=True)
        handle.update("two")
        display("three", display_id="x")
        update_display("four", display_id="x")
        DisplayHandle("y").display("five")
        publish_display_data({"text/plain": "six"})

    assert texts(electron(body)) == ["'two'", "'four'", "'five'", "six"]
    assert cell == []


def test_figures_are_drawn_where_the_notebook_has_not_set_up_pyplot(cell: list[Any]) -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots()
    kept = capture.displayed(electron(lambda: display(figure)))
    assert kept is not None
    assert "image/png" in displays_in(kept)[0].data


def test_our_own_function_is_IPythons_outside_of_electrons(cell: list[Any]) -> None:
    displays.display("mine", metadata={"text/plain": {"a": 1}})
    assert [(shown["data"], shown["metadata"]["text/plain"]) for shown in cell] == [
        ({"text/plain": "'mine'"}, {"a": 1})
    ]
    handle = displays.display("mine", display_id="x")
    assert handle is not None
    assert handle.display_id == "x"


def test_our_own_function_prints_where_no_IPython_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "IPython.core.interactiveshell", raising=False)
    displays.display("mine", 5)
    displays.publish_display_data({"text/plain": "raw"})
    displays.clear_output()
    assert capsys.readouterr().out == "mine 5\n{'text/plain': 'raw'}\n"


def test_arguments_mean_what_they_mean_in_IPython() -> None:
    def body() -> None:
        displays.display("one", "two", metadata={"a": {"b": 1}})
        displays.display("three", clear=True)
        displays.display({"text/plain": "raw"}, raw=True, metadata={"a": 1}, transient={"display_id": "t"})
        displays.update_display({"text/plain": "new"}, display_id="t", raw=True)
        displays.display(display_id="later")
        displays.Handle("later").update(5)

    kept = capture.displayed(electron(body))
    assert kept is not None
    assert displays_in(kept) == [
        ({"text/plain": "'three'"}, {}),
        ({"text/plain": "new"}, {}),
        ({"text/plain": "5"}, {}),
    ]


def test_mistakes_are_told_as_IPython_does() -> None:
    def no_id() -> None:
        displays.display("x", update=True)

    def no_dict() -> None:
        displays.display("x", raw=True)

    with pytest.raises(TypeError, match="display_id required"):
        electron(no_id)
    with pytest.raises(TypeError, match="data must be a dict"):
        electron(no_dict)


def test_streams_of_electrons_that_show_nothing_stay_empty() -> None:
    assert electron(lambda: None) == capture.NOTHING
    assert isinstance(electron(lambda: print("x"))[0], io.StringIO)  # noqa: T201

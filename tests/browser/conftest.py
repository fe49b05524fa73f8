"""A browser, the two servers, and a page for each test. Where there is no browser the tests fail, and say why."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import launched
from tests.browser.front import Front
from tests.browser.servers import Server, running

OURS = ("/jupyter-flow/", "blob:")  # where our code is loaded from; other extensions, and Notebook, raise too


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window. Ended with each module: while it is there, an event loop runs in this thread."""
    with sync_playwright() as playwright, ExitStack() as stack:
        try:
            chromium = stack.enter_context(launched(playwright))
        except FileNotFoundError as error:
            pytest.fail(str(error), pytrace=False)
        yield chromium


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """The server of an app, started when it is first asked for."""
    with ExitStack() as stack:
        started: dict[str, Server] = {}

        def server(app: str) -> Server:
            if app not in started:
                started[app] = stack.enter_context(running(app, tmp_path_factory.mktemp(app)))
            return started[app]

        yield server


@pytest.fixture(params=["lab", pytest.param("notebook", marks=pytest.mark.slow)])
def app(request: pytest.FixtureRequest) -> str:
    """Both, the second among the slow tests; a test that wants it otherwise says so with `pytest.mark.parametrize`."""
    return str(request.param)


@pytest.fixture
def opened(browser: Browser, servers: Callable[[str], Server], app: str) -> Iterator[Callable[..., Front]]:
    """Opens a page with a notebook of the cells given; what went wrong in a page fails the test."""
    server = servers(app)
    contexts = ExitStack()
    fronts: list[Front] = []

    def open(*cells: str, dark: bool = False, name: str = "") -> Front:
        context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme="dark" if dark else "light")
        contexts.callback(context.close)
        front = Front(context.new_page(), server)
        fronts.append(front)
        return front.open(*cells, name=name)

    with contexts:
        yield open
        for front in fronts:
            _end_kernel(front)
    assert not [error for front in fronts for error in front.errors if any(ours in error for ours in OURS)]


def _end_kernel(front: Front) -> None:
    """Two cores: no kernel of a test may live beside the next one's."""
    front.js("const s = window.jupyterapp.serviceManager.sessions; await s.shutdownAll();")


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[str], str]:
    """Where pictures go that people want to look at: $JUPYTER_FLOW_SCREENSHOTS."""
    folder = Path(os.environ.get("JUPYTER_FLOW_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return lambda name: str(folder / f"{name}.png")

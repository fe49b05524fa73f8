"""Values that do harm when they are looked at: whoever looks is not harmed."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.model.errors import BuildError
from jupyter_flow.model.graph import OUTPUT
from jupyter_flow.model.pickles import pack
from jupyter_flow.store.blobs import Blobs
from jupyter_flow.widgets.previews import Look, Previewer
from jupyter_flow.widgets.source import source_of
from jupyter_flow.worker.preview import Order
from tests.widgets.pages import Page

SOURCE = """
import os, time
class Hostile:
    {members}
it = Hostile()
"""
MEMBERS = {
    "its length raises": "def __len__(self): raise RuntimeError('no')\n    def __iter__(self): return self",
    "its length is a lie": "def __len__(self): return 10**18\n    def __getitem__(self, i): return i",
    "it never ends": "def __iter__(self): return iter(int, 1)\n    def __len__(self): return 3",
    "it lies about its class": "__class__ = property(lambda self: dict)",
    "its class raises": "__class__ = property(lambda self: 1 / 0)",
    "it has every attribute": "def __getattr__(self, name): return self\n    def __call__(self, *_, **__): return self",
    "every attribute raises": "def __getattribute__(self, name): raise SystemExit(name)",
    "its text is no text": "def __repr__(self): return 5",
    "its text raises": "def __repr__(self): raise BaseException('no')",
    "its text is endless": "def __repr__(self): return 'x' * 200_000_000",
    "its text is long": "def __repr__(self): return 'x' * 3_000_000",
    "its html is endless": "def _repr_html_(self): return '<b>' * 50_000_000",
    "its html is a script": "def _repr_html_(self): return '<script>alert(1)</script>'",
    "its html exits": "def _repr_html_(self): os._exit(7)",
    "its bundle is nonsense": "def _repr_mimebundle_(self, **_): return {1: 2, 'text/html': [3], 'image/png': 'x'}",
    "its text has surrogates": "def __repr__(self): return '\\ud800\\x00\\x1b[2J'",
    "it sleeps": "def __repr__(self): time.sleep(600)",
    "it fills memory with attributes": "def __dir__(self): return map(str, range(10**9))",
}
SECONDS = 5.0  # what was promised, and is asserted as that


@pytest.fixture(scope="module")
def previewer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previewer]:
    made = Previewer(Blobs(tmp_path_factory.mktemp("store")))
    yield made
    made.close()


def hostile(how: str) -> Any:
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(SOURCE.format(members=MEMBERS[how]), space)
    return space["it"]


@pytest.mark.parametrize("how", MEMBERS)
def test_it_is_shown_or_said_why_not_in_time_and_within_bounds(previewer: Previewer, how: str) -> None:
    try:
        value = pack(hostile(how))
    except BaseException:  # it cannot even be sent; one that is made on a worker fails there
        return
    begun = time.monotonic()
    found = previewer.look(Order(OUTPUT, 0, {0: value}))
    assert time.monotonic() - begun < SECONDS + 5  # and the process is there again
    assert len(repr(vars(found))) < 2_000_000
    assert isinstance(found, Look)
    assert previewer.look(Order(OUTPUT, 0, {0: pack("next")})).text == "next"


class Noted:
    """Notes in which process it is unpickled."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return _noted, (self.file,)


def _noted(file: str) -> Noted:
    with open(file, "a") as pids:
        pids.write(f"{os.getpid()} ")
    return Noted(file)


@jf.electron
def makes(file: str) -> Any:
    return Noted(file)


@jf.electron
def takes(thing: Any) -> int:
    return 1


@jf.lattice
def passes(file: str) -> Any:
    return takes(makes(file))


def test_what_a_page_looks_at_is_never_unpickled_in_the_kernel(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    id = jf.dispatch(passes)(str(file))
    jf.get_result(id, wait=True)
    file.unlink()  # what the worker did
    page = Page(source_of(id))
    page.until("graph")
    for node, label in ((0, ""), (1, "thing")):
        page.ask("select", node=node)
        page.ask("look", node=node, input=label, number=node)
        shown = page.until("preview", lambda message, node=node: message["number"] == node)
        assert shown["type"].endswith("Noted")
    page.ask("close")
    pids = file.read_text().split()
    assert len(pids) >= 2
    assert str(os.getpid()) not in pids


@pytest.mark.parametrize("how", ["it lies about its class", "its class raises", "it has every attribute", "it sleeps"])
def test_being_an_argument_or_an_output_runs_nothing_of_it(how: str, tmp_path: Path) -> None:
    @jf.electron(executor="thread")
    def through(thing: Any, password: Any) -> str:
        return type(thing).__name__ + type(password).__name__

    @jf.lattice
    def work() -> str:
        it = hostile(how)
        return through([it, {"password": it}], it)

    with suppress(BuildError):  # some cannot be pickled, by nobody
        assert jf.dispatch_sync(work)().status in ("COMPLETED", "FAILED")

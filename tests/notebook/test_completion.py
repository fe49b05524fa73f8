from typing import Any

import pytest

STEPS = """
import jupyter_flow as jf
@jf.electron(executor="thread")
def one(): return 1
@jf.lattice
def weekly(): return one()
@jf.lattice
def weekend(): return one()
"""


@pytest.fixture(params=[True, False], ids=["jedi", "no jedi"])
def offered(request: pytest.FixtureRequest, notebook: Any) -> Any:
    notebook.run(STEPS)
    notebook.run("%executor cluster thread -n 2")
    completer = notebook.shell.Completer
    completer.use_jedi = request.param

    def offer(line: str, below: str = "") -> set[str]:
        from IPython.core.completer import provisionalcompleter

        with provisionalcompleter():
            return {found.text for found in completer.completions(line + below, len(line))}

    offer.notebook = notebook  # type: ignore[attr-defined]
    return offer


def test_dispatch_offers_lattices(offered: Any) -> None:
    assert offered("%dispatch week") >= {"weekly", "weekend"}
    assert offered("%dispatch --wait -o x week") >= {"weekly", "weekend"}
    assert offered("%jupyter_flow dispatch week") >= {"weekly", "weekend"}


def test_an_executor_is_offered_after_x(offered: Any) -> None:
    assert "cluster" in offered("%dispatch -x clu")
    assert "cluster" in offered("%%electron -x clu", "\ndef f(): ...")
    assert "cluster" in offered("%%lattice -x clu", "\ndef f(): ...")
    assert {"thread", "local", "inline", "cluster"} <= offered("%dispatch -x ")


def test_result_offers_dispatches(offered: Any) -> None:
    offered.notebook.run("%dispatch -o monday weekly()")
    id = str(offered.notebook["monday"])
    assert "monday" in offered("%result mon")
    assert id in offered(f"%result {id[:5]}")


def test_options_are_offered(offered: Any) -> None:
    assert "--retries" in offered("%%electron --ret", "\ndef f(): ...")
    assert "--by" in offered("%graph weekly() --b")


def test_other_lines_are_left_alone(offered: Any) -> None:
    assert "cluster" not in offered("dispatch = 1; wee")

"""What is told last stays on the page: it is how things ended, and nothing from a moment before."""

import time
from pathlib import Path
from typing import Any

import jupyter_flow as jf
from jupyter_flow.model.events import COMPLETED, INTERRUPTED, RUNNING
from jupyter_flow.render import tally
from jupyter_flow.widgets.source import source_of
from jupyter_flow.widgets.table import first_page, rows
from jupyter_flow.widgets.views import DispatchView

from .pages import Page
from .scripted import Follower, fan, scripted


@jf.electron(executor="thread")
def counting(begin: str, gate: str) -> int:
    """A progress bar that stands at a half until it is let go."""
    import sys
    import time
    from pathlib import Path

    while not Path(begin).exists():
        time.sleep(0.005)
    sys.stderr.write("\r 50%|#####     | 5/10 [00:01<00:01,  5.00it/s]")
    while not Path(gate).exists():
        time.sleep(0.005)
    return 5


@jf.lattice
def counted(begin: str, gate: str) -> Any:
    """One that counts."""
    return counting(begin, gate)


def test_a_node_that_has_ended_is_not_said_to_be_half_way(tmp_path: Path) -> None:
    id = jf.dispatch(counted)(str(tmp_path / "begin"), str(tmp_path / "gate"))
    page = Page(source_of(id))
    page.until("graph")
    (tmp_path / "begin").touch()
    page.until("delta", lambda told: any(tally["progress"] == 0.5 for tally in told["tallies"]))
    (tmp_path / "gate").touch()
    last = page.until("delta", lambda told: told["state"]["status"] == COMPLETED)
    assert [tally["progress"] for tally in last["tallies"]] == [None]


def test_the_timeline_told_last_is_that_of_the_end() -> None:
    source, facts = scripted(fan(1))
    view = DispatchView(source, "v")
    page = Follower(view)
    page.ask("open")
    facts.set(0, RUNNING)
    page.ask("watch", panes=["timeline"])
    for node in range(len(facts.graph)):
        facts.set(node, COMPLETED)
    facts.end()
    told: list[Any] = []
    for _ in range(3):
        told += [message for message in view.pulse() if message["kind"] == "timeline"]
        time.sleep(0.01)
    assert view.over
    assert {bar["status"] for bar in told[-1]["bars"]} == {COMPLETED}


def test_the_table_tells_how_long_a_node_took_whoever_looked_before() -> None:
    source, facts = scripted(fan(1))
    facts.set(0, COMPLETED, 2.0)
    assert [row["seconds"] for row in rows(source, first_page("v"))["rows"]] == [2.0, None, None]


def test_a_group_that_a_kernel_left_midway_is_interrupted_live_and_in_the_plain_picture() -> None:
    source, facts = scripted(fan(30))
    page = Follower(DispatchView(source, "v"))
    for node in range(1, 10):
        facts.set(node, COMPLETED)
    page.ask("open")
    (group,) = [k for k, one in enumerate(page.graph["groups"]) if one["name"] == "train"]
    assert page.graph["tallies"][group]["status"] == RUNNING
    facts.end(INTERRUPTED)
    page.hear(page.view.pulse())
    assert page.graph["tallies"][group]["status"] == INTERRUPTED
    assert page.graph["state"]["text"].endswith("; %dispatch --resume scripted runs the rest")
    picture, folded = source.drawing()
    assert tally(picture, folded.folding)[group].status == "INTERRUPTED"

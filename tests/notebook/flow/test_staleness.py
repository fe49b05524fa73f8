"""``%flow run`` after cells were edited and run again: as if the latest version of each had been run in order, once.

The order is the flow's: nobody tells a kernel how cells stand in the notebook, so a cell comes where it was run
first, and moves behind a cell that it has read from since.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st
from IPython.core.error import UsageError

from jupyter_flow.model.errors import FlowError
from jupyter_flow.notebook import extension
from jupyter_flow.notebook.flow.flow import Flow
from tests.notebook.flow.books import plainly, shells

NAMES = ["a", "b", "c", "d"]
# Each {} is a name, each K a number.
FORMS = [
    *["{} = K", "{} = {} + K", "{} = {} + {}", "{}, {} = {} + K, {}", "{} = {} * 2 if {} % 2 else K", "{} += K"],
    *[
        "{} = {} + {}\n{} = K",
        "if {} % 2:\n    {} = K",
        "def f(): return {} + K",
        "{} = f() + K",
        "f = lambda: {} - {}",
    ],
    *["xs = [{}, K]", "xs.append({})", "{} = sum(xs) % 100", "_z = {}\n{} = _z + K", "{} = max(z + {} for z in xs)"],
]
# What only ordinary cells have as outputs.
HIDDEN = [
    *["push(xs, {})", "push(ys, {})", "push(xs, {} % 2)", "grow()", "ys = xs", "ys = [{}]", "ys = list(xs)"],
    *["xs.append({})", "for z in [xs, ys]:\n    z.append({})", "if {} % 2:\n    ys.append({})", "rows = [xs, ys]"],
    *["rows[0].append({})", "rows[{} % 2].append(K)", "xs = [{}]", "def grow():\n    xs.append({})", "{} = len(ys)"],
    *["if {} % 2:\n    {} = K", "if {} % 3:\n    xs = [K]", "for z in range({} % 2):\n    {} = z", "{} = reach(K)"],
    *["def reach(z):\n    return {} + z", "def push(it, z):\n    it.append(z + {})", "zs = [xs]", "{} = reach({})"],
    *["xs.append(1)", "xs.pop()\npass", "if {} % 2:\n    del {}\n    {} = K", "{} = sum(rows[0])", "{} = sum(xs)"],
]
OPTIONS = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)


class Lab:
    """A notebook whose cells have ids; knows their latest versions and how often each has run."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.cells: dict[str, str] = {}
        self.ran: list[str] = []
        sys.modules["lab_of_tests"] = SimpleNamespace(ran=self.ran)  # type: ignore[assignment]
        self._id = ""
        shell.get_parent = lambda: {"metadata": {"cellId": self._id}}

    def run(self, id: str, cell: str, header: str = "%%electron -q -x thread\n") -> BaseException | None:
        """Run a cell; what it raised."""
        self.cells[id], self._id = cell, id
        told = f"__import__('lab_of_tests').ran.append('{id}')\n"
        done = self.shell.run_cell(header + told + cell)
        self._id = ""
        error: BaseException | None = done.error_in_exec or done.error_before_exec
        return error

    def update(self) -> tuple[list[str], BaseException | None]:
        """``%flow run``: the cells that ran, and what it raised."""
        self.ran.clear()
        done = self.shell.run_cell("%flow run")
        return list(self.ran), done.error_in_exec

    @property
    def flow(self) -> Flow:
        """What the kernel knows of it."""
        flow = extension.flow_of(self.shell)
        assert flow is not None
        return flow

    def values(self) -> dict[str, Any]:
        return numbers(self.shell.user_ns)


def numbers(space: dict[str, Any]) -> dict[str, Any]:
    return {name: space.get(name) for name in [*NAMES, "xs", "ys"]}


@pytest.fixture
def lab(bare: Any) -> Iterator[Lab]:
    extension.load(bare)
    yield Lab(bare)
    del bare.get_parent


@st.composite
def cells(draw: Callable[[Any], Any], forms: Sequence[str] = FORMS) -> str:
    form = draw(st.sampled_from(forms))
    form = re.sub(r"\{\}", lambda _: draw(st.sampled_from(NAMES)), form)
    return re.sub("K", lambda _: str(draw(st.integers(1, 9))), form)


FIRST = "a = b = c = d = 1\nxs = [1]\ndef f(): return 1"
LOOK = "look{} = list(xs), list(ys), [list(z) for z in rows]"
TOOLS = """ys = [2]
rows = [ys, xs]
def push(it, z):
    if z:
        it.append(z)
def grow():
    push(xs, 1)
def reach(z):
    return a + z"""

ELECTRON = "%%electron -q -x thread\n"


def wanted(lab: Lab) -> dict[str, Any] | None:
    """What a plain run of the latest versions leaves, None where it fails."""
    space, error = plainly([lab.cells[cell.key] for cell in lab.flow.book])
    return None if error else numbers(space)


def downstream(lab: Lab, edited: Sequence[str]) -> set[str]:
    """The cells that read, directly or through others, what these make."""
    book, found = lab.flow.book, set(edited)
    for _ in range(len(lab.cells)):
        for cell in book:
            assert cell.run is not None
            makers = [book.producer(name, cell) for name in cell.run.seen] + [
                seen.by.cell for seen in cell.run.seen.values() if seen.by is not None
            ]
            if any(maker is not None and maker.key in found for maker in makers):
                found.add(cell.key)
    return found


def check(data: st.DataObject, book: list[str], kinds: Sequence[str]) -> None:
    """Run a notebook, edit and run single cells of it, bring it up to date, and compare."""
    some = st.sampled_from(kinds)
    edits = st.lists(st.tuples(st.integers(0, len(book) - 1), st.none() | cells()), min_size=1, max_size=4)
    with shells() as shell:
        lab = Lab(shell)
        headers = {f"c{place}": data.draw(some) for place in range(-1, len(book))}
        for id, cell in zip(headers, [FIRST, *book], strict=True):
            assume(lab.run(id, cell, headers[id]) is None)
        edited = []
        for place, edit in data.draw(edits):
            edited.append(f"c{place}")
            lab.run(edited[-1], lab.cells[edited[-1]] if edit is None else edit, headers[edited[-1]])
        plain, may_run = wanted(lab), downstream(lab, edited)
        assume(plain is not None)
        ran, error = lab.update()
        if error is not None:
            assert isinstance(error, FlowError | UsageError), error
            event("refused")
            return
        event(f"ran {len(ran)}")
        assert plain is not None
        compared = [name for name in plain if answered(lab, name)]
        assert {name: lab.values()[name] for name in compared} == {name: plain[name] for name in compared}
        assert len(ran) == len(set(ran))
        assert may_run >= set(ran)
        assert lab.update() == ([], None)


def answered(lab: Lab, name: str) -> bool:
    """Whether the flow answers for a name: the last cell that makes it is an electron, or an electron reads it there.

    What only ordinary cells make and read is the person's own: run when the person runs it, and left where a cell
    that made it is edited to make something else, as in any notebook.
    """
    book = lab.flow.book
    last = book.last_maker(name)
    readers = [cell for cell in book if cell.definition is not None and cell.run is not None and name in cell.run.seen]
    if last is None or last.definition is not None:
        return last is not None
    return book.current.get(name) is last.run and any(book.producer(name, cell) is last for cell in readers)


@OPTIONS
@given(data=st.data(), book=st.lists(cells(), min_size=2, max_size=6))
def test_after_an_update_electrons_are_as_if_run_in_order(data: st.DataObject, book: list[str]) -> None:
    """Unless it refuses. Nothing runs that did not depend on what was edited; a second update finds nothing to do."""
    check(data, book, [ELECTRON])


@OPTIONS
@given(data=st.data(), book=st.lists(cells(), min_size=2, max_size=6))
def test_the_same_with_ordinary_cells_between_them(data: st.DataObject, book: list[str]) -> None:
    check(data, book, [ELECTRON, ELECTRON, ""])


@settings(OPTIONS, max_examples=25)
@given(data=st.data(), book=st.lists(cells(HIDDEN), min_size=2, max_size=7))
def test_what_ordinary_cells_do_out_of_sight_counts(data: st.DataObject, book: list[str]) -> None:
    """Through functions, aliases, loops and conditions. Electrons look at it here and there."""
    with shells() as shell:
        lab = Lab(shell)
        there = []
        for place, cell in enumerate([FIRST, TOOLS, *book]):
            assume(lab.run(f"c{place}", cell, "") is None)
            there.append(f"c{place}")
            if data.draw(st.booleans()):
                assume(lab.run(f"e{place}", LOOK.format(place), ELECTRON) is None)
        assume(lab.run("end", LOOK.format("") + "\nn = a, b, c, d", ELECTRON) is None)
        for id in data.draw(st.lists(st.sampled_from(there), min_size=1, max_size=3)):
            lab.run(id, data.draw(st.just(lab.cells[id]) | cells(HIDDEN)), "")
        space, failed = plainly([lab.cells[cell.key] for cell in lab.flow.book])
        assume(not failed)
        ran, error = lab.update()
        if error is not None:
            assert isinstance(error, FlowError | UsageError), error
            event("refused")
            return
        event(f"ran {len(ran)}")
        shell.run_cell("%flow wait")
        found = [name for name in space if name.startswith("look") or name == "n"]
        assert {name: shell.user_ns.get(name) for name in found} == {name: space[name] for name in found}
        assert lab.update() == ([], None)


CHAIN = ["a = 1", "b = a + 1", "c = b * 2", "d = a + c"]


@pytest.mark.parametrize("ordinary", [(), (0,), (1,), (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("edited", range(3))
def test_after_an_early_cell_is_edited_and_run_an_update_just_works(
    lab: Lab, ordinary: Sequence[int], edited: int
) -> None:
    headers = ["" if place in ordinary else ELECTRON for place in range(4)]
    for place, cell in enumerate(CHAIN):
        assert lab.run(f"c{place}", cell, headers[place]) is None
    assert lab.run(f"c{edited}", CHAIN[edited] + " + 10", headers[edited]) is None
    due = [f"c{place}" for place in range(edited + 1, 4) if edited > 0 or place]
    assert lab.update() == (due, None)
    space, _ = plainly([lab.cells[f"c{place}"] for place in range(4)])
    assert lab.values() == numbers(space)
    assert lab.update() == ([], None)


def test_a_name_that_is_made_in_steps_is_made_again_in_steps(lab: Lab) -> None:
    for id, cell in {"load": "a = 1", "add": "a = a + 1", "double": "a = a * 2", "use": "b = a"}.items():
        assert lab.run(id, cell) is None
    assert lab.run("load", "a = 10") is None
    assert lab.update() == (["add", "double", "use"], None)
    assert (lab.values()["a"], lab.values()["b"]) == (22, 22)


def test_a_step_that_read_what_it_had_made_itself_is_refused_by_name(lab: Lab) -> None:
    for id, cell in {"load": "a = 1", "add": "a = a + 1"}.items():
        assert lab.run(id, cell) is None
    assert lab.run("add", "a = a + 1") is None
    ran, error = lab.update()
    assert ran == []
    assert "read the 'a' that it had made itself" in str(error)
    assert "a [1]" in str(error)


def test_what_an_update_would_refuse_is_told_by_the_table_and_by_why(lab: Lab, capsys: Any) -> None:
    assert lab.run("load", "x = 5", "") is None
    for _ in range(2):
        assert lab.run("add", "x += 1", "%%electron ordered -q -x inline\n") is None
    capsys.readouterr()
    table = str(lab.shell.run_cell("%flow").result)
    assert "stale: it read the 'x' that it had made itself" in table
    assert "1 stale; %flow run refuses: ordered [1] read the 'x' that it had made itself" in table
    assert "was run again" not in table
    assert "brings the notebook" not in table
    capsys.readouterr()
    lab.shell.run_cell("%flow why ordered")
    assert "ordered: it read the 'x' that it had made itself" in capsys.readouterr().out


def test_cells_that_are_up_to_date_but_ran_out_of_order_are_told_of_in_the_table(lab: Lab) -> None:
    for id, cell in {"one": "q = 1", "two": "q = 2"}.items():
        assert lab.run(id, cell, f"%%electron {id} -q -x inline\n") is None
    assert "refuses" not in str(lab.shell.run_cell("%flow").result)
    assert lab.run("one", "q = 3", "%%electron one -q -x inline\n") is None
    says = "%flow run refuses: one [1] made 'q' after two [1] had"
    found = [str(lab.shell.run_cell(line).result) for line in ("%flow", "%flow stale")]
    assert all(says in table for table in found), found
    assert found[1].startswith("nothing is stale, but")


def test_a_cell_that_makes_something_else_by_now_takes_no_other_cells_value_away(lab: Lab) -> None:
    for id, cell in {"one": "b = 1", "two": "b = 2"}.items():
        assert lab.run(id, cell) is None
    assert lab.run("one", "a = 1") is None
    assert lab.values()["b"] == 2

"""Cached electrons: what is taken from the store, and what is not."""

import importlib
import itertools
import logging
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jupyter_flow as jf
from jupyter_flow.executor import BaseExecutor
from jupyter_flow.model.events import Origin
from jupyter_flow.store.runs import Store

ROOT = Path(__file__).parents[2]
salts = itertools.count()


class Custom(BaseExecutor):
    """An executor of somebody's own."""

    def run(self, function: Callable[..., Any], args: Any, kwargs: Any, task_metadata: Any) -> Any:
        return function(*args, **kwargs)


@pytest.fixture
def salt() -> str:
    """Something that no other test's electrons take: the tests share a store."""
    return f"{os.getpid()}-{time.time_ns()}-{next(salts)}"


def ran(body: Callable[..., Any], *args: Any, **options: Any) -> Any:
    result = jf.dispatch_sync(jf.lattice(**options)(body) if options else jf.lattice(body))(*args)
    result.raise_for_status()
    return result


def electron(source: str, **names: Any) -> Any:
    """A cached electron of a notebook: the function `f` that the source defines."""
    space: dict[str, Any] = {"__name__": "__main__", **names}
    exec(textwrap.dedent(source), space)
    return jf.electron(cache=True)(space["f"])


def hits(result: Any) -> list[bool]:
    return [node.cached for node in result.nodes]


def twice(one: Any, other: Any, salt: str, *more: Any) -> list[bool]:
    """Whether the second electron takes what the first computed from the same arguments."""
    assert hits(ran(lambda: one(salt, *more), executor="thread")) == [False]
    return hits(ran(lambda: other(salt, *more), executor="thread"))


@pytest.mark.parametrize("executor", ["thread", "local", "inline", Custom()], ids=["thread", "local", "inline", "own"])
def test_a_value_is_taken_from_an_earlier_dispatch_on_every_kind_of_executor(executor: Any, salt: str) -> None:
    @jf.electron(cache=True, executor=executor)
    def double(x: int, salt: str) -> int:
        sys.stdout.write("doubled\n")
        return 2 * x

    first = ran(lambda: [double(1, salt), double(2, salt)])
    again = ran(lambda: [double(2, salt), double(3, salt)])
    assert (first.result, again.result) == ([2, 4], [4, 6])
    assert (hits(first), hits(again)) == ([False, False], [True, False])
    node = again.node(0)
    assert node.cached_from == Origin(first.dispatch_id, 1)
    assert (node.worker, node.resource, node.host, node.pid) == ("", "", "", 0)
    assert (node.status, node.stdout, len(node.attempts)) == ("COMPLETED", "doubled\n", 1)
    assert node.attempts[0].attempt == 1
    assert node.start_time == node.end_time is not None


def test_what_came_from_the_cache_says_so_in_the_store_too(salt: str, tmp_path: Path) -> None:
    script = """
        import sys
        import jupyter_flow as jf

        @jf.electron(cache=True)
        def double(x):
            return 2 * x

        @jf.lattice
        def flow():
            return double(int(sys.argv[1]))

        result = jf.dispatch_sync(flow)()
        print(result.result, result.node(0).cached, result.dispatch_id)
    """
    (tmp_path / "flow.py").write_text(textwrap.dedent(script))

    def run(n: int) -> list[str]:
        path = {"PYTHONPATH": str(ROOT), "JUPYTER_FLOW_STORE": str(tmp_path / "store")}
        done = subprocess.run(
            [sys.executable, "flow.py", str(n)], env=os.environ | path, capture_output=True, text=True, timeout=100
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    first, again, other = run(4), run(4), run(5)
    assert (first[:2], again[:2], other[:2]) == (["8", "False"], ["8", "True"], ["10", "False"])
    store = Store.open(tmp_path / "store")
    record = store.row(store.run(again[2]).serial, 0)
    store.close()
    assert record is not None
    assert record.origin == Origin(first[2], 0)


SOURCE = """
RATE = 3

def helper(x):
    return len(x) * RATE

def f(x, k=1):
    return helper(x) + k
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [("+ k", "- k"), ("len(x) *", "len(x) +"), ("RATE = 3", "RATE = 4"), ("k=1", "k=2")],
    ids=["code", "helper", "global", "default"],
)
def test_an_edit_of_what_the_electron_does_is_a_miss(old: str, new: str, salt: str) -> None:
    assert twice(electron(SOURCE), electron(SOURCE.replace(old, new)), salt) == [False]


def test_the_same_code_written_again_is_a_hit(salt: str) -> None:
    assert twice(electron(SOURCE), electron("# moved\n\n" + SOURCE), salt) == [True]


def test_a_changed_hook_is_a_miss(salt: str) -> None:
    def f(x: str, k: int = 0) -> int:
        return len(x) + k

    def hooked(k: int) -> Any:
        return jf.electron(cache=True, call_before=jf.DepsCall(lambda: k, retval_keyword="k"))(f)

    assert twice(hooked(1), hooked(1), salt) == [True]
    assert twice(hooked(2), hooked(3), salt) == [False]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda f, s: f(s, 1, 2), lambda f, s: f(s, 2, 1)),
        (lambda f, s: f(s, 1), lambda f, s: f(s, 1.0)),
        (lambda f, s: f(s, 1), lambda f, s: f(s, True)),
        (lambda f, s: f(s, a=1), lambda f, s: f(s, b=1)),
        (lambda f, s: f(s, 1), lambda f, s: f(s, more=1)),
        (lambda f, s: f(s, [1, (2, 3)]), lambda f, s: f(s, [1, [2, 3]])),
        (lambda f, s: f(s, np.arange(20_000)), lambda f, s: f(s, np.arange(20_001))),
    ],
    ids=["order", "float", "bool", "name", "by name", "container", "large"],
)
def test_another_argument_is_a_miss(one: Any, other: Any, salt: str) -> None:
    f = electron("def f(salt, *more, **named): return repr((more, named))")
    assert hits(ran(lambda: one(f, salt))) == [False]
    assert hits(ran(lambda: one(f, salt))) == [True]
    assert hits(ran(lambda: other(f, salt))) == [False]


def test_large_inputs_and_outputs_are_told_by_their_content(salt: str) -> None:
    f = electron("def f(salt, data): return data + 1")
    results = [ran(lambda: f(salt, np.arange(30_000)), executor=kind) for kind in ("local", "thread")]
    assert list(map(hits, results)) == [[False], [True]]
    assert all((result.result == np.arange(1, 30_001)).all() for result in results)


def test_consumers_hit_where_their_producer_ran_again_and_gave_the_same(salt: str) -> None:
    @jf.electron
    def load(salt: str) -> Any:
        return np.arange(20_000), salt

    @jf.electron(cache=True)
    def total(data: Any) -> int:
        return int(data[0].sum())

    @jf.electron(cache=True)
    def half(n: int, salt: str) -> float:
        return n / 2

    results = [ran(lambda: half(total(load(salt)), salt)) for _ in range(2)]
    assert list(map(hits, results)) == [[False, False, False], [False, True, True]]
    assert results[0].result == results[1].result == 19_999 * 20_000 / 4


def test_an_output_and_a_literal_of_the_same_content_are_the_same_input(salt: str) -> None:
    f = electron("def f(salt, n): return n")
    seven = jf.electron(lambda: 7)
    assert hits(ran(lambda: f(salt, 7))) == [False]
    assert hits(ran(lambda: f(salt, seven()))) == [False, True]


def test_a_value_whose_blob_is_gone_or_damaged_is_computed_again(salt: str, caplog: pytest.LogCaptureFixture) -> None:
    f = electron("def f(salt): return salt * 10_000")

    def blob(result: Any) -> Path:
        return jf.session().store.blobs.path(result.node(0).attempts[-1].value)

    first = ran(lambda: f(salt))
    path = blob(first)
    path.unlink()
    assert hits(ran(lambda: f(salt))) == [False]
    assert "computed again" in caplog.text
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    damaged = ran(lambda: f(salt))
    assert hits(damaged) == [False]
    assert damaged.result == salt * 10_000
    assert hits(ran(lambda: f(salt))) == [True]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cached SET node = 1 WHERE node = 0 AND run = ?",
        "UPDATE cached SET name = 'other' WHERE node = 0 AND run = ?",
        "UPDATE cached SET mac = x'00' WHERE node = 0 AND run = ?",
        "UPDATE cached SET mac = 'text' WHERE node = 0 AND run = ?",
        "UPDATE attempt SET value = (SELECT value FROM attempt b WHERE b.run = attempt.run AND b.node = 1) "
        "WHERE node = 0 AND run = ?",
        "DELETE FROM attempt WHERE node = 0 AND run = ?",
        "DELETE FROM cached WHERE run = ?",
    ],
)
def test_a_row_that_was_tampered_with_is_a_miss(change: str, salt: str) -> None:
    f = electron("def f(salt, n): return n")
    store = jf.session().store
    first = ran(lambda: [f(salt, 1), f(salt, 2)])
    with sqlite3.connect(store.root / "index.sqlite3", timeout=60) as index:
        index.execute(change, (store.run(first.dispatch_id).serial,))
    index.close()
    again = ran(lambda: [f(salt, 1)])
    assert (again.result, hits(again)) == ([1], [False])
    assert hits(ran(lambda: [f(salt, 1)])) == [True]


def test_a_row_of_another_dispatch_cannot_stand_for_this_one(salt: str) -> None:
    f = electron("def f(salt, n): return n")
    store = jf.session().store
    mine, other = (store.run(ran(lambda n=n: f(salt, n)).dispatch_id).serial for n in (1, 2))
    with sqlite3.connect(store.root / "index.sqlite3", timeout=60) as index:
        index.execute("DELETE FROM cached WHERE run = ?", (other,))
        index.execute("UPDATE cached SET run = ? WHERE run = ?", (other, mine))
    index.close()
    again = ran(lambda: f(salt, 1))
    assert (again.result, hits(again)) == (1, [False])


def test_failures_are_not_kept_and_what_a_retry_gave_is(salt: str, tmp_path: Path) -> None:
    @jf.electron(cache=True, retries=1, executor="thread")
    def third_time(salt: str, marks: str) -> int:
        with open(marks, "a") as file:
            file.write("x")
        if len(Path(marks).read_text()) < 3:
            raise ValueError("not yet")
        return 3

    flow = jf.lattice(lambda: third_time(salt, str(tmp_path / "marks")))
    failed = jf.dispatch_sync(flow)()
    assert (failed.status, failed.node(0).cached) == ("FAILED", False)
    worked, again = jf.dispatch_sync(flow)(), jf.dispatch_sync(flow)()
    assert [result.node(0).cached for result in (worked, again)] == [False, True]
    assert again.result == 3
    assert (tmp_path / "marks").read_text() == "xxx"


def test_an_attempt_that_follows_a_failure_is_kept(salt: str, tmp_path: Path) -> None:
    @jf.electron(cache=True, retries=2, executor="thread")
    def second_time(salt: str, marks: str) -> int:
        with open(marks, "a") as file:
            file.write("x")
        if len(Path(marks).read_text()) < 2:
            raise ValueError("not yet")
        return 2

    results = [ran(lambda: second_time(salt, str(tmp_path / "marks"))) for _ in range(2)]
    assert [len(result.node(0).attempts) for result in results] == [2, 1]
    assert list(map(hits, results)) == [[False], [True]]


class Gate:
    """Holds a look into the cache until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered, self.open = threading.Event(), threading.Event()
        real = Store.cached

        def cached(store: Store, keys: Any) -> Any:
            self.entered.set()
            assert self.open.wait(30)
            return real(store, keys)

        monkeypatch.setattr(Store, "cached", cached)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(monkeypatch)
    yield gate
    gate.open.set()


@pytest.mark.parametrize("known", [False, True], ids=["miss", "hit"])
def test_a_node_cancelled_while_it_is_looked_up_stays_cancelled(known: bool, salt: str, gate: Gate) -> None:
    f = electron("def f(salt): return 1")
    if known:
        gate.open.set()
        ran(lambda: f(salt))
        gate.open.clear()
        gate.entered.clear()
    after = jf.electron(lambda n: n)
    id = jf.dispatch(jf.lattice(lambda: [after(f(salt)), f(salt + "-")]))()
    assert gate.entered.wait(30)
    jf.cancel(id, [0])
    gate.open.set()
    result = jf.get_result(id, wait=True, timeout=30)
    assert [str(node.status) for node in result.nodes] == ["CANCELLED", "SKIPPED", "COMPLETED"]
    assert result.status == "CANCELLED"
    assert ran(lambda: f(salt)).result == 1


def test_a_dispatch_cancelled_while_it_is_looked_up_ends(salt: str, gate: Gate) -> None:
    f = electron("def f(salt): return 1")
    id = jf.dispatch(jf.lattice(lambda: f(salt)))()
    assert gate.entered.wait(30)
    jf.cancel(id)
    assert jf.get_result(id, wait=True, timeout=30).status == "CANCELLED"
    gate.open.set()
    assert ran(lambda: f(salt)).result == 1


def test_a_cache_that_cannot_be_asked_is_a_miss(
    salt: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(store: Store, keys: Any) -> Any:
        raise sqlite3.OperationalError("disk I/O error")

    f = electron("def f(salt): return 1")
    ran(lambda: f(salt))
    monkeypatch.setattr(Store, "cached", broken)
    with caplog.at_level(logging.ERROR):
        result = ran(lambda: f(salt))
    assert (result.result, hits(result)) == (1, [False])
    assert "could not be asked" in caplog.text


def test_what_cannot_be_compared_never_hits(salt: str) -> None:
    last = jf.electron(lambda n: None, executor="thread")
    f = electron("def f(salt, after=None): return next(NUMBERS)", NUMBERS=(n for n in range(10)))

    def body() -> Any:
        f(salt, last(f(salt)))
        return f(salt, last(f(salt)))

    results = [ran(body, executor="thread") for _ in range(2)]
    assert not any(node.cached for result in results for node in result.nodes)


def test_the_electrons_of_a_sublattice_are_cached_and_it_is_not(salt: str) -> None:
    @jf.electron(cache=True)
    @jf.lattice
    def inside(salt: str) -> Any:
        return plus(plus(salt))

    @jf.electron
    def plus(text: str) -> str:
        return text + "+"

    results = [ran(lambda: inside(salt), executor="local") for _ in range(2)]
    assert [result.result for result in results] == [salt + "++"] * 2
    assert [result.node(0).cached for result in results] == [False, False]
    assert [hits(result.node(0).sublattice_result) for result in results] == [[False, False], [True, True]]


def test_the_lattices_default_and_an_electrons_own_word(salt: str) -> None:
    def one(salt: str) -> str:
        return salt

    def body() -> Any:
        yes, no = jf.electron(one), jf.electron(cache=False)(one)
        return [yes(salt), no(salt), no.with_options(cache=True)(salt)]

    ran(body, cache=True)
    assert hits(ran(body, cache=True)) == [True, False, True]


def test_reusing_an_earlier_dispatch_goes_before_the_cache(salt: str) -> None:
    f = electron("def f(salt): return 1")
    id = jf.dispatch(jf.lattice(lambda: f(salt)))()
    assert jf.get_result(id, wait=True).result == 1
    again = jf.redispatch(id, reuse_previous_results=True)()
    result = jf.get_result(again, wait=True)
    assert (result.result, hits(result), result.node(0).worker != "") == (1, [False], True)


def test_a_thousand_cached_nodes_are_looked_up_together(salt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = Store.cached, list[int]()

    def cached(store: Store, keys: Any) -> Any:
        asked.append(len(keys))
        return real(store, keys)

    f = electron("def f(salt, n): return n")
    body: Any = lambda: [f(salt, n) for n in range(1000)]  # noqa: E731
    ran(body)
    monkeypatch.setattr(Store, "cached", cached)
    result = ran(body)
    assert (result.result, set(hits(result)), asked) == (list(range(1000)), {True}, [1000])


def add(*numbers: int) -> int:
    return sum(numbers) + 1


def both(first: int, second: list[int]) -> tuple[int, int]:
    return first * 2, len(second)


def first(pair: Any) -> Any:
    return pair[0] if isinstance(pair, tuple) else pair


graphs = st.lists(
    st.tuples(st.sampled_from([add, both, first]), st.lists(st.integers(0, 5), min_size=2, max_size=3), st.booleans()),
    min_size=1,
    max_size=6,
)


@given(graphs, st.sampled_from(["thread", "local"]))
@settings(max_examples=25)
def test_a_cached_run_gives_what_an_uncached_one_gives(steps: list[Any], executor: str) -> None:
    def body(cache: bool) -> Any:
        made: list[Any] = []
        for function, inputs, cached in steps:
            called, number = jf.electron(cache=cache and cached)(function), jf.electron(cache=cache)(first)
            one, *more = [number(made[n]) if n < len(made) else n for n in inputs]
            made.append(
                called(one, more) if function is both else called(one) if function is first else called(one, *more)
            )
        return made

    plain, cold, warm = (ran(body, cache, executor=executor).result for cache in (False, True, True))
    assert plain == cold == warm


def why(result: Any, node: int = 0) -> str:
    return jf.session().why(result.dispatch_id, node)


def test_why_tells_what_has_changed(salt: str) -> None:
    name = "f" + "".join(filter(str.isalnum, salt))  # the cache has nothing under this name
    source = f"RATE = 1\ndef f(salt, n, *, k=0): return n * RATE\nf.__name__ = {name!r}"
    f, edited = electron(source), electron(source.replace("RATE = 1", "RATE = 2"))
    first = ran(lambda: f(salt, 1))
    assert "no other electron of this name" in why(first)
    hit = ran(lambda: f(salt, 1))
    assert why(hit).endswith(f"was taken from the cache: node 0 of dispatch {first.dispatch_id} computed it")
    assert why(ran(lambda: f(salt, n=1))).endswith("or by name instead of by position")
    assert why(ran(lambda: f(salt, 2))).endswith(": argument 'n' differs")
    assert why(ran(lambda: f(salt, 1, k=3))).endswith("argument 'k' is new")
    assert why(ran(lambda: edited(salt, 1))).endswith("its code or what it reaches changed")


def test_why_tells_of_packages_and_of_electrons_that_are_not_cached(salt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "f" + "".join(filter(str.isalnum, salt))
    f = electron(f"import numpy as np\ndef f(salt): return np.sum(1)\nf.__name__ = {name!r}")
    real = np.__version__
    ran(lambda: f(salt))
    monkeypatch.setattr("jupyter_flow.store.packages._version", lambda top: "99.1" if top == "numpy" else "1")
    assert f"the package numpy is now 99.1 (was {real})" in why(ran(lambda: f(salt)))
    assert "does not say cache=True" in why(ran(lambda: jf.electron(len)(salt)))
    opaque = electron("def f(salt): return N and 1", N=(n for n in ()))
    assert "nobody can say" in why(ran(lambda: opaque(salt), executor="thread"))


def test_why_is_told_of_dispatches_that_only_the_store_remembers(salt: str) -> None:
    f = electron("def f(salt, n): return n")
    first, other = ran(lambda: f(salt, 1)), ran(lambda: f(salt, 2))
    jf.session()._memory.clear()
    assert "argument 'n' differs" in why(other)
    assert first.dispatch_id in why(other)


def test_a_module_edited_on_disk_is_a_miss(salt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = f"m{''.join(filter(str.isalnum, salt))}"
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / f"{module}.py").write_text("def rate(): return 1")
    f = electron(f"def f(salt):\n    import {module}\n    return {module}.rate()")
    assert [ran(lambda: f(salt), executor="local").result for _ in range(2)] == [1, 1]
    (tmp_path / f"{module}.py").write_text("def rate(): return 22")
    assert ran(lambda: f(salt), executor="local").result == 22


@pytest.mark.parametrize("argument", ["m.rate", "[m.Rate()]", "[m.Rate(), 'x' * 100_000]"])
def test_an_argument_whose_code_was_edited_on_disk_is_a_miss(
    argument: str, salt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"m{''.join(filter(str.isalnum, salt))}"
    monkeypatch.syspath_prepend(str(tmp_path))
    source = "def rate(): return {n}\nclass Rate:\n    def __call__(self): return {n}\n"
    (tmp_path / f"{name}.py").write_text(source.format(n=1))
    module = importlib.import_module(name)
    given = eval(argument, {"m": module})
    f = electron("def f(salt, given):\n    return (given[0] if type(given) is list else given)()")
    both = [ran(lambda: f(salt, given), executor="local") for _ in range(2)]
    assert [result.result for result in both] == [1, 1]
    assert hits(both[1]) == [True]
    (tmp_path / f"{name}.py").write_text(source.format(n=22))
    changed = ran(lambda: f(salt, given), executor="local")
    assert changed.result == 22
    assert "argument 'given' differs" in why(changed)


def test_what_another_electron_made_of_code_that_was_edited_is_a_miss(
    salt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"m{''.join(filter(str.isalnum, salt))}"
    monkeypatch.syspath_prepend(str(tmp_path))
    make = jf.electron(electron(f"def f():\n    import {name}\n    return {name}.Rate()").function)
    use = electron("def f(salt, rate):\n    return rate()")
    found = []
    for value in (1, 22, 22):
        (tmp_path / f"{name}.py").write_text(f"class Rate:\n    def __call__(self): return {value}\n")
        found.append(ran(lambda: use(salt, make()), executor="local"))
    assert [result.result for result in found] == [1, 22, 22]
    assert hits(found[2]) == [False, True]
    assert name not in sys.modules


DECORATED = """
import functools

class Times:
    def __init__(self, function, by):
        functools.update_wrapper(self, function)
        self.function, self.by = function, by

    def __call__(self):
        return self.by * self.function()

def one():
    return 1

held = Times(one, {by})
one.attribute = {by}

def f(salt):
    return {body}
"""


@pytest.mark.parametrize("body", ["held()", "one.attribute"])
def test_what_a_decorator_or_a_function_holds_counts(body: str, salt: str) -> None:
    def value(by: int) -> Any:
        f = electron(DECORATED.format(by=by, body=body))
        return ran(lambda: f(salt), executor="thread")

    assert (value(2).result, value(22).result) == (2, 22)
    assert hits(value(22)) == [True]

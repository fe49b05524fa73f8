"""A dispatch is continued by another one, which runs what is missing and nothing else."""

import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.dispatch.resuming import check_resumable
from jupyter_flow.dispatch.run import Run
from jupyter_flow.dispatch.sublattices import Sublattices
from jupyter_flow.model.events import BlobRef
from jupyter_flow.store.pruning import Choice
from tests.cli.kernels import kernel

KILLED = """
import os, sys, time
import jupyter_flow as jf

def ran(name):
    with open("ran", "a") as file:
        file.write(name + " ")

@jf.electron(executor={executor!r})
def step(name, *before):
    ran(name)
    return name.encode() * 50_000

@jf.electron(executor={executor!r})
def held(name, *before):
    ran(name)
    while not os.path.exists("go"):
        time.sleep(0.01)
    return name

@jf.electron
@jf.lattice
def inside(name):
    return last(held(name + "-held", step(name + "-first")), step(name + "-second"))

@jf.electron(executor={executor!r})
def last(*parts):
    ran("last")
    return len(parts)

@jf.lattice
def flow():
    return last(inside("in"), held("held", step("first")), step("second"))

id = jf.dispatch(flow)()
expected = {{"in-first", "in-held", "in-second", "held", "first", "second"}}
while not (os.path.exists("ran") and set(open("ran").read().split()) >= expected):
    time.sleep(0.01)
store = jf.session().store
while sum(len(store.rows(row.serial)) for row in store.runs(all=True) if row.root == id) < 4:
    time.sleep(0.01)
print(id, flush=True)
sys.stdin.readline()
"""


def times_run() -> Counter[str]:
    return Counter(Path("ran").read_text().split())


@pytest.mark.parametrize("executor", ["thread", "local"])
def test_what_a_killed_kernel_had_completed_is_not_run_again_in_sublattices_neither(executor: str) -> None:
    process, id = kernel(KILLED.format(executor=executor))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    row = jf.session().store.run(id)
    assert row.state == jf.status.INTERRUPTED
    check_resumable(row)
    assert set(times_run().values()) == {1}
    Path("go").touch()
    again = jf.redispatch(id, reuse_previous_results=True)()
    assert again.result(60) == 3
    assert times_run() == {"in-held": 2, "held": 2, "last": 2, "first": 1, "second": 1, "in-first": 1, "in-second": 1}
    run = jf.session().run(again)
    assert run is not None
    assert run.taken == 2
    with pytest.raises(jf.errors.DispatchError, match="has completed"):
        check_resumable(jf.session().store.run(again))


AGAIN = """
import os, signal
import jupyter_flow as jf

id = jf.redispatch({id!r}, reuse_previous_results=True)()
os.write(1, (id + "\\n").encode())
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_stands_in_sublattices_is_inherited_along_a_chain_of_kernels_that_died() -> None:
    process, id = kernel(KILLED.format(executor="local"))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    for _ in range(3):  # none of them gets as far as the sublattice
        process, id = kernel(AGAIN.format(id=id))
        process.communicate()
    Path("go").touch()
    again = jf.redispatch(id, reuse_previous_results=True)()
    assert again.result(60) == 3
    ran = times_run()
    assert {name: ran[name] for name in ("first", "second", "in-first", "in-second")} == dict.fromkeys(
        ("first", "second", "in-first", "in-second"), 1
    )


@jf.electron(executor="thread")
def noted(name: str, *before: Any) -> str:
    with open("ran", "a") as file:
        file.write(f"{name} ")
    if name.startswith("fails") and not os.path.exists("go"):
        raise RuntimeError(name)
    return name


@jf.electron(executor="thread")
def other(name: str, *before: Any) -> str:
    return str(noted(f"other-{name}", *before))


@jf.electron
@jf.lattice
def deepest(name: str) -> Any:
    return noted("fails", noted(f"deep-{name}"))


@jf.electron
@jf.lattice
def within(name: str) -> Any:
    return deepest(noted(f"within-{name}"))


@jf.lattice
def nested(name: str) -> Any:
    return within(noted(name))


def stopped(again: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a dispatch that ends where its first sublattice was to begin."""
    reached = threading.Event()
    with monkeypatch.context() as patched:
        patched.setattr(Sublattices, "run", lambda *_: reached.set())
        id = again()
        assert reached.wait(60)
        jf.cancel(id)
        jf.get_result(id, wait=True)
    return id


def failed(name: str) -> str:
    """The id of a dispatch that has failed inside its inner sublattice."""
    id = jf.dispatch(nested)(name)
    jf.get_result(id, wait=True)
    assert times_run() == {name: 1, f"within-{name}": 1, f"deep-within-{name}": 1, "fails": 1}
    Path("go").touch()
    return id


def continued(id: str) -> Any:
    return jf.redispatch(id, reuse_previous_results=True)()


@pytest.mark.parametrize("stops", [1, 3])
def test_a_sublattice_that_did_not_begin_again_is_looked_for_in_the_dispatches_before(
    stops: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = failed("a")
    for _ in range(stops):
        id = stopped(lambda: continued(id), monkeypatch)  # noqa: B023 - it is called at once
    again = continued(id)
    assert again.result(60) == "fails"
    assert times_run() == {"a": 1, "within-a": 1, "deep-within-a": 1, "fails": 2}


def test_an_inner_sublattice_is_looked_for_in_the_dispatches_before_the_one_that_began_the_outer_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    id, begun, expand = failed("a"), threading.Event(), Sublattices.run

    def only_outer(self: Sublattices, run: Run, built: Any) -> None:
        if run.graph.name == "nested":
            expand(self, run, built)
        else:
            begun.set()

    with monkeypatch.context() as patched:
        patched.setattr(Sublattices, "run", only_outer)
        second = continued(id)
        assert begun.wait(60)
        jf.cancel(second)
        jf.get_result(second, wait=True)
    assert continued(second).result(60) == "fails"
    assert times_run() == {"a": 1, "within-a": 1, "deep-within-a": 1, "fails": 2}


def test_what_was_to_run_anew_and_did_not_begin_is_not_taken_from_before(monkeypatch: pytest.MonkeyPatch) -> None:
    id = failed("a")
    here = jf.session()
    node = next(node.id for node in jf.get_result(id).nodes if node.name == "within")
    second = stopped(lambda: here.resubmit(id, (), {}, None, True, anew={node}), monkeypatch)
    assert continued(second).result(60) == "fails"
    assert times_run() == {"a": 1, "within-a": 2, "deep-within-a": 2, "fails": 2}


def test_with_other_inputs_or_electrons_only_what_is_the_same_is_taken_from_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    id = failed("a")
    second = stopped(lambda: jf.redispatch(id, reuse_previous_results=True)("b"), monkeypatch)
    assert continued(second).result(60) == "fails"
    once = ("a", "within-a", "deep-within-a", "b", "within-b", "deep-within-b")
    assert times_run() == {**dict.fromkeys(once, 1), "fails": 2}
    third = stopped(lambda: jf.redispatch(id, {"noted": other}, reuse_previous_results=True)(), monkeypatch)
    before = times_run()
    assert continued(third).result(60)
    assert times_run() - before == Counter(["other-within-other-a", "other-deep-other-within-other-a", "other-fails"])


def test_where_an_earlier_dispatch_was_pruned_what_it_had_is_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    id = failed("a")
    second = stopped(lambda: continued(id), monkeypatch)
    jf.session().store.prune(Choice(among={id}))
    assert continued(second).result(60) == "fails"
    assert times_run() == {"a": 1, "within-a": 2, "deep-within-a": 2, "fails": 2}


WRITTEN = """
import os, signal, sys, time
import jupyter_flow as jf

sys.path.insert(0, "")
if {id!r} == "":
    with open("own_steps.py", "w") as file:
        file.write('''def ran(name):
    with open("ran", "a") as file:
        file.write(name + " ")

def step(name):
    ran(name)
    return name

def last(before):
    import os, signal
    ran("last")
    if not os.path.exists("go"):
        os.kill(os.getpid(), signal.SIGKILL)
    return before
''')
import own_steps
step, last = jf.electron(own_steps.step), jf.electron(own_steps.last)
cached = jf.electron(own_steps.step, cache=True)

@jf.lattice
def flow():
    return last(step("once"))

@jf.lattice
def taken():
    return cached("cached")

id = jf.redispatch({id!r}, reuse_previous_results=True)() if {id!r} else jf.dispatch(flow)()
jf.get_result(id, wait=True)
jf.dispatch_sync(taken)()
print(id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_module_written_meanwhile_made_is_taken_over_and_found_in_the_cache_after_a_restart() -> None:
    process, id = kernel(WRITTEN.format(id=""))
    process.communicate()
    assert times_run() == {"once": 1, "last": 1, "cached": 1}
    time.sleep(max(0, Path("own_steps.py").stat().st_ctime + 2 - time.time()))  # it is older than the next process
    Path("go").touch()
    process, again = kernel(WRITTEN.format(id=id))
    process.communicate()
    assert jf.get_result(again).status == jf.status.COMPLETED
    assert times_run() == {"once": 1, "last": 2, "cached": 1}


RANDOM = """
import os, random, time
import jupyter_flow as jf

steps = []
for kind in ("local", "thread", "local"):
    @jf.electron(executor=kind)
    def step(name, *before):
        with open(f"marks/{{name}}", "a") as file:
            file.write(".")
        time.sleep(len(name) % 5 / 25)
        return name
    steps.append(step)

def body(name, depth, seed, before):
    choose, made = random.Random(seed), [before]
    for place in range(choose.randint(2, 4)):
        given = choose.sample(made, choose.randint(1, min(2, len(made))))
        if depth and choose.random() < 0.5:
            inner = choose.getrandbits(30)
            made.append(sub(f"{{name}}-{{place}}", depth - 1, inner, given[0]))
        else:
            made.append(choose.choice(steps)(f"{{name}}-{{place}}", *given))
    return made[-1]

@jf.electron
@jf.lattice
def sub(name, depth, seed, before):
    return body(name, depth, seed, before)

@jf.lattice
def flow():
    return body("s", 3, {seed}, "")

id = jf.redispatch({id!r}, reuse_previous_results=True)() if {id!r} else jf.dispatch(flow)()
print(id, flush=True)
print(jf.get_result(id, wait=True).status, flush=True)
"""


def names_completed(result: jf.Result) -> set[str]:
    """The electrons that have completed, in sublattices too."""
    found = set()
    for node in result.nodes:
        if node.sublattice_result is not None:
            found |= names_completed(node.sublattice_result)
        elif node.name == "step" and node.status == jf.status.COMPLETED:
            found.add(str(node.inputs["name"]))
    return found


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(8))
def test_along_any_chain_of_kernels_killed_at_random_nothing_completed_runs_again(seed: int) -> None:
    choose, id, completed = random.Random(seed), "", set[str]()
    Path("marks").mkdir()
    for turn in range(8):
        before = {path.name: path.stat().st_size for path in Path("marks").iterdir()}
        process, id = kernel(RANDOM.format(seed=seed, id=id))
        if turn < 7:
            time.sleep(choose.choice([0, 0, 0.3, 0.6, 1]))
            os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        now = {path.name: path.stat().st_size for path in Path("marks").iterdir()}
        assert {name for name in completed if now[name] != before[name]} == set()
        completed |= names_completed(jf.get_result(id))
    assert jf.get_result(id).status == jf.status.COMPLETED


@jf.electron(executor="thread")
def large(n: int, folder: str) -> bytes:
    with open(f"{folder}/ran", "a") as file:
        file.write(f"large-{n} ")
    return bytes([n]) * 100_000


@jf.electron(executor="thread")
def size(parts: list[bytes], folder: str) -> int:
    with open(f"{folder}/ran", "a") as file:
        file.write("size ")
    sys.stdout.write("x" * 100_000)
    return sum(map(len, parts))


@jf.lattice
def sizes(folder: str) -> Any:
    parts = [large(n, folder) for n in range(3)]
    return size(parts, folder), parts


def blob(id: str, node: int) -> Path:
    store = jf.session().store
    record = store.row(store.run(id).serial, node)
    assert record is not None
    assert isinstance(record.value, BlobRef)
    return store.blobs.path(record.value)


@pytest.mark.parametrize("damage", ["flip", "remove"])
def test_a_value_that_is_damaged_is_named_and_computed_again_when_asked_and_only_it(
    damage: str, tmp_path: Path
) -> None:
    folder = str(tmp_path)
    id = jf.dispatch(sizes)(folder)
    first = id.result(60)
    path = blob(id, 1)
    if damage == "flip":
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    else:
        path.unlink()
    result = jf.get_result(id)
    if damage == "flip":  # a dispatch that nobody asked for computes nothing, and takes nothing damaged over
        with pytest.raises(jf.errors.StoreCorruption, match=rf"node 1 \(large\).*{path.name}.*expected.*quarantine"):
            _ = result.nodes[1].output
    with pytest.raises(jf.errors.StoreCorruption, match=rf"node 1 \(large\).*{path.name}.*reuse_previous_results"):
        _ = result.result
    assert [result.nodes[n].output for n in (0, 2)] == [bytes([n]) * 100_000 for n in (0, 2)]
    assert times_run() == {"large-0": 1, "large-1": 1, "large-2": 1, "size": 1}
    again = jf.redispatch(id, reuse_previous_results=True)()
    assert again.result(60) == first
    assert times_run() == {"large-0": 1, "large-1": 2, "large-2": 1, "size": 1}


def test_a_flipped_value_that_nobody_has_read_is_not_taken_over(tmp_path: Path) -> None:
    id = jf.dispatch(sizes)(str(tmp_path))
    first = id.result(60)
    path = blob(id, 2)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert jf.redispatch(id, reuse_previous_results=True)().result(60) == first
    assert times_run()["large-2"] == 2


def test_a_log_that_is_lost_is_no_reason_to_compute(tmp_path: Path) -> None:
    id = jf.dispatch(sizes)(str(tmp_path))
    id.result(60)
    store = jf.session().store
    record = store.row(store.run(id).serial, 3)
    assert record is not None
    assert isinstance(record.stdout, BlobRef)
    store.blobs.path(record.stdout).unlink()
    again = jf.redispatch(id, reuse_previous_results=True)()
    again.result(60)
    assert times_run()["size"] == 1
    assert jf.get_result(again).nodes[3].stdout == ""


def test_what_has_nothing_left_to_run_says_what_to_do_instead(tmp_path: Path) -> None:
    @jf.electron(executor="thread")
    def wait(folder: str) -> None:
        import time

        while not os.path.exists(f"{folder}/go"):
            time.sleep(0.01)

    id = jf.dispatch(jf.lattice(lambda folder: wait(folder)))(str(tmp_path))
    with pytest.raises(jf.errors.DispatchError, match="still runs; cancel it"):
        check_resumable(jf.session().store.run(id))
    (tmp_path / "go").touch()
    id.result(60)
    with pytest.raises(jf.errors.DispatchError, match="reuse_previous_results=True"):
        check_resumable(jf.session().store.run(id))


def test_electrons_are_replaced_in_sublattices_maps_and_branches_too(tmp_path: Path) -> None:
    ran = tmp_path / "ran"

    @jf.electron(executor="thread")
    def step(n: int) -> int:
        return n

    @jf.electron(executor="thread")
    def other(n: int) -> int:
        with ran.open("a") as file:
            file.write("x")
        return n

    @jf.electron
    @jf.lattice
    def inner(n: int) -> Any:
        return step(n)

    @jf.electron
    @jf.lattice
    def outer(n: int) -> Any:
        return inner(n)

    @jf.electron
    @jf.lattice
    def beside(n: int) -> Any:
        return other(n)

    def chosen() -> Any:
        return step(2)

    @jf.lattice
    def flow(n: int) -> Any:
        return [step(n), outer(n), beside(n), step.map([n, n]), jf.when(other(n), chosen)]

    @jf.electron(executor="thread")
    def better(n: int) -> int:
        return n + 100

    first = jf.dispatch(flow)(1)
    assert first.result() == [1, 1, 1, [1, 1], 2]
    second = jf.redispatch(first, {"step": better}, reuse_previous_results=True)()
    assert second.result() == [101, 101, 1, [101, 101], 102]
    third = jf.redispatch(second, reuse_previous_results=True)()
    assert third.result() == second.result()
    back = jf.redispatch(third, {"step": step}, reuse_previous_results=True)()
    assert back.result() == first.result()
    assert ran.read_text() == "xx"

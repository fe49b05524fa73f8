import asyncio
import contextvars
import copy
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cloudpickle
import pytest

import jupyter_flow as ct
from jupyter_flow import DepsCall, electron, lattice
from jupyter_flow.executor import LocalExecutor, ThreadExecutor
from jupyter_flow.model.errors import BuildError
from jupyter_flow.model.events import BlobRef
from jupyter_flow.model.graph import TransportGraph
from jupyter_flow.model.pickles import INLINE
from jupyter_flow.model.tracing import ACTIVE, trace
from tests.model.evaluate import Evaluator, Stub


@electron
def same(value: Any) -> Any:
    return value


@electron
def add(a: Any, b: Any) -> Any:
    return a + b


@pytest.fixture(autouse=True)
def _no_tracer_is_left() -> Iterator[None]:
    yield
    assert ACTIVE.get() is None


class Holder:
    """Holds a number."""

    def __init__(self, n: int) -> None:
        self.n = n


# who traces ---------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_the_body_raises_comes_through_and_ends_the_tracing(error: type[BaseException]) -> None:
    def body() -> None:
        same(1)
        raise error("mine")

    with pytest.raises(error, match="mine") as caught:
        lattice(body).build_graph()
    assert caught.traceback[-1].name == "body"
    assert same(1) == 1


def test_a_refusal_has_the_line_of_the_body_in_its_traceback() -> None:
    def body() -> Any:
        return add(1)

    with pytest.raises(BuildError) as caught:
        lattice(body).build_graph()
    assert "body" in [entry.name for entry in caught.traceback]


def test_other_threads_run_electrons_while_this_one_traces() -> None:
    def body() -> Any:
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(same, [1, 2])) == [1, 2]
        assert list(map(type, [same(1)])) != [int]

    assert lattice(body).build_graph().electrons == 1


def test_two_threads_trace_at_once() -> None:
    both = threading.Barrier(2)

    def body(n: int) -> Any:
        both.wait(10)
        outs = [same(i) for i in range(n)]
        both.wait(10)
        return outs

    with ThreadPoolExecutor(2) as pool:
        graphs = list(pool.map(lattice(body).trace, [(3,), (5,)], [{}, {}]))
    assert [graph.electrons for graph in graphs] == [3, 5]


def test_asyncio_tasks_beside_a_trace_run_their_electrons() -> None:
    async def beside(go: asyncio.Event) -> Any:
        await go.wait()
        return same(1)

    async def main() -> Any:
        go = asyncio.Event()
        task = asyncio.create_task(beside(go))
        await asyncio.sleep(0)
        graph = lattice(lambda: (go.set(), same(2))[1]).build_graph()
        return graph.electrons, await task

    assert asyncio.run(main()) == (1, 1)


def test_a_task_started_by_the_body_does_not_write_into_the_built_graph() -> None:
    async def later() -> Any:
        await asyncio.sleep(0)
        return same(1), lattice(lambda x: same(x))(2), ct.wait(3, 4)

    async def main() -> Any:
        tasks = []

        def body() -> Any:
            tasks.append(asyncio.ensure_future(later()))
            return same(0)

        graph = lattice(body).build_graph()
        return graph.electrons, await tasks[0], len(graph)

    assert asyncio.run(main()) == (1, (1, 2, 3), 1)


def test_a_context_kept_by_the_body_is_harmless() -> None:
    kept: list[contextvars.Context] = []
    graph = lattice(lambda: (kept.append(contextvars.copy_context()), same(1))[1]).build_graph()
    assert kept[0].run(same, 5) == 5
    assert len(graph) == 1


def test_the_body_may_use_asyncio_of_its_own() -> None:
    async def gathered() -> Any:
        async def one(i: int) -> Any:
            return same(i)

        return await asyncio.gather(*[one(i) for i in range(3)])

    assert lattice(lambda: asyncio.run(gathered())).build_graph().electrons == 3


def test_a_body_that_goes_on_after_a_refused_call_has_a_whole_graph(meaning: Evaluator) -> None:
    def body() -> Any:
        x = same(1)
        with pytest.raises(BuildError):
            add(x)
        with pytest.raises(BuildError):
            add(x, threading.Lock())
        with pytest.raises(BuildError):
            _ = x + threading.Lock()
        return add(x, x + 1)

    assert meaning(body) == 3
    graph = lattice(body).build_graph()
    assert [graph.name_of(node) for node in range(len(graph))] == ["same", "add", "same_+_1"]


# versions and executors ---------------------------------------------------------------------


def test_ten_thousand_electrons_of_one_function_and_equal_executors_are_one_version(stub: Stub) -> None:
    def body() -> Any:
        return [electron(executor=LocalExecutor())(add.function)(i, i) for i in range(10_000)]

    graph = lattice(body).trace((), {}, stub)
    assert (len(graph), len(graph.versions), graph.executors) == (10_000, 1, [LocalExecutor()])
    assert len(stub.asked) == 1


def test_what_differs_makes_a_version_of_its_own() -> None:
    hook = DepsCall(print)

    def body() -> None:
        for _ in range(2):
            add(1, 1)
            add.with_options(retries=1)(1, 1)
            add.with_options(retries=2)(1, 1)
            add.with_options(timeout=1)(1, 1)
            add.with_options(cores=2)(1, 1)
            add.with_options(call_before=hook)(1, 1)
            add.with_options(call_after=hook)(1, 1)
            add.with_options(executor="thread")(1, 1)
            add.with_options(executor=LocalExecutor(1))(1, 1)
            add.with_options(executor=LocalExecutor(2))(1, 1)
            same(1)

    graph = lattice(body).build_graph()
    assert len(graph.versions) == 11
    assert list(graph.version) == [*range(11), *range(11)]


def test_an_executor_is_recorded_with_the_settings_it_had() -> None:
    executor = ThreadExecutor(3)

    def body() -> None:
        electron(executor=executor)(abs)(1)

    graph = lattice(body).build_graph()
    executor.workers = 4
    assert graph.executor_of(0) == ThreadExecutor(3)


def test_an_executor_that_does_not_exist_is_told_with_those_that_do(stub: Stub) -> None:
    for wrong in ("lokal", 3, ["thread"]):
        with pytest.raises(BuildError, match=r"no executor is called .* local, thread, inline"):
            lattice(lambda wrong=wrong: electron(executor=wrong)(abs)(1)).trace((), {}, stub)
    with pytest.raises(BuildError, match="LocalExecutor is a class of executors: make one"):
        lattice(lambda: electron(executor=LocalExecutor)(abs)(1)).trace((), {}, stub)


def test_executors_of_any_type_can_stand_in_a_graph_nobody_dispatches() -> None:
    graph = lattice(lambda: electron(executor=["thread"])(abs)(1)).build_graph()
    assert graph.executor_of(0) == ["thread"]


def test_names_and_objects_of_one_executor_are_one(stub: Stub) -> None:
    def body() -> None:
        for executor in ("thread", ThreadExecutor(), ThreadExecutor(None, retries=0)):
            electron(executor=executor)(abs)(1)

    assert lattice(body).trace((), {}, stub).executors == [ThreadExecutor()]


def test_fingerprints_are_taken_once_per_version_and_of_the_plain_function(stub: Stub) -> None:
    graph = lattice(lambda: [add(same(1), 2) + 3 for _ in range(5)]).trace((), {}, stub)
    assert stub.asked == [same.function, add.function]
    assert [v.fingerprint for v in graph.versions] == [b"same", b"add", b""]


def test_a_large_function_goes_to_the_store(stub: Stub) -> None:
    weights = list(range(INLINE))

    @electron
    def predict() -> int:
        return len(weights)

    graph = lattice(lambda: predict()).trace((), {}, stub)
    assert isinstance(graph.versions[0].code, BlobRef)


def test_the_version_that_was_built_is_the_one_that_runs(meaning: Evaluator) -> None:
    space: dict[str, Any] = {"electron": electron, "factor": 2}
    exec("def helper(x): return x * factor\n@electron\ndef f(x): return helper(x)", space)
    graph = lattice(lambda: space["f"](3)).build_graph()
    space["factor"] = 100
    exec("def helper(x): return -x", space)
    assert meaning.result(graph) == 6


def test_a_function_is_sent_with_what_its_closure_holds_at_each_call(meaning: Evaluator) -> None:
    def body() -> Any:
        n, found = 0, []

        def helper() -> int:
            return n

        direct, wrapped = electron(lambda: n), electron(lambda: helper())
        nested, method = electron(lambda: (direct(), n)), electron(lattice(lambda: direct() + 1))
        for n in (0, 1000, 0):  # noqa: B007  # the closures read it
            found.append([direct(), wrapped(), nested(), method()])
        return found

    assert meaning(body) == body() == [[n, n, (n, n), n + 1] for n in (0, 1000, 0)]


def test_a_closure_that_stays_is_one_version_whatever_else_the_body_changes() -> None:
    def body() -> Any:
        n, other = [1], 0
        f = electron(lambda value: n)
        for i in range(1000):
            other = f(i), f.with_options(retries=1)(i), i
        return other

    graph = lattice(body).build_graph()
    assert (len(graph), len(graph.versions)) == (2000, 2)


def test_a_closure_may_hold_itself_or_a_name_that_is_set_later(meaning: Evaluator) -> None:
    def body() -> Any:
        @electron
        def down(n: int) -> Any:
            return down(n - 1) if n else later

        later = "first"
        a = down(2)
        later = "second"
        return [a, down(3)]

    assert meaning(body) == body() == ["first", "second"]


def test_the_objects_a_closure_held_are_not_mistaken_for_later_ones(meaning: Evaluator) -> None:
    def body() -> Any:
        held: Any = None
        f, found = electron(lambda: held.n), []
        for n in range(50):
            held = None
            held = Holder(n)  # takes the place in memory of the one before, were that free
            found.append(f())
        return found

    assert meaning(body) == list(range(50))


def test_a_function_that_cannot_be_sent_is_refused_at_every_call() -> None:
    def body() -> Any:
        lock = threading.Lock()
        f = electron(lambda: lock)
        for _ in range(2):
            with pytest.raises(BuildError, match="cannot be pickled"):
                f()
        return same(1)

    assert len(lattice(body).build_graph()) == 1


def test_replaced_electrons_are_called_instead_of_those_of_their_name(meaning: Evaluator) -> None:
    flow = lattice(lambda: same(1) + same(2))
    graph = flow.trace((), {}, meaning.outside, {"same": electron(lambda value: value * 10)})
    assert meaning.result(graph) == 30


def test_a_replacement_with_another_signature_is_refused() -> None:
    with pytest.raises(BuildError, match=r"electron '<lambda>' cannot be called like this"):
        lattice(lambda: same(1)).trace((), {}, None, {"same": electron(lambda: 1)})


# glue ---------------------------------------------------------------------------------------


def executors(graph: TransportGraph) -> dict[str, Any]:
    return {graph.name_of(node): graph.executor_of(node) for node in range(len(graph))}


def test_glue_runs_where_its_first_producer_ran() -> None:
    def body() -> Any:
        a = same.with_options(executor="thread")(1)
        b = add.with_options(executor="inline")(1, 2)
        return a[0] + b, b + a, b.x

    graph = lattice(body).build_graph()
    assert executors(graph) == {
        "same": "thread",
        "add": "inline",
        ":same[0]": "thread",
        ":same[0]_+_add": "thread",
        "add_+_same": "inline",
        ":add.x": "inline",
    }


def test_no_version_of_glue_is_left_without_use() -> None:
    def body() -> Any:
        one, two = (same.with_options(executor=name)(1) for name in ("thread", "inline"))
        return [one + 1, two + 1, one + 1]

    graph = lattice(body).build_graph()
    assert sorted(set(graph.version)) == list(range(len(graph.versions)))
    assert [graph.executor_of(node) for node in (2, 3, 4)] == ["thread", "inline", "thread"]
    assert -1 not in {version.executor for version in graph.versions}


def test_electrons_are_numbered_before_glue_whatever_the_order() -> None:
    graph = lattice(lambda: add(same(1)[0] + same(2), same(3).x)).build_graph()
    assert [graph.name_of(node) for node in range(graph.electrons)] == ["same", "same", "same", "add"]
    assert {graph.versions[graph.version[n]].kind for n in range(graph.electrons, len(graph))} == {"glue"}


def test_gathering_makes_the_result_one_node(meaning: Evaluator) -> None:
    graph = trace("flow", lambda: {"a": [same(1), same(2) + 1]}, (), {}, gather=True)
    assert graph.name_of(len(graph) - 1) == ":gather"
    assert meaning.result(graph) == {"a": [1, 3]}
    assert len(trace("flow", lambda: [1, 2], (), {}, gather=True)) == 0


# building changes nothing -------------------------------------------------------------------


def test_building_changes_neither_electrons_nor_arguments_nor_executors() -> None:
    shared, data, hook = LocalExecutor(2), {"xs": [1, 2], "n": 3}, DepsCall(print, [1])

    @electron(executor=shared, call_before=hook)
    def task(xs: Any, seen: Any = []) -> Any:  # noqa: B006
        return xs

    @lattice(retries=1)
    def flow(given: Any) -> Any:
        return task(given["xs"]) + task([same(given)])

    before = dict(vars(task)), {**vars(flow), "transport_graph": None}, copy.deepcopy(vars(hook))
    graph = flow.build_graph(data)
    assert (vars(task), {**vars(flow), "transport_graph": None}, vars(hook)) == before
    assert flow.transport_graph is graph
    assert (shared, data, task.function.__defaults__) == (LocalExecutor(2), {"xs": [1, 2], "n": 3}, ([],))


def everything(n: int) -> Any:
    a, b = same((n, [n]))
    with_all = add(a, b=[b, {"k": (a + 1, n)}])
    ct.wait(with_all, same.with_options(executor=LocalExecutor(n))(n))
    return {"x": with_all, "y": [b[0] * 2, abs(a), object_free(n)]}


def object_free(n: int) -> Any:
    return [n, "text" * n]


def test_building_twice_gives_equal_graphs() -> None:
    flow = lattice(everything)
    assert flow.build_graph(3) == flow.build_graph(3)
    assert flow.build_graph(3) != flow.build_graph(4)


# scale --------------------------------------------------------------------------------------


def test_a_hundred_thousand_nodes_are_plain_arrays() -> None:
    def body() -> Any:
        first = same(0)
        return [add(first, first) for _ in range(100_000)]

    graph = lattice(body).build_graph()
    assert (len(graph), len(graph.versions), graph.electrons) == (100_001, 2, 100_001)
    consumers, waiting = graph.successors()
    assert len(consumers[0]) == 100_000
    assert set(waiting[1:]) == {1}


def test_chains_of_twenty_thousand_build_without_recursion() -> None:
    def body() -> Any:
        x = y = same(0)
        for _ in range(20_000):
            x, y = add(x, 1), y + 1
        ct.wait(x, y)
        return [x, y]

    graph = lattice(body).build_graph()
    assert (len(graph), graph.electrons) == (40_001, 20_001)
    again = pickle.loads(cloudpickle.dumps(graph))
    assert again == graph


def test_a_literal_may_hold_thousands_of_outputs(meaning: Evaluator) -> None:
    assert meaning(lambda: electron(sum)([same(i) for i in range(2000)])) == sum(range(2000))


def test_many_different_items_of_one_output_are_cheap_to_hold(meaning: Evaluator) -> None:
    def body() -> Any:
        xs = same(list(range(300)))
        return [xs[i] for i in range(300)]

    graph = lattice(body).build_graph()
    assert len({id(version.code) for version in graph.versions}) == 2
    assert meaning(body) == list(range(300))

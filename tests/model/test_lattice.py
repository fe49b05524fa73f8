import pickle
from dataclasses import dataclass
from typing import Any

import cloudpickle
import pytest

from jupyter_flow import DepsBash, DepsCall, electron, lattice, wait
from jupyter_flow.model.errors import BuildError
from jupyter_flow.model.graph import WAIT, TransportGraph
from jupyter_flow.model.lattice import Lattice
from tests.model.evaluate import Evaluator


@electron
def same(value: Any) -> Any:
    return value


@electron(executor="inline")
def placed(value: Any) -> Any:
    return value


@lattice(executor="thread", retries=3)
def inner(x: Any) -> Any:
    """Inlined."""
    return same(x), placed(x)


def executors(graph: TransportGraph) -> list[Any]:
    return [graph.executor_of(node) for node in range(len(graph))]


def waits(graph: TransportGraph) -> list[tuple[int, int]]:
    return [(a, b) for a, b, label in graph.edges() if label == WAIT]


def test_a_lattice_looks_like_its_function() -> None:
    assert (inner.__name__, inner.__doc__, inner.name) == ("inner", "Inlined.", "inner")
    assert "return same(x), placed(x)" in inner.workflow_function_string
    assert repr(inner) == "<lattice inner>"
    assert inner(3) == (3, 3)


def test_an_inlined_lattice_brings_its_own_defaults_for_its_own_electrons() -> None:
    @lattice(executor="local", timeout=9)
    def outer() -> Any:
        return same(1), inner(2), same(3)

    graph = outer.build_graph()
    assert executors(graph) == ["local", "thread", "inline", "local"]
    told = [graph.get_node_value(node, "metadata") for node in range(4)]
    assert [t["retries"] for t in told] == [None, 3, 3, None]
    assert [t["timeout"] for t in told] == [9, 9, 9, 9]


def test_defaults_end_with_the_lattice_even_when_its_body_raises() -> None:
    @lattice(executor="thread")
    def fragile() -> None:
        raise RuntimeError

    @lattice
    def outer() -> Any:
        with pytest.raises(RuntimeError):
            fragile()
        return same(1)

    assert executors(outer.build_graph()) == [None]


def test_ten_thousand_inlined_lattices_are_two_versions() -> None:
    graph = lattice(lambda: [inner(i) for i in range(10_000)]).build_graph()
    assert (len(graph), len(graph.versions), graph.executors) == (20_000, 2, ["thread", "inline"])


def test_hooks_of_a_lattice_are_for_electrons_that_have_none(meaning: Evaluator) -> None:
    own = DepsCall(lambda: "own", retval_keyword="said")
    common = DepsCall(lambda: "common", retval_keyword="said")

    def tell(said: str = "") -> str:
        return said

    @lattice(call_before=[common])
    def flow() -> Any:
        return electron(tell)(), electron(call_before=own)(tell)()

    assert meaning(flow) == ("common", "own")


def test_a_lattice_built_inside_another_is_a_graph_of_its_own() -> None:
    def body() -> Any:
        first = same(1)
        graph = inner.build_graph(2)
        assert graph.electrons == 2
        return first, same(3)

    assert lattice(body).build_graph().electrons == 2


def test_a_lattice_of_a_lattice_or_an_electron_works(meaning: Evaluator) -> None:
    assert meaning(lattice(inner), 1) == (1, 1)
    assert meaning(lattice(same), 1) == 1
    assert lattice(same).electron_object is same


@pytest.mark.parametrize("thing", [3, None, "f"])
def test_what_cannot_be_called_cannot_be_a_lattice(thing: Any) -> None:
    with pytest.raises(BuildError, match=f"not of {type(thing).__name__}"):
        Lattice(thing)


def test_a_lattice_travels_without_its_graph() -> None:
    flow = lattice(lambda: same(1))
    flow.build_graph()
    again = pickle.loads(cloudpickle.dumps(flow))
    assert again.transport_graph is None
    assert again.build_graph().electrons == 1
    assert pickle.loads(cloudpickle.dumps(inner)).options == inner.options


def test_electrons_and_globals_are_looked_up_when_the_lattice_is_built() -> None:
    space: dict[str, Any] = {"electron": electron, "lattice": lattice}
    exec("@electron\ndef f(): return 1\n@lattice\ndef flow(): return [f() for _ in range(n)]", space)
    space["n"] = 2
    first = space["flow"].build_graph()
    exec("@electron\ndef g(): return 2", space)
    space["f"], space["n"] = space["g"], 3
    second = space["flow"].build_graph()
    assert [[g.name_of(n) for n in range(len(g))] for g in (first, second)] == [["f", "f"], ["g", "g", "g"]]


# wait ---------------------------------------------------------------------------------------


@dataclass
class Box:
    content: Any


def test_wait_takes_outputs_alone_in_containers_and_in_objects() -> None:
    def body() -> None:
        a, b, c, d, e = (same(i) for i in range(5))
        assert wait(child=b, parents=a) is b
        wait(c, [a, (b,), {a}])
        wait([d, e], {"x": c, "deep": [Box(a)], "known": 3, "no": None})

    assert waits(lattice(body).build_graph()) == [
        (0, 1), (0, 2), (1, 2), (0, 2), (2, 3), (0, 3), (2, 4), (0, 4),
    ]  # fmt: skip


def test_wait_takes_glue_on_either_side() -> None:
    def body() -> Any:
        a, b = same(1), same(2)
        wait(a + 1, [b[0]])
        wait(b.x, a)
        return a

    graph = lattice(body).build_graph()
    names = [(graph.name_of(a), graph.name_of(b)) for a, b in waits(graph)]
    assert names == [(":same[0]", "same_+_1"), ("same", ":same.x")]


def test_wait_for_nothing_is_no_wait() -> None:
    graph = lattice(lambda: [wait(same(1), parents) for parents in ([], None, (), {}, 3, [None, "x"])]).build_graph()
    assert graph.waits == []


def test_a_wait_that_would_be_lost_is_an_error() -> None:
    for body, told in (
        (lambda: wait(3, same(1)), "needs the output of an electron, and got int"),
        (lambda: wait([], same(1)), "got list"),
        (lambda: wait(same, same(1)), "<electron same>.*call it first"),
        (lambda: wait(same(1), [same]), "<electron same>.*call it first"),
        (lambda: wait(same(1), inner), "<lattice inner>.*call it first"),
    ):
        with pytest.raises(BuildError, match=told):
            lattice(body).build_graph()


def test_electrons_that_wait_for_each_other_are_named() -> None:
    left, right, other = (electron(lambda x: x) for _ in range(3))
    left.name, right.name, other.name = "left", "right", "other"

    def circle() -> None:
        a, b = left(1), right(2)
        wait(a, b)
        wait(b, a)
        other(b)
        same(0)

    with pytest.raises(BuildError, match="wait for each other: 'left', 'other', 'right'"):
        lattice(circle).build_graph()

    def through_data() -> None:
        a = left(1)
        wait(a, right(a + 1))

    with pytest.raises(BuildError, match=r"'left', 'left_.*', 'right'"):
        lattice(through_data).build_graph()

    def itself() -> None:
        a = left(1)
        wait(a, a)

    with pytest.raises(BuildError, match="'left'"):
        lattice(itself).build_graph()


def test_waits_and_inputs_are_counted_once() -> None:
    def body() -> None:
        a, b = same(1), same(2)
        c = same([a, a, b])
        wait(c, [a, b])
        wait(c, a)
        wait(b, a)
        wait(b, a)

    consumers, waiting = lattice(body).build_graph().successors()
    assert [sorted(c) for c in consumers] == [[1, 2], [2], []]
    assert list(waiting) == [0, 1, 2]


def test_thousands_of_waits_for_one_node_are_sorted_out_in_linear_time() -> None:
    def body() -> None:
        first = same(0)
        wait([same(i) for i in range(50_000)], first)

    consumers, _ = lattice(body).build_graph().successors()
    assert len(consumers[0]) == 50_000


def test_wait_outside_a_lattice_gives_back_its_child() -> None:
    assert wait(3, same) == 3


# options ------------------------------------------------------------------------------------


def test_the_options_of_a_lattice_are_checked_when_it_is_decorated() -> None:
    with pytest.raises(BuildError, match="retries=-1"):
        lattice(retries=-1)
    with pytest.raises(ValueError, match="files"):
        lattice(call_before=[DepsCall(print, retval_keyword="files")])


def test_deps_are_hooks_in_the_order_they_are_applied() -> None:
    flow = lattice(deps_bash="echo a", deps_pip="x", call_before=[print], call_after=DepsBash("b"))(same)
    assert [type(hook).__name__ for hook in flow.options.before] == ["DepsBash", "DepsPip", "DepsCall"]
    assert [type(hook).__name__ for hook in flow.options.after] == ["DepsBash"]


@pytest.mark.parametrize("name", ["draw", "draw_inline"])
def test_what_draws_a_lattice_in_covalent_says_what_draws_it_here(name: str) -> None:
    with pytest.raises(AttributeError, match=f"no attribute '{name}'; in Covalent .* %graph"):
        getattr(inner, name)
    with pytest.raises(AttributeError, match=r"a lattice has no attribute 'nothing'$"):
        inner.nothing  # noqa: B018

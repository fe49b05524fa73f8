import pickle
from typing import Any

import cloudpickle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_flow import electron, lattice, wait
from jupyter_flow.executor import LocalExecutor
from jupyter_flow.model.graph import WAIT, TransportGraph
from jupyter_flow.model.lattice import Lattice
from tests.model.evaluate import Evaluator


@electron
def same(value: Any) -> Any:
    """Gives it back."""
    return value


@electron(executor=LocalExecutor(2), retries=1, timeout=3)
def add(a: Any, b: Any) -> Any:
    return a + b


@lattice
def flow(n: int) -> Any:
    """A little of everything."""
    a = same([n, {"n": n}])
    b = add(a, b=[a[0], same("<b>")])
    wait(b, same(n))
    return {"sum": b, "more": a[1:] * 2}


def test_the_graph_of_networkx_has_names_edges_and_executors() -> None:
    graph = flow.build_graph(3).to_networkx()
    assert graph.name == "flow"
    names = ["same", "same", "add", "same", ":same[0]", ":same[1:]", ":same[1:]_*_2"]
    assert [graph.nodes[n]["name"] for n in graph] == names
    assert graph.nodes[2]["executor"] == LocalExecutor(2)
    assert sorted(graph.edges(data="edge_name")) == [
        (0, 2, "a"), (0, 4, "arg0"), (0, 5, "arg0"), (1, 2, "b"), (3, 2, WAIT), (4, 2, "b"), (5, 6, "arg0"),
    ]  # fmt: skip


def test_an_output_used_twice_in_a_call_is_two_edges() -> None:
    graph = lattice(lambda: (o := same(1), add(o, o))).build_graph().to_networkx()
    assert [name for *_, name in graph.edges(data="edge_name")] == ["a", "b"]


def test_the_graph_of_graphviz_escapes_names_and_dashes_waits() -> None:
    strange = electron(lambda x: x)
    strange.name = 'a "quoted" <b> \\n name'
    source = lattice(lambda: wait(strange(1), same(2))).build_graph().to_dot().source
    assert r'0 [label="a \"quoted\" <b> \\n name"]' in source
    assert '1 -> 0 [label="" style=dashed]' in source
    assert "<lambda>" in lattice(lambda: electron(lambda: 1)()).build_graph().to_dot().source


def test_facts_about_a_node_are_found_by_name() -> None:
    graph = flow.build_graph(3)
    assert graph.get_node_value(2, "name") == "add"
    assert graph.get_node_value(2, "kind") == "electron"
    assert graph.get_node_value(5, "kind") == "glue"
    assert "return a + b" in graph.get_node_value(2, "function_string")
    assert graph.get_node_value(2, "executor") == LocalExecutor(2)
    assert graph.get_node_value(2, "metadata") == {"executor": LocalExecutor(2), "retries": 1, "timeout": 3}
    with pytest.raises(KeyError, match="function_string"):
        graph.get_node_value(2, "functionstring")
    with pytest.raises(IndexError):
        graph.get_node_value(99, "name")


def test_a_graph_keeps_the_text_and_words_of_its_lattice() -> None:
    graph = flow.build_graph(3)
    assert graph.doc == "A little of everything."
    assert "wait(b, same(n))" in graph.source


@pytest.mark.parametrize("dumps", [pickle.dumps, cloudpickle.dumps])
def test_a_graph_travels(meaning: Evaluator, dumps: Any) -> None:
    graph = flow.build_graph(3)
    again = pickle.loads(dumps(graph))
    assert again == graph
    assert list(again.edges()) == list(graph.edges())
    assert [version.function for version in again.versions] == [None] * len(graph.versions)
    assert meaning.result(again) == meaning(flow, 3)


def test_an_empty_graph_has_no_nodes_and_a_result(meaning: Evaluator) -> None:
    graph = lattice(lambda: [1, {"a": 2}]).build_graph()
    assert (len(graph), list(graph.edges()), len(graph.to_networkx())) == (0, [], 0)
    assert meaning.result(graph) == [1, {"a": 2}]
    assert meaning(lambda: None) is None
    assert meaning(lambda x: x, "given") == "given"


@st.composite
def plans(draw: st.DrawFn) -> list[tuple[list[int], list[int], bool]]:
    """For each node: whose outputs it takes, whom it waits for, and whether they lie in a list."""
    size = draw(st.integers(1, 12))
    earlier = [st.lists(st.integers(0, i - 1), max_size=4) if i else st.just([]) for i in range(size)]
    return [(draw(nodes), draw(nodes), draw(st.booleans())) for nodes in earlier]


def planted(plan: list[tuple[list[int], list[int], bool]]) -> Lattice:
    gather = electron(lambda *args: len(args))

    def body() -> None:
        outs: list[Any] = []
        for takes, waits, boxed in plan:
            taken = [outs[i] for i in takes]
            outs.append(gather(taken) if boxed else gather(*taken))
            wait(outs[-1], [outs[i] for i in waits])

    return lattice(body)


@settings(max_examples=60)
@given(plan=plans())
def test_successors_and_edges_are_those_of_the_body(plan: list[tuple[list[int], list[int], bool]]) -> None:
    graph = planted(plan).build_graph()
    consumers, waiting = graph.successors()
    parents = [set(takes) | set(waits) for takes, waits, _ in plan]
    assert list(waiting) == [len(p) for p in parents]
    assert [sorted(c) for c in consumers] == [[i for i, p in enumerate(parents) if n in p] for n in range(len(plan))]
    assert {(a, b) for a, b, _ in graph.edges()} == {(a, b) for b, p in enumerate(parents) for a in p}
    assert [list(dict.fromkeys(graph.producers(n))) for n in range(len(plan))] == [
        list(dict.fromkeys(takes)) for takes, _, _ in plan
    ]


def test_an_unfinished_graph_has_a_length() -> None:
    assert len(TransportGraph("empty")) == 0


def test_a_call_is_told_on_one_line_without_what_looks_secret() -> None:
    @electron
    def load(path: str, api_key: str) -> int:
        return 1

    @electron
    def fit(data: int, rate: float, bins: list[int]) -> int:
        return data

    @lattice
    def flow() -> Any:
        return fit(load("x" * 100, api_key="hunter2"), 0.5, bins=[1, 2])

    graph = flow.build_graph()
    assert graph.call_text(0) == f"load(path='{'x' * 39}…, api_key=***)"
    assert graph.call_text(1) == "fit(data=load, rate=0.5, bins=…)"


def test_an_output_of_glue_is_told_as_it_is_written() -> None:
    @electron
    def load(path: str) -> list[list[int]]:
        return [[1]]

    @electron
    def score(x: int) -> int:
        return x

    graph = lattice(lambda: score(load("a")[0][1])).build_graph()
    assert graph.call_text(1) == "score(x=load[0][1])"
    assert graph.words_of(2) == "load[0]"

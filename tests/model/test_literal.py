import pickle
import threading
from array import array
from collections import OrderedDict, UserList, defaultdict, deque, namedtuple
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_flow import electron, lattice
from jupyter_flow.model.errors import BuildError
from jupyter_flow.model.events import BlobRef
from jupyter_flow.model.graph import ATOM, LITERAL, OUTPUT, PLAIN
from jupyter_flow.model.literal import Literal, capture
from jupyter_flow.model.pickles import INLINE
from tests.model.evaluate import Evaluator, Stub


@electron
def same(value: Any) -> Any:
    return value


@dataclass
class Loose:
    x: Any
    y: Any = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tight:
    x: Any


class Named(NamedTuple):
    x: Any
    y: Any = 0


Old = namedtuple("Old", "x y")


class Plain:
    def __init__(self, x: Any) -> None:
        self.x = x
        self.inner = SimpleNamespace(x=[x])


class Slotted:
    __slots__ = ("x",)

    def __init__(self, x: Any) -> None:
        self.x = x


def an_object_array(x: Any) -> Any:
    box = np.empty((2, 2), dtype=object)
    box[0, 1] = x
    return box


CONTAINERS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "list": (lambda x: [0, x], lambda c: c[1]),
    "tuple": (lambda x: (x,), lambda c: c[0]),
    "dict value": (lambda x: {"k": x}, lambda c: c["k"]),
    "dict key": (lambda x: {x: 1}, lambda c: next(iter(c))),
    "set": (lambda x: {x}, lambda c: next(iter(c))),
    "frozenset": (lambda x: frozenset([x]), lambda c: next(iter(c))),
    "dataclass": (Loose, lambda c: c.x),
    "frozen dataclass with slots": (Tight, lambda c: c.x),
    "NamedTuple": (Named, lambda c: c.x),
    "namedtuple": (lambda x: Old(0, x), lambda c: c.y),
    "object": (Plain, lambda c: c.inner.x[0]),
    "object with slots": (Slotted, lambda c: c.x),
    "namespace": (lambda x: SimpleNamespace(x=x), lambda c: c.x),
    "object array": (an_object_array, lambda c: c[0, 1]),
    "OrderedDict": (lambda x: OrderedDict(a=x), lambda c: c["a"]),
    "defaultdict": (lambda x: defaultdict(list, a=x), lambda c: c["a"]),
    "deque": (lambda x: deque([x], maxlen=3), lambda c: c[0]),
    "UserList": (lambda x: UserList([x]), lambda c: c[0]),
    "partial": (lambda x: partial(pow, x), lambda c: c.args[0]),
    "slice": (lambda x: slice(x), lambda c: c.stop),
    "closure": (lambda x: lambda: x, lambda c: c()),
    "exception": (lambda x: ValueError(x), lambda c: c.args[0]),
    "nested": (lambda x: [{"a": (Loose(Named(Tight(frozenset([x])))),)}], lambda c: min(c[0]["a"][0].x.x.x)),
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_an_output_is_found_wherever_it_lies_and_the_container_keeps_its_type(meaning: Evaluator, kind: str) -> None:
    make, look = CONTAINERS[kind]

    @electron
    def inspect(thing: Any, *, again: Any) -> Any:
        return type(thing).__name__, look(thing), look(again)

    got = meaning(lambda: inspect(make(same(7)), again=make(same(8))))
    assert got == (type(make(7)).__name__, 7, 8)


@pytest.mark.parametrize("kind", sorted(CONTAINERS.keys() - {"closure"}))
def test_the_result_of_a_lattice_may_be_any_container(meaning: Evaluator, kind: str) -> None:
    make, look = CONTAINERS[kind]
    value = meaning(lambda: make(same(7)))
    assert type(value) is type(make(7))
    assert look(value) == 7


trees: Any = st.recursive(
    st.integers(0, 5) | st.booleans() | st.none() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.integers(0, 5) | st.tuples(st.text(max_size=2)), inner, max_size=3)
        | inner.map(Loose)
        | inner.map(Tight)
        | st.tuples(inner, inner).map(lambda two: Named(*two))
        | inner.map(lambda x: OrderedDict(x=x))
    ),
    max_leaves=12,
)


def replanted(tree: Any, leaf: Callable[[Any], Any]) -> Any:
    """The same tree with each leaf replaced."""
    if isinstance(tree, tuple):
        items = [replanted(item, leaf) for item in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
    if isinstance(tree, list):
        return [replanted(item, leaf) for item in tree]
    if isinstance(tree, dict):
        return type(tree)((replanted(k, leaf), replanted(v, leaf)) for k, v in tree.items())
    if isinstance(tree, Loose | Tight):
        return type(tree)(replanted(tree.x, leaf))
    return leaf(tree)


@settings(max_examples=100)
@given(tree=trees, through=st.randoms(use_true_random=False))
def test_any_nested_structure_with_outputs_arrives_as_it_is(meaning: Evaluator, tree: Any, through: Any) -> None:
    def leaf(value: Any) -> Any:
        return same(value) if through.random() < 0.5 else value

    def body() -> Any:
        planted = replanted(tree, leaf)
        return same(planted), planted

    arrived, returned = meaning(body)
    assert repr(arrived) == repr(returned) == repr(tree)


def test_one_output_in_many_places_is_one_input(meaning: Evaluator) -> None:
    def body() -> Any:
        x = same(3)
        return same([x, {"k": x}, (x, x)])

    assert meaning(body) == [3, {"k": 3}, (3, 3)]
    graph = lattice(body).build_graph()
    (literal,) = [item for _, tag, item in graph.inputs_of(1) if tag == LITERAL]
    assert literal.refs == (0,)


def test_a_structure_may_contain_itself(meaning: Evaluator) -> None:
    @electron
    def inspect(loop: Any) -> Any:
        return loop[1] is loop, loop[0]

    def body() -> Any:
        loop: list[Any] = [same(1)]
        loop.append(loop)
        return inspect(loop)

    assert meaning(body) == (True, 1)


@pytest.mark.parametrize(
    "make",
    [list, bytearray, deque, lambda: array("i"), lambda: UserList([])],
    ids=["list", "bytearray", "deque", "array", "UserList"],
)
def test_an_argument_is_captured_at_the_moment_of_the_call(meaning: Evaluator, make: Callable[[], Any]) -> None:
    def body() -> Any:
        thing = make()
        seen = []
        for i in range(3):
            thing.append(i)
            seen.append(same(thing))
        return seen

    assert [list(thing) for thing in meaning(body)] == [[0], [0, 1], [0, 1, 2]]


def test_a_nested_list_or_array_changed_later_arrives_as_it_was(meaning: Evaluator) -> None:
    def body() -> Any:
        inner, box = [1], np.zeros(10_000)
        before = same({"a": inner, "box": box, "out": same(1)})
        inner.append(2)
        box += 1
        return before

    arrived = meaning(body)
    assert arrived["a"] == [1]
    assert arrived["box"].sum() == 0


def test_a_list_of_outputs_that_grows_gives_each_task_its_own_length(meaning: Evaluator) -> None:
    def body() -> Any:
        known: list[Any] = []
        for i in range(4):
            known.append(same(i))
            known.append(electron(len)(known))
        return known

    assert meaning(body) == [0, 1, 1, 3, 2, 5, 3, 7]


def test_atoms_travel_as_they_are_and_long_texts_as_literals() -> None:
    graph = lattice(lambda: [same(x) for x in (1, 1.5, "a", b"b", None, ..., True, 1j)]).build_graph()
    assert list(graph.kinds) == [PLAIN] * 8
    graph = lattice(lambda: (same("a" * 2000), same(b"a" * 2000), same(True))).build_graph()
    assert [tag for node in range(3) for _, tag, _ in graph.inputs_of(node)] == [LITERAL, LITERAL, ATOM]


def test_an_atom_subclass_keeps_its_type(meaning: Evaluator) -> None:
    class Metres(float):
        pass

    value = meaning(lambda: same(Metres(2)))
    assert type(value).__name__ == "Metres"
    assert type(meaning(lambda: same(np.float64(2)))) is np.float64


def test_a_large_argument_goes_to_the_store_once_per_call_and_a_small_one_stays(stub: Stub) -> None:
    small, large = list(range(10)), np.arange(INLINE)
    graph = lattice(lambda: (same(small), same(large))).trace((), {}, stub)
    kinds = [type(item.data) for node in range(2) for _, _, item in graph.inputs_of(node)]
    assert kinds == [bytes, BlobRef]
    assert len(stub.kept) == 1


def test_an_output_inside_a_large_argument_is_found(meaning: Evaluator) -> None:
    value = meaning(lambda: same({"data": np.arange(INLINE), "n": same(1)}))
    assert value["n"] == 1
    assert value["data"].sum() == sum(range(INLINE))


@pytest.mark.parametrize(
    "thing",
    [threading.Lock(), (i for i in range(3)), {"deep": [threading.Lock()]}],
    ids=["lock", "generator", "nested lock"],
)
def test_an_argument_that_cannot_be_pickled_is_named(thing: Any) -> None:
    @electron
    def fit(data: Any, model: Any = None) -> None: ...

    for body in (lambda: fit(1, thing), lambda: fit(1, model=thing), lambda: fit(same(1), model=thing)):
        with pytest.raises(BuildError) as caught:
            lattice(body).build_graph()
        assert "'model' of electron 'fit' cannot be pickled" in str(caught.value)
        assert type(thing).__name__ in str(caught.value)


def test_an_argument_in_a_star_or_nested_too_deep_is_named() -> None:
    @electron
    def fit(*data: Any) -> None: ...

    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for thing in (threading.Lock(), deep):
        with pytest.raises(BuildError, match="'data' of electron 'fit' cannot be pickled"):
            lattice(lambda thing=thing: fit(1, thing)).build_graph()
    while deep:  # else its end is a recursion of its own
        (deep,) = deep


def test_an_operand_that_cannot_be_pickled_is_named() -> None:
    with pytest.raises(BuildError, match=r"'operand 1' of electron 'same_\+_lock' cannot be pickled"):
        lattice(lambda: same(1) + threading.Lock()).build_graph()


def test_a_result_that_cannot_be_pickled_is_named() -> None:
    @lattice
    def flow() -> Any:
        return [same(1), threading.Lock()]

    with pytest.raises(BuildError, match="what lattice 'flow' returns cannot be pickled"):
        flow.build_graph()


def test_an_argument_whose_own_pickling_fails_is_named_with_its_reason() -> None:
    class Grumpy:
        def __reduce__(self) -> Any:
            raise RuntimeError("not today")

    with pytest.raises(BuildError, match=r"'value' of electron 'same'.*not today"):
        lattice(lambda: same(Grumpy())).build_graph()


def test_capture_leaves_no_state_behind_when_pickling_fails() -> None:
    def body() -> Any:
        x = same(1)
        with pytest.raises(BuildError):
            same([x, threading.Lock()])
        with pytest.raises(BuildError, match="be captured by a function"):
            pickle.dumps(x)
        return same([x])

    graph = lattice(body).build_graph()
    assert [graph.name_of(node) for node in range(len(graph))] == ["same", "same"]


def test_literals_are_values() -> None:
    assert capture([1, 2], None) == capture([1, 2], None)
    assert capture([1, 2], None) != capture([1], None)
    assert hash(capture([1, 2], None)) == hash(capture([1, 2], None))
    assert Literal(b"x", (1,)) != Literal(b"x", (2,))


class Meeting:
    """Being pickled waits for another thread to come as far."""

    barrier = threading.Barrier(2)

    def __reduce__(self) -> Any:
        self.barrier.wait(10)
        return Meeting, ()


def test_two_threads_capture_at_once_without_mixing(meaning: Evaluator) -> None:
    answers = {}

    def work(n: int) -> None:
        def body() -> Any:
            spare = [same(i) for i in range(n)]
            assert len(spare) == n
            first = same(n)
            return same([first, Meeting(), same(n + 1)])

        answers[n] = meaning(lattice(body))

    def once(n: int) -> None:
        try:
            work(n)
        except BaseException:
            Meeting.barrier.abort()
            raise

    threads = [threading.Thread(target=once, args=(n,)) for n in (0, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: (a[0], a[2]) for n, a in answers.items()} == {0: (0, 1), 5: (5, 6)}


def test_inputs_of_names_every_tag() -> None:
    graph = lattice(lambda: electron(dict)(a=1, b=same(2), c=[1])).build_graph()
    merge = graph.electrons - 1
    assert [(label, tag) for label, tag, _ in graph.inputs_of(merge)] == [("a", ATOM), ("b", OUTPUT), ("c", LITERAL)]

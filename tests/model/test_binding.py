import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_flow import electron, lattice
from jupyter_flow.model.binding import Binder
from jupyter_flow.model.errors import BuildError
from tests.model.evaluate import Evaluator

NAMES = ["a", "b", "c", "d", "k", "l", "z"]


@st.composite
def functions(draw: st.DrawFn) -> Callable[..., Any]:
    """A function with parameters of every kind, which returns what it was given."""
    only, both, named = (draw(st.integers(0, 2)) for _ in range(3))
    first_default = draw(st.integers(0, only + both))
    positional = [f"{n}=-{i + 1}" if i >= first_default else n for i, n in enumerate(NAMES[: only + both])]
    parts = [*positional[:only], *["/"][: bool(only)], *positional[only:]]
    star = draw(st.booleans())
    if star or named:
        parts.append("*args" if star else "*")
    parts += [f"{n}=-9" if draw(st.booleans()) else n for n in ["k", "l"][:named]]
    if draw(st.booleans()):
        parts.append("**more")
    space: dict[str, Any] = {}
    exec(f"def f({', '.join(parts)}):\n    return dict(locals())", space)
    function: Callable[..., Any] = space["f"]
    return function


@electron
def same(value: Any) -> Any:
    return value


def nothing() -> Iterator[None]:
    yield


@settings(max_examples=150)
@given(
    function=functions(),
    args=st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=5),
    kwargs=st.dictionaries(st.sampled_from(NAMES), st.tuples(st.integers(0, 9), st.booleans()), max_size=4),
)
def test_a_call_is_accepted_when_python_accepts_it_and_binds_the_same_values(
    meaning: Evaluator,
    function: Callable[..., Any],
    args: list[tuple[int, bool]],
    kwargs: dict[str, tuple[int, bool]],
) -> None:
    task = electron(function)

    def body() -> Any:
        def given(value: int, through: bool) -> Any:
            return same(value) if through else value

        return task(*[given(*a) for a in args], **{k: given(*v) for k, v in kwargs.items()})

    try:
        expected = function(*[value for value, _ in args], **{name: value for name, (value, _) in kwargs.items()})
    except TypeError:
        with pytest.raises(BuildError, match="electron 'f' cannot be called like this"):
            lattice(body).build_graph()
    else:
        assert meaning(body) == expected


def test_the_message_tells_what_is_wrong_and_what_the_signature_is() -> None:
    @electron
    def train(data: Any, *, rate: float) -> None: ...

    with pytest.raises(BuildError) as caught:
        lattice(lambda: train(1, rat=2)).build_graph()
    assert "electron 'train'" in str(caught.value)
    assert "rate" in str(caught.value)
    assert "train(data" in str(caught.value)


def test_a_lattice_that_is_called_wrongly_is_told_so_as_a_lattice() -> None:
    @lattice
    def flow(a: int) -> None: ...

    with pytest.raises(BuildError, match="lattice 'flow' cannot be called like this: missing a required argument: 'a'"):
        flow.build_graph()


@pytest.mark.parametrize("name", ["self", "function", "value", "method", "output", "name", "args", "kwargs", "tracer"])
def test_no_parameter_name_collides_with_ours(meaning: Evaluator, name: str) -> None:
    space: dict[str, Any] = {}
    exec(f"def f(*, {name}):\n    return {name}", space)
    task = electron(space["f"])
    assert task(**{name: 5}) == 5
    assert meaning(lambda: task(**{name: same(5)})) == 5

    class Echo:
        def tell(self, /, **given: Any) -> Any:
            return given

        __call__ = tell

    echo = electron(Echo)
    assert meaning(lambda: echo().tell(**{name: 1})) == {name: 1}
    assert meaning(lambda: echo()(**{name: 2})) == {name: 2}
    flow = lattice(lambda **given: given)
    assert flow(**{name: 3}) == {name: 3}
    flow.build_graph(**{name: 3})


def test_edges_are_named_after_the_parameter_they_feed() -> None:
    @electron
    def merge(a: Any, /, b: Any, *rest: Any, key: Any, **more: Any) -> None: ...

    graph = lattice(lambda: merge(*[same(i) for i in range(4)], key=same(4), other=[same(5)])).build_graph()
    assert [label for *_, label in graph.edges()] == ["a", "b", "rest", "rest", "key", "other"]


@pytest.mark.parametrize("function", [max, len, dict, print, int, pow, str.upper, np.add, np.sin])
def test_builtins_written_in_c_can_be_bound(function: Callable[..., Any]) -> None:
    Binder(function)


def test_a_builtin_without_a_signature_has_numbered_edges() -> None:
    biggest = electron(max)
    graph = lattice(lambda: biggest(same(1), same(2))).build_graph()
    assert [label for *_, label in graph.edges()] == ["arg0", "arg1"]


def test_a_mutable_default_is_fresh_for_each_task(meaning: Evaluator) -> None:
    @electron
    def collect(x: int, seen: list[int] = [], *, more: set[int] = set(), of: Any = np.zeros(2)) -> Any:  # noqa: B006
        seen.append(x)
        more.add(x)
        of[0] += x
        return seen, more, of.tolist()

    assert meaning(lambda: [collect(1), collect(2)]) == [([1], {1}, [1, 0]), ([2], {2}, [2, 0])]


def test_a_default_that_is_given_is_not_passed_twice(meaning: Evaluator) -> None:
    @electron
    def collect(x: int, seen: list[int] = [], **more: Any) -> Any:  # noqa: B006
        return x, seen, more

    assert meaning(lambda: [collect(1, [2]), collect(1, seen=[3]), collect(1, y=4)]) == [
        (1, [2], {}),
        (1, [3], {}),
        (1, [], {"y": 4}),
    ]


def test_a_sentinel_default_is_still_the_sentinel_in_the_task(meaning: Evaluator) -> None:
    missing = object()

    @electron
    def pick(x: Any = missing, y: Any = threading.Thread) -> str:
        return f"{x is missing} {y is threading.Thread}"

    assert meaning(lambda: pick()) == "True True"


def test_a_generator_function_cannot_be_a_lattice() -> None:
    with pytest.raises(BuildError, match="'nothing' must be a plain function"):
        lattice(nothing).build_graph()


def test_a_coroutine_function_cannot_be_a_lattice() -> None:
    async def flow() -> None: ...

    with pytest.raises(BuildError, match="'flow' must be a plain function: no `async def`"):
        lattice(flow).build_graph()

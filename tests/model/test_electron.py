import functools
import math
import pickle
from typing import Any

import cloudpickle
import numpy as np
import pytest

import jupyter_flow as ct
from jupyter_flow import electron, lattice
from jupyter_flow.executor import LocalExecutor
from jupyter_flow.model.electron import Electron
from jupyter_flow.model.errors import BuildError
from jupyter_flow.model.options import Options
from tests.model.evaluate import Evaluator


@electron
def same(value: Any) -> Any:
    """Gives back what it gets."""
    return value


@electron(retries=2, executor="thread")
def countdown(n: int) -> list[int]:
    return [n, *countdown(n - 1)] if n else []


class Model:
    bias = 10
    shape = electron(len)
    make = electron(list)
    tilted = electron(functools.partial(pow, 2))

    def __init__(self, weight: int) -> None:
        self.weight = weight

    @electron
    def predict(self, x: int, *, extra: int = 0) -> int:
        return self.weight * x + self.bias + extra

    @staticmethod
    @electron
    def doubled(x: int) -> int:
        return 2 * x

    @electron
    @staticmethod
    def tripled(x: int) -> int:
        return 3 * x

    @classmethod
    @electron
    def biased(cls, x: int) -> int:
        return cls.bias + x

    def plain(self, x: int) -> int:
        return self.weight + x

    def __call__(self, x: int) -> int:
        return -x

    @lattice
    def flow(self, x: int) -> Any:
        return self.predict(self.predict(x))

    @electron
    @lattice
    def part(self, x: int) -> Any:
        return self.predict(x) + 1


def test_an_electron_looks_like_its_function() -> None:
    assert same.__name__ == "same"
    assert same.__doc__ == "Gives back what it gets."
    assert same.__module__ == __name__
    assert repr(same) == "<electron same>"


def test_methods_are_electrons_bound_to_their_object(meaning: Evaluator) -> None:
    model = Model(3)
    assert model.predict(1) == Model.predict(model, 1) == 13
    assert meaning(lambda: [model.predict(same(2), extra=1), Model.predict(model, 1), model.doubled(same(4))]) == [
        17,
        13,
        8,
    ]


class Careful(Model):
    @electron
    def predict(self, x: int, *, extra: int = 0) -> Any:
        return 1000

    @lattice
    def flow(self, x: int) -> Any:
        return self.predict(x), super().predict(x), self.nameless(x)

    nameless = electron(lambda self, x: self.weight * 100 + x)


def test_a_method_under_an_override_or_without_a_name_is_the_one_that_runs(meaning: Evaluator) -> None:
    assert meaning(Careful(2).flow, 3) == Careful(2).flow(3) == (1000, 16, 203)


def test_static_and_class_methods_are_electrons(meaning: Evaluator) -> None:
    def body() -> Any:
        return [Model.doubled(1), Model(1).tripled(1), Model.tripled(2), Model.biased(1), Model(1).biased(2)]

    assert meaning(body) == body() == [2, 3, 6, 11, 12]


def test_builtins_partials_and_callables_as_class_attributes_are_not_bound(meaning: Evaluator) -> None:
    def body() -> Any:
        model = Model(1)
        return model.shape([1, 2]), model.make("ab"), model.tilted(3)

    assert meaning(body) == body() == (2, ["a", "b"], 8)


def test_lattices_can_be_methods_too(meaning: Evaluator) -> None:
    model = Model(2)
    assert model.flow(1) == 34
    assert meaning(model.flow, 1) == 34
    again = pickle.loads(cloudpickle.dumps(model.flow))
    assert (again(1), again.name, again.__name__) == (34, "flow", "flow")
    assert meaning(lambda: model.part(same(1))) == 13
    assert Model.flow.build_graph(model, 1).electrons == 2


@pytest.mark.parametrize(
    ("function", "args", "expected"),
    [
        (max, ([1, 3],), 3),
        (len, ("abc",), 3),
        (math.sqrt, (9,), 3),
        (sorted, ([2, 1],), [1, 2]),
        (lambda x: x + 1, (1,), 2),
        (functools.partial(pow, 2), (3,), 8),
        (functools.partial(pow, exp=2), (3,), 9),
        (Model(1), (5,), -5),
        (Model(4).plain, (5,), 9),
        ("a,b".split, (",",), ["a", "b"]),
        (int, ("7",), 7),
        (dict, ([(1, 2)],), {1: 2}),
        (np.add, (1, 2), 3),
        (np.mean, ([1, 3],), 2),
    ],
    ids=lambda x: getattr(x, "__name__", None) or type(x).__name__,
)
def test_anything_callable_can_be_an_electron(meaning: Evaluator, function: Any, args: Any, expected: Any) -> None:
    task = electron(function)
    assert task(*args) == expected
    assert meaning(lambda: task(*[same(arg) for arg in args])) == expected


def test_a_class_makes_objects_in_the_task(meaning: Evaluator) -> None:
    model = electron(Model)
    assert meaning(lambda: model(same(3)).plain(1)) == 4
    assert model.name == "Model"


@pytest.mark.parametrize("thing", [3, "f", None, [], classmethod(print)])
def test_what_cannot_be_called_cannot_be_an_electron(thing: Any) -> None:
    with pytest.raises(BuildError, match=f"not of {type(thing).__name__}"):
        Electron(thing)


def test_async_electrons_are_awaited(meaning: Evaluator) -> None:
    @electron
    async def later(x: int) -> int:
        return x + 1

    assert meaning(lambda: later(later(1))) == 3


def test_an_electron_called_by_another_runs_inside_it(meaning: Evaluator) -> None:
    assert meaning(lambda: countdown(same(3))) == [3, 2, 1]
    assert lattice(lambda: countdown(3)).build_graph().electrons == 1


def test_an_electron_can_be_an_argument(meaning: Evaluator) -> None:
    assert meaning(lambda: electron(lambda f, x: f(x))(countdown, 2)) == [2, 1]


# options ------------------------------------------------------------------------------------


def test_with_options_changes_a_copy() -> None:
    patient = countdown.with_options(retries=5, timeout=3)
    assert (patient.options.retries, patient.options.timeout, patient.options.executor) == (5, 3, "thread")
    assert countdown.options == Options(executor="thread", retries=2)
    assert patient.name == "countdown"
    assert patient.with_options(executor="inline").options == Options(executor="inline", retries=5, timeout=3)
    assert countdown.with_options().options == countdown.options


def test_with_options_can_say_zero() -> None:
    assert countdown.with_options(retries=0).options.retries == 0


def test_with_options_works_in_a_lattice_and_on_methods(meaning: Evaluator) -> None:
    model = Model(1)
    graph = lattice(
        lambda: (same.with_options(executor="inline")(1), same(2), model.predict.with_options(retries=1)(3))
    )
    built = graph.build_graph()
    assert [built.get_node_value(i, "executor") for i in range(3)] == ["inline", None, None]
    assert [built.get_node_value(i, "metadata")["retries"] for i in range(3)] == [None, None, 1]
    assert meaning(lambda: model.predict.with_options(retries=1)(same(3))) == 13


def test_unknown_options_are_errors() -> None:
    with pytest.raises(TypeError, match="retrys"):
        same.with_options(retrys=3)
    with pytest.raises(TypeError, match="backend"):
        electron(backend="local")(print)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "options",
    [{"retries": -1}, {"retries": 1.5}, {"retries": True}, {"timeout": 0}, {"timeout": "soon"}, {"timeout": True},
     {"timeout": float("nan")}, {"cores": 0}, {"cores": True}],
)  # fmt: skip
def test_options_that_make_no_sense_are_errors(options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(BuildError, match=f"{name}={options[name]!r}"):
        electron(**options)(print)


def test_an_electron_of_an_electron_keeps_what_the_inner_one_said() -> None:
    outer = electron(executor="inline")(countdown)
    assert outer.options == Options(executor="inline", retries=2)
    assert electron(countdown).options == countdown.options
    assert outer.function is countdown.function


def test_the_executor_can_be_assigned_later() -> None:
    task = electron(print)
    task.executor = "thread"
    assert task.executor == "thread"
    assert task.electron_object.executor == "thread"
    task.electron_object.executor = LocalExecutor(2)
    assert task.options.executor == LocalExecutor(2)


def test_the_executor_assigned_in_the_body_counts_from_then_on() -> None:
    task = electron(abs)

    def body() -> None:
        for name in ("thread", "inline", "thread"):
            task.executor = name
            task(1)

    graph = lattice(body).build_graph()
    assert [graph.executor_of(i) for i in range(3)] == ["thread", "inline", "thread"]
    assert len(graph.versions) == 2


# map, when ----------------------------------------------------------------------------------


def test_map_runs_once_per_element_of_a_list_known_later(meaning: Evaluator) -> None:
    assert meaning(lambda: same.map(same([1, 2, 3]))) == [1, 2, 3]
    assert meaning(lambda: electron(pow).map(same([1, 2]), same([3, 4]))) == [1, 16]
    assert meaning(lambda: sum([same.map(range(3))[0], 1])) == 1
    assert same.map([1, 2]) == [1, 2]


def test_map_insists_on_lists_of_one_length(meaning: Evaluator) -> None:
    with pytest.raises(ValueError, match=r"longer|shorter"):
        meaning(lambda: electron(pow).map(same([1, 2]), same([3])))


def test_when_runs_the_chosen_branch_only(meaning: Evaluator, tmp_path: Any) -> None:
    def branch(name: str) -> Any:
        return electron(lambda: (tmp_path / name).write_text(name))

    assert meaning(lambda: ct.when(same(3) > 2, branch("yes"), branch("no"))) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["yes"]
    assert meaning(lambda: ct.when(same(0), branch("yes"))) is None
    assert meaning(lambda: ct.when(same(0), branch("yes"), "plain")) == "plain"


def test_when_outside_a_lattice_branches_at_once() -> None:
    assert ct.when(True, lambda: 1, lambda: 2) == 1


# travelling ---------------------------------------------------------------------------------


@pytest.mark.parametrize("loads", [pickle.loads, cloudpickle.loads])
def test_an_electron_travels_with_its_options(loads: Any) -> None:
    again = loads(cloudpickle.dumps(countdown))
    assert (again.name, again.options, again.__name__) == ("countdown", countdown.options, "countdown")
    assert again(2) == [2, 1]


def test_copies_of_an_electron_are_electrons() -> None:
    import copy

    for again in (copy.copy(countdown), copy.deepcopy(countdown)):
        assert again.function is countdown.function
        assert again.options == countdown.options


def test_an_electron_that_cannot_be_pickled_is_named() -> None:
    import threading

    lock = threading.Lock()

    @electron
    def guarded() -> None:
        with lock:
            pass

    with pytest.raises(BuildError) as caught:
        lattice(lambda: guarded()).build_graph()
    assert "'guarded' cannot be pickled" in str(caught.value)
    assert "lock" in str(caught.value)
    assert "inside the electron" in str(caught.value)


def test_a_method_of_an_object_that_cannot_be_pickled_is_named() -> None:
    import threading

    model = Model(1)
    model.lock = threading.Lock()  # type: ignore[attr-defined]
    with pytest.raises(BuildError, match="'predict' cannot be pickled"):
        lattice(lambda: model.predict(1)).build_graph()


def test_an_electron_is_cached_where_it_says_so_else_as_its_lattice_says() -> None:
    yes, no, unset = electron(cache=True)(len), electron(cache=False)(len), electron(len)
    flow = lattice(cache=True)(lambda: [yes("a"), no("a"), unset("a"), unset.with_options(cache=False)("a")])
    graph = flow.build_graph()
    assert [graph.versions[version].options.cache for version in graph.version] == [True, False, True, False]
    assert unset.with_options(cache=True).options.cache is True


@pytest.mark.parametrize("cache", [1, "yes", 0])
def test_cache_is_true_or_false(cache: Any) -> None:
    with pytest.raises(BuildError, match="cache="):
        electron(cache=cache)


def test_options_travel_also_from_where_there_were_fewer() -> None:
    options = Options("thread", retries=2, cache=True)
    assert pickle.loads(pickle.dumps(options)) == options
    earlier = Options.__new__(Options)
    earlier.__setstate__(["thread", 2, None, None, (), ()])
    assert earlier == Options("thread", retries=2)


def test_a_timeout_may_be_written_as_people_do() -> None:
    assert [electron(timeout=5)(same).options.timeout, same.with_options(timeout="1.5h").options.timeout] == [5, 5400]
    with pytest.raises(BuildError, match="90s, 10m, 2h"):
        electron(timeout="soon")

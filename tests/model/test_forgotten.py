"""A forgotten @electron: the function is named where it can be nothing else, and nothing is said where it can."""

import functools
import json
import types
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.model.errors import BuildError
from jupyter_flow.model.forgotten import plain_ones


@jf.electron
def load(n: int) -> list[int]:
    """An electron."""
    return list(range(n))


def work(xs: Any) -> Any:
    """One that was to be one."""
    return [x for x in xs]  # noqa: C416


def dumps(xs: Any) -> Any:
    """The same; what fails is a library's."""
    return json.dumps(xs)


def branches(x: Any) -> Any:
    """The same, with another one within."""
    return work(x) if x else 0


def stage(n: Any) -> Any:
    """Calls electrons, in the middle of a lattice."""
    xs = load(n)
    return [x for x in xs]  # noqa: C416


def mistaken(x: Any) -> Any:
    """Has a mistake of its own."""
    return x * undefined  # type: ignore[name-defined]  # noqa: F821


def careful(x: Any, n: int) -> Any:
    """Says itself what is wrong."""
    if n < 0:
        raise ValueError("n is to be positive")
    return x


def makes(x: Any) -> Any:
    """Makes an electron of its own."""
    return [y for y in jf.electron(dumps)(x)]  # noqa: C416


def applies(step: Any, x: Any) -> Any:
    """Calls an electron that it was given."""
    return [y for y in step(x)]  # noqa: C416


def told(body: Any) -> str:
    """What the error of a lattice says beside its message."""
    try:
        jf.lattice(body).build_graph()
    except Exception as error:
        return "\n".join(getattr(error, "__notes__", ()))
    pytest.fail("it was built")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (lambda: work(load(3)), "work"),
        (lambda: work([load(3)][0]), "work"),
        (lambda: [work(xs) for xs in [load(3)]], "work"),
        (lambda: dumps([load(3)]), "dumps"),
        (lambda: branches(load(3)), "branches"),
        (lambda: jf.lattice(lambda: work(load(3)))(), "work"),
    ],
)
def test_a_plain_function_that_fails_on_an_output_is_named(body: Any, name: str) -> None:
    assert told(body) == (
        f"{name}() is a plain function, which runs while the lattice is built: what it was given is an output that is "
        "not computed yet. Is @electron (%%electron) missing above it?"
    )


@pytest.mark.parametrize(
    "body",
    [
        lambda: stage(load(3)),
        lambda: makes(load(3)),
        lambda: applies(load, load(3)),
        lambda: mistaken(load(3)),
        lambda: careful(load(3), -1),
        lambda: careful(3, -1),
        lambda: [x for x in load(3)],  # noqa: C416
        lambda: json.dumps(load(3)),
        lambda: 1 / 0,
    ],
)
def test_of_other_errors_nothing_is_said(body: Any) -> None:
    assert told(body) == ""


def test_of_a_lattice_without_electrons_the_functions_that_it_calls_are_named() -> None:
    assert plain_ones(lambda: [work([n]) for n in range(3)]) == (
        "work() is a plain function, which runs while the lattice is built. Is @electron (%%electron) missing above it?"
    )
    assert plain_ones(lambda: dumps(work([1]))).startswith("dumps() and work() are plain functions, which run while")


@pytest.mark.parametrize(
    "body",
    [
        lambda: 1,
        lambda: sum(range(3)),
        lambda: [load(n) for n in range(work(0))],
        lambda: stage(3) if work(0) else 0,
        lambda: work,
        lambda: [step(0) for step in STEPS if work(0)],
        lambda: work(TASKS.load),
        functools.partial(work, []),
        jf.lattice(lambda: work([])).workflow_function.__call__,
    ],
)
def test_nothing_is_said_of_a_lattice_that_may_well_be_without_electrons(body: Any) -> None:
    assert plain_ones(body) == ""
    assert plain_ones(lambda step: work(step), [load]) == ""


STEPS = [load]
TASKS = types.SimpleNamespace(load=load)


def test_a_dispatch_without_electrons_says_so() -> None:
    @jf.lattice
    def flow() -> Any:
        return work([1])

    with pytest.warns(UserWarning, match=r"'flow' calls no electron; work\(\) is a plain function"):
        id = jf.dispatch(flow)()
    assert id.result() == [1]
    with pytest.raises(BuildError, match=r"nothing to dispatch; work\(\) is a plain function"):
        jf.dispatch(lambda: work([1]))()

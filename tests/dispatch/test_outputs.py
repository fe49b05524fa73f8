from typing import Any

from jupyter_flow import electron, lattice
from jupyter_flow.dispatch.outputs import Outputs
from jupyter_flow.model.events import BlobRef

LARGE = BlobRef(b"d" * 32, 10**9)


@electron
def step(*inputs: Any) -> Any:
    return inputs


@lattice
def diamond() -> Any:
    first = step()
    return step(step(first, first), step(first))


def test_a_large_object_is_let_go_when_the_last_that_takes_it_has_completed() -> None:
    outputs = Outputs(diamond.build_graph())
    outputs.put(0, LARGE, {0: "large"}, consumers=2)
    outputs.put(1, b"1", {1: "small"}, consumers=1)
    assert outputs.objects == {0: "large", 1: "small"}
    outputs.put(2, b"2", {2: "small"}, consumers=1)
    assert outputs.objects == {1: "small", 2: "small"}
    assert outputs.values[0] is LARGE


def test_a_large_object_that_nobody_takes_is_not_held() -> None:
    outputs = Outputs(diamond.build_graph())
    outputs.put(3, LARGE, {3: "large"}, consumers=0)
    assert outputs.objects == {}
    assert outputs.weight == 0


def test_what_processes_made_has_no_object() -> None:
    outputs = Outputs(diamond.build_graph())
    outputs.put(0, b"abc", None, consumers=2)
    assert (outputs.objects, outputs.values, outputs.weight) == ({}, {0: b"abc"}, 3)

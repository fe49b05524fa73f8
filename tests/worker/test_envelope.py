import asyncio
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.model.events import BlobRef
from jupyter_flow.model.graph import LITERAL, MIXED, OUTPUT, OUTPUTS, PLAIN
from jupyter_flow.model.hooks import hooks
from jupyter_flow.model.literal import capture
from jupyter_flow.model.options import Options
from jupyter_flow.model.pickles import dumps
from jupyter_flow.store.blobs import Blobs
from jupyter_flow.worker import envelope
from jupyter_flow.worker.payload import Payload, nodes_in, split


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "store", "process")


def test_a_plain_function_is_called() -> None:
    assert envelope.call(divmod, (), (), [7, 2], {}) == (3, 1)


def test_a_coroutine_is_awaited() -> None:
    async def later(n: int) -> int:
        await asyncio.sleep(0)
        return n

    assert envelope.call(later, (), (), [3], {}) == 3


def test_hooks_run_around_the_function_and_give_it_arguments() -> None:
    told: list[str] = []

    def before() -> str:
        told.append("before")
        return "given"

    def function(n: int, word: str) -> tuple[int, str]:
        told.append("function")
        return n, word

    first, last = hooks(
        None, None, None, jf.DepsCall(before, retval_keyword="word"), jf.DepsCall(told.append, ("after",))
    )
    assert envelope.call(function, first, last, [1], {}) == (1, "given")
    assert told == ["before", "function", "after"]


def test_after_a_failure_no_hook_runs() -> None:
    told: list[str] = []

    def fails() -> None:
        raise ValueError("no")

    _, last = hooks(None, None, None, None, jf.DepsCall(told.append, ("after",)))
    with pytest.raises(ValueError, match="no"):
        envelope.call(fails, (), last, [], {})
    assert told == []


def test_a_sublattice_becomes_a_graph_on_the_worker(blobs: Blobs) -> None:
    double = jf.electron(lambda n: 2 * n)

    def body(many: int) -> list[Any]:
        return [double(n) for n in range(many)]

    graph = envelope.build("inner", body, ((), ()), Options(retries=2), [5], {}, blobs)
    assert graph.electrons == 5
    assert {version.options.retries for version in graph.versions if version.kind == "electron"} == {2}
    assert graph.result[0] == OUTPUT  # one node gathers what it returns


def test_arguments_are_put_together_from_values(blobs: Blobs) -> None:
    payload = Payload(blobs)
    values = {0: dumps([1]), 1: payload.pack(b"x" * 100_000)}
    assert isinstance(values[1], BlobRef)
    literal = capture({"a": (1, 2)}, blobs.write, None)
    call = (bytes([0, OUTPUT, LITERAL]), ("atom", 1, literal), ("named",))
    args, kwargs = payload.arguments(MIXED, call, values)
    assert args == ["atom", b"x" * 100_000]
    assert kwargs == {"named": {"a": (1, 2)}}
    assert payload.arguments(OUTPUTS, (0, 0), values) == ([[1], [1]], {})
    assert payload.arguments(PLAIN, (1, "b"), values) == ((1, "b"), {})


def test_every_use_of_a_value_is_a_copy_of_its_own(blobs: Blobs) -> None:
    args, _ = Payload(blobs).arguments(OUTPUTS, (0, 0), {0: dumps([1])})
    args[0].append(2)
    assert args[1] == [1]


def test_a_call_names_the_nodes_it_needs() -> None:
    assert nodes_in(PLAIN, (1, 2)) == ()
    assert nodes_in(OUTPUTS, (4, 5)) == (4, 5)
    assert nodes_in(MIXED, (bytes([0, OUTPUT]), (9, 3), ())) == [3]


def test_the_last_arguments_go_by_name() -> None:
    assert split((b"\0\0\0", (1, 2, 3), ("c",)), lambda _, item: item) == ([1, 2], {"c": 3})

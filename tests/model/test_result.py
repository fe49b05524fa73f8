import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from jupyter_flow import electron, lattice
from jupyter_flow.model.display import Display
from jupyter_flow.model.errors import (
    DispatchError,
    ElectronCancelled,
    ElectronError,
    ElectronTimeout,
    ResultUnserializable,
    WorkerLost,
)
from jupyter_flow.model.events import (
    COMPLETED,
    FAILED,
    RUNNING,
    SKIPPED,
    STATUS_OF,
    WAITING,
    BlobRef,
    Failure,
    Origin,
    Record,
    Value,
)
from jupyter_flow.model.graph import TransportGraph
from jupyter_flow.model.pickles import pack
from jupyter_flow.model.printed import Seen
from jupyter_flow.model.progress import Progress
from jupyter_flow.model.result import MOST_NODES, Place, Result
from jupyter_flow.model.status import Status

SECOND = 10**9


@electron
def load(path: str) -> Any:
    return path


@electron(executor="thread")
def train(data: Any, *, rate: float = 0.1) -> Any:
    return data


@lattice
def flow(path: str) -> Any:
    """Trains."""
    data = load(path)
    return {"model": train(data, rate=0.5), "size": data[0]}


@dataclass
class Told:
    """What a result asks, answered from a dict of records."""

    graph: TransportGraph
    records: dict[int, list[Record]] = field(default_factory=dict)
    status: Status = Status.COMPLETED
    states: dict[int, int] = field(default_factory=dict)
    inputs: tuple[tuple[Any, ...], dict[str, Any]] | Exception = ((), {})
    error: str | None = None
    started: int = SECOND
    ended: int = 3 * SECOND
    id: str = "some-id"
    root: str = "root-id"
    folder: str = "/runs/some-id"
    inner: Result | None = None
    loaded: list[Value] = field(default_factory=list)
    now: Seen = field(default_factory=Seen)

    @property
    def name(self) -> str:
        return self.graph.name

    def state_of(self, node: int) -> Status:
        records = self.records.get(node)
        return STATUS_OF[self.states.get(node, records[-1].status if records else WAITING)]

    def given(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if isinstance(self.inputs, Exception):
            raise self.inputs
        return self.inputs

    def begun(self, node: int) -> int:
        return 2 * SECOND if self.states.get(node) == RUNNING else 0

    def attempts(self, node: int) -> list[Record]:
        return self.records.get(node, [])

    def seen(self, node: int) -> Seen:
        return self.now

    def load(self, value: Value) -> Any:
        self.loaded.append(value)
        return "large" if isinstance(value, BlobRef) else pickle.loads(value)

    def text(self, value: Value) -> bytes:
        return b"large" if isinstance(value, BlobRef) else value

    def fill(self, literal: Any, inputs: list[Any]) -> Any:
        return literal.load(literal.data, (), inputs)

    def inside(self, node: int) -> Result | None:
        return self.inner

    def place(self, worker: int) -> Place:
        return Place("local-1", "local", "here", 42, f"worker {worker}")


def done(node: int, value: Any, stdout: bytes | None = None) -> list[Record]:
    return [Record(node, 1, COMPLETED, SECOND, 2 * SECOND, 7, pack(value), stdout)]


def failed(node: int, failure: Failure, status: int = FAILED) -> list[Record]:
    return [Record(node, 1, status, SECOND, 2 * SECOND, 7, failure=failure)]


def told(**more: Any) -> Told:
    records = {0: done(0, ["a", "b"], b"read\xff\n"), 1: done(1, "fitted"), 2: done(2, "a")}
    return Told(flow.build_graph("p"), records, inputs=(("p",), {"k": 1}), **more)


def test_a_result_prints_in_the_layout_of_covalent() -> None:
    assert str(Result(told())) == (
        "\nLattice Result\n==============\nstatus: COMPLETED\nresult: {'model': 'fitted', 'size': 'a'}\n"
        "input args: 'p'\ninput kwargs: 'k': 1\nerror: None\n\n"
        "start_time: 1970-01-01 00:00:01\nend_time: 1970-01-01 00:00:03\n\n"
        "results_dir: /runs/some-id\ndispatch_id: some-id\n\n"
        "Node Outputs\n------------\nload(0): ['a', 'b']\ntrain(1): 'fitted'\n"
    )
    assert repr(Result(told())) == "<Result flow: COMPLETED, {'model': 'fitted', 'size': 'a'}>"


def test_a_running_dispatch_shows_how_far_it_is() -> None:
    view = told(status=Status.RUNNING, ended=0)
    view.records = {0: done(0, 1)}
    view.states = {1: RUNNING}
    result = Result(view)
    assert (result.result, result.end_time) == (None, None)
    assert "load(0): 1\ntrain(1): RUNNING\n" in str(result)
    assert result.nodes[1].start_time == datetime(1970, 1, 1, 0, 0, 2)
    assert result.nodes[1].end_time is None
    assert repr(result) == "<Result flow: RUNNING>"
    result.raise_for_status()


def test_what_an_interrupted_dispatch_had_not_begun_reads_so() -> None:
    view = told(status=Status.INTERRUPTED)
    view.records, view.states = {0: done(0, 1)}, {}
    assert "load(0): 1\ntrain(1): never begun\n" in str(Result(view))
    node = Result(view).nodes[1]
    assert (node.status, node.standing, repr(node)) == (
        Status.NEW_OBJECT, "never begun", "<node 1 train: never begun>",
    )  # fmt: skip


def test_long_outputs_and_many_nodes_are_cut() -> None:
    graph = lattice(lambda: [load(str(i)) for i in range(MOST_NODES + 5)]).build_graph()
    records = {node: done(node, "x" * 5000) for node in range(len(graph))}
    text = str(Result(Told(graph, records)))
    assert text.endswith("… and 5 more\n")
    assert max(map(len, text.splitlines())) < 1100


def test_values_are_loaded_when_they_are_looked_at() -> None:
    view = told()
    result = Result(view)
    nodes, inputs, outputs = result.nodes, result.inputs, result.get_all_node_outputs()
    assert view.loaded == []
    assert (nodes[1].output, inputs.get_deserialized()) == ("fitted", {"args": ("p",), "kwargs": {"k": 1}})
    assert list(outputs) == ["load(0)", "train(1)", ":load[0](2)"]
    assert outputs["load(0)"] == ["a", "b"]
    assert len(view.loaded) == 2


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


def test_a_result_prints_even_where_its_values_cannot_be_shown() -> None:
    view = told()
    view.inputs = DispatchError("an argument is not recorded")
    view.records[0] = done(0, Unprintable())
    view.records[1] = [Record(1, 1, COMPLETED, 1, 2, 7, b"not a pickle")]
    text, brief = str(Result(view)), repr(Result(view))
    assert "input args: <cannot be shown: DispatchError: an argument is not recorded>\n" in text
    assert "load(0): <cannot be shown: RuntimeError: no words>\n" in text
    assert "result: <cannot be shown: UnpicklingError" in text
    assert "COMPLETED, <cannot be shown" in brief
    view.inputs = (Unprintable(), 1), {"k": Unprintable()}
    assert "no words>, 1\ninput kwargs: 'k': <cannot" in str(Result(view))
    view.inputs = DispatchError("an argument is not recorded")
    with pytest.raises(DispatchError):
        Result(view).inputs.get_deserialized()


def test_a_node_knows_what_it_got_gave_wrote_and_where_it_ran() -> None:
    first, second = Result(told()).nodes
    assert (first.name, first.kind, first.status) == ("load", "electron", Status.COMPLETED)
    assert (first.inputs, second.inputs) == ({"path": "p"}, {"data": ["a", "b"], "rate": 0.5})
    assert (first.stdout, first.stderr) == ("read\ufffd\n", "")
    assert (first.resource, first.host, first.pid, first.worker) == ("local-1", "here", 42, "worker 7")
    assert (first.executor, second.executor) == (None, "thread")
    assert (first.start_time, first.end_time) == (datetime(1970, 1, 1, 0, 0, 1), datetime(1970, 1, 1, 0, 0, 2))
    assert repr(first) == "<node 0 load: COMPLETED>"
    assert repr(first.attempts) == "[<attempt 1 of node 0: COMPLETED after 1 s>]"
    assert (first.error, first.sublattice_result, first.has_output, len(first.attempts)) == (None, None, True, 1)


def test_a_node_that_gave_none_has_an_output() -> None:
    view = told()
    view.records[0] = done(0, None)
    node = Result(view).node(0)
    assert node.has_output
    assert node.output is None
    assert "load(0)" in Result(view).get_all_node_outputs()


def test_long_output_of_a_node_is_read_from_the_store() -> None:
    view = told()
    view.records[0] = [Record(0, 1, COMPLETED, 1, 2, 7, pack(1), BlobRef(b"d", 10**6))]
    view.text = lambda value: b"much"  # type: ignore[method-assign]
    assert Result(view).node(0).stdout == "much"


def test_displays_are_read_when_they_are_looked_at_for_each_attempt() -> None:
    view = told()
    text = b'[{"data": {"text/plain": "%d"}, "metadata": {}}]'
    first = failed(0, Failure("raised", "E", "m", ""))[0]._replace(displays=text % 1, stdout=b"one")
    view.records[0] = [first, done(0, 1)[0]._replace(displays=text % 2)]
    node = Result(view).node(0)
    assert node.displays == [Display({"text/plain": "2"}, {})]
    assert [printed.stdout for printed in node.printed] == ["one", ""]
    assert [printed.displays for printed in node.printed] == [[Display({"text/plain": n}, {})] for n in "12"]
    assert node.progress is None


def test_a_node_that_runs_tells_what_it_has_printed_so_far() -> None:
    bar = b"\r 50%|##   | 1/2 [00:01<00:01, 1it/s]"
    view = told(states={0: RUNNING}, now=Seen(7, b"out", bar, b'[{"data": {}, "metadata": {}}]'))
    view.records[0] = failed(0, Failure("raised", "E", "m", ""))
    node = Result(view).node(0)
    assert (node.stdout, node.stderr, node.displays) == ("out", bar.decode(), [Display({}, {})])
    assert node.progress == Progress(0.5, "1/2 [00:01<00:01, 1it/s]")
    assert [printed.stdout for printed in node.printed] == ["", "out"]


def test_glue_is_among_all_nodes_but_not_among_nodes() -> None:
    result = Result(told())
    assert [node.name for node in result.nodes] == ["load", "train"]
    assert [record["node_name"] for record in result.get_all_node_results()] == ["load", "train", ":load[0]"]
    assert result.node(2).kind == "glue"


@pytest.mark.parametrize("node", [-1, 3])
def test_a_node_that_does_not_exist_is_an_index_error(node: int) -> None:
    with pytest.raises(IndexError, match="nodes 0 to 2"):
        Result(told()).get_node_result(node)


def test_values_can_be_left_out() -> None:
    bare = Result(told(), output=False, intermediate=False)
    assert bare.result is None
    assert bare.get_node_result(0)["output"] is None
    assert Result(told()).get_node_result(0)["output"] == ["a", "b"]


def test_the_lattice_of_a_result_has_its_name_words_and_text() -> None:
    recorded = Result(told()).lattice
    assert (recorded.__name__, recorded.__doc__, repr(recorded)) == ("flow", "Trains.", "<lattice flow>")
    assert "data = load(path)" in recorded.workflow_function_string
    assert len(recorded.transport_graph) == 3


# failures -----------------------------------------------------------------------------------

RAISED = Failure(
    "raised", "ValueError", "bad data", "Traceback: the user's lines", pickle.dumps(ValueError("bad data"))
)


def broken(failure: Failure, **more: Any) -> Result:
    view = told(status=Status.FAILED, error="1 electron failed", **more)
    view.records = {0: done(0, [1]), 1: failed(1, failure)}
    return Result(view)


def test_the_electrons_own_exception_is_raised_with_its_remote_traceback() -> None:
    with pytest.raises(ValueError, match="bad data") as caught:
        broken(RAISED).raise_for_status()
    assert caught.value.__notes__ == [
        "in electron 'train', node 1: train(data=load, rate=0.5):\nTraceback: the user's lines"
    ]


class Travelled(ValueError):
    """Brings its traceback along when it is pickled, as every exception does where tblib is, so with Dask."""

    def __reduce__(self) -> tuple[Any, ...]:
        return raised_again, self.args


def raised_again(text: str) -> Travelled:
    try:
        raise Travelled(text)
    except Travelled as error:
        return error


def test_a_traceback_that_came_with_the_exception_is_not_told_beside_the_one_in_words() -> None:
    came = RAISED._replace(exception=pickle.dumps(Travelled("bad data")))
    with pytest.raises(Travelled) as caught:
        broken(came).raise_for_status()
    assert "raised_again" not in [frame.name for frame in caught.traceback]
    with pytest.raises(Travelled) as caught:
        broken(came._replace(traceback="")).raise_for_status()
    assert "raised_again" in [frame.name for frame in caught.traceback], "it is all that there is"


def test_a_failed_node_is_shown_with_its_reason() -> None:
    result = broken(RAISED)
    record = result.get_node_result(1)
    assert (record["status"], record["output"]) == ("FAILED", None)
    assert record["error"] == "Traceback: the user's lines"
    assert "train(1): FAILED" in str(result)
    assert result.result is None
    assert broken(RAISED._replace(traceback="")).get_node_result(1)["error"] == "ValueError: bad data"


@pytest.mark.parametrize("exception", [None, b"not a pickle", pickle.dumps("no exception")])
def test_an_exception_that_did_not_survive_is_told_in_words(exception: bytes | None) -> None:
    with pytest.raises(ElectronError, match="electron 'train' failed: ValueError: bad data") as caught:
        broken(RAISED._replace(exception=exception)).raise_for_status()
    assert caught.value.__notes__ == [
        "in electron 'train', node 1: train(data=load, rate=0.5):\nTraceback: the user's lines"
    ]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("worker_lost", WorkerLost),
        ("timed_out", ElectronTimeout),
        ("cancelled", ElectronCancelled),
        ("result_unserializable", ResultUnserializable),
        ("input", ElectronError),
    ],
)
def test_each_kind_of_failure_has_its_exception(kind: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"electron 'train' failed: .*why") as caught:
        broken(Failure(kind, "Some", "why", "")).raise_for_status()
    assert type(caught.value) is error


def test_a_dispatch_that_was_cancelled_says_so() -> None:
    view = told(status=Status.CANCELLED)
    view.records = {}
    with pytest.raises(ElectronCancelled, match="dispatch some-id is CANCELLED"):
        Result(view).raise_for_status()


def test_a_failed_sublattice_raises_what_failed_inside_it() -> None:
    whole = lattice(lambda: electron(flow)("p")).build_graph()
    view = Told(whole, {0: failed(0, RAISED)}, Status.FAILED, inner=broken(RAISED))
    with pytest.raises(ValueError, match="bad data") as caught:
        Result(view).raise_for_status()
    assert "'train'" in caught.value.__notes__[0]


def test_outputs_that_are_missing_from_a_result_are_none() -> None:
    view = told()
    view.records.pop(1)
    assert Result(view).result == {"model": None, "size": "a"}


@pytest.mark.parametrize("body", [lambda: 5, lambda: load("x"), lambda: [load("x"), 1]])
def test_every_shape_of_a_result_is_read(body: Callable[[], Any]) -> None:
    view = Told(lattice(body).build_graph(), {0: done(0, "x")})
    assert Result(view).result in (5, "x", ["x", 1])


def test_a_node_says_whether_its_value_was_in_the_cache_and_who_computed_it() -> None:
    view = told()
    view.records[1] = [done(1, "fitted")[0]._replace(worker=0, origin=Origin("other", 3))]
    ran, cached = Result(view).nodes
    assert (ran.cached, ran.cached_from) == (False, None)
    assert (cached.cached, cached.cached_from, cached.worker) == (True, ("other", 3), "")


def test_an_attempt_is_shown_in_a_line_without_its_values() -> None:
    why = Failure("raised", "ValueError", "no\nluck " + "x" * 500, "Traceback …")
    attempt = repr(Record(3, 2, FAILED, 10**9, 10**9 + 120_000_000, 7, b"value", failure=why))
    assert attempt.startswith("<attempt 2 of node 3: FAILED after 0.12 s, ValueError: no\\nluck xxx")
    assert (attempt.endswith("x…>"), len(attempt) < 300, "value" in attempt) == (True, True, False)
    assert repr(Record(3, 0, SKIPPED, 0, 5, 0)) == "<attempt 0 of node 3: SKIPPED>"

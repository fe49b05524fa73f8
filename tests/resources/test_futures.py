"""Electrons in pools of somebody else's."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import FuturesExecutor
from jupyter_flow.model.errors import BuildError
from tests.resources import gates, pools
from tests.waiting import until

Run = Callable[..., Any]
Eventually = Callable[..., None]
say = print
FORK = get_context("fork")


# ipyparallel's engines take ten seconds to come up
@pytest.fixture(
    scope="module", params=[pytest.param(k, marks=pytest.mark.slow) if k == "ipyparallel" else k for k in pools.KINDS]
)
def pool(request: pytest.FixtureRequest) -> Iterator[Any]:
    with pools.pool_of(request.param) as pool:
        yield pool


@pytest.fixture(autouse=True)
def _gates() -> Iterator[None]:
    gates.reset()
    yield
    gates.gate.set()


def info_of(executor: FuturesExecutor) -> Any:
    id = jf.session().dispatcher.resources.get(executor).id
    return next(info for info in jf.session().resources if info.id == id)


def test_an_electron_is_in_a_pool_what_it_is_elsewhere(pool: Any, run: Run) -> None:
    @jf.electron
    def place(n: int) -> tuple[int, str, int]:
        say("here", n)
        display({"text/plain": f"shown {n}"}, raw=True)  # type: ignore[name-defined]  # noqa: F821
        return os.getpid(), jf.get_context().dispatch_id, n

    @jf.electron
    def doubled(values: list[Any]) -> Any:
        return sum(n for _, _, n in values) * 2

    @jf.electron
    def large() -> bytes:
        return os.urandom(200_000)

    @jf.electron
    def length(data: bytes) -> int:
        return len(data)

    @jf.electron
    def raises(n: int) -> float:
        return n / 0

    @jf.electron
    def locked() -> Any:
        return threading.Lock()

    @jf.electron
    def exits() -> None:
        raise SystemExit(3)

    @jf.electron
    @jf.lattice
    def inside(n: int) -> Any:
        return length(large()), place(n)

    @jf.lattice(executor=FuturesExecutor(pool))
    def flow() -> Any:
        places = [place(n) for n in range(4)]
        raises(1)
        locked()
        exits()
        return doubled(places), length(large()), inside(7)

    outcome = run(flow)
    nodes = {node.name: node for node in outcome.nodes}
    assert nodes["doubled"].output == 12
    assert nodes["length"].output == 200_000
    assert nodes["inside"].output[0] == 200_000
    assert nodes["inside"].output[1][2] == 7
    first = next(node for node in outcome.nodes if node.name == "place")
    pid, dispatch, n = first.output
    assert (first.stdout, first.pid, first.host, dispatch) == (
        f"here {n}\n",
        pid,
        socket.gethostname(),
        outcome.dispatch_id,
    )
    assert first.end_time >= first.start_time
    assert {node.name: node.error.kind for node in outcome.nodes if node.error} == {
        "raises": "raised", "locked": "result_unserializable", "exits": "raised"
    }  # fmt: skip
    trace = nodes["raises"].error.traceback
    assert "return n / 0" in trace
    assert "jupyter_flow/" not in trace
    assert nodes["exits"].error.type == "SystemExit"
    assert info_of(FuturesExecutor(pool)).remark == "what runs in it cannot be stopped"


def test_code_is_sent_once_to_each_process(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_flow.resources.flights import Flights

    sent: list[bool] = []
    order = Flights.order
    monkeypatch.setattr(Flights, "order", lambda *of: sent.append((made := order(*of)).code is not None) or made)

    @jf.electron
    def plus(n: int) -> int:
        return n + 1

    with ProcessPoolExecutor(1) as pool:

        @jf.lattice(executor=FuturesExecutor(pool))
        def chain() -> Any:
            return plus(plus(plus(plus(0))))

        assert run(chain).result == 4
    assert sent == [True, False, False, False]


def test_a_process_that_does_not_know_the_code_says_so_and_gets_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_flow.resources.flights import Flights

    monkeypatch.setattr(Flights, "_new", lambda *of: False)

    @jf.electron
    def plus(n: int) -> int:
        return n + 1

    with ProcessPoolExecutor(1) as pool:

        @jf.lattice(executor=FuturesExecutor(pool))
        def one() -> Any:
            return plus(1)

        assert run(one).result == 2


def test_what_an_electron_and_its_subprocess_print_is_seen_while_it_runs(
    run: Run, eventually: Eventually, tmp_path: Path
) -> None:
    go = tmp_path / "go"

    @jf.electron
    def talks() -> None:
        say("from Python", flush=True)
        os.system("echo from a shell; echo trouble >&2")
        until(go.exists)

    with ProcessPoolExecutor(1) as pool:

        @jf.lattice(executor=FuturesExecutor(pool, log_stdout=str(tmp_path / "log")))
        def flow() -> None:
            talks()

        id = jf.dispatch(flow)()
        node = lambda: jf.get_result(id).nodes[0]  # noqa: E731
        eventually(lambda: node().stdout == "from Python\nfrom a shell\n" and node().stderr == "trouble\n")
        assert (node().status, node().pid) == ("RUNNING", node().pid)
        assert node().pid != os.getpid()
        go.touch()
        assert jf.get_result(id, wait=True).nodes[0].stdout == "from Python\nfrom a shell\n"
    assert (tmp_path / "log").read_text() == "from Python\nfrom a shell\n"


def test_what_is_cancelled_before_it_began_never_runs_and_what_runs_is_given_up(
    run: Run, eventually: Eventually, tmp_path: Path
) -> None:
    @jf.electron
    def stuck() -> str:
        gates.stuck()
        gates.seen.append(1)
        return "too late"

    @jf.electron
    def counted() -> None:
        gates.seen.append(2)

    with ThreadPoolExecutor(2) as pool:
        executor = FuturesExecutor(pool)

        @jf.lattice(executor=executor)
        def flow() -> None:
            stuck()
            counted()

        blockers = [pool.submit(gates.stuck) for _ in range(2)]
        id = jf.dispatch(flow)()
        eventually(lambda: info_of(executor).queued == 2)
        id.cancel()
        assert [str(n.status) for n in jf.get_result(id, wait=True).nodes] == ["CANCELLED"] * 2
        gates.gate.set()
        for blocker in blockers:
            blocker.result(30)
    assert gates.seen == []


def test_a_timeout_says_that_it_may_still_run_and_a_retry_that_an_earlier_one_does(
    run: Run, eventually: Eventually
) -> None:
    @jf.electron(timeout=0.3, retries=1)
    def stuck() -> str:
        if jf.get_context().attempt == 1:
            gates.stuck()
            gates.seen.append(1)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        executor = FuturesExecutor(pool)

        @jf.lattice(executor=executor)
        def flow() -> Any:
            return stuck()

        outcome = run(flow)
        assert outcome.result == "done"
        first, second = outcome.nodes[0].attempts
        assert first.failure.kind == "timed_out"
        assert "it may still run, for what runs in a pool cannot be stopped" in first.failure.message
        assert outcome.nodes[0].stderr == "jupyter_flow: attempt 1 was given up, and may still run beside this one\n"
        assert second.failure is None
        assert "1 of its 2 workers still run what was given up" in info_of(executor).remark
        gates.gate.set()
        eventually(lambda: gates.seen)
        eventually(lambda: "given up" not in info_of(executor).remark)
    assert jf.get_result(outcome.dispatch_id).nodes[0].output == "done"


def dies(counter: Path) -> None:
    with open(counter, "ab") as file:
        file.write(b"x")
    say("last words", flush=True)
    os._exit(3)


def test_a_pool_that_breaks_fails_what_ran_there_and_says_how_to_go_on(run: Run, tmp_path: Path) -> None:
    die, counter = jf.electron(dies), tmp_path / "count"

    @jf.electron
    def one() -> int:
        return 1

    with ProcessPoolExecutor(1) as pool:

        @jf.lattice(executor=FuturesExecutor(pool))
        def flow() -> None:
            one()
            jf.wait(die(counter), [one()])

        @jf.lattice(executor=FuturesExecutor(pool))
        def after() -> Any:
            return one()

        outcome = run(flow)
        node = outcome.nodes[1]
        assert (node.error.kind, node.error.type, node.stdout) == ("worker_lost", "WorkerLost", "last words\n")
        assert "lost it while it ran (pid " in node.error.message
        assert "make a new ProcessPoolExecutor and an executor over that" in node.error.message
        assert [str(n.status) for n in outcome.nodes] == ["COMPLETED", "FAILED", "COMPLETED"]
        again = run(after)
    assert again.nodes[0].error.kind == "worker_lost"
    assert "its pool, ProcessPoolExecutor, is broken" in again.nodes[0].error.message
    assert counter.read_bytes() == b"x"


def test_a_pool_that_a_function_makes_is_made_when_needed_and_anew_when_it_broke(run: Run, tmp_path: Path) -> None:
    made: list[Any] = []

    def make() -> Any:
        made.append(ProcessPoolExecutor(1))
        return made[-1]

    die, counter = jf.electron(dies, retries=1), tmp_path / "count"

    @jf.electron
    def plus(n: int) -> int:
        return n + 1

    @jf.lattice(executor=FuturesExecutor(make))
    def flow() -> Any:
        die(counter)
        return [plus(n) for n in range(5)]

    assert made == []
    outcome = run(flow)
    assert [str(node.status) for node in outcome.nodes] == ["FAILED", *["COMPLETED"] * 5]
    assert "it is made anew for what comes next" in outcome.nodes[0].error.message
    assert counter.read_bytes() == b"xx"  # an attempt each: what had not begun is no attempt
    assert len(made) >= 2


def test_a_pool_of_which_all_workers_are_held_is_made_anew_where_that_is_possible(run: Run) -> None:
    @jf.electron(timeout=0.2)
    def stuck() -> None:
        gates.stuck()

    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice(executor=FuturesExecutor(partial(ThreadPoolExecutor, 1)))
    def flow() -> Any:
        stuck()
        return one()

    outcome = run(flow)
    assert [str(node.status) for node in outcome.nodes] == ["FAILED", "COMPLETED"]


def one_on(executor: FuturesExecutor) -> Any:
    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice(executor=executor)
    def flow() -> Any:
        return one()

    return jf.dispatch_sync(flow)().nodes[0]


def test_a_pool_that_was_shut_down_is_told_and_one_that_can_be_made_is_made() -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    error = one_on(FuturesExecutor(pool)).error
    assert (error.kind, error.traceback) == ("worker_lost", "")
    assert "its pool, ThreadPoolExecutor, has been shut down" in error.message
    made: list[ThreadPoolExecutor] = []
    executor = FuturesExecutor(lambda: made.append(ThreadPoolExecutor(1)) or made[-1])
    assert one_on(executor).output == 1
    made[0].shutdown()
    assert one_on(executor).output == 1
    assert len(made) == 2


class Asks:
    """A pool that asks its thread how many workers it has, as executorlib's do: once that has ended, for ever."""

    def __init__(self) -> None:
        self.inner, self.down = ThreadPoolExecutor(1), False

    @property
    def max_workers(self) -> int:
        if self.down:
            threading.Event().wait()
        return 1

    def submit(self, *arguments: Any) -> Any:
        return self.inner.submit(*arguments)


def test_a_pool_that_never_says_how_many_workers_it_has_holds_nobody_up() -> None:
    pool, never = Asks(), Asks()
    assert one_on(FuturesExecutor(pool)).output == 1
    pool.inner.shutdown()
    pool.down = never.down = True
    assert "its pool, Asks, has been shut down" in one_on(FuturesExecutor(pool)).error.message
    assert one_on(FuturesExecutor(never)).output == 1


def no_pool() -> Any:
    return {"not": "a pool"}


def fails() -> Any:
    raise OSError("no queue for you")


@pytest.mark.parametrize(
    ("factory", "told"),
    [
        (no_pool, "no_pool() made no pool, but a dict, which has no submit()"),
        (fails, "its pool could not be made: fails() raised OSError: no queue for you"),
        (partial(ProcessPoolExecutor, 1, initializer=dies, initargs=("/dev/null",)), "do not start (BrokenProcessPool"),
    ],
)
def test_a_factory_that_makes_no_pool_that_works_is_told(factory: Any, told: str) -> None:
    error = one_on(FuturesExecutor(factory)).error
    assert error.kind == "worker_lost"
    assert told in error.message


def hide() -> None:
    import sys

    for name in [name for name in sys.modules if name.startswith("jupyter_flow")]:
        del sys.modules[name]
    sys.modules["jupyter_flow"] = None  # type: ignore[assignment]


def test_workers_that_lack_the_package_are_told_with_what_to_install() -> None:
    with ProcessPoolExecutor(1, initializer=hide) as pool:
        error = one_on(FuturesExecutor(pool)).error
    assert error.kind == "worker_lost"
    assert "lack what electrons need (ModuleNotFoundError" in error.message
    assert f"jupyter_flow {jf.__version__}" in error.message


def test_another_version_of_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = {"Python": "3.10.1", "cloudpickle": "3", "jupyter_flow": jf.__version__}
    monkeypatch.setattr("jupyter_flow.worker.pooled.versions", lambda: ours)
    with ThreadPoolExecutor(1) as pool:
        error = one_on(FuturesExecutor(pool)).error
    assert "have Python 3.10.1, this kernel has 3." in error.message


@pytest.mark.parametrize("initializer", [pools.blind, pools.blind_one], ids=["all", "one of them"])
def test_values_travel_with_the_electrons_where_workers_do_not_see_the_store(initializer: Any, run: Run) -> None:
    @jf.electron
    def large(n: int, given: bytes) -> bytes:
        say("x" * 100_000)
        return bytes([n]) * len(given)

    @jf.electron
    def lengths(parts: list[bytes]) -> int:
        return sum(map(len, parts))

    @jf.electron
    @jf.lattice
    def inside(given: bytes) -> Any:
        return large(1, given)

    @jf.electron
    def raises() -> None:
        raise KeyError("x")

    given = os.urandom(100_000)
    args = () if initializer is pools.blind else (FORK.Value("i", 0),)
    with ProcessPoolExecutor(2, mp_context=FORK, initializer=initializer, initargs=args) as pool:
        executor = FuturesExecutor(pool)

        @jf.lattice(executor=executor)
        def flow() -> Any:
            raises()
            return lengths([large(n, given) for n in range(6)]), inside(given)

        outcome = run(flow)
        remark = info_of(executor).remark
    assert outcome.nodes[0].error.type == "KeyError"
    nodes = {node.name: node for node in outcome.nodes}
    assert nodes["lengths"].output == 600_000
    assert nodes["inside"].output == b"\1" * 100_000
    assert len(nodes["large"].stdout) == 100_001
    assert "its workers do not see the store" in remark


def test_where_output_cannot_be_seen_while_it_runs_the_node_says_so(eventually: Eventually, tmp_path: Path) -> None:
    go = tmp_path / "go"

    @jf.electron
    def waits() -> None:
        say("hello", flush=True)
        until(go.exists)

    with ProcessPoolExecutor(1, mp_context=FORK, initializer=pools.blind) as pool:

        @jf.lattice(executor=FuturesExecutor(pool))
        def flow() -> None:
            waits()

        id = jf.dispatch(flow)()
        eventually(lambda: jf.get_result(id).nodes[0].status == "RUNNING")
        assert "the workers of its pool do not see the store" in jf.get_result(id).nodes[0].stderr
        go.touch()
        node = jf.get_result(id, wait=True).nodes[0]
    assert (node.stdout, node.stderr) == ("hello\n", "")


def test_an_engine_that_runs_an_electron_again_runs_it_once(run: Run) -> None:
    @jf.electron
    def counted() -> int:
        gates.seen.append(1)
        return 1

    with pools.Twice(1) as pool:

        @jf.lattice(executor=FuturesExecutor(pool))
        def flow() -> Any:
            return counted()

        outcome = run(flow)
    assert gates.seen == [1]
    assert outcome.nodes[0].error.kind == "worker_lost"
    assert "began it a second time" in outcome.nodes[0].error.message


def test_a_worker_that_died_is_missed_also_where_the_pool_says_nothing(run: Run, tmp_path: Path) -> None:
    die = jf.electron(dies)

    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice(executor=FuturesExecutor(pools.Silent(), workers=2))
    def flow() -> None:
        die(tmp_path / "count")
        one()

    outcome = run(flow)
    assert [str(node.status) for node in outcome.nodes] == ["FAILED", "COMPLETED"]
    assert outcome.nodes[0].error.kind == "worker_lost"
    assert "its process is dead, and the pool has not said so" in outcome.nodes[0].error.message
    assert outcome.nodes[0].stdout == "last words\n"


def test_a_view_that_runs_a_call_on_every_engine_is_refused() -> None:
    class Everywhere(ThreadPoolExecutor):
        def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
            return super().submit(lambda: [function(*args, **kwargs)] * 2)

    with Everywhere(1) as pool:
        assert "runs each call on several workers" in one_on(FuturesExecutor(pool)).error.message


def test_what_a_pool_cannot_give_is_refused_before_anything_runs() -> None:
    with ThreadPoolExecutor(1) as pool:
        for options in ({"cores": 2}, {"memory": "1GB"}):

            @jf.electron(executor=FuturesExecutor(pool), **options)
            def one() -> int:
                return 1

            with pytest.raises(BuildError, match="'futures' executor cannot"):
                jf.dispatch(jf.lattice(lambda one=one: one()))()


def test_workers_limit_how_many_run_at_once_and_a_name_is_the_resource_s(run: Run) -> None:
    @jf.electron
    def counted() -> None:
        gates.count("all")

    with ThreadPoolExecutor(4) as pool:
        executor = FuturesExecutor(pool, workers=2, name="lab")

        @jf.lattice(executor=executor)
        def flow() -> None:
            for _ in range(8):
                counted()

        outcome = run(flow)
        info = info_of(executor)
    assert outcome.status == "COMPLETED"
    assert gates.most["all"] == 2
    assert (info.id, info.kind, info.workers, outcome.nodes[0].resource) == ("lab", "futures", 4, "lab")


def test_secrets_are_masked_in_a_pool_as_elsewhere(run: Run) -> None:
    @jf.electron
    def tells(token: str) -> str:
        say("it is", token)
        os.system(f"echo {token}")
        return token

    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:

        @jf.lattice(executor=FuturesExecutor(pool))
        def flow(token: Any) -> None:
            tells(token)

        outcome = run(flow, jf.Secret("hunter2-hunter2"))
    assert outcome.nodes[0].stdout == "it is ***\n***\n"

"""No electron waits behind one that takes long while a worker has nothing to do."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import DaskExecutor
from jupyter_flow.resources.dask.resource import _cores

Run = Callable[..., Any]
Eventually = Callable[..., None]
CORES = _cores()  # workers of the session's own cluster


@jf.electron
def meet(folder: str, number: int, all_of_them: int) -> int:
    """The first goes on when the others have been here."""
    here = Path(folder, str(number))
    here.touch()
    end = time.monotonic() + 60
    while number == 0 and len(list(Path(folder).iterdir())) < all_of_them:
        assert time.monotonic() < end, f"only {sorted(one.name for one in Path(folder).iterdir())} have run"
        time.sleep(0.005)
    return number


@jf.electron
def total(*numbers: int) -> int:
    return sum(numbers)


def many(folder: str, count: int, all_of_them: int) -> Any:
    return total(*(meet(folder, number, all_of_them) for number in range(count)))


def rows(folder: str, count: int, all_of_them: int) -> Any:
    """As many again come after each of those, and their numbers after theirs."""
    first = [meet(folder, number, all_of_them) for number in range(count)]
    return total(*(meet(folder, total(value, count), 0) for value in first))


@pytest.fixture(params=[None, CORES], ids=["unlimited", "limited"])
def whole(request: pytest.FixtureRequest) -> DaskExecutor:
    """The session's own cluster; also with a limit that says no more than how many workers that has."""
    return DaskExecutor(workers=request.param)


@pytest.fixture
def folders(tmp_path: Path) -> Callable[[str], str]:
    def made(name: str) -> str:
        (tmp_path / name).mkdir()
        return str(tmp_path / name)

    return made


def test_what_was_never_measured_does_not_wait_behind_a_long_one(
    run: Run, whole: DaskExecutor, folders: Callable[[str], str]
) -> None:
    assert run(jf.lattice(executor=whole)(many), folders("new"), 20, 20).result == sum(range(20))


def test_what_is_thought_to_be_short_comes_out_of_a_batch_that_takes_long(
    run: Run, whole: DaskExecutor, folders: Callable[[str], str]
) -> None:
    flow = jf.lattice(executor=whole)(many)
    for name in ("first", "second", "third"):
        run(flow, folders(name), 20, 0)
    outcome = run(flow, folders("long"), 20, 20)
    assert outcome.result == sum(range(20)), outcome.error
    assert [len(node.attempts) for node in outcome.nodes] == [1] * 21


def test_nor_does_what_comes_after_that(run: Run, whole: DaskExecutor, folders: Callable[[str], str]) -> None:
    flow = jf.lattice(executor=whole)(rows)
    for name in ("first", "second", "third"):
        run(flow, folders(name), 8, 0)
    outcome = run(flow, folders("long"), 8, 15)  # all but what comes after the first itself
    assert outcome.result == sum(range(8, 16)), outcome.error


@jf.electron
def hold(folder: str, number: int) -> int:
    """Goes on when it may."""
    Path(folder, str(number)).touch()
    while not Path(folder, "go").exists():
        time.sleep(0.005)
    return number


@jf.electron
def here(number: int) -> int:
    return number


def test_a_limit_holds_when_the_cluster_grows_beyond_it(
    run: Run, folders: Callable[[str], str], eventually: Eventually
) -> None:
    folder = folders("held")

    @jf.lattice(executor=DaskExecutor(workers=CORES))
    def bound(count: int) -> Any:
        return total(*(hold(folder, number) for number in range(count)))

    id = jf.dispatch(bound)(4 * CORES)
    eventually(lambda: len(list(Path(folder).iterdir())) == CORES, 120)
    assert run(jf.lattice(executor=DaskExecutor(workers=CORES + 1))(here), 7).result == 7  # on the one that came
    begun = len(list(Path(folder).iterdir()))
    Path(folder, "go").touch()
    assert jf.get_result(id, wait=True).result == sum(range(4 * CORES))
    assert begun == CORES

import copy
import functools
import gc
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest

from jupyter_flow.executor import FuturesExecutor


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_executors_over_one_pool_are_equal_and_share_it_whatever_their_settings(pool: Any) -> None:
    one, more = FuturesExecutor(pool), FuturesExecutor(pool, workers=3, retries=2)
    for again in (FuturesExecutor(pool), copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert (again, again.key(), hash(again)) == (one, one.key(), hash(one))
    assert one != more
    assert one.resource() == more.resource()
    assert one.snapshot().pool.thing is pool


def test_another_pool_is_another_executor_and_resource(pool: Any) -> None:
    with ThreadPoolExecutor(1) as other:
        assert FuturesExecutor(pool) != FuturesExecutor(other)
        assert FuturesExecutor(pool).resource() != FuturesExecutor(other).resource()


def test_one_function_that_makes_a_pool_is_one_resource_and_is_not_called() -> None:
    def make() -> Any:
        raise AssertionError("nobody has needed it")

    assert FuturesExecutor(make) == FuturesExecutor(make)
    assert FuturesExecutor(make).resource() != FuturesExecutor(functools.partial(make)).resource()
    assert FuturesExecutor(ProcessPoolExecutor) == FuturesExecutor(ProcessPoolExecutor)


class Maker:
    def make(self) -> Any:
        """Make a pool."""


def test_a_method_of_one_object_is_one_resource_however_often_it_is_looked_up() -> None:
    maker, other = Maker(), Maker()
    assert FuturesExecutor(maker.make) == FuturesExecutor(maker.make)
    assert FuturesExecutor(maker.make) != FuturesExecutor(other.make)


def test_it_is_described_by_the_kind_of_its_pool_and_its_settings(pool: Any) -> None:
    assert str(FuturesExecutor(pool)) == "futures(ThreadPoolExecutor)"
    assert str(FuturesExecutor(ProcessPoolExecutor, workers=2)) == "futures(ProcessPoolExecutor(), workers=2)"
    assert FuturesExecutor(pool, name="mine").describe() == {"pool": "ThreadPoolExecutor", "name": "mine"}
    assert FuturesExecutor(pool).unusable is None


def test_where_its_pool_does_not_live_it_is_a_description_that_says_so() -> None:
    with ThreadPoolExecutor(1) as pool:
        data = pickle.dumps(FuturesExecutor(pool, workers=4))
    del pool
    gc.collect()
    again = pickle.loads(data)
    assert str(again) == "futures(ThreadPoolExecutor, workers=4)"
    assert "was one of another kernel, or is no more" in str(again.unusable)
    assert pickle.loads(pickle.dumps(again)) == again


@pytest.mark.parametrize("wrong", [None, 3, "pool", object()])
def test_what_is_no_pool_is_told(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"something with submit\(\)"):
        FuturesExecutor(wrong)


def test_a_dask_client_is_told_what_to_give_instead() -> None:
    class Client:
        def submit(self) -> None: ...

        def get_executor(self) -> None: ...

    with pytest.raises(TypeError, match=r"take its get_executor\(\), or DaskExecutor\(client\)"):
        FuturesExecutor(Client())


@pytest.mark.parametrize("settings", [{"workers": 0}, {"time_limit": -1}, {"retries": True}, {"name": " "}])
def test_settings_that_make_no_sense_are_told(pool: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        FuturesExecutor(pool, **settings)

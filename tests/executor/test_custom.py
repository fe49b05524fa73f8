import gc
import pickle
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import BaseExecutor
from jupyter_flow.executor.custom import Elsewhere
from jupyter_flow.model.errors import BuildError


class Loud(BaseExecutor):
    def __init__(self) -> None:
        self.heard: list[Any] = []

    def run(
        self,
        function: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        task_metadata: Mapping[str, Any],
    ) -> Any:
        self.heard.append(task_metadata["node_id"])
        return function(*args, **kwargs)


def test_each_is_its_own_executor_and_resource() -> None:
    one, two = Loud(), Loud()
    assert one.key() == one.key() != two.key()
    assert one.resource() != two.resource()
    assert one.snapshot() is one
    assert one != two


def test_it_is_described_by_its_class() -> None:
    assert (str(Loud()), Loud().describe()) == ("Loud", {"class": "Loud"})


def test_without_run_it_says_what_is_missing() -> None:
    class Empty(BaseExecutor):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty has no run\(function, args, kwargs, task_metadata\)"):
        Empty().run(len, [], {}, {})


def test_where_it_lives_it_comes_back_as_itself() -> None:
    executor = Loud()
    assert pickle.loads(pickle.dumps(executor)) is executor


def test_where_it_no_longer_lives_it_is_a_description() -> None:
    executor = Loud()
    data = pickle.dumps(executor)
    del executor
    gc.collect()
    again = pickle.loads(data)
    assert isinstance(again, Elsewhere)
    assert (str(again), again.describe()) == ("Loud", {"class": "Loud"})
    assert str(pickle.loads(pickle.dumps(again))) == "Loud"


def test_it_has_the_settings_the_engine_asks_for() -> None:
    executor = Loud()
    assert (executor.kind, executor.workers, executor.time_limit, executor.retries) == ("custom", None, None, 0)
    assert executor.setup({}) is executor.teardown({}) is None
    assert executor.run(pow, [2], {"exp": 3}, {"node_id": 5}) == 8
    assert executor.heard == [5]


@pytest.mark.parametrize("setting", [{"workers": "three"}, {"time_limit": "1h"}, {"retries": -1}])
def test_settings_that_make_no_sense_are_told_before_anything_runs(setting: dict[str, Any]) -> None:
    executor = Loud()
    vars(executor).update(setting)
    flow = jf.lattice(executor=executor)(lambda: jf.electron(lambda: 1)())
    with pytest.raises(BuildError, match=f"Loud: {next(iter(setting))}="):
        jf.dispatch(flow)()
    assert not executor.heard

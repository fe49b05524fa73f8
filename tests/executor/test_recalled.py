from typing import Any

import pytest

from jupyter_flow.executor import BaseExecutor, LocalExecutor, ThreadExecutor
from jupyter_flow.executor.custom import Elsewhere
from jupyter_flow.executor.names import ExecutorNames
from jupyter_flow.executor.recalled import UNSAID, Recalled
from jupyter_flow.model.errors import BuildError, SecretNeeded


def recalled(names: ExecutorNames, **recorded: Any) -> Recalled:
    return Recalled(names, recorded, lambda value: value() if callable(value) else value)


def test_a_name_that_nobody_has_given_is_what_is_on_record() -> None:
    names = recalled(ExecutorNames(), cpu=LocalExecutor(2))
    assert names.get_executor("cpu") == LocalExecutor(2)
    assert names.get_executor("cpu") is names.get_executor("cpu")
    assert not names.changed
    with pytest.raises(BuildError, match="no executor is called 'gpu'"):
        names.get_executor("gpu")


def test_a_name_that_exists_is_what_it_is_now_and_a_difference_is_told() -> None:
    now = ExecutorNames()
    now.register("cpu", LocalExecutor(4))
    now.register("same", ThreadExecutor())
    names = recalled(now, cpu=LocalExecutor(2), same=ThreadExecutor())
    assert names.get_executor("cpu") == LocalExecutor(4)
    names.get_executor("same")
    assert names.changed == {"cpu": "cpu is local(workers=4) now, and was local(workers=2)"}


def test_the_default_of_a_kernel_is_what_it_was_where_this_one_has_none() -> None:
    names = recalled(ExecutorNames(), **{UNSAID: "cpu", "cpu": LocalExecutor(2)})
    assert names.get_executor() == LocalExecutor(2)
    assert names.name_of(LocalExecutor(2)) == "cpu"
    assert recalled(ExecutorNames(), **{UNSAID: ThreadExecutor()}).get_executor() == ThreadExecutor()
    assert recalled(ExecutorNames()).get_executor() == LocalExecutor()
    with pytest.raises(BuildError, match="the default executor was an executor of a class of yours, Loud"):
        recalled(ExecutorNames(), **{UNSAID: Elsewhere(0, "Loud")}).get_executor()
    with pytest.raises(BuildError, match=r"no executor is called 'gpu'; there are .*cpu$"):
        names.get_executor("gpu")


@pytest.mark.parametrize(("then", "was"), [({UNSAID: "inline"}, "inline"), ({}, "local")])
def test_a_default_that_this_kernel_has_is_taken_and_a_difference_is_told(then: dict[str, Any], was: str) -> None:
    now = ExecutorNames()
    now.default = "thread"
    names = recalled(now, **then)
    assert names.get_executor() == ThreadExecutor()
    assert names.changed == {UNSAID: f"the default executor is thread now, and was {was}"}


def test_what_only_its_kernel_had_is_to_be_given_again() -> None:
    names = recalled(ExecutorNames(), mine=Elsewhere(0, "Loud"))
    with pytest.raises(BuildError, match="'mine' was an executor of a class of yours, Loud"):
        names.get_executor("mine")


def test_nobody_is_asked_for_a_secret_only_to_compare() -> None:
    def lacking() -> Any:
        raise SecretNeeded(["password"], "needed")

    now, mine = ExecutorNames(), BaseExecutor()
    now.register("far", mine)
    assert recalled(now, far=lacking).get_executor("far") is mine
    with pytest.raises(SecretNeeded):
        recalled(ExecutorNames(), far=lacking).get_executor("far")

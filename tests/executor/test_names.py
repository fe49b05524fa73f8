from typing import Any

import pytest

import jupyter_flow.executor
from jupyter_flow.executor import BaseExecutor, InlineExecutor, LocalExecutor, ThreadExecutor
from jupyter_flow.executor.names import ExecutorNames
from jupyter_flow.model.errors import BuildError


@pytest.fixture
def names() -> ExecutorNames:
    return ExecutorNames()


def test_executors_go_by_object_kind_name_or_default(names: ExecutorNames) -> None:
    mine, own = LocalExecutor(3), BaseExecutor()
    names.register("mine", mine)
    assert names.get_executor(mine) is mine
    assert names.get_executor(own) is own
    assert names.get_executor("mine") is mine
    assert [names.get_executor(kind) for kind in ("local", "thread", "inline")] == [
        LocalExecutor(),
        ThreadExecutor(),
        InlineExecutor(),
    ]
    assert names.get_executor() == LocalExecutor()
    names.default = "mine"
    assert names.get_executor(None) is mine


@pytest.mark.parametrize("wrong", ["lokal", "", 3, ["local"], {"local"}])
def test_what_is_no_executor_is_told_with_what_exists(names: ExecutorNames, wrong: Any) -> None:
    names.register("big", LocalExecutor(9))
    with pytest.raises(BuildError, match="there are local, thread, inline, dask, futures, big"):
        names.get_executor(wrong)


def test_a_class_of_executors_is_told_to_be_made(names: ExecutorNames) -> None:
    with pytest.raises(BuildError, match=r"ThreadExecutor is a class of executors: make one, ThreadExecutor\(…\)"):
        names.get_executor(ThreadExecutor)


def test_a_name_given_again_means_the_new_executor(names: ExecutorNames) -> None:
    names.register("mine", LocalExecutor(1))
    names.register("mine", ThreadExecutor(1))
    assert names.get_executor("mine") == ThreadExecutor(1)


def test_a_name_can_stand_for_a_kind_or_another_name(names: ExecutorNames) -> None:
    names.register("io", "thread")
    names.register("net", "io")
    assert names.get_executor("net") == ThreadExecutor()


def test_a_name_cannot_be_that_of_a_kind_or_stand_for_nothing(names: ExecutorNames) -> None:
    with pytest.raises(BuildError, match="'local' is a kind"):
        names.register("local", ThreadExecutor())
    with pytest.raises(BuildError, match="no executor is called 'typo'"):
        names.register("mine", "typo")
    assert names.named == {}


def test_a_pool_is_more_than_a_kind(names: ExecutorNames) -> None:
    with pytest.raises(BuildError, match=r"'futures' needs a pool: FuturesExecutor\(pool\)"):
        names.get_executor("futures")


def test_names_are_listed_kinds_first(names: ExecutorNames, capsys: pytest.CaptureFixture[str]) -> None:
    names.register("b", LocalExecutor())
    names.register("a", LocalExecutor())
    assert names.list_executors(False) == ["local", "thread", "inline", "dask", "futures", "a", "b"]
    assert capsys.readouterr().out == ""
    names.list_executors()
    assert capsys.readouterr().out == "local\nthread\ninline\ndask\nfutures\na\nb\n"


def test_a_picture_calls_an_executor_by_its_name_if_it_has_one(names: ExecutorNames) -> None:
    names.register("big", LocalExecutor(9))
    assert names.name_of(LocalExecutor(9)) == "big"
    assert names.name_of(LocalExecutor(8)) == "local(workers=8)"


def test_the_manager_of_covalent_is_the_registry() -> None:
    assert isinstance(jupyter_flow.executor._executor_manager, ExecutorNames)


@pytest.mark.parametrize(("name", "queue"), [("SlurmExecutor", "slurm"), ("SSHExecutor", "ssh")])
def test_covalents_executors_of_clusters_say_what_to_use_instead(name: str, queue: str) -> None:
    with pytest.raises(AttributeError, match=rf'DaskExecutor\(executor.Cluster\("{queue}"\)\)'):
        getattr(jupyter_flow.executor, name)

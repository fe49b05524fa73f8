import copy
import pickle
from pathlib import Path
from typing import Any

import pytest

from jupyter_flow.executor import Executor, InlineExecutor, LocalExecutor, ThreadExecutor

KINDS = [LocalExecutor, ThreadExecutor, InlineExecutor]
MADE = [
    LocalExecutor(),
    LocalExecutor(2),
    LocalExecutor(log_stdout="out.txt"),
    LocalExecutor(log_stderr="out.txt"),
    LocalExecutor(workdir="w", create_unique_workdir=True),
    LocalExecutor(time_limit=2.5, retries=3),
    ThreadExecutor(),
    ThreadExecutor(2),
    ThreadExecutor(log_stdout="out.txt"),
    ThreadExecutor(time_limit=1, retries=1),
    InlineExecutor(),
]


@pytest.mark.parametrize("executor", MADE, ids=str)
def test_equal_settings_are_the_same_executor(executor: Executor) -> None:
    for again in (
        copy.copy(executor),
        copy.deepcopy(executor),
        pickle.loads(pickle.dumps(executor)),
        executor.snapshot(),
    ):
        assert again is not executor
        assert again == executor
        assert hash(again) == hash(executor)
        assert again.key() == executor.key()
        assert again.resource() == executor.resource()
    assert [other for other in MADE if other == executor] == [executor]
    assert [other for other in MADE if other.key() == executor.key()] == [executor]


def test_executors_of_one_kind_share_their_resource_whatever_their_settings() -> None:
    assert {executor.resource() for executor in MADE} == {("local",), ("thread",), ("inline",)}


def test_kinds_with_the_same_settings_differ() -> None:
    assert LocalExecutor(2) != ThreadExecutor(2)
    assert LocalExecutor(2).key() != ThreadExecutor(2).key()
    assert LocalExecutor() != "local"


def test_ten_thousand_executors_are_one_in_a_set() -> None:
    assert len({LocalExecutor(i % 2 + 1) for i in range(10_000)}) == 2


def test_a_snapshot_keeps_its_settings_when_the_executor_changes() -> None:
    executor = LocalExecutor(2, log_stdout="a")
    taken = executor.snapshot()
    before = hash(executor)
    executor.workers = 3
    assert (taken.workers, executor.workers) == (2, 3)
    assert taken != executor
    assert hash(executor) == before


def test_a_setting_that_does_not_exist_cannot_be_assigned() -> None:
    with pytest.raises(AttributeError):
        LocalExecutor().wrokers = 3  # type: ignore[attr-defined]


def test_paths_are_kept_as_text() -> None:
    executor = LocalExecutor(log_stdout=Path("a/b"), log_stderr=Path("c"), workdir=Path("d"))
    assert (executor.log_stdout, executor.log_stderr, executor.workdir) == ("a/b", "c", "d")
    assert executor == LocalExecutor(log_stdout="a/b", log_stderr="c", workdir="d")
    assert ThreadExecutor(log_stdout="").log_stdout is None


@pytest.mark.parametrize(
    ("executor", "settings", "text"),
    [
        (LocalExecutor(), {}, "local"),
        (LocalExecutor(2, log_stdout="x"), {"workers": 2, "log_stdout": "x"}, "local(workers=2, log_stdout='x')"),
        (ThreadExecutor(time_limit=1.5), {"time_limit": 1.5}, "thread(time_limit=1.5)"),
        (InlineExecutor(), {}, "inline"),
    ],
)
def test_a_description_leaves_defaults_aside(executor: Executor, settings: dict[str, Any], text: str) -> None:
    assert executor.describe() == settings
    assert str(executor) == text


@pytest.mark.parametrize("kind", KINDS[:2])
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("workers", 0), ("workers", -1), ("workers", 1.5), ("workers", "2"), ("workers", True),
        ("time_limit", 0), ("time_limit", -1), ("time_limit", "1"), ("time_limit", True), ("time_limit", float("nan")),
        ("retries", -1), ("retries", 1.0), ("retries", None), ("retries", True),
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_told(kind: Any, setting: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{setting}={value!r}"):
        kind(**{setting: value})


@pytest.mark.parametrize("kind", KINDS)
def test_settings_that_do_not_exist_are_told(kind: Any) -> None:
    with pytest.raises(TypeError, match="max_workers"):
        kind(max_workers=2)
    with pytest.raises(TypeError):
        kind(2, "log.txt")


@pytest.mark.parametrize("wrong", [3, object()])
def test_a_log_must_be_a_path(wrong: Any) -> None:
    with pytest.raises(TypeError):
        LocalExecutor(log_stdout=wrong)

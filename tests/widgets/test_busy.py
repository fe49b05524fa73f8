"""Executors by resource: how busy, what is on them, which are redundant."""

from collections.abc import Iterator

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import LocalExecutor, ThreadExecutor, _executor_manager
from jupyter_flow.resources.threads import ThreadResource
from jupyter_flow.widgets import busy
from jupyter_flow.widgets.busy import Sampler
from jupyter_flow.widgets.source import Source, source_of


@pytest.fixture
def names() -> Iterator[None]:
    """Names that are forgotten again."""
    before = dict(_executor_manager.named)
    yield
    _executor_manager.named.clear()
    _executor_manager.named.update(before)


def test_a_dispatch_is_seen_on_its_resources_and_the_redundant_are_said(done: str, names: None) -> None:
    for name in ("one", "two"):
        _executor_manager.register(name, ThreadExecutor(3))
    told = Sampler().executors(source_of(done), "v")
    (threads,) = [resource for resource in told["resources"] if resource["id"] == "thread"]
    assert threads["done"] == 5
    assert threads["history"]
    uses = {use["label"]: use for use in threads["uses"]}
    assert uses["thread"]["electrons"] == [("numbers", 1), ("times", 2), ("total", 2)]
    assert (uses["one"]["same"], uses["two"]["same"]) == ("two", "one")
    assert "one and two are the same executor: one is enough" in told["remarks"]


def test_workers_are_those_that_are_there_and_a_cluster_has_a_page_of_its_own(
    done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ThreadResource, "present", 0, raising=False)
    monkeypatch.setattr(ThreadResource, "dashboard", "http://10.0.0.1:8787/status", raising=False)
    (threads,) = [one for one in Sampler().resources(source_of(done)).resources if one["id"] == "thread"]
    assert (threads["workers"], threads["dashboard"]) == (0, "http://10.0.0.1:8787/status")


def test_samples_are_a_second_apart_and_gaps_are_filled(done: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(busy.time, "monotonic", lambda: now[0])
    sampler = Sampler()
    for step in (0.0, 0.1, 0.5, 0.5, 3.0):
        now[0] += step
        sampler.tick()
    (history,) = [r["history"] for r in sampler.resources(None).resources if r["id"] == "thread"]
    assert len(history) == 5


def test_nobody_opens_a_session_by_looking_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "opened", lambda: None)
    assert [r for r in Sampler().resources().resources if r["workers"]] == []


def test_what_ran_stays_with_its_executor_when_another_is_given_its_name(names: None) -> None:
    @jf.electron(executor="gpu")
    def moved(n: int) -> int:
        return n

    _executor_manager.register("gpu", ThreadExecutor(6))
    id = jf.dispatch(jf.lattice(lambda: [moved(n) for n in range(3)]))()
    id.result()
    here, stored = source_of(str(id)), Source(str(id))  # as after a restart: the session does not know it
    for source in (here, stored):
        assert on(source)["gpu"] == [("moved", 3)]
    _executor_manager.register("gpu", LocalExecutor(1))
    for source in (here, stored):
        uses = on(source)
        assert (uses["gpu"], uses["thread(workers=6)"]) == ([], [("moved", 3)])
    told = Sampler().resources(stored).resources
    assert next(one["done"] for one in told if one["id"] == "thread") == 3
    assert [use["called"] for one in told for use in one["uses"] if use["label"] == "thread(workers=6)"] == ["gpu"]
    assert len({one["key"] for one in told}) == len(told)


def test_executors_of_an_earlier_kernel_that_this_one_has_not_are_told_as_well(
    done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source(done)
    monkeypatch.setattr(busy, "opened", lambda: None)
    (earlier,) = [one for one in Sampler().resources(source).resources if one["uses"][0]["electrons"]]
    assert (earlier["workers"], earlier["done"]) == (0, 5)


def on(source: Source) -> dict[str, list[tuple[str, int]]]:
    """What is on which executor."""
    told = Sampler().resources(source).resources
    return {use["label"]: use["electrons"] for one in told for use in one["uses"]}

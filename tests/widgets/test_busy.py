"""Executors by resource: how busy, what is on them, which are redundant."""

from collections.abc import Iterator

import pytest

from jupyter_flow.executor import ThreadExecutor, _executor_manager
from jupyter_flow.resources.threads import ThreadResource
from jupyter_flow.widgets import busy
from jupyter_flow.widgets.busy import Sampler
from jupyter_flow.widgets.source import source_of


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

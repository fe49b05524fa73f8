"""Executors by resource, and which of them are redundant."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..executor.names import executors as names
from ..session import ResourceInfo


class Line(NamedTuple):
    """An executor of the table."""

    name: str
    settings: str
    resource: str
    workers: str  # that it may use, `2 of 5` where its resource has more
    executor: Any
    place: Any  # equal where the resource is one


def lines_of(live: Sequence[ResourceInfo]) -> list[Line]:
    """The executors with a name, and those that dispatches used."""
    named = [line_of(executor, live, name) for name, executor in list(names.named.items())]
    known = {line.executor.key() for line in named}
    unnamed = [line_of(executor, live) for info in live for executor in info.users if executor.key() not in known]
    return sorted(named + unnamed, key=lambda line: line.resource)


def line_of(executor: Any, live: Sequence[ResourceInfo], name: str = "") -> Line:
    """An executor among these resources; one that has no name is known by its settings."""
    place = place_of(executor.resource(), live)
    info = next((info for info in live if info.id == place), None)
    limit = getattr(executor, "workers", None)
    if info is not None and limit is not None and executor.resource() == (executor.kind,):  # one for the whole kind
        info = info._replace(workers=max(info.workers, limit))  # that it grows to when this one is used
    workers = _workers(info, limit) if info else "not started"
    settings = str(executor)
    return Line(name or settings, settings, info.id if info else executor.kind, workers, executor, place)


def place_of(resource: Any, live: Sequence[ResourceInfo]) -> Any:
    """The id of the resource that executors name so, where it is alive; else what they name."""
    return next((info.id for info in live if any(user.resource() == resource for user in info.users)), resource)


def remarks_on(lines: Sequence[Line], live: Sequence[ResourceInfo] = ()) -> list[str]:
    """Which executors are the same, which share a resource, and what a resource cannot do."""
    limits = [f"{info.id}: {info.remark}" for info in live if info.remark]
    return [*_same(lines), *_shared(lines), *limits]


def same_as(line: Line, lines: Sequence[Line]) -> str:
    """Another executor that means the same; empty where there is none."""
    key = line.executor.key()
    return next((other.name for other in lines if other.name != line.name and other.executor.key() == key), "")


def _workers(info: ResourceInfo, limit: int | None) -> str:
    """How many its electrons may be on; beside them run threads that nobody waits for any more."""
    few = limit is not None and limit < info.workers
    return (f"{limit} of {info.workers}" if few else f"{info.workers}") + (
        f", and {info.given_up} given up that may still run" if info.given_up else ""
    )


def _same(lines: Sequence[Line]) -> list[str]:
    """Names of one and the same executor."""
    groups: dict[Any, list[str]] = {}
    for line in lines:
        groups.setdefault(line.executor.key(), []).append(line.name)
    return [f"{_listed(group)} are the same executor: one is enough" for group in groups.values() if len(group) > 1]


def _shared(lines: Sequence[Line]) -> list[str]:
    """Resources that several executors use."""
    groups: dict[Any, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.place, []).append(line)
    return [
        f"{_listed([line.name for line in group])} use one resource, {group[0].resource}: one set of workers"
        for group in groups.values()
        if len(group) > 1
    ]


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)

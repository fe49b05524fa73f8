"""One live resource for each distinct back end, made when it is first used."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from .base import Resource, Services


class Registry:
    """The resources of a session. Its caller holds the dispatcher's lock."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._live: dict[Any, Resource] = {}

    def get(self, executor: Any) -> Resource:
        """The resource an executor names; equal names, one resource."""
        key = executor.resource()
        resource = self._live.get(key)
        if resource is None:
            resource = self._live[key] = self._make(executor)
        return resource

    def _make(self, executor: Any) -> Resource:
        kind = executor.kind
        name = self._free(getattr(executor, "name", None) or kind)
        if kind == "local":
            from .processes import ProcessResource  # each brings what the other can do without

            return ProcessResource(name, self._services)
        if kind == "dask":
            from .dask.resource import DaskResource

            return DaskResource(name, self._services, executor)
        if kind == "futures":
            from .futures import FuturesResource

            return FuturesResource(name, self._services, executor.pool)
        from .threads import ThreadResource

        if kind == "inline":
            return ThreadResource(name, kind, self._services, 1)
        return ThreadResource(name, kind, self._services, 32, executor if kind == "custom" else None)

    def _free(self, name: str) -> str:
        """An id that no resource has."""
        taken = {resource.id for resource in self._live.values()}
        further = (f"{name}-{number}" for number in count(2))
        return name if name not in taken else next(other for other in further if other not in taken)

    def __iter__(self) -> Iterator[Resource]:
        return iter(list(self._live.values()))

    def close(self) -> None:
        """Stop all of them."""
        for resource in self:
            resource.close()
        self._live.clear()

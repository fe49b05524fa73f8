"""Whether the resources of a graph's executors can ever give its electrons what they ask for."""

from collections.abc import Callable
from typing import Any

from ..model.errors import BuildError
from ..model.graph import TransportGraph
from ..model.sizes import bytes_in, size_text
from ..resources.base import Resource


def check(graph: TransportGraph, resource_of: Callable[[Any], Resource]) -> None:
    """Raise BuildError for an electron that asks for more workers or memory than there are."""
    for version in graph.versions:
        if getattr(graph.executors[version.executor], "asks", False):
            continue  # its workers say what they have once they are there
        cores, memory = version.options.cores or 1, version.options.memory
        if cores > 1:
            _check_cores(version.name, cores, resource_of(graph.executors[version.executor]))
        if memory is not None:
            _check_memory(version.name, memory)


def _check_cores(name: str, cores: int, resource: Resource) -> None:
    if cores > resource.workers:
        raise BuildError(
            f"electron {name!r} asks for cores={cores}, and {resource.id!r} has {resource.workers} workers; "
            f"an executor with workers={cores} makes it have more"
        )


def _check_memory(name: str, memory: int | str) -> None:
    from ..worker.memory import machine  # brings psutil

    if bytes_in(memory) > machine():
        raise BuildError(f"electron {name!r} asks for memory={memory!r}, and this machine has {size_text(machine())}")

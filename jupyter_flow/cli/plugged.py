"""Executors that installed packages bring."""

from collections.abc import Iterator

from ..executor.names import ExecutorNames
from ..executor.plugins import GROUP, load, plugins, whose_is
from ..model.errors import BuildError
from .findings import Finding


def executors() -> Iterator[Finding]:
    """Each of them, imported to see whether it can be."""
    ours, found = ExecutorNames().kinds, plugins()
    if not found:
        yield Finding("ok", "plug-ins", f"none is installed (entry points of the group {GROUP})")
    for name, points in found.items():
        whose = ", ".join(f"{point.value} of {whose_is(point)}" for point in points)
        if name in ours:
            yield Finding("warning", name, f"{whose}, is not used", f"{name!r} is a kind of ours")
            continue
        try:
            load(name, points)
        except BuildError as error:
            yield Finding("problem", name, str(error), "Mend or uninstall it; nothing else is harmed")
        else:
            yield Finding("ok", name, whose)

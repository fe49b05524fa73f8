"""Executors that installed packages bring: by the entry point group ``jupyter_flow.executors``, a name for each class.

They are looked for when somebody asks for a kind that is none of ours, and imported when theirs is asked for.
"""

from importlib.metadata import EntryPoint, entry_points

from ..model.errors import BuildError
from .base import Executor
from .custom import AnyExecutor, BaseExecutor

GROUP = "jupyter_flow.executors"


def plugins() -> dict[str, list[EntryPoint]]:
    """What is installed now, by name; more than one where packages disagree about a name."""
    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        if point not in found.setdefault(point.name, []):  # a package may be found twice on the path
            found[point.name].append(point)
    return dict(sorted(found.items()))


def load(name: str, points: list[EntryPoint]) -> type[AnyExecutor]:
    """The class of a plug-in. Raises BuildError, which names it, whatever is wrong with it."""
    if len(points) > 1:
        whose = " and ".join(f"{whose_is(point)} ({point.value})" for point in points)
        raise BuildError(f"two packages bring an executor {name!r}: {whose}; uninstall one of them")
    (point,) = points
    try:
        found = point.load()
    except Exception as error:  # somebody else's module: importing it may raise anything
        raise BuildError(f"{_named(point)} cannot be loaded: {type(error).__name__}: {error}") from error
    if not (isinstance(found, type) and issubclass(found, BaseExecutor | Executor)):
        raise BuildError(f"{_named(point)} is no subclass of jupyter_flow.executor.BaseExecutor, but {found!r}")
    return found


def made(name: str, points: list[EntryPoint]) -> AnyExecutor:
    """An executor of a plug-in, with nothing set. Raises BuildError."""
    kind = load(name, points)
    try:
        return kind()
    except Exception as error:  # the same, of its constructor
        raise BuildError(f"{_named(points[0])} cannot be made: {type(error).__name__}: {error}") from error


def whose_is(point: EntryPoint) -> str:
    """The package that brings a plug-in, with its version."""
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else "an unknown package"


def _named(point: EntryPoint) -> str:
    return f"the executor plug-in {point.name!r} of {whose_is(point)} ({point.value})"

"""Python and what is installed in it, against what we support."""

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement
from packaging.version import Version

from .findings import Finding

OURS = "jupyter-flow"
OLDEST = (3, 11)
WANTED_FOR = {"dask": "electrons on many machines"}  # by extra
SUBSHELLS = {"ipykernel": Version("7.1"), "jupyterlab": Version("4.4")}  # from these on, both sides have them


def python() -> Iterator[Finding]:
    """The interpreter."""
    found = f"{platform.python_version()} in {sys.prefix}"
    if sys.version_info >= OLDEST:
        yield Finding("ok", "Python", found)
    else:
        yield Finding("problem", "Python", found, f"Version {OLDEST[0]}.{OLDEST[1]} or later is needed")
    yield Finding("ok", OURS, installed(OURS) or "not installed, used from its source")


def required() -> Iterator[Finding]:
    """What we need."""
    for one in _requirements():
        if one.marker is None or one.marker.evaluate({"extra": ""}):
            yield fits(one, installed(one.name))


def optional() -> Iterator[Finding]:
    """What adds something."""
    for one in _requirements():
        for extra, purpose in WANTED_FOR.items():
            if one.marker is not None and one.marker.evaluate({"extra": extra}):
                found = installed(one.name)
                way_out = f"For {purpose}: pip install 'jupyter-flow[{extra}]'"
                yield fits(one, found) if found else Finding("missing", one.name, "not installed", way_out)


def subshells() -> Iterator[Finding]:
    """Whether a button is heard while a cell runs."""
    old = [name for name, least in SUBSHELLS.items() if Version(installed(name) or "0") < least]
    if old:
        wanted = " ".join(f"'{name}>={SUBSHELLS[name]}'" for name in old)
        told = "no; while a cell runs, buttons in the page wait for it"
        yield Finding("missing", "kernel subshells", told, f"To have them: pip install {wanted}")
    else:
        yield Finding("ok", "kernel subshells", "buttons in the page work while a cell runs")


def fits(wanted: Requirement, found: str | None) -> Finding:
    """A package that is needed, as it was found."""
    way_out = f"pip install '{wanted.name}{wanted.specifier}'"
    if found is None:
        return Finding("problem", wanted.name, "not installed", way_out)
    if not wanted.specifier.contains(found, prereleases=True):
        return Finding("problem", wanted.name, f"{found}, and {wanted.specifier} is supported", way_out)
    return Finding("ok", wanted.name, found)


def installed(name: str) -> str | None:
    """The version of a package that is installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _requirements() -> list[Requirement]:
    try:
        return [Requirement(text) for text in requires(OURS) or []]
    except PackageNotFoundError:
        return []

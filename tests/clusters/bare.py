"""An environment in which only Dask's distributed is installed, and what that itself needs."""

from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

FLAG = "-S"  # Python looks nowhere but in its own library and in PYTHONPATH


def bare(folder: Path) -> str:
    """Make it, of links to what is installed here; the PYTHONPATH to start Python with."""
    folder.mkdir()
    for found in _needed("distributed", set()):
        tops = {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}
        for top in tops:
            link = folder / top
            if not link.is_symlink():
                link.symlink_to(str(found.locate_file(top)))
    return str(folder)


def _needed(name: str, met: set[str]) -> Iterator[Distribution]:
    if name.lower() in met:
        return
    met.add(name.lower())
    try:
        found = distribution(name)
    except PackageNotFoundError:  # for another version of Python
        return
    yield found
    for text in found.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield from _needed(requirement.name, met)

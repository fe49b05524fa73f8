"""How this package gets to where it is not installed: a zip file of it, and plug-ins for Dask as text."""

import functools
import importlib.util
import inspect
import io
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

from . import guest

ROOT = Path(__file__).parents[2]
MADE = "(exec(source, globals()), globals()[name](*given))[1]"


@functools.cache
def package() -> bytes:
    """A zip file of the package's code, from wherever it was imported, and of what it needs that Dask does not."""
    archive = next((path for path in (ROOT, *ROOT.parents) if path.is_file()), None)
    if archive is not None:  # this process was brought it in its turn
        return archive.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(ROOT.rglob("*.py")):
            file.write(path, path.relative_to(ROOT.parent))
        for path in _compiled():
            file.write(path, guest.BESIDE + str(path.relative_to(path.parents[1])))
    return buffer.getvalue()


def _compiled() -> list[Path]:
    """The files of what is compiled for this system; none where it is anything but a folder of files."""
    found = importlib.util.find_spec(guest.COMPILED)
    folders = found.submodule_search_locations if found is not None else None
    paths = [path for folder in folders or () for path in sorted(Path(folder).glob("*"))]
    return [path for path in paths if path.name.endswith((".py", EXTENSION_SUFFIXES[0]))]


class _AsText:
    """Pickled, it is its class's text: unpickling needs nothing of ours, nor this version of Python."""

    given: tuple[Any, ...] = ()

    def __reduce__(self) -> Any:
        name = type(self).__bases__[1].__name__
        about = {"source": inspect.getsource(guest), "name": name, "given": self.given}
        return eval, (MADE, {"__name__": f"{guest.__name__} (as text)", **about})


class Guest(_AsText, guest.Guest):
    """Looks after a worker."""


class SchedulerGuest(_AsText, guest.SchedulerGuest):
    """Brings the package to a scheduler."""

    def __init__(self) -> None:
        self.given = (package(),)
        super().__init__(*self.given)

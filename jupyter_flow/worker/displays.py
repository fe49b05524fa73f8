"""What electrons display, wherever they run: it is kept with the node, and not sent to whichever cell runs.

A worker process has no IPython, and is not to import it: there the names that notebooks use are ours (the
builtin `display`, and IPython's functions should the electron's code import them). In the kernel IPython is
the user's: its publishers ask who is displaying, as `sys.stdout` does.
"""

import builtins
import functools
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from types import ModuleType
from typing import Any

from . import bars, capture, figures, imports
from .failures import message_of
from .mime import bundle_of, plain, plain_metadata
from .shown import Shown

_process: Shown | None = None  # the displays of this worker process: its electrons come one at a time


def running() -> Shown | None:
    """Where a display goes that is made here and now; None outside of electrons."""
    if (streams := capture.WRITING.get()) is not None:
        return capture.shown(streams)
    return _process if _process is not None and _process.owner is not None else None


def display(
    *objects: Any,
    include: Collection[str] | None = None,
    exclude: Collection[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    transient: Mapping[str, Any] | None = None,
    display_id: str | bool | None = None,
    raw: bool = False,
    clear: bool = False,
    update: bool = False,
    **kwargs: Any,
) -> "Handle | None":
    """Display objects, as IPython's `display` does; in an electron, for its node.

    With a `display_id` (True makes one) the handle of a display that can be updated. Raises TypeError for an
    update without an id, and for raw data that is no dict. Outside of electrons this is IPython's, or prints.
    """
    shown = running()
    if shown is None:
        given = {"include": include, "exclude": exclude, "metadata": metadata, "display_id": display_id, "raw": raw}
        more = {"update": True} if update else {}
        theirs: Handle | None = _elsewhere(objects, **given, transient=transient, clear=clear, **more, **kwargs)
        return theirs
    id = _id(display_id, transient)
    if update and id is None:
        raise TypeError("display_id required for update_display")
    if clear:
        shown.clear(wait=True)
    if not objects and id is not None:
        objects, raw = ({},), True
    for thing in objects:
        data, about = (_checked(thing), {}) if raw else bundle_of(thing, include, exclude)
        shown.add(data, _merged(about, metadata), id, update)
    return Handle(id) if display_id and id is not None else None


def publish_display_data(
    data: Mapping[str, Any],
    metadata: Mapping[str, Any] | None = None,
    *_: Any,
    transient: Mapping[str, Any] | None = None,
    update: bool = False,
    **kwargs: Any,
) -> None:
    """Display a bundle, by MIME type, as it is."""
    shown = running()
    if shown is None:
        _elsewhere((data,), metadata=metadata, transient=transient, raw=True)
    else:
        shown.add(_checked(data), _merged({}, metadata), _id(None, transient), update)


def update_display(thing: Any, *, display_id: str, **kwargs: Any) -> None:
    """Put another object in the place of what was displayed with this id."""
    display(thing, display_id=display_id, **{**kwargs, "update": True})


def clear_output(wait: bool = False) -> None:
    """Drop what the electron has displayed so far; with `wait`, when it displays the next."""
    shown = running()
    if shown is not None:
        shown.clear(wait)


class Handle:
    """A display that can be changed."""

    def __init__(self, display_id: str | None = None) -> None:
        self.display_id = display_id or os.urandom(16).hex()

    def display(self, thing: Any, **kwargs: Any) -> None:
        """Display another object; what was displayed with this handle becomes it too."""
        display(thing, display_id=self.display_id, **kwargs)

    def update(self, thing: Any, **kwargs: Any) -> None:
        """Put another object in its place."""
        update_display(thing, display_id=self.display_id, **kwargs)

    def __repr__(self) -> str:
        return f"<display {self.display_id}>"


# where it is put ------------------------------------------------------------------------------------


def install(shown: Shown) -> None:
    """In a worker process, once: these are the functions that its electrons find."""
    global _process
    _process = shown
    builtins.display = display  # type: ignore[attr-defined]  # as in notebooks
    imports.after("IPython.core.display_functions", _replace)
    bars.install(running)
    figures.install(display, running)


def leftovers() -> None:
    """An electron ends in a worker process: figures it has left open are displayed, as after a cell."""
    try:
        figures.show_open(display)
    except BaseException as error:  # of a figure that cannot be drawn: the electron has its value all the same
        sys.stderr.write(f"jupyter_flow: figures left open could not be displayed: {message_of(error)}\n")


def _replace(module: ModuleType) -> None:
    for function in (display, publish_display_data, update_display, clear_output):
        setattr(module, function.__name__, function)


def share() -> None:
    """In the kernel: IPython's publishers give to electrons what electrons display. Called often, it does it once."""
    if _shell() is None and getattr(builtins, "display", None) in (None, _theirs()):
        builtins.display = display  # type: ignore[attr-defined]  # a script: what runs on workers runs here
    bars.install(running)
    base = getattr(sys.modules.get("IPython.core.displaypub"), "DisplayPublisher", None)
    if base is not None:
        for kind in _family(base):
            _ask(kind, "publish", publish_display_data)
            _ask(kind, "clear_output", clear_output)
    formatter = getattr(sys.modules.get("IPython.core.formatters"), "DisplayFormatter", None)
    if formatter is not None:
        _draw(formatter)


def _family(kind: type) -> Iterator[type]:
    yield kind
    heirs: list[type] = kind.__subclasses__()
    for heir in heirs:
        yield from _family(heir)


def _ask(kind: type, name: str, ours: Callable[..., None]) -> None:
    """Have a method of a publisher be `ours` where an electron calls it."""
    original = vars(kind).get(name)
    if original is None or getattr(original, "asks", False):
        return

    @functools.wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return (original if capture.WRITING.get() is None else _ours)(self, *args, **kwargs)

    def _ours(self: Any, *args: Any, **kwargs: Any) -> None:
        ours(*args, **kwargs)

    method.asks = True  # type: ignore[attr-defined]
    setattr(kind, name, method)


def _draw(kind: type) -> None:
    """Have figures drawn in electrons: IPython itself does only where pyplot was set up in the notebook."""
    original = vars(kind).get("format")
    if original is None or getattr(original, "asks", False):
        return

    @functools.wraps(original)
    def method(self: Any, thing: Any, include: Any = None, exclude: Any = None) -> Any:
        data, about = original(self, thing, include, exclude)
        if capture.WRITING.get() is not None and "image/png" not in data and figures.is_figure(thing):
            data = {**bundle_of(thing, include, exclude)[0], **data}
        return data, about

    method.asks = True  # type: ignore[attr-defined]
    setattr(kind, "format", method)  # noqa: B010 - mypy takes the assignment for a mistake


# what they share ------------------------------------------------------------------------------------


def _elsewhere(objects: tuple[Any, ...], **given: Any) -> Any:
    theirs = _theirs()
    if theirs is not None and theirs is not display and _shell() is not None:
        return theirs(*objects, **given)
    sys.stdout.write(" ".join(map(str, objects)) + "\n")
    return None


def _theirs() -> Any:
    """IPython's function, where that has been imported."""
    return getattr(sys.modules.get("IPython.core.display_functions"), "display", None)


def _shell() -> Any:
    """The running IPython; None if there is none."""
    kind = getattr(sys.modules.get("IPython.core.interactiveshell"), "InteractiveShell", None)
    return kind.instance() if kind is not None and kind.initialized() else None


def _id(display_id: str | bool | None, transient: Mapping[str, Any] | None) -> str | None:
    if display_id is True:
        return os.urandom(16).hex()
    return display_id or (transient or {}).get("display_id") or None


def _checked(data: Any) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise TypeError(f"data must be a dict, got: {data!r}")
    return plain(data)


def _merged(about: dict[str, Any], metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    for key, value in (metadata or {}).items():
        known = about.get(key)
        about[key] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value
    return plain_metadata(about)

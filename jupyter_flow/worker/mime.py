"""How an object is displayed: what its ``_repr_*_`` methods give, by MIME type. IPython's protocol, without IPython.

A method that raises, or gives what cannot be displayed, is told on standard error, and left out.
"""

import sys
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping
from json import dumps, loads  # an electron may have put others into the module
from typing import Any

from . import figures
from .failures import message_of

# No JavaScript: what a node displayed is shown again in other places, and long after.
METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
    "text/latex": "_repr_latex_",
    "application/json": "_repr_json_",
}
CANARY = "_ipython_canary_method_should_not_exist_"  # an object that has it has every name one asks for

Bundle = tuple[dict[str, Any], dict[str, Any]]  # data and metadata, by MIME type


def bundle_of(thing: Any, include: Collection[str] | None = None, exclude: Collection[str] | None = None) -> Bundle:
    """What displays an object: always text, and what richer forms it has."""
    data: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    if not issubclass(type(thing), type) and not _has(thing, CANARY):  # isinstance would ask the object
        _whole(thing, data, metadata, include, exclude)
        for mime, method in METHODS.items():
            if mime not in data and _wanted(mime, include, exclude):
                _one(thing, mime, method, data, metadata)
    if _wanted("image/png", include, exclude) and "image/png" not in data:
        _put(data, "image/png", _tried(thing, "its picture", lambda: figures.png(thing)))
    if "text/plain" not in data and _wanted("text/plain", include, exclude):
        data["text/plain"] = text_of(thing)
    return {m: v for m, v in data.items() if _wanted(m, include, exclude)}, metadata


def text_of(thing: Any) -> str:
    """The repr of an object; if that raises, a line that says so."""
    try:
        return _clean(repr(thing))
    except BaseException as error:
        return f"<{_kind(thing)}, whose repr raised {type(error).__name__}: {message_of(error)}>"


def plain(data: Mapping[Any, Any]) -> dict[str, Any]:
    """A bundle as JSON holds it: bytes in base64. What it cannot hold is told, and left out."""
    kept: dict[str, Any] = {}
    for mime, value in data.items():
        if isinstance(mime, str) and mime != "application/javascript":
            _put(kept, _clean(mime), value)
    return kept


def plain_metadata(about: Mapping[Any, Any]) -> dict[str, Any]:
    """Metadata as JSON holds it; empty where that cannot be."""
    try:
        kept: dict[str, Any] = loads(dumps(dict(about)))
    except BaseException:
        return {}
    return kept


def _whole(thing: Any, data: dict[str, Any], metadata: dict[str, Any], include: Any, exclude: Any) -> None:
    method = "_repr_mimebundle_"
    if not _has(thing, method):
        return
    found = _tried(thing, method, lambda: getattr(thing, method)(include=include, exclude=exclude))
    if isinstance(found, tuple) and len(found) == 2:
        metadata.update(found[1] if isinstance(found[1], dict) else {})
        found = found[0]
    if isinstance(found, dict):
        data.update(plain(found))


def _one(thing: Any, mime: str, method: str, data: dict[str, Any], metadata: dict[str, Any]) -> None:
    if not _has(thing, method):
        return
    found = _tried(thing, method, lambda: getattr(thing, method)())
    if isinstance(found, tuple) and len(found) == 2:
        found, about = found
        if isinstance(about, dict) and about:
            metadata[mime] = about
    _put(data, mime, found)


def _put(data: dict[str, Any], mime: str, value: Any) -> None:
    if value is None:
        return
    try:
        data[mime] = _value(mime, value)
    except BaseException as error:
        _tell(f"a display as {mime} is left out: {message_of(error)}")


def _value(mime: str, value: Any) -> Any:
    """A value as it stands in JSON, made of builtins. Raises TypeError, ValueError."""
    if isinstance(value, bytes | bytearray | memoryview):
        raw = bytes(value)
        return raw.decode("utf-8", "replace") if mime.startswith("text/") else b64encode(raw).decode()
    if isinstance(value, str):
        return _clean(value)
    if mime == "application/json" or mime.endswith("+json"):
        return loads(dumps(value))
    raise TypeError(f"it is a {_kind(value)}, not text")


def _tried(thing: Any, what: str, call: Callable[[], Any]) -> Any:
    try:
        return call()
    except NotImplementedError:  # how an object says that it has no such form just now
        return None
    except BaseException as error:
        _tell(f"{what} of a {_kind(thing)} raised {type(error).__name__}: {message_of(error)}")
        return None


def _has(thing: Any, name: str) -> bool:
    try:
        return callable(getattr(thing, name, None))
    except BaseException:
        return False


def _wanted(mime: str, include: Collection[str] | None, exclude: Collection[str] | None) -> bool:
    return (not include or mime in include) and not (exclude and mime in exclude)


def _clean(text: str) -> str:
    """A plain str that UTF-8 can hold, whatever class it had."""
    return str.encode(text, "utf-8", "replace").decode()


def _kind(thing: Any) -> str:
    try:
        return _clean(type.__dict__["__name__"].__get__(type(thing)))
    except BaseException:
        return "thing"


def _tell(text: str) -> None:
    sys.stderr.write(f"jupyter_flow: {text}\n")

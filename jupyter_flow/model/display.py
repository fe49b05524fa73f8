"""What an electron displayed: text and bytes as a front end takes them, never the object itself."""

from collections.abc import Mapping, Sequence
from json import dumps, loads  # an electron may have put others into the module
from typing import Any, NamedTuple


class Display(NamedTuple):
    """One display. `data`: by MIME type; binary ones in base64, as notebooks keep them."""

    data: dict[str, Any]
    metadata: dict[str, Any]

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.data, self.metadata

    def __repr__(self) -> str:
        plain = self.data.get("text/plain")
        return plain if isinstance(plain, str) else f"<display of {', '.join(self.data) or 'nothing'}>"


def encoded(data: Mapping[str, Any], metadata: Mapping[str, Any]) -> bytes:
    """One display as a line of JSON. Raises TypeError and ValueError for what JSON cannot hold."""
    text = dumps({"data": data, "metadata": metadata}, ensure_ascii=False)
    return text.encode("utf-8", "replace")  # a lone surrogate could not be sent to any front end


def joined(displays: Sequence[bytes]) -> bytes:
    """Encoded displays as the JSON list of a `Record`."""
    return b"[" + b",\n".join(displays) + b"]"


def displays_in(text: bytes) -> list[Display]:
    """The displays of a `Record`. What is none is left out: code on a worker could have written anything."""
    try:
        found = loads(text)
    except (ValueError, RecursionError):
        return []
    return [_display(item) for item in found if _is_display(item)] if isinstance(found, list) else []


def _is_display(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("data"), dict)


def _display(item: dict[str, Any]) -> Display:
    metadata = item.get("metadata")
    return Display(item["data"], metadata if isinstance(metadata, dict) else {})

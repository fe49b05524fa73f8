"""The inputs of a node, as far as they can be told without unpickling what is not known to be harmless."""

import io
import pickle
from typing import Any

from ..model.events import BlobRef, Value
from ..model.graph import ATOM, OUTPUT
from ..model.literal import ATOMS, Concealed
from ..model.secretnames import PERHAPS, holds_secret, promise
from ..model.vault import MASK, VAULT
from .messages import Argument
from .source import Source

LITTLE = 512  # bytes of a pickle that is looked into
LONGEST = 120  # characters of a value
MOST = 200  # inputs that are told
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


class _Harmless(pickle.Unpickler):
    """Builds numbers, text and what Python holds them in; knows no class and calls nothing."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(name)

    def persistent_load(self, id: Any) -> Any:
        raise pickle.UnpicklingError(id)


def arguments(source: Source, node: int) -> list[Argument]:
    """What a node was given, and by whom."""
    given = source.graph.inputs_of(node)
    return [_argument(source, *one) for one, _ in zip(given, range(MOST), strict=False)]


def _argument(source: Source, label: str, tag: int, item: Any) -> Argument:
    if tag == ATOM:
        text = MASK if holds_secret(label, item) else VAULT.masked(atom(item))
        return {"name": label, "producer": None, "text": text}
    if tag == OUTPUT:
        record = source.facts.record(item)
        value = record.value if record is not None else None
        text = "" if value is None else MASK if promise(label) > PERHAPS else brief(value)
        return {"name": label, "producer": item, "text": text}
    producer = item.refs[0] if len(item.refs) == 1 else None
    if item.refs:
        names = sorted({source.graph.name_of(ref) for ref in item.refs})
        shown = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        return {"name": label, "producer": producer, "text": f"holds {len(item.refs)} outputs of {shown}"}
    return {"name": label, "producer": None, "text": MASK if type(item) is Concealed else brief(item.data)}


def atom(value: Any) -> str:
    """A number or a text, cut."""
    if isinstance(value, str | bytes):
        value = value[: LONGEST + 1]
    elif type(value) is int and value.bit_length() > 4 * LONGEST:
        return f"int of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def brief(value: Value) -> str:
    """A value that is pickled: itself where it is a small number or text, else how large it is."""
    size = value.size if isinstance(value, BlobRef) else len(value)
    if isinstance(value, bytes) and size <= LITTLE:
        try:
            found = _Harmless(io.BytesIO(value)).load()
        except Exception:
            return sized(size)
        return VAULT.masked(atom(found)) if type(found) in ATOMS else f"{type(found).__name__}, {sized(size)}"
    return sized(size)


def sized(size: int) -> str:
    """A number of bytes."""
    amount, unit = float(size), 0
    while amount >= 999.5 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{size} bytes" if not unit else f"{amount:.1f} {_UNITS[unit]}"

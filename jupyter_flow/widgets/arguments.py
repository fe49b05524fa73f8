"""The inputs of a node, as far as they can be told without unpickling what is not known to be harmless."""

from typing import Any

from ..model.events import Value
from ..model.graph import ATOM, OUTPUT
from ..model.literal import Concealed
from ..model.secretnames import PERHAPS, holds_secret, promise
from ..model.vault import MASK
from .briefs import atom, brief, outline, size_of
from .messages import Argument
from .source import Source

MOST = 200  # inputs that are told


def arguments(source: Source, node: int) -> list[Argument]:
    """What a node was given, and by whom."""
    given = source.graph.inputs_of(node)
    return [_argument(source, *one) for one, _ in zip(given, range(MOST), strict=False)]


def _argument(source: Source, label: str, tag: int, item: Any) -> Argument:
    if tag == OUTPUT:
        record = source.facts.record(item)
        return _told(label, item, record.value if record is not None else None, promise(label) > PERHAPS)
    if tag == ATOM:
        secret = holds_secret(label, item)
        text = MASK if secret else atom(item)
        return {"name": label, "producer": None, "text": text, "whole": not text.endswith("…"), "size": None}
    if item.refs:
        names = sorted({source.graph.words_of(ref) for ref in item.refs})
        shown = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        text = f"holds {len(item.refs)} outputs of {shown}"
        producer = item.refs[0] if len(item.refs) == 1 else None
        return {"name": label, "producer": producer, "text": text, "whole": False, "size": None}
    return _told(label, None, item.data, type(item) is Concealed)


def _told(label: str, producer: int | None, value: Value | None, secret: bool) -> Argument:
    if secret or value is None:
        hidden = "" if value is None else MASK
        return {"name": label, "producer": producer, "text": hidden, "whole": False, "size": None}
    known = brief(value)
    text = known or outline(value)
    whole = known is not None and not known.endswith("…")
    return {"name": label, "producer": producer, "text": text, "whole": whole, "size": size_of(value)}

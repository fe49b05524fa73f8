"""Nodes by a part of their name, or by their number."""

from .folded import Folded
from .messages import Found, Hit
from .source import Source

MOST = 50  # hits that are told


def search(source: Source, folded: Folded, view: str, text: str) -> Found:
    """The nodes that are found: first the one of that number, then those whose names begin so, then all others."""
    hits, total = _found(source, folded, text.strip().casefold())
    group_of = folded.folding.group_of
    told = [Hit(node=node, name=source.graph.words_of(node)[:300], group=group_of[node]) for node in hits]
    return {"kind": "found", "view": view, "text": text, "total": total, "hits": told}


def _found(source: Source, folded: Folded, wanted: str) -> tuple[list[int], int]:
    if not wanted:
        return [], 0
    names = [version.name.casefold() for version in source.graph.versions]
    place = [0 if name == wanted else 1 if name.startswith(wanted) else 2 if wanted in name else 3 for name in names]
    group_of = folded.folding.group_of
    matching = [(place[v], node) for node, v in enumerate(source.graph.version) if place[v] < 3 and group_of[node] >= 0]
    number = wanted.removeprefix("#")
    if number.isdecimal() and len(number) < 10 and int(number) < len(group_of) and group_of[int(number)] >= 0:
        matching = [(-1, int(number)), *[hit for hit in matching if hit[1] != int(number)]]
    return [node for _, node in sorted(matching)[:MOST]], len(matching)

"""A picture as text: one line for any output, a few lines for a terminal."""

from collections.abc import Sequence

from ..model.status import Status
from .folding import FoldedEdge, Folding, fold
from .groups import Group, count_states, counted, said, tally, whole
from .lettering import clean, columns, cut
from .palette import SIGN
from .picking import picked, tallied
from .picture import WAITING_EDGE, Picture
from .ranks import ranks

_MOST_LINES = 40
_MOST_GROUPS = 60
_NAME = 40  # characters
_MOST_EXECUTORS = 4
_MOST_PRODUCERS = 4


def summary(picture: Picture) -> str:
    """``workflow: 5 electrons · 2 on cpu, 3 on local · COMPLETED``."""
    return f"{cut(clean(picture.title), 80)}: {about(picture)} · {whole(picture.status)}"


def about(picture: Picture) -> str:
    """How many electrons, on which executors, and how many of them did not complete."""
    electrons = picture.electrons()
    parts = [f"{len(electrons)} electron{'' if len(electrons) == 1 else 's'}"]
    counts = dict(tallied(picked(picture.executors, electrons))) if picture.executors else {}
    counts.pop("", None)
    if counts:
        parts.append(_on(dict(sorted(counts.items()))))
    still = [f"{len(picture.given_up)} given up, may still run"] if picture.given_up else []
    return " · ".join(parts + _states(picture, electrons) + still)


def _on(counts: dict[str, int]) -> str:
    phrases = [f"{count} on {cut(clean(label), 30)}" for label, count in counts.items()]
    if len(phrases) > _MOST_EXECUTORS:
        rest = list(counts.values())[_MOST_EXECUTORS - 1 :]
        phrases[_MOST_EXECUTORS - 1 :] = [f"{sum(rest)} on {len(rest)} other executors"]
    return ", ".join(phrases)


def _states(picture: Picture, electrons: Sequence[int]) -> list[str]:
    """Counts by state, unless all electrons are where the whole is."""
    counts = count_states(picture, electrons)
    if not counts or set(counts) == {picture.status}:
        return []
    return [
        ", ".join(f"{count} {said(status, picture.status is Status.INTERRUPTED)}" for status, count in counts.items())
    ]


def draw_text(picture: Picture, folding: Folding | None = None) -> str:
    """The summary and the folded graph, layer by layer, in at most 40 lines. ``folding``: as it is known already."""
    if folding is None or len(folding.members) > _MOST_GROUPS:  # a smaller one is the same
        folding = fold(picture, most=_MOST_GROUPS)
    lines = [summary(picture), *_tree(folding, tally(picture, folding))]
    if len(lines) > _MOST_LINES:
        more = sum(1 for line in lines[_MOST_LINES - 1 :] if line.strip() != "↓")
        lines[_MOST_LINES - 1 :] = [f"  … and {more} more"]
    return "\n".join(lines)


def _tree(folding: Folding, groups: list[Group]) -> list[str]:
    layers = ranks(len(groups), [(e.source, e.target) for e in folding.edges])
    names = _names(groups)
    producers: list[list[FoldedEdge]] = [[] for _ in groups]
    for edge in folding.edges:
        if edge.source != edge.target:
            producers[edge.target].append(edge)
    cells = [(f"{SIGN[g.status]} {names[g.number]}", _middle(g)) for g in groups]
    wide = [max([columns(cell[k]) for cell in cells], default=0) for k in (0, 1)]
    fed = {layers[e.target] for e in folding.edges}
    lines: list[str] = []
    for layer in range(max(layers, default=-1) + 1):
        lines += ["  ↓"] if layer and layer in fed else []
        for g in (g for g in groups if layers[g.number] == layer):
            row = [_pad(text, w) for text, w in zip(cells[g.number], wide, strict=True) if w]
            lines.append(("  " + "  ".join([*row, _from(producers[g.number], names)])).rstrip())
    return lines


def _pad(text: str, wide: int) -> str:
    return text + " " * (wide - columns(text))


def _names(groups: list[Group]) -> list[str]:
    """What a group is called; like Covalent's ``train(3)`` where several have the name."""
    headings = [counted(cut(clean(g.name), _NAME), g.count) for g in groups]
    seen: dict[str, int] = {}
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
    return [f"{h}({g.first})" if seen[h] > 1 else h for h, g in zip(headings, groups, strict=True)]


def _middle(group: Group) -> str:
    """Progress, failures and executors of a group."""
    parts = [group.progress] if group.progress else []
    if group.count > 1:
        parts += [f"{count} {group.said(status)}" for status, count in group.failures().items()]
    elif group.status is not Status.COMPLETED:
        parts.append(group.said(group.status))
    if group.executors:
        labels = [cut(clean(label), 30) for label in group.executors]
        parts.append(labels[0] if len(labels) == 1 else f"{labels[0]} +{len(labels) - 1}")
    return " · ".join(parts)


def _from(edges: list[FoldedEdge], names: list[str]) -> str:
    if not edges:
        return ""
    phrases = [names[e.source] + (" (order)" if e.labels == (WAITING_EDGE,) else "") for e in edges]
    if len(phrases) > _MOST_PRODUCERS:
        phrases[_MOST_PRODUCERS - 1 :] = [f"{len(phrases) - _MOST_PRODUCERS + 1} more"]
    return "← " + ", ".join(phrases)

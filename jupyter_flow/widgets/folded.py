"""A graph folded and laid out, once for each way to look at it; what changes while it runs is no part of it."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ..model.events import COMPLETED, FAILED, STATUS_OF
from ..model.status import Status
from ..render import Folding, Group, Layout, Picture, fold, tally
from ..render.arrangement import arranged, labels_of
from ..render.boxes import Box, Scheme, measure
from ..render.lettering import clean, cut
from ..render.picture import WAITING_EDGE
from ..render.standing import Standing
from . import messages
from .messages import Orientation
from .pictures import with_states

KEPT = 4  # drawings of a graph that are remembered
LONGEST = 300  # characters of a name
LABELS = 4  # parameters named on an edge
SOME_SECONDS = 88.8  # as wide as most durations are


@dataclass(frozen=True)
class Folded:
    """A folding with all that is measured of it."""

    folding: Folding
    groups: list[Group]  # nothing has happened
    boxes: list[Box]
    family: list[int]  # for each group
    glue: tuple[int, ...]  # that is shown because it failed

    @property
    def executors(self) -> list[str]:
        """The executors' labels, in the order of their colours."""
        return sorted({label for group in self.groups for label in group.executors})


@dataclass(frozen=True)
class Placed:
    """A folding with the places of everything."""

    folded: Folded
    layout: Layout
    groups: list[messages.Group]
    edges: list[messages.Edge]


class Foldings:
    """The foldings of one graph that are in use. Its caller sees to it that it is asked by one thread at a time."""

    def __init__(self, picture: Picture, electrons: int) -> None:
        self._picture, self._electrons = picture, electrons
        self._closed: tuple[tuple[int, ...], Folded] | None = None  # with nothing opened
        self._placed: OrderedDict[tuple[int, Orientation], Placed] = OrderedDict()

    def failed_glue(self, states: bytes) -> tuple[int, ...]:
        """Glue that failed, which is shown: with what is opened it decides how a graph is folded."""
        if states.find(FAILED, self._electrons) < 0:
            return ()
        return tuple(i for i in range(self._electrons, len(states)) if states[i] == FAILED)

    def folded(self, states: bytes, opened: Collection[int] = ()) -> Folded:
        """The graph with the groups of some nodes opened; which of many members are shown depends on their states."""
        glue = self.failed_glue(states)
        if self._closed is None or self._closed[0] != glue:
            self._closed = glue, _folded(with_states(self._picture, states), glue)
        base = self._closed[1]
        groups = {base.folding.group_of[node] for node in opened} - {-1}
        if not any(len(base.folding.members[group]) > 1 for group in groups):
            return base
        return _folded(with_states(self._picture, states), glue, opened, base)

    def placed(self, folded: Folded, orientation: Orientation) -> Placed:
        """A folding, laid out."""
        key = id(folded), orientation
        found = self._placed.get(key)
        if found is None or found.folded is not folded:
            found = self._placed[key] = _placed(folded, orientation)
        self._placed.move_to_end(key)
        while len(self._placed) > KEPT:
            self._placed.popitem(last=False)
        return found


def _folded(
    picture: Picture, glue: tuple[int, ...], opened: Collection[int] = (), base: Folded | None = None
) -> Folded:
    folding = fold(picture, opened)
    groups = [replace(group, counts={}, seconds=None) for group in tally(picture, folding)]
    family = [group.first for group in groups]
    if base is not None:
        family = [base.folding.members[base.folding.group_of[first]][0] for first in family]
    return Folded(folding, groups, [_roomy(group) for group in groups], family, glue)


def _roomy(group: Group) -> Box:
    """A box with room for whatever it will say: nothing moves while a dispatch runs, or is coloured otherwise."""
    busy: dict[Standing, int] = {Status.FAILED: group.count, STATUS_OF[COMPLETED]: group.count}
    full = replace(group, counts=busy, seconds=SOME_SECONDS)
    by_status = measure(full, Scheme("status", {}))
    by_duration = measure(full, Scheme("duration", {}))
    widest = max(by_status.width, by_duration.width)
    return replace(by_status, group=group, width=widest, height=max(by_status.height, by_duration.height))


def _placed(folded: Folded, orientation: Orientation) -> Placed:
    layout = arranged(folded.boxes, folded.folding, orientation)
    groups = [_group(folded, k, layout) for k in range(len(folded.groups))]
    return Placed(folded, layout, groups, _edges(folded.folding, layout))


def _group(folded: Folded, k: int, layout: Layout) -> messages.Group:
    group, box = folded.groups[k], folded.boxes[k]
    return {
        "first": group.first,
        "name": cut(clean(group.name), LONGEST),
        "node_kind": group.kind,
        "count": group.count,
        "opened": group.count == 1 and folded.family.count(folded.family[k]) > 1,
        "family": folded.family[k],
        "x": round(layout.x[k], 2),
        "y": round(layout.y[k], 2),
        "width": round(box.width, 2),
        "height": round(box.height, 2),
        "chip": box.chip,
    }


def _edges(folding: Folding, layout: Layout) -> list[messages.Edge]:
    short = labels_of(folding)
    return [
        {
            "source": edge.source,
            "target": edge.target,
            "labels": _labels(edge.labels) if label else [],
            "count": edge.count,
            "waiting": edge.waiting,
            "points": [(round(x, 2), round(y, 2)) for x, y in route],
        }
        for edge, route, label in zip(folding.edges, layout.routes, short, strict=True)
    ]


def _labels(labels: Sequence[str]) -> list[str]:
    named = [cut(clean(label), 60) for label in labels if label and label != WAITING_EDGE]
    return named if len(named) <= LABELS else [*named[: LABELS - 1], f"and {len(named) - LABELS + 1} more"]

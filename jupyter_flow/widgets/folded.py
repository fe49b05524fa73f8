"""A graph folded and laid out, once for each way to look at it; what changes while it runs is no part of it."""

import threading
import weakref
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..model.events import COMPLETED, FAILED, STATUS_OF
from ..model.graph import TransportGraph
from ..model.status import Status
from ..render import Folding, Group, Layout, Picture, draw_svg, fold, tally
from ..render.arrangement import arranged, labels_of
from ..render.boxes import Box, Scheme, measure
from ..render.breath import paced
from ..render.lettering import clean, cut
from ..render.picture import WAITING_EDGE
from ..render.standing import Standing
from . import messages
from .apart import told_apart
from .messages import By, Orientation
from .pictures import Looks, looks_of, picture_of_graph, with_states

KEPT = 4  # drawings of a graph that are remembered
LONGEST = 300  # characters of a name
LABELS = 4  # parameters named on an edge
SOME_SECONDS = 88.8  # as wide as most durations are

Apart = Callable[[Sequence[Group]], list[str]]


@dataclass(frozen=True)
class Folded:
    """A folding with all that is measured of it."""

    folding: Folding
    groups: list[Group]  # nothing has happened
    boxes: list[Box]
    family: list[int]  # for each group
    glue: tuple[int, ...]  # that is shown because it failed

    @property
    def arguments(self) -> list[str]:
        """What tells boxes of one name apart, cut to measure."""
        return [box.argument for box in self.boxes]

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
    """The foldings of one graph that are in use, for whoever draws it: threads wait for one another."""

    def __init__(self, picture: Picture, electrons: int, apart: Apart = lambda groups: [""] * len(groups)) -> None:
        """picture: the graph, of which nothing has run. apart: what tells groups of one name apart, for each group."""
        self.picture, self._electrons, self._apart = picture, electrons, apart
        self._lock = threading.RLock()
        self._closed: tuple[tuple[int, ...], Folded] | None = None  # with nothing opened
        self._placed: OrderedDict[tuple[int, Orientation], Placed] = OrderedDict()

    def failed_glue(self, states: bytes) -> tuple[int, ...]:
        """Glue that failed, which is shown: with what is opened it decides how a graph is folded."""
        if states.find(FAILED, self._electrons) < 0:
            return ()
        return tuple(i for i in range(self._electrons, len(states)) if states[i] == FAILED)

    def folded(self, states: bytes, opened: Collection[int] = ()) -> Folded:
        """The graph with the groups of some nodes opened; which of many members are shown depends on their states."""
        with self._lock:
            glue = self.failed_glue(states)
            if self._closed is None or self._closed[0] != glue:
                self._closed = glue, _folded(with_states(self.picture, states), glue, self._apart)
            base = self._closed[1]
            groups = {base.folding.group_of[node] for node in opened} - {-1}
            if not any(len(base.folding.members[group]) > 1 for group in groups):
                return base
            return _folded(with_states(self.picture, states), glue, self._apart, opened, base)

    def placed(self, folded: Folded, orientation: Orientation) -> Placed:
        """A folding, laid out."""
        key = id(folded), orientation
        with self._lock:
            found = self._placed.get(key)
            if found is None or found.folded is not folded:
                found = self._placed[key] = _placed(folded, orientation)
            self._placed.move_to_end(key)
            while len(self._placed) > KEPT:
                self._placed.popitem(last=False)
            return found


def drawn(
    picture: Picture, folded: Folded, by: By = "status", orientation: Orientation = "down", dark: bool | None = None
) -> str:
    """The same as SVG: in the picture's states, as large as it is then."""
    return draw_svg(
        picture, by=by, orientation=orientation, folding=folded.folding, arguments=folded.arguments, dark=dark
    )


_known: dict[int, tuple["weakref.ref[TransportGraph]", Looks, Foldings]] = {}
_knowing = threading.Lock()


def foldings_of(graph: TransportGraph) -> Foldings:
    """The foldings of a graph, the same for all who draw it, as long as it lives and looks as it did."""
    looks = looks_of(graph)
    with _knowing:  # while it is made too: whoever draws a graph beside its live view shall not make another
        known = _known.get(id(graph))
        if known is not None and known[0]() is graph and known[1] == looks and len(known[2].picture) == len(graph):
            return known[2]
        made = Foldings(picture_of_graph(graph, looks), graph.electrons, _apart(graph))
        _known[id(graph)] = weakref.ref(graph, partial(_forget, id(graph))), looks, made
        return made


def _apart(graph: TransportGraph) -> Apart:
    """What tells its nodes apart. The graph is not kept alive by that."""
    known = weakref.ref(graph)

    def apart(groups: Sequence[Group]) -> list[str]:
        graph = known()
        return [""] * len(groups) if graph is None else told_apart(graph, groups)

    return apart


def _forget(number: int, gone: "weakref.ref[TransportGraph]") -> None:
    """A graph is gone; its number may belong to another by now. No lock: this comes at any time, on any thread."""
    known = _known.get(number)
    if known is not None and known[0] is gone:
        _known.pop(number, None)


def _folded(
    picture: Picture,
    glue: tuple[int, ...],
    apart: Apart,
    opened: Collection[int] = (),
    base: Folded | None = None,
) -> Folded:
    folding = fold(picture, opened)
    groups = [group.standing({}, None) for group in tally(picture, folding)]
    family = [group.first for group in groups]
    if base is not None:
        family = [base.folding.members[base.folding.group_of[first]][0] for first in family]
    boxes = [_roomy(group, argument) for group, argument in zip(groups, apart(groups), strict=True)]
    return Folded(folding, groups, boxes, family, glue)


def _roomy(group: Group, argument: str) -> Box:
    """A box with room for whatever it will say: nothing moves while a dispatch runs, or is coloured otherwise."""
    busy: dict[Standing, int] = {Status.FAILED: group.count, STATUS_OF[COMPLETED]: group.count}
    full = group.standing(busy, SOME_SECONDS)
    by_status = measure(full, Scheme("status", {}), argument)
    by_duration = measure(full, Scheme("duration", {}), argument)
    widest = max(by_status.width, by_duration.width)
    highest = max(by_status.height, by_duration.height)
    return replace(by_status, group=group, width=widest, height=highest)


def _placed(folded: Folded, orientation: Orientation) -> Placed:
    layout = arranged(folded.boxes, folded.folding, orientation)
    kin = Counter(folded.family)
    groups = [_group(folded, k, layout, kin[folded.family[k]]) for k in paced(range(len(folded.groups)))]
    return Placed(folded, layout, groups, _edges(folded.folding, layout))


def _group(folded: Folded, k: int, layout: Layout, kin: int) -> messages.Group:
    group, box = folded.groups[k], folded.boxes[k]
    return {
        "first": group.first,
        "name": cut(clean(group.name), LONGEST),
        "node_kind": group.kind,
        "count": group.count,
        "opened": group.count == 1 and kin > 1,
        "family": folded.family[k],
        "x": round(layout.x[k], 2),
        "y": round(layout.y[k], 2),
        "width": round(box.width, 2),
        "height": round(box.height, 2),
        "chip": box.chip,
        "argument": box.argument,
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
        for edge, route, label in paced(zip(folding.edges, layout.routes, short, strict=True))
    ]


def _labels(labels: Sequence[str]) -> list[str]:
    named = [cut(clean(label), 60) for label in labels if label and label != WAITING_EDGE]
    return named if len(named) <= LABELS else [*named[: LABELS - 1], f"and {len(named) - LABELS + 1} more"]

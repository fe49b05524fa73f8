"""Folding a graph: electrons that are alike become one group with a count.

Alike are nodes of the same name and executor whose producers and consumers are alike, to
the depth of two: two rounds of label refinement (Weisfeiler and Leman 1968), O(V + E). A
fan of any width is then one group. Where that leaves too many groups, coarser rules follow.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import count
from threading import Lock

from ..model.events import FAILED, INTERRUPTED, RUNNING
from .breath import breathe
from .glue import LabelledEdge, dissolve_glue
from .layering import Layering
from .picking import picked
from .picture import WAITING_EDGE, Picture
from .ranks import longest_path

MOST_GROUPS = 200
MOST_OPENED = 48  # members of an opened group that are shown one by one

_ALWAYS_SHOWN = 12  # graphs up to this size are not folded
_SMALL = 24  # up to this size, groups of two and three are not folded
_FEW = 3
_STRETCH = 8192  # edges between two breaths
_BANDS = 24  # into which the layers are gathered if no rule by name gives few enough groups

Ends = list[int]


@dataclass(frozen=True, slots=True)
class FoldedEdge:
    """All edges between two groups, or within one; ``labels`` are the parameters they feed."""

    source: int
    target: int
    labels: tuple[str, ...]
    count: int

    @property
    def waiting(self) -> bool:
        """Whether it is order without data, throughout."""
        return self.labels == (WAITING_EDGE,)


@dataclass(frozen=True)
class Folding:
    """A partition of the nodes that are shown; ``group_of`` is -1 for glue that was folded away.

    Whoever draws it, on whichever thread, shares its layering, which is made once.
    """

    group_of: list[int]
    members: list[list[int]]  # node numbers of each group, ascending
    edges: list[FoldedEdge]
    mixed: bool = False  # groups hold electrons of different names
    _made: list[Layering] = field(default_factory=list, init=False, repr=False, compare=False)
    _making: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    @property
    def ends(self) -> list[tuple[int, int]]:
        """Where its edges begin and end."""
        return [(edge.source, edge.target) for edge in self.edges]

    @property
    def layering(self) -> Layering:
        """Its groups in layers."""
        with self._making:
            if not self._made:
                self._made.append(Layering(len(self.members), self.ends))
            return self._made[0]


def fold(picture: Picture, opened: Collection[int] = (), *, most: int = MOST_GROUPS) -> Folding:
    """Fold a picture into at most ``most`` groups.

    ``opened`` are node numbers: the groups that hold them are shown member by member, up to
    `MOST_OPENED` each, those that failed or run first; the others stay one group. Groups
    are numbered from the top of the graph down, then by their first member.
    """
    shown, edges = dissolve_glue(picture)
    breathe()
    sources, targets = _ends(shown, edges)
    layers = longest_path(len(shown), sources, targets)
    breathe()
    labels, mixed = _labels(picture, shown, sources, targets, layers, most)
    labels = _unfold_small(labels)
    labels = _open(picture, shown, labels, opened)
    labels = _from_the_top(labels, layers)
    breathe()
    return _folding(len(picture), shown, labels, edges, (sources, targets), mixed)


def _ends(shown: list[int], edges: list[LabelledEdge]) -> tuple[list[int], list[int]]:
    """Where the edges begin and end, by the places of the nodes that are shown."""
    sources = [source for source, _, _ in edges]
    targets = [target for _, target, _ in edges]
    if shown and shown[-1] == len(shown) - 1:
        return sources, targets
    index = dict(zip(shown, range(len(shown)), strict=True))
    return [*map(index.__getitem__, sources)], [*map(index.__getitem__, targets)]


def _folding(
    nodes: int, shown: list[int], labels: list[int], edges: list[LabelledEdge], ends: tuple[Ends, Ends], mixed: bool
) -> Folding:
    members: list[list[int]] = [[] for _ in range(max(labels, default=-1) + 1)]
    group_of = [-1] * nodes
    for node, label in zip(shown, labels, strict=True):
        members[label].append(node)
        group_of[node] = label
    breathe()
    sources, targets = (picked(labels, end) for end in ends)
    return Folding(group_of, members, _quotient(sources, targets, edges), mixed)


def _numbered(keys: Iterable[Hashable]) -> list[int]:
    """Equal keys get equal numbers, in order of first appearance."""
    numbers: defaultdict[Hashable, int] = defaultdict(count().__next__)
    return [*map(numbers.__getitem__, keys)]


def _labels(
    picture: Picture, shown: list[int], sources: Ends, targets: Ends, layers: list[int], most: int
) -> tuple[list[int], bool]:
    """The finest of the rules that gives few enough groups, and whether it mixed names."""
    if len(shown) <= min(_ALWAYS_SHOWN, most):
        return list(range(len(shown))), False
    for labels in _rules(picture, shown, sources, targets, layers, most):
        if max(labels) < most:
            return labels, False
    depth = max(layers) + 1
    bands = min(most, _BANDS, depth)
    return _numbered(layer * bands // depth for layer in layers), True


def _rules(
    picture: Picture, shown: list[int], sources: Ends, targets: Ends, layers: list[int], most: int
) -> Iterator[list[int]]:
    by_name = _numbered(map(picture.names.__getitem__, shown))
    if len(set(picture.kinds)) > 1:
        by_name = _numbered(zip(by_name, map(picture.kinds.__getitem__, shown), strict=True))
    breathe()
    if len(set(picture.executors)) > 1:
        where = map(picture.executors.__getitem__, shown)
        yield _refined(_numbered(zip(by_name, where, strict=True)), sources, targets, most)
    yield _refined(by_name, sources, targets, most)
    yield _numbered(zip(by_name, layers, strict=True))
    yield by_name


def _refined(labels: list[int], sources: Ends, targets: Ends, most: int) -> list[int]:
    """Two rounds of refinement, fewer once there are too many labels anyway."""
    for _ in range(2):
        if not sources or max(labels) >= most:
            break
        before = _neighbourhoods(labels, sources, targets)
        after = _neighbourhoods(labels, targets, sources)
        labels = _numbered(zip(labels, before, after, strict=True))
        breathe()
    return labels


def _neighbourhoods(labels: list[int], there: Ends, here: Ends) -> list[int]:
    """For each node the set of labels at the other ends of its edges: a bit for each, for there are few labels."""
    bits = [1 << label for label in labels]
    found = [0] * len(labels)
    if max(labels, default=0) == 0:
        for node in set(here):
            found[node] = 1
        return found
    for start in range(0, len(here), _STRETCH):
        stretch = slice(start, start + _STRETCH)
        for node, bit in zip(here[stretch], picked(bits, there[stretch]), strict=True):
            found[node] |= bit
        breathe()
    return found


def _unfold_small(labels: list[int]) -> list[int]:
    """In a small graph two or three alike are more easily read side by side."""
    if len(labels) > _SMALL:
        return labels
    sizes = Counter(labels)
    return _numbered((label, i if sizes[label] <= _FEW else -1) for i, label in enumerate(labels))


def _open(picture: Picture, shown: list[int], labels: list[int], opened: Collection[int]) -> list[int]:
    nodes = set(opened)
    chosen = {k for k, node in enumerate(shown) if node in nodes} if nodes else set[int]()
    if not chosen:
        return labels
    urgent = (FAILED, INTERRUPTED, RUNNING)
    groups: dict[int, list[int]] = {labels[k]: [] for k in chosen}
    for k, label in enumerate(labels):
        if label in groups:
            groups[label].append(k)
    breathe()
    single: set[int] = set()
    for members in groups.values():
        room = MOST_OPENED if len(members) > MOST_OPENED + 1 else len(members)
        # What was clicked is always shown.
        key = [(k not in chosen, picture.statuses[shown[k]] not in urgent, k) for k in members]
        single.update([k for _, _, k in nsmallest(room, key)])
        breathe()
    return _numbered((label, k if k in single else -1) for k, label in enumerate(labels))


def _from_the_top(labels: list[int], layers: list[int]) -> list[int]:
    """Number the groups by the first layer they reach into, then by first member."""
    first = dict(zip(reversed(labels), range(len(labels) - 1, -1, -1), strict=True))
    top: dict[int, int] = {}
    for label, layer in set(zip(labels, layers, strict=True)):
        if layer < top.get(label, len(layers)):
            top[label] = layer
    rank = {label: k for k, label in enumerate(sorted(top, key=lambda label: (top[label], first[label])))}
    return [*map(rank.__getitem__, labels)]


def _quotient(sources: Sequence[int], targets: Sequence[int], edges: list[LabelledEdge]) -> list[FoldedEdge]:
    counts = Counter(zip(sources, targets, [label for _, _, label in edges], strict=True))
    breathe()
    pairs: dict[tuple[int, int], dict[str, int]] = {}
    for (source, target, label), many in counts.items():
        pairs.setdefault((source, target), {})[label] = many
    return [FoldedEdge(*pair, tuple(labels), sum(labels.values())) for pair, labels in sorted(pairs.items())]

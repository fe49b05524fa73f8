"""Folding a graph: electrons that are alike become one group with a count.

Alike are nodes of the same name and executor whose producers and consumers are alike, to
the depth of two: two rounds of label refinement (Weisfeiler and Leman 1968), O(V + E). A
fan of any width is then one group. Where that leaves too many groups, coarser rules follow.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from jupyter_flow.model.events import FAILED, INTERRUPTED, RUNNING

from .glue import LabelledEdge, dissolve_glue
from .picture import WAITING_EDGE, Picture
from .ranks import longest_path

MOST_GROUPS = 200
MOST_OPENED = 48  # members of an opened group that are shown one by one

_ALWAYS_SHOWN = 12  # graphs up to this size are not folded
_SMALL = 24  # up to this size, groups of two and three are not folded
_FEW = 3
_BANDS = 24  # into which the layers are gathered if no rule by name gives few enough groups


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


@dataclass(frozen=True, slots=True)
class Folding:
    """A partition of the nodes that are shown; ``group_of`` is -1 for glue that was folded away."""

    group_of: list[int]
    members: list[list[int]]  # node numbers of each group, ascending
    edges: list[FoldedEdge]
    mixed: bool = False  # groups hold electrons of different names


def fold(picture: Picture, opened: Collection[int] = (), *, most: int = MOST_GROUPS) -> Folding:
    """Fold a picture into at most ``most`` groups.

    ``opened`` are node numbers: the groups that hold them are shown member by member, up to
    `MOST_OPENED` each, those that failed or run first; the others stay one group. Groups
    are numbered from the top of the graph down, then by their first member.
    """
    shown, edges = dissolve_glue(picture)
    index = {node: k for k, node in enumerate(shown)}
    compact = [(index[a], index[b]) for a, b, _ in edges]
    layers = longest_path(len(shown), compact)
    labels, mixed = _labels(picture, shown, compact, layers, most)
    labels = _unfold_small(labels)
    labels = _open(picture, shown, labels, {index[i] for i in opened if i in index})
    labels = _from_the_top(labels, layers)
    members: list[list[int]] = [[] for _ in range(max(labels, default=-1) + 1)]
    group_of = [-1] * len(picture)
    for node, label in zip(shown, labels, strict=True):
        members[label].append(node)
        group_of[node] = label
    return Folding(group_of, members, _quotient(group_of, edges), mixed)


def _numbered(keys: Iterable[Hashable]) -> list[int]:
    """Equal keys get equal numbers, in order of first appearance."""
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _labels(
    picture: Picture, shown: list[int], edges: list[tuple[int, int]], layers: list[int], most: int
) -> tuple[list[int], bool]:
    """The finest of the rules that gives few enough groups, and whether it mixed names."""
    if len(shown) <= min(_ALWAYS_SHOWN, most):
        return list(range(len(shown))), False
    for labels in _rules(picture, shown, edges, layers, most):
        if max(labels) < most:
            return labels, False
    depth = max(layers) + 1
    bands = min(most, _BANDS, depth)
    return _numbered(layer * bands // depth for layer in layers), True


def _rules(
    picture: Picture, shown: list[int], edges: list[tuple[int, int]], layers: list[int], most: int
) -> Iterator[list[int]]:
    by_name = _numbered(picture.names[i] for i in shown)
    if picture.kinds:
        by_name = _numbered((by_name[k], picture.kinds[i]) for k, i in enumerate(shown))
    where = _numbered(picture.executors[i] for i in shown) if picture.executors else [0]
    if max(where):
        yield _refined(_numbered(zip(by_name, where, strict=True)), edges, most)
    yield _refined(by_name, edges, most)
    yield _numbered(zip(by_name, layers, strict=True))
    yield by_name


def _refined(labels: list[int], edges: list[tuple[int, int]], most: int) -> list[int]:
    """Two rounds of refinement, fewer once there are too many labels anyway."""
    pred: list[list[int]] = [[] for _ in labels]
    succ: list[list[int]] = [[] for _ in labels]
    for a, b in edges:
        succ[a].append(b)
        pred[b].append(a)
    for _ in range(2):
        seen = labels
        if max(seen) >= most:
            break
        labels = _numbered(
            (seen[i], frozenset([seen[p] for p in pred[i]]), frozenset([seen[s] for s in succ[i]]))
            for i in range(len(seen))
        )
    return labels


def _unfold_small(labels: list[int]) -> list[int]:
    """In a small graph two or three alike are more easily read side by side."""
    if len(labels) > _SMALL:
        return labels
    sizes = _sizes(labels)
    return _numbered((label, i if sizes[label] <= _FEW else -1) for i, label in enumerate(labels))


def _sizes(labels: Sequence[int]) -> list[int]:
    sizes = [0] * (max(labels, default=-1) + 1)
    for label in labels:
        sizes[label] += 1
    return sizes


def _open(picture: Picture, shown: list[int], labels: list[int], opened: set[int]) -> list[int]:
    if not opened:
        return labels
    urgent = (FAILED, INTERRUPTED, RUNNING)
    groups: dict[int, list[int]] = {labels[k]: [] for k in opened}
    for k, label in enumerate(labels):
        if label in groups:
            groups[label].append(k)
    single: set[int] = set()
    for members in groups.values():
        # What was clicked is always shown.
        members.sort(key=lambda k: (k not in opened, picture.statuses[shown[k]] not in urgent, k))
        room = MOST_OPENED if len(members) > MOST_OPENED + 1 else len(members)
        single.update(members[:room])
    return _numbered((label, k if k in single else -1) for k, label in enumerate(labels))


def _from_the_top(labels: list[int], layers: list[int]) -> list[int]:
    """Number the groups by the first layer they reach into, then by first member."""
    top: dict[int, tuple[int, int]] = {}
    for k, label in enumerate(labels):
        if label not in top or layers[k] < top[label][0]:
            top[label] = (layers[k], top.get(label, (0, k))[1])
    rank = {label: k for k, label in enumerate(sorted(top, key=top.__getitem__))}
    return [rank[label] for label in labels]


def _quotient(group_of: list[int], edges: list[LabelledEdge]) -> list[FoldedEdge]:
    labels: dict[tuple[int, int], dict[str, None]] = {}
    counts: dict[tuple[int, int], int] = {}
    for a, b, label in edges:
        key = group_of[a], group_of[b]
        counts[key] = counts.get(key, 0) + 1
        labels.setdefault(key, {})[label] = None
    return [FoldedEdge(a, b, tuple(labels[a, b]), counts[a, b]) for a, b in sorted(labels)]

"""Folding glue away: ``train(split(data)[0])`` is an edge from split to train.

A glue node is replaced by edges from its producers to its consumers, which keep the label
of the consumer's parameter. Glue that failed stays, because otherwise a failed dispatch
could show no failure; so does glue whose removal would multiply edges (running sums of a
hundred thousand terms, each consumed), which keeps the work linear.
"""

from collections import Counter
from collections.abc import Sequence

from ..model.events import FAILED
from .breath import breathe
from .picture import Picture

LabelledEdge = tuple[int, int, str]


def dissolve_glue(picture: Picture) -> tuple[list[int], list[LabelledEdge]]:
    """The nodes that remain, ascending, and the distinct edges between them, by node number."""
    if "glue" not in picture.kinds:
        return list(range(len(picture))), list(dict.fromkeys(picture.edges))
    loose = {i for i, kind in enumerate(picture.kinds) if kind == "glue" and picture.statuses[i] != FAILED}
    breathe()
    gone = _single(loose, picture.edges)
    edges = [(gone.get(a, a), b, label) for a, b, label in picture.edges if b not in gone]
    breathe()
    solver = _Solvent(loose - gone.keys(), edges, len(picture))
    for glue in solver.order():
        solver.dissolve(glue)
    hidden = solver.loose | gone.keys()
    return [i for i in range(len(picture)) if i not in hidden], solver.edges()


def _single(loose: set[int], edges: Sequence[LabelledEdge]) -> dict[int, int]:
    """Glue that stands for one node, as most does (``parts[3]``), and for which."""
    feeds = Counter([b for _, b, _ in edges])
    source = {b: a for a, b, _ in edges if b in loose and feeds[b] == 1}
    breathe()
    for glue in source:
        path, at = [], glue
        while at in source:
            path.append(at)
            at = source[at]
        source.update(dict.fromkeys(path, at))
    return {glue: at for glue, at in source.items() if at not in loose}


class _Solvent:
    def __init__(self, loose: set[int], edges: list[LabelledEdge], nodes: int) -> None:
        self.loose, self.given = loose, edges  # glue that is dissolved
        self.producers: dict[int, list[int]] = {i: [] for i in loose}
        self.glue_uses = dict.fromkeys(loose, 0)
        self.other_uses = dict.fromkeys(loose, 0)
        for a, b, _ in edges if loose else ():
            if b in loose:
                self.producers[b].append(a)
            if a in loose:
                (self.glue_uses if b in loose else self.other_uses)[a] += 1
        breathe()
        self.sources: dict[int, set[int]] = {}
        self.allowance = 1000 + 4 * (nodes + len(edges))
        self.kept: list[LabelledEdge] = []

    def order(self) -> list[int]:
        """Glue with producers first (Kahn 1962)."""
        consumers: dict[int, list[int]] = {i: [] for i in self.loose}
        missing = dict.fromkeys(self.loose, 0)
        for glue, producers in self.producers.items():
            for p in producers:
                if p in missing:
                    consumers[p].append(glue)
                    missing[glue] += 1
        ready = [i for i in sorted(missing) if not missing[i]]
        for glue in ready:
            breathe()
            for c in consumers[glue]:
                missing[c] -= 1
                if not missing[c]:
                    ready.append(c)
        return ready

    def dissolve(self, glue: int) -> None:
        found: set[int] = set()
        for p in self.producers[glue]:
            found = self._take(p, found) if p in self.loose else found | {p} if not found else _with(found, p)
        uses = self.glue_uses[glue] + self.other_uses[glue]
        if len(found) > 1 and uses > 1:
            self.allowance -= len(found) * uses
            if self.allowance < 0:
                self.loose.discard(glue)
                self.kept += [(p, glue, "") for p in sorted(found)]
                return
        self.sources[glue] = found

    def _take(self, producer: int, found: set[int]) -> set[int]:
        """Merge what a dissolved producer stands for; its last user gets the set itself."""
        theirs = self.sources[producer]
        self.glue_uses[producer] -= 1
        if self.glue_uses[producer] or self.other_uses[producer]:
            return found | theirs
        if len(theirs) > len(found):
            found, theirs = theirs, found
        found |= theirs
        return found

    def edges(self) -> list[LabelledEdge]:
        if not self.producers:
            return list(dict.fromkeys(self.given))
        out: dict[LabelledEdge, None] = {}
        for a, b, label in self.given:
            if b in self.loose or self._was_kept(b):
                continue
            if a in self.loose:
                out.update(dict.fromkeys((s, b, label) for s in sorted(self.sources[a])))
            else:
                out[a, b, label] = None
        out.update(dict.fromkeys(self.kept))
        return list(out)

    def _was_kept(self, node: int) -> bool:
        return node in self.producers and node not in self.loose


def _with(found: set[int], node: int) -> set[int]:
    found.add(node)
    return found

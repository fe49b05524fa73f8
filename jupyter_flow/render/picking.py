"""Many items of an array at once: one for each node of a graph are too many for a loop in Python."""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import TypeVar

Item = TypeVar("Item")


def picked(items: Sequence[Item], places: Sequence[int]) -> Sequence[Item]:
    """The items at some places, in their order; none are below 0."""
    if isinstance(places, range):
        return items[places.start : places.stop : places.step]
    if len(places) < 2:
        return [items[place] for place in places]
    found: Sequence[Item] = itemgetter(*places)(items)
    return found


def tallied(labels: Sequence[str]) -> Mapping[str, int]:
    """How often each of some labels is there. Most often there is one."""
    if labels and labels.count(labels[0]) == len(labels):
        return {labels[0]: len(labels)}
    return Counter(labels)

"""Whether two values share an object: then one that is equal, and another object, does not do in its place."""

import gc
import types
from typing import Any

from ...model.literal import ATOMS
from .execution import CellRun
from .marks import changeable
from .reach import NOWHERE

MOST = 10_000  # objects that are looked at; in larger values nobody can tell
LEAVES: tuple[Any, ...] = (*ATOMS, type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)


def holds_on(run: CellRun, name: str, by: CellRun) -> bool:
    """Whether what a run made may hold objects of what another one had made of a name."""
    old = by.kept.get(name, NOWHERE)
    if old is not NOWHERE and not changeable(old):
        return False
    made = [run.kept.get(other, NOWHERE) for other in run.makes]
    made = [value for value in made if value is NOWHERE or changeable(value)]
    if not made:
        return False
    unknown = any(value is NOWHERE for value in (old, *made))
    return unknown or _share([old], made)


def _share(some: list[Any], others: list[Any]) -> bool:
    """Whether an object that can be changed is among both, however deep; or may be."""
    one, other = _inside(some), _inside(others)
    return one is None or other is None or not one.keys().isdisjoint(other)


def _inside(values: list[Any]) -> dict[int, Any] | None:
    met: dict[int, Any] = {}
    ahead = list(values)
    while ahead:
        thing = ahead.pop()
        if id(thing) in met or isinstance(thing, LEAVES):
            continue
        if len(met) >= MOST:
            return None
        met[id(thing)] = thing
        ahead += gc.get_referents(thing)
        base = getattr(thing, "base", None) if type(thing).__name__ == "ndarray" else None
        ahead += [] if base is None else [base]
    return met

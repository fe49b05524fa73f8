"""Code of the notebook, unpickled so that it lives in a namespace: its functions read their globals there.

cloudpickle gives every function that arrives a namespace of its own, and every class that this process has seen is
the one of before, whatever its methods read. On a thread that is the notebook's own class, which reads whatever the
notebook has by then. Here each namespace gets classes of its own; all go by one name for cloudpickle, so that an
instance that goes back is one of the notebook's.
"""

import pickle
import types
import weakref
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

from cloudpickle import cloudpickle

from ..model.pickles import SETTER, SKELETONS

Namespace = dict[str, Any]


class Home:
    """A namespace that code arrives in, and the classes made for it, by cloudpickle's names of them."""

    def __init__(self, space: Namespace) -> None:
        self.space = space
        self.classes: weakref.WeakValueDictionary[str, type] = weakref.WeakValueDictionary()

    def load(self, data: bytes | memoryview, buffers: Sequence[Any] = (), inputs: Mapping[str, Any] = {}) -> Any:
        """Unpickle. inputs: what stands for a name that was pickled as such."""
        return _Arrival(self, data, buffers, inputs).load()

    def known(self, tracked: str) -> type | None:
        """The class of that name here."""
        return self.classes.get(tracked)

    def takes(self, name: str) -> bool:
        """Whether a global that comes along with a function is wanted."""
        return name not in self.space

    def keep(self, tracked: str, made: type) -> None:
        """A class was made."""
        self.classes[tracked] = made
        cloudpickle._DYNAMIC_CLASS_TRACKER_BY_CLASS[made] = tracked


class _Arrival(pickle.Unpickler):
    def __init__(self, home: Home, data: bytes | memoryview, buffers: Sequence[Any], inputs: Mapping[str, Any]) -> None:
        super().__init__(BytesIO(data), buffers=buffers)
        self._home, self._inputs = home, inputs
        self._finished: list[type] = []  # they were here before

    def persistent_load(self, name: str) -> Any:
        return self._inputs[name]

    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name)
        if module != cloudpickle.__name__:
            return found
        if name in SKELETONS:
            return lambda *args: self._class(found, *args)
        ours = {"_make_function": self._function, "_function_setstate": self._fill, SETTER: self._state}
        return ours.get(name, found)

    def _function(self, code: types.CodeType, around: Namespace, *rest: Any) -> types.FunctionType:
        home = self._home.space if around.get("__name__", "__main__") == "__main__" else around
        made: types.FunctionType = cloudpickle._make_function(code, home, *rest)
        return made

    def _fill(self, function: types.FunctionType, state: tuple[Any, Namespace]) -> None:
        rest, slots = state
        if function.__globals__ is self._home.space:
            known = slots["__globals__"].items()
            slots = {**slots, "__globals__": {n: value for n, value in known if self._home.takes(n)}}
        cloudpickle._function_setstate(function, (rest, dict(slots)))

    def _class(self, make: Callable[..., type], *args: Any) -> type:
        *parts, tracked, extra = args
        made = self._home.known(tracked)
        if made is not None:
            self._finished.append(made)
            return made
        made = make(*parts, None, extra)
        self._home.keep(tracked, made)
        return made

    def _state(self, made: type, state: Any) -> type:
        if not any(made is finished for finished in self._finished):
            cloudpickle._class_setstate(made, state)
        return made

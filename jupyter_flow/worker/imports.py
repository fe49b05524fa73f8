"""Something to do with a module as soon as it has been imported, if it ever is."""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

from .failures import message_of

Call = Callable[[ModuleType], None]


class _Finder:
    """First in `sys.meta_path`: for all modules but those that are waited for it costs a look into a dict."""

    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}
        self._asking: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's own specification, whose loader will also do what is waited for."""
        call = self.calls.get(name)
        if call is None or name in self._asking:
            return None
        self._asking.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._asking.discard(name)
        if spec is not None and spec.loader is not None:
            _extend(spec.loader, name, call)
        return spec


_finder = _Finder()


def after(name: str, call: Call) -> None:
    """Call it with the module once that is imported; now, if it is."""
    module = sys.modules.get(name)
    if module is not None:
        call(module)
    _finder.calls[name] = call
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def _extend(loader: object, name: str, call: Call) -> None:
    original: Call | None = getattr(loader, "exec_module", None)
    if original is None:
        return

    def exec_module(module: ModuleType) -> None:
        original(module)
        if module.__name__ == name:
            try:
                call(module)
            except Exception as error:  # another version of it than we know: the electron can do without
                sys.stderr.write(f"jupyter_flow: {name} could not be prepared for displays: {message_of(error)}\n")

    try:
        loader.exec_module = exec_module  # type: ignore[attr-defined]  # of this one loader: its class stays
    except AttributeError:
        return

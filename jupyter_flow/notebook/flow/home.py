"""Where code that electron cells made arrives: the notebook's namespace."""

import types
from typing import Any

from cloudpickle import cloudpickle

from ...worker.arrival import Home
from .book import Book


class NotebookHome(Home):
    """The notebook. Its own classes stay as they are."""

    def __init__(self, space: dict[str, Any], book: Book) -> None:
        super().__init__(space)
        self._book = book

    def known(self, tracked: str) -> type | None:
        """A class of the notebook; one that another namespace of this process made does not count."""
        found = super().known(tracked)
        if found is None:
            there = cloudpickle._DYNAMIC_CLASS_TRACKER_BY_ID.get(tracked)
            found = there if there is not None and self._at_home(there) else None
        return found

    def takes(self, name: str) -> bool:
        """Whether a global that comes along with a function is wanted: none that a cell has made or deleted since."""
        return super().takes(name) and name not in self._book.current

    def keep(self, tracked: str, made: type) -> None:
        """From here on this is the class, for whoever loads an instance."""
        super().keep(tracked, made)
        cloudpickle._DYNAMIC_CLASS_TRACKER_BY_ID[tracked] = made

    def _at_home(self, kind: type) -> bool:
        return all(
            function.__globals__ is self.space
            for base in kind.__mro__
            for member in vars(base).values()
            for function in _functions(member)
            if function.__globals__.get("__name__") == "__main__"
        )


def _functions(member: Any) -> list[types.FunctionType]:
    if isinstance(member, property):
        parts = [member.fget, member.fset, member.fdel]
    else:
        parts = [getattr(member, "__func__", member)]
    return [part for part in parts if isinstance(part, types.FunctionType)]

"""Random notebooks that make sense, shells to run them in, and what a namespace is left with, so that it compares."""

import atexit
import re
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from jupyter_flow.notebook import extension

# The names of each kind. A notebook of few names reassigns them, reads them late and deletes them.
KINDS = {
    "i": ["a", "b", "c"],  # numbers
    "x": ["xs", "ys"],  # lists of numbers
    "k": ["d", "e"],  # dicts of numbers
    "t": ["t"],  # a tuple of three numbers
    "s": ["s"],  # text
    "v": ["v", "w"],  # arrays
    "f": ["f"],  # functions that call none
    "g": ["g"],  # functions that may call f
    "c": ["C"],  # classes
    "h": ["D"],  # their subclasses
    "o": ["o", "p"],  # instances
    "q": ["q"],  # with `r`: two names for one list, made and changed together
    "m": ["math"],
}

# In curly brackets: a small letter is a name of that kind that is there, a capital one that is assigned, `.` the one
# before it, `n` one of numbers, there or not; `e` an expression, `l` one inside a function, that may read what is not
# there yet.
NUMBERS = ["1", "2", "{i}", "{i}"]
EXPRESSIONS = [
    *["({e} + {e})", "({e} - {e})", "({e} if {e} % 2 else {e})", "({e} and {e})", "len({x})", "sum({x})"],
    *["{k}.get(1, {e})", "{t}[{e} % 3]", "len({s})", "int({v}.sum())", "len(f'{{i}!r:>{{i}}}') % 7"],
    *["{f}()", "{g}()", "{f}()", "{o}.m()", "{o}.n", "{c}().m()", "{h}().m()", "{c}.count"],
    *["(lambda z: z + {e})({e})", "sum(z * {i} for z in {x})", "max([z + {e} for z in range({e} % 3)], default=0)"],
    *["{m}.floor({e} / 2)", "sum({z: 1 for z in {x}})"],
]
INSIDE = ["1", "{n}", "{n}", "({n} + {n})", "len({x})", "sum(z + {n} for z in {x})", "(lambda: {n})()"]
CELLS = [
    *["{I} = {e}", "{I} = {e}", "{I} = {e}", "{i} += {e}", "{i} = {i} + {e}", "{I} = {I} = {e}", "{I}: int = {e}"],
    *["{X} = [{e}, {e}]", "{X} = [z + {e} for z in {x}]", "{X} = list(range({e} % 4))", "{x} += [{e}]"],
    *[
        "{x}.append({e})",
        "{x}.append({e})\npass",
        "{x}[:1] = [{e}]",
        "{x}.sort()\npass",
        "{I} = {x}.pop() if {.} else 0",
    ],
    *["{K} = {1: {e}, 2: {e}}", "{k}[{e}] = {e}", "{k}.update({3: {e}})\npass", "{k}[1] = {k}.get(1, 0) + {e}"],
    *["{K} = {z: z + {e} for z in {x}}", "{k}.setdefault(5, {e})\npass", "if {k}: del {.}[min({.})]"],
    *["{T} = ({e}, {e}, {e})", "{I}, {I}, _z = {t}", "{I}, *_z = {t}", "{X} = [*{t}, {e}]", "({I} := {e})"],
    *["{S} = f'{{i}}, {{e}:>3}'", "{s} += 'x'", "{S} = str({e}) * 2", "{I} = len(f'{({I} := {e})}')"],
    *[
        "import numpy as np\n{V} = np.arange(3) + {e}",
        "{v}[0] += {e}",
        "{v} += 1",
        "{V} = {v} * 2",
        "{v}[{v} > {e}] = 0",
    ],
    *[
        "if {e} % 2:\n    {I?} = {e}",
        "if {e} % 2:\n    {I} = {e}\nelse:\n    {I?} = {e}",
        "if {e} % 2:\n    {x}.append({e})",
    ],
    *[
        "for _z in range({e} % 3):\n    {i} += _z + {e}",
        "for _z in {x}:\n    {I?} = _z",
        "while {i} > 2:\n    {.} //= 2",
    ],
    *["try:\n    {I} = 1 // ({e} % 2)\nexcept ZeroDivisionError as _z:\n    {I?} = {e}\nfinally:\n    {I} = {e}"],
    *["import contextlib\nwith contextlib.nullcontext({e}) as _z:\n    {I} = _z + {e}"],
    *["match {e} % 2:\n    case 0:\n        {I?} = {e}\n    case _z:\n        {I?} = _z"],
    *[
        "def {F}():\n    return {l}",
        "def {F}():\n    return {l}",
        "{F} = lambda: {l}",
        "def {F}(z={e}):\n    return z + {l}",
    ],
    *[
        "def {F}():\n    global {n}\n    {n} = {l}\n    return {l}",
        "def {F}():\n    def z():\n        return {l}\n    return z()",
    ],
    *["def {G}():\n    return f() + {l}", "def {G}(*z):\n    return sum(z, {l})", "{G} = lambda z={e}: z + {l}"],
    *[
        "class {C}:\n    count = {e}\n    def __init__(self):\n        self.n = {l}\n"
        "    def m(self):\n        return self.n + {l}"
    ],
    *[
        "class {C}:\n    count = 0\n    n = {e}\n    def m(self):\n        return {l} + f()\n"
        "    def up(self):\n        self.n = {l}"
    ],
    *["class {H}({c}):\n    def m(self):\n        return super().m() + {l}", "class {H}({c}):\n    n = {e}"],
    *["{O} = {c}()", "{O} = {h}()", "{o}.n = {e}", "{o}.n += {e}", "if hasattr({o}, 'up'):\n    {.}.up()\n    pass"],
    *["{Q} = [{e}]\nr = [q]", "q.append({e})\nr.append({e})\npass", "q.append({e})\nr[0].append({e})\npass"],
    *["del {-i}", "del {-x}", "del {-f}", "del {-c}", "del {-k}, {-s}", "del {-i}\n{I} = {e}"],
    *["import math", "import os.path as path", "from math import floor", "{f}()", "{g}();", "print({e})", "{i}"],
]
RAISING = [
    "{I} = 1 // 0",
    "raise ValueError({e})",
    "{I} = nowhere",
    "{x}.append(1)\n{I} = {k}['none']",
    "assert not {e} + 1",
]

Draw = Callable[[st.SearchStrategy[Any]], Any]
HOLE = re.compile(r"\{(\.|-?[a-zA-Z]\??)\}")


class Author:
    """Writes one notebook; knows what names there are."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self.there: set[str] = set()
        self._new: set[str] = set()
        self._gone: set[str] = set()
        self._last = ""  # the name chosen last, for {.}
        self._inside: set[str] = set()  # what the functions of this cell read
        self.needs: dict[str, set[str]] = {}  # by function and class: what a call of it reads

    def cell(self, forms: Sequence[str] = CELLS) -> str:
        """One to three statements."""
        return "\n".join(self._statement(forms) for _ in range(self._draw(st.integers(1, 3))))

    def _statement(self, forms: Sequence[str]) -> str:
        self._new, self._gone, self._inside = set(), set(), set()
        text = self._filled(self._draw(st.sampled_from([form for form in forms if self._can(form)])), 2)
        self.there = (self.there - self._gone) | self._new
        for name in self._new & {"f", "g", "C", "D", "o", "p"}:
            self.needs[name] = set(self._inside)
        if "q" in self._new:
            self.there.add("r")
        return text

    def _can(self, form: str) -> bool:
        letters = [hole.strip("-?.") for hole in HOLE.findall(form)]
        wanted = [letter for letter in letters if letter.islower() and letter not in "eln"]
        return all(self._usable(letter) for letter in wanted) and (
            ("r.a" not in form and "r[" not in form) or "r" in self.there
        )

    def _usable(self, kind: str) -> list[str]:
        return [name for name in KINDS[kind] if name in self.there and self._called(name, set()) <= self.there]

    def _called(self, name: str, met: set[str]) -> set[str]:
        """What a call of a function needs, also through others."""
        if name in met:
            return set()
        met.add(name)
        needs = self.needs.get(name, set())
        return needs.union(*(self._called(other, met) for other in needs))

    def _filled(self, form: str, deep: int) -> str:
        return HOLE.sub(lambda found: self._hole(found.group(1), deep), form)

    def _hole(self, hole: str, deep: int) -> str:
        letter = hole.strip("-?")
        if letter == ".":
            return self._last
        if letter == "e":
            forms = NUMBERS + (EXPRESSIONS if deep > 0 else [])
            return self._filled(self._draw(st.sampled_from([form for form in forms if self._can(form)])), deep - 1)
        if letter == "l":
            return self._filled(self._draw(st.sampled_from([form for form in INSIDE if self._can(form)])), 0)
        if letter == "n":
            name: str = self._draw(st.sampled_from(KINDS["i"]))
            self._inside.add(name)
            return name
        if letter.islower():
            name = self._draw(st.sampled_from(self._usable(letter)))
            self._inside.add(name)
            self._last = name
            self._gone |= {name} if hole.startswith("-") else set()
            return name
        name = self._draw(st.sampled_from(KINDS[letter.lower()]))
        self._new |= set() if hole.endswith("?") else {name}
        return name


@st.composite
def notebooks(draw: Draw, most: int = 8, raising: bool = False) -> list[str]:
    """The cells of a notebook that goes well; or but for the last one."""
    author = Author(draw)
    cells = ["a = 1\nb = 2\nxs = [1, 2]"]
    author.there |= {"a", "b", "xs"}
    cells += [author.cell() for _ in range(draw(st.integers(1, most)))]
    if raising:
        forms = [form for form in RAISING if "{k}" not in form or "d" in author.there or "e" in author.there]
        cells.append(author.cell() + "\n" + author._statement(forms))
    return cells


def plainly(cells: Sequence[str]) -> tuple[dict[str, Any], BaseException | None]:
    """What the cells leave behind without us, and what stopped them."""
    module = types.ModuleType("__main__")
    before, sys.modules["__main__"] = sys.modules["__main__"], module
    try:
        for cell in cells:
            exec(compile(cell, "<cell>", "exec"), vars(module))
    except Exception as error:
        return vars(module), error
    finally:
        sys.modules["__main__"] = before
    return vars(module), None


@contextmanager
def shells() -> Iterator[Any]:
    """A shell with the extension, as new."""
    main = sys.modules["__main__"]
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config, colors="nocolor")
    extension.load(shell)
    try:
        yield shell
    finally:
        extension.unload(shell)
        shell.restore_sys_module_state()
        InteractiveShell.clear_instance()
        atexit.unregister(shell.atexit_operations)  # a garbage collection for each of some thousand shells
        sys.modules["__main__"] = main


def told(space: dict[str, Any], hidden: Sequence[str] = ()) -> dict[str, Any]:
    """What the names of a namespace hold; functions and classes by what they do, in an order of names."""
    names = sorted(n for n in space if not n.startswith("_") and n not in hidden)
    values = {name: _told(space[name]) for name in names if not callable(space[name])}
    return values | {name: _done(space[name]) for name in names if callable(space[name])} | {"last": values.get("a")}


def _told(value: Any) -> Any:
    if isinstance(value, types.ModuleType):
        return value.__name__
    if isinstance(value, np.ndarray):
        return str(value.dtype), value.tolist()
    if type(value).__module__ == "__main__":
        return type(value).__name__, vars(value), _done(value.m)
    return type(value).__name__, repr(value)


def _done(thing: Any) -> Any:
    """What a call comes to."""
    try:
        if isinstance(thing, type):
            made = thing()
            return thing.__name__, [base.__name__ for base in thing.__mro__], thing.count, vars(made), _done(made.m)
        if isinstance(thing, types.BuiltinFunctionType):
            return repr(thing)
        return _told(thing())
    except Exception as error:
        return type(error).__name__, str(error)

import functools
import sys
import textwrap
import threading
from typing import Any

import numpy as np
import pytest

from jupyter_flow.model.electron import Electron, electron
from jupyter_flow.model.hooks import DepsCall
from jupyter_flow.model.options import Options
from jupyter_flow.model.vault import VAULT
from jupyter_flow.store.fingerprints import fingerprint
from tests.store.samples import output

NOTEBOOK = """
import math
import numpy as np
from dataclasses import dataclass, field
from enum import Enum

FACTOR = 3
NAMES = {"a", "b", "c", "d", "e", "f"}
TABLE = {"x": [1, 2.5, None], "lock": __import__("threading").Lock(), "y": ("text", {"p", "q", "r"})}
ARRAY = np.arange(5)

class Colour(Enum):
    RED = 1
    BLUE = 2

@dataclass
class Point:
    x: int = 0
    tags: set = field(default_factory=set)
    def norm(self):
        return helper(self.x)

ORIGIN = Point(3, {"u", "v", "w"})

def helper(x):
    return math.sqrt(x) * FACTOR

def make(n):
    def inner(x):
        return x + n
    return inner

add = make(2)

def even(n):
    return n == 0 or odd(n - 1)

def odd(n):
    return n != 0 and even(n - 1)

def task(x, y=1, *, z={"k"}):
    if x in {"one", "two", "three"}:
        return Colour.RED
    return [helper(v) for v in NAMES], TABLE, ARRAY, ORIGIN, Point, add(x), even(x), np.linalg.norm(ARRAY)
"""


def notebook(source: str = NOTEBOOK) -> bytes:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(textwrap.dedent(source), namespace)
    return fingerprint(namespace["task"])


def edited(old: str, new: str) -> bytes:
    assert old in NOTEBOOK
    return notebook(NOTEBOOK.replace(old, new))


def test_a_fingerprint_has_32_bytes() -> None:
    assert len(notebook()) == 32


def test_it_is_the_same_in_every_process_whatever_the_hash_seed() -> None:
    code = f"from tests.store.test_fingerprints import notebook; print(notebook({NOTEBOOK!r}).hex())"
    assert {output(code, PYTHONHASHSEED=str(seed)).strip() for seed in range(4)} == {notebook().hex()}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("FACTOR = 3", "\n\n# a comment\nFACTOR = 3"),
        ("    return math.sqrt(x) * FACTOR", "\n    # why\n    return (math.sqrt(x)\n        * FACTOR)"),
        ("FACTOR = 3", "FACTOR = 3\nUNRELATED = 4"),
        ("return x + n", "return  x  +  n"),
    ],
)
def test_it_stays_when_only_lines_comments_or_strangers_change(old: str, new: str) -> None:
    assert edited(old, new) == notebook()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("FACTOR = 3", "FACTOR = 4"),
        ("FACTOR = 3", "FACTOR = 3.0"),
        ("math.sqrt(x) * FACTOR", "math.sqrt(x) + FACTOR"),
        ("math.sqrt(x)", "math.cbrt(x)"),
        ("y=1", "y=2"),
        ('z={"k"}', 'z={"l"}'),
        ('"f"}', '"g"}'),
        ("2.5", "2.6"),
        ('"r"}', '"s"}'),
        ("np.arange(5)", "np.arange(6)"),
        ("np.arange(5)", "np.arange(5.0)"),
        ("BLUE = 2", "BLUE = 3"),
        ("x: int = 0", "x: int = 1"),
        ("helper(self.x)", "helper(self.x + 1)"),
        ("Point(3", "Point(4"),
        ('"w"}', '"t"}'),
        ("x + n", "x - n"),
        ("make(2)", "make(5)"),
        ("n != 0 and", "n != 1 and"),
        ('"three"}', '"four"}'),
        ("def helper(x):", "def helper(x=0):"),
    ],
)
def test_it_changes_with_whatever_the_function_reaches(old: str, new: str) -> None:
    assert edited(old, new) != notebook()


def reached(source: str) -> bytes:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(textwrap.dedent(source), namespace)
    return fingerprint(namespace["task"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "def fit(): pass\nmodels = [fit]\ndef task(): return [m.__name__ for m in models]",
            "def fit_more(): pass\nmodels = [fit_more]\ndef task(): return [m.__name__ for m in models]",
        ),
        (
            "def a(): pass\nclass K: m = a\ndef task(): return K.m.__qualname__",
            "class K:\n    def a(): pass\n    m = a\n    del a\ndef task(): return K.m.__qualname__",
        ),
        (
            "class Config: x = 1; y = 2\ndef task(): return [k for k in vars(Config)]",
            "class Config: y = 2; x = 1\ndef task(): return [k for k in vars(Config)]",
        ),
        (
            "a = [1]\nb = a\ndef task(): a.append(2); return b",
            "a = [1]\nb = a.copy()\ndef task(): a.append(2); return b",
        ),
        (
            "a = {}\nb = [a, a]\ndef task(): return b",
            "a = {}\nb = [a, {}]\ndef task(): return b",
        ),
        ("x = 1\ndef task(): return eval('x + 1')", "x = 2\ndef task(): return eval('x + 1')"),
        ("x = 1\ndef task(): return globals()['x']", "x = 2\ndef task(): return globals()['x']"),
    ],
)
def test_it_changes_with_names_order_and_what_is_one_object(one: str, other: str) -> None:
    assert reached(one) == reached(one) != reached(other)


def test_equal_text_is_equal_whether_or_not_it_is_one_object() -> None:
    text = "".join(["not ", "interned"])
    once = [text, text]
    twice = ["".join(["not ", "interned"]), "".join(["not ", "interned"])]
    assert fingerprint(functools.partial(print, once)) == fingerprint(functools.partial(print, twice))


def test_an_electron_counts_as_its_function() -> None:
    def one() -> int:
        return 1

    def two() -> int:
        return 2

    assert fingerprint(Electron(one, Options(retries=1))) == fingerprint(Electron(one, Options(retries=2)))
    assert fingerprint(Electron(one)) != fingerprint(Electron(two))


def test_any_other_decorator_counts_with_what_it_holds() -> None:
    class Times:
        def __init__(self, function: Any, by: int) -> None:
            functools.update_wrapper(self, function)
            self.by, self.lock = by, threading.Lock()

        def __call__(self) -> None: ...

    def one() -> int:
        return 1

    assert fingerprint(Times(one, 1)) == fingerprint(Times(one, 1))
    assert fingerprint(Times(one, 1)) != fingerprint(Times(one, 2))


def test_a_decorators_own_code_counts() -> None:
    def times(n: int) -> Any:
        def decorate(function: Any) -> Any:
            @functools.wraps(function)
            def wrapper() -> Any:
                return function() * n

            return wrapper

        return decorate

    def one() -> int:
        return 1

    assert fingerprint(times(2)(one)) != fingerprint(times(3)(one))
    assert fingerprint(times(2)(one)) == fingerprint(times(2)(one))


def test_functions_of_packages_count_by_name_and_version(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fingerprint(np.mean) != fingerprint(np.median)
    code = "import sys, numpy; numpy.__version__ = sys.argv[1]; from jupyter_flow.store.fingerprints import fingerprint"
    code += "; print(fingerprint(lambda: numpy.mean(1)).hex())"
    assert output(code, "1.0") == output(code, "1.0") != output(code, "2.0")


def test_a_local_module_counts_by_what_is_in_it(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import sys; sys.path.insert(0, '.'); import local; from jupyter_flow.store.fingerprints import fingerprint"
    code += "; print(fingerprint(lambda: local.answer()).hex())"
    told = []
    for body in ("return 41", "return 42", "# a comment\n    return 42"):
        (tmp_path / "local.py").write_text(f"def answer():\n    {body}\n")
        told.append(output(code, PYTHONDONTWRITEBYTECODE="1"))
    assert told[0] != told[1] == told[2]


LOOPS = """
import types, weakref
class Node:
    def __init__(self, value):
        self.value, self.children, self.me = value, [], self
        self.read = self.get
    def get(self):
        return self.value
class Meta(type):
    def __len__(cls): return 7
class Measured(metaclass=Meta): ...
TREE = Node("root")
for name in ("a", "b"):
    child = Node(name)
    child.parent, child.up = TREE, weakref.ref(TREE)
    TREE.children.append(child)
LIST = [1]; LIST.append(LIST)
DICT = {"x": 2}; DICT["self"] = DICT; DICT["tuple"] = (DICT,)
PROXY = types.MappingProxyType({"a": 3})
VIEW = memoryview(b"view")
KEYS, VALUES, ITEMS = {"k": 0}.keys(), {0: "v"}.values(), {"i": "j"}.items()
class Bag(set): ...
BAG = Bag({"m", "n"}); BAG.note = "noted"
def task():
    return TREE, LIST, DICT, PROXY, VIEW, KEYS, VALUES, ITEMS, Measured, BAG
"""


def test_what_contains_itself_and_what_no_pickle_takes_is_the_same_in_every_process() -> None:
    code = f"from tests.store.test_fingerprints import notebook; print(notebook({LOOPS!r}).hex())"
    assert {output(code, PYTHONHASHSEED=str(seed)).strip() for seed in range(3)} == {notebook(LOOPS).hex()}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"root"', '"trunk"'),
        ('("a", "b")', '("a", "c")'),
        ("[1]", "[2]"),
        ('"x": 2', '"x": 3'),
        ("(DICT,)", "(LIST,)"),
        ('"a": 3', '"a": 4'),
        ('b"view"', 'b"seen"'),
        ('"k": 0', '"l": 0'),
        ('0: "v"', '0: "w"'),
        ('"j"', '"h"'),
        ("return 7", "return 8"),
        ('"noted"', '"else"'),
        ("Bag(set)", "Bag(frozenset)"),
    ],
)
def test_it_changes_with_what_contains_itself_and_what_no_pickle_takes(old: str, new: str) -> None:
    assert old in LOOPS
    assert notebook(LOOPS.replace(old, new)) != notebook(LOOPS)


def test_objects_that_hold_many_of_their_own_methods_have_a_fingerprint() -> None:
    class Registry:
        def __init__(self) -> None:
            self.handlers = [self.handle.__get__(self) for _ in range(3)] + [functools.partial(id, self)] * 2000
            self.more = [functools.partial(id, self) for _ in range(2000)]

        def handle(self) -> None: ...

    assert fingerprint(functools.partial(print, Registry())) == fingerprint(functools.partial(print, Registry()))


class Refuses:
    def __reduce_ex__(self, protocol: Any) -> Any:
        raise RuntimeError("no")


class Endless:
    def __reduce__(self) -> Any:
        return Endless, (), {"next": Endless()}


@pytest.mark.parametrize("make", [Refuses, Endless, threading.local, lambda: (n for n in [1]), lambda: sys.__stdout__])
def test_values_that_cannot_be_told_never_have_the_same_fingerprint_again(make: Any) -> None:
    value = make()
    assert fingerprint(functools.partial(print, value)) != fingerprint(functools.partial(print, value))
    assert fingerprint(functools.partial(print, [value])) != fingerprint(functools.partial(print, [value]))


def test_locks_count_by_their_kind() -> None:
    locks = [threading.Lock(), threading.Lock(), threading.RLock()]
    told = [fingerprint(functools.partial(print, lock)) for lock in locks]
    assert told[0] == told[1] != told[2]


def test_the_hooks_of_an_electron_count_with_it() -> None:
    def one() -> int:
        return 1

    def hooked(n: int) -> Any:
        return electron(call_before=[DepsCall(lambda: n)])(one)

    assert fingerprint(hooked(1)) == fingerprint(hooked(1))
    assert fingerprint(electron(one)) != fingerprint(hooked(1)) != fingerprint(hooked(2))


GENERIC = """
import functools

@functools.singledispatch
def size(thing):
    return len(thing)

@size.register
def _(thing: int):
    return thing

@functools.cache
def twice(n):
    return 2 * n

class Table:
    @functools.cached_property
    def total(self):
        return size(3) + twice(4)

def task():
    return Table().total
"""


def test_what_functools_makes_counts_by_the_functions_in_it() -> None:
    assert notebook(GENERIC) == notebook(GENERIC)
    for old, new in (("return thing\n", "return -thing\n"), ("size(3)", "size(4)"), ("2 * n", "3 * n")):
        assert notebook(GENERIC.replace(old, new)) != notebook(GENERIC)


def test_what_functools_made_is_the_same_when_it_has_been_called() -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(GENERIC, namespace)
    before = fingerprint(namespace["task"])
    assert namespace["task"]() == 11
    assert fingerprint(namespace["task"]) == before
    assert not before.opaque


READS_WHAT_IS_WRITTEN_ABOUT_IT = """
class Unit:
    "metres"

def helper(x: "metres" = 1):
    return x

def task():
    return Unit.__doc__, helper.__annotations__
"""


@pytest.mark.parametrize("what", ['"metres"\\n', '"metres" ='])
def test_docstrings_of_classes_and_annotations_count(what: str) -> None:
    what = what.replace("\\n", "\n")
    changed = READS_WHAT_IS_WRITTEN_ABOUT_IT.replace(what, what.replace("metres", "feet"))
    assert changed != READS_WHAT_IS_WRITTEN_ABOUT_IT
    assert notebook(READS_WHAT_IS_WRITTEN_ABOUT_IT) == notebook(READS_WHAT_IS_WRITTEN_ABOUT_IT)
    assert notebook(changed) != notebook(READS_WHAT_IS_WRITTEN_ABOUT_IT)


def test_an_annotation_that_nobody_can_compare_counts_by_its_name() -> None:
    source = "def task(x: (i for i in ())): return x"
    assert notebook(source) == notebook(source)
    assert notebook(source.replace("x", "y")) != notebook(source)


def test_a_class_whose_instances_were_pickled_is_the_same_class() -> None:
    space: dict[str, Any] = {"__name__": "__main__"}
    exec("class Plain:\n    def __init__(self):\n        self.n = 1", space)
    before = fingerprint(space["Plain"])
    space["Plain"]().__reduce_ex__(5)
    assert "__slotnames__" in vars(space["Plain"])
    assert fingerprint(space["Plain"]) == before


def test_a_secret_counts_by_a_digest_that_needs_the_users_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def code(pin_password: int) -> Any:
        return lambda: pin_password

    one, same, other = fingerprint(code(1234)), fingerprint(code(1234)), fingerprint(code(4321))
    assert one == same != other
    monkeypatch.setattr(VAULT, "_key", b"another key".ljust(32))
    assert fingerprint(code(1234)) != one

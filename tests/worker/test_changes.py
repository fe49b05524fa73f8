"""What a cell is told to have changed."""

from typing import Any

import pytest

from jupyter_flow.worker.cell import CellFunction, carry
from jupyter_flow.worker.changes import digest_of

CODE = """
import abc, dataclasses, enum
class C:
    n = 1
    seen = []
    def m(self): return self.n
class Colour(enum.Enum):
    RED = 1
class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...
@dataclasses.dataclass
class Square(Shape):
    side: int = 1
    def area(self): return self.side ** 2
def f(a, acc=[], *, more={}):
    acc.append(a)
    return acc
def counter():
    n = 0
    def count():
        nonlocal n
        n += 1
        return n
    return count
count = counter()
def still(a=(1, [])):
    return isinstance(Square(2), Shape), Square(2).area(), Colour(1), C().m(), a
"""


def told(source: str, capsys: pytest.CaptureFixture[str], *outputs: str) -> str:
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(CODE, space)
    names = ("C", "Colour", "Shape", "Square", "f", "count", "still")
    carried = carry({name: space[name] for name in names}, (), {})
    CellFunction("it", source, "<cell it>", carried, outputs, (), {}, b"digest")()
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("C.n = 5", "C.n"),
        ("C.new = 5", "C.new"),
        ("del C.n", "C.n"),
        ("C.seen.append(1)", "C.seen"),
        ("C.m = lambda self: 2", "C.m"),
        ("f(1)", "the default of f(acc)"),
        ("f.__kwdefaults__['more'][1] = 2", "the default of f(more)"),
        ("f.calls = 1", "f.calls"),
        ("count()", "n of count"),
        ("count()\nC.n = 2", "C.n, n of count"),
    ],
)
def test_code_that_it_changed_is_told(source: str, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = f"jupyter_flow: it changed {what}, which stays on its worker: the notebook's stays as it was\n"
    assert told(source, capsys) == said


@pytest.mark.parametrize("source", ["still()", "class C:\n    n = 7\nC.n = 8", "c = C()\nc.n = 5", "C.n = 1"])
def test_of_code_that_it_only_used_nothing_is_said(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(source, capsys) == ""


def test_a_digest_is_of_the_value_and_not_of_the_object() -> None:
    assert digest_of([1, "x"]) == digest_of([1, "x"]) != digest_of([1, "y"])
    assert digest_of([0] * 1000, most=10) is None

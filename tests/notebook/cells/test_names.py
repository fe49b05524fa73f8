import ast
import builtins
import re
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from textwrap import indent
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from jupyter_flow.notebook.cells import CellRefused, Names, mentions, names_of, reached, stored

# Each row: a cell, and what it does with names. What is not said it does not do. Newlines inside are written as |.
STRAIGHT = """
x = 1                               writes x
x = y                               reads y, writes x
x = x + 1                           reads x, writes x
x = 1| y = x                        writes x y
y = x| x = 1                        reads x, writes y x
x = y = z                           reads z, writes x y
x, (y, *z) = a                      reads a, writes x y z
[x, y] = y, x                       reads y x, writes x y
x: int = 1                          reads int, writes x
x: int                              reads int
x: "int" = y                        reads y, writes x
from __future__ import annotations| x: T = 1          writes x, imports annotations
x += 1                              reads x, writes x, mutates x
x += y                              reads x y, writes x, mutates x
x = []| x += y                      reads y, writes x
x = (y := 2) + y                    writes x y
x = y + (y := 2)                    reads y, writes x y
_t = a| x = _t                      reads a, writes x
_t = _x                             reads _x
_n += 1                             reads _n
__name__                            -
x = __file__                        writes x
__all__ = [x]                       reads x
print(x)                            reads print x
"text"                              -
pass                                -
x if y else z                       reads x y z
f"{x}"                              reads x
f"{x:{width}.{digits}}"             reads x width digits
f"{x!r} {(y := 1)} {y}"             reads x, writes y
f"{ {k: v for k, v in m} }"         reads m
a < (x := b) < (y := c)             reads a b c, writes x y, carries y
a and (x := b)                      reads a b, writes x, carries x
(x := a) and b(x)                   reads a b, writes x
a and (x := b) and x                reads a b, writes x, carries x
a or (x := b) or x                  reads a b, writes x, carries x
x[i:j, ...]                         reads x i j
y = x.a.b                           reads x, writes y
y = {**a, b: c}                     reads a b c, writes y
y = f(*a, k=b, **c)                 reads f a b c, writes y
global x| x = 1                     writes x
import a.b; a.b.c                   imports a
import a.b as c; c                  imports c
from a import b, c as d             imports b d
x = np.pi| import numpy as np       reads np, writes x, imports np
from . import x                     imports x
"""

DELETED = """
del x                               reads x, deletes x
del x| y = x                        reads x, writes y, deletes x
x = 1| del x                        deletes x
x = 1| del x| y = x                 writes y, deletes x
del x| x = 1                        reads x, writes x
del x, (y, z)                       reads x y z, deletes x y z
x = 1| if c:|  del x                reads c, writes x, deletes x
if c:|  del x                       reads c x, deletes x
if c:|  del x| x = 1                reads c x, writes x
for i in r:|  t = i|  del t         reads r, targets i, deletes t
_x = 1| del _x                      -
"""

BRANCHES = """
if c:|  x = 1                                   reads c, writes x, carries x
if c:|  x = 1|else:|  x = 2                     reads c, writes x
if c:|  x = 1|elif d:|  x = 2                   reads c d, writes x, carries x
if c:|  x = 1|elif d:|  x = 2|else:|  x = 3     reads c d, writes x
if c:|  x = 1|y = x                             reads c x, writes x y, carries x
if c:|  x = 1|else:|  raise E|y = x             reads c E, writes x y
if c:|  x += 1                                  reads c x, writes x, carries x, mutates x
if c:|  x = 1|  y = x                           reads c, writes x y, carries x y
if True:|  x = 1                                writes x
if not True:|  x = y                            -
if (x := f()):|  y = x                          reads f, writes x y, carries y
if a and (x := b):|  y = x                      reads a b, writes x y, carries x y
if not (a and (x := b)):|  y = x                reads a b x, writes x y, carries x y
if a or (x := b):|  pass|else:|  y = x          reads a b, writes x y, carries x y
x = (y := 1) if c else 2                        reads c, writes x y, carries y
assert x, m                                     reads x m
assert (x := f()), x                            reads f, writes x
raise E(x)| y = z                               reads E x
x = 1| raise E                                  reads E, writes x
if c:|  raise E| x = y                          reads c E y, writes x
"""

LOOPS = """
for i in xs:|  pass                             reads xs, targets i
for i in xs:|  y = i                            reads xs, writes y, targets i, carries y
for i in xs:|  y = y + i                        reads xs y, writes y, targets i, carries y
t = 0| for i in xs:|  t += i                    reads xs, writes t, targets i
for i in xs:|  i = 2                            reads xs, writes i, carries i
for i, (j, k) in xs:|  pass                     reads xs, targets i j k
for i in xs:|  pass| y = i                      reads xs i, writes y, targets i
i = 0| for i in xs:|  pass| y = i               reads xs, writes i y
for i in xs:|  x = 1|else:|  y = x              reads xs x, writes x y, targets i, carries x
for i in xs:|  x = 1|  break|else:|  x = 2      reads xs, writes x, targets i
for i in xs:|  if c:|    continue|  x = 1       reads xs c, writes x, targets i, carries x
for i in xs:|  if i:|    y = x|  x = 1          reads xs x, writes y x, targets i, carries y x
for _ in xs:|  x = 1                            reads xs, writes x, carries x
while c:|  x = 1                                reads c, writes x, carries x
while (x := f()):|  y = x                       reads f, writes x y, carries y
while True:|  x = 1|  break                     writes x
while True:|  if c:|    break|  x = 1           reads c, writes x, carries x
while True:|  x = 1|  if c:|    break|y = x     reads c, writes x y
while 1:|  x = 1| y = z                         writes x
while x:|  x = x - 1                            reads x, writes x, carries x
while c:|  x = 1|  break|else:|  x = 2          reads c, writes x
while c:|  del x|  x = 1                        reads c x, writes x, carries x
for a in r:|  for b in a:|    x = b|  y = x     reads r x, writes x y, targets a b, carries x y
"""

EXCEPTIONS = """
try:|  x = f()|except E:|  x = 1                        reads f E, writes x
try:|  x = f()|except E:|  pass                         reads f E, writes x, carries x
try:|  x = f()|except E:|  print(x)                     reads f E print x, writes x, carries x
try:|  x = f()|except E:|  raise| y = x                 reads f E, writes x y
try:|  f()|except E as e:|  y = e                       reads f E, writes y, targets e, carries y
try:|  f()|except E as e:|  pass| y = e                 reads f E e, writes y, targets e
try:|  f()|except E:|  x = 1|else:|  x = 2              reads f E, writes x
try:|  f()|finally:|  x = 1                             reads f, writes x
try:|  x = f()|finally:|  print(x)                      reads f print, writes x
try:|  x = f()|finally:|  y = 1                         reads f, writes x y
try:|  x = 1|  x = 2|except (A, B):|  y = x             reads A B x, writes x y, carries x y
try:|  f()|except A:|  x = 1|except B:|  x = 2          reads f A B, writes x, carries x
try:|  f()|except* A:|  x = 1                           reads f A, writes x, carries x
try:|  import a|except I:|  a = None                    reads I, writes a, imports a
try:|  try:|    x = f()|  finally:|    y = x|except E:|  pass    reads f x E, writes x y, carries x y
for i in r:|  try:|    break|  finally:|    x = 1|else:|  x = 2  reads r, writes x, targets i
for i in r:|  try:|    x = 1|  except E:|    continue|  y = x    reads r E, writes x y, targets i, carries x y
"""

WITH = """
with f() as g:|  x = g                          reads f, writes x, targets g
with f() as (a, b), h(a) as c:|  pass           reads f h, targets a b c
with f():|  x = 1| y = x                        reads f, writes x y
with f() as g:|  pass| g = 1                    reads f, writes g
with f() as g:|  del g                          reads f, deletes g
with f() as x[0]:|  pass                        reads f x, writes x, mutates x
with f() as _:|  pass                           reads f
"""

PATTERNS = """
match x:|  case 1:|    y = 1                    reads x, writes y, carries y
match x:|  case 1:|    y = 1|  case _:|    y = 2    reads x, writes y
match x:|  case y:|    pass                     reads x, writes y
match x:|  case [a, *b]:|    pass               reads x, writes a b, carries a b
match x:|  case {"k": a, **b}:|    pass         reads x, writes a b, carries a b
match x:|  case C(p, q=r):|    pass             reads x C, writes p r, carries p r
match x:|  case m.A | m.B:|    pass             reads x m
match x:|  case [a] as b if a > c:|    pass     reads x c, writes a b, carries a b
match x:|  case a if a:|    y = a|  case _:|    y = 2    reads x, writes a y
match x:|  case (1 as a) | a:|    pass          reads x, writes a
"""

COMPREHENSIONS = """
y = [i for i in xs]                             reads xs, writes y
y = [i for i in i]                              reads i, writes y
y = [a * i for i in xs if b]                    reads a xs b, writes y
y = {i: j for i, j in xs}                       reads xs, writes y
y = {j for i in xs for j in i}                  reads xs, writes y
y = [j for i in xs for j in k]                  reads xs k, writes y
y = any((z := i) for i in xs)                   reads any xs, writes y z, carries z
y = [z := i for i in xs]| w = z                 reads xs z, writes y z w, carries z
y = [[j for j in i] for i in xs]                reads xs, writes y
y = [i for i in xs if (t := f(i)) and t]        reads xs f, writes y t, carries t
i = 1| y = [i for i in xs]                      reads xs, writes i y
y = [i for _ in xs]                             reads i xs, writes y
y = [lambda: i for i in xs]                     reads xs, writes y
y = [(lambda i: i + a)(j) for j in xs]          reads a xs, writes y
[seen.add(i) for i in xs]                       reads seen xs, writes seen, mutates seen
"""

FUNCTIONS = """
def f():|  return x                                     reads x, defines f, later x
def f(x):|  return x                                    defines f
def f(a, /, b, *c, d, **e):|  return a, b, c, d, e      defines f
def f():|  x = 1|  return x                             defines f
def f():|  if c:|    x = 1|  return x                   reads c, defines f, later c
def f():|  for x in r:|    pass|  return x              reads r, defines f, later r
def f():|  import m|  return m                          defines f
def f():|  with a as b:|    return b                    reads a, defines f, later a
def f():|  return [(y := i) for i in x], y              reads x, defines f, later x
def f():|  x: int|  return x                            defines f
def f():|  y: T = 1                                     defines f
def f(x=y):|  pass                                      reads y, defines f
def f(x=f):|  pass                                      reads f, defines f
def f(*, x=y):|  pass                                   reads y, defines f
@d(x)|def f():|  pass                                   reads d x, defines f
x = 1|def f():|  return x                               writes x, defines f
def f():|  return x|x = 1                               writes x, defines f
def f():|  return x|y = f()|x = 1                       reads x, writes y x, defines f
def f():|  return x|x = 1|y = f()                       writes x y, defines f
if c:|  x = 1|def f():|  return x                       reads c x, writes x, carries x, defines f, later x
def f():|  return f()                                   defines f
if c:|  def f():|    return f()                         reads c, defines f
def f():|  return g()|def g():|  return f()|y = f()     writes y, defines f g
def f():|  return g()|y = f()|def g():|  pass           reads g, writes y, defines f g
def f():|  return g()|def g():|  return x|x = 1|f()     writes x, defines f g
def f():|  return np|import numpy as np|f()             imports np, defines f
@d|def f():|  return f(), g()|def g():|  pass           reads d, defines f g
@d|def f():|  return x|x = 1                            reads d x, writes x, defines f
def f():|  def g():|    return x|  return g             reads x, defines f, later x
def f():|  x = 1|  def g():|    return x|  return g     defines f
def f():|  def g():|    return x|  x = 1|  return g     defines f
def f():|  x = 1|  def g():|    nonlocal x|    x = 2    defines f
def f():|  x = 1|  def g():|    global x|    x = 2|f()  writes x, carries x, defines f
def f():|  global n|  n = 1|f()                         writes n, carries n, defines f
def f():|  global n|  n += 1|f()                        reads n, writes n, carries n, mutates n, defines f
def f():|  global n|  n = 1|  return n|f()              writes n, carries n, defines f
n = 0|def f():|  global n|  n += 1|f()                  writes n, defines f
def f():|  global n|  n = 1                             defines f
def f():|  global n|  n = 1|y = f()|z = n               reads n, writes n y z, carries n, defines f
def f():|  xs.append(1)|f()                             reads xs, writes xs, mutates xs, defines f
def f():|  xs.append(1)                                 reads xs, defines f, later xs
def f(xs):|  xs.append(1)|f(a)                          reads a, defines f
async def f():|  await g()                              reads g, defines f, later g
f = lambda: x                                           reads x, writes f, later x
f = lambda: x|x = 1                                     writes f x
f = lambda n: f(n - 1)                                  writes f
f = lambda x, y=y: x + y                                reads y, writes f
f = map(lambda i: i + x, xs)                            reads map x xs, writes f
f = map(lambda i: g(i), xs)|def g(i):|  pass            reads map xs, writes f, defines g
def f():|  pass|f = jit(f)                              reads jit, writes f, defines f
def f():|  yield x                                      reads x, defines f, later x
def f():|  try:|    return x|  except E as e:|    raise e     reads x E, defines f, later x E
def f():|  match a:|    case {"k": b, **c}:|      return b, c     reads a, defines f, later a
def _f():|  return x                                    reads x, defines _f, later x
from __future__ import annotations|def f(x: T) -> T:|  pass      imports annotations, defines f
"""

CLASSES = """
class C:|  pass                                         defines C
class C(B, metaclass=M):|  pass                         reads B M, defines C
class C:|  a = x                                        reads x, defines C
class C:|  x = x                                        reads x, defines C
class C:|  x = 1|  y = x                                defines C
class C:|  if c:|    x = 1|  y = x                      reads c x, defines C
class C:|  x = 1|  def m(self):|    return x            reads x, defines C, later x
class C:|  x = 1|  y = [x for _ in r]                   reads x r, defines C
class C:|  xs = [1]|  y = [i for i in xs]               defines C
class C:|  xs = []|  xs.append(1)                       defines C
class C:|  def m(self):|    return C, D|class D:|  pass     defines C D
class C:|  def fit(self):|    return fit(self)          reads fit, defines C, later fit
class C:|  def m(self):|    return C|  n = property(m)  reads property, defines C
class C:|  def m(self):|    return x|x = 1|C().m()      writes x, defines C
class C:|  def m(self):|    return x|C().m()|x = 1      reads x, writes x, defines C
class C:|  def m(self):|    xs.append(1)|C().m()        reads xs, writes xs, mutates xs, defines C
class C:|  class D:|    def m(self):|      return x     reads x, defines C, later x
class C:|  @property|  def m(self):|    return C        reads property, defines C
class C:|  global x|  x = 1                             writes x, defines C
class C:|  del_ = 1|  del del_|  y = del_               reads del_, defines C
class C:|  f: float = 0                                 reads float, defines C
@d|class C:|  pass                                      reads d, defines C
def f():|  class C:|    x = 1|    def m(self):|      return x|  return C     reads x, defines f, later x
def f(x):|  class C:|    y = x|  return C               defines f
"""

CHANGES = """
x[0] = 1                                reads x, writes x, mutates x
df["x"] = df["y"] + z                   reads df z, writes df, mutates df
x.a = 1                                 reads x, writes x, mutates x
x.a.b[i].c = 1                          reads x i, writes x, mutates x
x[0] += 1                               reads x, writes x, mutates x
x.a: int = 1                            reads x int, writes x, mutates x
x.a: int                                reads x int
del x[0]                                reads x, writes x, mutates x
del x.a                                 reads x, writes x, mutates x
for x[0] in r:|  pass                   reads x r, writes x, mutates x
a, x[0] = 1, 2                          reads x, writes a x, mutates x
f(x)[0] = 1                             reads f x
x = []| x[0] = 1                        writes x
x = []| x.append(1)                     writes x
if c:|  x = []| x.append(1)             reads c x, writes x, carries x, mutates x
x.append(1)| x = []                     reads x, writes x, mutates x
xs.append(1)                            reads xs, writes xs, mutates xs
xs.append(x)| y = 1                     reads xs x, writes xs y, mutates xs
model.fit(X, y)                         reads model X y, writes model, mutates model
m = model.fit(X).coef_                  reads model X, writes m model, mutates model
df.columns.values.sort()                reads df, writes df, mutates df
df.head()                               reads df
df.head();                              reads df
df.frobnicate()                         reads df
df.frobnicate()| y = 1                  reads df, writes df y, mutates df
df.info()| y = 1                        reads df, writes y
df.plot(x="a")| y = 1                   reads df, writes y
df.plot.bar("a")| y = 1                 reads df, writes y
ax.plot(xs, ys)| y = 1                  reads ax xs ys, writes ax y, mutates ax
df.to_csv(p)| y = 1                     reads df p, writes y
log.warning(x)| y = 1                   reads log x, writes y
df.groupby(k).apply(f)| y = 1           reads df k f, writes y
y = xs.pop()                            reads xs, writes y xs, mutates xs
y = f(d.setdefault(k, []))              reads f d k, writes y d, mutates d
y = df.sort("day")                      reads df, writes y
y = s.add(1)                            reads s, writes y
y = [i for i in xs if not (i in seen or seen.add(i))]     reads xs seen, writes y seen, mutates seen
df.dropna(inplace=True)                 reads df, writes df, mutates df
y = df.dropna(inplace=False)            reads df, writes y
np.add(a, b, out=c)| y = 1              reads np a b c, writes np c y, mutates np c
y = f(a, out=(b, c[0]))                 reads f a b c, writes y b c, mutates b c
y = t.add_(1)                           reads t, writes y t, mutates t
net.eval()                              reads net, writes net, mutates net
y = df.eval("a + b")                    reads df, writes y
loss.backward()                         reads loss, writes loss, mutates loss
y = next(it)                            reads next it, writes y it, mutates it
heappush(h, x)                          reads heappush h x, writes h, mutates h
rng.shuffle(xs)                         reads rng xs, writes rng xs, mutates rng xs
await q.put(x)| y = 1                   reads q x, writes q y, mutates q, awaits
_xs.append(1)                           reads _xs
xs.append(1)| del xs                    reads xs, deletes xs
x.append(lambda: x)                     reads x, writes x, mutates x
a = b| a.append(1)                      reads b, writes a
"""

AWAITED = """
x = await f()                                   reads f, writes x, awaits
async for i in a:|  x = i                       reads a, writes x, targets i, carries x, awaits
async with a as b:|  x = b                      reads a, writes x, targets b, awaits
x = [i async for i in a]                        reads a, writes x, awaits
x = [await i for i in a]                        reads a, writes x, awaits
x = (i async for i in a)                        reads a, writes x
x = (await i for i in a)                        reads a, writes x
x = (i for i in await a)                        reads a, writes x, awaits
async def f():|  async with a:|    pass         reads a, defines f, later a
"""

COMMANDS = """
!ls                                             -
!ls {x} $y                                      reads x y
!echo {x[1:2]} {f(a):>3} {{z}} $$w              reads x
!echo '$x' "$y" $z.a                            reads y z
!awk { print }}                                 -
x = !ls {d}                                     reads d, writes x
x = "a"| !ls {x} {y}                            reads y, writes x
for i in r:|  !echo {i}                         reads r, targets i
def f(a):|  !echo {a} {b}                       reads b, defines f, later b
"""

GENERIC = """
type A = list[B]                                reads list B, defines A
type A[T] = list[T]                             reads list, defines A
def f[T](x: T) -> T:|  return x                 defines f
def f[T: B](x: T):|  return T, y                reads B y, defines f, later y
class C[T](G[T]):|  def m(self):|    return T   reads G, defines C
"""

ALL = STRAIGHT + DELETED + BRANCHES + LOOPS + EXCEPTIONS + WITH + PATTERNS + COMPREHENSIONS
ALL += FUNCTIONS + CLASSES + CHANGES + AWAITED + COMMANDS + (GENERIC if sys.version_info >= (3, 12) else "")


FIELDS = [name for name in asdict(Names()) if name not in ("awaits", "shows")]


def cell_of(text: str) -> str:
    """The lines that stand between bars; a bar after a space is Python's own."""
    lines = re.split(r"(?<! )\|", text)
    return "\n".join(re.sub(r"^ (?=\S)", "", line) for line in lines) + "\n"


def rows() -> list[Any]:
    """The table's rows: what a cell is, and what its names are."""
    said = re.compile(rf" {{2,}}(?=(?:-|awaits|(?:{'|'.join(FIELDS)}) .*)$)")
    return [
        pytest.param(cell_of(line[0]), line[1], id=line[0]) for line in map(said.split, filter(None, ALL.split("\n")))
    ]


def names(source: str) -> Names:
    cell = TransformerManager().transform_cell(source)
    return names_of(ast.parse(cell), source)


def told(found: Names) -> str:
    """Names as the table tells them."""
    fields = [f"{name} {' '.join(getattr(found, name))}" for name in FIELDS if getattr(found, name)]
    return ", ".join(fields + ["awaits"] * found.awaits) or "-"


@pytest.mark.parametrize(("cell", "said"), rows())
def test_a_cell_reads_and_writes_what_the_table_says(cell: str, said: str) -> None:
    assert told(names(cell)) == said


@pytest.mark.parametrize(
    ("cell", "shows"),
    [
        ("x", True),
        ("x;", False),
        ("x;  # said", False),
        ("x  # said;", True),
        ("f(';')", True),
        ("x\n\n# more\n", True),
        ("x = 1", False),
        ("x = 1; x", True),
        ("x\ny = 1", False),
        ("await f()", True),
        ("if c:\n    x", False),
        ("'text'", True),
        ("!ls $x;", False),
        ("", False),
    ],
)
def test_the_last_expression_is_shown_unless_a_semicolon_ends_it(cell: str, shows: bool) -> None:
    assert names(cell).shows is shows


def test_without_its_source_a_cell_is_taken_to_show_its_last_expression() -> None:
    assert names_of(ast.parse("x;")).shows


@pytest.mark.parametrize(
    ("cell", "line", "message"),
    [
        ("x = 1\nfrom os.path import *", 2, "line 2 is `from os.path import *`: nobody could know which names"),
        ("try:\n    from .a import *\nfinally:\n    pass", 2, "line 2 is `from .a import *`"),
        (
            "x = 1\n\n%time f(x)",
            3,
            "line 3 is a magic, %time …, which only the notebook can run: put it into a cell of",
        ),
        ("%matplotlib", 1, "line 1 is a magic, %matplotlib, which"),
        ("x = %pwd", 1, "line 1 is a magic, %pwd, which"),
        ("%%bash\nls", 1, "line 1 is a magic, %%bash …, which"),
        ("y = 1\nx.a?", 2, "line 2 is a magic, x.a?, which"),
        ("def f():\n    %time g()", 2, "line 2 is a magic, %time …, which"),
        ("get_ipython().magic('time f(x)')", 1, "line 1 is a magic, %time …, which"),
        ("if x:\n    return 1", 2, "line 2: 'return' outside function"),
        ("yield x", 1, "line 1: 'yield' outside function"),
        ("x = yield from y", 1, "line 1: 'yield' outside function"),
        ("class C:\n    return 1", 2, "line 2: 'return' outside function"),
    ],
)
def test_a_cell_that_no_worker_could_run_is_refused_by_its_line(cell: str, line: int, message: str) -> None:
    with pytest.raises(CellRefused) as refused:
        names(cell)
    assert str(refused.value).startswith(message)
    assert refused.value.lineno == line


def test_names_come_in_the_order_in_which_they_first_appear() -> None:
    found = names("def f():\n    return d\nb = a\nfor c in b:\n    x = f(a, e)\nb += y\n")
    assert found.reads == ("d", "a", "e", "y")
    assert found.writes == ("b", "x")


def test_many_functions_that_call_each_other_are_followed_once() -> None:
    lines = [f"def f{i}():\n    return " + "+".join(f"f{j}()" for j in range(60)) for i in range(60)]
    assert names("\n".join([*lines, "f0() + x"])).reads == ("x",)


def test_a_sum_of_many_terms_is_read_as_any() -> None:
    assert names("y = " + " + ".join(["x"] * 700)).reads == ("x",)


def mentioned(cell: str) -> frozenset[str]:
    return mentions(ast.parse(TransformerManager().transform_cell(cell)))


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("x = y.z", "x y"),
        ("def f(a):\n    global b\n    return c", "b c"),
        ("'x y'", ""),
        ("!ls {x.a} $y", "get_ipython ls x a y"),
        ("%time f(x)", "get_ipython time f x"),
        ("%%bash -s $x\necho $y", "get_ipython bash s x echo y"),
        ("x?", "get_ipython pinfo x"),
        ("q = %who", "q get_ipython who"),
        ("get_ipython().ev('x + ä')", "get_ipython x ä"),
        ("from a import *\nx", "x"),
        ("f'{x}'", "x"),
    ],
)
def test_a_cell_mentions_what_its_text_could_reach(cell: str, words: str) -> None:
    assert mentioned(cell) == frozenset(words.split())


def test_a_compiled_function_reaches_the_globals_of_the_functions_inside_it() -> None:
    space: dict[str, Any] = {}
    source = """
def f(a):
    global n, m
    n = x + a
    del m
    class C:
        y = z
        def g(self):
            return [w for _ in range(3)]
    return lambda: v
"""
    exec(source, space)
    assert reached(space["f"].__code__) >= {"x", "z", "w", "v", "range"}
    assert reached(space["f"].__code__).isdisjoint({"a", "n", "__name__"})
    assert stored(space["f"].__code__) == {"n", "m"}


# Random cells over a few names of numbers, executed.

NUMBERS = ["a", "b", "c", "d", "t"]
CALLED = ["f", "g"]
LEFT = object()


Draw = Callable[[st.SearchStrategy[Any]], Any]

# In curly brackets: n a number's name, f a function's, e an expression, b a block, d a block in a block,
# j and w a block that may end with a jump, r one that may raise.
LEAVES = ["{n}", "{n}", "{n}", "1", "2", "f()", "g()"]
EXPRESSIONS = [
    *[
        "({e} + {e})",
        "({e} and {e})",
        "({e} or {e})",
        "(not ({e} and {e}))",
        "({e} if {e} % 2 else {e})",
        "({n} := {e})",
    ],
    *["(lambda {n}: {n} + {n})({e})", "sum([{e} for {n} in range({e} % 3)])", "(0 < {e} < {e})", "len(f'{{n}}')"],
]
SIMPLE = [
    *["{n} = {e}", "{n} = {e}", "{n} += {e}", "{n} = {n} = {e}", "{n}, {n} = {e}, {e}", "{f} = lambda: {e}"],
    *["del {n}", "assert {e} >= 0", "{e}"],
]
COMPOUND = [
    *["if {e} % 2:{b}", "if {e} % 2:{b}else:{b}", "if {n} % 2 and ({n} := {e}):{b}else:{b}"],
    *["for {n} in range({e} % 3):{j}", "for {n} in range(2):{j}else:{b}", "while True:{w}    break"],
    *["try:{r}except ValueError as {n}:{b}", "try:{r}except ValueError:{b}else:{b}", "try:{r}finally:{b}"],
    *["try:{r}except ValueError:{r}finally:{b}", "for {n} in range(2):\n    try:{d}        break\n    finally:{d}"],
    *[
        "match {e} % 3:\n    case 1:{d}    case {n}:{d}",
        "match {e}, {e}:\n    case 1, {n}:{d}    case [{n}, _] if {e}:{d}",
    ],
    *["def {f}():{b}    return {e}", "def {f}(z={e}):\n    global {n}\n    {n} = {e}\n    return {e}"],
    *[
        "def {f}({n}=1):{b}    return {e}",
        "def {f}():\n    def h():{d}        return {n}\n    {n} = {e}\n    return h()",
    ],
    *["class C:{b}    def m(self):\n        return {e}\n{n} = C().m()", "with null({e}) as {n}:{b}"],
]
JUMPS = ["pass", "if {n} % 2: break", "if {n} % 2: continue", "break"]
BREAKS = ["pass", "if {n} % 2: break", "break"]  # no loop without an end
RAISES = ["pass", "raise ValueError", "if {n} % 2: raise ValueError"]


def written(draw: Draw, form: str, deep: int) -> str:
    """A form with everything put into its brackets."""

    def put(found: re.Match[str]) -> str:
        match found.group(1):
            case "n":
                return str(draw(st.sampled_from(NUMBERS)))
            case "f":
                return str(draw(st.sampled_from(CALLED)))
            case "e":
                return written(draw, draw(st.sampled_from(LEAVES + EXPRESSIONS if deep > 0 else LEAVES)), deep - 1)
            case "d":
                return block(draw, deep, ["pass"], "        ")
            case letter:
                return block(draw, deep, {"j": JUMPS, "w": BREAKS, "r": RAISES}.get(letter, ["pass"]), "    ")

    return re.sub(r"\{(\w)\}", put, form)


def block(draw: Draw, deep: int, ends: list[str], margin: str) -> str:
    lines = [statement(draw, deep - 1) for _ in range(draw(st.integers(1, 2)))]
    return "\n" + indent("\n".join([*lines, written(draw, draw(st.sampled_from(ends)), 0)]), margin) + "\n"


def statement(draw: Draw, deep: int) -> str:
    return written(draw, draw(st.sampled_from(SIMPLE + COMPOUND if deep > 0 else SIMPLE)), deep)


@st.composite
def cells(draw: Draw) -> str:
    """Programs of a few statements."""
    found = "\n".join(statement(draw, 2) for _ in range(draw(st.integers(1, 6))))
    assume(compiles(found))
    return found


def compiles(cell: str) -> bool:
    try:
        compile(cell, "<cell>", "exec")
    except SyntaxError:
        return False
    return True


def full_space() -> dict[str, Any]:
    """A notebook that has every name."""
    space: dict[str, Any] = {name: number for number, name in enumerate(NUMBERS, 3)}
    return space | {"f": lambda: 11, "g": lambda: 12}


def ran(cell: str, space: dict[str, Any]) -> dict[str, Any] | None:
    """The names after a cell; None if it fails."""
    left = iter(range(2_000))

    def step() -> None:
        if next(left, None) is None:
            raise RecursionError

    space = {"__builtins__": {**vars(builtins), "_step": step}, "null": nullcontext, **space}
    try:
        exec(compile(Patience().visit(ast.parse(cell)), "<cell>", "exec"), space)
    except (AssertionError, NameError, RecursionError, TypeError, ValueError):
        return None
    return space


class Patience(ast.NodeTransformer):
    """Counts the calls: functions that call each other twice, or again in a `finally`, double a number without end.

    A trace function would not do, for Python drops it at its first exception, and the `finally` blocks go on.
    """

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, ast.copy_location(ast.Expr(self.step(node)), node.body[0]))
        return ast.fix_missing_locations(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self.generic_visit(node)
        node.body = ast.BoolOp(ast.Or(), [self.step(node), node.body])
        return ast.fix_missing_locations(node)

    def step(self, node: ast.AST) -> ast.Call:
        return ast.Call(ast.Name("_step", ast.Load()), [], [])


def same(one: Any, other: Any) -> bool:
    return one == other or (type(one) is type(other) and not isinstance(one, int))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells())
def test_a_cell_runs_the_same_with_only_what_it_reads_and_carries(cell: str) -> None:
    found = names_of(ast.parse(cell))
    plain = ran(cell, full_space())
    assume(plain is not None)
    there = {*found.reads, *found.carries, *found.deletes}  # what a cell deletes comes along as well
    alone = ran(cell, {name: value for name, value in full_space().items() if name in there})
    assert alone is not None
    for name in (*found.writes, *found.deletes):
        assert same(plain.get(name, LEFT), alone.get(name, LEFT)), name


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells())
def test_every_name_that_a_cell_changes_is_told(cell: str) -> None:
    found = names_of(ast.parse(cell))
    before = full_space()
    after = ran(cell, before)
    assume(after is not None)
    changed = {name for name in before | after if after.get(name, LEFT) is not before.get(name, LEFT)}
    assert changed <= {*found.writes, *found.targets, *found.deletes, *found.defines, "__builtins__", "null"}


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells())
def test_what_a_cell_mentions_holds_all_that_it_reads(cell: str) -> None:
    tree = ast.parse(cell)
    assert set(names_of(tree).reads) <= mentions(tree)

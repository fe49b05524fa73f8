"""Shell and magic lines as they stand in the syntax tree: calls of what `get_ipython()` gives."""

import ast
import re
from collections.abc import Iterator
from string import Formatter

SHELL = frozenset({"system", "getoutput"})
MAGICS = frozenset({"run_line_magic", "run_cell_magic", "magic"})
HELP = {"pinfo": "?", "pinfo2": "??", "psearch": "?"}
# As IPython finds them: not between single quotes, $$x is the shell's own.
DOLLAR = re.compile(r"\$(\$?[\w.]+)(?=(?:[^']*'[^']*')*[^']*$)")
MAKING = frozenset({"dispatch", "result"})  # magics with a variable to keep something in
TARGET = re.compile(r"(?<!\S)(?:-o\s*|--out[\s=]\s*)([^\W\d]\w*)")
WORD = re.compile(r"[^\W\d]\w*")


def method(call: ast.Call) -> str | None:
    """The method that a call asks the notebook's shell for, None for any other call."""
    called = call.func
    if isinstance(called, ast.Attribute) and _is_shell(called.value):
        return called.attr
    return None


def magic_line(call: ast.Call) -> str | None:
    """How a magic's line begins, from the call that stands for it; None for any other call."""
    name = method(call)
    if name not in MAGICS:
        return None
    words = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    magic, _, rest = " ".join(map(str, words)).strip().partition(" ")
    if magic in HELP:
        return f"{rest.strip()}{HELP[magic]}"
    return ("%%" if name == "run_cell_magic" else "%") + (f"{magic} …" if rest.strip() else magic)


def expressions(call: ast.Call) -> Iterator[ast.expr]:
    """The Python in a shell line, ``{x + 1}`` and ``$x``, each placed where the line is."""
    for argument in call.args:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            for text in _fields(argument.value):
                yield from _parsed(text, call)


def words(tree: ast.AST) -> Iterator[str]:
    """The words of what shell and magic lines are given as text: any may name a variable."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and method(call) is not None:
            for given in [*call.args, *(keyword.value for keyword in call.keywords)]:
                for node in ast.walk(given):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield from WORD.findall(_read(call, node.value))


def made(statement: ast.stmt) -> set[str]:
    """The variables that a magic line keeps something in."""
    call = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
    if not isinstance(call, ast.Call) or method(call) is None or len(call.args) < 2:
        return set()
    text = call.args[1].value if isinstance(call.args[1], ast.Constant) else None
    found = TARGET.search(text) if isinstance(text, str) and _read(call, text) != text else None
    return {found[1]} if found else set()


def _read(call: ast.Call, text: str) -> str:
    """What a magic's text may read: not the variable that it is to make."""
    magic = call.args[0] if call.args else None
    makes = isinstance(magic, ast.Constant) and magic.value in MAKING
    return TARGET.sub(" ", text, count=1) if makes else text


def _is_shell(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "get_ipython"


def _fields(command: str) -> Iterator[str]:
    try:
        parts = list(Formatter().parse(command))
    except ValueError:  # braces of the shell's: IPython leaves such a line as it is
        return
    for literal, field, after_colon, _ in parts:
        yield from (name for name in DOLLAR.findall(literal) if not name.startswith("$"))
        if field is not None:
            yield f"{field}:{after_colon}" if after_colon else field


def _parsed(text: str, call: ast.Call) -> Iterator[ast.expr]:
    try:
        expression = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return
    for node in ast.walk(expression):
        if isinstance(node, ast.expr):
            node.lineno, node.col_offset = call.lineno, call.col_offset
    yield expression

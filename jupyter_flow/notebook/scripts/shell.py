"""Shell lines as Python: a command with the notebook's values in it."""

import ast
from collections.abc import Callable
from string import Formatter

from ..cells import commands
from .names import BUILTINS

Known = Callable[[str], bool]


def literal(value: object) -> str:
    """A value as formatters write it: double quotes."""
    if isinstance(value, str) and '"' not in value and "\\" not in value and value.isprintable():
        return f'"{value}"'
    return repr(value)


def filled(command: str, known: Known) -> str:
    """A shell command as Python: an f-string where ``{x}`` or ``$x`` stand for values."""
    parts = _parts(command, known)
    if all(isinstance(part, str) for part in parts):
        return literal("".join(map(str, parts)))
    texts = "".join(part if isinstance(part, str) else "" for part in parts)
    codes = [part[0] for part in parts if isinstance(part, tuple)]
    for quote in ('"', "'"):
        if quote not in texts and not any(quote in code or "\\" in code for code in codes) and texts.isprintable():
            body = [_braced(p).replace("\\", "\\\\") if isinstance(p, str) else "{" + p[0] + "}" for p in parts]
            return f"f{quote}{''.join(body)}{quote}"
    return " + ".join(literal(part) if isinstance(part, str) else f"str({part[0]})" for part in parts)


def _dollars(text: str, known: Known) -> list[str | tuple[str]]:
    """A text of a command between braces, with the names in it that a notebook knows as expressions."""
    parts: list[str | tuple[str]] = []
    place = 0
    for found in commands.DOLLAR.finditer(text):
        name = found.group(1)
        root = name.lstrip("$").partition(".")[0]
        if not name.startswith("$") and known(root):
            parts += [text[place : found.start()], (name,)]
            place = found.end()
    return [*parts, text[place:].replace("$$", "$")]


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _parts(command: str, known: Known) -> list[str | tuple[str]]:
    """Texts, and expressions in tuples. As IPython does, a line with braces of the shell's stays as it is."""
    try:
        fields = list(Formatter().parse(command))
    except ValueError:
        return [command]
    parts: list[str | tuple[str]] = []
    for text, field, spec, conversion in fields:
        parts += _dollars(text, known)
        if field is None:
            continue
        code = field + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
        if not _expression(field, known):
            return [command]
        parts.append((code,))
    return [part for part in parts if part]


def _expression(text: str, known: Known) -> bool:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError:
        return False
    loads = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return all(known(name) or name in own or name in BUILTINS for name in loads)

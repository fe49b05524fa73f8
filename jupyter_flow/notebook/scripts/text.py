"""The text of a script: parts replaced, lines indented but not what strings hold, long calls broken."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

WIDTH = 88  # columns, as formatters have it where nothing is configured
STEP = "    "
DEFINES = re.compile(r"@|def |class |async def ")
ASIDE = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.DEDENT, tokenize.ENDMARKER})
IMPORTS = ast.Import | ast.ImportFrom


class Text:
    """The source of a cell, and what is to stand in place of parts of it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._lines = source.splitlines(keepends=True) or [""]
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self._edits: list[tuple[int, int, str]] = []

    def part(self, node: Any) -> str:
        """How a piece of syntax is written."""
        start, end = self._span(node)
        return self.source[start:end]

    def replace(self, node: Any, text: str) -> None:
        """Put a text in place of a piece of syntax."""
        self._edits.append((*self._span(node), text))

    def replace_word(self, number: int, word: str, text: str, *, after: str) -> None:
        """Put a text in place of a word that stands in a line, counted from 1, behind another text."""
        line = self._lines[number - 1]
        start = self._starts[number - 1] + line.index(word, line.index(after) + len(after))
        self._edits.append((start, start + len(word), text))

    def insert_line(self, number: int, text: str) -> None:
        """Put a line before another one, counted from 1."""
        start = self._starts[number - 1]
        self._edits.append((start, start, text + "\n"))

    def take_lines(self, node: Any) -> str:
        """Remove a statement with its decorators and the comments right above it, and return them."""
        first = first_line(node)
        while first > 1 and self._lines[first - 2].startswith("#"):
            first -= 1
        start, end = self._starts[first - 1], self._starts[min(node.end_lineno, len(self._lines))]
        self._edits.append((start, end, ""))
        return self.source[start:end].rstrip("\n")

    def drop_semicolon(self) -> bool:
        """Remove a semicolon at the end: a script shows nothing by itself. Whether there was one."""
        last = last_token(self.source)
        if last is None or last.string != ";":
            return False
        start = self._starts[last.start[0] - 1] + last.start[1]
        self._edits.append((start, start + 1, ""))
        return True

    def edited(self) -> str:
        """The source with everything in its place."""
        text = self.source
        for start, end, new in sorted(self._edits, key=lambda edit: edit[:2], reverse=True):
            text = text[:start] + new + text[end:]
        return text.strip("\n")

    def _span(self, node: Any) -> tuple[int, int]:
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line: int, column: int) -> int:
        """Columns of syntax trees count bytes."""
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())


def first_line(node: Any) -> int:
    """Where a statement begins, decorators included."""
    return int(min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))]))


def last_token(source: str) -> tokenize.TokenInfo | None:
    """The last piece of a source, comments aside."""
    solid = [token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type not in ASIDE]
    return solid[-1] if solid else None


def indented(source: str) -> str:
    """A source one step further in, without more than one blank line in a row; what strings hold stays as it is."""
    inside = set(_inside_strings(source))
    lines: list[str] = []
    for number, line in enumerate(source.splitlines(), 1):
        if number in inside:
            lines.append(line)
        elif line.strip():
            lines.append(STEP + line)
        elif lines and lines[-1]:
            lines.append("")
    return "\n".join(lines)


def _inside_strings(source: str) -> Iterator[int]:
    """The lines that begin within a string."""
    opened: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "STRING":
            yield from range(token.start[0] + 1, token.end[0] + 1)
        elif kind in ("FSTRING_START", "TSTRING_START"):
            opened.append(token.start[0])
        elif kind in ("FSTRING_END", "TSTRING_END"):
            yield from range(opened.pop() + 1, token.end[0] + 1)


def call(head: str, parts: Sequence[str], tail: str, indent: str = "") -> str:
    """``head(a, b)tail``, over several lines where it is too long."""
    inner = ", ".join(parts)
    line = f"{indent}{head}({inner}){tail}"
    if len(line) <= WIDTH or not parts:
        return line
    if len(indent + STEP + inner) <= WIDTH:
        return f"{indent}{head}(\n{indent}{STEP}{inner}\n{indent}){tail}"
    return _each(f"{indent}{head}", parts, f"{indent}){tail}", indent)


def values(head: str, parts: Sequence[str], indent: str = "") -> str:
    """``return a, b``, one a line where it is too long."""
    line = f"{indent}{head}{', '.join(parts)}"
    return line if len(line) <= WIDTH or len(parts) < 2 else _each(indent + head, parts, indent + ")", indent)


def assigned(targets: Sequence[str], head: str, arguments: Sequence[str], tail: str, indent: str = "") -> str:
    """``a, b = head(x)tail``; nothing is assigned without targets."""
    left = f"{', '.join(targets)} = " if targets else ""
    if len(targets) > 1 and len(f"{indent}{left}{head}(") > WIDTH:
        left = _each(indent, targets, f"{indent}) = ", indent)
        return left + call(head, arguments, tail, indent).lstrip()
    return call(left + head, arguments, tail, indent)


def unpacked(targets: Sequence[str], value: str, indent: str = "") -> str:
    """``a, b = value``."""
    line = f"{indent}{', '.join(targets)} = {value}"
    return line if len(line) <= WIDTH else _each(indent, targets, f"{indent}) = {value}", indent)


def grouped(names: Sequence[str]) -> str:
    """``(a, b)``, as a line of a longer list of targets."""
    line = f"({', '.join(names)})"
    return line if len(f"{STEP}{line},") <= WIDTH else _each("", names, f"{STEP})", STEP)


def _each(head: str, parts: Iterable[str], tail: str, indent: str) -> str:
    lines = "".join(f"{indent}{STEP}{part},\n" for part in parts)
    return f"{head}(\n{lines}{tail}"


def comment(text: str) -> str:
    """A text as comments."""
    return "\n".join(f"# {line}".rstrip() for line in text.strip("\n").splitlines())


def joined(blocks: Iterable[str]) -> str:
    """Blocks of a script, with the blank lines between them that formatters want."""
    script = ""
    for block in filter(None, (block.strip("\n") for block in blocks)):
        if script:
            script += "\n" * (3 if _defines_last(script) or _defines_first(block) else 2)
        script += block
    return script + "\n"


def _defines_first(block: str) -> bool:
    line = next((line for line in block.splitlines() if not line.startswith("#")), "")
    return DEFINES.match(line) is not None


def _defines_last(script: str) -> bool:
    """Whether what stands last, comments aside, is a function or class."""
    body = ast.parse(script).body
    return bool(body) and isinstance(body[-1], ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)

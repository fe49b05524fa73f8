"""Cells in plain Python: what only the notebook understands is translated, left out with a comment, or refused."""

import ast
import re
from argparse import Namespace
from collections.abc import Container
from typing import Any, NamedTuple, NoReturn

from IPython.core.error import UsageError
from IPython.core.inputtransformer2 import TransformerManager

from ...model.errors import FlowError
from ..cells import commands
from ..parsing import options_first, parsed_words
from .executors import Executors
from .names import bound
from .shell import Known, filled
from .text import Text, comment

HEADER = re.compile(r"(?:[ \t]*\n)*%%(\w+)[ \t]*([^\n]*)(?:\n|\Z)")
BLANK = re.compile(r"(?:[ \t]*(?:\n|\Z))*")
RUNS = frozenset({"time", "prun"})  # they run what follows, and tell about it
SHOWS = frozenset({"html", "HTML", "markdown", "latex", "javascript", "js", "svg", "SVG", "timeit"})
SCRIPTS = frozenset({"bash", "sh"})
# Magics that change what the cells below them find.
CHANGES = frozenset({"run", "store", "load", "loadpy", "pylab", "macro", "reset", "reset_selective", "xdel", "cd"})
CHANGING = CHANGES | {"pushd", "popd", "env", "set_env", "sql", "R", "capture", "rerun", "recall", "edit"}


class NotExportable(FlowError):
    """A cell that a script cannot say faithfully: the message names the cell and the line."""


class Source(NamedTuple):
    """A cell taken apart. Lines count from the cell's first, `above` are not in `text`."""

    called: str  # cell 3
    magic: str  # electron, lattice, or "" for an ordinary cell
    line: str
    text: str
    above: int
    notes: tuple[str, ...] = ()  # magics that were left out around it
    script: bool = False  # it was one for another interpreter

    def refuse(self, why: str, line: int = 0) -> NoReturn:
        """Raise NotExportable."""
        raise NotExportable(f"{self.called}, line {line + self.above if line else 1}: {why}")

    def parse(self, text: str | None = None) -> ast.Module:
        """Its syntax tree. Raises NotExportable."""
        try:
            tree = ast.parse(self.text if text is None else text)
        except SyntaxError as error:
            self.refuse(f"this is no Python: {error.msg}", error.lineno or 1)
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                self.refuse("an import of the future holds for a whole script", node.lineno)
        return tree


class Plain(NamedTuple):
    """A cell in plain Python."""

    text: str
    shows: bool  # a last expression would be displayed
    imports: frozenset[str]  # lines that it needs at the top
    at_end: tuple[str, ...] = ()  # statements for the end of the script


def source_of(called: str, cell: str) -> Source:
    """Take a cell apart. Raises NotExportable for a cell magic that nobody can translate."""
    notes: list[str] = []
    above, rest = 0, cell
    while (found := HEADER.match(rest)) is not None:
        magic, line = found.group(1), found.group(2).strip()
        if magic == "jupyter_flow":
            magic, _, line = line.partition(" ")
        above += found.group().count("\n")
        rest = rest[found.end() :]
        if magic in ("electron", "lattice"):
            return _below(called, magic, line.strip(), rest, above, notes)
        whole = f"%%{magic} {line}".strip()
        if magic not in RUNS and (magic != "capture" or line):
            return _foreign(called, magic, line, f"{whole}\n{rest}", rest, notes)
        notes.append(f"# left out: {whole}")
    return _below(called, "", "", rest, above, notes)


def _below(called: str, magic: str, line: str, rest: str, above: int, notes: list[str]) -> Source:
    """A cell's code below its headers, and below the blank lines that follow them."""
    blank = BLANK.match(rest)
    assert blank is not None
    text = TransformerManager().transform_cell(rest[blank.end() :])  # type: ignore[no-untyped-call]
    return Source(called, magic, line, text, above + blank.group().count("\n"), tuple(notes))


def _foreign(called: str, magic: str, line: str, whole: str, body: str, notes: list[str]) -> Source:
    """A cell whose text is no Python of the notebook's: a comment, or a script of another interpreter."""
    if magic in SHOWS:
        return Source(called, "", "", comment(f"left out: {whole}"), 0, tuple(notes))
    if magic in SCRIPTS and not line:
        text = f'subprocess.run(["{magic}", "-c", {body!r}], check=True);'
        return Source(called, "", "", text, 0, tuple(notes), True)
    Source(called, "", "", "", 0).refuse(f"a script cannot do what %%{magic} does: leave it out, or say it in Python")


def plain(source: Source, known: Container[str], jf: str, executors: Executors) -> Plain:
    """A cell without IPython's syntax. known: the names that shell lines may mention."""
    text = Text(_untimed(source))
    tree = source.parse(text.source)
    names = {*bound(tree)}
    translation = _Translation(source, text, lambda name: name in known or name in names, jf, executors)
    translation.translate(tree)
    quiet = text.drop_semicolon()
    edited = text.edited()
    for node in ast.walk(source.parse(edited)):
        if isinstance(node, ast.Name) and node.id == "get_ipython" and "get_ipython" not in known:
            source.refuse("only the notebook has get_ipython()", node.lineno)
    shows = _shows(tree) and not quiet
    return Plain(edited, shows, frozenset(translation.imports), tuple(translation.at_end))


def _untimed(source: Source) -> str:
    """Its text with what is only timed, or profiled, in place of the magic that does so."""
    text = Text(source.text)
    for statement, call in _magics(source.parse()):
        name, rest = _magic(call)
        if name in RUNS and rest:
            text.replace(statement, rest)
    return text.edited()


def _shows(tree: ast.Module) -> bool:
    """Whether a cell's last statement may have a value to display: a shell or magic line's is none."""
    last = tree.body[-1] if tree.body else None
    called = last.value if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) else None
    return last is not None and (called is None or commands.method(called) is None)


def _magics(tree: ast.Module) -> list[tuple[Any, ast.Call]]:
    """The statements that are magics, and those that assign the value of one."""
    found: list[tuple[Any, ast.Call]] = []
    for node in ast.walk(tree):
        called = node.value if isinstance(node, ast.Expr | ast.Assign) else None
        if isinstance(called, ast.Call) and commands.method(called) in commands.MAGICS:
            found.append((node, called))
    return found


def _magic(call: ast.Call) -> tuple[str, str]:
    words = [str(argument.value) for argument in call.args if isinstance(argument, ast.Constant)]
    name, _, rest = " ".join(words).strip().partition(" ")
    return name, rest.strip()


class _Translation:
    """The magics and shell lines of one cell."""

    def __init__(self, source: Source, text: Text, known: Known, jf: str, executors: Executors) -> None:
        self._source, self._text, self._known, self._jf, self._executors = source, text, known, jf, executors
        self.imports: set[str] = set()
        self.at_end: list[str] = []

    def translate(self, tree: ast.Module) -> None:
        """Put Python in place of all of them."""
        if self._source.script:
            self.imports.add("import subprocess")
        for statement, call in _magics(tree):
            self._line(statement, call, statement in tree.body)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                self._command(node)

    def _line(self, statement: Any, call: ast.Call, at_top: bool) -> None:
        name, rest = _magic(call)
        if name == "jupyter_flow":
            name, _, rest = rest.partition(" ")
        target = self._text.part(statement.targets[0]) if isinstance(statement, ast.Assign) else ""
        line = commands.HELP.get(name)
        whole = f"{rest}{line}" if line else f"%{name} {rest}".strip()
        if name == "dispatch":
            new = self._dispatch(statement, rest, target)
        elif target or name in CHANGING or (name == "result" and "-o" in rest.split()):
            self._source.refuse(f"a script cannot do what {whole} does: say it in Python", statement.lineno)
        elif name == "executor":
            new = self._executors.said(self._source, statement.lineno, rest) or f"# left out: {whole}"
        else:
            new = f"# left out: {whole}"
        self._text.replace(statement, new if at_top or not new.startswith("#") else f"pass  {new}")

    def _command(self, call: ast.Call) -> None:
        """``!command`` and ``lines = !command``."""
        name = commands.method(call)
        if name not in commands.SHELL or not (call.args and isinstance(call.args[0], ast.Constant)):
            return
        command = filled(str(call.args[0].value), self._known)
        self.imports.add("import subprocess")
        if name == "system":
            self._text.replace(call, f"subprocess.run({command}, shell=True, check=False)")
        else:
            self._text.replace(call, f"subprocess.getoutput({command}).splitlines()")

    def _dispatch(self, statement: Any, rest: str, target: str) -> str:
        """``%dispatch`` as a call. What it does not wait for, the end of the script does."""
        given, text = self._options(rest, statement.lineno)
        run = self._call(text, given.executor)
        if run is None:
            said = f"%dispatch {rest}".strip()
            self._source.refuse(f"a script cannot do what {said} does: %dispatch takes a call there", statement.lineno)
        names = list(dict.fromkeys(filter(None, (given.out, target))))
        if not names:
            return f"{run}.result()"
        wait = f"{names[0]}.result()"
        if given.no_wait:
            self.at_end.append(wait)
            return f"{' = '.join(names)} = {run}"
        return f"{' = '.join(names)} = {run}\n{' ' * statement.col_offset}{wait}"

    def _options(self, rest: str, line: int) -> tuple[Namespace, str]:
        """The options of a ``%dispatch``, and the Python behind them."""
        from ..magics import VALUED, FlowMagics

        try:
            words, text = options_first(rest, VALUED)
            return parsed_words(FlowMagics.dispatch, words), text
        except UsageError as error:
            self._source.refuse(str(error), line)

    def _call(self, text: str, executor: str | None) -> str | None:
        """``jf.dispatch(workflow)(1, n=2)``; None for what is no call."""
        try:
            call = ast.parse(text, mode="eval").body
        except SyntaxError:
            return None
        if not isinstance(call, ast.Call):
            return None
        called = Text(text).part(call.func)
        arguments = text[text.index("(", len(called)) :]
        if executor:
            called = f"{self._jf}.lattice(executor={self._executors.named(executor)})({called})"
        return f"{self._jf}.dispatch({called}){arguments}"

"""A cell to try a node in: its inputs loaded, its source, and the call. It binds no name that the notebook has.

What the node runs is written as a function of another name, since a plain function in the place of an electron
would change what the notebook's lattices run.
"""

import ast
import inspect
import io
import re
import textwrap
import tokenize
from collections.abc import Iterable

from ..model.graph import TransportGraph

Function = ast.FunctionDef | ast.AsyncFunctionDef
TEXTS = frozenset({"STRING", "FSTRING_MIDDLE"})


def debugging(dispatch: str, graph: TransportGraph, node: int) -> str:
    """A cell that loads what a node was given; below it the code of the node, and its call."""
    labels = [label for label, _, _ in graph.inputs_of(node)]
    return cell_of(graph.name_of(node), graph.versions[graph.version[node]].source, labels, dispatch, node)


def cell_of(name: str, source: str, labels: Iterable[str], dispatch: str, node: int) -> str:
    """The same of a node of this name, source and inputs."""
    cell = source.lstrip().startswith("%%")
    text = _headless(source) if cell else source.strip("\n").rstrip()
    word = name if name.isidentifier() else f"node_{node}"
    head = f"# {name}, node {node}, with the inputs it had; the notebook's own names stay as they are\n"
    function = _function(text)
    if cell and function is None:
        names = [part for label in labels for part in label.split(", ") if part.isidentifier()]
        return head + _statements(word, text, names, f"{dispatch}.{node}")
    given = f"jupyter_flow.get_result({dispatch!r}).node({node})"
    head += "import jupyter_flow\n"
    if function is None:
        return f"{head}\n{word}_inputs = {given}.inputs\n{_commented(text)}{word}_inputs\n"
    body, tree = function
    load, call = f"{word}_inputs = {given}.inputs", f"debug_{tree.name}(**{word}_inputs)"
    if tree.args.posonlyargs or tree.args.vararg:  # which names cannot tell
        load = f"{word}_args, {word}_kwargs = {given}.arguments"
        call = f"debug_{tree.name}(*{word}_args, **{word}_kwargs)"
    call = f"await {call}" if isinstance(tree, ast.AsyncFunctionDef) else call
    return f"{head}\n{load}\n\n\n{_renamed(body, tree.name)}\n\n\n{call}\n"


def _statements(word: str, text: str, names: Iterable[str], target: str) -> str:
    """Statements as a function of their inputs that gives what they assign."""
    waits = re.search(r"\b(await|async)\b", text)
    return (
        f"%jupyter_flow flow inputs {target} {word}_inputs\n\n\n"
        f"{'async ' if waits else ''}def debug_{word}({', '.join(dict.fromkeys(names))}):\n"
        f"{_indented(text)}\n    return locals()\n\n\n"
        f"{word}_made = {'await ' if waits else ''}debug_{word}(**{word}_inputs)\nlist({word}_made)\n"
    )


def _headless(source: str) -> str:
    """A cell without its magics' lines."""
    lines = source.strip().splitlines()
    while lines and (lines[0].startswith("%%") or not lines[0].strip()):
        del lines[0]
    return "\n".join(lines)


def _function(source: str) -> tuple[str, Function] | None:
    """The text of a function without its decorators; None for anything else."""
    text = textwrap.dedent(inspect.cleandoc("\n" + source)) if source.startswith(" ") else source
    try:
        tree = ast.parse(text).body
    except SyntaxError:
        return None
    if len(tree) != 1 or not isinstance(tree[0], Function):
        return None
    return "\n".join(text.splitlines()[tree[0].lineno - 1 :]), tree[0]


def _renamed(text: str, name: str) -> str:
    return re.sub(rf"\bdef(\s+){re.escape(name)}\b", rf"def\1debug_{name}", text, count=1)


def _indented(text: str) -> str:
    """Deeper by four, but for lines that begin inside a text."""
    inside = _in_texts(text)
    lines = enumerate(text.splitlines(), 1)
    return "\n".join([line if number in inside or not line.strip() else f"    {line}" for number, line in lines])


def _in_texts(text: str) -> set[int]:
    found: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if tokenize.tok_name[token.type] in TEXTS:
                found |= set(range(token.start[0] + 1, token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError):  # shell lines; what was seen until there counts
        pass
    return found


def _commented(source: str) -> str:
    return "".join([f"# {line}\n" for line in source.splitlines()])

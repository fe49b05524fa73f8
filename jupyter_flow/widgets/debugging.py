"""A cell to try a node in: its inputs loaded, its source, and the call."""

import ast
import inspect
import textwrap

from ..model.graph import TransportGraph

Function = ast.FunctionDef | ast.AsyncFunctionDef


def debugging(dispatch: str, graph: TransportGraph, node: int) -> str:
    """A cell that loads what a node was given; below it the code of the node, and for a function its call."""
    name, source = graph.name_of(node), graph.versions[graph.version[node]].source.strip("\n").rstrip()
    if source.lstrip().startswith("%%"):
        header, _, body = source.lstrip().partition("\n")
        return f"# {header}, with the inputs it had\n%jupyter_flow flow inputs {dispatch}.{node}\n{body.strip()}\n"
    head = f"# {name}, node {node}, with the inputs it had\nimport jupyter_flow as jf\n"
    given = f"jf.get_result({dispatch!r}).node({node})"
    function = _function(source)
    if function is None:
        return f"{head}\ninputs = {given}.inputs\n{_commented(source)}inputs\n"
    text, tree = function
    load, call = f"inputs = {given}.inputs", f"{tree.name}(**inputs)"
    if tree.args.posonlyargs or tree.args.vararg:  # which names cannot tell
        load, call = f"args, kwargs = {given}.arguments", f"{tree.name}(*args, **kwargs)"
    call = f"await {call}" if isinstance(tree, ast.AsyncFunctionDef) else call
    return f"{head}\n{load}\n\n\n{text}\n\n\n{call}\n"


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


def _commented(source: str) -> str:
    return "".join([f"# {line}\n" for line in source.splitlines()])

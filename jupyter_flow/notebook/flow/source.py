"""An electron's inputs and source, as a cell to try things in."""

import ast
import inspect
import textwrap
from typing import Any

from ...model.cellvalues import CellValues
from ...model.node import NodeResult


def inputs_of(node: NodeResult) -> dict[str, Any]:
    """The inputs of a node, by the names its code has for them."""
    values: dict[str, Any] = {}
    for label, value in node.inputs.items():
        names = label.split(", ")
        if isinstance(value, CellValues) or (len(names) > 1 and isinstance(value, dict)):
            values |= {name: value[name] for name in names if name in value}
        else:
            values[label] = value
    return {name: value for name, value in values.items() if name.isidentifier()}


def debugging(target: str, node: NodeResult) -> str:
    """A cell that loads a node's inputs, with its source below."""
    source = node.source.rstrip()
    if source.lstrip().startswith("%%"):
        header, _, body = source.lstrip().partition("\n")
        return f"# {header}, with the inputs it had\n%flow inputs {target}\n{body.strip()}"
    function = _without_decorators(source)
    call = f"{node.name}({', '.join(f'{name}={name}' for name in node.inputs if name.isidentifier())})"
    return f"# {node.name}, with the inputs it had\n%flow inputs {target}\n{function}\n\n{call}"


def _without_decorators(source: str) -> str:
    text = textwrap.dedent(inspect.cleandoc("\n" + source)) if source.startswith(" ") else source
    try:
        tree = ast.parse(text).body
    except SyntaxError:
        return text
    if not tree or not isinstance(tree[0], ast.FunctionDef | ast.AsyncFunctionDef):
        return text
    return "\n".join(text.splitlines()[tree[0].lineno - 1 :])

"""An electron's inputs and source, as a cell to try things in."""

from typing import Any

from ...model.cellvalues import CellValues
from ...model.node import NodeResult
from ...widgets.debugging import cell_of


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


def debugging(node: NodeResult) -> str:
    """A cell that loads a node's inputs, with its source below."""
    return cell_of(node.name, node.source, list(node.inputs), node.dispatch_id, node.id)

"""What ``%result`` prints of electrons."""

from collections.abc import Sequence

from ..model.result import NodeResult
from .shell import Shell
from .tracebacks import with_cells


def logs(node: NodeResult) -> str:
    """What it printed."""
    return "\n".join(text.rstrip("\n") for text in (node.stdout, node.stderr) if text)


def failure(shell: Shell, node: NodeResult) -> str:
    """Why it failed, with this notebook's cells named as they are; empty if it did not."""
    error = node.error
    return with_cells(shell, error.traceback or f"{error.type}: {error.message}").rstrip("\n") if error else ""


def headed(nodes: Sequence[NodeResult], texts: Sequence[str]) -> str:
    """Texts under the names of their electrons; the empty ones left out."""
    parts = [f"── {title(node)}\n{text}" for node, text in zip(nodes, texts, strict=True) if text]
    return "\n".join(parts) or "nothing"


def title(node: NodeResult) -> str:
    """``square(1) · FAILED · ValueError: …``."""
    why = f" · {node.error.type}: {node.error.message}" if node.error else ""
    return f"{node.name}({node.id}) · {node.status}{why}"

"""What is told of electrons: by ``%result`` in print, and of failures also where a result is displayed."""

from collections.abc import Callable, Iterator, Sequence

from ..model.events import STATUS_OF
from ..model.printed import Printed
from ..model.result import NodeResult, Result
from ..model.status import Status
from ..model.visible import one_line
from .shell import Shell
from .tracebacks import with_cells

MOST = 20  # failures that are listed
LONGEST = 500  # characters of a failure's message


def logs(node: NodeResult) -> str:
    """What it printed, in each attempt; of one that runs, so far."""
    texts = [_text(printed) for printed in node.printed]
    if len(texts) < 2:
        return "".join(texts)
    states = [*(STATUS_OF[attempt.status] for attempt in node.attempts), Status.RUNNING][: len(texts)]
    heads = [f"attempt {number} of {len(texts)} · {state}" for number, state in enumerate(states, 1)]
    return "\n".join(f"{head}\n{text}" if text else head for head, text in zip(heads, texts, strict=True))


def _text(printed: Printed) -> str:
    texts = [printed.stdout, printed.stderr]
    return "\n".join(text.rstrip("\n") for text in texts if text)


def silence(nodes: Sequence[NodeResult]) -> str:
    """What to say where there are no logs."""
    return "nothing was printed" + ("" if all(node.status.final for node in nodes) else " yet")


def failure(shell: Shell, node: NodeResult) -> str:
    """Why it failed, with this notebook's cells named as they are; empty if it did not."""
    error = node.error
    return with_cells(shell, error.traceback or f"{error.type}: {error.message}").rstrip("\n") if error else ""


def failures(result: Result) -> list[str]:
    """The nodes that failed, each in a line: ``fit(alpha=0.1, data=load) · node 3 · ValueError: …``."""
    if result.status is not Status.FAILED:
        return []
    graph = result.lattice.transport_graph
    nodes = (result.node(number) for number in range(len(graph)))
    failed = [node for node in nodes if node.status is Status.FAILED]
    lines = [f"{graph.call_text(node.id)} · node {node.id}{_why(node)}" for node in failed]
    return lines[:MOST] + ([f"… and {len(lines) - MOST} more"] if len(lines) > MOST else [])


def headed(nodes: Sequence[NodeResult], text: Callable[[NodeResult], str]) -> str:
    """What is told of each under its title; left out where that is nothing."""
    told = ((head, text(node)) for head, node in within(nodes))
    return "\n".join(f"── {head}\n{text}" for head, text in told if text)


def within(nodes: Sequence[NodeResult], above: str = "") -> Iterator[tuple[str, NodeResult]]:
    """Nodes with their titles, and below each what is inside it: the calls of a sublattice, a mapped cell's elements.

    Those have their arguments in the title: ``fit(fold=2, data=…) · node 0.2 · COMPLETED``.
    """
    for node in nodes:
        number = f"{above}{node.id}"
        yield title(node, number, call=bool(above)), node
        inside = node.sublattice_result
        if inside is not None:
            yield from within(inside.nodes, f"{number}.")


def title(node: NodeResult, number: str = "", call: bool = False) -> str:
    """``square · node 1 · FAILED · 3 attempts · 2 displays · ValueError: …``."""
    tries = f" · {len(node.attempts)} attempts" if len(node.attempts) > 1 else ""
    cached = " · cached" if node.cached else ""
    shown = len(node.displays)
    displays = f" · {shown} display{'s' * (shown > 1)}" if shown else ""
    name = node.call_text if call else node.name
    return one_line(f"{name} · node {number or node.id} · {node.standing}{cached}{tries}{displays}{_why(node)}")


def _why(node: NodeResult) -> str:
    if node.error is None:
        return ""
    message = node.error.message
    return f" · {node.error.type}: {message if len(message) <= LONGEST else message[:LONGEST] + '…'}"

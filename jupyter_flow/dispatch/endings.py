"""How nodes end that have nothing to report themselves, and what a failed dispatch says."""

import time
from collections.abc import Iterable, Mapping

from ..model.events import Failure, Record
from ..model.graph import TransportGraph
from .machine import Machine


def skipped(machine: Machine, nodes: Iterable[int]) -> list[Record]:
    """Records of nodes that ended without an attempt."""
    now = time.time_ns()
    return [Record(node, 0, machine.state[node], 0, now, 0) for node in nodes]


def told(graph: TransportGraph, failed: Mapping[int, Failure | None]) -> str | None:
    """A line for each electron that failed, with its reason; None if none did."""
    if not failed:
        return None
    lines = ["The following tasks failed:"]
    for node, failure in sorted(failed.items()):
        why = f"{failure.type}: {failure.message}" if failure else "no reason was recorded"
        lines.append(f"{node}: {graph.name_of(node)}: {why}")
    return "\n".join(lines)

"""Plain Python: what the electrons themselves take."""

from typing import Any

from workloads import Workload, evaluate

from .base import System


class Serial(System):
    """One call after the other."""

    def build(self, workload: Workload) -> Any:
        """Nothing to do."""
        return workload.nodes

    def run(self, built: Any) -> Any:
        """Call everything."""
        return evaluate(built)

"""What a system has to be able to do."""

from typing import Any

from workloads import Workload

WORKERS = 2  # for everyone


class System:
    """Called in the order of the methods; `build` and `run` again and again, and only they are measured."""

    def import_lib(self) -> None:
        """Import the library."""

    def setup(self) -> None:
        """Start the workers."""

    def build(self, workload: Workload) -> Any:
        """The workload as the system wants it. Where it is only to be built: something that has its length."""
        raise NotImplementedError

    def run(self, built: Any) -> Any:
        """The workload's result."""
        raise NotImplementedError

    def scheduler(self) -> int | None:
        """The process of its scheduler, whose children are the workers; None where there is none."""
        return None

    def teardown(self) -> None:
        """Stop the workers."""

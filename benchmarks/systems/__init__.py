"""The systems that are compared, each a class that knows how to run a workload on one of them."""

from importlib import import_module

from .base import System

SYSTEMS = {
    "flow-threads": ("flow", "FlowThreads", "jupyter_flow, threads"),
    "flow-processes": ("flow", "FlowProcesses", "jupyter_flow, processes"),
    "flow-inline": ("flow", "FlowInline", "jupyter_flow, inline"),
    "flow-dask": ("flow", "FlowDask", "jupyter_flow, on Dask"),
    "serial": ("serial", "Serial", "serial Python"),
    "bare-threads": ("bare", "BareThreads", "bare loop on ThreadPoolExecutor"),
    "bare-processes": ("bare", "BareProcesses", "bare loop on ProcessPoolExecutor"),
    "dask-threads": ("dask_threads", "DaskThreads", "dask.delayed, threads"),
    "dask-distributed": ("dask_distributed", "DaskDistributed", "dask distributed, processes"),
    "dask-submit": ("dask_submit", "DaskSubmit", "dask distributed, `client.submit`"),
    "hashed-writes": ("hashed_writes", "HashedWrites", "the arrays written and hashed once"),
}
QUICK = frozenset(SYSTEMS) - {"dask-distributed", "dask-submit", "flow-dask"}


def title(name: str) -> str:
    """What a system is called in a table."""
    return SYSTEMS[name][2]


def load(name: str) -> System:
    """A system, its own libraries not yet imported."""
    module, kind, _ = SYSTEMS[name]
    system: System = getattr(import_module(f"{__name__}.{module}"), kind)()
    return system

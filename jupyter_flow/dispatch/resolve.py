"""From the executors people named to the executors nodes run on, and what their settings mean for each electron."""

from dataclasses import replace
from typing import Any

from ..executor.base import check_limits, check_workers
from ..executor.names import ExecutorNames
from ..model.errors import BuildError
from ..model.graph import TransportGraph

HERE = ("thread", "inline", "custom")  # kinds that run in the process that built the graph


def resolve(graph: TransportGraph, names: ExecutorNames, default: Any) -> None:
    """Give every version of a graph its executor, once per distinct one, and that executor's limits.

    Raises BuildError for a name that does not exist and for a request the executor cannot honour.
    """
    used = {version.executor for version in graph.versions}
    known: dict[Any, int] = {}
    executors: list[Any] = []
    moved: dict[int, int] = {}
    for index in sorted(used):
        executor = names.get_executor(graph.executors[index] if index >= 0 else default)
        if unusable := getattr(executor, "unusable", None):
            raise BuildError(unusable)
        if executor.kind == "custom":
            _check(executor)
        place = known.setdefault(executor.key(), len(executors))
        if place == len(executors):
            executors.append(executor.snapshot())
        moved[index] = place
    graph.executors = executors
    for version in graph.versions:
        version.executor = moved[version.executor]
        _limit(version, executors[version.executor])


def _limit(version: Any, executor: Any) -> None:
    options = version.options
    if version.refusal and executor.kind not in HERE:
        raise BuildError(version.refusal)
    if not getattr(executor, "asks", False):
        _refuse(version, options, executor)
    if version.kind != "glue":
        retries = options.retries if options.retries is not None else getattr(executor, "retries", 0)
        timeout = options.timeout if options.timeout is not None else getattr(executor, "time_limit", None)
        version.options = replace(options, retries=retries, timeout=timeout)


def _refuse(version: Any, options: Any, executor: Any) -> None:
    """Raise BuildError for what such an executor cannot give, with one that can."""
    asks = f"electron {version.name!r} asks for"
    whose = "the session's own Dask cluster" if executor.kind == "dask" else f"a {executor.kind!r} executor"
    if options.cores is not None and options.cores > 1 and executor.kind not in ("local", "thread"):
        raise BuildError(
            f"{asks} cores={options.cores}, which {whose} cannot give: LocalExecutor(workers={options.cores}) can, "
            "and DaskExecutor(address) where workers of that cluster offer them"
        )
    if options.gpus is not None and version.kind == "electron":
        raise BuildError(
            f"{asks} gpus={options.gpus}, which {whose} cannot give: "
            "DaskExecutor(address) can where workers of that cluster offer them"
        )
    if options.memory is not None and executor.kind != "local" and version.kind == "electron":
        raise BuildError(
            f"{asks} memory={options.memory!r}, which {whose} cannot hold it to: LocalExecutor() can, for only worker "
            "processes are measured and ended; DaskExecutor(address) counts it where workers of that cluster offer any"
        )


def _check(executor: Any) -> None:
    """Raise BuildError where the settings of a class of the user's own make no sense: nobody has looked at them yet."""
    try:
        check_workers(executor.workers)
        check_limits(executor.time_limit, executor.retries)
    except ValueError as error:
        raise BuildError(f"{executor}: {error}") from None

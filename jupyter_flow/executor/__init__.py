"""The executors people write down. Values: the live workers behind them belong to the session."""

from typing import TYPE_CHECKING

from ..model.absent import absence
from .base import Executor
from .clusters import Cluster
from .custom import BaseExecutor
from .dask import DaskExecutor
from .futures import FuturesExecutor
from .local import InlineExecutor, LocalExecutor, ThreadExecutor
from .names import executors as _executor_manager

__all__ = [
    "BaseExecutor",
    "Cluster",
    "DaskExecutor",
    "Executor",
    "FuturesExecutor",
    "InlineExecutor",
    "LocalExecutor",
    "ThreadExecutor",
    "_executor_manager",
]


if not TYPE_CHECKING:  # a checker would take every name for one that exists

    def __getattr__(name: str) -> object:
        """Covalent's plug-ins that are not here are errors that say what to use instead."""
        raise absence(__name__, name)

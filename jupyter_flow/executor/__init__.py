"""The executors people write down. Values: the live workers behind them belong to the session."""

from .base import Executor
from .custom import BaseExecutor
from .dask import DaskExecutor
from .futures import FuturesExecutor
from .local import InlineExecutor, LocalExecutor, ThreadExecutor
from .names import executors as _executor_manager

__all__ = [
    "BaseExecutor",
    "DaskExecutor",
    "Executor",
    "FuturesExecutor",
    "InlineExecutor",
    "LocalExecutor",
    "ThreadExecutor",
    "_executor_manager",
]

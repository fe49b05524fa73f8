"""What happens around the user's function, the same on every executor."""

import inspect
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import CoroutineType
from typing import Any, NoReturn

from ..model.concealing import conceal
from ..model.graph import TransportGraph
from ..model.hooks import Hook
from ..model.options import Options
from ..model.tracing import trace
from ..model.vault import VAULT
from ..store.blobs import Blobs
from ..store.fingerprints import fingerprint
from .payload import inner_defaults

Function = Callable[..., Any]


def call(
    function: Function, before: Sequence[Hook], after: Sequence[Hook], args: Sequence[Any], kwargs: dict[str, Any],
    process: int = 0,
) -> Any:  # fmt: skip
    """Run the hooks and the function between them; a coroutine is awaited.

    A process that the function forked ends here, as it would at the end of a script: it is not to go on as a worker.
    process: this one's id, where it is known.
    """
    process = process or os.getpid()
    try:
        if before or after:
            value = _between(function, before, after, args, kwargs)
        else:
            value = function(*args, **kwargs)
            if isinstance(value, CoroutineType):
                value = awaited(value)
    except BaseException as error:
        if os.getpid() != process:
            _leave(error)
        raise
    if os.getpid() != process:
        _leave(None)
    return value


def _between(
    function: Function, before: Sequence[Hook], after: Sequence[Hook], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    kwargs = {**kwargs, **_prepared(before)}
    value = awaited(function(*args, **kwargs))
    for hook in after:
        awaited(hook.apply())
    return value


def _leave(error: BaseException | None) -> NoReturn:
    code = 0 if error is None else 1
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    elif error is not None:
        traceback.print_exception(error)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(code & 0xFF)


def awaited(value: Any) -> Any:
    """The value, waited for if it is a coroutine."""
    if not inspect.iscoroutine(value):
        return value
    import asyncio  # 30 modules, for the electrons that need it

    return asyncio.run(value)


def _prepared(before: Sequence[Hook]) -> dict[str, Any]:
    given: dict[str, list[Any]] = {}
    for hook in before:
        value = awaited(hook.apply())
        if hook.retval_keyword:
            given.setdefault(hook.retval_keyword, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in given.items()}


class Inside:
    """What building a sublattice needs, on a worker. Executors keep their names until the kernel has the graph."""

    shares_process = False  # the graph will be run elsewhere

    def __init__(self, blobs: Blobs) -> None:
        self.keep = blobs.write

    def executor(self, named: Any) -> Any:
        """The name itself."""
        return named

    def fingerprint(self, function: Function) -> bytes:
        """The digest of a function's code."""
        return fingerprint(function)


def build(
    name: str, body: Function, hooks: tuple[Sequence[Hook], Sequence[Hook]], options: Options,
    args: Sequence[Any], kwargs: Mapping[str, Any], blobs: Blobs,
) -> TransportGraph:  # fmt: skip
    """The graph of a sublattice, now that its inputs are known."""
    defaults = inner_defaults(options, tuple(hooks[0]), tuple(hooks[1]))
    with VAULT.noting() as noted:
        graph = trace(name, body, tuple(args), kwargs, Inside(blobs), defaults, gather=True)
        conceal(graph, noted)
    graph.sealed = VAULT.sealed(graph.secrets) if graph.secrets else b""
    return graph

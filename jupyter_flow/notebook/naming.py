"""Giving executors names: each is a registered name and a variable of the notebook."""

import inspect
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from ..executor import BaseExecutor, Executor
from ..executor.clusters import CLUSTER_KINDS
from ..executor.names import executors as names
from ..model.errors import BuildError
from . import ondemand
from .flow.shield import shielded
from .parsing import argument, identifier, seconds
from .shell import Shell, executor_variable, say

ARGUMENTS = (
    argument("name", nargs="?", type=identifier, help="a name for it, and a variable (unset: show the table)"),
    argument("kind", nargs="?", help="local (unset), thread, dask, slurm, futures …, a plug-in's, or an executor"),
    argument("address", nargs="?", help="dask: its scheduler: an address, a file or a variable; futures: a variable"),
    argument("-n", "--workers", type=int, metavar="WORKERS", help="how many of its electrons run at once"),
    argument("--log-stdout", metavar="FILE", help="where its electrons' output is appended"),
    argument("--log-stderr", metavar="FILE", help="the same for standard error"),
    argument("--workdir", metavar="DIR", help="the electrons' working directory"),
    argument("--time-limit", type=seconds, metavar="TIME", help="how long an electron may run: 90, 10m, 2h"),
    argument("--retries", type=int, metavar="N", help="further attempts after a failure"),
    argument("--max-tasks", type=int, metavar="N", help="replace a worker process after so many of its electrons"),
    *ondemand.OPTIONS,
    argument("--default", action="store_true", help="use it where nothing else is said"),
    argument("-d", "--delete", metavar="NAME", help="forget a name"),
)  # of %executor
SETTINGS = ("workers", "log_stdout", "log_stderr", "workdir", "time_limit", "retries", "max_tasks")


def give(shell: Shell, given: Namespace) -> None:
    """Name an executor, and say what it is. A name alone that exists already is kept. Raises UsageError."""
    settings = {name: getattr(given, name) for name in SETTINGS if getattr(given, name) is not None}
    settings |= ondemand.settings_of(given)
    name = given.name
    if name not in names.named or given.kind or settings or given.address:
        executor = _made(shell, given.kind or "local", given.address, settings)
        _check_free(shell, name)
        with shielded():
            try:
                names.register(name, executor)
            except BuildError as error:
                raise UsageError(f"executor: {error}") from None
            shell.user_ns[name] = executor
    if given.default:
        names.default = name
    say(f"{name}: {names.named[name]}" + (" · default" if names.default == name else ""))


def forget(shell: Shell, name: str) -> None:
    """Take a name away, the variable with it. Raises UsageError."""
    if name not in names.named:
        raise UsageError(f"executor: none is called {name!r}; there are {', '.join(names.named) or 'no names'}")
    executor = names.named[name]
    with shielded():
        names.unregister(name)
        if shell.user_ns.get(name) is executor:
            del shell.user_ns[name]


def _made(shell: Shell, kind: str, address: str | None, settings: dict[str, Any]) -> Any:
    known = names.named.get(kind) or executor_variable(shell.user_ns, kind)
    if known is not None:
        if address or settings:
            raise UsageError(f"executor: {kind} is an executor already, whose settings are its own")
        return known
    make, takes = _maker(kind)
    of = _of(shell, kind, address, "scheduler_address" in takes)
    for name in settings:
        if name not in takes:
            raise UsageError(f"executor: {kind} takes no {name}; it takes {', '.join(takes) or 'no settings'}")
    try:
        return make(**of, **settings)
    except (BuildError, TypeError, ValueError) as error:
        raise UsageError(f"executor: {error}") from None


def _maker(kind: str) -> tuple[Callable[..., Any], list[str]]:
    """What makes one of a kind, and what that takes."""
    if kind in CLUSTER_KINDS:
        return partial(ondemand.made, kind), ondemand.takes(kind)
    try:
        make = names.kind(kind)
    except BuildError as error:
        raise UsageError(f"executor: {error}") from None
    if make is None:
        there = ", ".join([*names.kinds, *CLUSTER_KINDS, *names.plugins()])
        raise UsageError(f"executor: {kind!r} is no kind of executor; there are {there}")
    return make, list(inspect.signature(make).parameters)


def _of(shell: Shell, kind: str, address: str | None, somewhere: bool) -> dict[str, Any]:
    """What comes after a kind: a pool, or where the scheduler is."""
    if kind == "futures":
        return _pool(shell, address)
    if address is None:
        return {}
    if not somewhere:
        raise UsageError(f"executor: {kind} takes nothing after its kind, and here is {address!r}")
    return {"scheduler_address": _scheduler(shell, address)}


def _scheduler(shell: Shell, text: str) -> Any:
    """An address or a file as it stands; else the notebook's variable of that name: a cluster, a client, an address."""
    if not text.isidentifier() or Path(text).is_file():
        return text
    if text not in shell.user_ns:
        raise UsageError(
            f"executor: {text!r} is no variable (of a cluster, a Client or an address), no scheduler file, and no "
            "address (tcp://host:8786)"
        )
    return shell.user_ns[text]


def _pool(shell: Shell, name: str | None) -> dict[str, Any]:
    """The notebook's variable of that name, looked up and never evaluated."""
    if name is None:
        raise UsageError("executor: futures needs the variable that holds its pool: %executor NAME futures POOL")
    if not name.isidentifier():
        raise UsageError(f"executor: {name!r} is no variable's name, and nothing here is evaluated: give it one first")
    if name not in shell.user_ns:
        raise UsageError(f"executor: there is no variable {name!r}: make the pool first, such as {name} = …")
    return {"pool": shell.user_ns[name]}


def _check_free(shell: Shell, name: str) -> None:
    taken = shell.user_ns.get(name)
    if taken is not None and not isinstance(taken, Executor | BaseExecutor):
        raise UsageError(f"executor: {name} is a variable already, of type {type(taken).__name__}; choose another name")

"""Giving executors names: each is a registered name and a variable of the notebook."""

import inspect
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import Any

from IPython.core.error import UsageError

from ..executor import BaseExecutor, Executor
from ..executor import _executor_manager as names
from ..executor.clusters import DOORS
from ..model.errors import BuildError
from . import ondemand
from .shell import Shell, say

SETTINGS = ("workers", "log_stdout", "log_stderr", "workdir", "time_limit", "retries", "max_tasks")
SAID = {"scheduler_address": "address"}


def give(shell: Shell, given: Namespace) -> None:
    """Name an executor, and say what it is. A name alone that exists already is kept. Raises UsageError."""
    settings = {name: getattr(given, name) for name in SETTINGS if getattr(given, name) is not None}
    if given.address is not None:
        settings["scheduler_address"] = given.address
    settings |= ondemand.settings_of(given)
    name = given.name
    if name not in names.named or given.kind or settings:
        executor = _made(given.kind or "local", settings)
        _check_free(shell, name)
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
    names.unregister(name)
    if shell.user_ns.get(name) is executor:
        del shell.user_ns[name]


def _made(kind: str, settings: dict[str, Any]) -> Any:
    make: Callable[[dict[str, Any]], Any]
    if kind in DOORS:
        make, takes = partial(ondemand.made, kind), ondemand.takes(kind)
    elif kind in names.kinds:
        make, takes = _from(names.kinds[kind]), list(inspect.signature(names.kinds[kind]).parameters)
    else:
        raise UsageError(f"executor: {kind!r} is no kind of executor; there are {', '.join([*names.kinds, *DOORS])}")
    for name in settings:
        if name not in takes:
            raise UsageError(
                f"executor: {kind} takes no {SAID.get(name, name)}; it takes {', '.join(takes) or 'no settings'}"
            )
    try:
        return make(settings)
    except (ValueError, BuildError) as error:
        raise UsageError(f"executor: {error}") from None


def _from(kind: Callable[..., Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda settings: kind(**settings)


def _check_free(shell: Shell, name: str) -> None:
    taken = shell.user_ns.get(name)
    if taken is not None and not isinstance(taken, Executor | BaseExecutor):
        raise UsageError(f"executor: {name} is a variable already, of type {type(taken).__name__}; choose another name")

"""Executors over a pool that somebody else made: anything with the interface of `concurrent.futures`."""

import os
import uuid
import weakref
from dataclasses import dataclass, fields
from types import MethodType
from typing import Any, ClassVar

from .base import Executor, Key, check_limits, check_workers, path_text


class Pool:
    """A pool, or what makes one, by identity. Pickled, it is itself again where it lives, a description elsewhere."""

    __slots__ = ("__weakref__", "factory", "name", "thing", "token")

    def __init__(self, thing: Any, factory: bool, name: str, token: str) -> None:
        self.thing, self.factory, self.name, self.token = thing, factory, name, token
        _tokens[token] = self

    @property
    def gone(self) -> bool:
        """Whether this is only a description: it lived in another kernel, or lives no more."""
        return self.thing is None

    def __reduce__(self) -> Any:
        return _found, (self.token, self.factory, self.name)

    def __repr__(self) -> str:
        return self.name


_tokens: "weakref.WeakValueDictionary[str, Pool]" = weakref.WeakValueDictionary()
_live: "weakref.WeakValueDictionary[Any, Pool]" = weakref.WeakValueDictionary()  # each keeps its thing, so its id


def pool_of(thing: Any) -> Pool:
    """The pool that an object or a factory is; the same for the same one. Raises TypeError for anything else."""
    factory = isinstance(thing, type) or not callable(getattr(thing, "submit", None))
    if thing is None or (factory and not callable(thing)):
        raise TypeError(
            f"FuturesExecutor({thing!r}): an executor of concurrent.futures is expected, something with submit(), "
            "or a function or class that makes one"
        )
    if not factory and callable(getattr(thing, "get_executor", None)):  # a Dask client: its futures are others
        raise TypeError(f"FuturesExecutor({thing!r}): take its get_executor(), or DaskExecutor(client)")
    identity = (id(thing.__self__), thing.__func__) if isinstance(thing, MethodType) else id(thing)
    known = _live.get(identity)
    if known is None:
        known = _live[identity] = Pool(thing, factory, _name(thing, factory), uuid.uuid4().hex)
    return known


def _name(thing: Any, factory: bool) -> str:
    return f"{getattr(thing, '__qualname__', type(thing).__name__)}()" if factory else type(thing).__name__


def _found(token: str, factory: bool, name: str) -> Pool:
    live = _tokens.get(token)
    return live if live is not None else Pool(None, factory, name, token)


@dataclass(slots=True)
class FuturesExecutor(Executor):
    """A pool with the interface of `concurrent.futures` (PEP 3148): of the standard library, loky, ipyparallel, …

    pool: the pool, which stays yours and is never shut down here; or a function or class that makes one. That is
        called when the first electron needs it, what it made is shut down at the session's end, and it is called again
        when a worker's death has broken the pool. Executors over the same object or the same function share it.
    name: what its resource is called (unset: futures, futures-2, …).
    workers: how many of its electrons run at once. How many workers the pool has is asked of it; where it does not
        tell, this is what is believed (unset: one per core).
    log_stdout, log_stderr: files to which the electrons' output is appended; a relative path lies in the folder of
        the dispatch. time_limit: seconds an electron may run. retries: further attempts after a failure.

    What runs in a pool cannot be stopped: it is given up, and its value dropped. Raises TypeError for what is no pool,
    ValueError for settings that make no sense.
    """

    kind: ClassVar[str] = "futures"

    pool: Pool
    name: str | None = None
    workers: int | None = None
    log_stdout: str | None = None
    log_stderr: str | None = None
    time_limit: float | None = None
    retries: int = 0

    __hash__ = Executor.__hash__

    def __init__(
        self,
        pool: Any,
        *,
        name: str | None = None,
        workers: int | None = None,
        log_stdout: str | os.PathLike[str] | None = None,
        log_stderr: str | os.PathLike[str] | None = None,
        time_limit: float | None = None,
        retries: int = 0,
    ) -> None:
        check_workers(workers)
        check_limits(time_limit, retries)
        if name is not None and not str(name).strip():
            raise ValueError(f"name={name!r}: a text is expected")
        self.pool = pool if isinstance(pool, Pool) else pool_of(pool)
        self.name = name
        self.workers = workers
        self.log_stdout = path_text(log_stdout)
        self.log_stderr = path_text(log_stderr)
        self.time_limit = time_limit
        self.retries = retries

    def resource(self) -> Key:
        """The pool: executors over one pool share it."""
        return (self.kind, self.pool.token)

    @property
    def unusable(self) -> str | None:
        """Why nothing can run on it; None if something can."""
        if not self.pool.gone:
            return None
        return f"the pool of {self} was one of another kernel, or is no more: make one, and name an executor over it"

    def describe(self) -> dict[str, Any]:
        """Its settings, the pool by its name."""
        rest = [field for field in fields(self)[1:] if getattr(self, field.name) != field.default]
        return {"pool": self.pool.name, **{field.name: getattr(self, field.name) for field in rest}}

    def __str__(self) -> str:
        pool, *rest = self.describe().items()
        return f"{self.kind}({', '.join([pool[1], *(f'{name}={value!r}' for name, value in rest)])})"

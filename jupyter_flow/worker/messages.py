"""What the kernel sends to a worker process: tuples of builtins, pickled once a batch."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..model.events import Value
from ..model.options import Options
from ..model.vault import Shipment


class Place(NamedTuple):
    """What an executor's settings mean on the worker."""

    executor: str = ""
    log_stdout: str | None = None  # absolute paths
    log_stderr: str | None = None
    workdir: str | None = None
    unique: bool = False
    max_tasks: int | None = None


class Code(NamedTuple):
    """A version of an electron, as it travels."""

    name: str
    kind: str
    code: Value
    options: Options
    place: Place


class Moment(NamedTuple):
    """Where the kernel stood when something was dispatched: it may have moved on when that starts."""

    cwd: str
    sys_path: tuple[str, ...]
    environ: Mapping[str, str]


class Setup(NamedTuple):
    """What a worker needs to know of a dispatch it has not met."""

    dispatch_id: str
    moment: Moment
    sources: dict[str, str]  # cells the functions stand in, for tracebacks


Member = tuple[int, int, int, int, Any]  # node, attempt, version, kind of call, call


class Batch(NamedTuple):
    """Electrons to run, in this order; a later one may take the output of an earlier one."""

    number: int
    run: int
    setup: Setup | None
    codes: dict[int, Code]
    members: list[Member]
    values: dict[int, Value]
    vault: Shipment | None = None  # the secrets, where there are some that the worker does not know


class Drop(NamedTuple):
    """Do not start these (node, attempt) any more."""

    run: int
    attempts: frozenset[tuple[int, int]]


class Recall(NamedTuple):
    """Give back at most so many nodes that have not been started."""

    most: int


class Forget(NamedTuple):
    """A run is over."""

    run: int


Message = Batch | Drop | Recall | Forget

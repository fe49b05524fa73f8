"""One node, looked at closely."""

from typing import Literal, TypedDict

from .kinds import NodeKind


class Attempt(TypedDict):
    """One attempt of a node."""

    number: int
    status: int
    start: float | None
    end: float | None
    worker: str
    why: str  # it failed


class Trouble(TypedDict):
    """Why a node failed. ``lines`` are the user's own frames and the error, ``folded`` all the rest."""

    error_kind: str
    type: str
    message: str
    lines: str
    folded: str


class Output(TypedDict):
    """What a node wrote to a stream: its end, if ``cut`` bytes before it were left out. ANSI colours included."""

    text: str
    cut: int


class Shown(TypedDict):
    """Something to look at; the page trusts none of it. ``data`` is text, or base64 for pictures other than SVG."""

    mime: str  # text/plain, text/html, image/png, image/jpeg, image/svg+xml
    data: str


class Argument(TypedDict):
    """An input of a node. ``producer`` is the node whose output it is; ``text`` is the value if ``whole``, or of it."""

    name: str
    producer: int | None
    text: str
    whole: bool
    size: int | None  # as stored; None where that is not known, or where the value is not to be shown unasked


class Where(TypedDict):
    """Where a node ran."""

    executor: str  # its label
    settings: str  # as it is written
    resource: str
    resource_kind: str
    host: str
    pid: int
    worker: str


class Details(TypedDict):
    """All about one node, its values aside."""

    kind: Literal["details"]
    view: str
    node: int
    name: str
    node_kind: NodeKind
    call: str  # as it was called
    status: int
    note: str  # of a cell: why it is stale, or what it waits for
    cell: str  # the front end's id of the cell that a node of the flow is, else empty
    dispatch: str  # behind that
    start: float | None
    end: float | None
    now: float
    progress: float | None
    attempts: list[Attempt]
    where: Where
    inputs: list[Argument]
    has_output: bool
    size: int | None  # of the output
    output: str  # a number or a text, cut; else empty
    cached: str  # where its value was taken from, else empty
    trouble: Trouble | None
    stdout: Output
    stderr: Output
    displays: list[Shown]
    source: str
    assigned: str  # the executor for the next run from here, else empty
    can: list[Literal["cancel", "rerun", "debug", "assign", "enter"]]


class Preview(TypedDict):
    """A value, as far as it is shown: capped, made outside the kernel. ``rows`` is a table, its heading first."""

    kind: Literal["preview"]
    view: str
    node: int
    input: str
    number: int
    type: str
    note: str  # shape and dtype, length, size; or why it cannot be shown
    text: str
    rows: list[list[str]]
    shown: list[Shown]

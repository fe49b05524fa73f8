"""Table, timeline, executors; what a search found and what came of an action."""

from typing import Literal, TypedDict


class Row(TypedDict):
    """A node in the table."""

    node: int
    name: str
    argument: str  # that tells it from others of its name, as `k=4`; else empty
    status: int
    executor: str
    resource: str
    worker: str
    start: float | None
    seconds: float | None
    attempts: int


class Rows(TypedDict):
    """The part of the table that was asked for."""

    kind: Literal["rows"]
    view: str
    total: int
    offset: int
    rows: list[Row]


class Bar(TypedDict):
    """Work of one worker: a node, or several too short to draw one by one (``count``).

    Those on the longest path are never drawn together with others: they come last, to be drawn on top.
    """

    lane: int
    row: int  # within its lane: bars of one row do not overlap
    node: int  # the first
    count: int
    name: str
    status: int
    start: float  # seconds after the dispatch began
    end: float
    ready: float  # since when it could have run
    critical: bool  # on the longest path


class Timeline(TypedDict):
    """Who did what when. ``span`` is seconds from the dispatch's beginning to its end or to now.

    ``start`` and ``end``: the part that the bars are of, in the same seconds. All else is told of the whole.
    """

    kind: Literal["timeline"]
    view: str
    lanes: list[str]  # workers, by resource
    rows: list[int]  # for each lane, how many rows it has, 1 or more
    bars: list[Bar]
    start: float
    end: float
    width: int  # as it was asked for
    span: float
    working: float  # seconds of run time, of all workers together
    waiting: float  # seconds that nodes were ready and not run
    critical: float  # seconds along the longest path


class Use(TypedDict):
    """One executor of a resource. ``key`` stands for its settings: equal ones are one. ``same`` names another such."""

    key: int
    label: str
    settings: str
    electrons: list[tuple[str, int]]  # names of electrons of this dispatch, and how many
    called: str  # in the picture of this dispatch, where that is another name
    same: str


class Busy(TypedDict):
    """A live resource. ``history`` is the share of its workers that were busy, 0 to 1, oldest first, a second each."""

    key: int  # of what executors name, whatever that is called
    id: str
    resource_kind: str
    workers: int
    running: int
    queued: int
    done: int
    memory: int
    dashboard: str  # an address of the web, or empty
    history: list[float]
    uses: list[Use]


class Executors(TypedDict):
    """All executors by resource, and what is said about redundant ones."""

    kind: Literal["executors"]
    view: str
    resources: list[Busy]
    remarks: list[str]


class Hit(TypedDict):
    """A node that was found, and the index of its group."""

    node: int
    name: str
    group: int


class Found(TypedDict):
    """What a search found: the first few, and how many."""

    kind: Literal["found"]
    view: str
    text: str
    total: int
    hits: list[Hit]


class Answer(TypedDict):
    """What came of an action, in words; ``code`` is a cell to open, ``dispatch`` a run that was begun."""

    kind: Literal["answer"]
    view: str
    action: str
    ok: bool
    text: str
    code: str
    dispatch: str

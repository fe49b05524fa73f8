"""The picture of a dispatch, and what changes about it."""

from typing import Literal, TypedDict

from .kinds import By, NodeKind, Orientation, Point


class State(TypedDict):
    """A dispatch at a glance. ``rate`` is electrons a second, ``left`` the expected time, None where unknown."""

    status: int
    counts: list[int]  # electrons by status: eleven numbers; only 0, 3 to 8 and, of cells, 10 for stale are in use
    started: float
    ended: float | None
    now: float  # by the kernel's clock, to tell how long it has been running
    rate: float | None
    left: float | None
    text: str  # the status line, in words


class Group(TypedDict):
    """One box: a node, or several that are alike. ``x`` and ``y`` are its centre."""

    first: int  # the first member's node number
    name: str
    node_kind: NodeKind
    count: int
    opened: bool  # is shown one by one because its group was opened
    family: int  # the first member of the group it is in where nothing is opened: to close it again
    x: float
    y: float
    width: float
    height: float
    chip: str  # the executor's label, cut to measure
    argument: str  # what tells it from others of its name, cut to measure; mostly nothing


class Tally(TypedDict):
    """What changes about a box while the dispatch runs."""

    group: int  # its index
    status: int
    counts: list[int]  # members by status, eleven numbers
    executors: list[tuple[str, int]]  # label and number of members
    seconds: float | None  # mean run time
    progress: float | None  # of a single node that shows a progress bar, 0 to 1
    words: str  # all of it for a screen reader


class Edge(TypedDict):
    """Between two boxes, by index; ``points`` are the corners of its route."""

    source: int
    target: int
    labels: list[str]
    count: int
    waiting: bool  # order without data
    points: list[Point]


class Crumb(TypedDict):
    """One step into sublattices."""

    name: str
    node: int | None  # None: the dispatch itself


class Graph(TypedDict):
    """The whole picture; `Delta` change it from ``seq`` on."""

    kind: Literal["graph"]
    view: str
    seq: int
    dispatch: str
    title: str
    crumbs: list[Crumb]
    by: By
    orientation: Orientation
    opened: list[int]
    width: float
    height: float
    nodes: int  # all there are, folded glue aside
    groups: list[Group]
    tallies: list[Tally]  # one for each group, in order
    edges: list[Edge]
    executors: list[str]  # labels, in the order of their colours
    times: tuple[float, float] | None  # the ends of the colours' scale, by duration
    names: list[str]  # executors that can be assigned
    state: State
    can: list[Literal["cancel", "rerun", "debug", "assign", "resume"]]
    flow: int  # of the notebook's own cells: grows where they get other numbers; 0 for a dispatch


class Delta(TypedDict):
    """What has changed since ``seq - 1``: last state wins."""

    kind: Literal["delta"]
    view: str
    seq: int
    tallies: list[Tally]
    times: tuple[float, float] | None  # the ends of the colours' scale, which grows
    state: State


class Drawing(TypedDict):
    """A picture to save; as text too where it is one for the notebook (``dark`` is None)."""

    kind: Literal["drawing"]
    view: str
    svg: str
    text: str
    dark: bool | None


class Module(TypedDict):
    """The panes' code: an ES module, of which a page needs one for all its views."""

    kind: Literal["module"]
    view: str
    text: str

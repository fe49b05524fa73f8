"""What the kernel and the page say to each other: one schema for both.

`labextension/src/protocol.ts` is written from this file (``python -m jupyter_flow.widgets.schema``), and a test
compares them. A *view* is one picture of one dispatch on one page; every message names its view, so that several
share a widget's comm or the panel's. Statuses are the small integers of `jupyter_flow.model.events`; times are
seconds since the epoch, durations seconds, sizes bytes, places pixels.
"""

from typing import Literal, NotRequired, TypedDict

By = Literal["status", "executor", "duration"]
Orientation = Literal["down", "right"]
Pane = Literal["table", "timeline", "executors"]
Point = tuple[float, float]


# From the page -------------------------------------------------------------------------------------------------


class Open(TypedDict):
    """A view begins; the answer is a `Graph`. ``dispatch`` is left out where the comm belongs to one."""

    kind: Literal["open"]
    view: str
    dispatch: NotRequired[str]


class Close(TypedDict):
    """A view is gone."""

    kind: Literal["close"]
    view: str


class Resync(TypedDict):
    """A number was missed; the answer is a `Graph`."""

    kind: Literal["resync"]
    view: str


class Show(TypedDict):
    """How the graph is to be drawn; the answer is a `Graph`. ``opened`` are node numbers in opened groups."""

    kind: Literal["show"]
    view: str
    by: By
    orientation: Orientation
    opened: list[int]
    path: list[int]  # nodes of sublattices, from the outermost: whose graph is shown


class Select(TypedDict):
    """Tell about a node, now and whenever it changes; None ends that. The answers are `Details`."""

    kind: Literal["select"]
    view: str
    node: int | None


class Watch(TypedDict):
    """Which panes are visible: they are told now and whenever they change."""

    kind: Literal["watch"]
    view: str
    panes: list[Pane]


class Table(TypedDict):
    """Which part of the table is looked at."""

    kind: Literal["table"]
    view: str
    sort: Literal["node", "name", "status", "executor", "worker", "start", "seconds"]
    descending: bool
    filter: str
    offset: int
    limit: int


class Look(TypedDict):
    """Preview a value: an input by its parameter, the output by an empty name. The answer is a `Preview`."""

    kind: Literal["look"]
    view: str
    node: int
    input: str
    number: int  # echoed, to tell answers apart


class Search(TypedDict):
    """Find nodes by a part of their name or by their number. The answer is `Found`."""

    kind: Literal["search"]
    view: str
    text: str


class Cancel(TypedDict):
    """Cancel the dispatch, or one node of it. The answer is an `Answer`."""

    kind: Literal["cancel"]
    view: str
    node: int | None


class Rerun(TypedDict):
    """Run again from a node on: what does not depend on it is reused. The answer is an `Answer`."""

    kind: Literal["rerun"]
    view: str
    node: int


class Debug(TypedDict):
    """Ask for a cell with a node's inputs and source. The answer is an `Answer` with code."""

    kind: Literal["debug"]
    view: str
    node: int


class Assign(TypedDict):
    """Give an electron (all its calls, or one node) another executor in the next run from here."""

    kind: Literal["assign"]
    view: str
    node: int
    all: bool
    executor: str  # empty: as it was


class Export(TypedDict):
    """Ask for the whole picture as SVG. The answer is a `Drawing`."""

    kind: Literal["export"]
    view: str
    dark: bool


ViewRequest = (
    Open | Close | Resync | Show | Select | Watch | Table | Look | Search | Cancel | Rerun | Debug | Assign | Export
)


# To the page ---------------------------------------------------------------------------------------------------


class State(TypedDict):
    """A dispatch at a glance. ``rate`` is electrons a second, ``left`` the expected time, None where unknown."""

    status: int
    counts: list[int]  # electrons by status
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
    node_kind: Literal["electron", "glue", "sublattice"]
    count: int
    opened: bool  # is shown one by one because its group was opened
    x: float
    y: float
    width: float
    height: float
    chip: str  # the executor's label, cut to measure


class Tally(TypedDict):
    """What changes about a box while the dispatch runs."""

    group: int  # its index
    status: int
    counts: list[int]  # members by status
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
    can: list[Literal["cancel", "rerun", "debug", "assign"]]


class Delta(TypedDict):
    """What has changed since ``seq - 1``: last state wins."""

    kind: Literal["delta"]
    view: str
    seq: int
    tallies: list[Tally]
    state: State


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
    """An input of a node. ``producer`` is the node whose output it is; ``text`` previews what is small."""

    name: str
    producer: int | None
    text: str


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
    node_kind: Literal["electron", "glue", "sublattice"]
    call: str  # as it was called
    status: int
    start: float | None
    end: float | None
    now: float
    progress: float | None
    attempts: list[Attempt]
    where: Where
    inputs: list[Argument]
    has_output: bool
    size: int | None  # of the output
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


class Row(TypedDict):
    """A node in the table."""

    node: int
    name: str
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
    """Work of one worker: a node, or several too short to draw one by one (``count``)."""

    lane: int
    node: int  # the first
    count: int
    name: str
    status: int
    start: float  # seconds after the dispatch began
    end: float
    ready: float  # since when it could have run
    critical: bool  # on the longest path


class Timeline(TypedDict):
    """Who did what when. ``span`` is seconds from the dispatch's beginning to its end or to now."""

    kind: Literal["timeline"]
    view: str
    lanes: list[str]  # workers, by resource
    bars: list[Bar]
    span: float
    working: float  # seconds of run time, of all workers together
    waiting: float  # seconds that nodes were ready and not run
    critical: float  # seconds along the longest path


class Use(TypedDict):
    """One executor of a resource. ``same`` names another that means the same."""

    label: str
    settings: str
    electrons: list[tuple[str, int]]  # names of electrons of this dispatch, and how many
    same: str


class Busy(TypedDict):
    """A live resource. ``history`` is the share of its workers that were busy, 0 to 1, oldest first, a second each."""

    id: str
    resource_kind: str
    workers: int
    running: int
    queued: int
    done: int
    memory: int
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


class Drawing(TypedDict):
    """A picture to save."""

    kind: Literal["drawing"]
    view: str
    svg: str


ViewMessage = Graph | Delta | Details | Preview | Rows | Timeline | Executors | Found | Answer | Drawing


# The panel's own -----------------------------------------------------------------------------------------------


class PanelHistory(TypedDict):
    """Ask for more of the store's dispatches."""

    kind: Literal["history"]
    limit: int


class PanelCancel(TypedDict):
    """Cancel a dispatch of the list."""

    kind: Literal["cancel_dispatch"]
    dispatch: str


class PanelRun(TypedDict):
    """Run what is stale: one cell with what it needs, or all of it (None)."""

    kind: Literal["run_stale"]
    cell: str | None


PanelRequest = ViewRequest | PanelHistory | PanelCancel | PanelRun


class Dispatched(TypedDict):
    """A dispatch in the list. ``here``: it runs in this kernel."""

    dispatch: str
    name: str
    state: State
    total: int
    here: bool


class Badge(TypedDict):
    """What an electron cell shows. ``state`` is one word; ``text`` says more."""

    cell: str  # the front end's id of it
    name: str
    state: Literal["waiting", "queued", "running", "done", "failed", "cancelled", "cached", "stale"]
    since: float | None  # it runs
    text: str
    dispatch: str


class Panel(TypedDict):
    """All the panel shows; sent whole, when it changed."""

    kind: Literal["panel"]
    version: str
    dispatches: list[Dispatched]
    more: bool  # the store has more
    resources: list[Busy]
    remarks: list[str]
    badges: list[Badge]
    stale: int  # cells that `%flow run` would run


class Told(TypedDict):
    """What came of the panel's action, in words."""

    kind: Literal["told"]
    ok: bool
    text: str


PanelMessage = ViewMessage | Panel | Told

"""What the side panel and the kernel say to each other beside what views do."""

from typing import Literal, TypedDict

from .node import Details, Preview
from .panes import Answer, Busy, Executors, Found, Rows, Timeline
from .picture import Delta, Drawing, Graph, Module, State
from .requests import ViewRequest

ViewMessage = Graph | Delta | Details | Preview | Rows | Timeline | Executors | Found | Answer | Drawing | Module


BadgeState = Literal["waiting", "queued", "running", "done", "failed", "cancelled", "skipped", "cached", "stale"]


class PanelHistory(TypedDict):
    """Ask for more of the store's dispatches."""

    kind: Literal["history"]
    limit: int


class PanelCancel(TypedDict):
    """Cancel a dispatch of the list."""

    kind: Literal["cancel_dispatch"]
    dispatch: str


class PanelResume(TypedDict):
    """Run what is left of a dispatch of the list that was interrupted."""

    kind: Literal["resume_dispatch"]
    dispatch: str


class PanelRun(TypedDict):
    """Run what is stale: one cell with what it needs, or all of it (None). Asked again until there is no next step.

    ran: the ordinary cells that were run since it was asked first.
    """

    kind: Literal["run_stale"]
    cell: str | None
    ran: list[str]


class PanelCancelCell(TypedDict):
    """Cancel an electron cell that has not ended, whether or not it has begun."""

    kind: Literal["cancel_cell"]
    cell: str


class PanelWatch(TypedDict):
    """Whether the list of dispatches is in sight: only then those of other kernels are counted."""

    kind: Literal["watch_panel"]
    visible: bool


PanelRequest = ViewRequest | PanelHistory | PanelCancel | PanelResume | PanelCancelCell | PanelRun | PanelWatch


class Dispatched(TypedDict):
    """A dispatch in the list. ``here``: it runs in this kernel."""

    dispatch: str
    name: str
    state: State
    total: int
    here: bool


class Badge(TypedDict):
    """What a cell shows. ``state`` is one word, ``words`` stand for it where they are not empty; ``text`` says more."""

    cell: str  # the front end's id of it
    name: str
    cell_kind: Literal["electron", "function", "cell"]  # statements that run, a def that is called, an ordinary cell
    state: BadgeState
    since: float | None  # it runs
    words: str
    text: str
    dispatch: str


class Panel(TypedDict):
    """All the panel shows; sent whole, when it changed."""

    kind: Literal["panel"]
    version: str
    flow: State | None  # of the notebook's own electron cells, if there are any
    dispatches: list[Dispatched]
    more: bool  # the store has more
    troubles: list[str]  # why something of this is not there
    resources: list[Busy]
    remarks: list[str]
    badges: list[Badge]
    stale: int  # cells that `Run stale` would run


class Told(TypedDict):
    """What came of the panel's action, in words; ``code`` is to be executed, after what runs, and then the cells."""

    kind: Literal["told"]
    ok: bool
    text: str
    code: str
    cells: list[str]  # ordinary ones, to be run where they stand


PanelMessage = ViewMessage | Panel | Told

"""What a view on the page asks for."""

from typing import Literal, NotRequired, TypedDict

from .kinds import By, Orientation, Pane


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


class Range(TypedDict):
    """Which part of the timeline is looked at; the answer is a `Timeline` of it, and so are all that follow."""

    kind: Literal["range"]
    view: str
    start: float | None  # seconds after the dispatch began; None: since then
    end: float | None  # None: until it ended, or until now as that moves
    width: int  # pixels on which the part is drawn; 0: unknown


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


class Resume(TypedDict):
    """Run what is left of a dispatch that was interrupted. The answer is an `Answer`."""

    kind: Literal["resume"]
    view: str


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
    """Ask for the picture as SVG: as it is seen, in the page's theme, or (None) as it is saved with a notebook.

    The answer is a `Drawing`.
    """

    kind: Literal["export"]
    view: str
    dark: bool | None


class Fetch(TypedDict):
    """Ask for the panes' code, which is not saved with a notebook. The answer is a `Module`."""

    kind: Literal["fetch"]
    view: str


ViewRequest = (
    Open
    | Close
    | Resync
    | Show
    | Select
    | Watch
    | Table
    | Range
    | Look
    | Search
    | Cancel
    | Rerun
    | Resume
    | Debug
    | Assign
    | Export
    | Fetch
)

"""What views look at: a dispatch by its id, wherever it is, or a graph that has not run.

Views of one dispatch share its source, and with it everything that is computed once.
"""

import threading
import weakref
from collections.abc import Collection
from functools import cached_property
from typing import Any, NamedTuple

from ..dispatch.run import Run
from ..model.errors import FlowError
from ..model.events import BlobRef
from ..model.graph import TransportGraph
from ..model.node import Place
from ..model.printed import Seen
from ..render import Picture
from ..render.lettering import clean
from ..render.standing import STANDING_OF
from ..session import Session, session
from .apart import Calls
from .facts import Facts, GraphFacts, RunFacts, StoreFacts
from .folded import Folded, Foldings, foldings_of
from .messages import By, State
from .pictures import with_states
from .progress import Progress
from .states import told
from .timeline import Timelines
from .times import Times

PREFIX = "jupyter-flow-"  # of the names of threads, which are known by it among others


class About(NamedTuple):
    """What is to be said of a node beside what the dispatch behind it tells: of a cell of the notebook's flow."""

    status: int
    cell: str  # the front end's id of it
    dispatch: str  # behind it, if there is one yet
    note: str
    cancellable: bool


class Source:
    """A dispatch. Its run is not kept alive by being looked at: what the session has forgotten, the store has."""

    def __init__(self, id: str, *, run: Run | None = None, graph: TransportGraph | None = None) -> None:
        """Raises UnknownDispatch, StoreError."""
        self.id = id
        self.lock = threading.RLock()  # of all that is shared by the views
        self._run = weakref.ref(run) if run is not None else None
        self._here: Session | None = None if graph is not None else session()
        self._facts: Facts | None = GraphFacts(graph) if graph is not None else None
        self._insides: dict[int, Source] = {}
        self._places: dict[int, Place] = {0: Place()}
        self.graph = self.facts.graph

    @property
    def facts(self) -> Facts:
        """What is known now."""
        run = self.run
        if run is not None:
            return RunFacts(run)
        with self.lock:
            if self._facts is None:
                assert self._here is not None
                self._facts = StoreFacts(self._here.store, self.id)
            return self._facts

    @property
    def run(self) -> Run | None:
        """The dispatch, while this session runs or remembers it."""
        return self._run() if self._run is not None else None

    @property
    def here(self) -> bool:
        """Whether it runs, now, in this kernel."""
        run = self.run
        return run is not None and not run.ended.is_set()

    @property
    def title(self) -> str:
        """What it is called."""
        return self.graph.name

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it: it has ended, or it is a graph that does not run."""
        return isinstance(self._facts, GraphFacts) or bool(self.facts.ended)

    @property
    def age(self) -> int:
        """Of a flow: grows where its nodes get other numbers. 0 for a dispatch, whose nodes never do."""
        return 0

    def renewed(self) -> "Source":
        """What is to be looked at from now on: this, unless it is a flow with other cells by now."""
        return self

    def behind(self, node: int) -> "tuple[Source, int]":
        """Whose node tells all about a node of this: of a flow, that of the cell's own dispatch."""
        return self, node

    def about(self, node: int) -> About | None:
        """What else there is to say of a node."""
        return None

    def can(self) -> list[Any]:
        """What a view may ask to be done to it."""
        if not self.id:
            return ["assign"]
        resume = ["resume"] if self.facts.resumable else []  # once it is interrupted, which the page is told
        return [*(["cancel"] if not self.over else []), "rerun", "debug", "assign", *resume]

    def stop(self, node: int | None) -> str | None:
        """Cancel all of it or a node; who was: None where that is the session's to do."""
        return None

    def stamp(self) -> Any:
        """Equal as long as nothing has changed; cheap."""
        return self.facts.stamp()

    @property
    def picture(self) -> Picture:
        """Its graph, to draw."""
        return self.foldings.picture

    @cached_property
    def foldings(self) -> Foldings:
        """Its graph, folded."""
        return foldings_of(self.graph)

    @cached_property
    def calls(self) -> Calls:
        """What tells its nodes from others of their name."""
        return Calls(self.graph)

    @cached_property
    def times(self) -> Times:
        """How long its nodes took."""
        return Times(len(self.graph))

    @cached_property
    def progress(self) -> Progress:
        """How far it is, and how fast."""
        return Progress(self.graph)

    def look(self) -> tuple[bytes, State]:
        """The states now, and the dispatch at a glance."""
        facts = self.facts
        status = facts.status  # before the states: one that has ended is not told with those of a moment ago
        states = told(facts.states())
        with self.lock:
            self.times.learn(states, facts.record, facts.started)
            untimed = self.times.untimed(self.graph.electrons)
            state = self.progress.state(facts, status, states, untimed, len(self._given_up))
        if self.here and (waits := self.waits()):
            state["text"] += f" · {waits}"
        return states, state

    def waits(self, node: int | None = None) -> str:
        """What a node that waits, or any, waits for besides its inputs and its turn: a cluster that starts, say."""
        return clean(self.run.held_up(node)) if self.run is not None else ""

    @property
    def _given_up(self) -> frozenset[int]:
        """The nodes whose threads may still run, in this kernel."""
        return frozenset(self.times.given_up) if self.run is not None else frozenset()

    def drawing(self, by: By = "status", opened: Collection[int] = ()) -> tuple[Picture, Folded]:
        """The picture as it is now, and folded. Run times are in it where they are its colours."""
        states, state = self.look()
        seconds = list(self.times.seconds) if by == "duration" else ()
        picture = with_states(self.picture, states, seconds, STANDING_OF[state["status"]], self._given_up)
        return picture, self.foldings.folded(states, opened)

    def seen(self, node: int) -> Seen:
        """Where a node that runs does so, and what it has printed and displayed; nothing where that is not known."""
        run = self.run
        try:
            return Seen() if run is None else run.seen(node)
        except (FlowError, OSError):
            return Seen()

    def blob(self, ref: BlobRef) -> memoryview:
        """A file of the store, not unpickled. Raises StoreCorruption."""
        assert self._here is not None
        return self._here.store.blobs.read(ref)[0]

    def place(self, worker: int) -> Place:
        """What a worker was."""
        if worker not in self._places and self._here is not None:
            self.know({worker})
        return self._places.get(worker, Place())

    @cached_property
    def timelines(self) -> Timelines:
        """Who did what when."""
        return Timelines(self)

    def know(self, workers: set[int]) -> None:
        """Look up many workers at once."""
        missing = workers - self._places.keys()
        if missing and self._here is not None:
            met = self._here.store.met
            known = [row for number in missing if (row := met.get(number)) is not None]
            missing -= {row.number for row in known}
            for row in [*known, *(self._here.store.workers(missing).values() if missing else ())]:
                name = row.name.removeprefix(PREFIX)
                self._places[row.number] = Place(row.resource, row.kind, row.host, row.pid, name)

    def inside(self, node: int) -> "Source | None":
        """The dispatch of a sublattice's graph, once that is built."""
        if not 0 <= node < len(self.graph) or self.picture.kind(node) != "sublattice":
            return None
        run = self.run
        if run is not None:
            child = run.children.get(node)
            known = self._insides.get(node)
            if child is not None and (known is None or known.id != child.id):  # another attempt builds another
                self._insides[node] = Source(child.id, run=child)
        elif node not in self._insides and self._here is not None and self.id:
            rows = [row for row in self._here.store.children(self.id) if row.parent_node == node]
            if rows:
                self._insides[node] = source_of(rows[-1].id)
        return self._insides.get(node)


_sources: "weakref.WeakValueDictionary[tuple[str, str], Source]" = weakref.WeakValueDictionary()
_opening = threading.Lock()


def source_of(id: str) -> Source:
    """The source of a dispatch, the same for all who look at it. Raises UnknownDispatch, StoreError."""
    here = session()
    key = here.store.session_id, id
    with _opening:
        source = _sources.get(key)
        if source is None:
            source = _sources[key] = Source(id, run=here.run(id))
        return source


def source_of_graph(graph: TransportGraph) -> Source:
    """A graph to look at that has not been dispatched."""
    return Source("", graph=graph)

"""What the names of a cell may hold where its paths have got to, and what has been seen on the way there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

Place = tuple[int, int]  # line and column
Seen = dict[str, Place]


class Origin(Enum):
    """Where the value of a name may come from."""

    OUTSIDE = "the notebook had it, or nobody"
    MADE = "the cell made it"
    GONE = "the cell deleted it"


@dataclass(slots=True)
class Record:
    """What has been done to names, and where first."""

    reads: Seen = field(default_factory=dict)
    mutates: Seen = field(default_factory=dict)
    assigns: Seen = field(default_factory=dict)
    targets: Seen = field(default_factory=dict)
    imports: Seen = field(default_factory=dict)
    defines: Seen = field(default_factory=dict)
    deletes: Seen = field(default_factory=dict)
    awaits: bool = False

    def bound(self) -> list[Seen]:
        """The ways of binding and deleting names."""
        return [self.assigns, self.targets, self.imports, self.defines, self.deletes]


@dataclass(eq=False, slots=True)
class Later:
    """What a function does when it is called, or the methods of a class; names a function of the cell may hold."""

    record: Record = field(default_factory=Record)
    name: str = ""  # its own: a function that calls itself needs nothing from outside

    def add(self, other: "Later") -> None:
        """Do also what another does."""
        for mine, its in zip(_parts(self.record), _parts(other.record), strict=True):
            for name, place in its.items():
                note(mine, name, place)


Held = frozenset[Origin | Later]
State = dict[str, Held]  # what is not in it is OUTSIDE
UNTOUCHED: Held = frozenset({Origin.OUTSIDE})
MADE: Held = frozenset({Origin.MADE})
GONE: Held = frozenset({Origin.GONE})


@dataclass(slots=True)
class Jumps:
    """The states in which a loop's body is left by a statement."""

    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Call:
    """A possible call: whether it happens in the cell, and the names that are there by then."""

    happens: bool = True
    known: frozenset[str] = frozenset()
    running: set[Later] = field(default_factory=set)


def join(*states: State | None) -> State | None:
    """Where paths meet: a name holds what it holds on any of them. None is a path that ended."""
    alive = [state for state in states if state is not None]
    if not alive:
        return None
    names = dict.fromkeys(name for state in alive for name in state)
    return {name: frozenset().union(*(state.get(name, UNTOUCHED) for state in alive)) for name in names}


def note(seen: Seen, name: str, place: Place) -> None:
    """Remember a name at the first of its places. What a class body binds is nobody else's."""
    if "." not in name:
        seen[name] = min(place, seen.get(name, place))


class Paths:
    """All paths through a piece of code at once, up to where it has been followed."""

    def __init__(self) -> None:
        self.record = Record()
        self.state: State | None = {}  # None: no path gets here
        self.caught: list[State] = []  # by the try statements around: any state on the way may be what they see

    def copy(self) -> State | None:
        """The state, to come back to."""
        return None if self.state is None else dict(self.state)

    def held(self, key: str) -> Held:
        """What a name may hold here."""
        return MADE if self.state is None else self.state.get(key, UNTOUCHED)

    def set(self, key: str, held: Held) -> None:
        """Let a name hold something else from here on."""
        if self.state is not None:
            self.state[key] = held
            for state in self.caught:
                state[key] = state.get(key, UNTOUCHED) | held

    def bind(self, key: str, seen: Seen, place: Place, held: Held = MADE) -> None:
        """A name is bound, or deleted, on every path that gets here."""
        if self.state is not None:
            note(seen, key, place)
            self.set(key, held)

    def read(self, key: str, place: Place, call: Call | None = None) -> None:
        """A name is read: it may be the notebook's, or a function's whose turn it then may be."""
        held, call = self.held(key), call or Call()
        if Origin.OUTSIDE in held:
            note(self.record.reads, key, place)
        for later in held:
            if isinstance(later, Later) and later not in call.running:
                call.running.add(later)
                self.run(later, call)

    def mutate(self, key: str, place: Place) -> None:
        """An object is changed in place; it matters if it came from outside."""
        if Origin.OUTSIDE in self.held(key):
            note(self.record.mutates, key, place)

    def run(self, later: Later, call: Call) -> None:
        """A function may be called here, any number of times."""
        for name, place in later.record.reads.items():
            if name != later.name and name not in call.known:
                self.read(name, place, call)
        if call.happens:
            for name, place in later.record.mutates.items():
                self.mutate(name, place)
            for mine, its in zip(self.record.bound(), later.record.bound(), strict=True):
                for name, place in its.items():
                    held = GONE if mine is self.record.deletes else MADE
                    self.bind(name, mine, place, self.held(name) | held)

    def perhaps(self, walk: Callable[[], None]) -> None:
        """Follow what may happen or not."""
        before = self.copy()
        walk()
        self.state = join(before, self.state)

    def drop(self, prefix: str) -> None:
        """Forget the names of a class body."""
        if self.state is not None:
            self.state = {key: held for key, held in self.state.items() if not key.startswith(prefix)}

    def finish(self) -> None:
        """The end: functions that were only defined read what they read after it."""
        for later in [later for held in (self.state or {}).values() for later in held if isinstance(later, Later)]:
            self.run(later, Call(happens=False, running={later}))


def _parts(record: Record) -> list[Seen]:
    return [record.reads, record.mutates, *record.bound()]

"""Running one member of a batch after the other, in a worker process."""

import importlib
import linecache
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from ..model.errors import StoreError, StoreFull
from ..model.events import COMPLETED, EXPANDED, FAILED, Failure, Value, record_of
from ..model.sizes import bytes_in
from ..model.vault import VAULT
from ..store.blobs import Blobs
from ..store.location import private_folder
from . import envelope
from .bounds import set_limit
from .context import CURRENT
from .displays import leftovers
from .failures import failure_of, unserializable, unstored
from .journal import JournalWriter
from .logs import Logs
from .messages import Batch, Code, Member, Place, Setup
from .modules import OwnModules
from .payload import Payload, nodes_in
from .remarks import remark
from .shown import Shown
from .state import holds_state
from .surroundings import Surroundings
from .times import Times
from .tree import MARK

Texts = tuple[Value | None, Value | None, Value | None]  # stdout, stderr, displays


class Task:
    """A version of an electron, unpickled."""

    __slots__ = ("after", "before", "fresh", "function")

    def __init__(self, code: Code, payload: Payload) -> None:
        self.before, self.after, self.function = payload.function(code.code)
        self.fresh = holds_state(self.function)


class Dispatch:
    """What a worker keeps of a dispatch it works for."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.codes: dict[int, Code] = {}
        self.tasks: dict[int, Task] = {}


class Runner:
    """Runs members, and writes down that they began and how they ended."""

    def __init__(self, journal: JournalWriter, logs: Logs, blobs: Blobs, shown: Shown) -> None:
        self.journal, self.logs, self.payload = journal, logs, Payload(blobs, redefine=True)
        self.shown = shown
        self.dispatches: dict[int, Dispatch] = {}
        self.dropped: dict[int, set[tuple[int, int]]] = {}  # by run; a drop may overtake the batch it is about
        self.values: dict[int, Value] = {}
        self.modules = OwnModules()
        self.prepared = 0  # the run whose surroundings this process has
        self.incomplete = False  # a member of the batch has no value: what follows it may lack an input
        self.surroundings = Surroundings()
        self.process = os.getpid()
        self.used = False
        self.leaving = False  # this process has run all that it is to run
        self.ran: dict[str, int] = {}  # how many electrons, by executor, of those that say how many there may be

    def begin(self, batch: Batch) -> None:
        """Take in what a batch brings along."""
        if batch.vault is not None:
            VAULT.receive(batch.vault)
            if VAULT.needles:
                _leave_no_core()
                self.logs.meets_secrets()
        if batch.setup is not None:
            self.dispatches[batch.run] = Dispatch(batch.setup)
        dispatch = self.dispatches[batch.run]
        dispatch.codes.update(batch.codes)
        if batch.run != self.prepared:
            self.prepared = batch.run
            dispatch.tasks.clear()  # another dispatch may have brought its version of the same classes
            _prepare(dispatch.setup)
            self.surroundings.prepared()
            self.modules.refresh()
        self.surroundings.begin()
        self.logs.begin()
        self.values, self.incomplete = batch.values, False

    def drop(self, run: int, attempts: frozenset[tuple[int, int]]) -> None:
        """Start none of these any more. Called by the listening thread."""
        self.dropped.setdefault(run, set()).update(attempts)

    def forget(self, run: int) -> None:
        """A run is over."""
        self.dispatches.pop(run, None)
        self.dropped.pop(run, None)

    def run(self, run: int, member: Member) -> None:
        """Run one member, unless it was dropped or what it needs is missing (its producer failed)."""
        node, attempt, version, kind, call = member
        dispatch = self.dispatches.get(run)
        if dispatch is None or (run in self.dropped and (node, attempt) in self.dropped[run]):
            self.incomplete = True
            return
        if self.incomplete and not all(needed in self.values for needed in nodes_in(kind, call)):
            return
        code = dispatch.codes[version]
        if code.options.memory is not None and self.used and _hoards(code.options.memory):
            self.leaving = True  # the one that was about to run is not to pay for it
            return
        position = self.logs.position()
        times = Times.now()
        self.journal.started(run, node, attempt, times.start, *position)
        self.shown.owner = run, node, attempt
        status, value, failure = self._attempt(dispatch, code, member)
        left = self.surroundings.restore(times.end() - times.start)
        if left is not None or code.place.max_tasks is not None:
            self._clear(code.place, left)
        self._report(run, code, member, (times, status, value, failure), position)

    def _clear(self, place: Place, left: str | None) -> None:
        """This process is to leave if an electron left something behind, or was the last of so many."""
        if left is not None:
            remark(f"it {left}: that is ended, and its worker replaced")
            self.leaving = True
        if place.max_tasks is not None:
            self.ran[place.executor] = count = self.ran.get(place.executor, 0) + 1
            self.leaving = self.leaving or count >= place.max_tasks

    def _attempt(self, dispatch: Dispatch, code: Code, member: Member) -> tuple[int, Value | None, Failure | None]:
        node, attempt, version, kind, call = member
        token = CURRENT.set((dispatch.setup.dispatch_id, node, attempt, code.place.executor))
        try:
            self.surroundings.enter(_folder(dispatch.setup, code.place, node))
            task = self._task(dispatch, version)
            args, kwargs = self.payload.arguments(kind, call, self.values)
            if code.kind == "sublattice":
                hooks = task.before, task.after
                blobs = self.payload.blobs
                graph = envelope.build(code.name, task.function, hooks, code.options, args, kwargs, blobs)
                return EXPANDED, self.payload.pack(graph), None
            value = envelope.call(task.function, task.before, task.after, args, kwargs, self.process)
        except StoreFull as error:  # no space for what it prints
            return FAILED, None, unstored(error)
        except BaseException as error:  # SystemExit and KeyboardInterrupt are the electron's own business
            return FAILED, None, failure_of(error)
        finally:
            if "matplotlib.pyplot" in sys.modules:
                leftovers()
            CURRENT.reset(token)
        return self._packed(value)

    def _packed(self, value: Any) -> tuple[int, Value | None, Failure | None]:
        try:
            return COMPLETED, self.payload.pack(value), None
        except (OSError, StoreError) as error:
            return FAILED, None, unstored(error)
        except BaseException as error:
            return FAILED, None, unserializable(value, error)

    def _task(self, dispatch: Dispatch, version: int) -> Task:
        task = dispatch.tasks.get(version)
        if task is None or task.fresh:
            task = dispatch.tasks[version] = Task(dispatch.codes[version], self.payload)
        return task

    def _report(self, run: int, code: Code, member: Member, outcome: Any, position: tuple[int, int]) -> None:
        times, status, value, failure = outcome
        stdout, stderr, displays = self._told(code.place, position)
        self.modules.notice()  # before anybody can know that it has ended, and edit what it imported
        start, end = times.start, times.end()
        fields = member[0], member[1], status, start, end, 0, value, stdout, stderr, failure, displays, None
        self.journal.finished(run, record_of(fields))
        self.used = True
        if value is not None and status == COMPLETED:
            self.values[member[0]] = value
        else:
            self.incomplete = True

    def _told(self, place: Place, position: tuple[int, int]) -> Texts:
        """What it has printed and displayed: most do neither."""
        self.shown.owner = None
        shown = self.shown.take() if self.shown.used else None
        stdout, stderr = self.logs.since(position)
        lost = self.logs.lost()
        if not (stdout or stderr or lost or shown):
            return None, None, None
        if VAULT.needles and any(map(VAULT.touches, (stdout, stderr, shown or b""))):
            self.logs.blot(position, stdout, stderr)
            shown, stdout, stderr = shown and VAULT.masked_bytes(shown), *map(VAULT.masked_bytes, (stdout, stderr))
        stderr += lost
        append(place.log_stdout, stdout)
        append(place.log_stderr, stderr)
        return self.payload.text(stdout), self.payload.text(stderr), self.payload.document(shown) if shown else None


def _leave_no_core() -> None:
    """Should this process crash, what it knows is not to be written to a file."""
    set_limit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def append(path: str | None, text: bytes) -> None:
    """Add an electron's output to its executor's log file."""
    if path is None or not text:
        return
    try:
        private_folder(Path(path).parent)
        with open(path, "ab") as log:
            log.write(text)
    except (OSError, StoreError) as error:
        remark(f"the log file {path} could not be written: {error}")


def _prepare(setup: Setup) -> None:
    moment = setup.moment
    environ = {**moment.environ, **{name: os.environ[name] for name in (MARK,) if name in os.environ}}
    if os.environ != environ:
        zone = os.environ.get("TZ")
        for name in os.environ.keys() - environ.keys():
            del os.environ[name]
        os.environ.update(environ)
        if zone != os.environ.get("TZ") and hasattr(time, "tzset"):
            time.tzset()
    if sys.path != list(moment.sys_path):
        sys.path[:] = moment.sys_path
        importlib.invalidate_caches()
    for file, text in setup.sources.items():
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)


def _hoards(memory: int | str) -> bool:
    """Whether electrons that ran before have left this process with half of what the next one may use."""
    from .memory import used

    limit = bytes_in(memory)
    return used([os.getpid()], limit) > limit / 2


def _folder(setup: Setup, place: Place, node: int) -> str:
    """The electron's working directory."""
    folder = place.workdir or setup.moment.cwd
    if place.unique:
        folder = os.path.join(folder, setup.dispatch_id, f"node_{node}")
    if place.workdir or place.unique:
        os.makedirs(folder, exist_ok=True)
    return folder


__all__ = ["Runner", "append"]

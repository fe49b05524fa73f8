"""Running one electron in a worker process that is not only ours, as those of a cluster are.

Values are copies, as in our own processes; output is captured as on threads, since others may be printing.
"""

import importlib
import linecache
import os
import sys
from collections.abc import Mapping
from contextvars import copy_context
from typing import Any, NamedTuple

from ..model.errors import StoreError
from ..model.events import COMPLETED, EXPANDED, FAILED, Failure, Record, Value
from ..model.pickles import redefine_classes
from ..model.vault import VAULT, Shipment
from ..store.blobs import Blobs
from . import capture, displays, envelope, subthreads
from .context import CURRENT
from .failures import failure_of, unserializable, unstored
from .messages import Code, Member, Setup
from .modules import OwnModules
from .payload import Payload
from .runner import Task
from .times import Times


class Brought(NamedTuple):
    """What a worker is told of a dispatch, in one or several parts."""

    setup: Setup
    codes: dict[int, Code]
    vault: Shipment | None
    root: str  # the store's folder, where the kernel is
    durability: Any
    journals: str  # the folder of the kernel's session
    sign: str  # a file in it
    key: bytes  # what the keys of journals are made of
    host: str  # the kernel's
    place: str
    alone: bool  # the workers are the session's own


class FarDispatch:
    """What a worker keeps of a dispatch."""

    def __init__(self, brought: Brought) -> None:
        self.setup, self.brought = brought.setup, brought
        self.codes: dict[int, Code] = {}
        self.tasks: dict[int, Task] = {}
        self.parts = 0
        self.add(brought)

    def add(self, brought: Brought) -> None:
        """Take in one more part."""
        self.parts += 1
        self.codes.update(brought.codes)
        if brought.vault is not None:
            VAULT.receive(brought.vault)


class FarRunner:
    """Runs members. alone: nothing else runs in this process, and one electron at a time: it may be prepared for it."""

    def __init__(self, blobs: Blobs, alone: bool) -> None:
        self.payload, self.alone = Payload(blobs, redefine=redefine_classes()), alone
        self._prepared: FarDispatch | None = None
        self._modules = OwnModules()
        displays.share()
        subthreads.install()

    def run(
        self, dispatch: FarDispatch, member: Member, values: Mapping[int, Value], times: Times, streams: capture.Streams
    ) -> Record:
        """Run one member; its record, without the number of this worker."""
        capture.install()
        self._prepare(dispatch)
        # A context of its own, but for what tells Dask's functions where they are.
        status, value, failure = copy_context().run(self._attempt, dispatch, member, values, streams)
        stdout = stderr = shown = None
        if streams != capture.NOTHING:
            texts = (VAULT.masked_bytes(capture.written(streams, which)) for which in (0, 1))
            stdout, stderr = (self.payload.text(text) for text in texts)
            displayed = capture.displayed(streams)
            shown = self.payload.document(displayed and VAULT.masked_bytes(displayed))
            if streams[capture.INHERITED]:
                capture.leave(streams, capture.Late(), capture.Late())
        if self.alone:
            self._modules.notice()  # before anybody can know that it has ended, and edit what it imported
        start, end = times.start, times.end()
        return Record(member[0], member[1], status, start, end, 0, value, stdout, stderr, failure, shown)

    def _attempt(
        self, dispatch: FarDispatch, member: Member, values: Mapping[int, Value], streams: capture.Streams
    ) -> tuple[int, Value | None, Failure | None]:
        node, attempt, version, kind, call = member
        code = dispatch.codes[version]
        CURRENT.set((dispatch.setup.dispatch_id, node, attempt, code.place.executor))
        capture.WRITING.set(streams)
        try:
            self._enter(dispatch.setup, code, node)
            task = self._task(dispatch, version)
            try:
                args, kwargs = self.payload.arguments(kind, call, values)
            except StoreError as error:
                return FAILED, None, failure_of(error, "input")
            if code.kind == "sublattice":
                hooks = task.before, task.after
                graph = envelope.build(code.name, task.function, hooks, code.options, args, kwargs, self.payload.blobs)
                return EXPANDED, self.payload.pack(graph), None
            value = envelope.call(task.function, task.before, task.after, args, kwargs)
        except BaseException as error:  # SystemExit would end the worker
            return FAILED, None, failure_of(error)
        return self._packed(value)

    def _packed(self, value: Any) -> tuple[int, Value | None, Failure | None]:
        try:
            return COMPLETED, self.payload.pack(value), None
        except OSError as error:
            return FAILED, None, unstored(error)
        except BaseException as error:
            return FAILED, None, unserializable(value, error)

    def _task(self, dispatch: FarDispatch, version: int) -> Task:
        task = dispatch.tasks.get(version)
        if task is None or task.fresh:
            task = dispatch.tasks[version] = Task(dispatch.codes[version], self.payload)
        return task

    def _prepare(self, dispatch: FarDispatch) -> None:
        """Have the process know where the notebook's modules are, and the lines of its cells."""
        if self._prepared is dispatch:
            return
        self._prepared = dispatch
        dispatch.tasks.clear()  # another dispatch may have brought its version of the same classes
        for file, text in dispatch.setup.sources.items():
            linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        missing = [path for path in dispatch.setup.moment.sys_path if path not in sys.path and os.path.isdir(path)]
        if missing:
            sys.path += missing
            importlib.invalidate_caches()
        if self.alone:
            os.environ.update(dispatch.setup.moment.environ)
            self._modules.refresh()

    def _enter(self, setup: Setup, code: Code, node: int) -> None:
        """Go to the electron's working directory, where this process may."""
        place = code.place
        asked = bool(place.workdir or place.unique)
        if not self.alone:
            if asked:
                raise OSError("a working directory cannot be set on a worker that runs several things at once")
            return
        folder = place.workdir or setup.moment.cwd
        if place.unique:
            folder = os.path.join(folder, setup.dispatch_id, f"node_{node}")
        if asked:
            os.makedirs(folder, exist_ok=True)
        if os.path.isdir(folder):
            os.chdir(folder)

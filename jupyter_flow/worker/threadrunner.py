"""Running one electron in a thread of the kernel: outputs are shared, not copied."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import Context as Isolated
from functools import partial
from typing import Any

from ..model.errors import StoreError
from ..model.events import COMPLETED, EXPANDED, FAILED, Failure, Record, Value, record_of
from ..model.graph import OUTPUT, OUTPUTS, PLAIN
from ..model.vault import VAULT
from ..store.blobs import Blobs
from . import capture, displays, envelope
from .context import CURRENT, metadata
from .failures import failure_of, unserializable, unstored
from .messages import Member, Place
from .payload import Hooks, Payload, nodes_in, split
from .runner import append
from .times import Times

ABSENT = object()

Task = tuple[Hooks, Hooks, Callable[..., Any]]


class ThreadRunner:
    """The same for all threads of a resource. `custom`: a user's executor whose `run` is asked to call the function."""

    def __init__(self, blobs: Blobs, custom: Any = None) -> None:
        self._payload = Payload(blobs)
        self._custom = custom
        self._tasks: dict[tuple[int, int], Task] = {}
        self._process = os.getpid()  # no thread of it outlives a fork

    def forget(self, run: int) -> None:
        """A run is over."""
        for key in [key for key in self._tasks if key[0] == run]:
            self._tasks.pop(key, None)

    def ready(self, work: Any, member: Member, near: Mapping[int, Any]) -> bool:
        """Whether all its inputs are there (a producer ahead of it in the same claim may have failed)."""
        return all(node in near or node in work.values for node in nodes_in(member[3], member[4]))

    def run(
        self, work: Any, member: Member, times: Times, worker: int, near: Mapping[int, Any], streams: capture.Streams
    ) -> tuple[Record, Any]:
        """Run one member: its record, and the object it made.

        `near`: outputs this thread has not handed in yet. `streams`: where what it prints and displays is put.
        """
        capture.install()
        status, packed, failure, value = Isolated().run(self._attempt, work, member, streams, near)
        stdout = stderr = shown = None
        if streams != capture.NOTHING:
            stdout, stderr = self._printed(work, member[2], streams)
            displayed = capture.displayed(streams)
            shown = self._payload.document(displayed and VAULT.masked_bytes(displayed))
            if streams[capture.INHERITED]:
                capture.leave(streams, *_late(work.code(member[2]).place))
        start, end = times.start, times.end()
        fields = member[0], member[1], status, start, end, worker, packed, stdout, stderr, failure, shown, None
        return record_of(fields), value

    def give_up(self, work: Any, version: int, streams: capture.Streams) -> None:
        """Nobody waits for this electron any more: what it still prints is for its executor's log file alone."""
        place = work.code(version).place
        stdout, stderr = capture.leave(streams, *_late(place))
        append(place.log_stdout, stdout)
        append(place.log_stderr, stderr)

    def _printed(self, work: Any, version: int, streams: capture.Streams) -> tuple[Value | None, Value | None]:
        place = work.code(version).place
        stdout, stderr = (VAULT.masked_bytes(capture.written(streams, which)) for which in (0, 1))
        append(place.log_stdout, stdout)
        append(place.log_stderr, stderr)
        return self._payload.text(stdout), self._payload.text(stderr)

    def _attempt(
        self, work: Any, member: Member, streams: capture.Streams, near: Mapping[int, Any]
    ) -> tuple[int, Value | None, Failure | None, Any]:
        node, attempt, version, kind, call = member
        code = work.code(version)
        context = (work.id, node, attempt, code.place.executor)
        CURRENT.set(context)
        capture.WRITING.set(streams)
        try:
            before, after, function = self._task(work, version)
            args, kwargs = self._arguments(work, kind, call, near)
            if code.kind == "sublattice":
                blobs = self._payload.blobs
                graph = envelope.build(code.name, function, (before, after), code.options, args, kwargs, blobs)
                return EXPANDED, self._payload.pack(graph), None, None
            if self._custom is not None and code.kind == "electron":
                function = self._through(function, metadata(context, work.folder))
            value = envelope.call(function, before, after, args, kwargs, self._process)
        except BaseException as error:
            return FAILED, None, failure_of(error), None
        return (*self._packed(value), value)

    def _through(self, function: Callable[..., Any], about: dict[str, Any]) -> Callable[..., Any]:
        """The function, called by the user's executor."""

        def run(*args: Any, **kwargs: Any) -> Any:
            envelope.awaited(self._custom.setup(about))
            try:
                return envelope.awaited(self._custom.run(function, list(args), kwargs, about))
            finally:
                envelope.awaited(self._custom.teardown(about))

        return run

    def _packed(self, value: Any) -> tuple[int, Value | None, Failure | None]:
        try:
            return COMPLETED, self._payload.pack(value), None
        except (OSError, StoreError) as error:
            return FAILED, None, unstored(error)
        except BaseException as error:
            return FAILED, None, unserializable(value, error)

    def _task(self, work: Any, version: int) -> Task:
        key = (work.number, version)
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = self._made(work, version)
        return task

    def _made(self, work: Any, version: int) -> Task:
        from . import subthreads  # for those who have threads

        displays.share()
        subthreads.install()
        live = work.live(version)
        before, after, function = self._payload.function(work.code(version).code)
        return before, after, live if live is not None else function

    def _arguments(self, work: Any, kind: int, call: Any, near: Mapping[int, Any]) -> tuple[Any, dict[str, Any]]:
        if kind == PLAIN:
            return call, {}

        output = partial(self._output, work, near, work.objects)
        if kind == OUTPUTS:
            return list(map(output, call)), {}

        def item(tag: int, thing: Any) -> Any:
            if tag == OUTPUT:
                return output(thing)
            return self._payload.literal(thing, [output(node) for node in thing.refs]) if tag else thing

        return split(call, item)

    def _output(self, work: Any, near: Mapping[int, Any], shared: Mapping[int, Any], node: int) -> Any:
        if node in near:
            return near[node]
        found = shared.get(node, ABSENT)
        return self._payload.load(work.value(node)) if found is ABSENT else found


def _late(place: Place) -> tuple[capture.Late, capture.Late]:
    return _into(place.log_stdout), _into(place.log_stderr)


def _into(log: str | None) -> capture.Late:
    return capture.Late(None if log is None else partial(_add, log))


def _add(log: str, text: bytes) -> None:
    with suppress(OSError), open(log, "ab") as file:  # its folder may have been pruned: it is not made again
        file.write(text)

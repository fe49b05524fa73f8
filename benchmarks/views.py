"""What a live graph costs the dispatch it shows: 10,000 electrons of about 0.2 ms, with a view and without, in turn."""

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

import tasks

MANY = 10_000
ITERATIONS = 4_000  # of one electron
PAIRS = 9


def views(kind: str) -> dict[str, float]:
    """Time and processor time of a dispatch with a view, of one without; the first picture, the pulses, the changes."""
    import jupyter_flow as flow

    made = flow.executor.ThreadExecutor(2) if kind == "threads" else flow.executor.LocalExecutor(2)
    electron = flow.electron(executor=made)(tasks.work)

    def many() -> Any:
        return [electron(ITERATIONS) for _ in range(MANY)][-1]

    dispatch = flow.dispatch(many)
    _measured(flow, dispatch, None)
    _measured(flow, dispatch, Watching())
    pairs = [_pair(flow, dispatch, number) for number in range(PAIRS)]
    seen = [watching for _, _, watching in pairs]
    return {
        "time": statistics.median(after[0] / before[0] for before, after, _ in pairs),
        "cpu": statistics.median(after[1] / before[1] for before, after, _ in pairs),
        "first": 1e3 * statistics.median(watching.first for watching in seen),
        "pulse": 1e3 * statistics.median(pulse for watching in seen for pulse in watching.pulses),
        "missed": sum([watching.missed for watching in seen]),
    }


class Watching:
    """A widget, its plain picture beside it, and a page that has both open."""

    def __init__(self) -> None:
        self.first, self.asked, self.missed, self._seq = 0.0, 0.0, 0, -1
        self.pulses: list[float] = []

    def watch(self, id: Any) -> Callable[[], None]:
        """Show a dispatch as a cell does; what is returned takes it away."""
        from jupyter_flow.notebook.graphs import FollowedGraph
        from jupyter_flow.notebook.live import LivePictures
        from jupyter_flow.session import session
        from jupyter_flow.widgets.source import source_of
        from jupyter_flow.widgets.widget import FlowGraph

        widget: Any = FlowGraph(source_of(id))
        widget._channel._send = self.hear
        pulse = widget._channel.pulse
        widget._channel.pulse = lambda: self._timed(pulse)
        live = LivePictures(Shell())
        live.keep(FollowedGraph(session().run(id), source_of(id), Shell.display_pub, widget))
        self.asked = time.perf_counter()
        widget._channel.hear({"kind": "open", "view": "v"})
        return lambda: self._end(live, widget)

    def hear(self, message: Any) -> None:
        """What the page is told."""
        if message["kind"] == "graph":
            self.first = self.first or time.perf_counter() - self.asked
        elif message["kind"] == "delta" and message["seq"] != self._seq + 1:
            self.missed += 1
        self._seq = message["seq"]

    def _timed(self, pulse: Callable[[], bool]) -> bool:
        start = time.thread_time()
        more = pulse()
        self.pulses.append(time.thread_time() - start)
        return more

    def _end(self, live: Any, widget: Any) -> None:
        while live._followed or not widget._channel._hub.idle:
            time.sleep(0.01)
        widget.close()


class Publisher:
    """Takes displays."""

    def publish(self, *given: Any, **more: Any) -> None:
        """To nobody."""


class Shell:
    """As much of a shell as pictures need."""

    display_pub = Publisher()
    kernel = None


def _pair(flow: Any, dispatch: Any, number: int) -> tuple[Any, Any, Watching]:
    watching = Watching()
    if number % 2:
        after, before = _measured(flow, dispatch, watching), _measured(flow, dispatch, None)
    else:
        before, after = _measured(flow, dispatch, None), _measured(flow, dispatch, watching)
    return before, after, watching


def _measured(flow: Any, dispatch: Any, watching: Watching | None) -> tuple[float, float]:
    """Seconds from the dispatch to its end, and of this process, until nothing more is shown."""
    gc.collect()
    start, used = time.perf_counter(), time.process_time()
    id = dispatch()
    end = watching.watch(id) if watching is not None else lambda: None
    flow.get_result(id, wait=True)
    seconds = time.perf_counter() - start
    end()
    return seconds, time.process_time() - used

"""A page, as far as the kernel can tell: it asks through a channel, and keeps what it is told."""

import time
from collections.abc import Callable
from typing import Any

from jupyter_flow.widgets.channel import Channel
from jupyter_flow.widgets.source import Source

PATIENCE = 20  # seconds until something that does not happen is a failure


class Page:
    """One page with one view, which it opens at once."""

    def __init__(self, source: Source | None, view: str = "v") -> None:
        self.told: list[Any] = []
        self.channel = Channel(self.told.append, source)
        self.view = view
        self.ask("open")

    def ask(self, kind: str, **fields: Any) -> None:
        """Send a request."""
        self.channel.hear({"kind": kind, "view": self.view, **fields})

    def until(self, kind: str, fits: Callable[[Any], object] = lambda message: True) -> Any:
        """The next message of a kind that fits; it and all before are told once."""
        end = time.monotonic() + PATIENCE
        while True:
            for at, message in enumerate(self.told):
                if message["kind"] == kind and fits(message):
                    del self.told[: at + 1]
                    return message
            assert time.monotonic() < end, f"no {kind} came, but {self.told}"
            time.sleep(0.005)

    def answer(self, kind: str, **fields: Any) -> Any:
        """What comes of an action."""
        self.ask(kind, **fields)
        return self.until("answer", lambda message: message["action"] == kind)

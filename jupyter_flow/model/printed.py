"""What an attempt printed and displayed, loaded when it is looked at."""

from typing import NamedTuple, Protocol

from .display import Display, displays_in
from .events import Value
from .progress import Progress, progress_in


class Texts(Protocol):
    """Where texts are loaded from."""

    def text(self, value: Value) -> bytes:
        """Captured output, which is no pickle. Raises StoreCorruption."""


class Seen(NamedTuple):
    """What is known of an attempt that runs: where, and what it has printed and displayed so far."""

    worker: int = 0  # the store's number of it; 0: it runs nowhere
    stdout: Value | None = None
    stderr: Value | None = None
    displays: Value | None = None


class Printed:
    """The texts and displays of one attempt."""

    def __init__(
        self, texts: Texts, stdout: Value | None = None, stderr: Value | None = None, displays: Value | None = None
    ) -> None:
        self._texts = texts
        self._stdout, self._stderr, self._displays = stdout, stderr, displays

    @property
    def stdout(self) -> str:
        """What it printed."""
        return self._text(self._stdout)

    @property
    def stderr(self) -> str:
        """What it wrote to standard error."""
        return self._text(self._stderr)

    @property
    def displays(self) -> list[Display]:
        """What it displayed, in order."""
        return [] if self._displays is None else displays_in(self._texts.text(self._displays))

    @property
    def progress(self) -> Progress | None:
        """What its progress bar says, where it has one: tqdm's are written to standard error."""
        return progress_in(self.stderr) or progress_in(self.stdout)

    def _text(self, value: Value | None) -> str:
        return "" if value is None else self._texts.text(value).decode("utf-8", "replace")

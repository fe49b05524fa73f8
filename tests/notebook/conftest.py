"""A real IPython shell with the extension in it, one per test."""

import atexit
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from jupyter_flow.executor import _executor_manager as names
from jupyter_flow.notebook import extension

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Notebook:
    """A shell, driven by cells."""

    def __init__(self, shell: Any, capture: pytest.CaptureFixture[str]) -> None:
        self.shell, self._capture = shell, capture

    def run(self, cell: str) -> Any:
        """Run a cell that must go well; its value."""
        done = self.shell.run_cell(cell)
        done.raise_error()
        return done.result

    def fails(self, cell: str) -> BaseException:
        """Run a cell that must not; what it raised."""
        done = self.shell.run_cell(cell)
        error: BaseException | None = done.error_in_exec or done.error_before_exec
        assert error is not None, f"this cell went well: {cell}"
        return error

    def printed(self) -> str:
        """What was printed since this was asked last, colours aside."""
        out, err = self._capture.readouterr()
        return COLOURS.sub("", out + err)

    def shown(self, thing: object) -> dict[str, str]:
        """A value as a front end gets it."""
        data, _ = self.shell.display_formatter.format(thing)
        return dict(data)

    def __getitem__(self, name: str) -> Any:
        return self.shell.user_ns[name]


@pytest.fixture
def bare() -> Iterator[Any]:
    """A shell without the extension."""
    main = sys.modules["__main__"]
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config, colors="nocolor")
    yield shell
    extension.unload(shell)
    shell.restore_sys_module_state()
    InteractiveShell.clear_instance()
    atexit.unregister(shell.atexit_operations)  # it would reset every shell there was, with a garbage collection each
    sys.modules["__main__"] = main
    names.named.clear()
    names.default = "local"


@pytest.fixture
def notebook(bare: Any, capsys: pytest.CaptureFixture[str]) -> Notebook:
    """A shell with the extension."""
    extension.load(bare)
    return Notebook(bare, capsys)


@pytest.fixture
def attended(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if somebody sat at the browser."""
    monkeypatch.setenv("JUPYTER_FLOW_HEADLESS", "0")

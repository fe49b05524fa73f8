"""What every test has: a store, a configuration and a working directory of its own."""

import os
import re
import runpy
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

CONFORMANCE = Path(__file__).parent / "conformance"
PENDING: dict[str, str] = runpy.run_path(str(CONFORMANCE / "pending.py"))["PENDING"]

# A deadline asserts a time, which no test here does. In CI the examples are the same for the same commit; what is run
# by hand looks for new ones.
settings.register_profile("untimed", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("untimed")


class ByModule(LoadFileScheduling):  # type: ignore[misc]
    """Modules share kernels and servers; two browsers would take each other's processor."""

    def _split_scope(self, nodeid: str) -> str:
        browser = "tests/browser"
        return browser if nodeid.startswith(browser) else str(super()._split_scope(nodeid))


def pytest_configure(config: pytest.Config) -> None:
    """Point everything that writes to a temporary folder, before anything of ours is opened."""
    home = Path(tempfile.mkdtemp(prefix="jupyter-flow-tests-"))
    environment = pytest.MonkeyPatch()
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    config.add_cleanup(environment.undo)
    environment.setenv("JUPYTER_FLOW_STORE", str(home / "store"))
    environment.setenv("JUPYTER_CONFIG_DIR", str(home / "config"))
    # Kernel specs are still found: installed ones live under sys.prefix, not here.
    environment.setenv("JUPYTER_DATA_DIR", str(home / "data"))
    environment.setenv("JUPYTER_RUNTIME_DIR", str(home / "runtime"))
    environment.setenv("IPYTHONDIR", str(home / "ipython"))


def pytest_collection_finish() -> None:
    """Make interrupts Python's own.

    A shell that runs us in the background has us ignore them, and so would the processes that tests start;
    dask_jobqueue, which modules of tests import, makes them a `sys.exit()`.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Make the pending conformance tests strict expected failures."""
    reject_unknown_pending()
    for item in items:
        reason = PENDING.get(getattr(item, "originalname", item.name))
        if reason is not None and CONFORMANCE in item.path.parents:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def reject_unknown_pending() -> None:
    """A pending name that no conformance test has is a misspelling, or left over."""
    sources = (path.read_text() for path in CONFORMANCE.glob("test_*.py"))
    known = {name for source in sources for name in re.findall(r"^(?:async )?def (test_\w+)", source, re.MULTILINE)}
    unknown = sorted(PENDING.keys() - known)
    if unknown:
        raise pytest.UsageError(f"tests/conformance/pending.py names no such test: {', '.join(unknown)}")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where several processes share the tests: a module's stay together, and so do all that need a browser."""
    return ByModule(config, log)


def pytest_sessionfinish() -> None:
    """Close the session that the tests shared: no worker outlives them."""
    if "jupyter_flow.session" in sys.modules:
        sys.modules["jupyter_flow"].session().close()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test in its own folder, so that none leaves files in the checkout or leans on it."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def no_secrets() -> Iterator[None]:
    """Let no test meet the secrets of another, which would be masked in what it looks at."""
    yield
    if "jupyter_flow.model.vault" in sys.modules:
        sys.modules["jupyter_flow.model.vault"].VAULT.clear()

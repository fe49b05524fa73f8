import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from jupyter_flow.worker import imports


@pytest.fixture(autouse=True)
def finder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A finder of this test's own, and a package to import."""
    own = imports._Finder()
    monkeypatch.setattr(imports, "_finder", own)
    package = tmp_path / "waited_for"
    package.mkdir()
    (package / "__init__.py").write_text("x = 1\n")
    (package / "inner.py").write_text("from . import x\n")
    (package / "broken.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    if own in sys.meta_path:
        sys.meta_path.remove(own)
    for name in [name for name in sys.modules if name.startswith("waited_for")]:
        del sys.modules[name]


def test_what_is_waited_for_is_told_once_it_is_whole() -> None:
    met: list[tuple[str, int]] = []
    for name in ("waited_for", "waited_for.inner"):
        imports.after(name, lambda module: met.append((module.__name__, module.x)))
    assert met == []
    importlib.import_module("waited_for.inner")
    assert met == [("waited_for", 1), ("waited_for.inner", 1)]


def test_what_is_there_already_is_told_at_once() -> None:
    module = importlib.import_module("waited_for")
    met: list[ModuleType] = []
    imports.after("waited_for", met.append)
    assert met == [module]


def test_looking_for_a_module_without_importing_it_changes_nothing() -> None:
    met: list[ModuleType] = []
    imports.after("waited_for", met.append)
    assert importlib.util.find_spec("waited_for") is not None
    assert met == []
    importlib.import_module("waited_for")
    assert len(met) == 1


def test_a_missing_module_is_as_missing_as_ever() -> None:
    imports.after("waited_for.nowhere", lambda module: None)
    with pytest.raises(ModuleNotFoundError, match=r"waited_for\.nowhere"):
        importlib.import_module("waited_for.nowhere")


def test_a_module_that_fails_fails_and_is_not_told() -> None:
    met: list[ModuleType] = []
    imports.after("waited_for.broken", met.append)
    with pytest.raises(ZeroDivisionError):
        importlib.import_module("waited_for.broken")
    assert met == []


def test_what_goes_wrong_afterwards_is_told_and_the_module_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(module: ModuleType) -> None:
        raise AttributeError("it has another shape")

    imports.after("waited_for", fail)
    assert importlib.import_module("waited_for").x == 1
    assert "waited_for could not be prepared for displays: it has another shape" in capsys.readouterr().err

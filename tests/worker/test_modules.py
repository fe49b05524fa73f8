import importlib
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from jupyter_flow.worker.modules import OwnModules


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of modules that can be imported; what is imported from it is forgotten at the end."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    return tmp_path


def write(file: Path, text: str, at: int) -> None:
    file.write_text(text)
    os.utime(file, ns=(at, at))


def version() -> int:
    module: ModuleType = importlib.import_module("own_under_test")
    found: int = module.VERSION
    return found


def test_a_module_is_read_again_after_an_edit(own: Path) -> None:
    write(own / "own_under_test.py", "VERSION = 1\n", 10**18)
    modules = OwnModules()
    assert version() == 1
    modules.notice()
    write(own / "own_under_test.py", "VERSION = 2\n", 10**18 + 10**10)
    assert version() == 1
    modules.refresh()
    assert version() == 2


def test_a_module_that_has_not_changed_stays_as_it_is(own: Path) -> None:
    write(own / "own_under_test.py", "VERSION = 1\n", 10**18)
    modules = OwnModules()
    assert version() == 1
    before = sys.modules["own_under_test"]
    modules.notice()
    modules.refresh()
    assert sys.modules["own_under_test"] is before


def test_what_imports_an_edited_module_is_read_again_with_it(own: Path) -> None:
    write(own / "own_constants.py", "VERSION = 1\n", 10**18)
    write(own / "own_under_test.py", "from own_constants import VERSION\n", 10**18)
    modules = OwnModules()
    assert version() == 1
    modules.notice()
    write(own / "own_constants.py", "VERSION = 2\n", 10**18 + 10**10)
    modules.refresh()
    assert version() == 2


def test_installed_packages_are_left_alone(own: Path) -> None:
    modules = OwnModules()
    modules.notice()
    assert not {"json", "pytest", "cloudpickle", "jupyter_flow"} & {name.split(".")[0] for name in modules._files}

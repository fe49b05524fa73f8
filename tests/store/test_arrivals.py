"""A module that is imported counts for what is in it, and for its file only where that may be other code by now."""

import importlib
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from jupyter_flow.store.arrivals import arrival_of
from jupyter_flow.store.fingerprints import fingerprint

NAME = "arrives_here"
SOURCE = "RATE = 1\n\ndef double(x):\n    return x * RATE\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = tmp_path / f"{NAME}.py"
    path.write_text(SOURCE)
    yield path
    sys.modules.pop(NAME, None)


def imported() -> ModuleType:
    importlib.invalidate_caches()
    return importlib.import_module(NAME)


def later(file: Path, before: str = "pass") -> bytes:
    """The fingerprint that a process has which begins when the file is as old as a file usually is."""
    old = os.stat(file).st_ctime + 2 - time.time()
    time.sleep(max(0, old))
    code = f"import sys; sys.path.insert(0, {str(file.parent)!r}); {before}; import jupyter_flow, {NAME}; "
    code += "from jupyter_flow.store.fingerprints import fingerprint; "
    code += f"sys.stdout.buffer.write(fingerprint({NAME}.double))"
    return subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, check=True).stdout


def test_a_module_written_after_this_process_began_has_the_fingerprint_it_has_in_the_next(file: Path) -> None:
    here = fingerprint(imported().double)
    assert here == later(file)
    assert here == later(file, before=f"import {NAME}")


def test_what_changes_no_code_changes_no_fingerprint(file: Path) -> None:
    double = imported().double
    before = fingerprint(double)
    for text in (f"# why\n\n{SOURCE}", SOURCE):
        file.write_text(text)
        assert fingerprint(double) == before
    os.utime(file)
    assert fingerprint(double) == before


@pytest.mark.parametrize("new", ["RATE = 2", "RATE = int('2')"])
def test_while_a_process_has_an_earlier_version_than_the_file_it_has_the_fingerprint_of_neither(
    file: Path, new: str
) -> None:
    found = [fingerprint(imported().double)]
    double = imported().double
    file.write_text(SOURCE.replace("RATE = 1", new))
    found.append(fingerprint(double))
    found.append(fingerprint(importlib.reload(imported()).double))
    assert len(set(found)) == 3
    file.write_text(SOURCE)
    assert fingerprint(imported().double) not in found[:2]
    assert fingerprint(importlib.reload(imported()).double) == found[0]


def test_an_edit_of_equal_length_in_the_same_moment_is_noticed(file: Path) -> None:
    found = set()
    double = imported().double
    for rate in range(1, 10):
        file.write_text(SOURCE.replace("RATE = 1", f"RATE = {rate}"))
        found.add(bytes(fingerprint(double)))
    assert len(found) == 9


def test_a_reload_that_fails_leaves_what_was_there(file: Path) -> None:
    module = imported()
    before = fingerprint(module.double)
    file.write_text(f"undefined\n{SOURCE}")
    with pytest.raises(NameError):
        importlib.reload(module)
    assert fingerprint(module.double) != before


def test_to_look_for_a_module_is_not_to_import_it(file: Path) -> None:
    double = imported().double
    before = fingerprint(double)
    file.write_text(SOURCE.replace("x * RATE", "x + RATE"))
    for finder in sys.meta_path:
        finder.find_spec(NAME, None)
    assert fingerprint(double) != before


def test_what_is_installed_is_not_read(file: Path) -> None:
    imported()
    assert arrival_of(NAME) is not None
    for name in ("json", "numpy", "pytest", "jupyter_flow", "jupyter_flow.session"):
        importlib.import_module(name)
        assert arrival_of(name) is None


def test_an_import_that_fails_says_what_it_says_without_us(file: Path) -> None:
    file.write_text("1 / 0")
    with pytest.raises(ZeroDivisionError) as raised:
        imported()
    assert not any(entry.filename.endswith("store/arrivals.py") for entry in _frames(raised.value))
    with pytest.raises(ModuleNotFoundError, match="no_module_of_this_name"):
        importlib.import_module("no_module_of_this_name")


def _frames(error: BaseException) -> list[traceback.FrameSummary]:

    return list(traceback.extract_tb(error.__traceback__))


def test_what_a_module_made_of_another_that_was_edited_counts(file: Path) -> None:
    (file.parent / "reached_here.py").write_text("def rate():\n    return 1\n")
    file.write_text(f"import reached_here\n{SOURCE.replace('= 1', '= reached_here.rate()')}")
    try:
        double = imported().double
        before = fingerprint(double)
        (file.parent / "reached_here.py").write_text("def rate():\n    return 2\n")
        assert fingerprint(double) != before
        (file.parent / "reached_here.py").write_text("# one\ndef rate():\n    return 1\n")
        assert fingerprint(double) == before
        (file.parent / "nothing_to_do_with_it.py").write_text("A = 1")
        importlib.import_module("nothing_to_do_with_it")
        (file.parent / "nothing_to_do_with_it.py").write_text("A = 2")
        assert fingerprint(double) == before
    finally:
        sys.modules.pop("reached_here", None)
        sys.modules.pop("nothing_to_do_with_it", None)

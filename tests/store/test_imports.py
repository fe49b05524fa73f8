"""What electrons import while they run, and modules of the user's own that change on disk."""

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jupyter_flow.store.fingerprints import fingerprint
from jupyter_flow.store.imports import Import, imports
from jupyter_flow.store.packages import version_at

Files = Callable[..., None]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    """Writes modules: ``files(helpers="…", pkg__deep="…")``."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)

    def write(**sources: str) -> None:
        for name, text in sources.items():
            path = tmp_path / (name.replace("cachedpkg__", "cachedpkg/", 1) + ".py")
            path.parent.mkdir(exist_ok=True)
            path.write_text(textwrap.dedent(text))
        importlib.invalidate_caches()

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


def function(source: str) -> Any:
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(textwrap.dedent(source), space)
    return space["f"]


def of(source: str) -> bytes:
    return fingerprint(function(source))


def test_import_statements_are_found_also_in_functions_inside() -> None:
    f = function("""
        def f():
            import a.b
            from c import d, e
            from .. import g
            return lambda: __import__("no") or h()
            def h():
                import i as j
    """)
    found = set(imports(f.__code__))
    assert found >= {Import(0, "a.b", ()), Import(0, "c", ("d", "e")), Import(2, "", ("g",))}


@pytest.mark.parametrize(
    "statement",
    ["import cachedhelp", "from cachedhelp import double", "import cachedpkg.deep", "from cachedpkg import deep"],
)
def test_an_edit_of_a_module_that_the_body_imports_is_noticed(statement: str, files: Files) -> None:
    source = f"def f(x):\n    {statement}\n    return x"
    files(cachedhelp="def double(x): return 2 * x", cachedpkg____init__="", cachedpkg__deep="A = 1")
    before = of(source)
    assert of(source) == before
    files(cachedhelp="# why\n\ndef double(x):\n    return 2 * x", cachedpkg__deep="A = 1  # one")
    assert of(source) == before
    files(cachedhelp="def double(x): return 3 * x", cachedpkg__deep="A = 2")
    assert of(source) != before


def test_an_edit_further_down_is_noticed(files: Files) -> None:
    source = "def f(x):\n    import cachedpkg.top\n    return x"
    files(cachedpkg____init__="", cachedpkg__top="from .deep import A\nfrom . import other", cachedpkg__deep="A = 1")
    files(cachedpkg__other="import cachedpkg.top")
    before = of(source)
    files(cachedpkg__deep="A = 2")
    after = of(source)
    assert after != before
    files(cachedpkg__other="B = 1")
    assert of(source) not in (before, after)


def test_an_edit_that_this_process_has_not_imported_is_noticed(files: Files) -> None:
    files(cachedhelp="RATE = 1\ndef double(x): return x * RATE")
    source = "import cachedhelp\nfrom cachedhelp import double\ndef f(x): return double(x)"
    before = of(source)
    assert of(source) == before
    files(cachedhelp="RATE = 2\ndef double(x): return x * RATE")
    assert of(source) != before


def test_what_cannot_be_found_or_read_is_no_error(files: Files) -> None:
    files(cachedbad="this is no Python", cachedhelp="import nothing_of_this_name")
    for name in ("cachedbad", "cachedhelp", "nothing_of_this_name", "cachedhelp.inside"):
        source = f"def f(x):\n    import {name}\n    return x"
        assert of(source) == of(source)


def test_packages_that_the_body_imports_count_by_their_version(monkeypatch: pytest.MonkeyPatch) -> None:
    f = function("def f(x):\n    import json, numpy.linalg, nbformat\n    return x")
    made = fingerprint(f)
    assert made.packages["numpy"] == np.__version__
    assert made.packages["nbformat"]
    assert made.packages["Python"].startswith("3.")
    monkeypatch.setattr("jupyter_flow.store.imports.installed", lambda name: "99" if name == "numpy" else None)
    other = fingerprint(f)
    assert other != made
    assert other.code == made.code


def test_a_package_called_otherwise_than_what_it_installs_has_its_version() -> None:
    import pytest_timeout

    assert version_at("pytest_timeout", str(pytest_timeout.__file__))
    assert version_at("anything", "/home/me/project") is None


def test_a_fingerprint_tells_whether_something_could_not_be_looked_into() -> None:
    assert not fingerprint(function("def f(x): return x")).opaque
    assert fingerprint(function("N = (n for n in ())\ndef f(x): return N")).opaque
    assert fingerprint(function("N = [{(n for n in ())}]\ndef f(x): return N")).opaque


@pytest.mark.parametrize(
    "call",
    [
        "import importlib; importlib.import_module('edited')",
        "from importlib import import_module as import_module; import_module('edited')",
        "__import__('edited')",
        "import calling",
    ],
)
def test_a_module_that_is_imported_by_a_text_counts(files: Files, call: str) -> None:
    files(edited="x = 1", calling="import importlib\nedited = importlib.import_module('edited')")
    source = f"def f():\n    {call}"
    before = of(source)
    assert of(source) == before
    files(edited="x = 22")
    assert of(source) != before

"""The rooms of the package import downwards only, and each big library has one owner."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "jupyter_flow"
ROOT = Path(__file__).parent.parent / PACKAGE

TOP = "the top"
TOP_MODULES = {PACKAGE, f"{PACKAGE}.cli"}
ROOMS = [
    TOP,
    "notebook",
    "widgets",
    "verbs",
    "session",
    "dispatch",
    "resources",
    "worker",
    "store",
    "render",
    "executor",
    "model",
]
# `from jupyter_flow import session` gives the function of the top, not the room of that name.
FUNCTIONS_OF_THE_TOP = {"session", "dispatch"}

OWNERS = {
    "click": f"{PACKAGE}.cli",
    "IPython": f"{PACKAGE}.notebook",
    "ipywidgets": f"{PACKAGE}.widgets",
    "anywidget": f"{PACKAGE}.widgets",
    "distributed": f"{PACKAGE}.resources.dask",
    "dask": f"{PACKAGE}.resources.dask",
    "dask_jobqueue": f"{PACKAGE}.resources.dask",
}


def broken_rules(root: Path) -> list[str]:
    """Every broken rule in a package on disk, as lines a person can act on."""
    found = []
    for path in sorted(root.rglob("*.py")):
        module, is_package = module_name(path, root)
        found += violations(path.read_text(encoding="utf-8"), module, is_package)
    return found


def module_name(path: Path, root: Path) -> tuple[str, bool]:
    """The dotted name of a file, and whether it is a package's `__init__`."""
    parts = [PACKAGE, *path.relative_to(root).with_suffix("").parts]
    is_package = parts[-1] == "__init__"
    return ".".join(parts[:-1] if is_package else parts), is_package


def violations(source: str, module: str, is_package: bool = False) -> list[str]:
    """The rules that one module's source breaks, wherever in the module the import stands."""
    room = room_of(module)
    if room is None:
        return [f"{module}: belongs to no known room"]
    found = []
    for line, target in imports(ast.parse(source), module, is_package):
        reason = why_forbidden(module, room, target)
        if reason:
            found.append(f"{module}:{line} imports {target}: {reason}")
    return found


def room_of(module: str) -> str | None:
    """The room of one of our modules; None if it stands in no known one."""
    if module in TOP_MODULES or within(module, f"{PACKAGE}.cli"):
        return TOP
    name = module.split(".")[1]
    return name if name in ROOMS else None


def why_forbidden(module: str, room: str, target: str) -> str | None:
    """What is wrong with an import, or None if it may stand."""
    library = target.split(".")[0]
    if library != PACKAGE:
        owner = OWNERS.get(library)
        return None if owner is None or within(module, owner) else f"only {owner} may"
    if room == TOP:
        return None
    below = room_of(target)
    if below is None:
        return "no known room"
    return None if ROOMS.index(room) <= ROOMS.index(below) else f"{room} is below {below}"


def within(module: str, owner: str) -> bool:
    """Whether a module is the owner or lies inside it."""
    return module == owner or module.startswith(owner + ".")


def imports(tree: ast.AST, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """Every import of a module as (line, absolute target), with relative ones resolved."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, module, is_package)
            yield from ((node.lineno, target_of(base, alias.name)) for alias in node.names)
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, name) for name in dynamic_target(node))


def absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    """The module that a `from … import` names, with its dots counted from where it stands."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    climbed = parts[: len(parts) - node.level + is_package]
    return ".".join([*climbed, node.module] if node.module else climbed)


def target_of(base: str, name: str) -> str:
    """What `from base import name` reaches: a room where the name is one, else the base itself."""
    is_room = name in ROOMS and name not in FUNCTIONS_OF_THE_TOP
    is_top_module = f"{PACKAGE}.{name}" in TOP_MODULES
    return f"{base}.{name}" if base == PACKAGE and (is_room or is_top_module) else base


def dynamic_target(call: ast.Call) -> list[str]:
    """The module that `import_module("…")` or `__import__("…")` names, where it is written out."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if function not in {"import_module", "__import__"} or not call.args:
        return []
    name = call.args[0]
    return [name.value] if isinstance(name, ast.Constant) and isinstance(name.value, str) else []


def test_rooms_import_downwards_only() -> None:
    assert list(ROOT.rglob("*.py")), f"no module found in {ROOT}"
    assert broken_rules(ROOT) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("jupyter_flow.model.graph", "import jupyter_flow.store.runs"),
        ("jupyter_flow.model.graph", "from jupyter_flow.store.runs import Runs"),
        ("jupyter_flow.model.graph", "from jupyter_flow.store import runs"),
        ("jupyter_flow.model.graph", "from jupyter_flow import store"),
        ("jupyter_flow.model.graph", "from ..store import runs"),
        ("jupyter_flow.model.graph", "from .. import store"),
        ("jupyter_flow.model.graph", "def late():\n    from jupyter_flow.store import runs"),
        ("jupyter_flow.model.graph", "if TYPE_CHECKING:\n    from jupyter_flow.store import runs"),
        ("jupyter_flow.model.graph", "importlib.import_module('jupyter_flow.store.runs')"),
        ("jupyter_flow.model.graph", "__import__('jupyter_flow.store.runs')"),
        ("jupyter_flow.executor.local", "from jupyter_flow.render import svg"),
        ("jupyter_flow.dispatch.machine", "from jupyter_flow.session import Session"),
        ("jupyter_flow.session", "from .widgets import feed"),
        ("jupyter_flow.widgets.feed", "from jupyter_flow.notebook import cells"),
    ],
)
def test_an_upward_import_is_caught_however_it_is_written(module: str, source: str) -> None:
    assert len(violations(source, module)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import jupyter_flow",
        "import jupyter_flow as jf",
        "from jupyter_flow import electron",
        "from jupyter_flow import session",
        "from jupyter_flow import dispatch",
        "from jupyter_flow import cli",
        "from jupyter_flow.cli import main",
        "from jupyter_flow.cli.doctor import doctor",
        "from ..cli import doctor",
        "from .. import electron",
        "def late():\n    import jupyter_flow",
    ],
)
def test_nobody_below_imports_the_top(source: str) -> None:
    assert len(violations(source, "jupyter_flow.notebook.magics")) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("jupyter_flow", "from jupyter_flow.notebook.extension import load_ipython_extension"),
        ("jupyter_flow.cli", "import jupyter_flow"),
        ("jupyter_flow.cli.dispatches", "from ..notebook.tables import plain"),
        ("jupyter_flow.cli.dispatches", "from .ids import find"),
        ("jupyter_flow.session", "from jupyter_flow.dispatch.dispatcher import Dispatcher"),
        ("jupyter_flow.notebook.magics", "from ..session import Session"),
        ("jupyter_flow.store.runs", "from .blobs import Blobs"),
        ("jupyter_flow.store.runs", "from . import blobs"),
        ("jupyter_flow.store.runs", "from jupyter_flow import model"),
        ("jupyter_flow.model.graph", "import json, os.path"),
    ],
)
def test_imports_downwards_and_within_a_room_may_stand(module: str, source: str) -> None:
    assert violations(source, module) == []


def test_dots_are_counted_from_the_package_in_its_init() -> None:
    assert violations("from .runs import Runs", "jupyter_flow.store", is_package=True) == []
    assert violations("from ..model import graph", "jupyter_flow.store", is_package=True) == []
    assert len(violations("from ..session import Session", "jupyter_flow.store", is_package=True)) == 1


@pytest.mark.parametrize(
    ("source", "owner"),
    [
        ("import click", "jupyter_flow.cli.dispatches"),
        ("from IPython.display import display", "jupyter_flow.notebook.displays"),
        ("import ipywidgets", "jupyter_flow.widgets.graph"),
        ("import anywidget", "jupyter_flow.widgets.graph"),
        ("import distributed", "jupyter_flow.resources.dask"),
        ("from dask.distributed import Client", "jupyter_flow.resources.dask"),
    ],
)
def test_a_library_with_an_owner_is_imported_by_its_owner_only(source: str, owner: str) -> None:
    assert violations(source, owner) == []
    for other in {"jupyter_flow", "jupyter_flow.verbs", "jupyter_flow.session", "jupyter_flow.resources.base"}:
        assert len(violations(source, other)) == 1


@pytest.mark.parametrize("module", ["jupyter_flow.utils", "jupyter_flow.attic.graph"])
def test_a_module_outside_every_room_is_caught(module: str) -> None:
    assert violations("", module) == [f"{module}: belongs to no known room"]


def test_a_whole_package_is_searched(tmp_path: Path) -> None:
    root = tmp_path / PACKAGE
    (root / "model").mkdir(parents=True)
    (root / "__init__.py").write_text("from .model.graph import Graph\n")
    (root / "model" / "__init__.py").write_text("")
    (root / "model" / "graph.py").write_text("import ast\n\nfrom ..session import Session\n")
    assert broken_rules(root) == ["jupyter_flow.model.graph:3 imports jupyter_flow.session: model is below session"]

"""The public surface: a name joins or leaves it on purpose, never by accident."""

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import jupyter_flow

CHECKOUT = Path(__file__).parent.parent
EXECUTORS = [
    "BaseExecutor",
    "Cluster",
    "DaskExecutor",
    "FuturesExecutor",
    "InlineExecutor",
    "LocalExecutor",
    "ThreadExecutor",
]
PUBLIC = [
    "DepsBash",
    "DepsCall",
    "DepsModule",
    "DepsPip",
    "DispatchId",
    "Result",
    "Secret",
    "TransportableObject",
    "__version__",
    "cancel",
    "dispatch",
    "dispatch_sync",
    "dispatches",
    "electron",
    "errors",
    "executor",
    "get_context",
    "get_result",
    "lattice",
    "load_ipython_extension",
    "open_store",
    "pin",
    "redispatch",
    "session",
    "status",
    "wait",
    "when",
]

# In an interpreter of its own: importing a submodule binds its name on the package, and three
# submodules share their names with public functions or would hide one that is loaded late.
AFTER_EVERY_IMPORT = """
import importlib, json, pkgutil
import jupyter_flow
before = {name: repr(type(getattr(jupyter_flow, name))) for name in jupyter_flow.__all__}
for found in pkgutil.walk_packages(jupyter_flow.__path__, "jupyter_flow."):
    importlib.import_module(found.name)
after = {name: repr(type(getattr(jupyter_flow, name))) for name in jupyter_flow.__all__}
print(json.dumps([before, after]))
"""


def test_the_public_names_are_these() -> None:
    assert sorted(jupyter_flow.__all__) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_exists_and_explains_itself(name: str) -> None:
    thing = getattr(jupyter_flow, name)
    assert isinstance(thing, ModuleType | str) or (thing.__doc__ or "").strip(), f"{name} has no docstring"


@pytest.mark.parametrize(
    ("name", "instead"),
    [("leptons", "subprocess"), ("triggers", "cron"), ("fs", "DepsCall"), ("strategy", "DepsCall"),
     ("get_config", "%flow config"), ("set_config", "%flow config"), ("QElectron", "quantum")],
)  # fmt: skip
def test_a_name_of_covalents_that_is_not_here_says_what_to_do_instead(name: str, instead: str) -> None:
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'; in Covalent it is for .*{instead}"):
        getattr(jupyter_flow, name)
    with pytest.raises(AttributeError, match=r"^module 'jupyter_flow' has no attribute 'nothing'$"):
        _ = jupyter_flow.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", EXECUTORS)
def test_executors_are_imported_from_their_room(name: str) -> None:
    from jupyter_flow import executor

    assert isinstance(getattr(executor, name), type)
    assert (getattr(executor, name).__doc__ or "").strip(), f"{name} has no docstring"


def test_a_star_import_brings_every_public_name() -> None:
    namespace: dict[str, object] = {}
    exec("from jupyter_flow import *", namespace)
    assert namespace.keys() >= set(PUBLIC)


def test_a_public_name_means_the_same_after_every_submodule_is_imported() -> None:
    command = [sys.executable, "-c", AFTER_EVERY_IMPORT]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    before, after = json.loads(done.stdout)
    assert after == before

from collections.abc import Sequence
from typing import Any

import pytest

from jupyter_flow.dispatch.reuse import recipes
from jupyter_flow.model.electron import electron
from jupyter_flow.model.graph import TransportGraph
from jupyter_flow.model.hooks import DepsCall
from jupyter_flow.model.lattice import lattice
from jupyter_flow.model.tracing import trace
from jupyter_flow.store.fingerprints import fingerprint


class Outside:
    """Building in a test: nothing is stored, and fingerprints are the real ones."""

    shares_process = True

    def keep(self, meta: bytes, buffers: Sequence[memoryview]) -> Any:
        raise NotImplementedError

    def executor(self, named: Any) -> Any:
        return named

    def fingerprint(self, function: Any) -> bytes:
        return fingerprint(function)


def add(x: int, k: int = 0) -> int:
    return x + k


def give(value: Any) -> DepsCall:
    return DepsCall(lambda: value, retval_keyword="k")


def graph(body: Any) -> TransportGraph:
    return trace("flow", body, (), {}, Outside())


def recipe(**options: Any) -> bytes:
    (made,) = recipes(graph(lambda: electron(**options)(add)(1))).values()
    return made


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"call_before": give(1)}, {"call_before": give(2)}),
        ({"call_after": give(1)}, {"call_after": give(2)}),
        ({"call_before": give(1)}, {"call_after": give(1)}),
        ({"call_before": DepsCall(print, [1])}, {"call_before": DepsCall(print, [2])}),
        ({"deps_bash": "true"}, {"deps_bash": "false"}),
        ({"deps_bash": "true"}, {}),
    ],
)
def test_a_changed_hook_changes_the_recipe(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert recipe(**old) == recipe(**old)
    assert recipe(**old) != recipe(**new)


def test_other_options_do_not_change_the_recipe() -> None:
    assert recipe(retries=2, timeout=5) == recipe()


def test_a_changed_hook_inside_a_sublattice_changes_its_recipe() -> None:
    def sublattice(value: int) -> Any:
        inner = electron(call_before=give(value))(add)
        return electron(lattice(lambda: inner(1)))

    old, same, new = (recipes(graph(lambda n=n: sublattice(n)())) for n in (1, 1, 2))
    assert old == same
    assert old != new

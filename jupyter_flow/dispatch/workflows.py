"""What can be dispatched, and where from."""

from typing import Any

from ..model.electron import Electron
from ..model.errors import BuildError, DispatchError
from ..model.lattice import Lattice
from ..model.tracing import ACTIVE
from ..worker.context import CURRENT


def lattice_of(workflow: Any) -> Lattice:
    """The lattice somebody wants to dispatch; a plain function is one too. Raises BuildError."""
    if isinstance(workflow, Lattice):
        return workflow
    if isinstance(workflow, Electron):
        raise BuildError(
            f"{workflow.name!r} is an electron, not a lattice; dispatch(lattice({workflow.name})) runs it alone"
        )
    if not callable(workflow):
        raise BuildError(
            f"dispatch needs a lattice, not a value of type {type(workflow).__name__}: "
            "write dispatch(lattice)(inputs), not dispatch(lattice(inputs))"
        )
    return Lattice(workflow)


def check_here() -> None:
    """Raise DispatchError in an electron, and in the body of a lattice."""
    if CURRENT.get() is not None:
        raise DispatchError(
            "an electron cannot dispatch: call the lattice, or make it a sublattice (electron over lattice)"
        )
    if ACTIVE.get() is not None:
        raise DispatchError("a lattice's body cannot dispatch; call the lattice, or make it a sublattice")

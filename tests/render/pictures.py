"""Small pictures that the tests of this folder share."""

from hypothesis import strategies as st

from jupyter_flow.model.events import COMPLETED, FAILED, INTERRUPTED, WAITING
from jupyter_flow.model.status import Status
from jupyter_flow.render import Picture


def fan(width: int, *, failed: int = 0) -> Picture:
    """One split, ``width`` trainings, one best."""
    names = ["split", *["train"] * width, "best"]
    statuses = [COMPLETED] * (width + 2)
    statuses[1 : 1 + failed] = [FAILED] * failed
    edges = [(0, i, "fold") for i in range(1, width + 1)] + [(i, width + 1, "models") for i in range(1, width + 1)]
    return Picture(names, statuses, ["cpu"] * (width + 2), edges=edges, title="fan", status=Status.COMPLETED)


def chain(length: int, *, distinct: bool = False) -> Picture:
    """Electrons that follow one another."""
    names = [f"step_{i}" if distinct else "step" for i in range(length)]
    edges = [(i, i + 1, "x") for i in range(length - 1)]
    return Picture(names, [COMPLETED] * length, edges=edges, title="chain", status=Status.COMPLETED)


@st.composite
def pictures(draw: st.DrawFn, most: int = 40) -> Picture:
    """Any DAG, its nodes numbered in any order, of any kinds and states."""
    n = draw(st.integers(0, most))
    number = draw(st.permutations(range(n)))
    pairs = draw(st.lists(st.tuples(st.integers(0, max(n - 1, 0)), st.integers(0, max(n - 1, 0))), max_size=2 * n))
    labels = st.sampled_from(["x", "y", "!waiting_edge"])
    edges = [(number[min(p)], number[max(p)], draw(labels)) for p in pairs if p[0] != p[1]]
    return Picture(
        draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n)),
        draw(st.lists(st.integers(WAITING, INTERRUPTED), min_size=n, max_size=n)),
        draw(st.lists(st.sampled_from(["cpu", "gpu"]), min_size=n, max_size=n)),
        draw(st.lists(st.sampled_from(["electron", "glue", "sublattice"]), min_size=n, max_size=n)),
        edges,
    )

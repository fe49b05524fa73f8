import pytest

from jupyter_flow.render import Picture
from jupyter_flow.render.standing import STANDING_OF


def test_arrays_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValueError, match="2 names but 1 statuses"):
        Picture(["a", "b"], [0])
    with pytest.raises(ValueError, match="1 names but 2 executors"):
        Picture(["a"], [0], ["cpu", "cpu"])


def test_an_edge_to_a_node_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="edge 0 → 1 in a graph of 1 nodes"):
        Picture(["a"], [0], edges=[(0, 1, "x")])


def test_a_status_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="statuses are integers from 0 to"):
        Picture(["a"], [len(STANDING_OF)])


def test_glue_is_not_an_electron() -> None:
    picture = Picture(["a", "[0]", "b"], [0, 0, 0], kinds=["electron", "glue", "sublattice"])
    assert picture.electrons() == [0, 2]

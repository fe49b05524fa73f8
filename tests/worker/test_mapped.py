"""What the elements of a mapped cell made, together."""

from jupyter_flow.model.cellvalues import CellValues
from jupyter_flow.worker.mapped import Gather


def test_each_output_is_a_list_in_the_order_of_the_elements() -> None:
    made = Gather(("x", "y"))([CellValues({"x": 1, "y": "a"}), CellValues({"x": 2, "y": "b"})])
    assert made == {"x": [1, 2], "y": ["a", "b"]}


def test_an_element_that_did_not_make_an_output_has_none() -> None:
    assert Gather(("x",))([CellValues({"x": 1}), CellValues()]) == {"x": [1, None]}


def test_no_elements_are_empty_lists() -> None:
    assert Gather(("x",))([]) == {"x": []}


def test_an_output_that_stayed_behind_for_one_element_stays_behind_for_all() -> None:
    made = Gather(("x",))([CellValues({"x": 1}), CellValues(left={"x": "lock"}, changed=("z",))])
    assert (made, made.left, made.changed) == ({}, {"x": "lock"}, ("z",))

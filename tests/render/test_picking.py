from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from jupyter_flow.render.picking import picked, tallied


@given(st.lists(st.integers(0, 99), min_size=1), st.data())
def test_items_are_picked_in_the_order_of_their_places(items: list[int], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(items) - 1)))
    assert [*picked(items, places)] == [items[place] for place in places]
    assert [*picked(bytes(items), places)] == [items[place] for place in places]


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 3))
def test_a_range_of_places_is_picked_as_its_numbers_are(start: int, stop: int, step: int) -> None:
    places = range(start, stop, step)
    assert picked("abcdefghij", places) == "".join("abcdefghij"[place] for place in places)


@given(st.lists(st.sampled_from(["cpu", "gpu", ""])))
def test_labels_are_tallied(labels: list[str]) -> None:
    assert tallied(labels) == Counter(labels)

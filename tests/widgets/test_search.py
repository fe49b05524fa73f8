"""Nodes are found by name and number, and where they stand in the picture."""

from jupyter_flow.widgets.search import MOST, search

from .scripted import fan, scripted


def test_names_and_numbers_are_found_with_their_groups() -> None:
    source, facts = scripted(fan(60))
    folded = source.foldings.folded(facts.states())
    by_name = search(source, folded, "v", "TRA")
    assert (by_name["total"], len(by_name["hits"])) == (60, MOST)
    assert {hit["group"] for hit in by_name["hits"]} == {folded.folding.group_of[1]}
    assert [hit["node"] for hit in search(source, folded, "v", "#61")["hits"]] == [61]
    assert search(source, folded, "v", "  ")["total"] == 0
    assert search(source, folded, "v", "99999999999999")["total"] == 0


def test_glue_is_not_found_for_it_is_not_in_the_picture() -> None:
    source, facts = scripted(fan(3))
    assert search(source, source.foldings.folded(facts.states()), "v", str(len(source.graph) - 1))["total"] == 0

"""What a graph and a result look like to `render`: the live view draws the same."""

from ..widgets.pictures import KINDS, NUMBER_OF, label_of, picture_of_graph, picture_of_result, with_states

__all__ = ["KINDS", "NUMBER_OF", "label_of", "picture_of_graph", "picture_of_result", "with_states"]

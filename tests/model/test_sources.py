import functools
import linecache
from typing import Any

from jupyter_flow import electron, lattice
from jupyter_flow.model.sources import code_of, source_of, written_in

CELL = "def f(x):\n    # why\n    return x + 1\n"


def cell(name: str, text: str = CELL) -> dict[str, Any]:
    """The names of a notebook cell, registered as IPython registers it."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, name, "exec"), space)
    return space


def decorated(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        return function(*args)

    return wrapper


def test_the_text_of_a_cell_is_known_and_goes_with_the_graph() -> None:
    f = cell("<cell one>")["f"]
    assert written_in(f) == ("<cell one>", CELL)
    assert source_of(f) == CELL
    graph = lattice(lambda: electron(f)(1)).build_graph()
    assert graph.sources == {"<cell one>": CELL}
    assert (graph.versions[0].source, graph.versions[0].file) == (CELL, "<cell one>")


def test_the_text_of_a_file_does_not_go_along() -> None:
    assert written_in(decorated)[0].endswith("test_sources.py")
    assert written_in(decorated)[1] == ""


def test_the_function_under_decorators_is_meant() -> None:
    f = cell("<cell two>")["f"]
    assert source_of(decorated(decorated(f))) == CELL
    assert code_of(decorated(f)) is f.__code__


def test_what_has_no_text_has_an_empty_one() -> None:
    space: dict[str, Any] = {}
    exec("def f(): pass", space)
    for thing in (space["f"], len, int, functools.partial(len), "".join):
        assert source_of(thing) == ""
        assert written_in(thing)[1] == ""

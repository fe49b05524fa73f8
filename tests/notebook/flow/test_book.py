"""The order of the cells, and whose version of a name there is."""

from jupyter_flow.notebook.flow.book import GUESS, Book, Cell
from jupyter_flow.notebook.flow.execution import CellRun, Seen


def ran(book: Book, key: str, makes: str = "", reads: dict[str, CellRun] | None = None) -> CellRun:
    """Run a cell. reads: names, with the runs that made them."""
    cell = book.cell(key)
    run = CellRun(cell, 1, {name: Seen(by, None) for name, by in (reads or {}).items()}, tuple(makes.split()))
    book.ran(cell, run, run.makes)
    return run


def order(book: Book) -> list[str]:
    return [cell.key for cell in book]


def key_of(cell: Cell | None) -> str | None:
    return cell.key if cell else None


def test_a_new_cell_comes_last_and_stays_when_it_is_run_again() -> None:
    book = Book()
    for key in ("load", "fit", "load"):
        ran(book, key)
    assert order(book) == ["load", "fit"]


def test_a_cell_moves_behind_the_last_one_that_it_has_read_from() -> None:
    book = Book()
    ran(book, "use")
    first, second = ran(book, "one", "a"), ran(book, "two", "b")
    ran(book, "end")
    ran(book, "use", reads={"a": first, "b": second})
    assert order(book) == ["one", "two", "use", "end"]


def test_a_cell_that_reads_its_own_version_stays() -> None:
    book = Book()
    own = ran(book, "step", "a")
    ran(book, "end")
    ran(book, "step", "a", {"a": own})
    assert order(book) == ["step", "end"]


def test_in_order_a_name_is_made_by_the_last_cell_before_its_reader() -> None:
    book = Book()
    for key, makes in {"load": "a", "clean": "a", "use": "b", "later": "a"}.items():
        ran(book, key, makes)
    assert key_of(book.producer("a", book.cell("use"))) == "clean"
    assert key_of(book.producer("a", book.cell("clean"))) == "load"
    assert book.producer("a", book.cell("load")) is None
    assert book.producer("a", Cell("elsewhere")) is None
    assert key_of(book.last_maker("a")) == "later"


def test_what_a_deleted_cell_made_stays_in_the_notebook() -> None:
    book = Book()
    run = ran(book, "load", "a")
    assert [cell.key for cell in book.forget(["load", "nowhere"])] == ["load"]
    assert order(book) == []
    assert book.current == {"a": run}


def test_a_cell_that_only_its_outputs_tell_may_be_another_one() -> None:
    assert Cell(f"{GUESS}x").guessed
    assert not Cell("electron fit").guessed
    assert not Cell("a1b2").guessed

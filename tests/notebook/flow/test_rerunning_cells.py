"""Cells that are run again, edited, renamed or deleted; what gets stale, and what `%flow run` does about it."""

import re

import pytest

from tests.notebook.flow.kernels import Kernel


def state(kernel: Kernel, title: str) -> str:
    """The row of a cell in the table of the flow, from its state on."""
    table = kernel.goes("%flow status")
    row = next((line for line in table.splitlines() if line.strip().startswith(title + " ")), "")
    return row.split("  ")[-1].strip() if row else ""


def titles(kernel: Kernel) -> list[str]:
    """The electron cells in the table of the flow."""
    rows = kernel.goes("%flow status").splitlines()[1:]
    return [row.split()[0] for row in rows if " local " in row]


def updated(kernel: Kernel) -> list[str]:
    """Which electrons `%flow run` ran."""
    kernel.noted()
    kernel.goes("%flow run")
    kernel.goes("%flow wait")
    return kernel.noted()


def test_a_rerun_supersedes_the_run_under_way(kernel: Kernel) -> None:
    old = kernel.run("%%electron make\ngate('old')\nnote('old')\nx = 'old'", "a")
    kernel.goes("%%electron use\ny = x + '!'", "b")
    kernel.reached("old")
    kernel.goes("%%electron make\nx = 'new'", "a")
    assert kernel.value("x, y") == "('new', 'new!')"
    kernel.until(lambda: old.text == "make() → x · local · cancelled\n")
    kernel.open("old")
    assert kernel.noted() == []


def test_a_thread_that_cannot_be_stopped_comes_too_late(kernel: Kernel) -> None:
    kernel.goes("%%electron -x thread make\ngate('old')\nx = 'old'\nnote('old')", "a")
    kernel.reached("old")
    kernel.goes("%%electron -x thread make\nx = 'new'", "a")
    assert kernel.value("x") == "'new'"
    kernel.open("old")
    kernel.until(kernel.noted)
    assert kernel.value("x") == "'new'"


def test_run_supersedes_what_got_stale_under_way(kernel: Kernel) -> None:
    kernel.goes("n = 1", "n")
    kernel.goes("%%electron make\ngate(f'g{n}')\nnote(str(n))\na = n", "a")
    kernel.reached("g1")
    kernel.goes("n = 2", "n")
    kernel.goes("%flow run")
    kernel.open("g1", "g2")
    assert kernel.value("a") == "2"
    assert kernel.noted() == ["2"]


def test_a_cell_without_an_id_is_known_by_its_name(kernel: Kernel) -> None:
    kernel.goes("%%electron make\ngate('old')\nx = 'old'")
    kernel.goes("%%electron make\nx = 'new'")
    assert kernel.value("x") == "'new'"
    assert titles(kernel) == ["make"]


def test_a_cell_that_feeds_itself_is_run_again_with_what_it_made(kernel: Kernel) -> None:
    kernel.goes("x = 0")
    kernel.goes("%%electron step\ngate('a')\nx += 1", "a")
    kernel.goes("%%electron step\ngate('a')\nx += 1", "a")
    kernel.open("a")
    assert kernel.value("x") == "2"


def test_a_circle_of_reruns_ends(kernel: Kernel) -> None:
    kernel.goes("b = 1")
    kernel.goes("%%electron one\ngate('a')\na = b + 1", "a")
    kernel.goes("%%electron two\nb = a * 2", "b")
    kernel.goes("%%electron one\na = b + 1", "a")
    kernel.open("a")
    assert kernel.value("a, b") == "(5, 4)"


def test_a_renamed_cell_goes_by_its_new_name_only(kernel: Kernel) -> None:
    kernel.goes("%%electron one\nx = 1", "a")
    kernel.goes("%%electron two\nx = 2", "a")
    assert titles(kernel) == ["two"]
    assert kernel.value("x, 'one' in globals(), 'two' in globals()") == "(2, False, True)"


def test_an_edited_cell_makes_its_readers_stale(kernel: Kernel) -> None:
    kernel.goes("%%electron make\nx = 1", "a")
    kernel.goes("%%electron use\nnote('use')\ny = x", "b")
    kernel.goes("%flow wait")
    assert state(kernel, "use") == "up to date"
    kernel.goes("%%electron make\nx = 2", "a")
    kernel.goes("%flow wait")
    assert state(kernel, "use").startswith("stale: make")
    assert updated(kernel) == ["use"]
    assert kernel.value("y") == "2"


def test_a_deleted_cell_is_noticed(kernel: Kernel) -> None:
    kernel.goes("%%electron make\nx = 1", "a")
    kernel.goes("%%electron use\ny = x", "b")
    kernel.goes("%flow wait")
    kernel.goes("1", "c", deleted=("a",))
    assert titles(kernel) == ["use"]
    assert state(kernel, "use") == "stale: no cell before it makes 'x' any more"
    assert kernel.value("x") == "1"


def test_a_cell_deleted_under_way_still_delivers(kernel: Kernel) -> None:
    kernel.goes("%%electron make\ngate('a')\nx = 1", "a")
    kernel.goes("1", "c", deleted=("a",))
    kernel.open("a")
    assert kernel.value("x") == "1"


def test_a_changed_variable_makes_its_readers_stale_and_an_equal_one_does_not(kernel: Kernel) -> None:
    kernel.goes("n = [1]", "a")
    kernel.goes("%%electron use\nnote('use')\ny = n[0]", "b")
    kernel.goes("%%electron other\nnote('other')\nz = 1", "c")
    kernel.goes("%flow wait")
    kernel.goes("n = [1]", "a")
    assert updated(kernel) == []
    kernel.goes("n = [2]", "a")
    assert state(kernel, "use") == "stale: 'n' has changed"
    assert updated(kernel) == ["use"]
    assert kernel.value("y") == "2"


def test_a_change_in_place_counts(kernel: Kernel) -> None:
    kernel.goes("n = [1]", "a")
    kernel.goes("n.append(2)", "m")
    kernel.goes("%%electron use\ny = len(n)", "b")
    kernel.goes("%flow wait")
    kernel.goes("n.append(2)", "m")
    assert state(kernel, "use").startswith("stale")


def test_what_a_later_cell_changes_is_no_concern_of_an_earlier_one(kernel: Kernel) -> None:
    kernel.goes("n = 1", "a")
    kernel.goes("%%electron use\nnote('use')\ny = n", "b")
    kernel.goes("n = 2", "c")
    assert updated(kernel) == []
    assert kernel.value("n, y") == "(2, 1)"


def test_a_changed_helper_makes_who_calls_it_stale(kernel: Kernel) -> None:
    kernel.goes("def inner():\n    return 1\ndef helper():\n    return inner()", "a")
    kernel.goes("%%electron use\nnote('use')\ny = helper()", "b")
    kernel.goes("%flow wait")
    kernel.goes("def inner():\n    return 1\ndef helper():\n    return inner()  # the same", "a")
    assert updated(kernel) == []
    kernel.goes("def inner():\n    return 2\ndef helper():\n    return inner()", "a")
    assert updated(kernel) == ["use"]
    assert kernel.value("y") == "2"


def test_why_says_what_changed(kernel: Kernel) -> None:
    kernel.goes("n = 1", "a")
    kernel.goes("%%electron use\ny = n", "b")
    kernel.goes("%flow wait")
    kernel.goes("n = 2", "a")
    assert "'n' has changed" in kernel.goes("%flow why use")


def test_run_starts_what_is_stale_in_parallel(kernel: Kernel) -> None:
    kernel.goes("n, names = 1, ('a1', 'b1')", "n")
    kernel.goes("%%electron left\ngate(names[0])\na = n", "a")
    kernel.goes("%%electron right\ngate(names[1])\nb = n", "b")
    kernel.goes("%%electron both\nc = a + b", "c")
    kernel.open("a1", "b1")
    assert kernel.value("c") == "2"
    kernel.goes("n, names = 2, ('a2', 'b2')", "n")
    kernel.goes("%flow run")
    kernel.reached("a2", "b2")
    kernel.open("a2", "b2")
    assert kernel.value("a, b, c") == "(2, 2, 4)"
    assert updated(kernel) == []


def test_an_ordinary_cell_between_two_electrons_is_run_again(kernel: Kernel) -> None:
    kernel.goes("n = 1", "n")
    kernel.goes("%%electron first\nnote('first')\na = n", "a")
    kernel.goes("b = a * 10", "b")
    kernel.goes("%%electron second\nnote('second')\nc = b + 1", "c")
    assert kernel.value("c") == "11"
    kernel.goes("n = 2", "n")
    assert updated(kernel) == ["first", "second"]
    assert kernel.value("a, b, c") == "(2, 20, 21)"


def test_what_comes_to_the_same_spares_the_rest(kernel: Kernel) -> None:
    kernel.goes("n = 1", "n")
    kernel.goes("%%electron first\nnote('first')\na = abs(n)", "a")
    kernel.goes("%%electron second\nnote('second')\nb = a", "b")
    assert kernel.value("b") == "1"
    kernel.goes("n = -1", "n")
    kernel.goes("%%electron first\nnote('first')\na = abs(n)", "a")
    kernel.goes("%flow wait")
    assert state(kernel, "second") == "up to date"
    assert updated(kernel) == []


def test_auto_brings_the_notebook_up_to_date_after_each_cell(kernel: Kernel) -> None:
    kernel.goes("n = 1", "n")
    kernel.goes("%%electron first\nnote('first')\na = n", "a")
    kernel.goes("%%electron second\nnote('second')\nb = a", "b")
    kernel.goes("%flow wait")
    kernel.noted()
    kernel.goes("%flow auto on")
    kernel.goes("n = 2", "n")
    assert kernel.value("b") == "2"
    assert kernel.noted() == ["first", "second"]
    kernel.goes("%flow auto off")
    kernel.goes("n = 3", "n")
    assert kernel.value("b") == "2"


def test_auto_runs_nothing_that_failed_until_what_it_reads_changes(kernel: Kernel) -> None:
    kernel.goes("n = 0", "n")
    kernel.goes("%%electron first\nnote('first')\na = 1 / n", "a")
    kernel.run("%%electron second\nnote('second')\nb = a", "b")
    kernel.run("%flow auto on")
    kernel.run("%flow wait")
    kernel.goes("m = 1", "m")
    kernel.goes("m = 2", "m")
    assert kernel.noted() == ["first"]
    kernel.goes("n = 2", "n")
    assert kernel.value("b") == "0.5"
    assert kernel.noted() == ["first", "second"]
    kernel.goes("%flow auto off")


def test_what_is_run_is_said_to_be_the_text_that_was_run_last(kernel: Kernel) -> None:
    kernel.goes("n = 1", "n")
    kernel.goes("%%electron first\na = n", "a")
    kernel.goes("%flow wait")
    assert "run last" not in kernel.goes("%flow run")
    kernel.goes("n = 2", "n")
    assert "cells are run as they were run last" in kernel.goes("%flow run")


def test_two_writers_out_of_order_are_refused_by_name(kernel: Kernel) -> None:
    kernel.goes("%%electron one\nx = 1", "a")
    kernel.goes("%%electron two\nx = 2", "b")
    kernel.goes("%%electron use\ny = x", "c")
    assert kernel.value("y") == "2"
    kernel.goes("%%electron one\nx = 10", "a")
    kernel.goes("%%electron use\ny = x", "c")
    assert kernel.value("y") == "10"
    ran = kernel.run("%flow run")
    assert re.search(r"'x' is made by one \[\d+\] and by two \[\d+\], .* out of order", ran.text)


@pytest.mark.parametrize("executor", ["local", "thread"])
def test_a_chain_is_brought_up_to_date_from_its_beginning(kernel: Kernel, executor: str) -> None:
    kernel.goes("raw = [3, None, 1]", "r")
    kernel.goes("limit = 2", "l")
    kernel.goes(f"%%electron -x {executor} load\nnote('load')\ndf = list(raw)", "a")
    kernel.goes(f"%%electron -x {executor} clean\nnote('clean')\ndf = [d for d in df if d]", "b")
    kernel.goes(f"%%electron -x {executor} pick\nnote('pick')\ndf = [d for d in df if d > limit]", "c")
    assert kernel.value("df") == "[3]"
    kernel.goes("limit = 0", "l")
    assert updated(kernel) == ["pick"]
    assert kernel.value("df") == "[3, 1]"
    kernel.goes("raw = [None, 7]", "r")
    assert updated(kernel) == ["clean", "load", "pick"]
    assert kernel.value("df") == "[7]"


def test_what_failed_is_run_again_with_what_depends_on_it(kernel: Kernel) -> None:
    kernel.goes("n = 0", "n")
    kernel.goes("%%electron first\ngate('a')\na = 1 / n", "a")
    kernel.goes("%%electron second\nnote('second')\nb = a", "b")
    kernel.open("a")
    assert kernel.run("b").error.startswith("ZeroDivisionError")
    kernel.goes("n = 2", "n")
    assert updated(kernel) == ["second"]
    assert kernel.value("b") == "0.5"


def between_electrons(kernel: Kernel, x: str, later: str) -> None:
    """An ordinary cell that reads `x` and what electrons make, and a later cell that makes `x` anew."""
    kernel.goes(f"x = {x}", "x")
    kernel.goes("%%electron a\nnote('a')\nk = 1", "a")
    kernel.goes("%%electron b\nnote('b')\nm = k", "b")
    kernel.goes("y = m + len(x)", "y")
    kernel.goes("%%electron c\nnote('c')\nz = y", "c")
    kernel.goes("%flow wait")
    kernel.goes(later, "later")
    kernel.goes("%%electron a\nnote('a')\nk = 2", "a")
    kernel.goes("%flow wait")
    kernel.noted()


@pytest.mark.parametrize(
    ("x", "later"), [("[1]", "x.append(2)"), ("[1]", "x += [2]\nx = [*x, 3]"), ("set(range(200_000))", "x = [1, 2]")]
)
def test_run_refuses_before_anything_runs_where_an_ordinary_cell_could_not_have_what_it_read(
    kernel: Kernel, x: str, later: str
) -> None:  # fmt: skip
    between_electrons(kernel, x, later)
    refused = kernel.run("%flow run").text
    assert "`y = m + len(x)`" in refused
    assert f"reads the 'x' of `x = {x}`" in refused
    assert kernel.noted() == []
    kernel.goes("x = [1]", "x")
    kernel.goes("%flow run")
    assert kernel.value("z") == "3"


def test_a_small_value_that_a_later_cell_replaced_is_still_there_for_the_cells_before_that(kernel: Kernel) -> None:
    between_electrons(kernel, "[1]", "x = [1, 2]")
    kernel.goes("%flow run")
    assert kernel.value("z, x") == "(3, [1, 2])"


def test_run_refuses_before_anything_runs_where_an_electron_is_to_run_after_one_that_is_gone(kernel: Kernel) -> None:
    kernel.goes("x = 1", "x")
    kernel.goes("%%electron first\nnote('first')\ny = x", "first")
    kernel.goes("%%electron second --after first\nnote('second')\nz = x", "second")
    kernel.goes("%flow wait")
    kernel.goes("x = 2", "x")
    kernel.goes("%%electron another\nnote('another')\ny = x", "first")
    kernel.goes("%%electron third\nw = y", "third")
    kernel.goes("%flow wait")
    kernel.goes("x = 3", "x")
    kernel.noted()
    assert "no electron cell is called 'first'" in kernel.run("%flow run").text
    assert kernel.noted() == []


def test_an_import_that_a_later_cell_repeats_is_no_other_version(kernel: Kernel) -> None:
    kernel.goes("import math\nx = 1", "a")
    kernel.goes("%%electron\ny = math.sqrt(x)", "y")
    kernel.goes("z = math.floor(y)", "z")
    kernel.goes("%%electron last\nw = z + math.floor(1.5)", "w")
    kernel.goes("%flow wait")
    kernel.goes("import math", "b")
    kernel.goes("import math\nx = 9", "a")
    kernel.goes("import math", "b")
    kernel.goes("%flow run")
    assert kernel.value("w") == "4"
    assert kernel.goes("%flow run") == "everything is up to date\n"


def test_run_again_a_cell_calls_the_function_of_its_place(kernel: Kernel) -> None:
    kernel.goes("x = 1", "x")
    kernel.goes("def f():\n    return 'first', x", "f")
    kernel.goes("%%electron\ny = f()", "y")
    kernel.goes("%flow wait")
    kernel.goes("def f():\n    return 'later', x", "later")
    kernel.goes("x = 2", "x")
    kernel.goes("%flow run")
    assert kernel.value("y") == "('first', 2)"
    assert kernel.value("f()") == "('later', 2)"


def test_run_refuses_before_anything_runs_where_an_executor_is_gone(kernel: Kernel) -> None:
    kernel.goes("%executor there local")
    kernel.goes("x = 1", "x")
    kernel.goes("%%electron first\nnote('first')\ny = x", "first")
    kernel.goes("%%electron second -x there\nnote('second')\nz = y", "second")
    kernel.goes("%flow wait")
    kernel.goes("%executor -d there")
    kernel.goes("x = 2", "x")
    kernel.noted()
    assert "there" in kernel.run("%flow run").text
    assert kernel.noted() == []


def test_a_cell_that_awaits_is_not_run_again_and_nothing_else_is(kernel: Kernel) -> None:
    kernel.goes("k = 1", "k")
    kernel.goes("%%electron make\nnote('make')\nx = k", "m")
    kernel.goes("import asyncio\nawait asyncio.sleep(0)\nw = x", "w")
    kernel.goes("%%electron use\ny = w", "u")
    assert kernel.value("y") == "1"
    assert kernel.noted() == ["make"]
    kernel.goes("k = 2", "k")
    assert "awaits" in kernel.run("%flow run").text
    assert kernel.noted() == []
    kernel.goes("%flow run make")
    kernel.goes("import asyncio\nawait asyncio.sleep(0)\nw = x", "w")
    kernel.goes("%flow run")
    assert kernel.value("(x, w, y)") == "(2, 2, 2)"


def test_stopping_what_auto_waits_for_is_an_interrupt_like_any_other(kernel: Kernel) -> None:
    kernel.goes("k = 1", "k")
    kernel.goes("%%electron make\nif k == 2:\n    gate('g')\nx = k", "m")
    kernel.goes("w = x", "w")
    kernel.goes("%%electron use\ny = w", "u")
    assert kernel.value("y") == "1"
    kernel.goes("%flow auto on")
    ran = kernel.send("k = 2", "k")
    kernel.reached("g")
    kernel.until(lambda: "make" in ran.text)
    kernel.interrupt()
    kernel.ends(ran)
    assert "Error in callback" not in ran.text + ran.traceback
    kernel.open("g")
    kernel.goes("pass")
    assert kernel.value("(x, w, y)") == "(2, 2, 2)"


def test_cells_are_asked_for_by_their_numbers(kernel: Kernel) -> None:
    number = int(kernel.value("len(In)"))  # value is a cell as well, and In begins with none
    kernel.goes("k = 1", "k")
    kernel.goes("%%electron use\nm = k", "u")
    assert "`k = 1`" in kernel.goes(f"%flow why {number}")
    assert "use" in kernel.goes(f"%flow why {number + 1}")


def test_a_name_that_an_earlier_cell_made_after_a_later_one_is_not_exchanged_silently(kernel: Kernel) -> None:
    kernel.goes("k = 1", "k")
    kernel.goes("%%electron one\nm = k", "a")
    kernel.goes("%%electron other\nm = 2 * k", "b")
    kernel.goes("%%electron one\nm = 5 * k", "a")
    assert kernel.value("m") == "5"
    refused = kernel.run("%flow run").text
    assert "one [" in refused
    assert "other [" in refused
    assert kernel.value("m") == "5"
    kernel.goes("%%electron other\nm = 2 * k", "b")
    assert "up to date" in kernel.goes("%flow run")
    assert kernel.value("m") == "2"

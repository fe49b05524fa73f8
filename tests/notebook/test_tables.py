from jupyter_flow.notebook import tables


def test_columns_are_aligned_and_numbers_stand_at_the_right() -> None:
    assert tables.plain(("n", "name"), [["1", "a"], ["20", "bcdef"]]) == " n  name\n 1  a\n20  bcdef"


def test_markdown_shows_every_character_as_it_is() -> None:
    assert tables.markdown(("a",), [["x|y\n*z*"]]) == "| a |\n| :--- |\n| x\\|y \\*z\\* |"


def test_the_first_column_may_have_code() -> None:
    rows = [["`a | b*c`", "`d`"], ["fit", "e"], ["``", "<b>"], ["`x`y`", "z"]]
    assert tables.markdown(("cell", "reads"), rows, quoted=True).splitlines()[2:] == [
        r"| `a \| b*c` | \`d\` |", "| fit | e |", r"| \`\` | \<b\> |", "| ``x`y`` | z |",
    ]  # fmt: skip


def test_code_may_hold_backticks() -> None:
    assert tables.code("a") == "`a`"
    assert tables.code("`a``b") == "``` `a``b ```"


def test_long_tables_end_in_a_count() -> None:
    rows = [[str(n)] for n in range(tables.MOST + 5)]
    assert tables.plain(("n",), rows).endswith("\n… and 5 more")
    assert tables.markdown(("n",), rows).endswith("\n\n… and 5 more")


def test_runs_of_numbers_are_short() -> None:
    assert tables.numbers([0, 1, 2, 5, 7, 8]) == "0–2, 5, 7–8"
    assert tables.numbers([0, 2, 4, 6]) == "0, 2, 4, …"

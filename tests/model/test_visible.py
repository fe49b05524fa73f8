import pytest

from jupyter_flow.model.visible import coloured, one_line, visible

STEERING = "\x1b]0;title\x07\x1b[2J\x9b5n\r\0\b\x7f\x85\u202e\u2066\u2028\ufeff\udc80"


def test_what_steers_a_terminal_is_an_escape() -> None:
    assert visible(STEERING) == (
        r"\x1b]0;title\x07\x1b[2J\x9b5n\r\x00\x08\x7f\x85\u202e\u2066\u2028\ufeff\udc80"  # as repr writes it
    )


def test_text_of_any_script_stays() -> None:
    for text in ("straße\tλ\n日本\u3000語", "👩\u200d🔬 می\u200cخواهم", "a\xa0b", ""):
        assert visible(text) == text


def test_a_name_stays_in_its_line() -> None:
    assert one_line("a\r\nb\tc\x0bd") == r"a\r\nb\tc\x0bd"


@pytest.mark.parametrize("colours", [True, False])
def test_of_logs_only_colours_are_left_and_they_end_with_the_text(colours: bool) -> None:
    told = coloured("\x1b[31mred\x1b[2J\x1b[0;1mbold" + STEERING, colours)
    bare = told.replace("\x1b[31m", "").replace("\x1b[0;1m", "").replace("\x1b[0m", "")
    assert (told == bare) is not colours
    assert "\x1b" not in bare
    assert bare.startswith(r"red\x1b[2Jbold\x1b]0;")
    assert told.endswith("\x1b[0m") is colours


def test_text_without_colours_gets_none() -> None:
    assert coloured("plain", True) == "plain"

import pytest

from jupyter_flow.render.lettering import clean, columns, escape, seconds, shorten, width


def test_width_follows_the_letters() -> None:
    assert width("iiii", 10) < width("mmmm", 10)
    assert width("Helvetica", 1000) == 722 + 556 + 222 + 500 + 556 + 278 + 222 + 500 + 556


def test_wide_and_combining_characters_are_measured() -> None:
    assert width("日本", 10) == 20
    assert width("e\u0301", 10) == width("e", 10)
    assert columns("日本e\u0301") == 5


def test_shortened_text_fits_and_says_so() -> None:
    short = shorten("a_very_long_name_of_an_electron", 100, 13)
    assert short.endswith("…")
    assert width(short, 13) <= 100


def test_text_that_fits_is_left_alone() -> None:
    assert shorten("short", 100, 13) == "short"


def test_control_characters_become_visible_or_vanish() -> None:
    assert clean("a\nb\x1b[31mc\u202ed") == "a b\ufffd[31mcd"


def test_markup_is_escaped() -> None:
    assert escape("""<a b="c">&'""") == "&lt;a b=&quot;c&quot;&gt;&amp;&#39;"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0004, "0 ms"),
        (0.25, "250 ms"),
        (0.9999, "1.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 m 00 s"),
        (4810.0, "1 h 20 m"),
    ],
)
def test_durations_read_as_people_say_them(value: float, text: str) -> None:
    assert seconds(value) == text

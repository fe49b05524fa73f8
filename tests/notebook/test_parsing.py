import argparse

import pytest
from IPython.core.error import UsageError

from jupyter_flow.notebook.parsing import identifier, options_first, options_last, seconds

VALUED = frozenset({"-o", "-x"})


@pytest.mark.parametrize(
    ("text", "value"), [("90", 90), ("90s", 90), ("1.5m", 90), ("2h", 7200), ("200ms", 0.2), ("1 d", 86400)]
)
def test_time_spans_are_seconds_or_carry_a_unit(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "soon", "-1", "0", "1e3", "2 weeks", "1h30m"])
def test_what_is_no_time_span_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        seconds(text)


@pytest.mark.parametrize("text", ["a-b", "1a", "class", ""])
def test_what_cannot_be_a_variable_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        identifier(text)


@pytest.mark.parametrize(
    ("line", "words", "rest"),
    [
        ("f(-1, '--wait')", [], "f(-1, '--wait')"),
        ("-o a --wait f( 'x  y' )", ["-o", "a", "--wait"], "f( 'x  y' )"),
        ("-x=cpu f()", ["-x=cpu"], "f()"),
        ("-x 'my cpu' f()", ["-x", "my cpu"], "f()"),
        ("--wait", ["--wait"], ""),
        ("-o", ["-o"], ""),
    ],
)
def test_options_come_first_and_python_stays_untouched(line: str, words: list[str], rest: str) -> None:
    assert options_first(line, VALUED) == (words, rest)


def test_an_open_quote_among_options_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        options_first("-o 'a f()", VALUED)


@pytest.mark.parametrize(
    ("line", "rest", "words"),
    [
        ("f(a -- b, '-x')", "f(a -- b, '-x')", []),
        ("f('a  b') --save 'c d.svg'", "f('a  b')", ["--save", "c d.svg"]),
        ("--by status", "", ["--by", "status"]),
    ],
)
def test_long_options_may_come_last(line: str, rest: str, words: list[str]) -> None:
    assert options_last(line) == (rest, words)

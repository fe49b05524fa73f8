"""Small tables, as aligned text and as Markdown."""

from collections.abc import Sequence

from ..model.tables import MOST, Rows, more, numeric, plain

__all__ = ["MOST", "code", "escaped", "markdown", "numbers", "plain"]

MOST_RUNS = 3


def markdown(head: Sequence[str], rows: Rows, quoted: bool = False) -> str:
    """A table in Markdown. quoted: what stands in backticks in the first column is code."""
    first = _quoted if quoted else escaped
    rule = ["---:" if numeric(rows, k) else ":---" for k in range(len(head))]
    shown: list[Sequence[str]] = [head, rule, *[[first(row[0]), *map(escaped, row[1:])] for row in rows[:MOST]]]
    return "\n".join(["| " + " | ".join(row) + " |" for row in shown] + [f"\n{line}" for line in more(rows)])


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    text = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>|#$~" else c for c in text)


def _quoted(text: str) -> str:
    inner = text[1:-1]
    return code(inner).replace("|", "\\|") if inner and text == f"`{inner}`" else escaped(text)


def numbers(ascending: Sequence[int]) -> str:
    """``0–19, 22``: runs of numbers, at most three."""
    runs: list[list[int]] = []
    for number in ascending:
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs[:MOST_RUNS]) + (", …" if len(runs) > MOST_RUNS else "")


def code(text: str) -> str:
    """Text as code in a line of Markdown."""
    fence = "`" * (max([len(run) for run in _ticks(text)], default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _ticks(text: str) -> list[str]:
    return "".join(c if c == "`" else " " for c in text).split()

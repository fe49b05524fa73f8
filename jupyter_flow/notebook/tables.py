"""Small tables, as aligned text and as Markdown."""

from collections.abc import Sequence

Rows = Sequence[Sequence[str]]
MOST = 30  # rows that are shown
MOST_RUNS = 3


def plain(head: Sequence[str], rows: Rows, most: int = MOST) -> str:
    """Columns of text; columns of numbers stand at the right."""
    shown: list[Sequence[str]] = [head, *rows[:most]]
    widths = [max(len(row[k]) for row in shown) for k in range(len(head))]
    right = [_numbers(rows, k) for k in range(len(head))]
    lines = [
        "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)) for row in shown
    ]
    return "\n".join([line.rstrip() for line in lines] + _more(rows, most))


def markdown(head: Sequence[str], rows: Rows) -> str:
    """A table in Markdown."""
    rule = ["---:" if _numbers(rows, k) else ":---" for k in range(len(head))]
    shown: list[Sequence[str]] = [head, rule, *[[escaped(cell) for cell in row] for row in rows[:MOST]]]
    return "\n".join(["| " + " | ".join(row) + " |" for row in shown] + [f"\n{line}" for line in _more(rows)])


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    text = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>|#$~" else c for c in text)


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


def _numbers(rows: Rows, column: int) -> bool:
    return bool(rows) and all(row[column].isdigit() or not row[column] for row in rows)


def _more(rows: Rows, most: int = MOST) -> list[str]:
    return [f"… and {len(rows) - most} more"] if len(rows) > most else []

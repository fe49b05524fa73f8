"""Small tables as aligned text."""

from collections.abc import Sequence

Rows = Sequence[Sequence[str]]
MOST = 30  # rows that are shown


def plain(head: Sequence[str], rows: Rows, most: int = MOST) -> str:
    """Columns of text; columns of numbers stand at the right."""
    shown: list[Sequence[str]] = [head, *rows[:most]]
    widths = [max(len(row[k]) for row in shown) for k in range(len(head))]
    right = [numeric(rows, k) for k in range(len(head))]
    lines = [
        "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)) for row in shown
    ]
    return "\n".join([line.rstrip() for line in lines] + more(rows, most))


def numeric(rows: Rows, column: int) -> bool:
    """Whether a column holds numbers."""
    return bool(rows) and all(row[column].isdigit() or not row[column] for row in rows)


def more(rows: Rows, most: int = MOST) -> list[str]:
    """What is said of rows that are not shown."""
    return [f"… and {len(rows) - most} more"] if len(rows) > most else []

"""What was measured in the browser, as a section of RESULTS.md."""

import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

HEADING = "## In a browser"


@dataclass(frozen=True)
class Row:
    """One thing that was measured, some times; and the goal, if there is one."""

    what: str
    values: list[float]
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def median(self) -> float:
        """The figure that counts."""
        return statistics.median(self.values)

    @property
    def goal(self) -> str:
        """In words; empty where there is none."""
        if self.at_most is not None:
            return f"≤ {self.at_most:,g}"
        return "" if self.at_least is None else f"≥ {self.at_least:,g}"

    @property
    def reached(self) -> str:
        """Whether it is."""
        if not self.goal:
            return ""
        good = self.median <= self.at_most if self.at_most is not None else self.median >= (self.at_least or 0)
        return "yes" if good else "no"

    @property
    def line(self) -> str:
        """A row of the table."""
        spread = f"{figure(min(self.values))}–{figure(max(self.values))}" if len(self.values) > 1 else ""
        return f"| {self.what}, {self.unit} | {figure(self.median)} | {spread} | {self.goal} | {self.reached} |"


def figure(value: float) -> str:
    """Three digits that count."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def section(rows: list[Row], repeats: int, began: float, before: tuple[float, float, float]) -> str:
    """The section, with when it was and what else the machine did."""
    day = time.strftime("%Y-%m-%d", time.gmtime(began))
    minutes = (time.time() - began) / 60
    load = f"load average (1 min) {before[0]:.1f} → {os.getloadavg()[0]:.1f}"
    return "\n".join(
        [
            HEADING,
            "",
            f"{day} · headless Chromium without a GPU, JupyterLab, a kernel, all on {os.cpu_count()} shared cores · "
            f"{load} · medians of {repeats} · {minutes:.0f} min. Written by `benchmarks/browser/run.py`.",
            "",
            "|  | median | from–to | goal | reached |",
            "| --- | ---: | ---: | ---: | ---: |",
            *[row.line for row in rows],
            "",
        ]
    )


def written(path: Path, text: str) -> None:
    """Put the section in the place of the one before, at the end of the file."""
    rest = path.read_text().partition(HEADING)[0].rstrip("\n")
    path.write_text(f"{rest}\n\n{text}")

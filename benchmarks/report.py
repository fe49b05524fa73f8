"""The table, from the figures."""

import os
import platform
import statistics
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple

import dasktable
import systems
from goals import GOALS, Goal
from probes import LABELS
from tables import number, table
from workloads import CASES

if TYPE_CHECKING:
    from run import Figure

PER_ELECTRON = ["fan-out-1000", "fan-out-10000", "chain-100", "chain-1500", "layers"]
WHOLE = ["single", "cpu", "array-chain", "array-fan-out"]
BUILDS = ["build-100000", "build-1000000"]
IN_BRACKETS = (
    "In brackets: of the bare loop on a ThreadPoolExecutor in the same run. [n]: slow, so measured n times only."
)
OF_MEMORY = (
    "held by all processes · mapped from files beside that · held by the kernel alone · held by the largest other one."
)
BARE = "bare-threads"
THEN = {"fan-out-10000": 9.9, "chain-100": 13, "layers": 5.4}  # µs of the bare loop when the goals were set


class Run(NamedTuple):
    """When it was, and what else the machine did."""

    began: float
    ended: float
    load_before: tuple[float, float, float]
    load_after: tuple[float, float, float]
    repeats: int


class Seen:
    """Looks figures up; None where one was not measured."""

    def __init__(
        self,
        figures: Mapping[tuple[str, str], "Figure"],
        cold: Mapping[str, list[dict[str, float]]],
        facts: Mapping[str, dict[str, float]],
        repeats: int,
    ) -> None:
        self._figures, self._cold, self._facts, self.repeats = figures, cold, facts, repeats

    def figure(self, case: str, system: str) -> "Figure | None":
        """What was measured."""
        return self._figures.get((case, system))

    def seconds(self, case: str, system: str) -> float | None:
        """The median of build and run."""
        figure = self.figure(case, system)
        return figure.median if figure and not figure.error else None

    def us(self, case: str, system: str) -> float | None:
        """Per electron."""
        figure = self.figure(case, system)
        return figure.microseconds if figure and not figure.error else None

    def ms(self, case: str, system: str) -> float | None:
        """The whole."""
        seconds = self.seconds(case, system)
        return None if seconds is None else 1e3 * seconds

    def ratio(self, case: str, system: str, other: str) -> float | None:
        """Of another system's time."""
        return _divided(self.seconds(case, system), self.seconds(case, other))

    def linear(self, large: str, small: str, system: str) -> float | None:
        """A node of the large workload, of one of the small."""
        return _divided(self.us(large, system), self.us(small, system))

    def efficiency(self, case: str, system: str, workers: int) -> float | None:
        """Percent of what so many workers would do if serial Python could be divided."""
        return self.percent(_divided(self.seconds(case, "serial"), self.seconds(case, system), workers))

    def cpu_ratio(self, case: str, system: str, other: str) -> float | None:
        """Processor time, of another system's."""
        mine, theirs = self.figure(case, system), self.figure(case, other)
        if not mine or not theirs or not mine.cpu or not theirs.cpu:
            return None
        return _divided(statistics.median(mine.cpu), statistics.median(theirs.cpu))

    def memory(self, case: str, system: str, what: str) -> float | None:
        """Megabytes, or bytes a node."""
        figure = self.figure(case, system)
        return figure.memory.get(what) if figure else None

    def received(self, case: str, system: str) -> float | None:
        """Bytes per electron."""
        figure = self.figure(case, system)
        return statistics.median(figure.received) / figure.nodes if figure and figure.received else None

    def cold(self, system: str, what: str = "total") -> float | None:
        """Milliseconds of a cold start."""
        rows = [row[what] for row in self._cold.get(system, [])]
        return 1e3 * statistics.median(rows) if rows else None

    def fact(self, probe: str, key: str) -> float | None:
        """What a probe found."""
        return self._facts.get(probe, {}).get(key)

    @staticmethod
    def percent(share: float | None) -> float | None:
        """Of one."""
        return None if share is None else 100 * share

    @staticmethod
    def worst(*values: float | None) -> float | None:
        """The largest of those that are known."""
        return max((value for value in values if value is not None), default=None)


def markdown(
    run: Run,
    figures: Mapping[tuple[str, str], "Figure"],
    cold: Mapping[str, list[dict[str, float]]],
    facts: Mapping[str, dict[str, float]],
) -> str:
    """All of it."""
    seen = Seen(figures, cold, facts, run.repeats)
    arrays = [case for case in WHOLE if CASES[case].memory]
    parts = [
        _heading(run),
        _section("## µs per electron, build and run", IN_BRACKETS, _grid(seen, PER_ELECTRON, _per_electron)),
        _section("## Whole workloads, milliseconds", _grid(seen, WHOLE, _whole, {"cold start": _cold})),
        _section("Extra memory meanwhile, MB: " + OF_MEMORY, _grid(seen, arrays, _memory)),
        _section("## On a Dask cluster", dasktable.section(seen)),
        _section("## Building only, µs and bytes a node", _grid(seen, BUILDS, _built)),
        _section("## This project alone", _facts(facts)),
        _section("## What we aim at", _then_and_now(seen), _goals(seen)),
        _remarks(seen),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(*parts: str) -> str:
    """A heading, perhaps words, and a table; nothing where there is no table."""
    return "\n\n".join(part for part in parts if part) if parts[-1] else ""


def cell(figure: "Figure") -> str:
    """A figure while the run goes on."""
    if figure.error:
        return figure.error
    median = figure.median or 0.0
    return f"{1e6 * median / figure.nodes:10.2f} µs  {1e3 * median:10.2f} ms  ({len(figure.seconds)} times)"


def _heading(run: Run) -> str:
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count()
    loads = " → ".join(f"{load[0]:.1f}" for load in (run.load_before, run.load_after))
    return (
        "# Benchmark results\n\n"
        "Written by `benchmarks/run.py`; do not edit. `README.md` says how to read it.\n\n"
        f"{time.strftime('%Y-%m-%d', time.gmtime(run.began))} · {cores} shared cores, "
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} · "
        f"load average (1 min) {loads} · {run.repeats} rounds, {(run.ended - run.began) / 60:.0f} min · {_versions()}"
    )


def _versions() -> str:
    found = []
    for name in ("jupyter-flow", "dask", "distributed", "numpy"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


def _grid(seen: Seen, cases: list[str], text: Any, more: Mapping[str, Any] | None = None) -> str:
    """A row for each system, a column for each workload; rows and columns without a figure are left out."""
    more = more or {}
    rows = []
    for system in systems.SYSTEMS:
        cells = [text(seen, case, system) for case in cases] + [extra(seen, system) for extra in more.values()]
        if any(cells):
            rows.append([systems.title(system), *(cell or "–" for cell in cells)])
    return table(["", *(CASES[case].title for case in cases), *more], rows) if rows else ""


def _per_electron(seen: Seen, case: str, system: str) -> str:
    figure = seen.figure(case, system)
    if figure is None or figure.error or figure.microseconds is None:
        return figure.error if figure else ""
    ratio = seen.ratio(case, system, BARE)
    against = "" if ratio is None or system == BARE else f" ({number(ratio)} ×)"
    return number(figure.microseconds) + against + _few(figure, seen)


def _whole(seen: Seen, case: str, system: str) -> str:
    figure = seen.figure(case, system)
    if figure is None or figure.error or figure.median is None:
        return figure.error if figure else ""
    return number(1e3 * figure.median) + _few(figure, seen)


def _few(figure: "Figure", seen: Seen) -> str:
    return f" [{len(figure.seconds)}]" if len(figure.seconds) < seen.repeats else ""


def _cold(seen: Seen, system: str) -> str:
    milliseconds = seen.cold(system)
    return "" if milliseconds is None else number(milliseconds)


def _memory(seen: Seen, case: str, system: str) -> str:
    values = [seen.memory(case, system, what) for what in ("held", "mapped", "kernel", "worker")]
    return " · ".join(number(value) for value in values if value is not None)


def _built(seen: Seen, case: str, system: str) -> str:
    figure = seen.figure(case, system)
    if figure is None or figure.error or figure.microseconds is None:
        return figure.error if figure else ""
    size = figure.memory.get("bytes")
    return f"{figure.microseconds:.2f} µs" + ("" if size is None else f", {size:.0f} B") + _few(figure, seen)


def _facts(facts: Mapping[str, dict[str, float]]) -> str:
    rows = []
    for probe, found in facts.items():
        name, _, kind = probe.partition("-")
        for key, label in LABELS[name].items():
            if key in found:
                rows.append([f"{label} ({kind})" if kind else label, number(found[key])])
    return table(["", "measured"], rows) if rows else ""


def _goals(seen: Seen) -> str:
    rows = []
    for goal in GOALS:
        value = goal.ours(seen)
        if value is not None:
            sign = "≥" if goal.least else "≤"
            verdict = "yes" if goal.met(value) else f"no: {number(_factor(goal, value))} × off"
            rows.append([goal.what, f"{sign} {goal.bound:g} {goal.unit}", f"{number(value)} {goal.unit}", verdict])
    return table(["", "goal", "ours", "reached"], rows) if rows else ""


def _then_and_now(seen: Seen) -> str:
    now = {case: seen.us(case, BARE) for case in THEN}
    told = [f"{CASES[case].title} {THEN[case]:g} → {number(us)}" for case, us in now.items() if us is not None]
    return (
        "Goals in microseconds were set on a quieter day. What the bare loop took then and takes here tells how "
        f"far they can be compared: {', '.join(told)} µs."
        if told
        else ""
    )


def _factor(goal: Goal, value: float) -> float:
    return goal.bound / value if goal.least else value / goal.bound


def _remarks(seen: Seen) -> str:
    missed: dict[str, list[str]] = {}
    for goal in GOALS:
        value = goal.ours(seen)
        if value is not None and not goal.met(value):
            missed.setdefault(goal.why, []).append(goal.what)
    lines = [f"- *{'; '.join(whats)}*: {why}" for why, whats in missed.items()]
    return "\n".join(["### Where we miss it", "", *lines]) if lines else ""


def _divided(a: float | None, b: float | None, by: float = 1) -> float | None:
    return None if a is None or not b else a / b / by

"""Our figures beside others', side by side in one run: `python benchmarks/run.py [--quick] [--only …]`."""

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dasktable
import report
import systems
from children import PROBE, SETUP, Child
from goals import DASK, RAW
from probes import PROBES
from workloads import CASES

RESULTS = Path(__file__).parent / "RESULTS.md"
COLD = ("flow-threads", "flow-processes", "flow-inline", "bare-threads", "bare-processes", "dask-threads",
        "flow-dask", "dask-submit")  # fmt: skip
GROUPS = {"on-dask": (DASK, RAW, *dasktable.OVERHEADS, *dasktable.ARRAYS)}
SLOW = ("memory", "cancel", "spinning", "views")  # probes that the short run leaves out


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    repeats: int = 5
    limit: float = 45.0  # seconds for one run
    budget: float = 10.0  # seconds for all runs of a system on a workload: slow ones are repeated less
    quick: bool = False


@dataclass
class Figure:
    """What was measured of one system on one workload."""

    nodes: int = 0
    seconds: list[float] = field(default_factory=list)  # build and run
    cpu: list[float] = field(default_factory=list)
    received: list[float] = field(default_factory=list)  # bytes, by the process that asks
    memory: dict[str, float] = field(default_factory=dict)
    error: str = ""

    @property
    def median(self) -> float | None:
        """Seconds; None where there is nothing to go by."""
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def microseconds(self) -> float | None:
        """Per electron."""
        return None if self.median is None else 1e6 * self.median / self.nodes

    def add(self, outcome: dict[str, Any]) -> None:
        """Take in one measurement."""
        self.error = outcome.get("error", self.error)
        if "run" in outcome:
            self.seconds.append(outcome["build"] + outcome["run"])
            self.cpu.append(outcome["cpu"])
            self.received.append(outcome["received"])


Figures = dict[tuple[str, str], Figure]  # by workload and system


def main() -> None:
    """Measure, and write the table."""
    options = arguments()
    plan = Plan(2, 6.0, 1.5, True) if options.quick else Plan()
    plan = Plan(options.repeats or plan.repeats, plan.limit, plan.budget, plan.quick)
    start, before = time.time(), os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="jupyter-flow-bench-") as folder:
        figures = compare(plan, options.only, Path(folder))
        cold = cold_starts(plan, Path(folder)) if wanted("cold", options.only) else {}
        facts = probed(plan, options.only, Path(folder))
    run = report.Run(start, time.time(), before, os.getloadavg(), plan.repeats)
    text = report.markdown(run, figures, cold, facts)
    whole = not options.quick and not options.only
    out = options.out or (RESULTS if whole else None)
    if out is None:
        print("\n" + text)
    else:
        out.write_text(text)
        print(f"written to {out}")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a workload, system or probe")
    parser.add_argument("--repeats", type=int, help="measurements of each pair, of which the median counts (5)")
    parser.add_argument("--out", type=Path, help="where the table goes (whole runs: RESULTS.md; others: printed)")
    parser.add_argument("--quick", action="store_true", help="a minute instead of ten; rough")
    options = parser.parse_args()
    options.only = [name for given in options.only for name in GROUPS.get(given, [given])]
    known = [*CASES, *systems.SYSTEMS, *GROUPS, "cold", *PROBES]
    if unknown := set(options.only) - set(known):
        parser.error(f"--only: no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return options


def wanted(name: str, only: list[str]) -> bool:
    """Whether it was asked for: nothing named means everything; systems alone, all workloads on these."""
    named = set(only)
    if name in systems.SYSTEMS:
        return name in named or not named & set(systems.SYSTEMS)
    if name in CASES:
        return name in named or named <= set(systems.SYSTEMS)
    return name in named or not named


def compare(plan: Plan, only: list[str], folder: Path) -> Figures:
    """Every workload on every system."""
    figures: Figures = {}
    for name, case in CASES.items():
        if not wanted(name, only) or (plan.quick and not case.quick):
            continue
        chosen = [s for s in case.systems if wanted(s, only) and (not plan.quick or s in systems.QUICK)]
        for system, figure in (afresh if case.afresh else measured)(name, chosen, plan, folder).items():
            figures[name, system] = figure
            print(f"{case.title:26} {systems.title(system):40} {report.cell(figure)}", flush=True)
    return figures


def measured(case: str, names: list[str], plan: Plan, folder: Path) -> dict[str, Figure]:
    """One workload: a process for each system, all warm, then rounds in which each has its turn."""
    figures = {name: Figure() for name in names}
    children: dict[str, Child] = {}
    for name in names:
        children[name] = Child("child.py", name, case, folder=folder)
        ready = children[name].answer(SETUP)
        figures[name].nodes, figures[name].error = ready.get("nodes", 0), ready.get("error", "")
    for number in range(plan.repeats):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            if not figures[name].error and children[name].spent < plan.budget:
                figures[name].add(children[name].ask("run", plan.limit))
    for name, figure in figures.items():
        if CASES[case].memory and not figure.error:
            figure.memory = children[name].ask("memory", plan.limit)
        children[name].end()
    return figures


def afresh(case: str, names: list[str], plan: Plan, folder: Path) -> dict[str, Figure]:
    """One workload, each time in a process and a store of its own, which are gone before the next one has its turn."""
    figures = {name: Figure() for name in names}
    spent = dict.fromkeys(names, 0.0)
    for number in range(plan.repeats):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            if not figures[name].error and spent[name] < plan.budget:
                outcome, seconds = asked_once("run", name, case, plan, folder)
                spent[name] += seconds
                figures[name].nodes = outcome.get("nodes", figures[name].nodes)
                figures[name].add(outcome)
    for name, figure in figures.items():
        if CASES[case].memory and not figure.error:
            figure.memory, _ = asked_once("memory", name, case, plan, folder)
    return figures


def asked_once(question: str, name: str, case: str, plan: Plan, folder: Path) -> tuple[dict[str, Any], float]:
    """A process's answer, with the nodes of its workload, and how long it took."""
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as own:
        child = Child("child.py", name, case, folder=Path(own))
        ready = child.answer(SETUP)
        outcome = ready if "error" in ready else ready | child.ask(question, plan.limit)
        child.end()
    return outcome, child.spent


def cold_starts(plan: Plan, folder: Path) -> dict[str, list[dict[str, float]]]:
    """Seconds of a fresh process from its first line to the result of one electron."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in COLD if not plan.quick or name in systems.QUICK}
    for _ in range(plan.repeats):
        for name, rows in found.items():
            child = Child("child.py", name, "cold", folder=folder)
            outcome = child.answer(SETUP)
            child.end()
            if "total" in outcome:
                rows.append(outcome)
    print(f"cold starts of {', '.join(found)}", flush=True)
    return found


def probed(plan: Plan, only: list[str], folder: Path) -> dict[str, dict[str, float]]:
    """What is measured of this project alone."""
    facts = {}
    for name in PROBES:
        if not wanted(name, only) or (plan.quick and name.startswith(SLOW)):
            continue
        outcomes = []
        for _ in range(plan.repeats if name == "imports" else 1):  # the others repeat within
            child = Child("probes.py", name, folder=folder)
            outcomes.append(child.answer(PROBE))
            child.end()
        keys = set.intersection(*(set(outcome) for outcome in outcomes)) - {"error", "seconds"}
        facts[name] = {key: statistics.median(outcome[key] for outcome in outcomes) for key in keys}
        print(f"{name:26} {outcomes[-1] if 'error' in outcomes[-1] else facts[name]}", flush=True)
    return facts


if __name__ == "__main__":
    main()

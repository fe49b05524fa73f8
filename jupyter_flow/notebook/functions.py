"""What the calls of ``%%electron`` cells that are one def do in dispatches: their badges."""

import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..dispatch.run import Run
from ..model.events import CANCELLED, COMPLETED, FAILED, INTERRUPTED, RUNNING, SKIPPED
from ..session import opened
from ..widgets.facts import RunFacts
from ..widgets.messages import Badge, BadgeState
from ..widgets.states import counts_of, told
from .flow.book import Function

PAUSE = 0.5  # seconds between two looks: each counts all nodes
WRONG = {FAILED: "failed", SKIPPED: "skipped", CANCELLED: "cancelled", INTERRUPTED: "interrupted"}


class Calls(NamedTuple):
    """The calls of a function in one dispatch, by state."""

    run: Run
    counts: list[int]

    @property
    def over(self) -> bool:
        """Whether nothing more comes of them."""
        return not sum(self.counts[:COMPLETED])


class Functions:
    """The badges of def cells. What their calls did last stays when that dispatch has ended."""

    def __init__(self) -> None:
        self._last: dict[Function, Run] = {}
        self._counted: set[Run] = set()  # that have ended, and told all they had to tell
        self._told: list[Badge] = []
        self._due = 0.0

    def badges(self, functions: Mapping[str, Function]) -> list[Badge]:
        """Of the cells whose function was ever called, by the front end's id of them."""
        here, now = opened(), time.monotonic()
        if not functions or here is None or now < self._due:
            return self._told if functions and here is not None else []
        known = here.runs()
        over = {run for run in known if run.ended.is_set()}  # before they are counted
        runs = [run for run in known if run not in self._counted]
        self._told = [badge for key, function in functions.items() if (badge := self._badge(runs, key, function))]
        self._counted = over
        self._last = {function: run for function, run in self._last.items() if function in functions.values()}
        self._due = time.monotonic() + max(PAUSE, 20 * (time.monotonic() - now))
        return self._told

    def _badge(self, runs: list[Run], key: str, function: Function) -> Badge | None:
        last = self._last.get(function)
        runs = runs if last is None or last in runs else [*runs, last]
        found = [Calls(run, counts) for run in runs if sum(counts := calls_of(run, function))]
        if not found:
            return None
        going = [calls for calls in found if not calls.over]
        shown = going or [max(found, key=lambda calls: calls.run.started_at)]
        latest = max(shown, key=lambda calls: calls.run.started_at).run
        self._last[function] = latest
        state, words, text = said([sum(column) for column in zip(*(calls.counts for calls in shown), strict=True)])
        return {
            "cell": key, "name": function.name, "cell_kind": "function", "state": state, "since": None,
            "words": words, "text": text, "dispatch": latest.root,
        }  # fmt: skip


def calls_of(run: Run, function: Function) -> list[int]:
    """How many of a dispatch's calls of a function are in which state, those inside sublattices included."""
    counts = [_calls_of(one, function) for one in (run, *_inside(run))]
    return [sum(column) for column in zip(*counts, strict=True)]


def _inside(run: Run) -> Iterator[Run]:
    for child in list(run.children.values()):
        yield child
        yield from _inside(child)


def _calls_of(run: Run, function: Function) -> list[int]:
    graph = run.graph
    ours = {number for number, v in enumerate(graph.versions) if (v.name, v.file) == (function.name, function.file)}
    if not ours:
        return counts_of(b"")
    states, version = told(RunFacts(run).states()), graph.version
    return counts_of(bytes(states[node] for node in range(graph.electrons) if version[node] in ours))


def said(counts: list[int]) -> tuple[BadgeState, str, str]:
    """A state, the word or two for it, and all of it: ``running 3 of 10``."""
    total, ended = sum(counts), sum(counts[COMPLETED:])
    wrong = [f"{counts[status]} {word}" for status, word in WRONG.items() if counts[status]]
    calls = f"{total} call{'s' if total != 1 else ''}"
    if ended < total:
        state: BadgeState = "running" if counts[RUNNING] or ended else "waiting"
        return state, f"{ended}/{total}", ", ".join([f"{ended} of {calls} ended", *wrong])
    if not wrong:
        return "done", "", calls
    stopped = counts[CANCELLED] or counts[INTERRUPTED]
    return "failed" if counts[FAILED] else "cancelled" if stopped else "skipped", "", f"of {calls} {', '.join(wrong)}"

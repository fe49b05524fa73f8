"""How a cluster stands towards the work it has: what it waits for, what it cannot do."""

from textwrap import shorten
from typing import Any

from ..base import WAITING, Claim
from .book import Book
from .demands import Demand, option
from .fleet import Fleet
from .terms import asked

SCHEDULER = "the Dask scheduler "  # as names of other people's clusters begin
LONGEST = 160  # characters of a trouble, on a line that is written over


class Standing:
    """In words. target: what the first executor names."""

    def __init__(self, name: str, fleet: Fleet, book: Book, target: Any) -> None:
        self._name, self._fleet, self._book = name, fleet, book
        self._cluster = getattr(target, "cluster", None) or target
        self.opening = ""  # what is being started, or connected to
        self.trouble = ""  # why workers that were asked for do not come

    @property
    def adapts(self) -> bool:
        """Whether the cluster is known to grow by itself for what waits."""
        return bool(getattr(self._cluster, "_adaptive", None))

    @property
    def useless(self) -> str:
        """Why nothing can run here, whatever it asks for; empty if something can, or nobody is there."""
        why = self._fleet.why_none
        return f"{self._name} cannot be used: {why}" if why else ""

    def refusal(self, claim: Claim) -> str:
        """Why electrons can never run here; empty if they can, or may once the cluster has grown."""
        lacks = self._fleet.lacks(asked(claim)) if self._fleet.fit and not self.adapts else ""
        return f"no worker of {self._name} offers what it asks for: {lacks}. {_way_out(asked(claim))}" if lacks else ""

    @property
    def status(self) -> str:
        """What its electrons wait for, besides their turn; empty if for nothing."""
        if self.opening:
            return self.opening
        waiting = [handed for handed in list(self._book.handed.values()) if handed.current is None]
        if waiting and not self._fleet.fit:
            why = f": {shorten(self.trouble, LONGEST, placeholder='…')}" if self.trouble else ""
            return f"{WAITING} of {self._name.removeprefix(SCHEDULER)}{why}"
        for claim in (handed.claim for handed in waiting if handed.terms.resources):
            lacks = self._fleet.lacks(asked(claim))
            if lacks:
                return f"no worker of {self._name} offers {lacks} yet"
        return ""

    @property
    def remark(self) -> str:
        """What whoever looks at it should know."""
        said = [self.status, *self._fleet.remarks]
        if not self._fleet.single:
            said.append(
                "what runs on workers with several threads, or in this process, cannot be stopped, and of its output "
                "only what Python prints is kept with it"
            )
        return "; ".join(filter(None, said))


def _way_out(demand: Demand) -> str:
    return f'Start workers with --resources "{" ".join(option(*one) for one in demand)}", or ask for less'

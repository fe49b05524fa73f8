"""The workers of a cluster, as the kernel knows them: they come and go."""

import os
import socket
from collections.abc import Mapping

from .demands import Demand, lacking, offered
from .roster import Entry
from .versions import doubtful, here, unfit


class Fleet:
    """Those that are there now. Changed on the resource's thread, looked at from any."""

    def __init__(self) -> None:
        self._kernel = here()
        self._entries: dict[str, Entry] = {}
        self._turn = 0
        self.unfit: dict[str, str] = {}  # by address: why nothing can run there
        self.doubts: dict[str, str] = {}  # what may go wrong

    def now(self, turn: int, entries: Mapping[str, Entry]) -> set[str]:
        """These are there, unless that is old news; the addresses of those that have gone."""
        if turn <= self._turn:
            return set()
        self._turn = turn
        gone = self._entries.keys() - entries.keys()
        self._entries = dict(entries)
        abouts = {address: entry["about"] for address, entry in entries.items()}
        kernel = self._kernel
        self.unfit = _reasons({a: unfit(about, kernel.python, kernel.package) for a, about in abouts.items()})
        self.doubts = _reasons({a: doubtful(about, kernel) for a, about in abouts.items() if a not in self.unfit})
        return gone

    def clear(self) -> None:
        """The scheduler is no more."""
        self._entries, self._turn = {}, 0
        self.unfit, self.doubts = {}, {}

    @property
    def fit(self) -> dict[str, Entry]:
        """Those that electrons can run on, as far as is known."""
        return {address: entry for address, entry in self._entries.items() if address not in self.unfit}

    @property
    def threads(self) -> int:
        """How many electrons they can run at once."""
        return sum(entry["threads"] for entry in self.fit.values())

    @property
    def single(self) -> bool:
        """Whether each runs one electron at a time, in a process of its own."""
        return all(entry["threads"] == 1 and not _here(entry) for entry in self.fit.values())

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._entries)

    @property
    def where(self) -> list[str] | None:
        """The only workers that are to be given anything; None: any."""
        return list(self.fit) if self.unfit and self.fit else None

    @property
    def why_none(self) -> str:
        """Why no worker can run anything, although there are some; empty if one can, or there is none."""
        if self.fit or not self.unfit:
            return ""
        (address, why), *more = self.unfit.items()
        return f"its worker {address} {why}" + (f" (and {len(more)} more workers)" if more else "")

    @property
    def remarks(self) -> list[str]:
        """What is to be known of workers that are unlike the kernel, each reason once."""
        told = []
        for reasons, what in ((self.unfit, "gets no electrons: it"), (self.doubts, "")):
            for why in dict.fromkeys(reasons.values()):
                same = [address for address, reason in reasons.items() if reason == why]
                more = f" (and {len(same) - 1} more)" if len(same) > 1 else ""
                told.append(f"the worker {same[0]}{more} {what} {why}".replace("  ", " "))
        return told

    def lacks(self, demand: Demand) -> str:
        """What no worker that is there has of what an electron asks for; empty if one has it all."""
        return lacking(demand, [offered(entry["offers"]) for entry in self.fit.values()])

    def meets(self, words: Mapping[str, float]) -> bool:
        """Whether a worker that is there offers so much by these very names."""
        offers = [entry["offers"] for entry in self.fit.values()]
        return any(all(offer.get(name, 0) >= amount for name, amount in words.items()) for offer in offers)


def _here(entry: Entry) -> bool:
    """Whether a worker is a part of this process, as those of a `LocalCluster(processes=False)` are."""
    return entry["about"] is not None and tuple(entry["about"]["process"]) == (socket.gethostname(), os.getpid())


def _reasons(found: Mapping[str, str]) -> dict[str, str]:
    return {address: why for address, why in found.items() if why}

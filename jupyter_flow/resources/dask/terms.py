"""On what terms a batch is handed to a cluster: how soon, to which workers, and what it takes of theirs."""

from typing import Any, NamedTuple

from ..base import Claim
from .demands import Demand, demand_of, in_dasks_words, offered
from .fleet import Fleet


class Terms(NamedTuple):
    """Batches of equal terms leave in one message."""

    priority: int = 0
    resources: tuple[tuple[str, float], ...] = ()  # by Dask's names
    workers: tuple[str, ...] = ()  # none: any

    @property
    def keywords(self) -> dict[str, Any]:
        """What a client is told."""
        given: dict[str, Any] = {"user_priority": self.priority}
        if self.resources:
            given["resources"] = dict(self.resources)
        if self.workers:
            given |= {"workers": list(self.workers), "allow_other_workers": False}
        return given


def terms_of(claim: Claim, fleet: Fleet) -> Terms:
    """Those of a claim, as the cluster is now."""
    executor = claim.share.executor
    words = in_dasks_words(asked(claim), [offered(entry["offers"]) for entry in fleet.fit.values()])
    return Terms(executor.priority, tuple(sorted(words.items())), tuple(fleet.where or ()))


def asked(claim: Claim) -> Demand:
    """What its electrons ask for: those of one batch run one after the other, so the most that any does."""
    codes = [claim.work.code(version) for version in {member[2] for member in claim.members}]
    return demand_of((c.options for c in codes if c.kind == "electron"), dict(claim.share.executor.resources or ()))

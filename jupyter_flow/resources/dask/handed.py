"""A batch that a cluster has, and the others that come before and after it."""

import time
from collections.abc import Callable, Collection
from typing import Any

from ...worker.begun import Begun
from ..base import Claim
from .terms import Terms

HELD = 0.05  # seconds that a batch may take, or wait for its turn, before it is asked for while workers are idle


class Handed:
    """A batch that the cluster has, or is about to. parents: those that it takes what they make from."""

    def __init__(self, key: str, claim: Claim, parents: "Collection[Handed]" = ()) -> None:
        self.key, self.claim = key, claim
        self.members = {member[0]: member[1] for member in claim.members}  # node: attempt, of those that have not ended
        self.future: Any = None
        self.terms = Terms()
        self.note: Begun | None = None  # that it was handed out, for the kernel after this one
        self.failed = 0.0  # when it was first seen that Dask had given it up
        self.withdrawn = 0.0  # when it was taken back; it may have begun all the same
        self.number = 0  # of the desk that runs it
        self.current: tuple[int, int, int] | None = None  # node, attempt, start
        self.since, self.patience = time.monotonic(), HELD  # when it was handed over, begun or asked for; till it is
        self.printed: tuple[bytes, bytes, bytes | None] = (b"", b"", None)  # by `current`, so far
        self.parents = tuple(parents)
        self.done: bool = False  # with it and all that it has told
        self.after = {parent for parent in self.parents if not parent.done}  # of those, which are not through
        self.behind: set[Handed] = set()  # whose parent this is, that are not through
        self.passed = False  # the cluster is through with it
        self.landing = 0  # of its members, whose values are on their way here
        self.early: list[Callable[[], None]] = []  # what it told before word of its parents came
        self.looked = False  # at what can go after it
        self.lent = False  # its place goes to one that follows
        self.heir: Handed | None = None  # this one
        self.lender: Handed | None = None  # it is an heir
        self.kept: set[int] = set()  # nodes whose values the cluster keeps for others
        for parent in self.parents:
            parent.behind.add(self)
            if claim.lender is parent:
                self.lender, parent.heir = parent, self

    def pass_on(self) -> None:
        """(lock) It takes up no place any more: one that has waited for that has it now."""
        for lender, heir in ((self, self.heir), (self.lender, self)):
            if lender is not None and heir is not None:
                lender.heir = heir.lender = None
                lender.lent = False
                self.claim.share.ahead -= 1

    def and_behind(self) -> "list[Handed]":
        """This one, and all that wait for it."""
        found: dict[Handed, None] = {self: None}
        open_ = [self]
        while open_:
            behind = [one for one in open_.pop().behind if one not in found]
            found |= dict.fromkeys(behind)
            open_ += behind
        return list(found)

    def leave(self) -> "list[Handed]":
        """None of those behind waits for it any more; those that wait for nobody now."""
        for follower in self.behind:
            follower.after.discard(self)
        return [follower for follower in self.behind if not follower.after]

    def let_go(self) -> None:
        """The cluster may forget it, once it has forgotten those behind it, and nobody needs what it has."""
        self.done = True
        for one in (self, *self.parents):
            one.behind.discard(self)
            if one.done and not (one.behind or one.kept) and one.future is not None:
                one.future.release()
                one.future = None

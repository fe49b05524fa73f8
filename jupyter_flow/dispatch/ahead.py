"""What goes to a cluster before its inputs are made: the cluster has those who make them, and keeps the order.

A chain of electrons that take long then never comes back to the kernel between two of them. What is ready goes first,
and only as much as a cluster needs to have something to go on with is handed over ahead of its time: so others get
their turn, and little has to be taken back.
"""

from collections.abc import Mapping
from typing import Any

from ..model.events import COMPLETED, HANDED, RUNNING, WAITING
from ..resources.base import Claim, Lying, Resource
from ..worker.payload import nodes_in
from .lanes import LARGEST, Lane, Plan

Lies = Mapping[tuple[int, int], Lying]  # by run and node
Needs = dict[int, list[int]]


class Following(Lane):
    """Nodes of a lane that wait for what lies with its resource."""

    def __init__(self, lane: Lane, nodes: list[int]) -> None:
        super().__init__(lane.work, lane.plan, lane.share, lane.resource, lane)
        self.ready.extend(nodes)

    def prune(self) -> None:
        """Forget what went along with others."""
        ready, state = self.ready, self.plan.machine.state
        while ready and state[ready[0]] != WAITING:
            ready.popleft()


def claims(plan: Plan, claim: Claim, resource: Resource, lying: Lies, most: int) -> list[Claim]:
    """At most so many claims of what comes after a claim and lacks only what lies with the resource."""
    found: list[Claim] = []
    needs = _following(plan, claim, resource, lying, most * LARGEST)
    by_lane: dict[int, list[int]] = {}
    for node in needs:
        by_lane.setdefault(id(plan.lane_of[plan.version[node]]), []).append(node)
    for nodes in by_lane.values():
        lane = Following(plan.lane_of[plan.version[nodes[0]]], nodes)
        while len(found) < most and (taken := _next(lane, needs, lying, resource.workers)) is not None:
            found.append(taken)
    return found


def _following(plan: Plan, claim: Claim, resource: Resource, lying: Lies, most: int) -> Needs:
    """Nodes that may follow, and whom they come after."""
    number, needs = claim.work.number, Needs()
    for member in claim.members:
        for node in plan.machine.consumers[member[0]]:
            if len(needs) == most:
                return needs
            if plan.lane_of[plan.version[node]].resource is resource and node not in needs:
                found = _missing(plan, node, number, lying)
                if found:
                    needs[node] = found
    return needs


def _missing(plan: Plan, node: int, number: int, lying: Lies) -> list[int]:
    """Whom a node waits for, if all of those lie there; else nobody."""
    machine, version = plan.machine, plan.version
    state = machine.state
    if state[node] != WAITING or node in plan.cached or plan.cores[version[node]] > 1:
        return []
    found: dict[int, None] = {}
    for producer in (*plan.orders.get(node, ()), *reversed(nodes_in(plan.kinds[node], plan.calls[node]))):
        if state[producer] == COMPLETED:
            continue
        if state[producer] not in (HANDED, RUNNING) or (number, producer) not in lying or plan.opens[version[producer]]:
            return []
        found[producer] = None
    return list(found) if len(found) == machine.waiting[node] else []


def _next(lane: Following, needs: Needs, lying: Lies, workers: int) -> Claim | None:
    """The next claim, within the limit of its executor: there it waits for a place, which one that it follows has."""
    lane.prune()
    lender = None
    while lane.ready and lane.share.most is not None:
        lender = _lender(lane, needs[lane.ready[0]], lying)
        if lender is not None:
            lender.lent = True
            lane.share.ahead += 1
            break
        lane.ready.popleft()
        lane.prune()
    if not lane.ready:
        return None
    lane.share.busy += 1
    claim = lane.claim(workers)
    theirs: dict[int, Any] = {member[0]: needs[member[0]] for member in claim.members if member[0] in needs}
    return claim._replace(needs=theirs, lender=lender)


def _lender(lane: Lane, needed: list[int], lying: Lies) -> Lying | None:
    found = (lying[lane.work.number, producer] for producer in needed)
    return next((one for one in found if one.claim.share is lane.share and not one.lent), None)

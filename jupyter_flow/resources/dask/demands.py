"""What electrons ask of a cluster's workers (cores, memory, GPUs, …), in Dask's words.

Dask calls them resources: a worker offers numbers under names, a task takes its part while it runs, and nobody
measures anything. The names are anybody's: those that are in use for the same thing are taken for the same.
"""

from collections.abc import Iterable, Mapping, Sequence

from ...model.options import Options
from ...model.sizes import bytes_in, size_text

Demand = tuple[tuple[str, float], ...]  # our name, or Dask's, and how much of it
NAMES: dict[str, tuple[str, ...]] = {
    "cores": ("CORES", "CPU", "CPUS", "CORE"),
    "memory": ("MEMORY", "MEM", "RAM"),
    "gpus": ("GPU", "GPUS"),
}  # the first of each is what workers of ours offer


def demand_of(options: Iterable[Options], resources: Mapping[str, float]) -> Demand:
    """The most that any of these asks for, with what their executor asks for each of its electrons."""
    most: dict[str, float] = {}
    for one in options:
        cores: float = one.cores if one.cores is not None and one.cores > 1 else 0
        memory: float = bytes_in(one.memory) if one.memory is not None else 0
        for name, amount in (("cores", cores), ("memory", memory), ("gpus", float(one.gpus or 0))):
            if amount:
                most[name] = max(most.get(name, 0), amount)
    for name, amount in resources.items():
        most[name] = max(most.get(name, 0), amount)
    return tuple(sorted(most.items()))


def offered(offers: Mapping[str, float]) -> dict[str, tuple[str, float]]:
    """What a worker offers: by our name and by its own, what it calls it and how much that is."""
    found = {name: (name, float(amount)) for name, amount in offers.items()}
    for ours, theirs in NAMES.items():
        known = next((name for wanted in theirs for name in offers if name.upper() == wanted), None)
        if known is not None:
            found[ours] = known, float(offers[known])
    return found


def in_dasks_words(demand: Demand, offers: Sequence[Mapping[str, tuple[str, float]]]) -> dict[str, float]:
    """What is said to Dask: with the names that a worker which has enough gives them."""
    fitting = next((offer for offer in offers if _enough(demand, offer)), {})
    words = {}
    for name, amount in demand:
        standard = NAMES[name][0] if name in NAMES else name
        words[fitting.get(name, (standard, 0.0))[0]] = amount
    return words


def lacking(demand: Demand, offers: Sequence[Mapping[str, tuple[str, float]]]) -> str:
    """What no single worker offers enough of: ``GPU=2 (the most that one offers is 1)``; empty if one has it all."""
    if not demand or any(_enough(demand, offer) for offer in offers):
        return ""
    parts = []
    for name, amount in demand:
        most = max((offer[name][1] for offer in offers if name in offer), default=None)
        if most is None:
            parts.append(f"{told(name, amount)} (none offers any)")
        elif most < amount:
            parts.append(f"{told(name, amount)} (the most that one offers is {_amount(name, most)})")
    return ", ".join(parts) or " with ".join(told(*one) for one in demand) + " (no single one offers all of it)"


def told(name: str, amount: float) -> str:
    """``gpus=2``."""
    return f"{name}={_amount(name, amount)}"


def option(name: str, amount: float) -> str:
    """What a worker is started with that is to offer this: ``GPU=2``."""
    return f"{NAMES[name][0] if name in NAMES else name}={amount:.15g}"


def _amount(name: str, amount: float) -> str:
    return size_text(int(amount)) if name == "memory" else f"{amount:g}"


def _enough(demand: Demand, offer: Mapping[str, tuple[str, float]]) -> bool:
    return all(name in offer and offer[name][1] >= amount for name, amount in demand)

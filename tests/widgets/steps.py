"""Electrons and lattices to look at, in a module that has one name wherever it is imported."""

import os
import threading
import time
from pathlib import Path
from typing import Any

import jupyter_flow as jf


def note(name: str, number: int) -> None:
    """Write down that something ran; what is run again may be a copy of its function."""
    with open(os.environ["RAN"], "a") as file:
        file.write(f"{name} {number}\n")


def ran() -> list[str]:
    """What has run since this was asked last, in alphabetical order."""
    path = Path(os.environ["RAN"])
    lines = sorted(path.read_text().splitlines()) if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


@jf.electron(executor="thread")
def numbers(n: int) -> list[int]:
    """The first numbers."""
    note("numbers", n)
    return list(range(n))


@jf.electron(executor="thread")
def times(values: list[int], factor: int = 2) -> list[int]:
    """Each, times a factor."""
    note("times", factor)
    return [value * factor for value in values]


@jf.electron(executor="thread")
def total(values: list[int]) -> int:
    """Their sum."""
    note("total", len(values))
    return sum(values)


@jf.lattice
def work(n: int) -> Any:
    """A chain with a side branch."""
    values = numbers(n)
    return total(times(values, 3)), total(times(values, 5))


@jf.electron(executor="thread")
def held(gate: str) -> int:
    """Wait for a file."""
    while not Path(gate).exists():
        if threading.main_thread().is_alive():
            time.sleep(0.005)
    return 5


@jf.lattice
def hold(gate: str) -> Any:
    """One electron that waits, and one after it."""
    return times([held(gate)])

"""The bodies of the benchmarks' electrons. Importable, so every system pickles them by reference."""

import time
from collections.abc import Sequence
from typing import Any

MEGABYTE = 131_072  # float64 numbers


def one() -> int:
    """The first of a graph."""
    return 1


def same(x: int) -> int:
    """As good as nothing."""
    return x


def add_one(x: int) -> int:
    """A step of a chain."""
    return x + 1


def add(a: int, b: int) -> int:
    """A node of two inputs."""
    return a + b


def mix(a: int, b: int, c: int) -> int:
    """Tells its inputs apart, so that a mistake in their order shows in the result."""
    return (a + 2 * b + 3 * c + 1) % 1_000_003


def total(xs: Sequence[float]) -> float:
    """Gathers."""
    return sum(xs)


def work(iterations: int) -> int:
    """Pure Python that holds the GIL: a million iterations are about 50 ms."""
    result = 0
    for k in range(iterations):
        result += k & 7
    return result


def nap_then_add_one(x: int, seconds: float) -> int:
    """A step that takes a while and no processor."""
    time.sleep(seconds)
    return x + 1


def block(seed: int) -> Any:
    """A megabyte of random numbers."""
    import numpy

    return numpy.random.default_rng(seed).random(MEGABYTE)


def make_array(megabytes: int, seed: int) -> Any:
    """An array that no other seed makes: a random block again and again, as drawing is not what is measured."""
    import numpy

    return numpy.tile(block(seed), megabytes)


def add_one_to_array(x: Any) -> Any:
    """A new array of the same size."""
    return x + 1


def sum_array(x: Any) -> float:
    """Reads all of it."""
    return float(x.sum())

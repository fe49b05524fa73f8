"""Things that electrons in threads share with their test; imported by name, because a lock cannot be pickled."""

import threading

gate = threading.Event()  # what stuck electrons wait for
running = threading.Event()
lock = threading.Lock()
seen: list[int] = []
threads: list[threading.Thread] = []
now: dict[str, int] = {}
most: dict[str, int] = {}


def reset() -> None:
    """Begin a test."""
    for event in (gate, running):
        event.clear()
    for things in (seen, now, most):
        things.clear()


def stuck() -> None:
    """Wait until the test lets go."""
    running.set()
    gate.wait(30)


def count(*names: str) -> None:
    """Run for a little while, and note how many of each name do so at once."""
    with lock:
        for name in names:
            now[name] = now.get(name, 0) + 1
            most[name] = max(most.get(name, 0), now[name])
    threading.Event().wait(0.01)
    with lock:
        for name in names:
            now[name] -= 1

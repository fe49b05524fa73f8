"""The states a node or a dispatch can be in."""

from enum import StrEnum

NEVER_BEGUN = "never begun"  # what people are told of a node that is NEW_OBJECT where its dispatch has ended


class Status(StrEnum):
    """A state; equal to, and printed as, its own name.

    A timeout is FAILED (its error's kind says ``timed_out``). SKIPPED means that an input
    failed; INTERRUPTED that the kernel died while the node was running.
    """

    NEW_OBJECT = "NEW_OBJECT"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    SKIPPED = "SKIPPED"
    INTERRUPTED = "INTERRUPTED"

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to what has this status."""
        return self not in (Status.NEW_OBJECT, Status.RUNNING)

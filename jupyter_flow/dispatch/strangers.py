"""What is said of records that nobody can vouch for."""

from collections.abc import Sequence

MOST_NAMED, MOST_OF_AN_ID = 5, 100
NONE = "nothing has been dispatched yet"


def left_out(strange: Sequence[str]) -> str:
    """What is said of records that this user's key has not signed."""
    if not strange:
        return ""
    named = ", ".join(repr(id[:MOST_OF_AN_ID]) for id in strange[:MOST_NAMED]) + (", …" if strange[MOST_NAMED:] else "")
    return (
        f"left out, for this user's key has not signed what is on record: {named}. It was changed, or written by "
        "someone else, or the key is another one now."
    )


def none_yet(strange: Sequence[str]) -> str:
    """What is said where there is no dispatch; strange: those on record that cannot be trusted."""
    return f"nothing that can be trusted has been dispatched yet; {left_out(strange)}" if strange else NONE

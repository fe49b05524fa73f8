"""The digest of a function's code, and what it was made from."""

from collections.abc import Mapping


class Fingerprint(bytes):
    """The digest of all a function is and reaches; its parts, to tell later which of them has changed."""

    code: bytes  # the digest without the versions of packages
    packages: dict[str, str]  # the versions, by package, as far as the function reaches them; and Python's
    opaque: bool  # something could not be looked into: another one is another, though nothing may have changed

    @classmethod
    def of(cls, digest: bytes, code: bytes, packages: Mapping[str, str], opaque: bool) -> "Fingerprint":
        """The digest, with its parts."""
        made = cls(digest)
        made.code, made.packages, made.opaque = code, dict(packages), opaque
        return made

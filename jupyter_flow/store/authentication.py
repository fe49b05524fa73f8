"""The key that tells our own records from forged ones.

A digest alone proves nothing, for whoever writes a value can write its digest. So every row
carries a keyed blake3 over all it says, and the key lies outside the store.
"""

import os
import stat
from pathlib import Path

from blake3 import blake3

from ..model.errors import StoreError, StoreUntrusted
from .files import locked, write_whole
from .location import key_path, private_folder

LENGTH = 32  # bytes, of the key and of a tag


class Key:
    """A secret of this user."""

    def __init__(self, secret: bytes) -> None:
        self._start = blake3(key=secret)

    @classmethod
    def load(cls, path: Path | None = None) -> "Key":
        """The key in the file, which is made when there is none.

        Raises StoreUntrusted where others own or can read it, StoreError where it cannot be read or made.
        """
        path = path or key_path()
        try:
            if not path.exists():
                _make(path)
            return cls(_read(path))
        except OSError as error:
            if isinstance(error, StoreUntrusted):
                raise
            raise StoreError(
                f"Cannot read or make the store's key {path}: {error.strerror}. "
                "Set JUPYTER_CONFIG_DIR to a folder of your own that can be written."
            ) from error

    def mac(self, *parts: bytes) -> bytes:
        """A tag over the parts, 32 bytes; where one part ends and the next begins is part of it."""
        digest: bytes = self.hasher(*parts).digest()
        return digest

    def hasher(self, *parts: bytes) -> blake3:
        """A keyed hasher that has seen the parts; copy it to continue in several ways."""
        hasher = self._start.copy()
        for part in parts:
            hasher.update(len(part).to_bytes(8, "little"))
            hasher.update(part)
        return hasher


def same(one: bytes, other: bytes) -> bool:
    """Whether two tags are the same, in a time that tells nothing about them. Raises TypeError."""
    import hmac  # which brings OpenSSL along, and nothing was read yet

    return hmac.compare_digest(one, other)


def _make(path: Path) -> None:
    private_folder(path.parent)
    with locked(path.with_name(f".{path.name}.lock")):
        if not path.exists():
            write_whole(path, os.urandom(LENGTH), full=True)  # without it nothing can be read


def _read(path: Path) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(fd, "rb") as file:
        found = os.fstat(fd)
        if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise StoreUntrusted(
                f"The store's key {path} must be yours and yours alone to read "
                f"(it belongs to user {found.st_uid}, mode {stat.S_IMODE(found.st_mode):o}). Move it away: "
                "a new one is made, and what the old one signed is no longer loaded."
            )
        secret = file.read(LENGTH + 1)
    if len(secret) != LENGTH:
        raise StoreUntrusted(
            f"The store's key {path} is damaged ({len(secret)} bytes instead of {LENGTH}). "
            "Restore it, or move it away: a new one is made, and what the old one signed is no longer loaded."
        )
    return secret

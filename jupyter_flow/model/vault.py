"""What is secret in this process: values in memory, known to all that is written by a keyed digest only.

A pickle that holds a secret text is written with a hole where the text was, and the digest beside it; reading it
puts the text back, in a process that knows it. Texts for people get ``***`` instead.
"""

import io
import json
import os
import pickle
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import quote

import cloudpickle
from blake3 import blake3

from .errors import SecretNeeded
from .secretnames import like_a_key
from .secretparts import text_of, texts

MASK = "***"
MOST = 500  # texts that are looked for; beyond, the oldest are not: they are only left out where they were given
SHORTEST = 4  # characters of a text that is looked for in other things; shorter ones are in everything
ID = 16  # bytes of a digest
NONCE = 16

URL = re.compile(
    rb"[A-Za-z][A-Za-z0-9+.-]{0,30}://([^\s/:@'\"<>]{0,200}):([^\s/@'\"<>]{1,500})@([^\s/?#'\"<>\x00-\x1f]{0,200})"
)
TOKEN = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{0,30}://([^\s/:@'\"<>]{1,500}):?@([^\s/?#'\"<>\x00-\x1f]{0,200})")

Item = tuple[bytes, bytes, str]  # id, pickle, name


class Shipment(NamedTuple):
    """A vault on its way to a worker, over a pipe."""

    key: bytes
    seal: bytes
    items: tuple[Item, ...]


class _Noting(threading.local):
    names: dict[bytes, str] | None = None


class Vault:
    """The secrets of a process."""

    def __init__(self) -> None:
        self._key, self._seal = os.urandom(32), os.urandom(32)
        self._noting = _Noting()
        self._lock = threading.Lock()
        self._met = 0
        self.clear()

    def forked(self) -> None:
        """In a process that was forked from one with threads: whoever held the lock is not here."""
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget them all."""
        self._pickles: dict[bytes, bytes] = {}
        self._names: dict[bytes, str] = {}
        self._texts: dict[bytes, bytes] = {}  # id: a secret text, as UTF-8
        self.needles: tuple[tuple[bytes, bytes], ...] = ()  # what is looked for, longest first, and its id
        self._wanted: dict[bytes, bytes] = {}  # the same, oldest first
        self._written: tuple[str, ...] = ()  # the ways in which texts for people may have it

    def keyed(self, key: bytes) -> None:
        """Take the key of the user: equal secrets are then equal for the cache, in any session."""
        self._key = key

    # what is in it --------------------------------------------------------------------------

    def keep(self, value: Any, name: str, sure: bool = True) -> bytes:
        """Remember a secret; its id. Raises what pickling raises.

        sure: of a container, whether all the texts in it are secret, or those that look like keys; its id tells.
        """
        data = cloudpickle.dumps(value, 5)
        id = self._id(data)
        id = id[:-1] + bytes([(id[-1] or 1) if sure or text_of(value) is not None else 0])
        self._note(id, name)
        if id not in self._pickles:
            self._put([(id, data, name), *self._parts(id, value, name)])
        return id

    def meets(self, text: str | bytes) -> bool:
        """Whether just this text is looked for; then it is one that this thread has met."""
        id = self._wanted.get(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        if id is not None:
            self._note(id, self._names[id])
        return id is not None

    def value(self, id: bytes, name: str) -> Any:
        """A secret. Raises SecretNeeded where this process does not know it."""
        if id not in self._pickles:
            raise SecretNeeded([name])
        self._note(id, name)
        return pickle.loads(self._pickles[id])

    def supply(self, id: bytes, value: Any, name: str) -> None:
        """Say what a secret is that somebody else knew by this id."""
        self._put([(id, cloudpickle.dumps(value, 5), name), *self._parts(id, value, name)])

    def _parts(self, id: bytes, value: Any, name: str) -> Iterator[Item]:
        """The texts inside a secret. Their ids begin with its own, so that whoever gives it again gives them."""
        if type(value) in (str, bytes, bytearray):
            return
        for place, text in texts(value):
            if id[-1] or like_a_key(text):
                yield id + self._id(place.encode())[: ID // 2], cloudpickle.dumps(text, 5), name

    def lacks(self, ids: Iterable[bytes]) -> list[bytes]:
        """Those that are not known here."""
        return [id for id in ids if id not in self._pickles]

    def urls(self, data: bytes | memoryview) -> None:
        """Remember the passwords in addresses, ``scheme://user:password@host``, and the keys, ``scheme://key@host``."""
        for user, password, host in URL.findall(data):
            self.keep(password.decode("utf-8", "replace"), f"{user.decode('latin-1')}@{host.decode('latin-1')}")
        for token, host in TOKEN.findall(data):
            if like_a_key(token):
                self.keep(token.decode("utf-8", "replace"), f"token@{host.decode('latin-1')}")

    @contextmanager
    def noting(self) -> Iterator[dict[bytes, str]]:
        """The secrets that this thread meets meanwhile, with their names."""
        before, self._noting.names = self._noting.names, {}
        try:
            yield self._noting.names
        finally:
            self._noting.names = before

    def _note(self, id: bytes, name: str) -> None:
        if self._noting.names is not None:
            self._noting.names.setdefault(id[:ID], name)

    def _id(self, data: bytes) -> bytes:
        digest: bytes = blake3(data, key=self._key).digest(length=ID)
        return digest

    def _put(self, items: Iterable[Item]) -> None:
        with self._lock:
            new: dict[bytes, bytes] = {}
            for id, data, name in items:
                self._met += 1
                self._pickles[id], self._names[id] = data, name
                text = _text(data)
                if text:
                    self._texts[id] = text
                if len(text) >= SHORTEST and (len(id) == ID or (text not in self._wanted and text not in new)):
                    new[text] = id
            if new:
                self._look_for(new)

    def _look_for(self, new: dict[bytes, bytes]) -> None:
        """(lock) Others may be looking: what they walk over stays as it is."""
        for text, id in list(new.items()):
            self._wanted[text] = id
            if len(self._wanted) > MOST:
                self._wanted = dict(list(self._wanted.items())[-MOST // 2 :])
                new, self.needles, self._written = self._wanted, (), ()
        forms = {form for one in new for form in _forms(one.decode("utf-8", "replace"))}
        known = {**dict(self.needles), **new}
        self.needles = tuple(sorted(known.items(), key=lambda one: -len(one[0])))
        self._written = tuple(sorted({*self._written, *forms}, key=len, reverse=True))

    # holes ----------------------------------------------------------------------------------

    def touches(self, data: Any) -> bool:
        """Whether bytes hold a secret text."""
        return any(needle in data for needle, _ in self.needles)

    def in_text(self, text: str | bytes) -> bool:
        """Whether a text holds one."""
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        return self.touches(data)

    def parted(self, data: bytes) -> tuple[tuple[bytes, ...], tuple[tuple[bytes, str], ...]]:
        """The pieces of bytes between secret texts, and which these are."""
        pieces, holes = [data], list[tuple[bytes, str]]()
        for needle, id in self.needles:
            hole = id, self._names[id]
            for place in range(len(pieces) - 1, -1, -1):
                found = pieces[place].split(needle)
                if len(found) > 1:
                    self._note(*hole)
                    pieces[place : place + 1] = found
                    holes[place:place] = [hole] * (len(found) - 1)
        return tuple(pieces), tuple(holes)

    def joined(self, pieces: tuple[bytes, ...], holes: tuple[tuple[bytes, str], ...]) -> bytes:
        """The bytes again. Raises SecretNeeded."""
        lacking = [name for id, name in holes if id not in self._texts]
        if lacking:
            raise SecretNeeded(lacking)
        for hole in holes:
            self._note(*hole)
        texts = [self._texts[id] for id, _ in holes]
        return b"".join(part for pair in zip(pieces, [*texts, b""], strict=True) for part in pair)

    # for people ------------------------------------------------------------------------------

    def masked(self, text: str) -> str:
        """A text without secrets."""
        for form in self._written:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def masked_bytes(self, data: bytes, same: bool = False) -> bytes:
        """UTF-8 text without secrets; `same`: of the same length, as what is in a pickle must be."""
        for form in self._written:
            found = form.encode("utf-8", "surrogatepass")
            if found in data:
                data = data.replace(found, b"*" * len(found) if same else MASK.encode())
        return data

    def disguised(self, text: Any) -> Any:
        """A text or bytes for a digest: secrets by their ids."""
        if not self.needles or not self.in_text(text):
            return text
        pieces, holes = self.parted(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        return b"\0".join([*pieces, *(self._id(self._pickles[id]) for id, _ in holes)])  # whatever it is a part of

    # between processes -----------------------------------------------------------------------

    @property
    def size(self) -> int:
        """How many secrets were met, forgotten ones too; that only grows."""
        return self._met

    def shipment(self) -> Shipment:
        """All of it, for a worker."""
        return Shipment(self._key, self._seal, tuple((i, d, self._names[i]) for i, d in list(self._pickles.items())))

    def receive(self, shipment: Shipment) -> None:
        """(worker) Take in what the kernel knows."""
        self._key, self._seal = shipment.key, shipment.seal
        new = [item for item in shipment.items if item[0] not in self._pickles]
        if new:
            self._put(new)

    def sealed(self, names: Mapping[bytes, str]) -> bytes:
        """Secrets for a file that only processes of this session can open: its key is in no file."""
        items = [(id, data, names[id[:ID]]) for id, data in list(self._pickles.items()) if id[:ID] in names]
        plain = pickle.dumps(items, 5)
        nonce = os.urandom(NONCE)
        return nonce + _mixed(plain, self._seal, nonce)

    def unseal(self, data: bytes) -> None:
        """Take in what `sealed` gave, authenticated by whoever kept it."""
        if data:
            self._put(pickle.loads(_mixed(data[NONCE:], self._seal, data[:NONCE])))


def _mixed(data: bytes, key: bytes, nonce: bytes) -> bytes:
    """Exclusive or with the stream of a keyed blake3, as its authors propose for a stream cipher."""
    stream: bytes = blake3(nonce, key=key).digest(length=len(data)) if data else b""
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")


class _Texts(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(name)


def _text(data: bytes) -> bytes:
    """The text in a pickle that holds just that; nothing is called."""
    try:
        value = _Texts(io.BytesIO(data)).load()
    except Exception:  # it refers to a class, or is damaged
        return b""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return bytes(value) if isinstance(value, bytes | bytearray) else b""


def _forms(text: str) -> set[str]:
    """How a text may stand in what is written for people."""
    return {text, repr(text)[1:-1], json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], quote(text, "")}


VAULT = Vault()

"""What the key of a cached value is made of, and what is different where there is none.

A key is a digest of an electron's code, hooks and packages, and of its inputs by content: an input is the same
whether it was written down or computed, and whoever computed it. What arguments are called and where they stand counts.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from blake3 import blake3

from ..model.events import BlobRef, Value
from ..model.fingerprint import Fingerprint
from ..model.graph import ATOM, MIXED, OUTPUT, TransportGraph
from ..model.pickles import dumps
from ..store.mentions import code_of as code_of_modules
from ..store.mentions import modules_in
from .reuse import code_of

MOST = 1024  # files whose mentions of modules are remembered
_known: dict[bytes, frozenset[str]] = {}  # by digest

SHORT = 12  # bytes of a digest that are kept to compare it with another


class Contents:
    """Digests of values at one moment, with the user's own modules that they have functions and classes of.

    read: gives the pickle of a value that is a file. past: the moment is not now, and nobody knows what was in
    those modules then.
    """

    def __init__(self, read: Callable[[BlobRef], bytes | memoryview], past: bool = False) -> None:
        self._read, self._past = read, past
        self._codes: dict[frozenset[str], bytes] = {}  # by the modules' names

    def digest(self, value: Value) -> bytes:
        """Raises StoreError where it cannot be read, LookupError where its modules are not known any more."""
        content = b"b" + value.digest if isinstance(value, BlobRef) else b"v" + value
        modules = self._mentioned(value) if isinstance(value, BlobRef) else modules_in(value)
        if modules not in self._codes:
            self._codes[modules] = code_of_modules(modules)
        code = self._codes[modules]
        if code and self._past:
            raise LookupError(f"what was in {', '.join(sorted(modules))} is not known any more")
        digest: bytes = blake3(blake3(content).digest() + code if code else content).digest()
        return digest

    def _mentioned(self, ref: BlobRef) -> frozenset[str]:
        """The names of modules in a file, which stays what it is, and may be large."""
        if ref.digest not in _known:
            while len(_known) >= MOST:
                _known.pop(next(iter(_known)), None)
            _known[ref.digest] = modules_in(self._read(ref))
        return _known[ref.digest]


class Parts(NamedTuple):
    """What a key is made of."""

    electron: bytes  # the digest of all the code, packages included
    code: bytes  # … without them
    packages: dict[str, str]  # versions
    named: int  # how many of the arguments are given by name
    arguments: tuple[tuple[str, bytes], ...]  # parameter and digest, in their order

    @property
    def key(self) -> bytes:
        """The digest of all of it."""
        digest = blake3(len(self.electron).to_bytes(8, "little") + self.electron + self.named.to_bytes(8, "little"))
        for label, content in self.arguments:
            name = label.encode("utf-8", "surrogatepass")
            digest.update(len(name).to_bytes(8, "little") + name + content)
        key: bytes = digest.digest()
        return key

    def text(self) -> str:
        """What `missed` needs of it, to be kept."""
        arguments = [(label, _short(content)) for label, content in self.arguments]
        return json.dumps([_short(self.code), self.packages, self.named, arguments], separators=(",", ":"))


def parts_of(graph: TransportGraph, node: int, values: Mapping[int, Value], contents: Contents) -> Parts:
    """What the key of a node is made of, given the values of the nodes it takes.

    Raises StoreError where one of them cannot be read.
    """
    version = graph.versions[graph.version[node]]
    whole = code_of(version)
    made = version.fingerprint
    named = len(graph.calls[node][2]) if graph.kinds[node] == MIXED else 0
    arguments = tuple((label, _content(tag, item, values, contents)) for label, tag, item in graph.inputs_of(node))
    if not isinstance(made, Fingerprint):  # an earlier version's, or a test's
        return Parts(whole, whole, {}, named, arguments)
    return Parts(whole, made.code, made.packages, named, arguments)


def missed(now: Parts, earlier: str) -> list[str]:
    """What differs from an earlier value's parts (`Parts.text`), in words; empty if nothing does."""
    code, packages, named, arguments = json.loads(earlier)
    told = []
    if _short(now.code) != code:
        told.append("its code or what it reaches changed")
    for package, version in sorted(now.packages.items()):
        if package in packages and packages[package] != version:
            what = package if package == "Python" else f"the package {package}"
            told.append(f"{what} is now {version} (was {packages[package]})")
    return told + _different(now, named, arguments)


def _different(now: Parts, named: int, earlier: list[list[str]]) -> list[str]:
    ours, theirs = _by_name((label, _short(content)) for label, content in now.arguments), _by_name(earlier)
    told = [f"argument {label!r} is new" for label in ours if label not in theirs]
    told += [f"argument {label!r} is not given" for label in theirs if label not in ours]
    told += [f"argument {label!r} differs" for label in ours if label in theirs and ours[label] != theirs[label]]
    order = [label for label, _ in now.arguments] != [label for label, _ in earlier]
    if not told and (now.named != named or order):
        told.append("its arguments are given in another order, or by name instead of by position")
    return told


def _by_name(arguments: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for label, content in arguments:
        found.setdefault(label, []).append(content)
    return found


def _content(tag: int, item: Any, values: Mapping[int, Value], contents: Contents) -> bytes:
    """The digest of an argument."""
    if tag == OUTPUT:
        return contents.digest(values[item])
    if tag == ATOM:
        return contents.digest(dumps(item))
    if not item.refs:
        return contents.digest(item.data)
    inside = b"".join(contents.digest(values[n]) for n in item.refs)
    digest: bytes = blake3(b"l" + contents.digest(item.data) + inside).digest()
    return digest


def _short(digest: bytes) -> str:
    return digest[:SHORT].hex()

"""The user's own code that a pickle brings along by name only: the functions and classes of modules on disk.

Its bytes stay the same when such a module is edited, and what comes out of it does not.
"""

import re
import sys
from collections.abc import Iterable

from blake3 import blake3

from .fingerprints import fingerprint
from .imports import Reached
from .packages import users_own

NAME = rb"((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)"
TEXT = re.compile(rb"\x8c(.)" + NAME, re.DOTALL)  # SHORT_BINUNICODE: how every short text stands in a pickle
GLOBAL = re.compile(TEXT.pattern + rb"\x94\x8c." + NAME + rb"\x94\x93", re.DOTALL)  # module, name, STACK_GLOBAL


def modules_in(data: bytes | memoryview) -> frozenset[str]:
    """The names in a pickle, or in one inside it, that may be those of the user's own modules."""
    texts = {name.decode() for size, name in TEXT.findall(data) if size[0] == len(name)}
    elsewhere = {name.decode() for size, name, _ in GLOBAL.findall(data) if size[0] == len(name)}
    return frozenset({name for name in texts if _is_users(name)} | {n for n in elsewhere if n not in sys.modules})


def code_of(modules: Iterable[str]) -> bytes:
    """A digest of what these modules are now; empty if none of them is the user's own."""
    found = sorted({digest for name in modules for digest in _code(name)})
    digest: bytes = blake3(b"".join(found)).digest()
    return digest if found else b""


def _is_users(name: str) -> bool:
    module = sys.modules.get(name)
    return module is not None and name not in ("__main__", "__mp_main__") and users_own(module)


def _code(name: str) -> Iterable[bytes]:
    """Of a module that this process has, as it is here; of any, and what it imports, as it is on disk."""
    reached = Reached()
    reached.imported(name)
    yield from reached.files.values()
    module = sys.modules.get(name)
    made = fingerprint(module) if module is not None else None
    if made is not None and not made.opaque:
        yield bytes(made)

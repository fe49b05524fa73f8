"""Values are tried before they leave: one that cannot be unpickled fails its electron, not whoever reads it.

Most need no trial. A pickle calls what it names, by opcodes that are counted: where all of them name things of a fixed
list, it is not loaded.
"""

import re
from collections.abc import Sequence
from typing import Any

from ..model.pickles import loads

CALLS = b"\x93"  # STACK_GLOBAL: the only opcode of protocol 5 that names something
_NAMES = (
    rb"(?:numpy|pandas|pyarrow)(?:\.[\w.]+)?\x94\x8c.\w+",
    rb"jupyter_flow\.model\.(?:cellvalues\x94\x8c.\w+|pickles\x94\x8c.filled|secret\x94\x8c.\w+)",
    rb"builtins\x94\x8c.(?:set|frozenset|slice|range|complex|bytearray|object|\w+(?:Error|Exception|Warning))",
    rb"collections\x94\x8c.(?:OrderedDict|defaultdict|deque|Counter)",
    rb"(?:datetime|decimal|fractions|uuid|pathlib(?:\._local)?|zoneinfo)\x94\x8c.\w+",
    rb"_codecs\x94\x8c.encode",
    rb"tblib.pickling_support\x94\x8c.unpickle_exception\w*",  # what an exception is made by once Dask is imported
)
_HARMLESS = re.compile(rb"(?:\x8c.(?:%b)|(?:h.|j....)\x8c.\w+)\x94\x93" % b"|".join(_NAMES), re.DOTALL)


class Unloadable(Exception):
    """What a value raised when it was unpickled."""


def probe(data: bytes, buffers: Sequence[Any]) -> None:
    """Unpickle a value, unless that can do no harm. Raises Unloadable."""
    if harmless(data):
        return
    try:
        loads(data, buffers)
    except BaseException as error:  # also SystemExit: what it does here it would do to whoever reads it
        raise Unloadable(f"{type(error).__name__}: {error}") from error


def harmless(data: bytes) -> bool:
    """Whether a pickle names nothing but what is known. (What merely looks like such an opcode counts as unknown.)

    A module that is named twice stands there once, later as a reference: that first time it was looked at.
    """
    found = data.count(CALLS)
    return not found or sum(1 for _ in _HARMLESS.finditer(data)) == found

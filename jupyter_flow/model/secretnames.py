"""Which names promise a secret: `password`, `api_token`, `dbPassword`; not `tokens`, `sort_key`, `password_length`."""

import functools
import re
from types import ModuleType
from typing import Any

STRONG = frozenset(
    {
        "password",
        "passwords",
        "passwd",
        "passphrase",
        "passcode",
        "pwd",
        "secret",
        "secrets",
        "credential",
        "credentials",
    }
)
ABOUT = frozenset(  # what comes after a strong word where the name is about a secret, and holds none
    {"length", "len", "count", "policy", "file", "path", "filename", "field", "name", "column", "col", "size", "id"}
    | {"type", "url", "min", "max", "index", "manager", "store"}
)
QUALIFIERS = frozenset(  # before `key`, and before `keys` and `tokens`
    {"api", "access", "secret", "private", "auth", "account", "client", "signing", "encryption", "ssh", "storage"}
    | {"master", "service", "license", "subscription", "aws", "azure", "gcp", "deploy", "shared", "bearer", "refresh"}
    | {"session", "oauth", "github", "gitlab", "hf", "openai"}
)
ENDS = ("password", "passwd", "passphrase", "token", "secret", "apikey", "accesskey", "secretkey", "privatekey")
KEY = 12  # characters from which a text in a `key` of no known kind may be one
NAME = re.compile(r"[\w-]{1,80}")  # also of an entry in a dict
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

NO, PERHAPS, YES, SURELY = range(4)


@functools.lru_cache(4096)
def promise(name: str) -> int:
    """What a name says of its value.

    NO, PERHAPS (a key: if the value looks like one), YES, SURELY (also a number).
    """
    if not NAME.fullmatch(name):
        return NO
    words = [word.lower() for word in WORDS.findall(name)] or [""]
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if not STRONG.isdisjoint(words):
        return NO if last in ABOUT else SURELY
    if last in ("keys", "tokens"):
        return YES if before in QUALIFIERS else NO
    if last == "key":
        return YES if before in QUALIFIERS else PERHAPS
    return YES if last.endswith(ENDS) else NO


def holds_secret(name: str, value: Any) -> bool:
    """Whether what a name holds is to be kept secret."""
    told = promise(name)
    if told == NO:
        return False
    kind = type(value)  # not isinstance: a value may lie about its class, or take its time
    if value is None or issubclass(kind, bool | ModuleType) or callable(value):
        return False
    if issubclass(kind, str | bytes | bytearray):
        return len(value) > 0 and (told > PERHAPS or like_a_key(value))
    if issubclass(kind, int | float | complex):
        return told == SURELY
    return told > PERHAPS and not hasattr(kind, "__array__")  # data, which may be large


def sure_of(name: str) -> bool:
    """Whether a name promises a secret for certain: then all the texts in it are secret, in a list or object too.

    What is called `token` or `key` may as well be words; of those only what looks like a key is one.
    """
    return promise(name) == SURELY


def like_a_key(value: str | bytes | bytearray) -> bool:
    """Whether a text has letters and digits, and many, in one piece."""
    text = value if isinstance(value, str) else bytes(value).decode("latin-1")
    return (
        len(text) >= KEY
        and not any(map(str.isspace, text))
        and any(map(str.isdigit, text))
        and any(map(str.isalpha, text))
    )

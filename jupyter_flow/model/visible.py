"""Text from elsewhere, made safe for a terminal: what would steer it is shown as an escape, as `repr` writes it.

A terminal obeys control characters (ESC, the one-byte controls of C1, CR, BEL): they set its title, clear it, write
over other lines. Marks of direction turn lines around, so that they read as something else.
"""

import re
from unicodedata import category

JOINERS = "\u200c\u200d"  # scripts and emoji need them
STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
PLAIN = "\x1b[0m"


def visible(text: str) -> str:
    """Lines of text: line feeds and tabs stay, what else would steer a terminal is an escape."""
    return text if text.isprintable() else "".join([_shown(c) for c in text])


def one_line(text: str) -> str:
    """The same with line feeds and tabs as escapes too: a name stays in its line."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def coloured(text: str, colours: bool) -> str:
    """Lines of text that may have colours, which stay or are left out; they end with the text."""
    texts = [visible(part) for part in COLOUR.split(text)]
    if not colours or len(texts) == 1:
        return "".join(texts)
    marks = [*COLOUR.findall(text), PLAIN]
    return "".join([part for pair in zip(texts, marks, strict=True) for part in pair])


def _shown(character: str) -> str:
    if character.isprintable() or character in "\n\t" or character in JOINERS:
        return character
    return repr(character)[1:-1] if category(character) in STEERING else character

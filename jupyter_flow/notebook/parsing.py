"""The header lines of magics: options by argparse, never by evaluation."""

import argparse
import keyword
import re
import shlex
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from IPython.core.error import UsageError
from IPython.core.magic_arguments import MagicArgumentParser, MagicHelpFormatter

from ..model.sizes import bytes_in
from ..model.spans import seconds_in

Function = TypeVar("Function", bound=Callable[..., Any])


class Argument(NamedTuple):
    """One argument of a magic, in argparse's words."""

    flags: tuple[str, ...]
    settings: dict[str, Any]


def argument(*flags: str, **settings: Any) -> Argument:
    """An argument, as `argparse.ArgumentParser.add_argument` takes it."""
    return Argument(flags, settings)


def takes(usage: str, *arguments: Argument) -> Callable[[Function], Function]:
    """Give a magic its parser, and its help: the docstring with the options below it."""

    def decorate(function: Function) -> Function:
        parser = MagicArgumentParser(
            prog=usage.split()[0],
            usage=usage.removeprefix("%").replace("%", "%%"),  # the formatter puts one before it
            description=function.__doc__,
            formatter_class=MagicHelpFormatter,
        )  # type: ignore[no-untyped-call]
        for flags, settings in arguments:
            parser.add_argument(*flags, **settings)
        function.__dict__["parser"] = parser
        function.__doc__ = parser.format_help()
        return function

    return decorate


def parsed(magic: Callable[..., Any], line: str) -> argparse.Namespace:
    """A header line as the magic's arguments. Raises UsageError."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{magic.__name__}: {str(error).lower()} in: {line.strip()}") from None
    return parsed_words(magic, words)


def parsed_words(magic: Callable[..., Any], words: list[str]) -> argparse.Namespace:
    """The same for words already split."""
    parser: argparse.ArgumentParser = magic.parser  # type: ignore[attr-defined]  # `takes` has put it there
    _check_options(magic.__name__, parser, words)
    try:
        return parser.parse_args(words)
    except UsageError as error:
        raise UsageError(f"{magic.__name__}: {error}; {parser.prog}? explains it") from None


def _check_options(magic: str, parser: argparse.ArgumentParser, words: list[str]) -> None:
    """Refuse an option that the magic does not have: argparse may take its value for another argument."""
    known = [action.option_strings for action in parser._actions if action.option_strings]
    flags = [flag for strings in known for flag in strings]
    for word in words:
        option = word.partition("=")[0]
        if re.match("--?[A-Za-z]", word) is None or any(flag.startswith(option) for flag in flags):
            continue
        if word.startswith("--") or word[:2] not in flags:  # -n4 is -n 4
            there = ", ".join("/".join(strings) for strings in known)
            raise UsageError(f"{magic}: there is no option {option}; there are {there}")


def options_first(line: str, with_value: frozenset[str]) -> tuple[list[str], str]:
    """The options that a line begins with, as words, and the Python after them, untouched.

    `with_value`: the options that take the next word. Raises UsageError for an open quote.
    """
    words: list[str] = []
    rest = line.strip()
    while rest.startswith("-"):
        word, rest = _first(rest)
        words += shlex.split(word)
        if word in with_value and rest:
            value, rest = _first(rest)
            words += shlex.split(value)
    return words, rest


def options_last(line: str) -> tuple[str, list[str]]:
    """The Python that a line begins with, untouched, and the long options after it, as words."""
    found = re.search(r"(?:^|\s)--(?=[a-z])", line)
    if found is None:
        return line.strip(), []
    try:
        return line[: found.start()].strip(), shlex.split(line[found.start() :])
    except ValueError as error:
        raise UsageError(f"{str(error).lower()} in: {line.strip()}") from None


def _first(text: str) -> tuple[str, str]:
    """The first word of a text, quotes kept, and the rest."""
    found = re.match(r"""(?:"[^"]*"|'[^']*'|[^\s"'])+(?=\s|$)""", text)
    if found is None:
        raise UsageError(f"no closing quotation in: {text}")
    return found.group(), text[found.end() :].strip()


def seconds(text: str) -> float:
    """A time span: ``90``, ``90s``, ``1.5h``, ``200ms``."""
    try:
        return seconds_in(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def amount(text: str) -> str:
    """An amount of memory: ``2GB``, ``512MB``, ``1.5GiB``."""
    try:
        bytes_in(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def identifier(text: str) -> str:
    """A name that can be a variable."""
    if not text.isidentifier() or keyword.iskeyword(text):
        raise argparse.ArgumentTypeError(f"{text!r} cannot be a variable's name")
    return text

"""Writes what the page takes from Python: ``python -m jupyter_flow.widgets.schema``; ``--check`` tells what is stale.

`labextension/src/protocol.ts` are the types of the messages, `labextension/src/view/palette.ts` the colours and marks
of pictures, so that page and SVG cannot differ.
"""

import sys
from inspect import cleandoc
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

from . import messages
from .colours import palette

PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}
HEADING = "// Written by `python -m jupyter_flow.widgets.schema` from jupyter_flow/{}; do not edit.\n"


def written() -> dict[str, str]:
    """The files and what is in them."""
    return {
        "src/protocol.ts": HEADING.format("widgets/messages/") + typescript(),
        "src/view/palette.ts": HEADING.format("render/palette.py") + palette(),
    }


def typescript() -> str:
    """The types of `messages`, in TypeScript."""
    return "".join([_declared(name, value) for name, value in _types().items()])


def _types() -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(messages).items()
        if name[0].isupper() and (is_typeddict(value) or get_origin(value) in (Literal, Union, UnionType, tuple))
    }


def _declared(name: str, value: Any) -> str:
    if not is_typeddict(value):
        return f"\nexport type {name} = {_type(value, top=True)};\n"
    about = "\n * ".join(cleandoc(value.__doc__ or "").splitlines()).replace(" * \n", " *\n")
    fields = get_type_hints(value, include_extras=True)
    lines = [_field(field, kind) for field, kind in fields.items()]
    return f"\n/** {about} */\nexport interface {name} {{\n{''.join(lines)}}}\n"


def _field(name: str, kind: Any) -> str:
    if get_origin(kind) is NotRequired:
        return f"  {name}?: {_type(get_args(kind)[0])};\n"
    return f"  {name}: {_type(get_args(kind)[0] if get_origin(kind) is Required else kind)};\n"


def _type(kind: Any, *, top: bool = False) -> str:
    if kind in PLAIN:
        return PLAIN[kind]
    named = next((name for name, value in _types().items() if value == kind), None)
    if named is not None and not top:
        return named
    return _built(get_origin(kind), get_args(kind))


def _built(origin: Any, arguments: tuple[Any, ...]) -> str:
    if origin is Literal:
        return " | ".join([f"'{word}'" for word in arguments])
    inner = [_type(argument) for argument in arguments]
    if origin in (Union, UnionType):
        return " | ".join(inner)
    if origin is tuple:
        return f"[{', '.join(inner)}]"
    if origin is list:
        return f"({inner[0]})[]" if " " in inner[0] and inner[0][0] != "[" else f"{inner[0]}[]"
    raise TypeError(f"no TypeScript for {origin}")


def main(arguments: list[str], root: Path) -> int:
    """Write the files below `root`, or say which are not current. The exit status."""
    stale = [name for name, text in written().items() if not _same(root / name, text)]
    if "--check" in arguments:
        sys.stderr.writelines(f"{root / name} is not what this writes now\n" for name in stale)
        return 1 if stale else 0
    for name in stale:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(written()[name], encoding="utf-8")
    return 0


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).parents[2] / "labextension"))

"""The colours and marks of `render.palette` for the page, in TypeScript; statuses are numbers there."""

import json
import re
from collections.abc import Callable
from typing import Any

from ..render.palette import DARK, LIGHT, SIGN, Theme, drawn
from ..render.standing import STANDING_OF, Standing

TYPES = """
export interface Theme {
  card: string;
  rim: string;
  text: string;
  muted: string;
  edge: string;
  plain: string;
  /** by status: line and tint */
  status: [string, string][];
  executors: string[];
  /** short to long */
  times: string[];
  /** how much of an executor's colour fills a node or a chip */
  tint: number;
}

/** A path in a circle of radius 8 around 0,0: a line, or a shape that is filled. */
export interface Mark {
  path: string;
  filled: boolean;
}
"""


def palette() -> str:
    """Everything, as a module."""
    marks = _by_status(lambda status: {"path": _path(status), "filled": 'class="g"' in drawn(status)})
    return (
        TYPES
        + _constant("LIGHT: Theme", _theme(LIGHT))
        + _constant("DARK: Theme", _theme(DARK))
        + _constant("MARKS: Mark[]", marks)
        + _constant("SIGNS: string[]", _by_status(SIGN.__getitem__))
    )


def _by_status(of: Callable[[Standing], Any]) -> list[Any]:
    return [of(status) for status in STANDING_OF]


def _theme(theme: Theme) -> dict[str, object]:
    plain = {name: getattr(theme, name) for name in ("card", "rim", "text", "muted", "edge", "plain", "tint")}
    return {
        **plain,
        "status": _by_status(theme.status.__getitem__),
        "executors": theme.executors,
        "times": theme.times,
    }


def _path(status: Standing) -> str:
    found = re.search(r' d="([^"]+)"', drawn(status))
    assert found is not None
    return found[1]


def _constant(name: str, value: object) -> str:
    return f"\nexport const {name} = {_written(value)};\n"


def _written(value: object) -> str:
    """A value with each item of an outermost list or object on a line of its own."""
    plain = json.dumps(value, ensure_ascii=False)
    if len(plain) < 100 or not isinstance(value, dict | list):
        return plain
    if isinstance(value, list):
        return "[\n" + "".join(f"  {json.dumps(item, ensure_ascii=False)},\n" for item in value) + "]"
    return "{\n" + "".join(f"  {name}: {json.dumps(item, ensure_ascii=False)},\n" for name, item in value.items()) + "}"

"""The imports at the top of a script, sorted as linters want them."""

import ast
import itertools
import sys

from .names import DEFINITIONS
from .text import IMPORTS, first_line

Import = ast.Import | ast.ImportFrom


def headed(needed: list[str], helpers: list[str], blocks: list[str]) -> list[str]:
    """The blocks of a script under the imports that it needs, sorted in among those it begins with."""
    script = "\n\n".join(block.strip("\n") for block in blocks if block.strip())
    first = _leading(ast.parse(script))
    future = any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in first)
    lines = script.splitlines()
    end = max((statement.end_lineno or 0 for statement in first), default=0)
    begin = first[0].lineno - 1 if first else 0
    above = [line for line in lines[begin:end] if line.startswith("#")]
    if not needed or above or future:  # an import of the future stays first
        return ["\n".join(needed), *helpers, *blocks] if needed or helpers else blocks
    texts = {_key(node): "\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in first}
    texts |= {_key(node): line for line in needed for node in ast.parse(line).body if _key(node) not in texts}
    if not first:
        return [_sorted(texts), *helpers, *blocks]
    return ["\n".join(lines[:begin]), _sorted(texts), *helpers, *_after(blocks, end)]


def _after(blocks: list[str], end: int) -> list[str]:
    """The blocks without the lines that their text begins with."""
    kept, number = [], 0
    for block in (block.strip("\n") for block in blocks if block.strip()):
        lines = block.splitlines()
        kept.append("\n".join(lines[max(0, end - number) :]))
        number += len(lines) + 1
    return kept


def _leading(tree: ast.Module) -> list[Import]:
    """The imports that a script begins with."""
    found: list[Import] = []
    for statement in tree.body:
        if not isinstance(statement, IMPORTS):
            break
        found.append(statement)
    return found


def _key(node: ast.stmt) -> tuple[int, bool, str, str]:
    """The place of an import: the standard library first, and `import x` before `from x`."""
    module = node.names[0].name if isinstance(node, ast.Import) else getattr(node, "module", None) or "."
    section = 0 if module.partition(".")[0] in sys.stdlib_module_names else 1
    return section, isinstance(node, ast.ImportFrom), module.lower(), ast.unparse(node)


def _sorted(texts: dict[tuple[int, bool, str, str], str]) -> str:
    sections = [[texts[key] for key in sorted(texts) if key[0] == section] for section in (0, 1)]
    return "\n\n".join("\n".join(section) for section in sections if section)


def spaced(script: str) -> str:
    """A script with a blank line below each of its blocks of imports."""
    lines = script.splitlines()
    body = ast.parse(script).body
    for statement, following in reversed(list(itertools.pairwise(body))):
        end = statement.end_lineno or 0
        if not isinstance(statement, IMPORTS) or isinstance(following, IMPORTS):
            continue
        blank = next(number for number, line in enumerate(lines[end:]) if line)
        wanted = 2 if isinstance(following, DEFINITIONS) and first_line(following) == end + blank + 1 else 1
        lines[end:end] = [""] * (wanted - blank)
    return "\n".join(lines) + "\n"

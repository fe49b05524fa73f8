"""Changes in place, as far as they can be told from how they are written: ``df["x"] = …``, ``xs.append(1)``."""

import ast
from collections.abc import Iterator

# Methods that change what they are called on, and give something back for it.
GIVING = frozenset(
    {
        *("pop", "popleft", "popitem", "setdefault"),
        *("fit", "partial_fit", "fit_transform", "fit_predict", "set_params"),  # scikit-learn, Keras
        *("load_state_dict", "requires_grad_", "step", "train"),  # torch
        *("put", "get_nowait", "put_nowait"),  # queues
    }
)
# Methods that change what they are called on and give nothing: where a value is made of their answer,
# they are others of the same name, as in `df.sort("day")`, `series.add(1)`, `index.insert(0, x)`.
SILENT = frozenset(
    {
        *("append", "appendleft", "extend", "extendleft", "insert", "remove", "clear", "sort", "reverse", "rotate"),
        *("update", "add", "discard"),
        *("intersection_update", "difference_update", "symmetric_difference_update"),
        *("fill", "resize", "itemset", "setflags", "seed", "shuffle"),  # numpy, random
        *("zero_grad", "backward", "share_memory", "compile", "build"),  # torch, Keras
    }
)
# Methods whose call is a statement although they change nothing: they print, draw or write elsewhere.
LOOKING = frozenset(
    {
        *("info", "head", "tail", "describe", "show", "display", "print", "summary", "save", "savefig"),
        *("debug", "warning", "error", "exception", "critical", "log"),  # loggers
    }
)
DRAWING = frozenset({"plot", "hist", "boxplot"})  # a table's without arguments by position; an Axes' change it
# Functions that change their first argument.
ON_FIRST = frozenset(
    {
        *("setattr", "delattr", "next", "setitem", "delitem"),
        *("heapify", "heappush", "heappop", "heapreplace", "heappushpop", "insort", "insort_left", "insort_right"),
        *("shuffle", "copyto", "fill_diagonal", "put_along_axis"),
    }
)
# Where a call stands whose value nobody keeps.
LOOSE = (ast.Expr, ast.Await, ast.BoolOp, ast.UnaryOp, ast.IfExp, ast.If, ast.While, ast.Lambda, ast.Tuple)
COLLECTED = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def root(node: ast.AST) -> ast.Name | None:
    """The name that a chain of attributes and items begins with: x of ``x.a.b[0]``."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def changed_by(call: ast.Call, parent: ast.AST) -> Iterator[ast.Name]:
    """The names whose objects a call changes, wherever it stands."""
    found: list[ast.AST] = []
    if isinstance(call.func, ast.Attribute) and (_mutates(call, call.func.attr, parent) or _in_place(call)):
        found.append(call.func.value)
    if call.args and _name(call.func) in ON_FIRST:
        found.append(call.args[0])
    for keyword in call.keywords:
        if keyword.arg == "out":
            found += keyword.value.elts if isinstance(keyword.value, ast.Tuple) else [keyword.value]
    yield from filter(None, map(root, found))


def changed_as_statement(node: ast.Expr, last: bool) -> ast.Name | None:
    """The name whose object a statement changes that is a call of a method, whatever the method is called.

    last: it is the cell's last statement, whose value is looked at.
    """
    call = node.value.value if isinstance(node.value, ast.Await) else node.value
    if last or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    names = {part.attr for part in ast.walk(call.func) if isinstance(part, ast.Attribute)}
    drawn = names & DRAWING and not (call.args and call.func.attr in DRAWING)
    if names & LOOKING or drawn or call.func.attr.startswith("to_"):
        return None
    return root(call.func.value)


def _mutates(call: ast.Call, method: str, parent: ast.AST) -> bool:
    if method == "eval":
        return not call.args and not call.keywords  # torch's; a data frame's takes an expression
    loose = isinstance(parent, LOOSE + COLLECTED)
    torch = method.endswith("_") and not method.startswith("_")
    return method in GIVING or torch or (loose and (method in SILENT or method.endswith("_update")))


def _in_place(call: ast.Call) -> bool:
    return any(
        keyword.arg == "inplace" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for keyword in call.keywords
    )


def _name(called: ast.expr) -> str | None:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else None

"""The output of an electron while a graph is built: a stand-in for a value that does not exist yet.

What can be computed later (indexing, attributes, method calls, arithmetic, comparison, unpacking)
adds a glue node. What needs the value now (`if`, `for`, `len`, `int`, f-strings) is refused, in words that
name the electron and the way out: the alternative is a workflow that completes with a wrong answer.
"""

import dis
import math
import operator
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from .errors import BuildError
from .literal import fetch, slot_of

if TYPE_CHECKING:
    from .tracing import Tracer

HIDDEN = ("_repr_", "_ipython_", "__")  # probed by displays and protocols, never meant for the value


class Output:
    """What calling an electron returns inside a lattice."""

    # One private name: every other attribute belongs to the value.
    __slots__ = ("_flow_output",)

    def __init__(self, tracer: "Tracer", node: int | None, name: str, attribute: "tuple[Output, str] | None" = None):
        object.__setattr__(self, "_flow_output", [tracer, node, name, attribute])

    # what becomes a node -------------------------------------------------------------------

    def __getattr__(self, name: str) -> "Output":
        if name.startswith(HIDDEN):
            raise AttributeError(name)
        tracer, _, producer, _ = self._flow_output
        return Output(tracer, None, f":{producer}.{name}", (self, name))

    def __getitem__(self, key: object) -> "Output":
        return _glue(self, f":{_name(self)}[{_short(key)}]", operator.getitem, self, key)

    def __call__(self, *args: Any, **kwargs: Any) -> "Output":
        tracer, node, name, attribute = self._flow_output
        if node is None and attribute is not None:
            owner, method = attribute
            called: Output = tracer.glue(f"{name}()", call_method, (owner, method, *args), kwargs)
            return called
        return _glue(self, f":{name}()", operator.call, self, *args, **kwargs)

    def __iter__(self) -> Iterator["Output"]:
        count = _unpacking(sys._getframe(1))
        if count is None:
            _refuse(self, "be looped over", "loop inside an electron, or use electron.map(output) or a sublattice")
        if count < 0:
            _refuse(self, "be unpacked with a star", "index it (output[0], output[1:])")
        name = _name(self)
        parts = [_glue(self, f":{name}()[{i}]", unpacked, self, i, count) for i in range(count)]
        return iter(parts)

    # what cannot be known yet --------------------------------------------------------------

    def __bool__(self) -> NoReturn:
        _refuse(self, "decide an `if`, `and`, `or` or `while`", "branch inside an electron, or use a sublattice or when()")

    def __contains__(self, item: object) -> NoReturn:
        _refuse(self, "be searched with `in`", "search inside an electron")

    def __str__(self) -> NoReturn:
        _refuse(self, "become text", "format it inside an electron; repr(output) shows this stand-in")

    def __format__(self, spec: str) -> NoReturn:
        _refuse(self, "become text", "format it inside an electron; repr(output) shows this stand-in")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        _refuse(self, "be changed", "change it inside an electron")

    def __setitem__(self, key: object, value: object) -> NoReturn:
        _refuse(self, "be changed", "change it inside an electron")

    def __delitem__(self, key: object) -> NoReturn:
        _refuse(self, "be changed", "change it inside an electron")

    # what keeps it a value -----------------------------------------------------------------

    __array_ufunc__ = None  # numpy leaves `array + output` to __radd__

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<output of {_name(self)!r}, not computed yet>"

    def __copy__(self) -> "Output":
        return self

    def __deepcopy__(self, memo: object) -> "Output":
        return self

    def __reduce_ex__(self, protocol: object) -> Any:
        slot = slot_of(node_of(self))
        if slot is None:
            _refuse(self, "be captured by a function", "pass it as an argument of the electron")
        return fetch, (slot,)


def node_of(output: Output, tracer: "Tracer | None" = None) -> int:
    """The node that computes an output; an attribute becomes one now that it is used."""
    state = output._flow_output
    if state[1] is None:
        owner, name = state[3]
        state[1] = node_of(state[0].glue(state[2], getattr, (owner, name), {}))
    if not state[0].open or (tracer is not None and tracer is not state[0]):
        _refuse(output, "be used in another lattice or after its own was built", "call the electron again there")
    node: int = state[1]
    return node


def call_method(value: Any, method: str, *args: Any, **kwargs: Any) -> Any:
    """`value.method(...)`, as one step, so that the bound method never has to travel."""
    return getattr(value, method)(*args, **kwargs)


def unpacked(value: Any, index: int, count: int) -> Any:
    """Item `index` of a value that must have exactly `count` items, as in ``a, b = value``."""
    items = list(value)
    if len(items) != count:
        words = f"not enough values to unpack (expected {count}, got {len(items)})"
        raise ValueError(words if len(items) < count else f"too many values to unpack (expected {count})")
    return items[index]


def _glue(output: Output, name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Output:
    made: Output = output._flow_output[0].glue(name, function, args, kwargs)
    return made


def _name(output: Output) -> str:
    name: str = output._flow_output[2]
    return name


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _refuse(output: Output, what: str, way_out: str) -> NoReturn:
    raise BuildError(
        f"the output of electron {_name(output)!r} is not computed yet while the lattice is built, so it cannot {what}: {way_out}"
    )


def _unpacking(frame: Any) -> int | None:
    """How many names the caller's `a, b = output` has; -1 for a starred one; None if it does something else.

    Python does not tell an iterator who asks. The instruction the caller is at does, and only
    UNPACK_SEQUENCE says how many items will be taken.
    """
    code, at = frame.f_code.co_code, frame.f_lasti
    name = dis.opname[code[at]]
    if name == "UNPACK_EX":
        return -1
    if name != "UNPACK_SEQUENCE":
        return None
    count, shift = code[at + 1], 8
    while at >= 2 and dis.opname[code[at - 2]] == "EXTENDED_ARG":
        at -= 2
        count |= code[at + 1] << shift
        shift += 8
    return int(count)


def _binary(symbol: str, function: Callable[..., Any]) -> tuple[Callable[..., Output], Callable[..., Output]]:
    def forward(self: Output, other: object) -> Output:
        return _glue(self, f"{_name(self)}_{symbol}_{_label(other)}", function, self, other)

    def backward(self: Output, other: object) -> Output:
        return _glue(self, f"{_label(other)}_{symbol}_{_name(self)}", function, other, self)

    return forward, backward


def _label(value: object) -> str:
    return _name(value) if isinstance(value, Output) else _short(value)


def _unary(name: str, function: Callable[..., Any]) -> Callable[..., Output]:
    def method(self: Output, *args: Any) -> Output:
        return _glue(self, f"{name}({_name(self)})", function, self, *args)

    return method


def _refusal(what: str, way_out: str) -> Callable[..., NoReturn]:
    def method(self: Output, *_: object, **__: object) -> NoReturn:
        _refuse(self, what, way_out)

    return method


ARITHMETIC = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "matmul": "@",
    "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>",
}  # fmt: skip
COMPARISON = {"lt": "<", "le": "<=", "eq": "==", "ne": "!=", "gt": ">", "ge": ">="}
UNARY = {
    "neg": operator.neg, "pos": operator.pos, "invert": operator.invert, "abs": abs, "round": round,
    "floor": math.floor, "ceil": math.ceil, "trunc": math.trunc,
}  # fmt: skip


def _install() -> None:
    for name, symbol in ARITHMETIC.items():
        function = getattr(operator, f"{name}_" if name in ("and", "or") else name)
        forward, backward = _binary(symbol, function)
        setattr(Output, f"__{name}__", forward)
        setattr(Output, f"__r{name}__", backward)
    for name, function in (("pow", pow), ("divmod", divmod)):
        forward, backward = _binary(name, function)
        setattr(Output, f"__{name}__", forward)
        setattr(Output, f"__r{name}__", backward)
    for name, symbol in COMPARISON.items():
        setattr(Output, f"__{name}__", _binary(symbol, getattr(operator, name))[0])
    for name, function in UNARY.items():
        setattr(Output, f"__{name}__", _unary(name, function))
    for name in ("len", "length_hint"):
        setattr(Output, f"__{name}__", _refusal("give its length", "take the length inside an electron"))
    for name in ("int", "float", "complex", "index"):
        setattr(Output, f"__{name}__", _refusal("become a number", "convert it inside an electron"))
    for name in ("array", "array_function", "dataframe", "fspath", "buffer", "enter", "aenter", "await", "aiter", "next"):
        setattr(Output, f"__{name}__", _refusal(f"be used by `__{name}__`", "do that inside an electron"))


_install()

"""The output of an electron while a graph is built: a stand-in for a value that does not exist yet.

What can be computed later (indexing, attributes, method calls, arithmetic, comparison, unpacking)
adds a glue node. What needs the value now (`if`, `for`, `len`, `int`, f-strings) is refused, in words that
name the electron and the way out: the alternative is a workflow that completes with a wrong answer.
"""

import dis
import itertools
import math
import operator
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from .errors import BuildError
from .literal import ATOMS, capturing, fetch

if TYPE_CHECKING:
    from .tracing import Tracer

HIDDEN = ("_repr_", "_ipython_", "__")  # probed by displays and protocols, never meant for the value
CHANGING = frozenset({"pop", "popitem", "setdefault"})  # they return something, so that its use proves nothing
INSTEAD = "do it inside an electron, and return the changed value"
LONGEST = 60  # characters of the name of glue: a loop of `x = x + 1` must not grow names without end


class Output:
    """What calling an electron returns inside a lattice."""

    # One private name: every other attribute belongs to the value.
    __slots__ = ("_flow_output",)
    _flow_output: list[Any]  # tracer, node (None for an attribute that nobody has used yet), name, (owner, attribute)

    def __init__(
        self, tracer: "Tracer", node: int | None, name: str, attribute: "tuple[Output, str] | None" = None
    ) -> None:
        _hold(self, [tracer, node, name, attribute])

    # what becomes a node -------------------------------------------------------------------

    def __getattr__(self, name: str) -> "Output":
        if name.startswith(HIDDEN):
            raise AttributeError(name)
        tracer, _, producer, _ = self._flow_output
        return Output(tracer, None, _cut(f":{producer}.{name}"), (self, name))

    def __getitem__(self, key: object) -> "Output":
        return _glue(self, f":{_name(self)}[{_short(key)}]", operator.getitem, self, key)

    def __call__(self, /, *args: Any, **kwargs: Any) -> "Output":
        _, _, name, attribute = self._flow_output
        if attribute is not None:
            if attribute[1] in CHANGING:
                _refuse(attribute[0], f"be changed by `.{attribute[1]}()`", INSTEAD)
            return _glue(self, f"{name}()", call_method, *attribute, *args, **kwargs)
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
        way_out = "branch inside an electron, or use a sublattice or when()"
        _refuse(self, "decide an `if`, `and`, `or` or `while`", way_out)

    def __contains__(self, item: object) -> NoReturn:
        _refuse(self, "be searched with `in`", "search inside an electron")

    def __str__(self) -> NoReturn:
        _refuse(self, "become text", "format it inside an electron; repr(output) shows this stand-in")

    def __format__(self, spec: str) -> NoReturn:
        _refuse(self, "become text", "format it inside an electron; repr(output) shows this stand-in")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        _refuse(self, "be changed", "change it inside an electron")

    def __delattr__(self, name: str) -> NoReturn:
        _refuse(self, "be changed", "change it inside an electron")

    def __setitem__(self, key: object, value: object) -> NoReturn:
        _refuse(self, "be changed", "change it inside an electron")

    def __delitem__(self, key: object) -> NoReturn:
        _refuse(self, "be changed", "change it inside an electron")

    # what keeps it a value -----------------------------------------------------------------

    def __array_ufunc__(self, ufunc: Callable[..., Any], method: str, *inputs: Any, **kwargs: Any) -> "Output":
        if method != "__call__" or "out" in kwargs:
            _refuse(self, "be written into an array or reduced by numpy", "do that inside an electron")
        return _glue(self, f"{ufunc.__name__}({', '.join(map(_short, inputs))})", ufunc, *inputs, **kwargs)

    def __hash__(self) -> int:
        frame = sys._getframe(1)  # a set would answer `output in {1, 2}` with False, unasked
        if dis.opname[frame.f_code.co_code[frame.f_lasti]] == "CONTAINS_OP":
            _refuse(self, "be searched for in a set or dict", "search inside an electron")
        return id(self)

    def __repr__(self) -> str:
        return f"<output of {_name(self)!r}, not computed yet>"

    def __copy__(self) -> "Output":
        return self

    def __deepcopy__(self, memo: object) -> "Output":
        return self

    def __reduce_ex__(self, protocol: object) -> Any:
        found = capturing()
        if found is None:
            _refuse(self, "be captured by a function", "pass it as an argument of the electron")
        tracer, slots = found
        return fetch, (slots.setdefault(node_of(self, tracer), len(slots)),)


_hold = Output._flow_output.__set__  # type: ignore[attr-defined, misc]  # Output refuses to be changed otherwise


def node_of(output: Output, tracer: "Tracer | None" = None) -> int:
    """The node that computes an output; an attribute becomes one now that it is used."""
    state = output._flow_output
    if state[1] is None:
        _compute_attributes(output)
    if not state[0].open or (tracer is not None and tracer is not state[0]):
        _refuse(output, "be used in another lattice or after its own was built", "call the electron again there")
    node: int = state[1]
    return node


def _compute_attributes(output: Output) -> None:
    """Make nodes of `output.a.b.c`; without recursion, as a linked list may be walked a thousand steps."""
    pending = []
    while output._flow_output[1] is None:
        pending.append(output)
        output = output._flow_output[3][0]
    for attribute in reversed(pending):
        tracer, _, name, what = attribute._flow_output
        attribute._flow_output[1] = tracer.glue(name, getattr, what, {})._flow_output[1]


def call_method(value: Any, method: str, /, *args: Any, **kwargs: Any) -> Any:
    """`value.method(...)`, as one step, so that the bound method never has to travel."""
    return getattr(value, method)(*args, **kwargs)


def itself(value: Any) -> Any:
    """The value: a step that only puts together what its argument is made of."""
    return value


def unpacked(value: Any, index: int, count: int) -> Any:
    """Item `index` of a value that must have exactly `count` items, as in ``a, b = value``."""
    items = list(itertools.islice(value, count + 1))
    if len(items) != count:
        words = f"not enough values to unpack (expected {count}, got {len(items)})"
        raise ValueError(words if len(items) < count else f"too many values to unpack (expected {count})")
    return items[index]


def _glue(output: Output, name: str, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Output:
    made: Output = output._flow_output[0].glue(_cut(name), function, args, kwargs)
    return made


def _name(output: Output) -> str:
    name: str = output._flow_output[2]
    return name


def _short(value: object) -> str:
    """An operand in a name: the same at every build, and never a long text in the making."""
    if isinstance(value, Output):
        return _name(value)
    if type(value) is slice:
        parts = [value.start, value.stop, value.step][: 2 if value.step is None else 3]
        return ":".join("" if part is None else _short(part) for part in parts)
    if type(value) is tuple and len(value) <= 4:
        return ", ".join(map(_short, value))
    if type(value) is str or type(value) is bytes:
        return _cut(repr(value[:LONGEST]), 40)
    if type(value) not in ATOMS or (type(value) is int and value.bit_length() > 100):
        return type(value).__name__
    return repr(value)


def _cut(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _refuse(output: Output, what: str, way_out: str) -> NoReturn:
    raise BuildError(
        f"the output of electron {_name(output)!r} is not computed yet while the lattice is built, "
        f"so it cannot {what}: {way_out}"
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
    def forward(self: Output, other: object, *modulus: object) -> Output:
        return _glue(self, f"{_name(self)}_{symbol}_{_short(other)}", function, self, other, *modulus)

    def backward(self: Output, other: object) -> Output:
        return _glue(self, f"{_short(other)}_{symbol}_{_name(self)}", function, other, self)

    return forward, backward


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
UNARY: dict[str, Callable[..., Any]] = {
    "neg": operator.neg, "pos": operator.pos, "invert": operator.invert, "abs": abs, "round": round,
    "floor": math.floor, "ceil": math.ceil, "trunc": math.trunc,
}  # fmt: skip
REFUSED = (
    "array", "array_function", "dataframe", "fspath", "buffer", "enter", "exit", "aenter", "aexit", "await",
    "aiter", "next",
)  # fmt: skip


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
    for name in REFUSED:
        setattr(Output, f"__{name}__", _refusal(f"be used by `__{name}__`", "do that inside an electron"))


_install()

"""A notebook cell as an electron: its statements run in a namespace of their own, what they made goes back by name."""

import ast
import builtins
import inspect
import io
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..model.cellvalues import CellValues
from ..model.fingerprint import Fingerprint
from ..model.literal import ATOMS
from ..model.pickles import PROTOCOL, Pickler
from .arrival import Home
from .changes import Watch
from .commands import Commands
from .displays import display

Namespace = dict[str, Any]


class CellFunction:
    """The function of an electron cell. Called with its inputs by name, it returns `CellValues`.

    source: Python, after IPython's own syntax is translated. file: as tracebacks know the cell. carried: the
    functions, classes and modules it uses (`carry`). outputs, deletes: the names it hands back or takes away.
    groups: inputs that hold several names each, by their label. digest: of all its code.
    """

    builds_graph = False
    keeps_secrets = True  # a variable that holds a Secret in the notebook does so in the cell

    def __init__(
        self, name: str, source: str, file: str, carried: bytes, outputs: Sequence[str], deletes: Sequence[str],
        groups: Mapping[str, Sequence[str]], digest: Fingerprint,
    ) -> None:  # fmt: skip
        self.__name__ = self.__qualname__ = name
        self.source, self.file, self.carried = source, file, carried
        self.outputs, self.deletes = tuple(outputs), tuple(deletes)
        self.groups = {label: tuple(names) for label, names in groups.items()}
        self.__fingerprint__ = digest

    def __call__(self, /, **given: Any) -> Any:
        space = self.namespace(given)
        watch = Watch(space, self._names(given), self.outputs)
        done = _execute(self.source, self.file, space)
        if inspect.iscoroutine(done):
            return self._later(done, space, watch)
        return self._values(space, watch)

    async def _later(self, done: Any, space: Namespace, watch: Watch) -> CellValues:
        await done
        return self._values(space, watch)

    def _values(self, space: Namespace, watch: Watch) -> CellValues:
        changed = watch.told()
        made = {name: space[name] for name in self.outputs if name in space}
        return CellValues(made, tuple(name for name in self.deletes if name not in space), changed)

    def namespace(self, given: Mapping[str, Any]) -> Namespace:
        """The names the cell starts with: its inputs, and the code that came along."""
        home: Home = Home({})
        inputs: Namespace = {}
        for label, value in given.items():
            names = self.groups.get(label)
            if names is None:
                inputs[label] = value
            else:
                value = value.within(home.load) if isinstance(value, CellValues) else value
                inputs |= {name: value[name] for name in names if name in value}
        code, *_ = home.load(self.carried, inputs=inputs)
        space = home.space
        space.update({**code, **inputs})
        space.update(__name__="__main__", __builtins__=builtins, get_ipython=lambda: Commands(space))
        return space

    def _names(self, given: Iterable[str]) -> list[str]:
        return [name for label in given for name in self.groups.get(label, (label,))]


class CellTask:
    """A cell as a function of its inputs, for lattices that call it: its outputs are what it returns."""

    def __init__(self, function: CellFunction, parameters: Sequence[str]) -> None:
        self.__name__ = self.__qualname__ = function.__name__
        self.__fingerprint__ = function.__fingerprint__
        self.__signature__ = inspect.Signature(
            [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in parameters]
        )
        self._function = function

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        done: Any = self._function(**self.__signature__.bind(*args, **kwargs).arguments)
        return self._later(done) if inspect.iscoroutine(done) else self._returned(done)

    async def _later(self, done: Any) -> Any:
        return self._returned(await done)

    def _returned(self, made: CellValues) -> Any:
        values = tuple(made.get(name) for name in self._function.outputs)
        return values[0] if len(values) == 1 else values or None


def _execute(source: str, file: str, space: Namespace) -> Any:
    """Run statements; the value of a last expression is displayed. A coroutine where they await."""
    tree = ast.parse(source, file)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) and not _silent(source) else None
    body = _compiled(tree, file, "exec")
    end = _compiled(ast.Expression(last.value), file, "eval") if isinstance(last, ast.Expr) else None
    if (body.co_flags | (end.co_flags if end else 0)) & inspect.CO_COROUTINE:
        return _executed(body, end, space)
    exec(body, space)
    if end is not None:
        _display(eval(end, space))
    return None


async def _executed(body: types.CodeType, end: types.CodeType | None, space: Namespace) -> None:
    for code in (body, end):
        value = eval(code, space) if code else None
        value = await value if inspect.iscoroutine(value) else value
    if end is not None:
        _display(value)


def _compiled(tree: Any, file: str, mode: str) -> types.CodeType:
    code: types.CodeType = compile(
        tree,
        file,
        mode,
        flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
        dont_inherit=True,
    )
    return code


def _silent(source: str) -> bool:
    """Whether a semicolon ends the cell: its last value is not to be shown."""
    import tokenize

    aside = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.INDENT, tokenize.DEDENT}
    told = [t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type not in aside]
    return bool(told) and told[-1].string == ";"


def _display(value: Any) -> None:
    if value is not None:
        display(value)


# code that travels ------------------------------------------------------------------------------------


class _Carrier(Pickler):
    """Pickles code, with the names of the notebook's data where these stand: they come as inputs."""

    def __init__(self, file: io.BytesIO, data: Mapping[str, Any]) -> None:
        super().__init__(file, protocol=PROTOCOL)
        self._data = {id(value): name for name, value in data.items() if type(value) not in ATOMS}

    def persistent_id(self, obj: Any) -> str | None:
        """The name of an input."""
        return self._data.get(id(obj))


def carry(
    code: Mapping[str, Any], classes: Sequence[type], data: Mapping[str, Any], modules: Sequence[types.ModuleType] = ()
) -> bytes:
    """Pickle code of a notebook: by name, and the classes of its data. Raises what pickling raises.

    modules: what is to be imported besides, before the cell runs.
    """
    file = io.BytesIO()
    _Carrier(file, data).dump((dict(code), list(classes), list(modules)))
    return file.getvalue()

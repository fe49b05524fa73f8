"""A cell with all it needs, at the moment it is run: nothing the notebook does afterwards reaches it."""

import ast
import builtins
import types
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ...dispatch.moment import moment
from ...model.cellvalues import CellValues
from ...model.electron import Electron
from ...model.errors import BuildError
from ...model.fingerprint import Fingerprint
from ...model.graph import TransportGraph
from ...model.lattice import Lattice
from ...model.literal import ATOMS, Literal
from ...model.options import Options
from ...model.pickles import BY_VALUE, dumps
from ...model.submodules import addressed
from ...model.tracing import ACTIVE
from ...session import session
from ...store.fingerprints import fingerprint
from ...worker.cell import CellFunction, CellTask, carry
from ...worker.changes import digest_of
from ...worker.mapped import Gather, MappedCell
from ...worker.messages import Moment
from .definition import Definition
from .fingerprints import code_fingerprint, stripped
from .imports import modules_of
from .reach import Behind, Reach, behind, reach

if TYPE_CHECKING:
    from .execution import Execution

ALONE = frozenset({"ndarray", "DataFrame", "Series", "Index", "str", "bytes", "bytearray", "range"})
LARGE = 10_000_000  # bytes; a larger input is named with its size
ELEMENTS = "elements"  # the label of what a cell is mapped over


class Wait(NamedTuple):
    """An argument that another cell makes."""

    producer: "Execution"
    names: tuple[str, ...]


class Captured(NamedTuple):
    """What an execution of a cell is made of."""

    graph: TransportGraph
    waits: dict[str, Wait]  # by label
    inputs: tuple[str, ...]  # what it reads, for people: data only, in the order of the cell
    outputs: tuple[str, ...]  # what it makes, for people
    makes: tuple[str, ...]  # every name it binds: also its functions, classes and imports
    digests: dict[str, bytes | None]  # of the data and code it has from the notebook, by name
    large: dict[str, int]  # inputs of note, with their bytes
    task: CellTask  # the cell as a function of its inputs
    behind: Behind  # what code among its values may do
    moment: Moment  # where it runs
    code: dict[str, Any]  # the functions, classes and modules it has from the notebook, by name


def capture(
    cell: Definition, space: dict[str, Any], pending: Callable[[str], "Execution | None"],
    instead: Mapping[str, Any] = {}, at: Moment | None = None,
) -> Captured:  # fmt: skip
    """Take along what a cell reaches in a notebook. Raises BuildError, naming what cannot be taken along.

    instead: values to take instead of the notebook's. at: where it runs, unset: where the kernel stands now.
    """
    found = reach(cell.reads(), space, pending, instead)
    _check_mapped(cell, found)
    _keep_wanted(cell, found)
    outputs, makes = _outputs(cell, found)
    labels = _labels(cell, found)
    groups = {label: names for label, names in labels.items() if _together(found, label, names)}
    function = CellFunction(
        cell.name, cell.source, cell.file, _carried(cell, found), makes, cell.names.deletes, groups,
        code_digest(cell, found, space),
    )  # fmt: skip
    arguments = {label: _argument(found, names, label in groups) for label, names in labels.items()}
    electron = Electron(function, cell.options, cell.name)
    graph = _graph(cell, electron, arguments, found, makes)
    return Captured(
        graph=graph,
        waits=_waiting(cell, found, labels),
        inputs=_inputs(cell, found),
        outputs=outputs,
        makes=makes,
        digests=_digests(found, space),
        large=_large(graph),
        task=_task(cell, function, found, outputs),
        behind=behind(cell, found),
        moment=at or moment(),
        code=found.code,
    )


def _waiting(cell: Definition, found: Reach, labels: Mapping[str, tuple[str, ...]]) -> dict[str, Wait]:
    """The arguments that other cells make, by label; what a cell is mapped over may be one."""
    waits = {label: Wait(found.pending[names[0]], names) for label, names in labels.items() if _waits(found, names)}
    if cell.mapped and cell.mapped.iterable in found.pending:
        waits[ELEMENTS] = Wait(found.pending[cell.mapped.iterable], (cell.mapped.iterable,))
    return waits


def _inputs(cell: Definition, found: Reach) -> tuple[str, ...]:
    """What it reads, for people."""
    coming = _modules(found)
    return tuple(n for n in cell.reads() if n in found.data or (n in found.pending and n not in coming))


def _check_mapped(cell: Definition, found: Reach) -> None:
    """See that there is, or will be, what a cell is mapped over. Raises BuildError."""
    if cell.mapped is None or cell.mapped.iterable in found.data or cell.mapped.iterable in found.pending:
        return
    variable, name = cell.mapped.variable, cell.mapped.iterable
    why = f"{name!r} is code: make a list of it first" if name in found.code else f"name {name!r} is not defined"
    raise BuildError(f"electron {cell.name!r}, --map {variable}={name}: {why}")


def _task(cell: Definition, function: CellFunction, found: Reach, outputs: Sequence[str]) -> CellTask:
    """For lattices: what it reads from the notebook, and nobody has yet, is a parameter as well."""
    known = {*found.code, *vars(builtins)}
    parameters = [name for name in cell.inputs or (*found.data, *cell.names.reads) if name not in known]
    plain = CellFunction(cell.name, cell.source, cell.file, function.carried, outputs, (), {}, function.__fingerprint__)
    return CellTask(plain, sorted(dict.fromkeys(parameters), key=_in_order(cell)))


def _in_order(cell: Definition) -> Callable[[str], int]:
    order = {name: place for place, name in enumerate(cell.inputs or cell.names.reads)}
    return lambda name: order.get(name, len(order))


def _keep_wanted(cell: Definition, found: Reach) -> None:
    """With ``-i``, only the data that it names."""
    if cell.inputs is None:
        return
    wanted = {*cell.inputs, *([cell.mapped.iterable] if cell.mapped else [])}
    for names in (found.data, found.pending):
        for name in [name for name in names if name not in wanted]:
            del names[name]


def _outputs(cell: Definition, found: Reach) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names it makes for people, and all."""
    names = cell.names
    if cell.outputs is not None:
        shown: tuple[str, ...] = cell.outputs
    else:
        changed = {name for name in names.mutates if name in found.code or name in _modules(found)}
        mapped = {cell.mapped.variable} if cell.mapped else set()
        shown = tuple(n for n in (*names.writes, *found.stores) if n not in changed and n not in mapped)
    deletes = () if cell.mapped else names.deletes  # a version of the name as well: that there is none
    return shown, tuple(dict.fromkeys((*shown, *names.defines, *names.imports, *deletes)))


def _modules(found: Reach) -> set[str]:
    """What it waits for that will be a module: code, which a call of its functions does not change."""
    return {name for name, producer in found.pending.items() if name in modules_of(producer.definition)}


def _labels(cell: Definition, found: Reach) -> dict[str, tuple[str, ...]]:
    """The arguments: arrays and the like each by itself, so that a large one is kept once; other data, which may
    share objects, together; of each cell that is waited for, its names together.
    """
    elements = cell.mapped.iterable if cell.mapped and cell.mapped.iterable not in cell.names.reads else None
    alone = [n for n, v in found.data.items() if n != elements and (type(v) in ATOMS or type(v).__name__ in ALONE)]
    others = [name for name in found.data if name not in alone and name != elements]
    producers: dict[int, list[str]] = {}
    for name, producer in found.pending.items():
        if name != elements:
            producers.setdefault(id(producer), []).append(name)
    groups = [(name,) for name in alone] + [tuple(names) for names in (others, *producers.values()) if names]
    return {", ".join(names): names for names in groups}


def _waits(found: Reach, names: Sequence[str]) -> bool:
    return names[0] in found.pending


def _together(found: Reach, label: str, names: Sequence[str]) -> bool:
    """Whether an argument is a `CellValues`: several names, or code of the notebook in it."""
    return (label,) != tuple(names) or _waits(found, names) or _brings_code(found.data[label])


def _brings_code(value: object) -> bool:
    if type(value) in ATOMS or type(value).__name__ in ALONE:
        return False
    try:
        return BY_VALUE in dumps(value, [])
    except Exception:  # whoever captures it says what is wrong
        return False


def _argument(found: Reach, names: Sequence[str], together: bool) -> Any:
    if _waits(found, names):
        return None  # supplied when it is there
    return CellValues({name: found.data[name] for name in names}) if together else found.data[names[0]]


def _carried(cell: Definition, found: Reach) -> bytes:
    modules = addressed(_body(cell), found.code.values())
    try:
        return carry(found.code, found.classes, found.data, modules)
    except Exception as error:  # pickling runs code of the values
        culprit = next((name for name, value in found.code.items() if not _portable(value, found)), None)
        what = f"{culprit!r}, which it uses," if culprit else "the code it uses"
        raise BuildError(
            f"electron {cell.name!r}: {what} cannot be pickled, so no worker could receive it ({error}); "
            "make it inside the cell instead"
        ) from error


def _portable(value: Any, found: Reach) -> bool:
    try:
        carry({"it": value}, (), found.data)
    except Exception:  # the same
        return False
    return True


def _graph(
    cell: Definition, electron: Electron, arguments: Mapping[str, Any], found: Reach, makes: Sequence[str]
) -> TransportGraph:
    """The graph of one electron; of a mapped cell, of the sublattice that runs it for each element."""

    def body() -> Any:
        if cell.mapped is None:
            return electron(**arguments)
        picked = cell.mapped.iterable if cell.mapped.iterable in found.pending else None
        mapped = Electron(MappedCell(electron, cell.mapped.variable, picked), Options(cell.options.executor), cell.name)
        made = mapped(found.data.get(cell.mapped.iterable), **arguments)
        tracer = ACTIVE.get()
        assert tracer is not None
        return tracer.glue(":gather", Gather(makes), (made,), {})

    body.__name__ = cell.name
    graph = session().prepare(Lattice(body))
    graph.sources[cell.file] = cell.raw
    graph.source = cell.raw
    for version in graph.versions:
        if version.kind != "glue":
            version.source, version.file = cell.raw, cell.file
    return graph


def _large(graph: TransportGraph) -> dict[str, int]:
    sizes = {}
    for label, _, item in graph.inputs_of(0):
        if isinstance(item, Literal):
            size = len(item.data) if isinstance(item.data, bytes) else item.data.size
            if size >= LARGE:
                sizes[label] = size
    return sizes


def code_digest(cell: Definition, found: Reach, space: Mapping[str, Any]) -> Fingerprint:
    """A digest of a cell's code and of the code it uses. Data count as inputs."""
    function = types.FunctionType(_body(cell), {"__name__": "__main__"})
    used = [(name, stripped(value, space)) for name, value in sorted(found.code.items())]
    classes = [stripped(kind, space) for kind in found.classes]
    return fingerprint((function, cell.inputs, cell.outputs, cell.mapped, used, classes))


def _body(cell: Definition) -> types.CodeType:
    code: types.CodeType = compile(cell.source, cell.file, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    return code


def _digests(found: Reach, space: Mapping[str, Any]) -> dict[str, bytes | None]:
    """Of the data and the code that a cell has from the notebook, by name."""
    data = {name: digest_of(value) for name, value in found.data.items()}
    return data | {name: code_fingerprint(value, space) for name, value in found.code.items()}

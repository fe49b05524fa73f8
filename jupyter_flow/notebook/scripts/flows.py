"""Electron cells that stand together as one lattice: called in order, wired by the names of their values."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .electrons import ElectronCell
from .names import Space
from .text import STEP, WIDTH, assigned, call, grouped, unpacked, values


@dataclass
class Step:
    """A call of an electron in a lattice, and which of its values somebody asks for."""

    cell: ElectronCell
    single: set[str] = field(default_factory=set)  # by themselves
    whole: bool = False  # all in one
    handle: str = ""  # the variable for all in one
    parents: list["Step"] = field(default_factory=list)  # --after


class FlowGroup:
    """Electron cells that one lattice runs, and what stands between them in the script."""

    def __init__(self, jf: str, space: Space, taken: set[str]) -> None:
        self._jf, self._space, self._taken = jf, space, taken
        self._cells: list[ElectronCell] = []
        self._blocks: list[str | ElectronCell] = []
        self._made: set[str] = set()
        self._touched: set[str] = set()
        self._gone: set[str] = set()  # deleted, and not made again
        self._from: dict[str, Step] = {}  # by bundle: whose values it holds
        self._before: set[str] = set()  # names of cells above that it deletes

    def __bool__(self) -> bool:
        return bool(self._cells)

    # what may stand in it ----------------------------------------------------------------------------

    def takes(self, cell: ElectronCell) -> bool:
        """Whether a cell finds the same in this lattice as after it."""
        reaches = cell.reaches | (self._space.reach(self._space.classes)[0] if cell.params else set())
        takes = {*cell.params, *([cell.mapped.iterable] if cell.mapped else [])}
        mixed = cell.shares and takes & self._made
        again = any(known.name == cell.name for known in self._cells)
        gone = self._gone & set(cell.names.reads)  # it is to miss them, or finds what they hid
        return not (reaches & self._made or mixed or again or gone or set(cell.defines) & self._touched)

    def passes(self, binds: Iterable[str], reads: Iterable[str]) -> bool:
        """Whether definitions may stand in front of it that the notebook has between its cells."""
        return self._touched.isdisjoint(binds) and self._made.isdisjoint(reads)

    def add(self, cell: ElectronCell) -> None:
        """Take a cell in."""
        self._bundle(cell)
        self._cells.append(cell)
        self._blocks += [*cell.source.notes, *cell.prelude, cell]
        self._made.update(cell.outputs, cell.deletes)
        self._gone = (self._gone | set(cell.deletes)) - set(cell.outputs)
        self._touched.update(self._made, cell.params, cell.code, cell.reaches, cell.names.reads, [cell.name])
        if cell.mapped:
            self._touched.add(cell.mapped.iterable)
        self._space.delete(cell.deletes)
        self._space.bind_code(cell.defines)
        self._space.bind_data(cell.outputs, self._space.origin())
        for name in cell.apart & set(cell.outputs):
            self._space.bind_data([name], self._space.origin())

    def put(self, text: str) -> None:
        """Put a text between the functions."""
        self._blocks.append(text)

    def _bundle(self, cell: ElectronCell) -> None:
        """Values that may share objects travel together to a cell that changes one of them."""
        origins: dict[int, list[str]] = {}
        variable = cell.mapped.variable if cell.mapped else None
        for name in cell.params:
            if name != variable and name in self._space.data:
                origins.setdefault(self._space.data[name], []).append(name)
        for names in origins.values():
            if len(names) > 1 and cell.mutates & set(names):
                cell.bundles[self._unique("_".join(names[:4]))] = tuple(names)

    def _unique(self, name: str) -> str:
        number, unique = 1, name
        while unique in self._taken:
            number += 1
            unique = f"{name}_{number}"
        self._taken.add(unique)
        return unique

    # the script --------------------------------------------------------------------------------------

    def close(self, needed: Callable[[str], bool]) -> list[str]:
        """The functions, the lattice, and its dispatch. needed: whether cells below, or the end, want a name."""
        steps = [Step(cell) for cell in self._cells]
        given, last = self._wire(steps)
        results = self._results(steps, {name: step for name, step in last.items() if needed(name)})
        name = self._unique("flow")
        lines = [f"@{self._jf}.lattice", call(f"def {name}", given, ":")]
        eaches: list[str] = []
        seen: dict[str, tuple[str, ...]] = {}
        for step in steps:
            lines += self._lines(step, eaches, seen)
        returns = [step.handle if len(names) > 1 else names[0] for step, names in results]
        lines += [values("return ", returns, STEP)] if returns else []
        blocks = [block.text() if isinstance(block, ElectronCell) else block for block in self._blocks]
        gone = sorted({n for cell in self._cells for n in cell.deletes if n not in last and n in self._before})
        deleted = [f"del {', '.join(gone)}"] if gone else []
        return [*blocks, *eaches, "\n".join(lines), "\n".join([self._dispatched(name, given, results), *deleted])]

    def _wire(self, steps: list[Step]) -> tuple[list[str], dict[str, Step]]:
        """The parameters of the lattice, and which step has the last version of each name."""
        given: dict[str, None] = {}
        last: dict[str, Step] = {}
        for place, step in enumerate(steps):
            cell = step.cell
            held = self._take_whole(cell, last)
            for name in _takes(cell):
                if name not in last:
                    given[name] = None
                elif name not in held:
                    last[name].single.add(name)
            step.parents = _parents(cell, steps[:place])
            for name in cell.deletes:
                if last.pop(name, None) is None:
                    self._before.add(name)
            last |= dict.fromkeys(cell.outputs, step)
        for step in steps:
            for one in [step, *step.parents] if step.parents else []:
                one.whole = True
        return list(given), last

    def _take_whole(self, cell: ElectronCell, last: dict[str, Step]) -> set[str]:
        """Let bundles that one electron makes be all its values; the names in them."""
        held: set[str] = set()
        for bundle, names in cell.bundles.items():
            makers = [last.get(name) for name in names]
            maker = makers[0]
            if maker is not None and all(other is maker for other in makers):
                maker.whole = True
                self._from[bundle] = maker
                held.update(names)
                cell.bundles[bundle] = tuple(name if name in names else "_" for name in maker.cell.outputs)
        return held

    def _results(self, steps: list[Step], wanted: dict[str, Step]) -> list[tuple[Step, list[str]]]:
        """What the lattice returns: the values of each electron together, since they may share objects."""
        results = []
        for step in steps:
            names = [name for name in step.cell.outputs if wanted.get(name) is step]
            if len(names) > 1:
                step.whole = True
                results.append((step, [name if name in names else "_" for name in step.cell.outputs]))
            elif names:
                step.single.update(names)
                results.append((step, names))
        return results

    def _lines(self, step: Step, eaches: list[str], seen: dict[str, tuple[str, ...]]) -> list[str]:
        cell, outputs = step.cell, step.cell.outputs
        head, arguments = self._call(cell, eaches)
        if step.whole and (len(outputs) != 1 or step.parents or self._again(cell, outputs[0])):
            step.handle = self._unique(f"{cell.called}_values")
        keep = (
            [step.handle] if step.handle else outputs[:1] if len(outputs) == 1 and (step.single or step.whole) else []
        )
        wanted = [name if name in step.single else "_" for name in outputs]
        if not keep and step.single:
            keep = wanted
        lines = [assigned(keep, head, arguments, "", STEP)]
        if step.parents:
            parents = [parent.handle or parent.cell.outputs[0] for parent in step.parents]
            lines.append(call(f"{self._jf}.wait", [keep[0], f"[{', '.join(parents)}]"], "", STEP))
        if step.handle and step.single:
            lines.append(unpacked(wanted, step.handle, STEP))
        return lines

    def _again(self, cell: ElectronCell, name: str) -> bool:
        place = self._cells.index(cell)
        return any(name in other.outputs for other in self._cells[place + 1 :])

    def _call(self, cell: ElectronCell, eaches: list[str]) -> tuple[str, list[str]]:
        arguments = _parameters(cell)
        if cell.mapped is None:
            return cell.name, [self._argument(cell, name) for name in arguments]
        variable, iterable = cell.mapped.variable, cell.mapped.iterable
        if arguments == [variable] and len(cell.outputs) < 2:
            return f"{cell.name}.map", [iterable]
        each, constants = self._unique(f"{cell.name}_each"), [name for name in arguments if name != variable]
        elements = iterable if iterable not in arguments else self._unique("elements")
        head = "return " if len(cell.outputs) < 2 else "made = "
        lines = [f"@{self._jf}.electron", f"@{self._jf}.lattice", call(f"def {each}", [elements, *constants], ":")]
        lines.append(_listed(head, cell.name, arguments, f"for {variable} in {elements}"))
        if len(cell.outputs) > 1:
            lists = [f"[values[{number}] for values in made]" for number in range(len(cell.outputs))]
            lines.append(values("return ", lists, STEP))
        eaches.append("\n".join(lines))
        return each, [iterable, *(self._argument(cell, name) for name in constants)]

    def _argument(self, cell: ElectronCell, parameter: str) -> str:
        """A value, or in a bundle the values, whether they come from an electron of the lattice or from outside."""
        names = cell.bundles.get(parameter)
        if names is None:
            return parameter
        if parameter in self._from:
            return self._from[parameter].handle
        return f"({', '.join(names)})"

    def _dispatched(self, name: str, given: list[str], results: list[tuple[Step, list[str]]]) -> str:
        if len(results) == 1:
            targets = results[0][1]
        else:
            targets = [grouped(names) if len(names) > 1 else names[0] for _, names in results]
        return assigned(targets, f"{self._jf}.dispatch({name})", given, ".result()")


def _parents(cell: ElectronCell, steps: list[Step]) -> list[Step]:
    """Of the steps so far, those that a cell is to come after: of several of a name the last."""
    found = [[step for step in steps if step.cell.called == name][-1:] for name in cell.after]
    return [step for steps in found for step in steps]


def _takes(cell: ElectronCell) -> list[str]:
    """The names that a call of it mentions."""
    variable = cell.mapped.variable if cell.mapped else None
    names = [name for name in cell.params if name != variable]
    return list(dict.fromkeys([*([cell.mapped.iterable] if cell.mapped else []), *names]))


def _parameters(cell: ElectronCell) -> list[str]:
    held = {name for names in cell.bundles.values() for name in names}
    return [name for name in cell.params if name not in held] + list(cell.bundles)


def _listed(head: str, function: str, arguments: list[str], loop: str) -> str:
    """``head[function(a, b) for a in b]``."""
    line = f"{STEP}{head}[{function}({', '.join(arguments)}) {loop}]"
    if len(line) <= WIDTH:
        return line
    inner = STEP * 2
    return f"{STEP}{head}[\n{call(function, arguments, '', inner)}\n{inner}{loop}\n{STEP}]"

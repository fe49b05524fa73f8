"""Following control flow: where paths part and meet, loops come round, and exceptions are caught."""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from .paths import GONE, MADE, Held, Jumps, Paths, Seen, State, join

Loop = ast.For | ast.AsyncFor | ast.While


class Branches(ast.NodeVisitor):
    """The part of a `Walker` that knows statements which lead to several places."""

    def __init__(self) -> None:
        self.paths = Paths()
        self.loops: list[Jumps] = []

    def block(self, nodes: Iterable[ast.AST | None]) -> None:
        """Follow one piece of code after the other, as far as paths lead."""
        for node in nodes:
            if node is not None and self.paths.state is not None:
                self.visit(node)

    def bind(self, name: str | None, node: Any, seen: Seen, held: Held = MADE) -> None:
        """A name is bound."""
        raise NotImplementedError

    def store(self, target: ast.expr, seen: Seen, held: Held = MADE) -> None:
        """Something is assigned to a target: a name, several, or a part of an object."""
        raise NotImplementedError

    # Conditions

    def test(self, condition: ast.expr) -> tuple[State | None, State | None]:
        """Follow a condition; the states in which it is true, and false."""
        if isinstance(condition, ast.BoolOp):
            return self._short_circuit(condition)
        if isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
            yes, no = self.test(condition.operand)
            return no, yes
        self.visit(condition)
        if isinstance(condition, ast.Constant):
            return (self.paths.state, None) if condition.value else (None, self.paths.state)
        return self.paths.state, self.paths.copy()

    def _short_circuit(self, condition: ast.BoolOp) -> tuple[State | None, State | None]:
        both = isinstance(condition.op, ast.And)
        out: State | None = None
        for value in condition.values:
            yes, no = self.test(value)
            self.paths.state, stop = (yes, no) if both else (no, yes)
            out = join(out, stop)
        return (self.paths.state, out) if both else (out, self.paths.state)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.paths.state = join(*self.test(node))

    def visit_If(self, node: ast.If) -> None:
        self._either(node.test, node.body, node.orelse)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._either(node.test, [node.body], [node.orelse])

    def _either(self, condition: ast.expr, then: Iterable[ast.AST], otherwise: Iterable[ast.AST]) -> None:
        self.paths.state, no = self.test(condition)
        self.block(then)
        end, self.paths.state = self.paths.state, no
        self.block(otherwise)
        self.paths.state = join(end, self.paths.state)

    def visit_Compare(self, node: ast.Compare) -> None:
        self.block([node.left, node.comparators[0]])
        self.paths.perhaps(lambda: self.block(node.comparators[1:]))

    def visit_Assert(self, node: ast.Assert) -> None:
        yes, self.paths.state = self.test(node.test)
        self.block([node.msg])
        self.paths.state = yes

    def visit_Raise(self, node: ast.Raise) -> None:
        self.block([node.exc, node.cause])
        self.paths.state = None

    # Loops

    def visit_While(self, node: ast.While) -> None:
        self._loop(node, lambda: self.test(node.test))

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        def turn() -> tuple[State | None, State | None]:
            exhausted = self.paths.copy()
            self.store(node.target, self.paths.record.targets)
            return self.paths.state, exhausted

        self.visit(node.iter)
        self._loop(node, turn)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        self.paths.record.awaits = True
        self.visit_For(node)

    def _loop(self, node: Loop, turn: Callable[[], tuple[State | None, State | None]]) -> None:
        jumps = Jumps()
        self.loops.append(jumps)
        head = self.paths.copy()
        while True:  # until another turn finds the names as the turns before it
            self.paths.state = dict(head or {})
            self.paths.state, left = turn()
            self.block(node.body)
            again = join(head, self.paths.state, *jumps.continues)
            if again == head:
                break
            head = again
        self.loops.pop()
        self.paths.state = left
        self.block(node.orelse)
        self.paths.state = join(self.paths.state, *jumps.breaks)

    def visit_Break(self, node: ast.Break) -> None:
        self._jump(self.loops[-1].breaks)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._jump(self.loops[-1].continues)

    def _jump(self, states: list[State]) -> None:
        if self.paths.state is not None:
            states.append(self.paths.state)
        self.paths.state = None

    # Exceptions

    def visit_Try(self, node: Any) -> None:
        if node.finalbody:
            self._finally(node)
        else:
            self._handle(node)

    visit_TryStar = visit_Try  # noqa: N815  # the name is ast's

    def _handle(self, node: ast.Try) -> None:
        on_the_way = self._caught(lambda: self.block(node.body))
        self.block(node.orelse)
        ends = [self.paths.state]
        for handler in node.handlers:
            self.paths.state = dict(on_the_way)
            self.block([handler.type])
            self.bind(handler.name, handler, self.paths.record.targets)
            self.block(handler.body)
            self.bind(handler.name, handler, {}, GONE)
            ends.append(self.paths.state)
        self.paths.state = join(*ends)

    def _finally(self, node: ast.Try) -> None:
        left = Jumps()
        self.loops.append(left)
        on_the_way = self._caught(lambda: self._handle(node))
        self.loops.pop()
        end = self.paths.state
        if self.paths.caught:  # else the cell fails anyway, and what it would clean up needs no input
            self.paths.state = on_the_way
            self.block(node.finalbody)
        for states, onward in self._onward(left):
            self.paths.state = join(*states)
            self.block(node.finalbody)
            self._jump(onward)
        self.paths.state = end
        self.block(node.finalbody)

    def _onward(self, left: Jumps) -> list[tuple[list[State], list[State]]]:
        if not self.loops:
            return []
        return [(left.breaks, self.loops[-1].breaks), (left.continues, self.loops[-1].continues)]

    def _caught(self, walk: Callable[[], None]) -> State:
        """Follow what may raise; what names may hold when it has."""
        state: State = dict(self.paths.state or {})
        self.paths.caught.append(state)
        walk()
        self.paths.caught.pop()
        return state

    # Patterns

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        ends: list[State | None] = []
        for case in node.cases:
            missed = None if _always(case.pattern) else self.paths.copy()
            self.block([case.pattern])
            if case.guard is not None and self.paths.state is not None:
                self.paths.state, no = self.test(case.guard)
                missed = join(missed, no)
            self.block(case.body)
            ends.append(self.paths.state)
            self.paths.state = missed
        self.paths.state = join(*ends, self.paths.state)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self.block([node.pattern])
        self.bind(node.name, node, self.paths.record.assigns)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        self.bind(node.name, node, self.paths.record.assigns)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.block([*node.keys, *node.patterns])
        self.bind(node.rest, node, self.paths.record.assigns)


def _always(pattern: ast.pattern) -> bool:
    """Whether a pattern matches anything."""
    if isinstance(pattern, ast.MatchOr):
        return any(map(_always, pattern.patterns))
    return isinstance(pattern, ast.MatchAs) and (pattern.pattern is None or _always(pattern.pattern))

"""The transport graph: which electron runs on which inputs, in plain arrays.

Node numbers 0 .. electrons-1 are the electrons in the order of their calls; glue (indexing, arithmetic,
…) has the numbers after them. A node's call is one of three kinds, told apart by a byte, because
almost all calls are of the first two and those need no object of their own.
"""

from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, Any

from .errors import BuildError
from .events import Value
from .literal import Concealed, Literal
from .options import Options
from .secretnames import holds_secret
from .vault import MASK, VAULT

if TYPE_CHECKING:
    import graphviz
    import networkx

PLAIN, OUTPUTS, MIXED = range(3)
# PLAIN    (value, …)                      positional atoms
# OUTPUTS  (node, …)                       positional outputs
# MIXED    (tags, (item, …), (name, …))    an item for each argument; the last ones go by name
ATOM, OUTPUT, LITERAL = 0, 1, 2  # the tags of MIXED

LONGEST = 40  # characters of an argument in a line of text

WAIT = "!waiting_edge"  # order without data, as Covalent names it


@dataclass(slots=True)
class Version:
    """One version of an electron: what was dispatched is what runs, whatever is redefined meanwhile."""

    name: str
    kind: str  # electron, glue or sublattice
    code: Value  # the pickled (function, hooks before, hooks after)
    names: tuple[str, ...]  # positional parameters
    variadic: str
    options: Options  # without executor and hooks
    executor: int  # index into the graph's executors; -1 until the defaults are known
    source: str = ""
    file: str = ""
    fingerprint: bytes = b""
    function: Any = field(default=None, compare=False)  # the live function, in the process that built it
    refusal: str = ""  # why only threads of that process can run it

    def label(self, position: int) -> str:
        """The parameter that a positional argument feeds."""
        return self.names[position] if position < len(self.names) else self.variadic or f"arg{position}"


@dataclass(slots=True, weakref_slot=True)
class TransportGraph:
    """A built lattice."""

    name: str
    versions: list[Version] = field(default_factory=list)
    executors: list[Any] = field(default_factory=list)
    version: "array[int]" = field(default_factory=lambda: array("I"))
    kinds: bytearray = field(default_factory=bytearray)
    calls: list[Any] = field(default_factory=list)
    waits: list[tuple[int, int]] = field(default_factory=list)  # (parent, child)
    electrons: int = 0
    result: Any = None  # (tag, item): what the lattice returned
    source: str = ""
    doc: str = ""
    sources: dict[str, str] = field(default_factory=dict)  # text of the cells the functions stand in
    secrets: dict[bytes, str] = field(default_factory=dict)  # those in it: what they are called, by id
    sealed: bytes = b""  # those that a worker met first, for the kernel

    def __len__(self) -> int:
        return len(self.version)

    # reading ------------------------------------------------------------------------------

    def name_of(self, node: int) -> str:
        """The name of a node's electron."""
        return self.versions[self.version[node]].name

    def words_of(self, node: int) -> str:
        """The name as people read it: without the colons that mark glue (``:load[0]``)."""
        return self.name_of(node).lstrip(":")

    def executor_of(self, node: int) -> Any:
        """The executor a node was given."""
        index = self.versions[self.version[node]].executor
        return self.executors[index] if index >= 0 else None

    def inputs_of(self, node: int) -> Iterator[tuple[str, int, Any]]:
        """The arguments of a node: (parameter, tag, item)."""
        version, call = self.versions[self.version[node]], self.calls[node]
        if self.kinds[node] == MIXED:
            tags, items, by_name = call
            first = len(items) - len(by_name)
            labels = [version.label(i) for i in range(first)] + list(by_name)
            yield from zip(labels, tags, items, strict=True)
        else:
            tag = ATOM if self.kinds[node] == PLAIN else OUTPUT
            for position, item in enumerate(call):
                yield version.label(position), tag, item

    def supply(self, node: int, label: str, literal: Literal) -> None:
        """Give a node an argument that was not known when the graph was built. Raises KeyError for none of its."""
        labels = [found for found, _, _ in self.inputs_of(node)]
        if label not in labels:
            raise KeyError(label)
        position = labels.index(label)
        if self.kinds[node] != MIXED:
            tag = ATOM if self.kinds[node] == PLAIN else OUTPUT
            self.kinds[node] = MIXED
            self.calls[node] = bytes([tag]) * len(labels), tuple(self.calls[node]), ()
        tags, items, names = self.calls[node]
        tags = tags[:position] + bytes([LITERAL]) + tags[position + 1 :]
        self.calls[node] = tags, (*items[:position], literal, *items[position + 1 :]), names

    def producers(self, node: int) -> Iterator[int]:
        """The nodes whose outputs a node takes, in the order of its arguments; repeated where used twice."""
        kind, call = self.kinds[node], self.calls[node]
        if kind == OUTPUTS:
            yield from call
        elif kind == MIXED:
            for tag, item in zip(call[0], call[1], strict=True):
                if tag == OUTPUT:
                    yield item
                elif tag == LITERAL:
                    yield from item.refs

    def edges(self) -> Iterator[tuple[int, int, str]]:
        """(producer, consumer, parameter), waits last."""
        version, names_of = self.version, [version.names for version in self.versions]
        for node, kind in enumerate(self.kinds):
            if kind == PLAIN:
                continue
            if kind == OUTPUTS and len(call := self.calls[node]) <= len(names := names_of[version[node]]):
                yield from zip(call, repeat(node), names, strict=False)
                continue
            for label, tag, item in self.inputs_of(node):
                if tag == OUTPUT:
                    yield item, node, label
                elif tag == LITERAL:
                    for producer in item.refs:
                        yield producer, node, label
        for parent, child in self.waits:
            yield parent, child, WAIT

    def get_node_value(self, node: int, key: str) -> Any:
        """A fact about a node: ``name``, ``kind``, ``function_string``, ``executor`` or ``metadata``."""
        version = self.versions[self.version[node]]
        executor = self.executor_of(node)
        facts = {
            "name": version.name,
            "kind": version.kind,
            "function_string": version.source,
            "executor": executor,
            "metadata": {"executor": executor, "retries": version.options.retries, "timeout": version.options.timeout},
        }
        if key not in facts:
            raise KeyError(f"{key!r}; a node has {', '.join(facts)}")
        return facts[key]

    def call_text(self, node: int) -> str:
        """A node's call as a person would write it, on one short line; arguments that look secret are left out."""
        return f"{self.words_of(node)}({', '.join(self._argument_text(*given) for given in self.inputs_of(node))})"

    def _argument_text(self, label: str, tag: int, item: Any) -> str:
        if tag == OUTPUT:
            return f"{label}={self.words_of(item)}"
        if tag == LITERAL:
            return f"{label}={MASK if type(item) is Concealed else '…'}"
        if holds_secret(label, item):  # of a record that is older than secrets are
            return f"{label}={MASK}"
        text = VAULT.masked(repr(item))
        return f"{label}={text if len(text) <= LONGEST else text[:LONGEST] + '…'}"

    # for the engine -------------------------------------------------------------------------

    def successors(self) -> "tuple[list[Any], array[int]]":
        """For each node its consumers, each once, and how many producers it waits for."""
        consumers: list[Any] = [()] * len(self)
        waiting = array("I", bytes(4 * len(self)))
        for node, kind in enumerate(self.kinds):
            if kind != PLAIN:
                producers = self._distinct(node)
                waiting[node] = len(producers)
                for producer in producers:
                    if consumers[producer]:
                        consumers[producer].append(node)
                    else:
                        consumers[producer] = [node]
        for child, parents in self._extra_parents():
            for parent in parents:
                consumers[parent] = consumers[parent] or []
                consumers[parent].append(child)
            waiting[child] += len(parents)
        return consumers, waiting

    def _extra_parents(self) -> Iterator[tuple[int, list[int]]]:
        """For each node that waits: whom it waits for, producers aside."""
        waits: dict[int, dict[int, None]] = {}
        for parent, child in self.waits:
            waits.setdefault(child, {})[parent] = None
        for child, parents in waits.items():
            producers = set(self._distinct(child))
            yield child, [parent for parent in parents if parent not in producers]

    def _distinct(self, node: int) -> Collection[int]:
        if self.kinds[node] != OUTPUTS:
            return dict.fromkeys(self.producers(node))
        call: Collection[int] = self.calls[node]
        return call if len(call) == 1 else dict.fromkeys(call)

    def check_order(self) -> None:
        """Raise BuildError if `wait` made a circle (arguments alone cannot)."""
        if not self.waits:
            return
        consumers, waiting = self.successors()
        ready = [node for node in range(len(self)) if not waiting[node]]
        for node in ready:
            for consumer in consumers[node]:
                waiting[consumer] -= 1
                if not waiting[consumer]:
                    ready.append(consumer)
        if len(ready) < len(self):
            stuck = sorted({self.name_of(node) for node in range(len(self)) if waiting[node]})
            raise BuildError(f"wait() makes these electrons wait for each other: {', '.join(map(repr, stuck))}")

    # views ----------------------------------------------------------------------------------

    def to_networkx(self) -> "networkx.MultiDiGraph[int]":
        """The graph for networkx: node attribute ``name``, edge attribute ``edge_name``."""
        import networkx

        graph: networkx.MultiDiGraph[int] = networkx.MultiDiGraph(name=self.name)
        for node in range(len(self)):
            version = self.versions[self.version[node]]
            graph.add_node(node, name=version.name, kind=version.kind, executor=self.executor_of(node))
        for producer, consumer, label in self.edges():
            graph.add_edge(producer, consumer, edge_name=label)
        return graph

    def to_dot(self) -> "graphviz.Digraph":
        """The graph for graphviz, whose `dot` program draws it where that is installed."""
        import graphviz

        dot = graphviz.Digraph(self.name, node_attr={"shape": "box", "style": "rounded"})
        for node in range(len(self)):
            dot.node(str(node), graphviz.escape(self.name_of(node)))
        for producer, consumer, label in self.edges():
            style = "dashed" if label == WAIT else "solid"
            dot.edge(str(producer), str(consumer), graphviz.escape("" if label == WAIT else label), style=style)
        return dot

    # travelling -----------------------------------------------------------------------------

    def __getstate__(self) -> tuple[Any, ...]:
        versions = [
            (v.name, v.kind, v.code, v.names, v.variadic, v.options, v.executor, v.source, v.file, v.fingerprint)
            for v in self.versions
        ]
        return (
            self.name, versions, self.executors, self.version, self.kinds, self.calls, self.waits,
            self.electrons, self.result, self.source, self.doc, self.sources, self.secrets, self.sealed,
        )  # fmt: skip

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        (
            self.name, versions, self.executors, self.version, self.kinds, self.calls, self.waits,
            self.electrons, self.result, self.source, self.doc, self.sources, *later,
        ) = state  # fmt: skip
        self.secrets, self.sealed = later or ({}, b"")  # an earlier version's has none
        self.versions = [Version(*fields) for fields in versions]


__all__ = ["ATOM", "LITERAL", "MIXED", "OUTPUT", "OUTPUTS", "PLAIN", "WAIT", "Literal", "TransportGraph", "Version"]

"""A dispatch that is run again where its secrets are not known any more: they are asked for by name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..model.binding import Binder
from ..model.errors import DispatchError, SecretNeeded
from ..model.graph import TransportGraph
from ..model.lattice import Lattice
from ..model.secret import discover
from ..model.vault import VAULT


def supply(id: str, graph: TransportGraph, given: Mapping[str, Any]) -> None:
    """Take in the secrets of a recorded dispatch. Raises DispatchError for what is none of them."""
    names = set(graph.secrets.values())
    if strange := [name for name in given if name not in names]:
        known = f"it has {_listed(sorted(names))}" if names else "it has none"
        raise DispatchError(f"dispatch {id} has no secret {_listed(strange)}; {known}")
    for secret in VAULT.lacks(graph.secrets):
        name = graph.secrets[secret]
        if name in given:
            VAULT.supply(secret, given[name], name)
            discover(given[name])


def check(id: str, graph: TransportGraph, reuse: bool) -> None:
    """Raise SecretNeeded, naming all that are missing, and how to give them."""
    missing = [graph.secrets[secret] for secret in VAULT.lacks(graph.secrets)]
    if missing:
        raise SecretNeeded(missing, _told(id, missing, reuse))


@contextmanager
def asking(id: str, reuse: bool) -> Iterator[None]:
    """Say of a secret that is missing meanwhile how to give it."""
    try:
        yield
    except SecretNeeded as error:
        raise SecretNeeded(error.names, _told(id, error.names, reuse)) from None


def only_secrets(graph: TransportGraph, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Whether new arguments are just secrets that the dispatch had: then the others are as they were."""
    return bool(kwargs) and not args and set(kwargs) <= set(graph.secrets.values())


def exchanged(
    lattice: Lattice, args: tuple[Any, ...], kwargs: dict[str, Any], given: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments a lattice had, with other secrets."""
    binder = Binder(lattice.workflow_function)
    labels = [binder.label(position) for position in range(len(args))]
    later = {name: given.get(name, value) for name, value in kwargs.items()}
    return tuple([given.get(label, value) for label, value in zip(labels, args, strict=True)]), later


def _told(id: str, missing: list[str], reuse: bool) -> str:
    again = f"jf.redispatch({id!r}{', reuse_previous_results=True' * reuse}"
    if all(name.isidentifier() for name in missing):
        way = f"{again})({', '.join(f'{name}=…' for name in missing)})"
    else:
        way = f"{again}, secrets={{{', '.join(f'{name!r}: …' for name in missing)}}})()"
    return f"dispatch {id} was given secrets, which are written nowhere: {_listed(missing)}. Give them again: {way}"


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names))

"""The short forms for clusters: ``%executor hpc slurm --partition main -n 2``."""

import shlex
from argparse import ArgumentTypeError, Namespace
from collections.abc import Mapping
from inspect import signature
from typing import Any

from ..executor import DaskExecutor
from ..executor.clusters import CLUSTER_KINDS, Cluster
from .parsing import Argument, amount, argument

TEXTS = ("partition", "queue", "account", "walltime", "interface", "image", "namespace")


def share(text: str) -> tuple[str, float]:
    """What an electron takes of a worker: ``GPU=1``."""
    name, _, amount = text.partition("=")
    try:
        if name and float(amount) > 0:
            return name, float(amount)
    except ValueError:
        pass
    raise ArgumentTypeError(f"{text!r} is no name with a number above 0, such as GPU=1")


OPTIONS: tuple[Argument, ...] = (
    argument(
        "--resource",
        dest="resources",
        action="append",
        type=share,
        metavar="NAME=N",
        help="clusters: what each of its electrons takes of what a worker offers: GPU=1",
    ),
    argument("--partition", metavar="NAME", help="slurm: where its jobs wait"),
    argument("--queue", metavar="NAME", help="pbs, lsf, sge: where its jobs wait"),
    argument("--account", metavar="NAME", help="slurm, pbs, lsf, sge: whom they are charged to"),
    argument("--walltime", metavar="TIME", help="how long a job may run, as the queue writes it: 01:30:00"),
    argument("--cores", type=int, metavar="N", help="cores of a job, which is one worker (unset: 1)"),
    argument("--memory", type=amount, metavar="SIZE", help="memory of a job (unset: 2GB)"),
    argument("--interface", metavar="NAME", help="the network's, by which a queue's nodes reach each other: ib0"),
    argument("--directive", dest="directives", action="append", metavar="WORDS", help="one more of a job's script"),
    argument("--prologue", action="append", metavar="LINE", help="a line of its script, before the worker starts"),
    argument("--hosts", type=shlex.split, metavar="'A B …'", help="ssh: the scheduler's, then a worker's each"),
    argument("--image", metavar="NAME", help="kubernetes: of its containers"),
    argument("--namespace", metavar="NAME", help="kubernetes: where they are"),
)
NAMES = (*TEXTS, "cores", "memory", "directives", "prologue", "hosts")


def settings_of(given: Namespace) -> dict[str, Any]:
    """Those of a cluster that a line gives."""
    settings = {name: getattr(given, name) for name in NAMES if getattr(given, name) is not None}
    return settings | ({"resources": dict(given.resources)} if given.resources else {})


def takes(kind: str) -> list[str]:
    """The settings that an executor on a cluster of that kind has."""
    own = [name for name in signature(DaskExecutor).parameters if name not in ("scheduler_address", "security")]
    return [*CLUSTER_KINDS[kind].settings, *own]


def made(kind: str, **settings: Any) -> DaskExecutor:
    """An executor on a cluster of that kind. Raises BuildError."""
    cluster, rest = parted(kind, settings)
    return DaskExecutor(Cluster(kind, **cluster), **rest)


def parted(kind: str, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings of the cluster, and those of the executor on it."""
    cluster = {name: value for name, value in settings.items() if name in CLUSTER_KINDS[kind].settings}
    return cluster, {name: value for name, value in settings.items() if name not in cluster}

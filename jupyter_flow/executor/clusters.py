"""Clusters that do not run yet: which queue or which hosts to ask for workers, and for what kind of workers."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple

from ..model.errors import BuildError

JOB = {
    "cores": "cores",
    "memory": "memory",
    "walltime": "walltime",
    "interface": "interface",
    "directives": "job_extra_directives",
    "prologue": "job_script_prologue",
}  # what a job is asked for: our word, the library's


class ClusterKind(NamedTuple):
    """What starts clusters of a kind: a class of some library, and our words for its settings."""

    module: str
    name: str  # of the class in it
    needs: str  # the module that has to be there
    package: str  # which brings it
    settings: Mapping[str, str]  # our word, the class's
    defaults: Mapping[str, Any]


def _queue(name: str, **more: str) -> ClusterKind:
    settings = {**JOB, **more}
    return ClusterKind("dask_jobqueue", name, "dask_jobqueue", "dask-jobqueue", settings, {"cores": 1, "memory": "2GB"})


CLUSTER_KINDS = {
    "slurm": _queue("SLURMCluster", partition="queue", account="account"),
    "pbs": _queue("PBSCluster", queue="queue", account="account"),
    "lsf": _queue("LSFCluster", queue="queue", account="project"),
    "sge": _queue("SGECluster", queue="queue", account="project"),
    "ssh": ClusterKind("distributed", "SSHCluster", "asyncssh", "asyncssh", {"hosts": "hosts"}, {}),
    "kubernetes": ClusterKind(
        "dask_kubernetes.operator", "KubeCluster", "dask_kubernetes", "dask-kubernetes",
        {"image": "image", "namespace": "namespace"}, {},
    ),
}  # fmt: skip


class Cluster:
    """A cluster that a `DaskExecutor` starts when it is first needed, and ends with the session. A value.

    kind: slurm, pbs, lsf, sge (queues, by dask-jobqueue), ssh (by asyncssh), kubernetes (by dask-kubernetes).
    settings: of a job in a queue, the cores and memory of the one worker in it, walltime, partition or queue,
        account, the network's interface by which nodes reach each other, further directives and the prologue of its
        script (lists of lines); hosts for ssh, the first for the scheduler; image and namespace for Kubernetes.
    options: anything else that the library's own class takes, by its own names.

    Clusters with equal settings are one. A queue's workers are met with TLS; the certificates are in a folder of the
    store, which the nodes have to see.

    Example: ``DaskExecutor(Cluster("slurm", partition="main", cores=4, memory="8GB"), workers=2)``

    Raises BuildError where there is no such kind or setting, or a package is missing.
    """

    __slots__ = ("_given", "kind")

    def __init__(self, kind: str, *, options: Mapping[str, Any] | None = None, **settings: Any) -> None:
        if kind not in CLUSTER_KINDS:
            raise BuildError(f"{kind!r} is no kind of cluster; there are {', '.join(CLUSTER_KINDS)}")
        known = CLUSTER_KINDS[kind]
        for name in settings:
            if name not in known.settings:
                raise BuildError(f"a {kind} cluster takes no {name}; it takes {', '.join(known.settings)}")
        if kind == "ssh" and not settings.get("hosts"):
            raise BuildError("an ssh cluster needs hosts: the scheduler's first, then a worker's each")
        if find_spec(known.needs) is None:
            raise BuildError(
                f"a {kind} cluster needs {known.package}, which is not installed: pip install {known.package}"
            )
        self.kind = kind
        given = {**known.defaults, **settings}
        self._given = (_frozen(given), _frozen(options or {}))

    def call(self) -> tuple[str, str, dict[str, Any]]:
        """The class to call, by module and name, and with what."""
        known = CLUSTER_KINDS[self.kind]
        settings, options = ({name: _thawed(value) for name, value in given} for given in self._given)
        return known.module, known.name, {known.settings[name]: value for name, value in settings.items()} | options

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cluster) and (self.kind, self._given) == (other.kind, other._given)

    def __hash__(self) -> int:
        return hash((self.kind, self._given))

    def __repr__(self) -> str:
        settings, options = self._given
        words = [f"{name}={_thawed(value)!r}" for name, value in settings]
        words += [f"options={dict(options)!r}"] if options else []
        return f"{self.kind}({', '.join(words)})"

    def __reduce__(self) -> Any:
        return _told, (self.kind, self._given)


def _told(kind: str, given: Any) -> Cluster:
    """From a record, also where its library is not installed."""
    made = object.__new__(Cluster)
    made.kind, made._given = kind, given
    return made


def _frozen(settings: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """To be compared. Raises BuildError for what cannot be."""
    frozen = tuple(sorted((name, tuple(v) if isinstance(v, list) else v) for name, v in settings.items()))
    try:
        hash(frozen)
    except TypeError:
        raise BuildError(f"settings of a cluster are text, numbers, or lists of these: {settings!r}") from None
    return frozen


def _thawed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

"""Clusters that are to be started: values, with a library behind each kind."""

import pickle
from typing import Any

import pytest

from jupyter_flow.executor import Cluster, DaskExecutor, clusters
from jupyter_flow.model.errors import BuildError


@pytest.fixture
def everything_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "find_spec", lambda name: name)


@pytest.mark.usefixtures("everything_installed")
def test_clusters_with_equal_settings_are_one() -> None:
    one, two, other = (Cluster("slurm", partition=name, prologue=["module load x"]) for name in ("a", "a", "b"))
    assert one == two != other
    assert len({one, two, other}) == 2
    assert DaskExecutor(one).resource() == DaskExecutor(two, retries=1).resource() != DaskExecutor(other).resource()


@pytest.mark.usefixtures("everything_installed")
def test_an_executor_for_one_is_recorded_and_read_where_its_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    executor = DaskExecutor(Cluster("pbs", queue="long"), workers=2)
    recorded = pickle.dumps(executor)
    monkeypatch.setattr(clusters, "find_spec", lambda name: None)
    assert pickle.loads(recorded).key() == executor.key()
    assert "queue='long'" in executor.describe()["scheduler_address"]


@pytest.mark.usefixtures("everything_installed")
@pytest.mark.parametrize(
    ("kind", "settings", "called"),
    [
        ("slurm", {"partition": "p"}, ("dask_jobqueue", "SLURMCluster", {"queue": "p", "cores": 1, "memory": "2GB"})),
        ("lsf", {"account": "a"}, ("dask_jobqueue", "LSFCluster", {"project": "a", "cores": 1, "memory": "2GB"})),
        ("ssh", {"hosts": ["a", "b"]}, ("distributed", "SSHCluster", {"hosts": ["a", "b"]})),
        ("kubernetes", {"image": "i"}, ("dask_kubernetes.operator", "KubeCluster", {"image": "i"})),
        ("pbs", {"options": {"x": 1}}, ("dask_jobqueue", "PBSCluster", {"x": 1, "cores": 1, "memory": "2GB"})),
    ],
)
def test_each_kind_calls_the_class_of_its_library_in_that_ones_words(
    kind: str, settings: dict[str, Any], called: tuple[str, str, dict[str, Any]]
) -> None:
    assert Cluster(kind, **settings).call() == called


@pytest.mark.parametrize(
    ("kind", "package"), [("slurm", "dask-jobqueue"), ("ssh", "asyncssh"), ("kubernetes", "dask-kubernetes")]
)
def test_a_missing_library_is_named_with_the_way_to_install_it(
    kind: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "find_spec", lambda name: None)
    with pytest.raises(BuildError, match=f"a {kind} cluster needs {package}.*: pip install {package}"):
        Cluster(kind, **({"hosts": ["a"]} if kind == "ssh" else {}))


@pytest.mark.usefixtures("everything_installed")
def test_unknown_kinds_and_settings_are_refused_with_those_that_exist() -> None:
    with pytest.raises(BuildError, match="'moon' is no kind of cluster; there are slurm, pbs"):
        Cluster("moon")
    with pytest.raises(BuildError, match="a slurm cluster takes no image; it takes cores, memory"):
        Cluster("slurm", image="x")
    with pytest.raises(BuildError, match="an ssh cluster needs hosts"):
        Cluster("ssh")

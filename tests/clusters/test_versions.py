"""Workers that are not like the kernel: brought what they lack, or named with both sides and the way out."""

import logging
import os
import subprocess
import sys
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.resources.dask import guest
from jupyter_flow.resources.dask.luggage import package
from jupyter_flow.resources.dask.versions import Here, doubtful, unfit
from tests.clusters.bare import FLAG, bare
from tests.clusters.daskcluster import Cluster
from tests.clusters.flows import LARGE, on, plus, run, states, total
from tests.clusters.machines import Machine, eventually

LIKE = {"python": "3.12.4", "lacks": "", "package": "1.2", "cloudpickle": "3.1"}
HIDING = """
import os, sys
sys.path[:] = [path for path in sys.path if not os.path.isdir(os.path.join(path or ".", "jupyter_flow"))]
"""
PRETENDING = """
import platform
platform.python_version = lambda: "3.9.18"
"""


def begins_with(folder: Path, code: str) -> dict[str, str]:
    """The environment of a process that runs this before anything else."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": str(folder)}


@jf.electron
def whose() -> tuple[str, str]:
    import os

    import jupyter_flow

    return os.environ["WHO"], str(jupyter_flow.__file__)


@pytest.mark.slow
def test_a_cluster_without_the_package_is_brought_it_and_a_worker_of_another_python_gets_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bare = begins_with(tmp_path / "bare", HIDING)
    old = begins_with(tmp_path / "old", HIDING + PRETENDING)
    machine = Machine(tmp_path / "cluster")
    cluster = Cluster(machine, machine, **bare)
    try:
        cluster.worker("bare", WHO="bare")
        cluster.worker("old", **old, WHO="old")
        cluster.ready()
        with caplog.at_level(logging.WARNING, "jupyter_flow"):
            result = run(on(cluster), lambda: ([whose() for _ in range(20)], total([plus(1, n) for n in range(20)])))
        result.raise_for_status()
        assert {who for who, _ in result.result[0]} == {"bare"}
        assert all("cluster/bare" in file and ".zip" in file for _, file in result.result[0])
        (told,) = [record.getMessage() for record in caplog.records if "gets no electrons" in record.getMessage()]
        assert "has Python 3.9.18, the kernel has 3." in told
        cluster.kill("bare")
        cluster.worker("later", WHO="later")
        eventually(lambda: run(on(cluster), lambda: whose()).status == "COMPLETED")
        cluster.kill("later")
        eventually(lambda: info(cluster).workers == 0)
        lost = run(on(cluster), lambda: whose())
        assert states(lost) == ["FAILED"]
        assert "start the cluster's workers with Python 3." in lost.nodes[0].error.message
    finally:
        cluster.close()


@jf.electron
def compiled(size: int) -> tuple[bytes, str]:
    import sys

    return bytes(size), str(sys.modules["blake3"].__file__)


@pytest.mark.slow
def test_a_cluster_in_an_environment_with_nothing_but_dask_runs_electrons(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "cluster")
    cluster = Cluster(machine, machine, FLAG, PYTHONPATH=bare(tmp_path / "bare"))
    try:
        cluster.worker("bare")
        cluster.ready()
        result = run(on(cluster), lambda: (compiled(LARGE), total([plus(1, n) for n in range(20)])))
        result.raise_for_status()
        (value, file), sum_ = result.result
        assert (len(value), sum_) == (LARGE, sum(range(1, 21)))
        assert file.startswith(str(machine.path("bare")))
    finally:
        cluster.close()


BRINGS = """
import importlib.util, sys
text, unlike, like, folder = sys.argv[1:]
guest = {"__name__": "as text"}
exec(open(text).read(), guest)
guest["bring"](open(unlike, "rb").read(), folder)
print(importlib.util.find_spec("blake3"))
guest["bring"](open(like, "rb").read(), folder)
importlib.import_module(guest["NEEDED"])
print(sys.modules["blake3"].__file__)
"""


def test_what_dask_does_not_need_itself_comes_along_to_a_python_like_the_kernels(tmp_path: Path) -> None:
    like, unlike = tmp_path / "like.zip", tmp_path / "unlike.zip"
    like.write_bytes(package())
    with zipfile.ZipFile(like) as ours, zipfile.ZipFile(unlike, "w") as other:
        for name in ours.namelist():
            other.writestr(name.replace(EXTENSION_SUFFIXES[0], ".cpython-39-sparc-solaris.so"), ours.read(name))
    command = [sys.executable, FLAG, "-c", BRINGS, guest.__file__, str(unlike), str(like), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": bare(tmp_path / "bare")}
    said = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    assert said[0] == "None"
    assert said[1].startswith(str(tmp_path))


def info(cluster: Cluster) -> Any:
    """The cluster, as the session sees it."""
    name = next(r.id for r in jf.session().dispatcher.resources if getattr(r, "_address", "") == cluster.address)
    return next(info for info in jf.session().resources if info.id == name)


def test_what_breaks_names_both_sides_and_the_way_out() -> None:
    assert unfit(LIKE, "3.12.1", "1.2") == ""
    assert unfit(None, "3.12.1", "1.2") == ""  # not heard of yet
    said = unfit(LIKE, "3.11.9", "1.2")
    assert "has Python 3.12.4, the kernel has 3.11.9" in said
    assert "with Python 3.11, or the notebook with 3.12" in said
    said = unfit({**LIKE, "package": "1.1"}, "3.12.1", "1.2")
    assert "has jupyter_flow 1.1, the kernel has 1.2" in said
    assert "install jupyter-flow 1.2 on the cluster, or 1.1 here" in said
    said = unfit({**LIKE, "package": None, "lacks": "ModuleNotFoundError: No module named 'blake3'"}, "3.12.1", "1.2")
    assert "No module named 'blake3'" in said
    assert "install jupyter-flow 1.2 there" in said


def test_what_may_work_is_a_doubt() -> None:
    assert doubtful(LIKE, Here("3.12.1", "1.2", "3.1")) == ""
    assert doubtful(LIKE, Here("3.12.1", "1.2", "3.0")).startswith("has cloudpickle 3.1, the kernel has 3.0")

"""A kernel dies whose cluster is on a machine that does not see its store."""

import os
from pathlib import Path

import jupyter_flow as jf
from tests.kernel_deaths import kernel

from .conftest import Cluster

SCRIPT = """
    from jupyter_flow.executor import DaskExecutor

    @jf.electron
    def slow():
        time.sleep(100)

    @jf.electron
    def quick():
        return 1

    @jf.lattice(executor=DaskExecutor("ADDRESS"))
    def flow():
        quick()
        slow()

    id = jf.dispatch(flow)()
    while [node.status for node in jf.get_result(id).nodes] != ["COMPLETED", "RUNNING"]:
        time.sleep(0.01)
    open("id", "w").write(id)
    time.sleep(100)
"""


def test_what_ran_far_away_when_the_kernel_died_is_in_doubt(tmp_path: Path) -> None:
    if os.geteuid() != 0:  # only root can hide a folder from a process
        return
    apart = Cluster(tmp_path, hide=Path(os.environ["JUPYTER_FLOW_STORE"]).parent)
    try:
        with kernel(SCRIPT.replace("ADDRESS", apart.address), tmp_path) as live:
            id = live.note("id")
            live.kill()
            live.nothing_left()
        outcome = jf.get_result(id)
        assert [str(node.status) for node in outcome.nodes] == ["COMPLETED", "INTERRUPTED"]
    finally:
        apart.close()

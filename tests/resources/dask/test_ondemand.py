"""Clusters of a queue that refuses what it is asked for."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import Cluster, DaskExecutor
from jupyter_flow.resources.dask.cluster import Trouble
from jupyter_flow.resources.dask.ondemand import REFUSALS, Workers

SAID = "sbatch: error: invalid partition specified: mian"
REFUSED = (
    f"Command exited with non-zero exit code.\nExit code: 1\nCommand:\n/bin/sbatch /tmp/x\nstdout:\n\nstderr:\n{SAID}\n"
)


class Job:
    """What a library has of a job."""

    def __init__(self, status: str) -> None:
        self.status = status


class Queue:
    """A cluster as the libraries have them: a job that could not be handed in counts as a worker."""

    scheduler = None

    def __init__(self, *errors: Exception | None) -> None:
        self.errors, self.asked = list(errors), 0
        self.workers: dict[int, Job] = {}
        self._created: set[Job] = set()

    def scale(self, workers: int) -> None:
        self.asked += 1

    async def _correct_state(self) -> None:
        error = self.errors.pop(0)
        if not self.workers:
            self.workers[0] = Job("created" if error else "running")
            self._created.add(self.workers[0])
        if error:
            raise error


def told_by(queue: Queue) -> list[Trouble]:
    told: list[Trouble] = []
    workers = Workers(queue, 1, True, told.append)
    for _ in range(len(queue.errors)):
        asyncio.run(workers.ask())
    return told


def test_what_a_queue_says_is_told_until_it_takes_a_job_which_is_asked_for_again() -> None:
    queue = Queue(RuntimeError(REFUSED), None)
    assert told_by(queue) == [Trouble(f"sbatch refused: {SAID}"), Trouble()]
    assert [job.status for job in queue.workers.values()] == ["running"]
    assert len(queue._created) == 1


def test_a_queue_that_refuses_again_and_again_is_given_up_unless_some_job_is_there() -> None:
    refusals = [RuntimeError(REFUSED)] * REFUSALS
    assert [trouble.final for trouble in told_by(Queue(*refusals))] == [False] * (REFUSALS - 1) + [True]
    queue = Queue(*refusals)
    queue.workers[7] = Job("running")
    assert not any(trouble.final for trouble in told_by(queue))


def test_where_the_queue_has_no_command_that_is_the_end() -> None:
    (trouble,) = told_by(Queue(FileNotFoundError(2, "No such file or directory", "qsub")))
    assert trouble.final
    assert trouble.text.startswith("there is no qsub on this machine: the kernel has to run where the queue's commands")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "told"), [("slurm", f"sbatch refused: {SAID}"), ("pbs", "there is no qsub on this machine")]
)
def test_electrons_for_a_queue_that_takes_no_job_fail_and_say_why(
    kind: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jf.dispatch_sync(jf.lattice(jf.electron(abs)))(-1)  # what starts processes has the environment of an earlier time
    command = tmp_path / "sbatch"
    command.write_text(f"#!/bin/sh\necho '{SAID}' >&2\nexit 1\n")
    command.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))

    @jf.electron(executor=DaskExecutor(Cluster(kind, walltime="00:10:00")))
    def one() -> int:
        return 1

    def flow() -> Any:
        return [one() for _ in range(100)]

    for _ in range(2):  # it may have been mended meanwhile: it is asked anew
        nodes = jf.get_result(jf.dispatch(jf.lattice(flow))(), wait=True).nodes
        assert {node.error.kind for node in nodes} == {"worker_lost"}
        assert [message for message in {node.error.message for node in nodes} if told not in message] == []

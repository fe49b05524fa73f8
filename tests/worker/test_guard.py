"""The guardian's own side."""

import signal
import subprocess
import sys
from multiprocessing import Pipe

from jupyter_flow.worker.guard import Guard, Watched


def test_what_a_kernel_started_just_before_it_died_is_ended_though_the_guardian_had_not_begun() -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as kernel:
        kernel.wait()
    ours, theirs = Pipe()
    with subprocess.Popen(["sleep", "60"]) as started:
        ours.send(Watched(started.pid, "", ""))
        ours.close()
        guard = Guard(theirs, kernel.pid)
        guard._server = 0  # who has forked this very process is to live
        guard.serve()
        assert started.wait(10) == -signal.SIGKILL

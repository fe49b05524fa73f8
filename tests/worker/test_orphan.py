import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil

KERNEL = """
import subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1]])
time.sleep(60)
"""
WORKER = """
import os, subprocess, sys, time
from jupyter_flow.worker.orphan import die_with
die_with(os.getppid())
child = subprocess.Popen(["sleep", "60"])
with open(sys.argv[1] + ".part", "w") as note:
    note.write(f"{os.getpid()} {child.pid}")
os.rename(sys.argv[1] + ".part", sys.argv[1])
time.sleep(60)
"""


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_worker_and_what_it_started_end_with_their_kernel(tmp_path: Path) -> None:
    note = tmp_path / "note"
    command = [sys.executable, "-c", textwrap.dedent(KERNEL), str(note), textwrap.dedent(WORKER)]
    with subprocess.Popen(command) as kernel:
        while not note.exists():
            assert kernel.poll() is None
            time.sleep(0.01)
        pids = [int(pid) for pid in note.read_text().split()]
        assert all(map(alive, pids))
        os.kill(kernel.pid, signal.SIGKILL)
    end = time.monotonic() + 5
    while any(map(alive, pids)):
        assert time.monotonic() < end
        time.sleep(0.02)

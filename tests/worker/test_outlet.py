"""In a process of its own, which is somebody else's: what it prints itself goes where it always went."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

BEGIN = """
import ctypes, os, sys, threading
from jupyter_flow.worker import capture
from jupyter_flow.worker.outlet import LONG, Outlet
capture.install()
outlet, told, libc = Outlet(), [], ctypes.CDLL(None)
def beside(what):
    thread = threading.Thread(target=what)
    thread.start()
    thread.join()
"""


def told_by(tmp_path: Path, body: str) -> tuple[list[str], str, str]:
    """What the script tells of its electrons, and what its process has printed."""
    script = BEGIN + textwrap.dedent(body) + "\nopen('told', 'w').write('\\n'.join(map(repr, told)))"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    return Path("told").read_text().splitlines(), done.stdout, done.stderr


def test_an_electron_has_the_descriptors_and_the_process_goes_on_printing_beside_it(tmp_path: Path) -> None:
    told, stdout, stderr = told_by(
        tmp_path,
        """
        import logging
        logging.basicConfig()
        print("before")
        with outlet.taken() as alone:
            for n in range(2):
                streams = outlet.streams()
                libc.puts(b"C")
                os.write(2, b"err")
                beside(lambda: (print("beside"), logging.warning("heard")))
                token = capture.WRITING.set(streams)
                print("Python", n)
                capture.WRITING.reset(token)
                os.dup2(os.open("mine", os.O_WRONLY | os.O_CREAT), 1)
                told.append((alone, *[capture.written(streams, which) for which in (0, 1)]))
                outlet.ended(n)
        print("after")
        os.write(1, b"as ever\\n")
        """,
    )
    assert told == [repr((True, b"C\nPython %d\n" % n, b"err")) for n in range(2)]
    assert sorted(stdout.splitlines()) == ["after", "as ever", "before", "beside", "beside"]
    assert stderr == "WARNING:root:heard\n" * 2


def test_one_batch_at_a_time_has_them(tmp_path: Path) -> None:
    told, stdout, _ = told_by(
        tmp_path,
        """
        def another():
            with outlet.taken() as alone:
                told.append(alone)
        with outlet.taken() as alone:
            told.append(alone)
            beside(another)
        another()
        os.close(1)
        another()
        """,
    )
    assert (told, stdout) == (["True", "False", "True", "False"], "")

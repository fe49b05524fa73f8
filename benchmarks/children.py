"""Processes that measure, as `run.py` sees them: started, asked, and given up on after a time."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SETUP = 60.0  # seconds to import, start workers and warm up
PROBE = 240.0  # of which some repeat what takes seconds
FAREWELL = 10.0


class Child:
    """One process, in a session of its own so that whatever it started can be ended with it."""

    def __init__(self, script: str, *arguments: str, folder: Path) -> None:
        environment = {
            **os.environ,
            "JUPYTER_FLOW_STORE": str(folder / "store"),  # nobody's own results are touched
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "TMPDIR": str(folder),
            "OMP_NUM_THREADS": "1",  # numpy's own threads would be counted for whoever calls it
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # who has installed the package has its bytecode
        with (folder / "errors.txt").open("a") as errors:
            self._process = subprocess.Popen(
                [sys.executable, str(HERE / script), *arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                env=environment, cwd=folder, start_new_session=True,
            )  # fmt: skip
        self.spent = 0.0
        self._rest = b""

    def ask(self, question: str, limit: float) -> dict[str, Any]:
        """Its answer to a question, or an error row; one that takes too long is ended."""
        assert self._process.stdin is not None
        start = time.monotonic()
        try:
            self._process.stdin.write(question.encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return {"error": "its process died"}
        outcome = self.answer(limit)
        self.spent += time.monotonic() - start
        return outcome

    def answer(self, limit: float) -> dict[str, Any]:
        """The next line it prints."""
        end = time.monotonic() + limit
        assert self._process.stdout is not None
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                self.kill()
                return {"error": f"> {limit:.0f} s", "seconds": limit}
            data = os.read(self._process.stdout.fileno(), 65536)
            if not data:
                return {"error": "its process died"}
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        """Let it stop its workers; end it if it does not."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
            self._process.wait(FAREWELL)
        except (OSError, subprocess.TimeoutExpired):
            pass
        self.kill()

    def kill(self) -> None:
        """End it, and what it has left in its session."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()

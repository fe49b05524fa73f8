"""A real JupyterLab or Notebook server, with folders of its own."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).parents[2]
PATIENCE = 60  # seconds until a server that does not answer is a failure
MODULES = {"lab": "jupyterlab", "notebook": "notebook"}
EXPOSED = {"lab": "LabApp", "notebook": "JupyterNotebookApp"}
QUIET = {  # no question and no news may lie over what a test looks at
    "disabledExtensions": {
        "@jupyterlab/apputils-extension:announcements": True,
        "@jupyterlab/extensionmanager-extension": True,
    }
}


class Server(NamedTuple):
    """A server that answers."""

    app: str  # lab or notebook
    url: str
    token: str
    folder: Path  # where its notebooks are

    def page(self, notebook: str) -> str:
        """The address of a notebook, in a workspace that remembers nothing."""
        place = f"lab/workspaces/{Path(notebook).stem}/tree" if self.app == "lab" else "notebooks"
        return f"{self.url}/{place}/{notebook}?{'reset&' if self.app == 'lab' else ''}token={self.token}"


@contextmanager
def running(app: str, home: Path) -> Iterator[Server]:
    """A server of this checkout's package and page, ended with all its kernels."""
    folder = home / "notebooks"
    folder.mkdir()
    server = Server(app, f"http://127.0.0.1:{_free_port()}", secrets.token_hex(), folder)
    log = home / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            _command(server), env=_environment(server, home), stdout=out, stderr=out, start_new_session=True
        )
        try:
            _await(server, process, log)
            yield server
        finally:
            _end(process)


def _command(server: Server) -> list[str]:
    port = server.url.rpartition(":")[2]
    return [
        sys.executable, "-m", MODULES[server.app], "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", f"--ServerApp.root_dir={server.folder}", "--ServerApp.terminals_enabled=False",
        # Where the tests are killed nobody ends it: it ends itself.
        "--ServerApp.shutdown_no_activity_timeout=600", "--MappingKernelManager.cull_idle_timeout=300",
        f"--{EXPOSED[server.app]}.expose_app_in_browser=True",
    ]  # fmt: skip


def _environment(server: Server, home: Path) -> dict[str, str]:
    extensions = home / "data" / "labextensions"
    extensions.mkdir(parents=True)
    (extensions / "jupyter-flow").symlink_to(CHECKOUT / "jupyter_flow" / "labextension")
    settings = home / "config" / "labconfig"
    settings.mkdir(parents=True)
    (settings / "page_config.json").write_text(json.dumps(QUIET))
    path = os.pathsep.join([str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])])
    kept = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return kept | {
        "JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_FLOW_STORE": str(home / "store"), "JUPYTER_TOKEN": server.token, "PYTHONPATH": path,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(server: Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    patient = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < patient:
        try:
            urllib.request.urlopen(f"{server.url}/api", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server does not answer:\n{log.read_text()}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kernels are in groups of their own; the server ends them when it is asked to end."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

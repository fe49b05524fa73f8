"""A Dask cluster as an administrator starts it: a scheduler and workers, each a process of its own, with TLS files."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
from distributed import Client, Security

from tests.clusters.machines import Machine, eventually

TLS = ("ca", "cert", "key")


class Certificates:
    """One authority, and one certificate for everybody."""

    def __init__(self) -> None:
        made = Security.temporary()
        parts = (made.tls_ca_file, made.tls_client_cert, made.tls_client_key)
        self._parts: dict[str, str] = dict(zip(TLS, parts, strict=True))

    def put(self, machine: Machine) -> list[str]:
        """Give a machine its files; the options that name them."""
        for name, text in self._parts.items():
            machine.seen(f"{name}.pem").write_text(text)
            machine.seen(f"{name}.pem").chmod(0o600)
        names = {"ca": "ca-file", "cert": "cert", "key": "key"}
        return [f"--tls-{names[part]}={machine.path(f'{part}.pem')}" for part in TLS]

    def security(self, machine: Machine) -> Security:
        """What a client needs, by its files."""
        self.put(machine)
        files = {part: str(machine.path(f"{part}.pem")) for part in TLS}
        return Security(
            tls_ca_file=files["ca"],
            tls_client_cert=files["cert"],
            tls_client_key=files["key"],
            require_encryption=True,
        )


class Cluster:
    """A scheduler on one machine, workers on any; `here` is the machine of those who ask it. flags: of their Python."""

    def __init__(self, here: Machine, machine: Machine, *flags: str, **environment: str) -> None:
        self.here, self.machine, self._flags, self._environment = here, machine, flags, environment
        self._certificates = Certificates()
        self.security = self._certificates.security(here)
        self.scheduler_pid = self._start_scheduler()
        self.workers: dict[str, int] = {}  # names, and the processes that were started for them
        self.machines = [machine]

    def _start_scheduler(self) -> int:
        file = self.machine.seen("scheduler.json")
        command = ["scheduler", f"--host=tls://{self.machine.address}", "--port=0", "--no-dashboard"]
        command += [f"--scheduler-file={self.machine.path('scheduler.json')}", *self._certificates.put(self.machine)]
        pid = self.machine.run("scheduler", self._dask(*command), **self._environment)
        eventually(lambda: file.exists() and file.read_text().endswith("}"))
        self.address: str = json.loads(file.read_text())["address"]
        return pid

    def worker(self, name: str, machine: Machine | None = None, *options: str, **environment: str) -> None:
        """One more worker, of one thread unless the options say otherwise."""
        machine = machine or self.machine
        command = ["worker", self.address, f"--name={name}", f"--host=tls://{machine.address}", "--no-dashboard"]
        command += ["--nthreads=1", "--memory-limit=1GB", "--death-timeout=30"]
        command += [f"--local-directory={machine.path(name)}", *self._certificates.put(machine), *options]
        self.workers[name] = machine.run(name, self._dask(*command), **{**self._environment, **environment})
        if machine not in self.machines:
            self.machines.append(machine)

    def _dask(self, *command: str) -> list[str]:
        """Dask's command line, in this Python."""
        return [sys.executable, *self._flags, "-m", "dask", *command]

    @contextmanager
    def client(self, **settings: Any) -> Iterator[Client]:
        """A plain client, when all workers are there."""
        with Client(self.address, security=self.security, timeout=30, **settings) as client:
            client.wait_for_workers(len(self.workers), timeout=60)
            yield client

    def ready(self) -> "Cluster":
        """This one, when its workers are there and their nannies have begun: Dask ends one whose worker dies before."""
        with self.client(set_as_default=False) as client:
            known = client.scheduler_info(n_workers=-1)["workers"]
            attended = [address for address, worker in known.items() if worker["nanny"]]
            status = lambda dask_worker: str(dask_worker.status.name)  # noqa: E731  # travels by value
            while set(client.run(status, workers=attended, nanny=True).values()) - {"running"}:
                time.sleep(0.01)
            return self

    def processes(self, name: str) -> list[psutil.Process]:
        """A worker's: where it has a nanny, both."""
        nanny = psutil.Process(self.workers[name])
        return [nanny, *nanny.children(recursive=True)]

    def kill(self, name: str) -> None:
        """A worker and its nanny, at once, as the machine does when memory runs out."""
        for process in self.processes(name):
            process.kill()
        del self.workers[name]

    def kill_scheduler(self) -> None:
        """The scheduler, at once."""
        psutil.Process(self.scheduler_pid).kill()

    def close(self) -> None:
        """End all of it."""
        for machine in self.machines:
            machine.close()

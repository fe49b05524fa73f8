"""A Slurm of one node on the loopback address: Debian's slurmctld, slurmd and munged, without systemd.

Everything it writes lies in one folder, and its daemons are children of the test that started it.
"""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from tests.clusters.machines import LIMIT, eventually

DAEMONS = ("munged", "slurmctld", "slurmd")
CONFIGURATION = """
ClusterName=jupyter-flow-tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
SwitchType=switch/none
KillWait=2
SchedulerParameters=sched_min_interval=100000,sched_interval=1,bf_interval=1
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory={memory} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES State=UP MaxTime=INFINITE
"""


class Slurm:
    """The daemons, and the commands that ask them. `environment` is what a job's sender has to have in its own."""

    def __init__(self, folder: Path) -> None:
        missing = [name for name in (*DAEMONS, "sbatch") if not shutil.which(name, path=_path())]
        if missing:
            raise OSError(f"there is no {', '.join(missing)}: `make slurm` installs Slurm with apt-get, as root")
        self.folder = folder
        for name in ("", "state", "spool"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.host = socket.gethostname().partition(".")[0]
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": _path()}
        self._daemons: list[subprocess.Popen[bytes]] = []
        self._write()
        self._start()

    def _write(self) -> None:
        (self.folder / "munge.key").write_bytes(os.urandom(1024))
        (self.folder / "munge.key").chmod(0o600)
        text = CONFIGURATION.format(folder=self.folder, host=self.host, ports=_free_ports(2), memory=8000)
        (self.folder / "slurm.conf").write_text(text)

    def _start(self) -> None:
        files = ("key-file=munge.key", "socket=munge.socket", "pid-file=munged.pid", "seed-file=munge.seed")
        named = [f"--{option.replace('=', f'={self.folder}/')}" for option in files]
        self._daemon("munged", "--foreground", "--force", *named)
        eventually((self.folder / "munge.socket").exists)
        self._daemon("slurmctld", "-D")
        self._daemon("slurmd", "-D", "-N", self.host)
        eventually(lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%t", check=False))

    def _daemon(self, *command: str) -> None:
        environment = {**os.environ, **self.environment}
        with (self.folder / f"{command[0]}.out").open("ab") as log:
            self._daemons.append(
                subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
            )

    def ask(self, *command: str, check: bool = True) -> str:
        """What a command of Slurm prints."""
        environment = {**os.environ, **self.environment}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=check, timeout=LIMIT)
        return done.stdout.strip()

    def jobs(self, state: str = "") -> list[str]:
        """The numbers of its jobs that have not ended, or of those that are "pending" or "running"."""
        return self.ask("squeue", "--noheader", "--format=%i", *([f"--states={state}"] if state else [])).split()

    def close(self) -> None:
        """End all jobs, and the daemons."""
        self.ask("scancel", "--full", "--user=root", check=False)
        eventually(lambda: not self.jobs())
        for daemon in reversed(self._daemons):
            daemon.terminate()
            daemon.wait(LIMIT)


def _path() -> str:
    return f"{os.environ['PATH']}{os.pathsep}/usr/sbin"  # where Debian has its daemons


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports

"""Hosts beside this machine, and the network between them."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.clusters.machines import Host


class Network:
    """A switch of its own, with this machine at its first address; hosts are put to it one by one."""

    def __init__(self, folder: Path, hidden: Sequence[Path]) -> None:
        self._folder, self._hidden = folder, hidden
        self._name = f"jf{os.getpid()}"[:10]
        self._prefix = f"10.{200 + os.getpid() // 250 % 50}.{os.getpid() % 250}"
        self.address = f"{self._prefix}.1"
        self.hosts: list[Host] = []
        ip("link", "add", self._name, "type", "bridge")
        ip("addr", "add", f"{self.address}/24", "dev", self._name)
        ip("link", "set", self._name, "up")

    def host(self, name: str) -> Host:
        """One more."""
        number = len(self.hosts) + 11
        host = Host(name, f"{self._prefix}.{number}", self._folder / name, self._hidden)
        self.hosts.append(host)
        cable = f"{self._name}n{number}"
        ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", str(host.pid))
        ip("link", "set", cable, "master", self._name, "up")
        for words in (("addr", "add", f"{host.address}/24", "dev", "eth0"), ("link", "set", "eth0", "up")):
            subprocess.run(host.enter("ip", *words), check=True)
        return host

    def cable(self, host: Host, state: str) -> None:
        """Put a host's cable "up" or "down"."""
        ip("link", "set", f"{self._name}n{self.hosts.index(host) + 11}", state)

    def close(self) -> None:
        """Switch everything off."""
        for number, host in enumerate(self.hosts, 11):
            host.close()
            # A connection that nobody has closed would keep the host's end for a while.
            subprocess.run(["ip", "link", "del", f"{self._name}n{number}"], check=False, stderr=subprocess.DEVNULL)
        ip("link", "del", self._name)


def ip(*words: str) -> None:
    """A command of iproute2."""
    subprocess.run(["ip", *words], check=True)

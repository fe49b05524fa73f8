"""What this process has received over its network connections, as the system counts it. Linux only."""

import os
import socket
import stat
import struct
from contextlib import suppress

TCP_INFO_SIZE = 192
BYTES_RECEIVED = 128  # tcpi_bytes_received in the kernel's struct tcp_info


def received() -> int:
    """Bytes over all connections that are open now; what is encrypted counts as it came."""
    total = 0
    for descriptor in _descriptors():
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                with socket.socket(fileno=os.dup(descriptor)) as connection:
                    total += _received(connection)
    return total


def _descriptors() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        return []


def _received(connection: socket.socket) -> int:
    if connection.family not in (socket.AF_INET, socket.AF_INET6) or connection.type != socket.SOCK_STREAM:
        return 0
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_SIZE)
    return int(struct.unpack_from("Q", info, BYTES_RECEIVED)[0])

"""What another user of this machine can reach. Run as root: it becomes nobody, and prints what it has reached.

`python strangers.py PORT… -- SOCKET…`: the ports of the loopback address and the sockets in the file system to try.
"""

import asyncio
import json
import os
import socket
import ssl
import sys

from distributed import Client, Security
from distributed.comm import connect

NOBODY = 65534
PATIENCE = 3.0  # seconds


def main() -> None:
    """Try all of it."""
    words = sys.argv[1:]
    cut = words.index("--")
    temporary = Security.temporary()  # made before: a certificate that anybody can make, of another authority
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    found: list[str] = []
    for port in map(int, words[:cut]):
        found += [f"{port}: {what}" for what in reached(port, temporary)]
    found += [f"{path}: connected" for path in words[cut + 1 :] if opened(path)]
    print(json.dumps(found))  # noqa: T201


def reached(port: int, temporary: Security) -> list[str]:
    """How a port answers, in whichever language it is asked."""
    if said := plain(port):  # Dask would take what a web server says for the length of a message
        return [f"says {said}"]
    found = [f"tls: {said}"] if (said := tls(port)) else []
    for name, security in (("tcp", None), ("tls", temporary)):
        if asyncio.run(dask(f"{name}://127.0.0.1:{port}", security)):
            found.append(f"dask by {name}")
    return found


def plain(port: int) -> str:
    """What it says to somebody who asks for a web page: a scheduler greets first."""
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.settimeout(PATIENCE)
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return connection.recv(100).decode("latin-1")
    except OSError:
        return ""


def tls(port: int) -> str:
    """The protocol, where somebody without a certificate is let in: silence, or an answer, and no alert."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection(("127.0.0.1", port), PATIENCE) as plain,
            context.wrap_socket(plain) as connection,
        ):
            connection.settimeout(PATIENCE)
            return f"{connection.version()}, {connection.recv(100)!r}"
    except TimeoutError:
        return "let in"
    except OSError:
        return ""


async def dask(address: str, security: Security | None) -> bool:
    """Whether a scheduler or worker answers its greeting."""
    arguments = security.get_connection_args("client") if security else {}
    try:
        comm = await connect(address, timeout=PATIENCE, **arguments)
        await comm.write({"op": "identity", "reply": True})
        await asyncio.wait_for(comm.read(), PATIENCE)
    except (OSError, TimeoutError, ValueError):
        return False
    return True


def opened(path: str) -> bool:
    """Whether a socket of the file system, or one without a file (its name begins with @), lets us in."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.connect("\0" + path[1:] if path.startswith("@") else path)
        except OSError:
            return False
    return True


assert Client  # imported while it can be: nobody may not read where Python lies
if __name__ == "__main__":
    main()

"""What a session opens to the network: nothing."""

import psutil

from tests.faults.kernels import Fresh


def listening(kernel: Fresh) -> set[tuple[str, int]]:
    """The addresses at which a kernel, or a process of its, can be reached."""
    processes = [psutil.Process(kernel.pid), *kernel.below()]
    found = [one for process in processes for one in process.net_connections("inet")]
    return {(one.laddr.ip, one.laddr.port) for one in found if one.status == psutil.CONN_LISTEN or not one.raddr}


def test_a_session_listens_nowhere(kernel: Fresh) -> None:
    before = listening(kernel)  # the kernel's own five, for the front end
    for executor in ("local", "thread", "inline"):
        assert kernel.ask(f"works({executor!r})") == 4
    kernel.goes("id = jf.dispatch(small)(1)\nid.result()\nid")  # with a live picture, and values looked at
    kernel.goes("%flow\n%executor")
    assert {ip for ip, _ in before} == {"127.0.0.1"}
    assert listening(kernel) <= before

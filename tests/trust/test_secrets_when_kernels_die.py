"""A kernel is killed while what an electron has started prints a secret: it stays in no file."""

import os
import secrets
from pathlib import Path

import psutil
import pytest

import jupyter_flow as jf
from tests.kernel_deaths import kernel, until
from tests.trust.searching import leaks

PRINTS = """
    import ctypes
    from jupyter_flow.worker.displays import display

    @jf.electron
    def prints(password, kind):
        print("before", password, flush=True)
        display({"text/plain": f"shown {password}"}, raw=True)
        subprocess.run(["sh", "-c", "echo it is $1; echo it is $1 >&2", "sh", password])
        mark("pid", str(os.getpid()))
        if kind == "stuck":
            ctypes.PyDLL(None).sleep(60)
        time.sleep(60)

    @jf.lattice
    def flow(password, kind):
        return prints(password, kind)

    id = jf.dispatch(flow)(os.environ["THE_PASS"], KIND)
    open("id", "w").write(id)
    END
    time.sleep(60)
"""
CLOSES = """
    while not os.path.exists("marks/pid") or not os.path.getsize("marks/pid"):
        time.sleep(0.01)
    jf.session().close()
    open("closed", "w").write("yes")
"""


@pytest.mark.parametrize("kind", ["runs", "stuck", "closed"])
def test_what_a_subprocess_printed_of_a_secret_does_not_outlive_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    word = f"pass-{secrets.token_hex(8)}"
    monkeypatch.setenv("THE_PASS", word)
    root = jf.session().store.root
    script = PRINTS.replace("KIND", repr(kind)).replace("    END", CLOSES if kind == "closed" else "")
    with kernel(script, tmp_path) as live:
        id = live.note("id")
        worker = psutil.Process(int(live.note("marks/pid")))
        if kind == "closed":
            live.note("closed")
        else:
            assert leaks({"it": word}, root / "journals")  # there is something to be mended
            live.kill()
            live.nothing_left()
        until(lambda: not worker.is_running())
    if kind != "stuck":  # a worker that could not mend its log leaves it to the next kernel
        assert leaks({"it": word}, root) == set()
    outcome = jf.get_result(id)
    assert outcome.nodes[0].status == "INTERRUPTED"
    told = f"before ***\nit is {'*' * len(word)}\n"  # Python's own print never had it in a file
    assert outcome.nodes[0].stdout == ("" if kind == "stuck" else told)
    assert leaks({"it": word}, root, tmp_path) == set()
    assert not os.path.exists(root / "journals" / jf.session().store.run(id).session)


CRASHES = """
    @jf.electron
    def limit(password):
        return resource.getrlimit(resource.RLIMIT_CORE)[0]

    most = resource.getrlimit(resource.RLIMIT_CORE)[1] or 1 << 20  # where nobody may write any, root can change that
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    open("limit", "w").write(str(jf.dispatch_sync(jf.lattice(limit))(os.environ["THE_PASS"]).result))
"""


def test_a_worker_that_has_met_a_secret_leaves_no_core_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_PASS", secrets.token_hex(8))
    with kernel("    import resource\n" + CRASHES, tmp_path) as live:
        assert live.note("limit") == "0"

"""A kernel that knew a secret is killed; the next one, and the command line, go on when they are told it again."""

import os
import pty
import secrets
import subprocess
import sys
from pathlib import Path

from tests.faults.kernels import LIMIT, Fresh
from tests.trust.searching import leaks

FLOW = """
@jf.electron(executor=EXECUTORS["local"])
def login(password):
    touch("logins")
    return len(password)
@jf.electron(executor=EXECUTORS["local"])
def work(length, password):
    gate("work")
    return length + len(password)
@jf.lattice
def flow(password):
    return work(login(password), password)
id = jf.dispatch(flow)(os.environ["THE_PASS"])
"""


def test_what_is_left_is_run_when_the_secret_is_given_again(tmp_path: Path) -> None:
    word = f"pass-{secrets.token_hex(8)}"
    kernel = Fresh(tmp_path, THE_PASS=word)
    try:
        kernel.goes(FLOW)
        kernel.reached("work")
        id = kernel.ask("str(id)")
        kernel.shot()
        kernel.again()
        kernel.open("work")
        assert kernel.ask(f"jf.get_result({id!r}).nodes[0].call_text") == "login(password=***)"
        way = f"Give them again: jf.redispatch({id!r}, reuse_previous_results=True)(password=…)"
        refused = kernel.run(f"%dispatch --resume {id}")
        assert "was given secrets, which are written nowhere: 'password'" in refused.text
        assert way in refused.text
        assert kernel.ask(f"jf.redispatch({id!r}, reuse_previous_results=True)(password={word!r}).result()") == 42
        kernel.goes("from jupyter_flow.model.vault import VAULT\nVAULT.clear()")
        asked(kernel, id, word)
        assert kernel.bytes_of("logins") == 1
        shown = flow_command(tmp_path, "show", id)
        assert (shown.returncode, "login" in shown.stdout) == (0, True)
        unasked = flow_command(tmp_path, "resume", id)
        assert unasked.returncode != 0
        assert way in unasked.stderr
        told = typed(tmp_path, word, "resume", id)
        assert "1 of 2 electrons taken over" in told
        assert "is COMPLETED" in told
        assert kernel.bytes_of("logins") == 1
        assert word not in shown.stdout + unasked.stderr + told
    finally:
        kernel.close()
    assert leaks({"it": word}, tmp_path) == set()


def asked(kernel: Fresh, id: str, word: str) -> None:
    """`%dispatch --resume`, answered as a front end does."""
    cell = kernel.send(f"%dispatch -o again --wait --resume {id}", allow_stdin=True)
    question = kernel.client.get_stdin_msg(timeout=LIMIT)["content"]
    assert question == {"prompt": "password: ", "password": True}
    kernel.client.input(word)
    kernel.ends(cell)
    assert not cell.error
    assert "1 of 2 electrons taken over" in cell.text
    assert kernel.ask("again.result()") == 42


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "JUPYTER_FLOW_STORE": str(folder / "store"), "PYTHONPATH": os.pathsep.join(sys.path)}


def flow_command(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """The command line, where nobody can be asked."""
    command = [sys.executable, "-m", "jupyter_flow.cli", *words]
    return subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def typed(folder: Path, word: str, *words: str) -> str:
    """What the command line says to somebody who types that at a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_flow.cli", *words], cwd=folder, env=environment(folder), stdin=theirs,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = process.stdout.read(len("password: "))
        assert said == "password: "
        os.write(ours, f"{word}\n".encode())
        return process.communicate(timeout=LIMIT)[0]
    finally:
        process.kill()
        os.close(ours)
        os.close(theirs)

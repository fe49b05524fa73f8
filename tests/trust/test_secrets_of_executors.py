"""An executor is made with an address that holds a password: it works, and the password is written nowhere."""

import pickle
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import LocalExecutor, _executor_manager
from jupyter_flow.executor.base import Executor
from jupyter_flow.model.errors import SecretNeeded
from jupyter_flow.model.vault import VAULT
from tests.trust.searching import leaks


@dataclass(slots=True)
class Somewhere(Executor):
    """An executor with an address and a token."""

    kind: ClassVar[str] = "local"

    address: str = ""
    api_token: str = ""
    workers: int = 1

    __hash__ = Executor.__hash__


@pytest.fixture
def word() -> str:
    return f"pass-{secrets.token_hex(8)}"


def test_neither_text_nor_repr_nor_description_has_it(word: str) -> None:
    for made in (LocalExecutor(1, workdir=f"smb://me:{word}@host/x"), Somewhere(f"https://me:{word}@host", word)):
        assert word not in f"{made} {made!r} {made.describe()}"
        assert "me:***@host" in str(made)
        assert "me:***@host" in repr(made)
    assert repr(LocalExecutor(2)).startswith("LocalExecutor(workers=2, log_stdout=None")


def test_it_is_the_same_executor_when_it_comes_back(word: str) -> None:
    made = Somewhere(f"https://me:{word}@host", word + "-token")
    data = pickle.dumps(made)
    assert word.encode() not in data
    assert pickle.loads(data) == made
    VAULT.clear()
    with pytest.raises(SecretNeeded, match="me@host"):
        pickle.loads(data)


def test_a_dispatch_on_such_an_executor_runs_and_is_read_and_repeated_later(word: str, tmp_path: Path) -> None:
    """A folder may be called like an address."""
    named = f"{tmp_path}/ftp://me:{word}@host"
    executor = LocalExecutor(1, workdir=named, log_stdout=f"https://me:{word}@host/out.log")

    @jf.electron(executor=executor)
    def here() -> str:
        import os

        os.system("pwd; pwd >&2")  # a process of its own prints it, whom nobody can hold up
        return os.path.basename(os.getcwd())

    @jf.electron(executor=executor)
    @jf.lattice
    def inside() -> str:
        return here()

    @jf.lattice
    def flow() -> tuple[str, str]:
        return here(), inside()

    _executor_manager.register("somewhere", executor)
    try:
        id = jf.dispatch(flow)()
        assert id.result() == (f"me:{word}@host",) * 2
    finally:
        _executor_manager.unregister("somewhere")
    printed = f"{tmp_path}/ftp:/me:***@host\n"
    (node, *_) = jf.get_result(id).nodes
    assert (node.stdout, node.stderr) == (printed, printed)
    assert "log" in str(list((jf.session().store.root / "runs" / id).rglob("*.log")))
    assert word not in str(jf.session().resources)
    assert leaks({"it": word}, jf.session().store.root) == set()
    _forget()
    result = jf.get_result(id)
    assert word not in repr(result.nodes[0].executor)
    assert "me:***@host" in repr(result.nodes[0].executor)
    with pytest.raises(SecretNeeded, match="me@host"):
        jf.redispatch(id)()
    again = jf.redispatch(id, secrets={"me@host": word})()
    assert again.result() == (f"me:{word}@host",) * 2
    assert leaks({"it": word}, jf.session().store.root) == set()


def _forget() -> None:
    VAULT.clear()
    jf.session()._memory.clear()

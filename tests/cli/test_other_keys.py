"""A store whose records another key has signed: whoever looks is told what cannot be vouched for."""

from pathlib import Path

import pytest

import jupyter_flow as jf
from jupyter_flow.model.errors import StoreUntrusted, UnknownDispatch
from jupyter_flow.model.vault import VAULT
from jupyter_flow.notebook.targets import id_of
from jupyter_flow.session import Session
from tests.cli.kernels import command

OTHER = "this user's key has not signed"


@jf.electron(executor="inline")
def one() -> int:
    return 1


@pytest.fixture
def signed_otherwise(tmp_path: Path) -> "tuple[str, dict[str, str]]":
    """A dispatch, and an environment in which its store is looked at with another key."""
    here = Session(tmp_path / "store")
    id = here.submit(jf.lattice(lambda: one()), (), {})
    here.wait(id)
    here.close()
    return id, {"JUPYTER_FLOW_STORE": str(tmp_path / "store"), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}


def test_commands_name_what_they_cannot_vouch_for(signed_otherwise: "tuple[str, dict[str, str]]") -> None:
    id, elsewhere = signed_otherwise
    for words in (["show"], ["show", id], ["show", id[:6]], ["resume", id], ["ls"], ["doctor"]):
        done = command(*words, **elsewhere)
        assert OTHER in done.stdout + done.stderr, words
        assert id in done.stdout + done.stderr
        assert "nothing has been dispatched" not in done.stdout + done.stderr
        assert (done.returncode == 0) == (words == ["ls"])
    doctor = command("doctor", **elsewhere).stdout
    assert "problem  records of the store" in doctor
    assert str(Path(elsewhere["JUPYTER_CONFIG_DIR"]) / "jupyter_flow" / "key") in doctor


def test_so_do_magics(signed_otherwise: "tuple[str, dict[str, str]]", monkeypatch: pytest.MonkeyPatch) -> None:
    id, elsewhere = signed_otherwise
    monkeypatch.setattr(VAULT, "_key", VAULT._key)
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)
    other = Session(elsewhere["JUPYTER_FLOW_STORE"])
    monkeypatch.setattr("jupyter_flow.notebook.targets.session", lambda: other)
    try:
        with pytest.raises(UnknownDispatch, match=f"nothing that can be trusted .* {OTHER}.*{id}"):
            id_of("")
        with pytest.raises(StoreUntrusted, match=f"{OTHER}.*{id}"):
            id_of(id[:5])
        with pytest.raises(UnknownDispatch, match=f"'zz'.*{OTHER}"):
            id_of("zz")
    finally:
        other.close()

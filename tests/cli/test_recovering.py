from pathlib import Path

import pytest

import jupyter_flow as jf
from tests.cli.kernels import command


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of its own with a dispatch in it, and nobody who uses it."""
    root = tmp_path / "store"
    here = jf.session.__globals__["Session"](root)
    one = jf.electron(executor="thread")(str)
    id = here.submit(jf.lattice(lambda: one(5)), (), {})
    here.wait(id, 60)
    here.close()
    monkeypatch.setenv("JUPYTER_FLOW_STORE", str(root))
    (tmp_path / "id").write_text(id)
    return root


def test_a_lost_index_is_told_with_the_command_that_makes_it_anew(stored: Path) -> None:
    id = (stored.parent / "id").read_text()
    (stored / "index.sqlite3").write_bytes(b"garbage")
    told = command("ls")
    assert told.returncode == 2
    assert str(stored / "index.sqlite3") in told.stderr
    assert "`jupyter-flow recover`" in told.stderr
    assert "`jupyter-flow recover`" in command("doctor").stdout
    done = command("recover")
    assert done.returncode == 0, done.stderr
    first, new, old = done.stdout.splitlines()
    assert "is not a database" in first
    assert new == "the new index has 1 dispatch, sublattices included"
    aside = Path(old.removeprefix("the old index is in "))
    assert (aside / "index.sqlite3").read_bytes() == b"garbage"
    assert id in command("ls").stdout
    assert "'5'" in command("show", id).stdout
    again = command("recover")
    assert (again.returncode, again.stdout) == (0, "the index can be read, and nothing of it is known to be missing\n")


def test_what_cannot_be_found_again_is_named_and_the_status_tells(stored: Path) -> None:
    id = (stored.parent / "id").read_text()
    (stored / "runs" / id / "manifest.sqlite3").unlink()
    (stored / "sessions" / f"{'a' * 16}.lock").write_bytes(bytes(8) + f"\n{id}\n".encode())
    (stored / "index.sqlite3").write_bytes(b"")
    done = command("recover")
    assert done.returncode == 1
    assert f"of these nothing was found: {id}" in done.stdout
    assert "has lost it" in command("show", id).stderr


def test_where_there_is_no_store_it_says_so(tmp_path: Path) -> None:
    done = command("recover", JUPYTER_FLOW_STORE=str(tmp_path / "file" / "x"))
    assert done.returncode in (0, 2)

import ast
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

import jupyter_flow
from jupyter_flow.model.errors import StoreError, StoreUntrusted
from jupyter_flow.store import Store, default_root, key_path
from tests.store.samples import finish, record, row, run


@pytest.fixture
def umask_0() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> set[tuple[str, int]]:
    return {
        ("folder" if path.is_dir() else "file", stat.S_IMODE(path.stat().st_mode))
        for path in [folder, *folder.rglob("*")]
    }


@pytest.mark.usefixtures("umask_0")
def test_folders_are_0700_and_files_0600_whatever_the_umask_parents_included(tmp_path: Path, config: Path) -> None:
    store = Store.open(tmp_path / "new" / "parents" / "store")
    serial = store.begin(run("a", graph=store.blobs.write(b"graph")))
    record(store, serial, [row(0)])
    assert (store.root / "index.sqlite3-wal").exists()
    assert modes(tmp_path / "new") | modes(config) == {("folder", 0o700), ("file", 0o600)}
    finish(store, serial)
    store.close()


def test_all_that_makes_files_by_hand_makes_them_for_their_user_alone() -> None:
    """Also what lives for a moment only, or on another machine: its flags and mode stand in the code."""
    package, made = Path(jupyter_flow.__file__).parent, 0
    for path in package.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for call in ast.walk(ast.parse(text)) if "os.open(" in text else ():
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "os.open":
                makes = "O_CREAT" in ast.unparse(call) or not ast.unparse(call.args[1]).startswith("os.O_")
                assert not makes or ast.unparse(call.args[-1]) == str(0o600), f"{path}:{call.lineno}"
                made += makes
    assert made > 5


def test_a_umask_that_takes_everything_leaves_us_our_own_folders(root: Path) -> None:
    before = os.umask(0o777)
    try:
        Store.open(root).close()
    finally:
        os.umask(before)
    assert modes(root) == {("folder", 0o700), ("file", 0o600)}


def test_without_a_home_it_is_said_which_folders_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(user: int) -> None:
        raise KeyError(user)

    for name in ("HOME", "JUPYTER_FLOW_STORE", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    with monkeypatch.context() as patch:
        patch.setattr("pwd.getpwuid", nobody)
        for place in (default_root, key_path):
            with pytest.raises(StoreError, match="Set JUPYTER_FLOW_STORE and JUPYTER_CONFIG_DIR"):
                place()
    monkeypatch.setenv("HOME", "here")
    assert default_root().is_absolute()


def test_the_store_is_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_FLOW_STORE", str(tmp_path / "here"))
    assert default_root() == tmp_path / "here"


def test_the_store_is_in_jupyters_data_folder_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTER_FLOW_STORE", raising=False)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    assert default_root() == tmp_path / "data" / "jupyter_flow"


def test_the_key_lies_outside_the_store() -> None:
    assert default_root() not in key_path().parents


def test_a_store_that_others_can_write_is_refused_and_the_cure_is_named(root: Path) -> None:
    Store.open(root).close()
    root.chmod(0o770)
    with pytest.raises(StoreUntrusted, match=r"chmod go-w"):
        Store.open(root)


def test_a_store_of_another_user_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(root).close()
    monkeypatch.setattr(os, "geteuid", lambda: root.stat().st_uid + 1)
    with pytest.raises(StoreUntrusted, match=f"^{root} belongs to user"):  # and not: its key does
        Store.open(root)


def test_a_store_that_cannot_be_made_names_the_path_and_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match=r"file/store.*JUPYTER_FLOW_STORE.*results_dir"):
        Store.open(tmp_path / "file" / "store")


@pytest.mark.parametrize("name", ["index.sqlite3", "blobs", "sessions", "runs", "tmp"])
def test_whatever_in_it_others_can_write_is_refused_also_behind_a_link(root: Path, tmp_path: Path, name: str) -> None:
    store = Store.open(root)
    store.blobs.write(b"")
    store.folder("a")
    finish(store, store.begin(run("a")))
    store.close()
    path = root / name
    path.chmod(0o777)
    with pytest.raises(StoreUntrusted, match=rf"can write in {path} .*chmod go-w '{path}'"):
        Store.open(root)
    path.chmod(0o700)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    if name != "index.sqlite3":
        Store.open(root).close()  # a link to what is ours is ours
    (tmp_path / "elsewhere").chmod(0o722)
    with pytest.raises(StoreUntrusted, match="chmod"):
        Store.open(root)


def test_a_link_to_a_store_of_ours_is_one_and_to_a_foreign_one_is_none(root: Path, tmp_path: Path) -> None:
    Store.open(root).close()
    (tmp_path / "link").symlink_to(root)
    Store.open(tmp_path / "link").close()
    if not os.geteuid():
        os.chown(root, 65534, 65534)
    else:
        (tmp_path / "link").unlink()
        (tmp_path / "link").symlink_to("/")
    with pytest.raises(StoreUntrusted, match="belongs to user"):
        Store.open(tmp_path / "link")

"""Where the store and its key lie, and whether the folder can be trusted with them."""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from ..model.errors import StoreError, StoreUntrusted

INSIDE = ("index.sqlite3", "index.sqlite3-wal", "blobs", "runs", "sessions", "tmp", "journals", "requests", "pins")
WAY_OUT = "Set JUPYTER_FLOW_STORE (or a lattice's results_dir) to a folder of your own that can be written."


def default_root() -> Path:
    """The folder of the store: $JUPYTER_FLOW_STORE, else ``jupyter_flow`` in Jupyter's data folder."""
    named = os.environ.get("JUPYTER_FLOW_STORE")
    return absolute(named) if named else _jupyter_data() / "jupyter_flow"


def key_path() -> Path:
    """The file of the key that authenticates the store. Outside it: who can write one need not read the other."""
    return _config() / "jupyter_flow" / "key"


def absolute(path: str | Path) -> Path:
    """The path with ``~`` replaced and made absolute; symbolic links stay.

    Raises StoreError where there is no home folder.
    """
    try:
        return Path(os.path.abspath(Path(path).expanduser()))
    except RuntimeError as error:
        raise StoreError(
            f"No home folder is known here (HOME is not set, and user {os.geteuid()} has none). Set JUPYTER_FLOW_STORE "
            "and JUPYTER_CONFIG_DIR to folders of your own that can be written."
        ) from error


def private_folder(folder: Path) -> Path:
    """Make a folder and its missing parents, 0700 whatever the umask.

    Raises StoreError where it cannot be made.
    """
    try:
        if folder.is_dir():
            return folder
        missing = [folder]
        while not missing[-1].parent.exists():
            missing.append(missing[-1].parent)
        for path in reversed(missing):
            _make(path)
    except OSError as error:
        raise StoreError(f"Cannot make the folder {folder}: {error.strerror}. {WAY_OUT}") from error
    return folder


def check_folder(folder: Path) -> None:
    """Raise StoreUntrusted where others could have written what is in the folder, StoreError where we cannot read it.

    What lies in it is looked at too, with links followed: one may lead to a larger disk, if that is ours as well.
    """
    found = folder.stat()
    if not stat.S_ISDIR(found.st_mode):
        raise StoreError(f"{folder} is not a folder. {WAY_OUT}")
    _check_ours(folder, found)
    if not os.access(folder, os.R_OK | os.X_OK):
        raise StoreError(f"{folder} cannot be read. {WAY_OUT}")
    for name in INSIDE:
        with suppress(FileNotFoundError):
            _check_ours(folder / name, (folder / name).stat())


def _check_ours(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise StoreUntrusted(
            f"{path} belongs to user {found.st_uid}, not to you (user {os.geteuid()}); nothing is loaded from it. "
            + WAY_OUT
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StoreUntrusted(
            f"Other users can write in {path} (mode {stat.S_IMODE(found.st_mode):o}); nothing is loaded from it. "
            f"If what is in it is yours alone, run: chmod go-w '{path}'"
        )


def _make(path: Path) -> None:
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        if not path.is_dir():
            raise
    else:
        os.chmod(path, 0o700)  # a umask may also have taken our own rights away


def _jupyter_data() -> Path:
    named = os.environ.get("JUPYTER_DATA_DIR")
    if named:
        return absolute(named)
    if sys.platform == "darwin":
        return absolute("~") / "Library" / "Jupyter"
    return _xdg("XDG_DATA_HOME", ".local/share") / "jupyter"


def _config() -> Path:
    named = os.environ.get("JUPYTER_CONFIG_DIR")
    if named:
        return absolute(named)
    if sys.platform == "darwin":
        return absolute("~") / "Library" / "Application Support"
    return _xdg("XDG_CONFIG_HOME", ".config")


def _xdg(variable: str, default: str) -> Path:
    named = os.environ.get(variable, "")
    return Path(named) if os.path.isabs(named) else absolute("~") / default

"""A store of each test's own, with a key of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_flow.store import Store


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(root: Path) -> Iterator[Store]:
    store = Store.open(root)
    yield store
    store.close()

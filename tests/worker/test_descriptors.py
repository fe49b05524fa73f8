import os
from pathlib import Path

import pytest

from jupyter_flow.worker import descriptors
from jupyter_flow.worker.descriptors import MARKS, Kept


@pytest.fixture(params=["marked", "unmarked"])
def marks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "unmarked":  # as on a system that has none
        monkeypatch.setattr(descriptors, "_PUT", None)


def opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)


@pytest.mark.usefixtures("marks")
def test_a_descriptor_is_kept_until_it_is_closed_or_is_another_file(tmp_path: Path) -> None:
    mine, other = opened(tmp_path / "mine"), opened(tmp_path / "other")
    kept, beside = Kept(mine, MARKS[1]), Kept(other, MARKS[2])
    os.write(mine, b"text")
    assert not kept.gone()
    assert not beside.gone()
    os.dup2(other, mine)  # marked as well, otherwise
    assert kept.gone()
    os.close(mine)
    assert kept.gone()
    assert opened(tmp_path / "fresh") == mine
    assert kept.gone()
    assert not beside.gone()
    os.close(mine)
    os.close(other)


@pytest.mark.usefixtures("marks")
def test_what_a_subprocess_inherits_is_the_same(tmp_path: Path) -> None:
    mine = opened(tmp_path / "mine")
    kept = Kept(mine, MARKS[1])
    again = os.dup(mine)
    os.dup2(again, mine)
    assert not kept.gone()
    os.close(again)
    os.close(mine)

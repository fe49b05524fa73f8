import sys
from collections.abc import Iterator
from typing import Any

import pytest
from tqdm.asyncio import tqdm_asyncio
from tqdm.notebook import tqdm_notebook
from tqdm.std import tqdm

from jupyter_flow.model.progress import progress_in
from jupyter_flow.worker import bars


class Auto(tqdm_notebook, tqdm_asyncio):  # type: ignore[misc]
    """As tqdm.auto makes one in a notebook."""


@pytest.fixture
def inside() -> Iterator[list[bool]]:
    """Whether an electron is running, to be changed."""
    before = tqdm_notebook.__new__
    tqdm_notebook.__new__ = getattr(before, "__wrapped__", before)  # electrons of earlier tests may have asked already
    electron: list[bool] = [True]
    bars.install(lambda: electron[0] or None)
    yield electron
    tqdm_notebook.__new__ = before


@pytest.mark.parametrize("kind", [tqdm_notebook, Auto])
def test_a_notebooks_progress_bar_is_plain_in_an_electron(
    kind: Any, inside: list[bool], capsys: pytest.CaptureFixture[str]
) -> None:
    bar = kind(range(2), desc="fit", display=True, mininterval=0)
    assert isinstance(bar, tqdm)
    assert not isinstance(bar, tqdm_notebook)
    assert list(bar) == [0, 1]
    progress = progress_in(capsys.readouterr().err)
    assert progress is not None
    assert (progress.fraction, progress.text[:9]) == (1.0, "fit: 2/2 ")


def test_elsewhere_it_is_what_it_was(inside: list[bool]) -> None:
    inside[0] = False
    assert isinstance(tqdm_notebook(range(2), disable=True), tqdm_notebook)


def test_installing_again_changes_nothing(inside: list[bool]) -> None:
    method = tqdm_notebook.__new__
    bars.install(lambda: None)
    assert tqdm_notebook.__new__ is method
    assert "tqdm.notebook" in sys.modules

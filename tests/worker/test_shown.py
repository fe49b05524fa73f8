import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_flow.model.display import Display, displays_in
from jupyter_flow.worker import shown as module
from jupyter_flow.worker.shown import LARGEST, MOST, Shown, written

OWNER = (1, 2, 3)


def plain(text: str) -> dict[str, Any]:
    return {"text/plain": text}


def texts(kept: bytes | None) -> list[str]:
    return [] if kept is None else [display.data["text/plain"] for display in displays_in(kept)]


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "worker.shown")


@pytest.fixture
def shown(file: str) -> Shown:
    made = Shown(file)
    made.owner = OWNER
    return made


def test_displays_are_kept_in_order_and_given_once(shown: Shown) -> None:
    shown.add(plain("a"), {"about": 1})
    shown.add(plain("b"), {})
    text = shown.take()
    assert text is not None
    assert displays_in(text) == [Display(plain("a"), {"about": 1}), Display(plain("b"), {})]
    assert shown.take() is None


def test_nothing_displayed_is_none_and_no_file(shown: Shown, file: str) -> None:
    assert shown.take() is None
    assert not os.path.exists(file)


def test_an_update_replaces_every_display_of_its_id_and_adds_none(shown: Shown) -> None:
    for text, id in (("a", "x"), ("b", None), ("c", "x")):
        shown.add(plain(text), {}, id)
    shown.add(plain("new"), {}, "x", update=True)
    shown.add(plain("lost"), {}, "unknown", update=True)
    assert texts(shown.text()) == ["new", "b", "new"]


def test_clearing_drops_what_was_there_now_or_with_the_next(shown: Shown) -> None:
    shown.add(plain("a"), {})
    shown.clear(wait=True)
    assert texts(shown.text()) == ["a"]
    shown.add(plain("b"), {})
    assert texts(shown.text()) == ["b"]
    shown.clear()
    assert shown.text() is None


def test_too_many_displays_are_counted(shown: Shown) -> None:
    for number in range(MOST + 5):
        shown.add(plain(str(number)), {})
    kept = texts(shown.take())
    assert len(kept) == MOST + 1
    assert kept[-1] == f"[… and 5 more: an electron keeps {MOST} displays]"


def test_what_is_too_large_is_replaced_by_a_line_and_smaller_ones_go_on(shown: Shown) -> None:
    shown.add(plain("a"), {})
    shown.add({"text/html": "x" * LARGEST}, {})
    shown.add(plain("b"), {})
    kept = texts(shown.text())
    assert kept == ["a", "[a display of 10.5 MB was left out: an electron keeps 10 MB of them]", "b"]


def test_a_display_that_is_updated_to_a_small_one_makes_room(shown: Shown) -> None:
    half = {"text/plain": "x" * (LARGEST * 2 // 3)}
    shown.add(half, {}, "a")
    shown.add(plain("small"), {}, "a", update=True)
    shown.add(half, {})
    assert [len(text) for text in texts(shown.text())] == [5, LARGEST * 2 // 3]


changes = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.text(max_size=9), st.sampled_from([None, "a", "b"]), st.booleans()),
        st.tuples(st.just("clear"), st.booleans()),
    ),
    max_size=30,
)


@given(changes, st.sampled_from([300, 10**6]))
def test_the_file_always_says_what_the_list_says(
    tmp_path_factory: pytest.TempPathFactory, found: list[Any], rewrite: int
) -> None:
    file = str(tmp_path_factory.mktemp("shown") / "worker.shown")
    shown = Shown(file)
    shown.owner = OWNER
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "REWRITE", rewrite)
        for kind, *rest in found:
            if kind == "clear":
                shown.clear(*rest)
            else:
                text, id, update = rest
                shown.add(plain(text), {}, id, update)
            assert texts(written(file, OWNER)) == texts(shown.text())


def test_the_file_of_a_worker_that_died_while_writing_is_read_up_to_there(shown: Shown, file: str) -> None:
    shown.add(plain("a"), {})
    shown.add(plain("b" * 100), {})
    data = Path(file).read_bytes()
    Path(file).write_bytes(data[:-20])
    assert texts(written(file, OWNER)) == ["a"]


def test_the_file_of_another_electron_says_nothing(shown: Shown, file: str) -> None:
    shown.add(plain("a"), {})
    assert written(file, (1, 2, 4)) is None
    shown.take()
    shown.owner = (1, 2, 4)
    shown.add(plain("b"), {})
    assert texts(written(file, (1, 2, 4))) == ["b"]
    assert written(file, OWNER) is None


def test_a_file_that_is_no_such_file_says_nothing(file: str) -> None:
    assert written(file, OWNER) is None
    Path(file).write_bytes(b"\xff\n0 \xff\n")
    assert written(file, OWNER) is None


def test_the_file_is_the_users_alone(shown: Shown, file: str) -> None:
    shown.add(plain("a"), {})
    assert os.stat(file).st_mode & 0o777 == 0o600


def test_where_the_file_cannot_be_written_the_list_counts(tmp_path: Path) -> None:
    shown = Shown(str(tmp_path / "no folder" / "worker.shown"))
    shown.owner = OWNER
    shown.add(plain("a"), {})
    assert texts(shown.take()) == ["a"]


def test_text_that_is_no_unicode_becomes_some(shown: Shown) -> None:
    shown.add(plain("\udc80"), {})
    text = shown.take()
    assert text is not None
    assert json.loads(text)[0]["data"] == plain("?")

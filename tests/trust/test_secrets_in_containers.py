"""A secret is a list, a dict or an object: what is in it is as secret as a text by itself."""

import collections
import runpy
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jupyter_flow as jf
from jupyter_flow.model.concealing import written
from jupyter_flow.model.secret import discover
from jupyter_flow.model.vault import VAULT
from tests.trust.searching import leaks


@dataclass
class Login:
    """A field whose name promises a secret."""

    password: object


class Slotted:
    """A slot whose name does."""

    __slots__ = ("password",)

    def __init__(self, password: object) -> None:
        self.password = password


Pair = collections.namedtuple("Pair", "user password")


class Text(str):
    """A text of a class of its own."""


@jf.electron(executor="thread")
def shown(thing: Any) -> Any:
    sys.stdout.write(f"{thing}\n")
    return thing


@jf.electron(executor="thread")
def given_by_name(password: Any) -> Any:
    sys.stdout.write(f"{password}\n")
    return password


@jf.lattice
def work(thing: Any) -> Any:
    return shown(thing)


@jf.lattice
def passed_on(thing: Any) -> Any:
    return given_by_name(password=thing)


FORMS = [
    lambda s: jf.Secret({"k": s}), lambda s: jf.Secret([s]), lambda s: jf.Secret((s, 1)), lambda s: jf.Secret(Text(s)),
    lambda s: {"client_secret": [s]}, lambda s: {"password": {"inner": s}}, lambda s: {"credentials": ("bob", s)},
    lambda s: {"password": bytearray(s.encode())}, lambda s: collections.deque([{"password": s}]),
    lambda s: {b"password": s}, lambda s: Login([s]), lambda s: Slotted(s), lambda s: Pair("bob", s),
    lambda s: f"https://{s}@host/x",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_it_is_in_no_file(form: Any) -> None:
    word = f"word7-{secrets.token_hex(8)}"
    jf.dispatch_sync(work)(form(word))
    assert leaks({"it": word}, jf.session().store.root) == set()


@pytest.mark.parametrize("form", [str, lambda s: [s], lambda s: {"user": s}, lambda s: ("bob", s)])
def test_an_input_that_is_passed_on_under_such_a_name_is_not_written(form: Any) -> None:
    word = f"word7-{secrets.token_hex(8)}"
    result = jf.dispatch_sync(passed_on)(form(word))
    assert result.result == form(word)
    assert leaks({"it": word}, jf.session().store.root) == set()
    VAULT.clear()
    jf.session()._memory.clear()
    assert [node.name for node in jf.get_result(result.dispatch_id).nodes] == ["given_by_name"]
    again = jf.redispatch(result.dispatch_id, secrets={"password": form(word)})()
    assert again.result() == form(word)


@jf.electron(executor="thread")
def counted(token: Any) -> Any:
    sys.stdout.write("the price of an orange\n")
    return len(token)


@jf.lattice
def wordy(words: Any) -> Any:
    return counted(words), shown({"api_token": words})


@jf.lattice
def only_counted(words: Any) -> Any:
    return counted(words)


def test_words_in_what_is_perhaps_a_secret_stay_readable_and_keys_do_not() -> None:
    VAULT.clear()
    key = f"word7-{secrets.token_hex(8)}"
    words = ["price", "orange", key]
    result = jf.dispatch_sync(wordy)(words)
    assert result.result == (3, {"api_token": words})
    assert [node.stdout for node in result.nodes[:2]] == [
        "the price of an orange\n",
        "{'api_token': ['price', 'orange', '***']}\n",
    ]
    assert leaks({"it": key}, jf.session().store.root) == set()


@pytest.mark.parametrize("sure", [True, False])
def test_what_is_given_again_for_a_container_is_as_secret_as_it_was(sure: bool) -> None:
    VAULT.clear()
    words = ["orange", f"word7-{secrets.token_hex(8)}"]
    id = jf.dispatch(only_counted)(jf.Secret(words, "token") if sure else words)
    id.result()
    VAULT.clear()
    jf.session()._memory.clear()
    jf.redispatch(id, secrets={"token": words})().result()
    assert VAULT.masked("orange") == ("***" if sure else "orange")
    assert VAULT.masked(words[1]) == "***"


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ('token = ["orange and more", "x"]', False),
        ('token = ("orange and more", "x")', False),
        ('token = ("orange and more")', True),
        ('password = ["orange and more", "x"]', True),
    ],
)
def test_of_words_that_a_cell_spells_out_too(text: str, known: bool) -> None:
    VAULT.clear()
    written(text)
    assert VAULT.masked("orange and more") == ("***" if known else "orange and more")


SPELLED = """
import jupyter_flow as jf

@jf.electron(executor="thread")
def login():
    password = "WORD"
    return len(password)

@jf.lattice
def flow():
    return login()
"""


def test_what_the_source_of_an_electron_spells_out_is_neither_kept_nor_shown(tmp_path: Path) -> None:
    word = f"word7-{secrets.token_hex(8)}"
    (tmp_path / "spelled.py").write_text(SPELLED.replace("WORD", word))
    flow = runpy.run_path(str(tmp_path / "spelled.py"))["flow"]
    id = jf.dispatch(flow)()
    assert id.result() == len(word)
    assert 'password = "***"' in id.graph.versions[0].source  # which the page shows, and a saved notebook keeps
    assert leaks({"it": word}, jf.session().store.root) == set()


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    makers = [
        lambda x: [1, x],
        lambda x: (x, "b"),
        lambda x: {"k": x},
        lambda x: collections.deque([x]),
        Login,
        Slotted,
    ]
    return st.tuples(st.sampled_from(makers), inner).map(lambda one: one[0](one[1]))


@settings(max_examples=60)
@given(st.recursive(st.just("deep-word-1"), _around, max_leaves=8), st.integers(0, 9))
def test_at_any_depth_it_is_known(value: Any, deeper: int) -> None:
    VAULT.clear()
    whole: Any = {"password": value}
    for _ in range(deeper):
        whole = [{"x": whole}]
    discover(whole)
    assert VAULT.masked("deep-word-1") == "***"


def test_one_given_again_gives_its_parts() -> None:
    id = jf.dispatch(work)(jf.Secret({"k": "part-of-it-1", "n": 1}, "login"))
    assert id.result() == {"k": "part-of-it-1", "n": 1}
    VAULT.clear()
    jf.session()._memory.clear()
    again = jf.redispatch(id, secrets={"login": {"k": "part-of-it-1", "n": 1}})()
    assert again.result() == {"k": "part-of-it-1", "n": 1}

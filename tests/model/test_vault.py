"""Secrets in memory, and what is written instead of them."""

import functools
import pickle
import threading
from collections import deque
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_flow.model.errors import SecretNeeded
from jupyter_flow.model.pickles import dumps, loads, pack
from jupyter_flow.model.secret import Hidden, Secret, SecretText, discover, opening
from jupyter_flow.model.secretnames import holds_secret
from jupyter_flow.model.vault import VAULT, Vault

WORD = "correct-horse"


@given(st.lists(st.sampled_from([b"abcd", b"efgh", b"x", b"\x00\n"])))
def test_what_is_taken_apart_is_put_together_again(parts: list[bytes]) -> None:
    vault, whole = Vault(), b"".join(parts)
    vault.keep("abcd", "one")
    vault.keep("efgh", "two")
    pieces, holes = vault.parted(whole)
    assert not any(b"abcd" in piece or b"efgh" in piece for piece in pieces)
    assert vault.joined(pieces, holes) == whole


def test_a_value_with_a_secret_is_written_without_it_and_read_with_it() -> None:
    VAULT.keep(WORD, "password")
    value = {"url": f"http://{WORD}/", "bytes": WORD.encode(), "n": 3, "deep": [(WORD,)]}
    packed = pack(value)
    assert isinstance(packed, bytes)
    assert WORD.encode() not in packed
    assert loads(packed) == value


def test_large_buffers_stay_beside_a_value_with_a_secret() -> None:
    VAULT.keep(WORD, "password")
    kept: list[Any] = []

    def keep(meta: bytes, buffers: Any) -> Any:
        kept.append((meta, [bytes(buffer) for buffer in buffers]))
        return b"reference"

    pack({"it": WORD, "array": numpy.arange(100_000)}, keep)
    ((meta, buffers),) = kept
    assert WORD.encode() not in meta
    assert len(buffers) == 1
    assert len(meta) < 2000
    assert loads(meta, buffers)["array"].sum() == numpy.arange(100_000).sum()


def test_a_process_that_does_not_know_a_secret_says_its_name() -> None:
    VAULT.keep(WORD, "password")
    packed: Any = pack([WORD])
    VAULT.clear()
    with pytest.raises(SecretNeeded, match="'password'") as told:
        loads(packed)
    assert told.value.names == ["password"]
    again = pickle.loads(pickle.dumps(told.value))
    assert again.names == told.value.names
    assert str(again) == str(told.value)


def test_a_shipment_makes_another_process_know() -> None:
    here, there = Vault(), Vault()
    here.keep(WORD, "password")
    there.receive(here.shipment())
    assert there.masked(f"it is {WORD}") == "it is ***"
    assert there.keep(WORD, "x") == here.keep(WORD, "y")


def test_what_a_worker_meets_first_goes_back_sealed() -> None:
    kernel, worker = Vault(), Vault()
    worker.receive(kernel.shipment())
    id = worker.keep(WORD, "password")
    sealed = worker.sealed({id: "password"})
    assert WORD.encode() not in sealed
    kernel.unseal(sealed)
    assert kernel.value(id, "password") == WORD


@pytest.mark.parametrize("form", ["{}", "'{}'", "?pw={}&x", "\u00e9{}"])
def test_texts_for_people_are_masked(form: str) -> None:
    VAULT.keep("p@ss w\u00f6rd\n'1", "password")
    shown = form.format("p@ss w\u00f6rd\n'1")
    assert VAULT.masked(shown) == form.format("***")
    assert VAULT.masked(repr(["p@ss w\u00f6rd\n'1"])) in ("['***']", '["***"]')
    assert VAULT.masked_bytes(b"p%40ss%20w%C3%B6rd%0A%271") == b"***"


def test_what_is_written_in_place_of_a_secret_tells_nobody_what_it_is_who_has_not_the_key() -> None:
    """A digest that anybody can make would be found by trying words."""
    ids = []
    for key in (b"1" * 32, b"2" * 32, b"1" * 32):
        vault = Vault()
        vault.keyed(key)
        ids.append(vault.keep(WORD, "password"))
    assert ids[0] == ids[2]
    assert ids[0] != ids[1]


def test_a_short_secret_is_not_looked_for_in_other_things() -> None:
    VAULT.keep("abc", "password")
    assert VAULT.masked("abcdef") == "abcdef"
    assert loads(pickle.dumps(Hidden("abc", "password"))) == "abc"


def test_a_secret_shows_nothing_of_itself() -> None:
    secret = Secret(WORD)
    assert WORD not in f"{secret} {secret!r} {secret:>20} {[secret]}"
    assert secret.value == WORD
    assert Secret(secret) == secret
    assert hash(Secret(WORD)) == hash(secret)
    assert not hasattr(secret, "__dict__")


def test_a_pickled_secret_has_nothing_of_it_and_comes_out_as_it_is_or_open() -> None:
    data = pickle.dumps({"it": Secret([WORD, 1])})
    assert WORD.encode() not in data
    assert loads(data)["it"].value == [WORD, 1]
    with opening(True):
        assert loads(dumps({"it": Secret(7)})) == {"it": 7}


def test_a_text_with_a_secret_in_it_is_a_text_that_does_not_show_it() -> None:
    VAULT.keep(WORD, "password")
    text = SecretText(f"Bearer {WORD}")
    assert text == f"Bearer {WORD}"
    assert repr({"it": text}) == "{'it': 'Bearer ***'}"
    assert type(pickle.loads(pickle.dumps(text))) is str


class Account:
    """Something with a password."""

    def __init__(self) -> None:
        self.password = WORD


@pytest.mark.parametrize(
    "value",
    [
        {"user": "a", "password": WORD}, [({"api_token": WORD},)], functools.partial(len, password=WORD), Account(),
        f"postgres://me:{WORD}@host:5432/db", [f"x https://:{WORD}@host"], {"a": {"b": [Account()]}},
    ],
)  # fmt: skip
def test_secrets_are_known_by_their_names_inside_of_things(value: object) -> None:
    discover(value)
    assert VAULT.masked(WORD) == "***"


@pytest.mark.parametrize(
    "value", ["https://host/a:b@c", "user:pass@host", "http://user@host/", {"max_tokens": WORD}, [1] * 10_000, len, str]
)
def test_what_is_no_secret_is_left(value: object) -> None:
    discover(value)
    assert VAULT.needles == ()


def test_a_module_is_not_searched() -> None:
    import sys

    discover({"sys": sys, "modules": [pytest]})
    assert VAULT.needles == ()


def test_what_changes_while_it_is_looked_through_is_looked_through() -> None:
    changing, over = deque(["x"] for _ in range(100)), threading.Event()

    def change() -> None:
        while not over.is_set():
            changing.append(["y"])
            changing.popleft()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(200):
            discover({"live": changing})
    finally:
        over.set()
        thread.join()


def test_thousands_of_secrets_are_looked_for_as_far_as_that_is_bearable() -> None:
    vault = Vault()
    for number in range(2000):
        vault.keep(f"password-{number:05}", f"p{number}")
    assert 250 <= len(vault.needles) <= 500
    assert vault.masked("password-01999 password-00000") == "*** password-00000"
    assert vault.value(vault.keep("password-00000", "p0"), "p0") == "password-00000"


def test_of_two_secrets_one_inside_the_other_nothing_is_left() -> None:
    VAULT.keep("abcd", "short")
    VAULT.keep("xxabcdyy", "long")
    assert VAULT.masked("-xxabcdyy-abcd-") == "-***-***-"
    assert VAULT.parted(b"-xxabcdyy-abcd-")[0] == (b"-", b"-", b"-")


def test_data_is_not_kept_in_memory_for_its_name() -> None:
    assert not holds_secret("token", numpy.arange(5))

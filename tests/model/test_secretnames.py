"""Which names promise a secret."""

import pytest

from jupyter_flow.model.secretnames import holds_secret

SECRET = [
    *("password", "passwd", "db_password", "dbPassword", "DB_PASSWORD", "password_prod", "passphrase", "pwd", "token"),
    *(
        "api_token",
        "accessToken",
        "TOKEN",
        "hf_token",
        "secret",
        "client_secret",
        "secrets",
        "credential",
        "credentials",
    ),
    *("aws_credentials", "api_key", "apiKey", "API_KEY", "apikey", "private_key", "access_tokens"),
    *("api_keys", "authtoken"),
]
PLAIN = [
    *(
        "tokens",
        "max_tokens",
        "token_count",
        "tokenizer",
        "keys",
        "sort_key",
        "key",
        "primary_key",
        "keyword",
        "monkey",
    ),
    *("turkey", "password_length", "passwords_file", "secretary", "secret_name", "pass_rate", "passed", "tokenize"),
    *("access_level", "private", "auth", "x"),
]


@pytest.mark.parametrize("name", SECRET)
def test_a_name_of_a_secret_is_one(name: str) -> None:
    assert holds_secret(name, "swordfish")


@pytest.mark.parametrize("name", PLAIN)
def test_a_name_of_something_else_is_none(name: str) -> None:
    assert not holds_secret(name, "swordfish")


@pytest.mark.parametrize("value", [None, True, "", len, str])
def test_what_cannot_be_a_secret_is_none(value: object) -> None:
    assert not holds_secret("password", value)


def test_a_key_of_no_known_kind_is_a_secret_if_it_looks_like_one() -> None:
    assert holds_secret("key", "sk-1234567890abcdef")
    assert holds_secret("my_key", b"0123456789abcdef")
    assert not holds_secret("key", "price")
    assert not holds_secret("key", "created_timestamp")
    assert not holds_secret("key", "a whole sentence of 10 words")
    assert not holds_secret("key", 12345678901234)


def test_a_number_is_a_secret_as_a_password_but_not_as_a_token() -> None:
    assert holds_secret("password", 1234)
    assert not holds_secret("pad_token", 50256)


def test_what_is_no_name_promises_nothing() -> None:
    assert not holds_secret("/usr/lib/secret.py", "x")
    assert not holds_secret("", "x")

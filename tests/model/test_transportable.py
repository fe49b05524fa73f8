import pytest

from jupyter_flow import TransportableObject


def test_it_shows_and_compares_as_its_value() -> None:
    wrapped = TransportableObject([1, 2])
    assert (str(wrapped), repr(wrapped), wrapped.object_string) == ("[1, 2]",) * 3
    assert wrapped == [1, 2]
    assert wrapped == TransportableObject([1, 2])
    assert wrapped != TransportableObject([1])
    assert TransportableObject() == None  # noqa: E711
    with pytest.raises(TypeError):
        hash(wrapped)


def test_it_is_loaded_once_and_only_when_looked_at() -> None:
    loads: list[int] = []

    def load() -> str:
        loads.append(1)
        return "value"

    wrapped = TransportableObject(load=load)
    assert loads == []
    assert (wrapped.get_deserialized(), str(wrapped)) == ("value", "value")
    assert loads == [1]


def test_a_load_that_fails_is_tried_again() -> None:
    answers = iter([OSError("away"), "back"])

    def load() -> str:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    wrapped = TransportableObject(load=load)
    with pytest.raises(OSError, match="away"):
        wrapped.get_deserialized()
    assert wrapped.get_deserialized() == "back"

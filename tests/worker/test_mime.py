from typing import Any

import pytest

from jupyter_flow.worker.mime import bundle_of, plain, plain_metadata


class Rich:
    def _repr_html_(self) -> str:
        return "<b>"

    def _repr_markdown_(self) -> tuple[str, dict[str, Any]]:
        return "**", {"isolated": True}

    def _repr_svg_(self) -> None:
        return None

    def _repr_png_(self) -> bytes:
        return b"\x00\x01"

    def _repr_jpeg_(self) -> str:
        return "AAE="

    def _repr_latex_(self) -> str:
        return "$x$"

    def _repr_json_(self) -> dict[str, Any]:
        return {"a": [1, (2,)]}

    def _repr_javascript_(self) -> str:
        return "alert(1)"

    def __repr__(self) -> str:
        return "rich"


def test_every_form_but_javascript_is_asked_for() -> None:
    data, metadata = bundle_of(Rich())
    assert data == {
        "text/html": "<b>",
        "text/markdown": "**",
        "image/png": "AAE=",
        "image/jpeg": "AAE=",
        "text/latex": "$x$",
        "application/json": {"a": [1, [2]]},
        "text/plain": "rich",
    }
    assert metadata == {"text/markdown": {"isolated": True}}


def test_forms_can_be_chosen() -> None:
    assert set(bundle_of(Rich(), include=["text/html"])[0]) == {"text/html"}
    assert set(bundle_of(Rich(), exclude=["text/html", "image/png"])[0]).isdisjoint({"text/html", "image/png"})


def test_a_whole_bundle_comes_first_and_the_rest_is_added() -> None:
    class Whole(Rich):
        def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
            return {"text/html": "<i>", "application/x+json": {"n": 1}, "application/javascript": "x"}, {"m": 1}

    data, metadata = bundle_of(Whole())
    assert (data["text/html"], data["application/x+json"], data["text/plain"]) == ("<i>", {"n": 1}, "rich")
    assert "application/javascript" not in data
    assert metadata["m"] == 1


class Raises:
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def _repr_html_(self) -> str:
        raise self.error

    def __repr__(self) -> str:
        raise self.error


@pytest.mark.parametrize("error", [ValueError("bad"), SystemExit(3), KeyboardInterrupt(), RecursionError("deep")])
def test_what_raises_is_told(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    data, _ = bundle_of(Raises(error))
    assert data == {"text/plain": f"<Raises, whose repr raised {type(error).__name__}: {error}>"}
    assert f"_repr_html_ of a Raises raised {type(error).__name__}: {error}" in capsys.readouterr().err


def test_what_says_that_it_has_no_such_form_is_believed(capsys: pytest.CaptureFixture[str]) -> None:
    class Not:
        def _repr_html_(self) -> str:
            raise NotImplementedError

        def __repr__(self) -> str:
            return "plain"

    assert bundle_of(Not()) == ({"text/plain": "plain"}, {})
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("value", [object(), 5, ["lines"], {"a": 1}])
def test_what_is_no_text_is_left_out_and_told(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert plain({"text/html": value, "text/plain": "x", 5: "no mime"}) == {"text/plain": "x"}
    assert "text/html is left out" in capsys.readouterr().err


def test_classes_and_objects_that_answer_to_any_name_have_text_only() -> None:
    class Anything:
        def __getattr__(self, name: str) -> Any:
            return lambda *_, **__: "made up"

        def __repr__(self) -> str:
            return "anything"

    assert bundle_of(Anything()) == ({"text/plain": "anything"}, {})
    assert set(bundle_of(Rich)[0]) == {"text/plain"}


def test_hostile_objects_harm_nobody() -> None:
    class Text(str):
        def encode(self, *_: Any) -> Any:
            raise RuntimeError

    class Hostile:
        @property
        def __class__(self) -> Any:
            raise RuntimeError("no class")

        def __getattribute__(self, name: str) -> Any:
            if name == "_repr_html_":
                return lambda: Text("<b>")
            raise RuntimeError(name)

        def __repr__(self) -> str:
            return Text("hostile")

    data, _ = bundle_of(Hostile())
    assert {type(value) for value in data.values()} == {str}
    assert data["text/plain"] == "hostile"


def test_bytes_are_text_where_they_are_to_be_and_base64_elsewhere() -> None:
    assert plain({"text/plain": b"a\xff", "image/png": memoryview(b"\x00")}) == {
        "text/plain": "a\ufffd",
        "image/png": "AA==",
    }


def test_metadata_that_json_cannot_hold_is_dropped() -> None:
    assert plain_metadata({"a": (1,)}) == {"a": [1]}
    assert plain_metadata({"a": object()}) == {}

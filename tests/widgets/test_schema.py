"""Kernel and page speak one schema, and draw in one set of colours."""

from pathlib import Path

import pytest

from jupyter_flow.widgets import messages, schema

PAGE = Path(__file__).parents[2] / "labextension"


def test_what_the_page_is_built_from_is_current() -> None:
    assert schema.main(["--check"], PAGE) == 0


def test_a_stale_file_is_told_and_then_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert schema.main(["--check"], tmp_path) == 1
    assert "protocol.ts" in capsys.readouterr().err
    assert schema.main([], tmp_path) == 0
    assert schema.main(["--check"], tmp_path) == 0


def test_every_message_is_declared() -> None:
    text = schema.typescript()
    for name in messages.__all__:
        assert f"export interface {name} {{" in text or f"export type {name} = " in text


def test_optional_and_nested_types_are_written_as_the_page_needs_them() -> None:
    text = schema.typescript()
    assert "  dispatch?: string;" in text
    assert "  points: Point[];" in text
    assert "  executors: [string, number][];" in text
    assert "  panes: Pane[];" in text
    assert "  node: number | null;" in text

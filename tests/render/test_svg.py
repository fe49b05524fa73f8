import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_flow import render
from jupyter_flow.model.events import CANCELLED, COMPLETED, FAILED, INTERRUPTED, RUNNING, SKIPPED, WAITING
from jupyter_flow.model.status import Status
from jupyter_flow.render import Picture, draw_svg
from jupyter_flow.render.palette import DARK, LIGHT, Theme

from .pictures import chain, fan, pictures

NASTY = [
    "<img src=x onerror=alert(1)>",
    '"];x[',
    "two\nlines",
    "\x00\x1b[31m\ud800\ufffe",
    "x" * 300,
    "a\u202eb",
    "]]>",
]


def nasty() -> Picture:
    n = len(NASTY)
    edges = [(i, i + 1, text) for i, text in enumerate(NASTY[:-1])]
    return Picture(NASTY, [FAILED] * n, NASTY, edges=edges, title="</title><script>", status=Status.FAILED)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_an_empty_graph_is_a_picture() -> None:
    svg = draw_svg(Picture([], [], title="nothing"))
    assert "0 electrons" in texts(svg)


def test_the_picture_names_its_electrons_parameters_and_executors() -> None:
    picture = Picture(["load", "fit"], [COMPLETED, RUNNING], ["local", "gpu"], edges=[(0, 1, "table")])
    assert {"load", "fit", "table", "local", "gpu"} <= set(texts(draw_svg(picture)))


def test_a_group_shows_its_count_its_progress_and_its_failures() -> None:
    found = texts(draw_svg(fan(1000, failed=3)))
    assert {"train ×1000", "997/1000", "3"} <= set(found)


def test_every_status_has_a_mark_of_its_own() -> None:
    states = [WAITING, RUNNING, COMPLETED, FAILED, CANCELLED, SKIPPED, INTERRUPTED]
    svg = draw_svg(Picture([f"n{i}" for i in states], states))
    shapes = set(re.findall(r'<circle r="8"/>(<path[^>]*>)', svg))
    assert len(shapes) == len(states)
    assert {"waiting", "running", "completed", "failed", "cancelled", "skipped", "interrupted"} <= set(texts(svg))


def test_of_more_edges_than_can_be_followed_the_thickest_are_drawn() -> None:
    n = 80
    edges = [(a, b, "x") for a in range(n) for b in range(a + 1, n)]
    thick = [(0, 1, f"p{k}") for k in range(3)]
    svg = draw_svg(Picture([f"n{i}" for i in range(n)], [COMPLETED] * n, edges=[*edges, *thick]))
    assert svg.count('class="a"') == 2000
    assert f"of {len(edges)} edges the 2000 thickest are drawn" in svg


def test_names_cannot_leave_their_text() -> None:
    for by in ("status", "executor", "duration"):
        root = ElementTree.fromstring(draw_svg(nasty(), by=by))
        known = {"svg", "title", "desc", "style", "g", "rect", "circle", "path", "text"}
        assert {element.tag.rpartition("}")[2] for element in root.iter()} <= known
        assert not any(name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib)


def test_a_long_name_is_shortened_and_whole_in_its_tooltip() -> None:
    svg = draw_svg(Picture(["x" * 300], [COMPLETED]))
    assert max(map(len, texts(svg))) < 40
    assert "x" * 300 in svg


def test_text_that_turns_direction_or_rings_bells_is_made_harmless() -> None:
    svg = draw_svg(nasty())
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\ud800-\udfff\ufffe]", svg)


def test_there_are_light_and_dark_colours() -> None:
    svg = draw_svg(fan(5))
    assert svg.count("@media (prefers-color-scheme:dark)") == 1
    light, dark = svg.split("@media")
    assert ".bg{fill:#ffffff" in light
    assert ".bg{fill:#12161d" in dark


def test_a_picture_stands_alone_and_harms_no_other_on_its_page() -> None:
    svg = draw_svg(nasty())
    assert "url(" not in svg
    assert "href" not in svg
    assert not re.search(r"\bid=", svg)
    (scope,) = re.findall(r'<svg[^>]* class="([\w-]+)"', svg)
    sheet = re.search("<style>(.*)</style>", svg)[1].replace("@media (prefers-color-scheme:dark){", "")
    selectors = [part for rule in re.findall(r"([^{}]+)\{", sheet) for part in rule.split(",")]
    assert selectors
    assert all(part.startswith(f".{scope} ") for part in selectors)
    assert scope not in draw_svg(fan(5))


def test_a_screen_reader_is_told_what_is_in_the_picture() -> None:
    root = ElementTree.fromstring(draw_svg(fan(1000, failed=3)))
    space = "{http://www.w3.org/2000/svg}"
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "fan"
    assert root.findtext(f"{space}title") == "fan"
    assert "train ×1000 · 3 failed, 997 completed · on cpu" in root.findtext(f"{space}desc")


def test_order_without_data_is_dashed_and_has_no_label() -> None:
    svg = draw_svg(Picture(["a", "b"], [COMPLETED] * 2, edges=[(0, 1, "!waiting_edge")]))
    assert 'class="e q"' in svg
    assert "waiting_edge" not in svg


def test_durations_show_only_when_asked_for() -> None:
    picture = Picture(["a", "b"], [COMPLETED] * 2, durations=[0.25, 75.0])
    assert draw_svg(picture) == draw_svg(Picture(["a", "b"], [COMPLETED] * 2))
    assert {"250 ms", "1 m 15 s"} <= set(texts(draw_svg(picture, by="duration")))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_what_is_written_on_a_box_can_be_read_however_that_is_coloured(theme: Theme) -> None:
    grounds = [theme.plain, *(tint for _, tint in theme.status.values())]
    assert min(contrast(theme.muted, ground) for ground in grounds) >= 4.5
    assert min(contrast(theme.text, ground) for ground in theme.times) >= 4.2  # where nothing else is written
    picture = Picture(["a"] * 20, [COMPLETED] * 19 + [FAILED], durations=[1.0] * 20)
    small = {
        by: re.findall(r'class="p (\w+)"[^>]+textLength', draw_svg(picture, by=by)) for by in ("status", "duration")
    }
    assert "u" in small["status"]
    assert not small["duration"]


def contrast(one: str, other: str) -> float:
    """How well one colour stands out from another: 1 to 21 (WCAG 2.2)."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Of a colour as `#rrggbb`, 0 to 1 (the same)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_members_of_an_opened_group_are_drawn() -> None:
    assert texts(draw_svg(fan(30), opened=[3])).count("train") == 30


def test_unknown_options_say_what_is_known() -> None:
    with pytest.raises(ValueError, match="by is one of status, executor, duration, not 'colour'"):
        draw_svg(fan(1), by="colour")
    with pytest.raises(ValueError, match="orientation is one of down, right, not 'up'"):
        draw_svg(fan(1), orientation="up")


def test_a_hundred_thousand_nodes_make_a_small_picture() -> None:
    assert len(draw_svg(fan(100_000))) < 20_000
    assert len(draw_svg(chain(100_000))) < 20_000


def test_ten_thousand_different_electrons_make_a_picture() -> None:
    assert len(draw_svg(chain(10_000, distinct=True))) < 100_000


def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "from jupyter_flow.render import *\n"
        "p = Picture([f'n{i % 7}' for i in range(90)], [i % 9 for i in range(90)], ['c', 'd', 'e'] * 30,"
        " ['electron', 'electron', 'glue'] * 30, [(i, i + d, 'xy'[d % 2]) for i in range(80) for d in (1, 3, 9)])\n"
        "print(ascii(draw_svg(p) + draw_text(p)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(render.__file__).parents[2])}
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**environment, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(runs) == 1


@settings(max_examples=50)
@given(pictures(), st.sampled_from(["status", "executor", "duration"]), st.sampled_from(["down", "right"]))
def test_any_graph_makes_well_formed_xml(picture: Picture, by: str, orientation: str) -> None:
    ElementTree.fromstring(draw_svg(picture, by=by, orientation=orientation))


@settings(max_examples=50)
@given(st.lists(st.text(), max_size=5))
def test_any_text_makes_well_formed_xml(names: list[str]) -> None:
    edges = [(i, i + 1, name) for i, name in enumerate(names[1:])]
    picture = Picture(names, [COMPLETED] * len(names), names, edges=edges, title="".join(names))
    ElementTree.fromstring(draw_svg(picture))

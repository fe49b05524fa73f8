"""Bars in rows: none overlap, few are told, none is lost."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jupyter_flow.model.events import COMPLETED, FAILED
from jupyter_flow.widgets.merging import MOST_ROWS, SET, Work, merged, rows_of

SECONDS = st.floats(0, 100)
WORKS = st.lists(
    st.builds(
        lambda start, length, critical: Work(start, start + length, start, 0, COMPLETED, critical),
        SECONDS, st.floats(0, 10), st.booleans(),
    ),
    max_size=200,
)  # fmt: skip


def work(start: float, length: float, status: int = COMPLETED, critical: bool = False) -> Work:
    return Work(start, start + length, start, 0, status, critical)


@given(WORKS)
def test_bars_of_a_row_do_not_overlap(works: list[Work]) -> None:
    rows = rows_of(works)
    assert sorted(one for row in rows for one in row) == sorted(works)
    for row in rows[: MOST_ROWS - 1]:
        assert all(one.end <= another.start + SET for one, another in pairwise(row))


def test_a_worker_that_does_one_thing_after_the_other_has_one_row() -> None:
    assert len(rows_of([work(k, 1.0) for k in range(10_000)])) == 1


@given(WORKS, SECONDS, SECONDS, st.integers(0, 200), st.integers(70, 100))
def test_few_bars_are_told_of_a_range_and_all_that_touches_it_is_in_one(
    works: list[Work], a: float, b: float, width: int, most: int
) -> None:
    start, end = min(a, b), max(a, b)
    found = [stretch for row in merged(rows_of(works), start, end, width, most) for stretch in row]
    touching = [one for one in works if one.start <= end and one.end >= start]
    assert len(found) <= most
    assert sum(stretch.count for stretch in found) >= len(touching)
    assert sum(stretch.count for stretch in found if stretch.critical) >= sum(one.critical for one in touching)
    assert all(any(s.start <= one.start and s.end >= one.end for s in found) for one in touching)


def test_where_all_fit_one_by_one_none_are_merged() -> None:
    (row,) = merged([[work(k / 100, 0.005) for k in range(2000)]], 0.0, 20.0, 10)
    assert [stretch.count for stretch in row] == [1] * 2000


def test_the_longest_path_is_seen_between_thousands_of_others() -> None:
    works = [work(k / 1000, 0.001, critical=k == 5000) for k in range(10_000)]
    (row,) = merged([works], 0.0, 10.0, 800)
    assert [(s.start, s.end, s.count) for s in row if s.critical] == [(5.0, 5.001, 1)]
    assert row[-1].critical
    assert len(row) <= 1000


def test_a_part_is_told_in_full_where_the_whole_is_not() -> None:
    works = [work(k / 1000, 0.001) for k in range(10_000)]
    (row,) = merged([works], 5.0, 5.1, 800)
    assert [stretch.count for stretch in row] == [1] * len(row)
    assert 100 <= len(row) <= 102


def test_a_failure_among_merged_bars_is_seen() -> None:
    (row,) = merged([[work(k / 1000, 0.0005, FAILED if k == 500 else COMPLETED) for k in range(1000)]], 0.0, 1.0, 0, 50)
    assert sum(stretch.status == FAILED for stretch in row) == 1


def test_there_are_never_more_bars_than_may_be_told() -> None:
    rows = [[work(0.0, 1.0, critical=k == 99)] for k in range(100)]
    found = merged(rows, 0.0, 1.0, 0, 50)
    assert sum(map(len, found)) == 50
    assert found[99][-1].critical

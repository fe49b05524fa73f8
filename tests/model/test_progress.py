import io

import pytest
from tqdm import tqdm

from jupyter_flow.model.progress import Progress, progress_in


@pytest.mark.parametrize(
    ("text", "fraction", "told"),
    [
        ("\r 45%|████▌     | 45/100 [00:01<00:01, 40.0it/s]", 0.45, "45/100 [00:01<00:01, 40.0it/s]"),
        ("\rtrain:  45%|####5     | 9/20 [00:01<00:01, 40.0it/s]", 0.45, "train: 9/20 [00:01<00:01, 40.0it/s]"),
        ("\ra: b:   0%|          | 0/3 [00:00<?, ?it/s]", 0.0, "a: b: 0/3 [00:00<?, ?it/s]"),
        ("\r 12%|█▏        | 1.23k/10.0k [1:02:03<00:01, 2.0kB/s]", 0.12, "1.23k/10.0k [1:02:03<00:01, 2.0kB/s]"),
        ("\r100%|██████████| 3/3", 1.0, "3/3"),
        ("\r 33%|███▎      |", 0.33, "33%"),
        ("\r45it [00:01, 40.0it/s]", None, "45it [00:01, 40.0it/s]"),
        ("\rrows: 45 rows [00:01, 40.0 rows/s]", None, "rows: 45 rows [00:01, 40.0 rows/s]"),
        ("\r\x1b[32m 50%|█████     | 1/2 [00:01<00:01,  1.0s/it]\x1b[0m", 0.5, "1/2 [00:01<00:01,  1.0s/it]"),
        ("\r200%|██████████| 4/2 [00:01<?, 1it/s]", 1.0, "4/2 [00:01<?, 1it/s]"),
        ("\r 10%|█         | 0/0 [00:01<?, 1it/s]", 0.1, "0/0 [00:01<?, 1it/s]"),
    ],
)
def test_a_bar_is_read(text: str, fraction: float | None, told: str) -> None:
    assert progress_in(text) == Progress(fraction, told)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "100% sure",
        "a | b | c",
        "50%|",
        "[00:01, x",
        "at [00:01, 3it/s]",
        "1" * 100_000,
        "1%|" * 30_000,
        "1%| " * 30_000,
    ],
)
def test_what_is_no_bar_is_none(text: str) -> None:
    assert progress_in(text) is None


def test_the_last_state_of_a_bar_counts_and_lines_around_it_do_not() -> None:
    text = "reading\n\r 10%|█         | 1/10 [00:00<?, 1it/s]\r 20%|██        | 2/10 [00:00<?, 1it/s]"
    assert progress_in(text) == Progress(0.2, "2/10 [00:00<?, 1it/s]")
    assert progress_in(text + "\ndone with it") == Progress(0.2, "2/10 [00:00<?, 1it/s]")


def test_a_bar_that_was_wiped_away_is_none() -> None:
    assert progress_in("\r 10%|█         | 1/10 [00:00<?, 1it/s]\r                    \r") is None


def test_the_tail_of_a_long_text_is_enough() -> None:
    assert progress_in("x" * 1_000_000 + "\r 10%|█   | 1/10 [00:00<?, 1it/s]") == Progress(0.1, "1/10 [00:00<?, 1it/s]")


@pytest.mark.parametrize("ascii_only", [True, False])
def test_what_tqdm_writes_is_read_as_it_goes(ascii_only: bool) -> None:
    screen = io.StringIO()
    for done in tqdm(range(4), desc="fit", file=screen, mininterval=0, ascii=ascii_only):
        progress = progress_in(screen.getvalue())
        assert progress is not None
        assert progress.fraction == done / 4
        assert progress.text.startswith(f"fit: {done}/4 [")
    assert (progress_in(screen.getvalue()) or Progress(None, "")).fraction == 1


@pytest.mark.parametrize("leave", [True, False])
def test_of_nested_bars_the_outermost_is_told(leave: bool) -> None:
    screen = io.StringIO()
    for outer in tqdm(range(3), desc="outer", file=screen, mininterval=0):
        for _ in tqdm(range(5), desc="inner", file=screen, mininterval=0, leave=leave):
            progress = progress_in(screen.getvalue())
            assert progress is not None
            assert (progress.text.split(":")[0], progress.fraction) == ("outer", outer / 3)


def test_of_bars_one_after_the_other_the_last_is_told() -> None:
    screen = io.StringIO()
    for _ in tqdm(range(3), desc="first", file=screen, mininterval=0):
        break
    for done in tqdm(range(4), desc="second", file=screen, mininterval=0):
        progress = progress_in(screen.getvalue())
        assert progress is not None
        assert (progress.text.split(":")[0], progress.fraction) == ("second", done / 4)


def test_without_a_total_there_is_no_fraction() -> None:
    screen = io.StringIO()
    for done in tqdm(iter((0, 1, 2)), file=screen, mininterval=0, desc="rows"):
        progress = progress_in(screen.getvalue())
        assert progress is not None
        assert progress.fraction is None
        assert progress.text.startswith(f"rows: {done}it [")

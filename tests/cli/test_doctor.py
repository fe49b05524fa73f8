import os
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from jupyter_flow.cli import main
from jupyter_flow.cli.findings import Finding
from jupyter_flow.cli.machine import file_system
from jupyter_flow.cli.packages import fits, required
from tests.cli.kernels import command

KERNEL = Requirement("ipykernel>=6.29,!=7.0.*")


def test_this_machine_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    told = capsys.readouterr().out
    assert "ok       worker processes: the first electron took" in told
    for what in ("Python: ", "ipykernel: ", "kernel subshells: ", "store /", "cores: ", "memory: ", "dot", "chromium"):
        assert what in told
    assert told.endswith("no problem\n")
    lines = [line for line in told.splitlines() if line.startswith("  ")]
    assert {line.split()[0] for line in lines} <= {"ok", "missing", "warning"}


def test_a_store_that_cannot_be_used_is_a_problem_with_a_way_out(tmp_path: Path) -> None:
    place = tmp_path / "open"
    place.mkdir()
    os.chmod(place, 0o777)
    done = command("doctor", JUPYTER_FLOW_STORE=str(place))
    assert done.returncode == 1
    assert f"problem  store {place}: Other users can write in" in done.stdout
    assert "chmod go-w" in done.stdout
    assert done.stdout.endswith("1 problem\n")


def test_a_store_over_its_budget_is_a_warning(tmp_path: Path) -> None:
    place = tmp_path / "store"
    told = command("doctor", JUPYTER_FLOW_STORE=str(place), JUPYTER_FLOW_BUDGET="1KB").stdout
    line = next(line for line in told.splitlines() if "size of the store" in line)
    assert line.strip().startswith("warning")
    assert "of the 1.0 KB that JUPYTER_FLOW_BUDGET names. jupyter-flow prune makes room" in line
    assert "size of the store" not in command("doctor", JUPYTER_FLOW_STORE=str(place), JUPYTER_FLOW_BUDGET="1GB").stdout


@pytest.mark.parametrize(
    ("found", "state"),
    [("7.4.0", "ok"), ("6.29.5", "ok"), ("7.0.1", "problem"), ("6.28", "problem"), (None, "problem")],
)
def test_versions_are_compared_with_what_is_supported(found: str | None, state: str) -> None:
    finding = fits(KERNEL, found)
    assert finding.state == state
    if state == "problem":
        assert finding.way_out == "pip install 'ipykernel!=7.0.*,>=6.29'"


def test_what_we_need_is_read_from_our_own_metadata() -> None:
    assert "ipykernel" in {finding.what for finding in required()}


def test_the_file_system_is_that_of_the_innermost_mount(tmp_path: Path) -> None:
    mounts = [("/", "ext4"), (str(tmp_path), "nfs4"), (str(tmp_path) + "-other", "tmpfs")]
    assert file_system(tmp_path / "store", mounts) == "nfs4"
    assert file_system(Path("/"), mounts) == "ext4"
    assert file_system(tmp_path, []) == ""


def test_a_line_says_what_and_the_way_out() -> None:
    assert str(Finding("problem", "x", "broken", "Mend it")) == "x: broken. Mend it"
    assert str(Finding("ok", "x")) == "x"

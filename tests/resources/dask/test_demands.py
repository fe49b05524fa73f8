"""What electrons ask of workers, in the words of whoever started those."""

import pytest

from jupyter_flow.model.options import Options
from jupyter_flow.resources.dask.demands import demand_of, in_dasks_words, lacking, offered

LARGE = offered({"GPU": 2, "mem": 8e9, "CPU": 4})
SMALL = offered({"MEMORY": 2e9})


def test_a_batch_asks_for_the_most_that_any_of_it_asks_for() -> None:
    options = [Options(cores=2, memory="1GB"), Options(cores=1, memory="2GB"), Options(gpus=1)]
    assert demand_of(options, {"fast": 1}) == (("cores", 2), ("fast", 1), ("gpus", 1), ("memory", 2e9))
    assert demand_of([Options(), Options(cores=1)], {}) == ()


def test_the_names_are_those_of_a_worker_that_has_enough() -> None:
    demand = demand_of([Options(memory="4GB", cores=3, gpus=2)], {})
    assert in_dasks_words(demand, [SMALL, LARGE]) == {"mem": 4e9, "CPU": 3, "GPU": 2}
    assert in_dasks_words(demand, []) == {"MEMORY": 4e9, "CORES": 3, "GPU": 2}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(gpus=3), "gpus=3 (the most that one offers is 2)"),
        (Options(memory="9GB"), "memory=9 GB (the most that one offers is 8 GB)"),
        (Options(gpus=1, memory="4GB"), ""),
        (Options(), ""),
    ],
)
def test_what_no_worker_has_is_said_with_what_there_is(options: Options, said: str) -> None:
    assert lacking(demand_of([options], {}), [LARGE, SMALL]) == said


def test_what_only_several_have_together_is_said() -> None:
    there = [offered({"GPU": 1}), offered({"MEMORY": 8e9})]
    assert "no single one" in lacking(demand_of([Options(gpus=1, memory="4GB")], {}), there)
    assert lacking((("license", 1),), there) == "license=1 (none offers any)"

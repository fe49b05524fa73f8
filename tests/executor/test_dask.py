import json
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from jupyter_flow.executor import DaskExecutor, _executor_manager
from jupyter_flow.executor import dask as module
from jupyter_flow.model.errors import BuildError

ADDRESS = "tcp://127.0.0.1:8786"


def test_every_spelling_of_a_scheduler_names_one_resource(tmp_path: Path) -> None:
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": ADDRESS}))
    spellings = [
        ADDRESS,
        "127.0.0.1:8786",
        "localhost:8786",
        "tcp://localhost:8786",
        str(file),
        file,
        SimpleNamespace(scheduler_address=ADDRESS),
        SimpleNamespace(scheduler=SimpleNamespace(address=ADDRESS)),
    ]
    assert {DaskExecutor(spelling).resource() for spelling in spellings} == {("dask", ADDRESS)}
    assert DaskExecutor().resource() == ("dask", None)


def test_executors_with_equal_settings_are_one_and_with_others_are_not() -> None:
    assert DaskExecutor("localhost:8786", workers=2).key() == DaskExecutor(ADDRESS, workers=2).key()
    assert DaskExecutor(ADDRESS, workers=2).key() != DaskExecutor(ADDRESS, workers=3).key()
    assert DaskExecutor(ADDRESS, security=object()).key() != DaskExecutor(ADDRESS).key()


def test_a_cluster_object_is_recorded_as_where_its_scheduler_is_and_credentials_are_not() -> None:
    cluster = SimpleNamespace(scheduler_address=ADDRESS, secret=lambda: None)
    executor = DaskExecutor(cluster, security=threading.Lock(), workers=2)
    read = pickle.loads(pickle.dumps(executor))
    assert (read.scheduler_address, read.security, read.workers) == (ADDRESS, None, 2)
    assert executor.describe() == {"scheduler_address": ADDRESS, "security": "lock", "workers": 2}
    assert executor.snapshot().scheduler_address is cluster


def test_its_kind_is_dask() -> None:
    assert isinstance(_executor_manager.get_executor("dask"), DaskExecutor)


@pytest.mark.parametrize("target", ["nowhere", "tcp://nowhere", object(), 8786, "gone.json"])
def test_what_names_no_scheduler_is_refused(target: object) -> None:
    with pytest.raises(BuildError, match="scheduler"):
        DaskExecutor(target)


@pytest.mark.parametrize("settings", [{"workers": 0}, {"time_limit": -1}, {"retries": -1}])
def test_settings_that_cannot_be_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected"):
        DaskExecutor(**settings)  # type: ignore[arg-type]


def test_without_dask_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(BuildError, match=r'pip install "jupyter-flow\[dask\]"'):
        DaskExecutor()


def test_making_one_does_not_import_dask() -> None:
    code = "import sys; from jupyter_flow.executor import DaskExecutor as D; D(); print('distributed' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_what_its_electrons_take_of_a_worker_is_a_setting() -> None:
    executor = DaskExecutor(ADDRESS, resources={"GPU": 1, "license": 2})
    assert executor.key() == DaskExecutor(ADDRESS, resources={"license": 2.0, "GPU": 1}).key()
    assert executor.key() != DaskExecutor(ADDRESS).key()
    assert executor.describe()["resources"] == {"GPU": 1.0, "license": 2.0}
    assert pickle.loads(pickle.dumps(executor)).key() == executor.key()
    with pytest.raises(BuildError, match="offers no resources"):
        DaskExecutor(resources={"GPU": 1})


@pytest.mark.parametrize("resources", [{"GPU": 0}, {"GPU": "one"}, ["GPU"], {1: 1}])
def test_resources_are_names_with_numbers(resources: object) -> None:
    with pytest.raises(ValueError, match="names with numbers above 0"):
        DaskExecutor(ADDRESS, resources=resources)  # type: ignore[arg-type]


def test_an_executor_that_was_written_down_by_an_earlier_version_has_the_settings_it_lacks() -> None:
    executor = object.__new__(DaskExecutor)
    executor.__setstate__((None, {"scheduler_address": ADDRESS, "workers": 2}))
    assert executor.key() == DaskExecutor(ADDRESS, workers=2).key()


def test_it_stays_what_it_is_when_what_names_its_scheduler_is_closed_or_gone(tmp_path: Path) -> None:
    file, client = tmp_path / "scheduler.json", SimpleNamespace(scheduler=SimpleNamespace(address="tcp://127.0.0.1:1"))
    file.write_text('{"address": "tcp://127.0.0.1:2"}')
    made = [DaskExecutor(client), DaskExecutor(file)]
    copies = [one.snapshot() for one in made]
    before = [(one.key(), one.resource(), str(one)) for one in made]
    client.scheduler = None
    file.unlink()
    for some in (made, copies):
        assert [(one.key(), one.resource(), str(one)) for one in some] == before
    with pytest.raises(BuildError, match="names no scheduler"):
        DaskExecutor(client)

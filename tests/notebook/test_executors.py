import signal
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import _executor_manager as names
from jupyter_flow.notebook.executors import ExecutorTable


@pytest.fixture(autouse=True, scope="module")
def _session() -> None:
    """One of their own: the table has the executors of all tests that ran before in a session."""
    jf.session().close()


def test_executors_stand_by_resource_and_the_redundant_are_said(notebook: Any) -> None:
    notebook.run("%executor one thread -n 2")
    notebook.run("%executor two thread -n 2")
    notebook.run("%executor logged thread -n 2 --log-stdout x.log")
    notebook.run("%executor cpu local")
    lines = ExecutorTable().plain().splitlines()
    assert "one and two are the same executor: one is enough" in lines
    shared = next(line for line in lines if line.endswith("use one resource, thread: one set of workers"))
    assert {"one", "two", "logged"} <= set(shared.replace(",", "").split())


def test_an_executor_without_a_name_is_listed_once_it_was_used(notebook: Any) -> None:
    notebook.run("import jupyter_flow as jf\nfrom jupyter_flow.executor import ThreadExecutor")
    notebook.run("@jf.electron(executor=ThreadExecutor(7))\ndef one(): return 1")
    notebook.run("jf.dispatch_sync(jf.lattice(one))()")
    assert "thread(workers=7)" in ExecutorTable().plain()


def test_the_default_is_marked(notebook: Any) -> None:
    notebook.run("%executor io thread -n 29 --default")  # equal ones of other tests have other names
    assert "io (default)" in ExecutorTable().markdown()


def test_an_executor_that_may_use_a_part_of_its_resource_says_how_much(notebook: Any) -> None:
    notebook.run("import jupyter_flow as jf\n@jf.electron(executor='thread')\ndef all_of(): return 1")
    notebook.run("jf.dispatch_sync(jf.lattice(all_of))()")
    whole = next(resource.workers for resource in jf.session().resources if resource.kind == "thread")
    notebook.run(f"%executor few thread -n 3\n%executor many thread -n {whole}")
    lines = {line.name: line.workers for line in ExecutorTable().lines}
    assert (lines["few"], lines["many"]) == (f"3 of {whole}", str(whole))


def test_a_resource_that_grows_when_it_is_used_is_told_as_large_as_it_will_be(notebook: Any) -> None:
    notebook.run("import jupyter_flow as jf\n@jf.electron(executor='thread')\ndef any_of(): return 1")
    notebook.run("jf.dispatch_sync(jf.lattice(any_of))()")
    more = jf.session().resources[0].workers + 3
    notebook.run(f"%executor more thread -n {more}")
    assert workers_of("more") == str(more)
    notebook.run("jf.dispatch_sync(jf.lattice(any_of.with_options(executor='more')))()")
    assert workers_of("more") == str(more)


def test_an_executor_of_the_users_own_has_the_workers_that_it_says(notebook: Any) -> None:
    notebook.run("import jupyter_flow as jf")
    notebook.run(
        "class Loud(jf.executor.BaseExecutor):\n    workers = 2\n"
        "    def run(self, function, args, kwargs, task_metadata): return function(*args, **kwargs)"
    )
    notebook.run("jf.dispatch_sync(jf.lattice(jf.electron(lambda: 1, executor=Loud())))()")
    assert workers_of("Loud") == "2"


def workers_of(name: str) -> str:
    """What the table says."""
    (line,) = [line for line in ExecutorTable().lines if line.name == name]
    return line.workers


def test_an_interrupt_leaves_no_name_without_its_variable_and_no_variable_without_its_name(
    notebook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for method, line in (("register", "%executor cut local -n 2"), ("unregister", "%executor -d cut")):
        as_it_is = getattr(names, method)

        def interrupted(*given: Any, as_it_is: Any = as_it_is) -> None:
            as_it_is(*given)
            signal.raise_signal(signal.SIGINT)

        monkeypatch.setattr(names, method, interrupted)
        assert isinstance(notebook.fails(line), KeyboardInterrupt)
        monkeypatch.undo()
        assert ("cut" in names.named) == ("cut" in notebook.shell.user_ns) == (method == "register")

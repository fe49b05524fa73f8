from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError

from jupyter_flow.executor import DaskExecutor, FuturesExecutor, ThreadExecutor
from jupyter_flow.model.electron import Electron
from jupyter_flow.model.errors import BuildError
from jupyter_flow.model.lattice import Lattice
from jupyter_flow.model.status import Status
from jupyter_flow.session import session
from tests.waiting import until

HELD = """
import pathlib
began, gate = pathlib.Path("began").absolute(), pathlib.Path("gate").absolute()
@jf.electron(executor="thread")
def held(began, gate):
    import time
    print('it waits')
    began.touch()
    while not gate.exists(): time.sleep(0.01)
"""
STEPS = """
import jupyter_flow as jf
@jf.electron
def add(a, b): return a + b
@jf.electron
def boom(a): return 1 / a
@jf.lattice(executor="thread")
def total(a, b=1): return add(add(a, b), b)
@jf.lattice(executor="thread")
def fails(a): return add(boom(a), 1)
"""


@pytest.fixture
def steps(notebook: Any) -> Any:
    notebook.run(STEPS)
    return notebook


class TestElectron:
    def test_a_def_becomes_an_electron_under_its_name(self, notebook: Any) -> None:
        notebook.run("%%electron -x thread\ndef square(x):\n    return x ** 2\n")
        assert isinstance(notebook["square"], Electron)
        assert notebook["square"](3) == 9
        assert notebook.printed() == "square(x) · thread\n"

    def test_its_options_are_those_of_the_header(self, notebook: Any) -> None:
        notebook.run(
            "%%electron -x local --retries 2 --timeout 1.5m --cores 2 --memory 2GB --cache\ndef f(a, *b, c, **d): ..."
        )
        options = notebook["f"].options
        assert (options.executor, options.retries, options.timeout, options.cores) == ("local", 2, 90.0, 2)
        assert options.cache is True
        assert options.memory == "2GB"
        said = "f(a, *b, c, **d) · local · 2 retries · at most 90 s · 2 cores · at most 2GB · cached\n"
        assert notebook.printed() == said

    def test_another_name_leaves_what_has_the_functions_name(self, notebook: Any) -> None:
        notebook.run("fit = 'mine'")
        notebook.run("%%electron big_fit\ndef fit(x): return x")
        assert notebook["fit"] == "mine"
        assert notebook["big_fit"].name == "big_fit"

    def test_imports_comments_and_decorators_stand_beside_the_def(self, notebook: Any) -> None:
        notebook.run("def doubled(f): return lambda x: 2 * f(x)")
        notebook.run("%%electron root -q\n# why\n'what'\nimport math\n\n@doubled\ndef f(x): return math.sqrt(x)")
        assert notebook["root"](4) == 4.0
        assert notebook["math"].pi > 3

    def test_an_async_def_is_one_too(self, notebook: Any) -> None:
        notebook.run(
            "%%electron -q -x thread\nimport asyncio\nasync def later(x):\n    await asyncio.sleep(0)\n    return x"
        )
        assert notebook.run("%dispatch later(5)").result() == 5

    def test_options_of_a_decorator_stay_where_the_header_says_nothing(self, notebook: Any) -> None:
        notebook.run("import jupyter_flow as jf")
        notebook.run("%%electron -q --retries 1\n@jf.electron(executor='thread', retries=3)\ndef f(): ...")
        assert (notebook["f"].options.executor, notebook["f"].options.retries) == ("thread", 1)

    def test_quiet_says_nothing(self, notebook: Any) -> None:
        notebook.run("%%electron -q\ndef f(): ...")
        assert notebook.printed() == ""

    @pytest.mark.parametrize(
        ("cell", "told"),
        [
            ("%%electron\n", "the cell body is empty"),
            ("%%electron\n# only words", "this cell has no code"),
            ("%%electron\nfrom os import *", "import *"),
            ("%%electron\n%time f = 1", "magic"),
            ("%%electron --map fold\nf = fold", "write VARIABLE=NAME"),
            ("%%electron -o 3\nf = 1", "cannot be a variable's name"),
            ("%%electron --after never\nf = 1", "no electron cell is called 'never'"),
            ("%%electron --lazy\ndef f(): ...", "for cells of statements"),
            ("%%electron --retries many\ndef f(): ...", "--retries: invalid int value: 'many'"),
            ("%%electron --retries -1\ndef f(): ...", "retries=-1"),
            ("%%electron --memory lots\ndef f(): ...", "'lots' is no amount of memory"),
            ("%%electron --timeout soon\ndef f(): ...", "'soon' is no time span"),
            (
                "%%electron --cache-it\ndef f(): ...",
                "there is no option --cache-it; there are -x/--executor, --retries",
            ),
            ("%%electron -n 3\ndef f(): ...", "electron: there is no option -n; there are -x/--executor"),
            ("%%electron -x moon\ndef f(): ...", "no executor is called 'moon'"),
            ("%%electron 'open\ndef f(): ...", "no closing quotation"),
            ("%%electron not-a-name\ndef f(): ...", "cannot be a variable's name"),
            ("%%lattice\nx = 1", "a lattice of statements needs a name"),
            ("%%lattice f\n# only words", "this cell has no code"),
            ("%%lattice f -p a=g()\n1", "the default is to be a literal"),
        ],
    )
    def test_a_mistake_is_a_usage_error_and_nothing_is_defined(self, notebook: Any, cell: str, told: str) -> None:
        error = notebook.fails(cell)
        assert isinstance(error, UsageError)
        assert told in str(error)
        assert "f" not in notebook.shell.user_ns

    def test_braces_in_the_header_run_no_code(self, notebook: Any) -> None:
        assert isinstance(notebook.fails("%%electron {open('made', 'w')}\ndef f(): ..."), UsageError)
        assert not Path("made").exists()

    def test_a_variable_that_holds_an_executor_can_be_named(self, notebook: Any) -> None:
        notebook.run("from jupyter_flow.executor import DaskExecutor, ThreadExecutor\nio = ThreadExecutor(3)")
        notebook.run("%%electron -q -x io\ndef f(): ...")
        assert notebook["f"].executor == ThreadExecutor(3)


class TestLattice:
    def test_a_def_becomes_a_lattice(self, steps: Any) -> None:
        steps.run("%%lattice -x thread\ndef twice(a): return add(a, a)")
        assert isinstance(steps["twice"], Lattice)
        assert steps.printed() == "twice(a) · lattice · thread\n"
        assert steps.run("%dispatch twice(2)").result() == 4

    def test_show_draws_what_can_be_built_without_arguments(self, steps: Any) -> None:
        drawing = steps.run("%%lattice -q --show\ndef three(): return add(1, 2)")
        assert "add" in steps.shown(drawing)["image/svg+xml"]

    def test_show_says_how_to_draw_what_takes_arguments(self, steps: Any) -> None:
        assert steps.run("%%lattice -q --show\ndef twice(a): return add(a, a)") is None
        assert "%graph twice(…)" in steps.printed()


class TestDispatch:
    def test_the_value_is_the_id_and_is_kept(self, steps: Any) -> None:
        id = steps.run("%dispatch -o run total(1, b=2)")
        assert steps["run"] is id
        assert id.result() == 5

    def test_arguments_are_plain_python(self, steps: Any) -> None:
        steps.run("text = 'a b'")
        assert steps.run("""%dispatch total(f"{text} 'c'", b=" --wait ")""").result() == "a b 'c' --wait  --wait "

    def test_another_default_executor_counts_this_time_only(self, steps: Any) -> None:
        steps.run("%dispatch -x inline total(1)")
        assert [node.resource for node in session().result(steps.run("%dispatch -x inline total(1)")).nodes] == [
            "inline"
        ] * 2
        assert [node.resource for node in session().result(steps.run("%dispatch total(1)")).nodes] == ["thread"] * 2

    def test_an_electron_and_a_function_can_be_dispatched(self, steps: Any) -> None:
        assert steps.run("%dispatch -x thread add(1, 2)").result() == 3
        steps.run("def plain(): return add(2, 2)")
        assert steps.run("%dispatch -x thread plain()").result() == 4

    def test_a_failure_is_raised_in_its_cell_after_the_picture(self, steps: Any) -> None:
        assert isinstance(steps.fails("%dispatch fails(0)"), ZeroDivisionError)
        assert "✕ boom  failed · thread" in steps.printed()

    def test_somebody_who_looks_on_does_not_wait(self, steps: Any, attended: None) -> None:
        steps.run(
            "%%electron -q -x thread\ndef held(gate):\n    import os, time\n"
            "    while not os.path.exists(gate): time.sleep(0.01)\n    return 'through'"
        )
        steps.run(f"gate = {str(Path('gate').absolute())!r}")
        id = steps.run("%dispatch held(gate)")
        assert not id.status.final
        assert "runs in the background" in steps.printed()
        Path("gate").touch()
        assert id.result() == "through"

    def test_wait_waits(self, steps: Any, attended: None) -> None:
        assert steps.run("%dispatch --wait total(1)").status.final

    @pytest.mark.parametrize(
        ("line", "told"),
        [
            ("", "say what to call, as in %dispatch workflow(1, n=2)"),
            ("{boom()}", "is no call"),
            ("{boom(0)}", "is no call"),
            ("total", "is no call"),
            ("total(1", "was never closed"),
            ("(lambda: boom(0))()", "name what is called"),
            ("nowhere(1)", "name 'nowhere' is not defined"),
            ("total(nothing)", "name 'nothing' is not defined"),
            ("jf(1)", "jf is no lattice"),
            ("--fast total(boom(0))", "there is no option --fast; there are -o/--out, --wait, --no-wait, -x"),
            ("-o s total(boom(0)) --wait", "options come first: put --wait before total(boom(0))"),
            ("total(boom(0)) -o s", "options come first: put -o s before total(boom(0))"),
            ("--wait --no-wait total(boom(0))", "exclude each other"),
            ("-x moon total(boom(0))", "no executor is called 'moon'"),
            ("-o not-a-name total(boom(0))", "cannot be a variable's name"),
        ],
    )
    def test_a_mistake_is_a_usage_error_and_nothing_is_called(self, steps: Any, line: str, told: str) -> None:
        before = len(session().dispatches())
        error = steps.fails(f"%dispatch {line}")
        assert isinstance(error, UsageError)
        assert told in str(error)
        assert len(session().dispatches()) == before

    def test_what_cannot_be_built_is_raised_as_it_is(self, steps: Any) -> None:
        assert isinstance(steps.fails("%dispatch total(1, 2, 3)"), BuildError)

    def test_local_names_count_inside_a_function(self, steps: Any) -> None:
        steps.run("def inside(n):\n    id = %dispatch total(n)\n    return id.result()")
        assert steps.run("inside(3)") == 5


class TestExecutor:
    def test_a_name_is_registered_and_a_variable(self, notebook: Any) -> None:
        notebook.run("%executor io thread -n 4 --log-stdout io.log --time-limit 2m --retries 1")
        made = ThreadExecutor(4, log_stdout="io.log", time_limit=120, retries=1)
        assert notebook["io"] == made
        assert session().executors["io"] == made
        assert notebook.printed().startswith("io: thread(workers=4")

    def test_a_scheduler_may_be_in_a_variable_and_so_may_an_executor(self, notebook: Any) -> None:
        notebook.run(
            "class Hall:\n    scheduler_address = 'tcp://127.0.0.1:8786'\nhall = Hall()\nat = 'localhost:8787'"
        )
        for line in ("big dask hall", "same big", "two dask at"):
            notebook.run(f"%executor {line}")
        lines = notebook.printed().splitlines()
        assert lines[:2] == [f"{name}: dask(scheduler_address='tcp://127.0.0.1:8786')" for name in ("big", "same")]
        assert lines[2] == "two: dask(scheduler_address='tcp://127.0.0.1:8787')"

    def test_a_dask_executor_is_told_its_scheduler(self, notebook: Any) -> None:
        notebook.run("%executor big dask localhost:8786 -n 3")
        assert notebook["big"].key() == DaskExecutor("tcp://127.0.0.1:8786", workers=3).key()
        assert notebook.printed().startswith("big: dask(scheduler_address='tcp://127.0.0.1:8786', workers=3)")

    def test_the_default_is_used_where_nothing_is_said(self, notebook: Any) -> None:
        notebook.run("%executor io thread -n 2 --default")
        notebook.run("%%electron -q\ndef one(): return 1")
        assert session().result(notebook.run("%dispatch one()")).nodes[0].resource == "thread"

    def test_a_name_given_again_counts_for_the_next_dispatch(self, notebook: Any) -> None:
        notebook.run("%executor io thread")
        notebook.run("%%electron -q -x io\ndef one(): return 1")
        notebook.run("%executor io inline")
        assert session().result(notebook.run("%dispatch one()")).nodes[0].resource == "inline"

    def test_a_name_alone_keeps_what_has_it(self, notebook: Any) -> None:
        notebook.run("%executor io thread -n 2")
        notebook.run("%executor io --default")
        assert notebook["io"] == ThreadExecutor(2)

    def test_a_pool_is_named_by_its_variable_and_stays_what_it_is(self, notebook: Any) -> None:
        notebook.run("from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(1)")
        notebook.run("%executor mine futures pool -n 1 --retries 1")
        assert notebook["mine"] == FuturesExecutor(notebook["pool"], workers=1, retries=1)
        assert notebook.printed() == "mine: futures(ThreadPoolExecutor, workers=1, retries=1)\n"
        notebook.run("%%electron -q -x mine\ndef one(): return 1")
        node = session().result(notebook.run("%dispatch --wait one()")).nodes[0]
        assert (node.output, node.resource) == (1, "futures")
        notebook.run("%executor")
        assert "futures: what runs in it cannot be stopped" in repr(notebook.run("%executor"))
        notebook["pool"].shutdown()

    def test_a_name_can_be_taken_away(self, notebook: Any) -> None:
        notebook.run("%executor io thread --default")
        notebook.run("%executor -d io")
        assert "io" not in notebook.shell.user_ns
        assert "io" not in session().executors
        assert isinstance(notebook.fails("%executor -d io"), UsageError)

    @pytest.mark.parametrize(
        ("line", "told"),
        [
            ("io moon", "'moon' is no kind of executor; there are local, thread, inline, dask, futures"),
            ("io thread --workdir x", "thread takes no workdir"),
            ("io thread --partition main", "thread takes no partition"),
            ("io slurm --image x", "slurm takes no image; it takes cores, memory"),
            ("io local --resource GPU=1", "local takes no resources"),
            ("io dask --resource GPU", "no name with a number above 0"),
            ("io kubernetes -n 2", "needs dask-kubernetes, which is not installed: pip install dask-kubernetes"),
            ("io inline -n 2", "inline takes no workers"),
            ("io thread localhost:8786", "thread takes nothing after its kind, and here is 'localhost:8786'"),
            ("io dask nowhere", "'nowhere' is no variable (of a cluster, a Client or an address), no scheduler file"),
            ("io dask no:where", "'no:where' is no scheduler's address"),
            ("io dask http://localhost:8787/status", "is the address of a web page, Dask's dashboard it may be"),
            ("io dask taken", "1 names no scheduler"),
            ("io mine -n 2", "mine is an executor already"),
            ("io thread -n 0", "workers=0"),
            ("local thread", "is a kind of executor"),
            ("io futures", "futures needs the variable that holds its pool: %executor NAME futures POOL"),
            ("io futures nobody", "there is no variable 'nobody'"),
            ("io futures boom()", "'boom()' is no variable's name, and nothing here is evaluated"),
            ("io futures taken", "something with submit()"),
            ("io futures taken more", "unrecognized arguments: more"),
            ("io thread taken", "thread takes nothing after its kind, and here is 'taken'"),
            ("taken thread", "taken is a variable already, of type int"),
        ],
    )
    def test_a_mistake_is_a_usage_error(self, notebook: Any, line: str, told: str) -> None:
        notebook.run("taken = 1\nfrom jupyter_flow.executor import ThreadExecutor\nmine = ThreadExecutor()")
        error = notebook.fails(f"%executor {line}")
        assert isinstance(error, UsageError)
        assert told in str(error)


class TestGraph:
    def test_a_call_is_drawn_and_not_run(self, steps: Any) -> None:
        before = len(session().dispatches())
        assert repr(steps.run("%graph total(1) --by executor")).startswith("total: 2 electrons · 2 on thread")
        assert len(session().dispatches()) == before

    def test_it_is_saved_as_svg_or_text(self, steps: Any, tmp_path: Path) -> None:
        steps.run(f"%graph total(1) --save '{tmp_path}/a plan.svg'")
        steps.run(f"%graph total(1) --save {tmp_path}/plan.txt")
        assert (tmp_path / "a plan.svg").read_text().startswith("<svg")
        assert (tmp_path / "plan.txt").read_text().startswith("total: 2 electrons")
        assert isinstance(steps.fails("%graph total(1) --save plan.png"), UsageError)

    def test_a_forgotten_electron_is_named(self, steps: Any) -> None:
        steps.run("def plain(x): return sorted(x)")
        steps.run("%%lattice wrong -q\nplain([2, 1])")
        steps.run("%graph wrong")
        assert "'wrong' calls no electron; plain() is a plain function" in steps.printed()
        steps.run("%%lattice worse -q\nplain(add(1, 2))")
        steps.fails("%dispatch worse()")
        assert "plain() is a plain function, which runs while the lattice is built: what it was" in steps.printed()

    def test_dispatches_and_lattices_are_drawn_by_variable(self, steps: Any) -> None:
        steps.run("%dispatch -o run total(1)")
        steps.run("@jf.lattice\ndef bare(): return add(1, 2)")
        assert "COMPLETED" in repr(steps.run("%graph run"))
        assert "· not run\n" in repr(steps.run("%graph bare"))
        assert "takes arguments" in str(steps.fails("%graph total"))


class TestCancel:
    def test_the_last_dispatch_is_cancelled(self, steps: Any, attended: None) -> None:
        steps.run(HELD)
        id = steps.run("%dispatch held(began, gate)")
        steps.printed()
        steps.run("%jupyter_flow cancel")
        assert steps.printed() == f"cancelled dispatch {id[:8]}\n"
        Path("gate").touch()
        session().wait(id)
        assert id.status is Status.CANCELLED

    def test_what_has_ended_stays_as_it_is(self, steps: Any) -> None:
        id = steps.run("%dispatch total(1)")
        steps.printed()
        steps.run(f"%jupyter_flow cancel {id[:8]}")
        assert steps.printed() == f"dispatch {id[:8]} had ended already\n"
        assert isinstance(steps.fails("%jupyter_flow cancel zzz"), UsageError)


class TestResult:
    def test_without_an_id_it_is_the_last_one(self, steps: Any) -> None:
        steps.run("%dispatch total(1)")
        steps.run("%dispatch total(7)")
        assert steps.run("%result").result == 9

    def test_a_node_is_named_by_number_or_electron(self, steps: Any) -> None:
        steps.run("%dispatch -o run total(1)")
        assert steps.run("%result run.0") == 2
        assert steps.run(f"%result {steps['run'][:13]}.1") == 3
        assert "choose by number: 0, 1" in str(steps.fails("%result run.add"))
        assert "no electron called 'sub'; it has add" in str(steps.fails("%result run.sub"))
        assert "no electron 9" in str(steps.fails("%result run.9"))
        assert isinstance(steps.fails("%result zzz"), UsageError)

    def test_a_value_is_kept(self, steps: Any) -> None:
        steps.run("%dispatch -o run total(1)")
        steps.run("%result run -o whole")
        steps.run("%result run.0 -o part")
        assert (steps["whole"], steps["part"]) == (3, 2)

    def test_logs_and_traceback_are_printed(self, steps: Any) -> None:
        steps.run("%%electron -q -x thread\ndef says(a):\n    print('hello')\n    return 1 / a")
        steps.fails("%dispatch says(0)")
        steps.printed()
        steps.run("%result --logs --traceback")
        told = steps.printed()
        assert "── says · node 0 · FAILED · ZeroDivisionError: division by zero\nhello\n" in told
        assert ", line 4, in says\n    return 1 / a" in told

    def test_the_logs_are_those_of_every_attempt(self, steps: Any) -> None:
        steps.run(
            "seen = []\n@jf.electron(executor='thread', retries=1)\ndef second():\n    seen.append(1)\n"
            "    print('try', len(seen))\n    return 1 / (len(seen) - 1)"
        )
        steps.run("run = jf.dispatch(jf.lattice(second))()\nrun.result()")
        steps.printed()
        steps.run("%result run --logs")
        assert steps.printed() == (
            "── second · node 0 · COMPLETED · 2 attempts\n"
            "attempt 1 of 2 · FAILED\ntry 1\nattempt 2 of 2 · COMPLETED\ntry 2\n"
        )

    def test_the_logs_of_a_node_that_runs_are_what_it_has_printed_so_far(self, steps: Any, attended: None) -> None:
        steps.run(HELD)
        steps.run("%dispatch -o run held(began, gate)")
        until(lambda: steps.run("jf.get_result(run).nodes[0].stdout"))
        steps.printed()
        steps.run("%result run --logs")
        assert steps.printed() == "── held · node 0 · RUNNING\nit waits\n"
        steps.run("gate.touch()\nrun.result()")
        steps.printed()
        steps.run("%result run --logs")
        assert steps.printed() == "── held · node 0 · COMPLETED\nit waits\n"

    def test_a_silent_node_that_runs_has_printed_nothing_yet(self, steps: Any, attended: None) -> None:
        steps.run(HELD.replace("print('it waits')", "pass"))
        steps.run("%dispatch -o run held(began, gate)")
        steps.printed()
        steps.run("%result run --logs")
        assert steps.printed() == "nothing was printed yet\n"
        steps.run("gate.touch()\nrun.result()")
        steps.printed()
        steps.run("%result run --logs")
        assert steps.printed() == "nothing was printed\n"

    def test_a_run_that_follows_a_failed_one_is_the_last_attempt(self, steps: Any, attended: None) -> None:
        steps.run(
            "import pathlib\ngate = pathlib.Path('gate').absolute()\nseen = []\n"
            "@jf.electron(executor='thread', retries=1)\ndef second(gate):\n    import time\n    seen.append(1)\n"
            "    print('try', len(seen))\n    1 / (len(seen) - 1)\n    while not gate.exists(): time.sleep(0.01)"
        )
        steps.run("run = jf.dispatch(jf.lattice(second))(gate)")
        until(lambda: "try 2" in steps.run("jf.get_result(run).nodes[0].stdout"))
        steps.printed()
        steps.run("%result run --logs")
        steps.run("gate.touch()\nrun.result()")
        assert "attempt 1 of 2 · FAILED\ntry 1\nattempt 2 of 2 · RUNNING\ntry 2\n" in steps.printed()

    def test_the_logs_of_a_mapped_cell_are_those_of_each_element(self, steps: Any) -> None:
        steps.run("ks = [2, 3]")
        steps.run("%%electron -x thread --map k=ks squares\nprint('squaring', k)\nsquare = k * k")
        steps.printed()
        steps.run("%result squares --logs")
        assert steps.printed() == (
            "── squares(k=2) · node 0.0 · COMPLETED\nsquaring 2\n── squares(k=3) · node 0.1 · COMPLETED\nsquaring 3\n"
        )

    def test_why_an_element_failed_is_told_of_the_element(self, steps: Any) -> None:
        steps.run("ks = [2, 3]")
        steps.fails("%%electron -x thread --map k=ks squares\nprint('trying', k)\nsquare = 1 / (k - 3)")
        steps.printed()
        steps.run("%result squares --logs --traceback")
        told = steps.printed()
        head = "── squares(k=3) · node 0.1 · FAILED · ZeroDivisionError: division by zero\n"
        assert f"{head}trying 3\n" in told
        assert f"{head}Traceback (most recent call last):\n" in told

    def test_keeping_what_failed_raises_why(self, steps: Any) -> None:
        steps.fails("%dispatch fails(0)")
        assert isinstance(steps.fails("%result -o x"), ZeroDivisionError)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("%electron", "--timeout TIME"),
        ("%lattice", "--show"),
        ("dispatch", "LATTICE(ARGS)"),
        ("executor", "--log-stdout FILE"),
        ("graph", "--by"),
        ("result", "[ID][.NODE]"),
        ("jupyter_flow", "Verbs:"),
    ],
)
def test_a_question_mark_shows_real_help(notebook: Any, name: str, told: str) -> None:
    assert told in notebook.shell.object_inspect_mime(f"%{name}")["text/plain"]


def test_a_wrong_option_names_the_help_that_there_is(notebook: Any) -> None:
    for wrong, asked, head in (
        ("%%electron --timeout soon\nx = 1", "%%electron?", "%%electron [NAME] [-i IN,..]"),
        ("%flow nonsense", "%flow?", "%flow [VERB] [NAME ...]"),
    ):
        assert f"; {asked} explains it" in str(notebook.fails(wrong))
        notebook.run(asked)
        assert f"::\n\n  {head}" in notebook.printed()

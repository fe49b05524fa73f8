"""Electrons that take their worker with them, or hand over what nobody can take: the fault is theirs alone."""

import pytest

from tests.faults.kernels import IN_PROCESSES_AND_THREADS, ON_DASK, Fresh

BESIDE_A_SIBLING = """
@jf.electron
def sibling():
    gate("sibling")
    return 7
@jf.electron
def after(value):
    return value
def flow():
    lost = dies()
    return after(after(lost)), sibling()
"""


def dies_beside_a_sibling(kernel: Fresh, how: str, executor: str = "local") -> tuple[str, ...]:
    """Its kind, type and message, when an electron has died, and a sibling that ran meanwhile has not."""
    kernel.goes(f"@jf.electron\ndef dies():\n    touch('count')\n    gate('dies')\n    {how}\n{BESIDE_A_SIBLING}")
    kernel.begin_dispatch(executor)
    kernel.reached("dies", "sibling")
    kernel.open("dies")
    kernel.goes("eventually(lambda: states(id)[0] == 'FAILED')")
    kernel.open("sibling")
    assert kernel.ask("ended(id)") == ["FAILED", "SKIPPED", "SKIPPED", "COMPLETED"]
    assert kernel.ask("jf.get_result(id).nodes[3].output") == 7
    assert kernel.bytes_of("count") == 1
    assert kernel.ask(f"works({executor!r})") == 4
    lost: tuple[str, ...] = kernel.ask("errors(id)[0]")
    return lost


def test_d01_an_electron_that_kills_its_process_is_lost_alone_and_the_signal_is_named(kernel: Fresh) -> None:
    kind, type_, message, _ = dies_beside_a_sibling(kernel, "os.kill(os.getpid(), 9)")
    assert (kind, type_) == ("worker_lost", "WorkerLost")
    assert "SIGKILL" in message


def test_d02_a_segmentation_fault_is_a_lost_worker_and_its_log_holds_the_traceback(kernel: Fresh) -> None:
    kind, type_, message, _ = dies_beside_a_sibling(kernel, "import ctypes; ctypes.string_at(0)")
    assert (kind, type_) == ("worker_lost", "WorkerLost")
    assert "SIGSEGV" in message
    log = kernel.ask("jf.get_result(id).nodes[0].stderr")
    assert "Fatal Python error: Segmentation fault" in log
    assert "in dies" in log


@pytest.mark.parametrize("executor", ["local", ON_DASK])
def test_d03_an_electron_that_leaves_its_process_ran_once_and_its_exit_code_is_told(
    kernel: Fresh, executor: str
) -> None:
    kind, type_, message, _ = dies_beside_a_sibling(kernel, "os._exit(3)", executor)
    assert (kind, type_) == ("worker_lost", "WorkerLost")
    assert "exited with code 3" in message


@pytest.mark.parametrize("executor", ["local", "thread", "inline", ON_DASK])
def test_d04_exits_and_interrupts_that_electrons_raise_are_their_failure_and_all_workers_stay(
    kernel: Fresh, executor: str
) -> None:
    kernel.goes(
        """
        class Leaving(SystemExit):
            pass
        @jf.electron
        def leaves():
            sys.exit(3)
        @jf.electron
        def raises(kind):
            raise kind
        def deeper():
            return deeper()
        @jf.electron
        def dives():
            return deeper()
        @jf.electron
        def hoards():
            return bytearray(1 << 62)
        def flow():
            leaves()
            for kind in (KeyboardInterrupt, GeneratorExit, StopIteration, StopAsyncIteration, Leaving):
                raises(kind)
            dives()
            hoards()
        """
    )
    assert kernel.ask(f"works({executor!r})") == 4
    before = kernel.ask("pids()")
    kernel.begin_dispatch(executor)
    assert kernel.ask("ended(id)") == ["FAILED"] * 8
    told = [(kind, type_) for kind, type_, _, _ in kernel.ask("errors(id)")]
    types = ("SystemExit", "KeyboardInterrupt", "GeneratorExit", "StopIteration", "StopAsyncIteration", "Leaving")
    assert told == [("raised", type_) for type_ in (*types, "RecursionError", "MemoryError")]
    assert set(kernel.ask("pids()")) >= set(before)
    assert kernel.ask(f"works({executor!r})") == 4


@IN_PROCESSES_AND_THREADS
def test_d05_a_lock_for_a_result_is_named_as_what_cannot_be_pickled_and_touches_no_sibling(
    kernel: Fresh, executor: str
) -> None:
    kernel.goes(
        """
        @jf.electron
        def lock():
            return threading.Lock()
        def flow():
            return lock(), plus(1, 2), plus(lock(), 1)
        """
    )
    kernel.begin_dispatch(executor)
    assert kernel.ask("ended(id)") == ["FAILED", "COMPLETED", "FAILED", "SKIPPED"]
    kind, type_, message, _ = kernel.ask("errors(id)[0]")
    assert (kind, type_) == ("result_unserializable", "ResultUnserializable")
    assert "lock" in message
    assert kernel.ask("jf.get_result(id).nodes[1].output") == 3


@IN_PROCESSES_AND_THREADS
def test_d06_an_exception_with_two_required_arguments_keeps_its_type_message_and_line(
    kernel: Fresh, executor: str
) -> None:
    kernel.goes(
        """
        class Odd(Exception):
            def __init__(self, one, two):
                super().__init__(f"{one} and {two}")
        @jf.electron
        def raises():
            raise Odd("salt", "pepper")
        def flow():
            return raises(), plus(1, 2)
        """
    )
    kernel.begin_dispatch(executor)
    assert kernel.ask("ended(id)") == ["FAILED", "COMPLETED"]
    kind, type_, message, traceback = kernel.ask("errors(id)[0]")
    assert (kind, type_, message) == ("raised", "Odd", "salt and pepper")
    assert 'raise Odd("salt", "pepper")' in traceback
    failed = kernel.run("id.result()")
    assert "salt and pepper" in failed.error
    assert kernel.ask(f"works({executor!r})") == 4


@IN_PROCESSES_AND_THREADS
def test_d07_an_exception_that_holds_a_lock_keeps_its_type_and_message(kernel: Fresh, executor: str) -> None:
    kernel.goes(
        """
        class Holding(Exception):
            def __init__(self, text):
                super().__init__(text)
                self.lock = threading.Lock()
        class Mute(Exception):
            def __str__(self):
                raise RuntimeError("no words")
        @jf.electron
        def holds():
            raise Holding("the door is shut")
        @jf.electron
        def mute():
            raise Mute
        def flow():
            return holds(), mute(), plus(1, 2)
        """
    )
    kernel.begin_dispatch(executor)
    assert kernel.ask("ended(id)") == ["FAILED", "FAILED", "COMPLETED"]
    held, mute, _ = kernel.ask("errors(id)")
    assert held[:3] == ("raised", "Holding", "the door is shut")
    assert mute[:2] == ("raised", "Mute")
    assert "the door is shut" in kernel.run("id.result()").error
    assert kernel.ask(f"works({executor!r})") == 4


@IN_PROCESSES_AND_THREADS
def test_d13_an_electron_that_fails_twice_completes_the_third_time_and_every_attempt_is_kept(
    kernel: Fresh, executor: str
) -> None:
    kernel.goes(
        """
        @jf.electron(retries=2)
        def third():
            touch("tries")
            tries = os.path.getsize(os.path.join(FOLDER, "tries"))
            print("attempt", tries)
            if tries < 3:
                raise ValueError(f"not yet: {tries}")
            return tries
        def flow():
            return third()
        """
    )
    kernel.begin_dispatch(executor)
    assert kernel.ask("id.result(30)") == 3
    kept = "[(a.attempt, a.failure and a.failure.message) for a in node.attempts], [p.stdout for p in node.printed]"
    wanted = ([(1, "not yet: 1"), (2, "not yet: 2"), (3, None)], ["attempt 1\n", "attempt 2\n", "attempt 3\n"])
    assert kernel.ask(f"[({kept}) for node in jf.get_result(id).nodes]") == [wanted]
    id = kernel.ask("str(id)")
    kernel.again()
    assert kernel.ask(f"[({kept}) for node in jf.get_result({id!r}).nodes]") == [wanted]

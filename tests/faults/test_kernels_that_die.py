"""The kernel is killed, or restarted: what had completed is there, what ran is in doubt, nothing runs twice."""

from tests.faults.kernels import EVERYWHERE, Fresh, gone


@EVERYWHERE
def test_d11_after_a_killed_kernel_nothing_lives_and_what_ran_is_interrupted_and_never_run_again(
    kernel: Fresh, executor: str
) -> None:
    kernel.goes(
        """
        @jf.electron
        def done():
            return list(range(20_000))
        @jf.electron
        def runs(before):
            touch("count")
            gate("runs")
            return before
        def flow():
            return plus(runs(done()), 1)
        """
    )
    kernel.begin_dispatch(executor)
    kernel.reached("runs")
    id = kernel.ask("str(id)")
    below = kernel.below()
    assert len(below) >= (executor == "local")
    kernel.shot()
    assert gone(below)
    kernel.again()
    assert kernel.ask(f"states({id!r})") == ["COMPLETED", "INTERRUPTED", "NEW_OBJECT"]
    assert kernel.ask(f"str(jf.get_result({id!r}).status)") == "INTERRUPTED"
    assert kernel.ask(f"jf.get_result({id!r}).nodes[0].output") == list(range(20_000))
    assert kernel.ask(f"works({executor!r})") == 4
    assert kernel.bytes_of("count") == 1


@EVERYWHERE
def test_d12_what_was_seen_completed_is_equal_after_a_restart_at_that_moment(kernel: Fresh, executor: str) -> None:
    kernel.goes(
        """
        @jf.electron
        def value(size):
            return [n * 0.5 for n in range(size)]
        def flow():
            return value(3), value(20_000)
        """
    )
    kernel.begin_dispatch(executor)
    id = kernel.ask("str(id)")
    assert kernel.ask("ended(id)") == ["COMPLETED", "COMPLETED"]
    kernel.again()
    assert kernel.ask(f"str(jf.get_result({id!r}).status)") == "COMPLETED"
    assert kernel.ask(f"states({id!r})") == ["COMPLETED", "COMPLETED"]
    assert kernel.ask(f"jf.get_result({id!r}).nodes[0].output") == [0.0, 0.5, 1.0]
    assert kernel.ask(f"jf.get_result({id!r}).nodes[1].output == [n * 0.5 for n in range(20_000)]")

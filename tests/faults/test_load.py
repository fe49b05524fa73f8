"""Much at once, and for a long time."""

import psutil
import pytest

from tests.faults.kernels import Fresh

MIXED = """
import collections, random
@jf.electron
def step(number):
    if not number % 10:
        print("tenth", number)
    return number + 1
def wide(size):
    return [step(number) for number in range(size)]
def deep(size):
    value = 0
    for _ in range(size):
        value = step(value)
    return value
flows = [jf.lattice(executor=EXECUTORS[kind])(shape) for kind in EXECUTORS for shape in (wide, deep)]
def answers(size):
    return [list(range(1, size + 1)), size] * 3
"""


def test_a_hundred_dispatches_of_a_hundred_electrons_run_at_once_and_are_all_right(kernel: Fresh) -> None:
    kernel.patience = 90
    kernel.goes(MIXED)
    kernel.goes("ids = [jf.dispatch(flows[number % 6])(100) for number in range(100)]")
    kernel.goes("for number, id in enumerate(ids):\n    assert id.result(60) == answers(100)[number % 6]")
    assert kernel.ask("collections.Counter(str(d.status) for d in jf.dispatches())['COMPLETED']") == 100
    assert kernel.ask("[(info.running, info.queued) for info in jf.session().resources]") == [(0, 0)] * 3


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_eight_kernels_work_in_one_store_at_once(kernel: Fresh) -> None:
    kernels = [kernel] + [Fresh(kernel.folder) for _ in range(7)]
    try:
        cells = []
        for one in kernels:
            one.patience = 200
            one.goes(MIXED)
            cells.append(
                one.send(
                    "gate('go')\nids = [jf.dispatch(flows[number % 6])(20) for number in range(60)]\n"
                    "for number, id in enumerate(ids):\n    assert id.result(120) == answers(20)[number % 6]"
                )
            )
        kernel.open("go")
        for one, cell in zip(kernels, cells, strict=True):
            assert not one.ends(cell).error, cell.traceback
        ids = {id for one in kernels for id in one.ask("[str(id) for id in ids]")}
        assert len(ids) == 480
        assert set(kernel.ask("[(d.id, str(d.status)) for d in jf.dispatches()]")) == {(id, "COMPLETED") for id in ids}
    finally:
        for one in kernels[1:]:
            one.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fifty_thousand_electrons_leave_memory_and_descriptors_as_they_were(kernel: Fresh) -> None:
    kernel.patience = 300
    kernel.goes(MIXED)
    process = psutil.Process(kernel.pid)
    seen = []
    for _ in range(6):  # the first ten thousand fill caches, and what a session remembers
        kernel.goes("for number in range(100):\n    assert jf.dispatch(flows[number % 6])(100).result(60)")
        kernel.goes("import gc; _ = gc.collect()")
        workers = [one for one in kernel.below() if one.num_threads()]
        seen.append((process.memory_info().rss >> 20, process.num_fds(), process.num_threads(), len(workers)))
    print("MB, descriptors, threads, processes:", *seen, sep="\n")  # noqa: T201 - the figures, for who asks with -s
    (first, *_), (last, *_) = seen[0], seen[-1]
    assert last - first < 40
    assert seen[-1][1] - seen[0][1] < 10
    assert seen[-1][2] - seen[0][2] < 5

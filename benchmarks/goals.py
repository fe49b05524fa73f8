"""What this project wants to reach, and how far from it a run was."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from report import Seen

PER_RECORD = (
    "Each electron is traced, handed out, run with its output captured, pickled, sealed with a keyed hash and written "
    "as a row of SQLite, all in Python and under one GIL; the bare loop does none of that."
)
PER_MESSAGE = (
    "The kernel needs as much processor time as on threads (in place of running an electron it packs it up, and reads "
    "the journal); the workers need about as much again, and kernel and workers share these cores. In layers and "
    "chains the workers also wait for the kernel between batches."
)
ARRAYS = (
    "Every step's array is hashed and written by the worker that made it, and hashed again by each worker that reads "
    "it; the yardstick hashes and writes once, from memory."
)
IMPORT = "No module stands out: it is the sum of those of the standard library, cloudpickle and our own."
GIL = "The threads of the kernel that hand out and record have to wait for the GIL, 5 ms at a time."


class Goal(NamedTuple):
    """A figure and the most (or `least`) it should be."""

    what: str
    unit: str
    bound: float
    ours: Callable[["Seen"], float | None]
    why: str  # if it is missed
    least: bool = False

    def met(self, value: float) -> bool:
        """Whether a figure will do."""
        return value >= self.bound if self.least else value <= self.bound


ON_DASK = (
    "Beside what `client.submit` does, every electron is traced and recorded, what it prints is captured, and its "
    "value is in the store before it is told to be COMPLETED."
)
THREADS, PROCESSES, BARE = "flow-threads", "flow-processes", "bare-threads"
DASK, RAW = "flow-dask", "dask-submit"

GOALS = [
    Goal("fan-out 10,000, threads", "µs", 7, lambda s: s.us("fan-out-10000", THREADS), PER_RECORD),
    Goal("layers 50×40, threads", "µs", 7, lambda s: s.us("layers", THREADS), PER_RECORD),
    Goal("chain 1,500, threads", "µs", 7, lambda s: s.us("chain-1500", THREADS), PER_RECORD),
    Goal("fan-out 10,000, threads, of the bare loop", "×", 1,
         lambda s: s.ratio("fan-out-10000", THREADS, BARE), PER_RECORD),
    Goal("fan-out 10,000, threads, of the fastest peer", "×", 0.1,
         lambda s: s.ratio("fan-out-10000", THREADS, "dask-threads"), PER_RECORD),
    Goal("fan-out 10,000, processes", "µs", 8, lambda s: s.us("fan-out-10000", PROCESSES), PER_MESSAGE),
    Goal("chain 1,500, processes", "µs", 8, lambda s: s.us("chain-1500", PROCESSES), PER_MESSAGE),
    Goal("layers 50×40, processes", "µs", 15, lambda s: s.us("layers", PROCESSES), PER_MESSAGE),
    Goal("one electron, threads", "ms", 0.5, lambda s: s.ms("single", THREADS),
         "A dispatch is two transactions of SQLite (begun, ended), each waited for."),
    Goal("one electron, processes", "ms", 1, lambda s: s.ms("single", PROCESSES),
         "The same two transactions, and two wake-ups, of a worker and of the thread that reads its journal."),
    Goal("64 × 50 ms on 2 processes, of ideal", "%", 97, lambda s: s.efficiency("cpu", PROCESSES, 2),
         "Ideal is half of the serial time. On shared cores not even a bare ProcessPoolExecutor gets there: "
         "its figure stands in the table above.", least=True),
    Goal("the same, processor time of serial Python's", "×", 1.03, lambda s: s.cpu_ratio("cpu", PROCESSES, "serial"),
         "The kernel reads journals every 2–20 ms, and two busy workers share caches."),
    Goal("50 MB chain, processes, of hashing and writing once", "×", 1.5,
         lambda s: s.ratio("array-chain", PROCESSES, "hashed-writes"), ARRAYS),
    Goal("50 MB chain, extra memory", "MB", 120, lambda s: s.memory("array-chain", PROCESSES, "held"),
         "Arrays of the steps before are still held."),
    Goal("200 MB fan-out, processes, of hashing and writing once", "×", 1.2,
         lambda s: s.ratio("array-fan-out", PROCESSES, "hashed-writes"), ARRAYS),
    Goal("200 MB fan-out, extra memory", "MB", 260, lambda s: s.memory("array-fan-out", PROCESSES, "held"),
         "Each reader holds an array of its own."),
    Goal("both, extra memory of the kernel", "MB", 5, lambda s: s.worst(
         s.memory("array-chain", PROCESSES, "kernel"), s.memory("array-fan-out", PROCESSES, "kernel")),
         "Values pass through the kernel."),
    Goal("one electron on Dask, of `client.submit`", "×", 1.2, lambda s: s.ratio("single", DASK, RAW), ON_DASK),
    Goal("fan-out 1,000 on Dask, of `client.submit`", "×", 1.2, lambda s: s.ratio("fan-out-1000", DASK, RAW), ON_DASK),
    Goal("chain 100 on Dask, of `client.submit`", "×", 1.2, lambda s: s.ratio("chain-100", DASK, RAW), ON_DASK),
    Goal("layers 50×40 on Dask, of `client.submit`", "×", 1.2, lambda s: s.ratio("layers", DASK, RAW), ON_DASK),
    Goal("50 MB chain on Dask, extra memory", "MB", 120, lambda s: s.memory("array-chain", DASK, "held"),
         "Arrays of the steps before are still held."),
    Goal("200 MB fan-out on Dask, extra memory", "MB", 260, lambda s: s.memory("array-fan-out", DASK, "held"),
         "Each reader holds an array of its own."),
    Goal("both on Dask, extra memory of kernel or scheduler", "MB", 5, lambda s: s.worst(
         *(s.memory(case, DASK, who) for case in ("array-chain", "array-fan-out") for who in ("kernel", "scheduler"))),
         "Values pass through them."),
    Goal("build 100,000", "µs a node", 2, lambda s: s.us("build-100000", "flow-inline"),
         "Every call is checked against the signature and given an Output object; the body of the benchmark, which "
         "looks up the arguments, is in it too."),
    Goal("build 1,000,000, of 100,000", "×", 1.25, lambda s: s.linear("build-1000000", "build-100000", "flow-inline"),
         "Not linear: the garbage collector walks all that has been built, again and again."),
    Goal("build, memory", "B a node", 300, lambda s: s.memory("build-100000", "flow-inline", "bytes"), "More is kept."),
    Goal("import", "ms", 100, lambda s: s.fact("imports", "ms"), IMPORT),
    Goal("import to first result, threads", "ms", 300, lambda s: s.cold(THREADS), "Opening the store is most of it."),
    Goal("import to first result, processes", "ms", 700, lambda s: s.cold(PROCESSES),
         "A process server and a worker start, one after the other, each with imports of its own."),
    Goal("memory of the kernel over dispatches 41–100", "MB", 1, lambda s: s.worst(
         s.fact("memory-threads", "next 60"), s.fact("memory-processes", "next 60")),
         "Live objects do not grow in number (counted over 400 dispatches); what the allocator holds does, ever more "
         "slowly."),
    Goal("10,000 executors of one back end", "resources", 1, lambda s: s.fact("executors", "resources"), "Not shared."),
    Goal("an executor", "µs", 3, lambda s: s.fact("executors", "us"), "Slow to make."),
    Goal("an executor, memory", "B", 1000, lambda s: s.fact("executors", "bytes"), "Too large."),
    Goal("10,000 electrons with an executor each, of one for all", "×", 1.1, lambda s: s.fact("executors", "ratio"),
         "While the graph is built, each of the electrons and executors is met for the first time, and compared."),
    Goal("a second dispatch while a first of 10,000 runs, worst", "ms", 200, lambda s: s.worst(
         s.fact("second-threads", "worst"), s.fact("second-processes", "worst")), "It waits behind batches."),
    Goal("from cancel to CANCELLED, chain of 10,000, worst", "ms", 200, lambda s: s.worst(
         s.fact("cancel-threads", "worst"), s.fact("cancel-processes", "worst")),
         "All that was cancelled gets a row."),
    Goal("processes while a cell spins, of idle throughput", "%", 80,
         lambda s: s.percent(s.fact("spinning-processes", "share")), GIL, least=True),
    Goal("10,000 electrons with a live graph, of without", "×", 1.03, lambda s: s.worst(
         s.fact("views-threads", "time"), s.fact("views-processes", "time")),
         "Folding, and what is learned of each electron as it ends, are Python under the same GIL."),
]  # fmt: skip

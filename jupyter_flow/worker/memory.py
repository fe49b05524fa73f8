"""How much memory processes use: what they have written themselves, wherever it came from.

Not the resident set: files of the store that are mapped are in it, and belong to nobody. Not the address space, which
numpy and threads reserve in gigabytes and never touch: so no rlimit. Pages that a forked child shares with its parent
are in both; where the sum is too much they are counted by share, which takes milliseconds.
"""

from collections.abc import Iterable

import psutil

_PLAIN = ("RssAnon:", "RssShmem:")
_SHARED = ("Pss_Anon:", "Pss_Shmem:")


def used(pids: Iterable[int], limit: int) -> int:
    """The bytes that processes use together; exact, where that is more than the limit."""
    pids = list(pids)
    plain = sum(_sum(f"/proc/{pid}/status", _PLAIN, pid) for pid in pids)
    if plain <= limit or len(pids) == 1:
        return plain
    return sum(_sum(f"/proc/{pid}/smaps_rollup", _SHARED, pid) for pid in pids)


def machine() -> int:
    """The bytes that processes here may use: the machine's, or what its control group gives."""
    limits = [psutil.virtual_memory().total]
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            with open(path) as file:
                limits.append(int(file.read()))
        except (OSError, ValueError):  # there is none; "max"
            continue
    return min(limits)


def oom_kills() -> int:
    """How often the system has killed a process here for want of memory; 0 where it does not tell."""
    for path in ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control", "/proc/vmstat"):
        try:
            with open(path) as file:
                for line in file:
                    if line.startswith("oom_kill "):
                        return int(line.split()[1])
        except (OSError, ValueError):
            continue
    return 0


def _sum(path: str, names: tuple[str, ...], pid: int) -> int:
    try:
        with open(path) as file:
            found = [int(line.split()[1]) for line in file if line.startswith(names)]
        return 1024 * sum(found) if found else _resident(pid)
    except FileNotFoundError:
        return _resident(pid)
    except (OSError, ValueError):
        return 0


def _resident(pid: int) -> int:
    """Where there is no such file, or the process is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0

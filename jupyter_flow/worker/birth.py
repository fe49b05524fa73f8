"""When a process began: with its id, that tells it from all others there were and will be.

psutil counts from a time of boot that is another one when the clock is set, or mended a little.
"""

from pathlib import Path

import psutil

BOOT = Path("/proc/sys/kernel/random/boot_id")


def born(process: int) -> float:
    """Clock ticks since the boot, with a fraction that stands for that boot. Raises psutil.Error where it is gone."""
    try:
        ticks = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19])
        return ticks + int(BOOT.read_text()[:5], 16) / 2**20
    except (OSError, ValueError):
        return psutil.Process(process).create_time()

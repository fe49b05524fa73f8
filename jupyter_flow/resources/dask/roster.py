"""The workers of a cluster, as its scheduler knows them: what they offer, and whether a kernel can use them."""

from typing import Any

from .versions import here, unfit

Entry = dict[str, Any]  # threads, offers (Dask's resources), about (what `Guest` has told; None before)


class Roster:
    """What is told to kernels of workers."""

    def __init__(self, scheduler: Any) -> None:
        self._scheduler = scheduler
        self._about: dict[str, dict[str, Any]] = {}
        self._turn = 0

    def tell(self, worker: str, about: dict[str, Any]) -> None:
        """A worker tells of itself."""
        self._about[worker] = about

    def gone(self, worker: str) -> None:
        """It has left."""
        self._about.pop(worker, None)

    def now(self) -> dict[str, Any]:
        """All that are there, by address; a later answer has a larger turn."""
        self._turn += 1
        workers: dict[str, Entry] = {
            address: {"threads": state.nthreads, "offers": dict(state.resources), "about": self._about.get(address)}
            for address, state in self._scheduler.workers.items()
        }
        return {"turn": self._turn, "workers": workers}

    def check(self, worker: str, kernel: str) -> None:
        """Raise RuntimeError where a worker cannot work for a kernel, whoever has given it that work."""
        client = self._scheduler.clients.get(kernel)
        if client is None or not client.versions:
            return
        why = unfit(self._about.get(worker), _python(client.versions), here().package)
        if why:
            raise RuntimeError(f"the worker {worker} {why}")


def _python(versions: dict[str, Any]) -> str:
    return ".".join(str(versions["host"]["python"]).split(".")[:3])

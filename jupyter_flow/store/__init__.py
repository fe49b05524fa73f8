"""What was dispatched and what came of it, on disk: runs, blobs, and the key that authenticates them."""

from .authentication import Key
from .blobs import Blobs, Durability
from .location import default_root, key_path
from .records import Run, RunRow, WorkerRow
from .runs import Store

__all__ = ["Blobs", "Durability", "Key", "Run", "RunRow", "Store", "WorkerRow", "default_root", "key_path"]

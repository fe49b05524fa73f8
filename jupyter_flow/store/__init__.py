"""What was dispatched and what came of it, on disk: runs, blobs, and the key that authenticates them."""

from .authentication import Key
from .blobs import Blobs, Durability
from .location import default_root, key_path
from .pruning import Choice, Pruned
from .records import Run, RunRow, WorkerRow
from .runs import Store

__all__ = [
    "Blobs",
    "Choice",
    "Durability",
    "Key",
    "Pruned",
    "Run",
    "RunRow",
    "Store",
    "WorkerRow",
    "default_root",
    "key_path",
]

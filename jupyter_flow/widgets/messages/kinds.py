"""Words that messages share."""

from typing import Literal

By = Literal["status", "executor", "duration"]
Orientation = Literal["down", "right"]
Pane = Literal["table", "timeline", "executors"]
NodeKind = Literal["electron", "glue", "sublattice"]
Point = tuple[float, float]

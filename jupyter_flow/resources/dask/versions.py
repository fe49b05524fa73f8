"""Whether a worker of a cluster can run what a kernel sends: what has to be the same on both sides, and what should."""

import platform
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import cloudpickle

from .guest import PACKAGE


class Here(NamedTuple):
    """What the kernel has."""

    python: str
    package: str
    cloudpickle: str


def here() -> Here:
    """Of this process."""
    ours: Any = sys.modules[PACKAGE]
    return Here(platform.python_version(), ours.__version__, cloudpickle.__version__)


def unfit(about: Mapping[str, Any] | None, python: str, package: str) -> str:
    """Why nothing can run on a worker that tells this of itself: ``has Python 3.12.1, …``; empty if something can."""
    if about is None:
        return ""
    if minor(about["python"]) != minor(python):
        return (
            f"has Python {about['python']}, the kernel has {python}: functions do not run in another minor version; "
            f"start the cluster's workers with Python {minor(python)}, or the notebook with {minor(about['python'])}"
        )
    if about["package"] not in (None, package):
        return (
            f"has jupyter_flow {about['package']}, the kernel has {package}: they need the same; install "
            f"jupyter-flow {package} on the cluster, or {about['package']} here"
        )
    if about["lacks"]:
        return (
            f"lacks what electrons need ({about['lacks']}): install jupyter-flow {package} there, or what it names; "
            "the package itself is brought along"
        )
    return ""


def doubtful(about: Mapping[str, Any] | None, kernel: Here) -> str:
    """What of a worker may go wrong; empty if nothing is known to."""
    if about is None or not about["cloudpickle"] or about["cloudpickle"] == kernel.cloudpickle:
        return ""
    return (
        f"has cloudpickle {about['cloudpickle']}, the kernel has {kernel.cloudpickle}: should functions fail there "
        "that run here, install the same on both"
    )


def minor(version: str) -> str:
    """``3.11`` of ``3.11.2``."""
    return ".".join(version.split(".")[:2])

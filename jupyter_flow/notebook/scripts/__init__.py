"""Notebooks as scripts of decorators that give the same."""

from .cells import NotExportable
from .exporting import export, export_notebook

__all__ = ["NotExportable", "export", "export_notebook"]

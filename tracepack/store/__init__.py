"""The database: append-only facts, the files they came from, and slices of them as ledgers."""

from tracepack.store.changes import ImportedFile
from tracepack.store.history import FactChange, ImportRecord
from tracepack.store.slices import Direction
from tracepack.store.workspace_store import Store

__all__ = ["Direction", "FactChange", "ImportRecord", "ImportedFile", "Store"]

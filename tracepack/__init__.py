"""What a lot of bio-based packaging is made of, where it came from, and how we know.

``Workspace`` is the whole program as a library: ``Workspace.open("tracepack.db").content("FILM-1")`` returns the
model that ``tracepack content FILM-1 --json`` prints.  Names are loaded on first use, so that importing this package
(and ``tracepack --help``) costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracepack.core.findings import Finding, Severity, SourceRef
    from tracepack.core.ledger import Ledger, LotKey
    from tracepack.errors import TracepackError
    from tracepack.workspace import Workspace

__version__ = "0.1.0"

_HOMES = {
    "Finding": "tracepack.core.findings",
    "Ledger": "tracepack.core.ledger",
    "LotKey": "tracepack.core.ledger",
    "Severity": "tracepack.core.findings",
    "SourceRef": "tracepack.core.findings",
    "TracepackError": "tracepack.errors",
    "Workspace": "tracepack.workspace",
}

__all__ = ["Finding", "Ledger", "LotKey", "Severity", "SourceRef", "TracepackError", "Workspace", "__version__"]


def __getattr__(name: str) -> Any:
    """Load a public name from its room."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

"""What could not be carried out.

Bad *use* raises one of these and the command line prints it in one line (exit code 2).  Bad *data* is never an
exception: it is a `tracepack.core.findings.Finding`.
"""

from __future__ import annotations


class TracepackError(Exception):
    """A request that could not be carried out; ``str()`` of it is the whole message for the user."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageProblem(TracepackError):
    """The request itself makes no sense (a wrong option, a date that is none)."""


class WorkspaceError(TracepackError):
    """The workspace is missing, exists already, is newer than this program, or is not one."""


class UnreadableFile(TracepackError):
    """A file that is not a workbook, is damaged, or is protected."""


class UnknownLot(TracepackError):
    """No lot of that number, or several owners use it."""


class UnknownShipment(TracepackError):
    """No shipment of that number that could be declared."""


class UnknownImport(TracepackError):
    """No import or fact of that number."""


class NotABundle(TracepackError):
    """A file that is no bundle or report that could be verified, is damaged, or is made to harm."""


class MissingFont(TracepackError):
    """A picture needs glyphs that no font in reach has."""

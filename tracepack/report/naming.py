"""How the report names lots, cells and fields."""

from __future__ import annotations

from tracepack import data
from tracepack.core.findings import SourceRef
from tracepack.report.answers import RefAnswer

#: Fields of an answer that are a column of another name.
_COLUMN = {"attribution": "quantity"}


def lot_name(owner: str, number: str) -> str:
    """A lot with its owner."""
    return f"{number} ({owner})" if owner else number


def place(ref: RefAnswer | SourceRef) -> str:
    """A cell's place in its file."""
    return f"{ref.sheet}!{ref.cell}" if ref.cell else ref.sheet


def field_name(field: str) -> str:
    """A field as its column is headed in the workbook; the field itself where no sheet has it."""
    headers = {column.key: column.header for sheet in data.layout().sheets.values() for column in sheet.columns}
    return headers.get(_COLUMN.get(field, field), field)

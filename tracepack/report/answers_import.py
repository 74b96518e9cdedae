"""The published answer of `import`: what became of each file, table and row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, PlainSerializer, PlainValidator

from tracepack.report.answers import FindingAnswer, Model

RowStatus = Literal["recorded", "unchanged", "superseded", "skipped", "refused"]


class RowAnswer(Model):
    """How one row of an imported file ended."""

    sheet: str
    row: int
    status: RowStatus
    reason: str = ""


class RowEnd(NamedTuple):
    """A row's end as it is known inside; written out as a `RowAnswer`."""

    sheet: str
    row: int
    status: RowStatus
    reason: str = ""


def _published_rows(rows: Sequence[RowEnd]) -> list[RowAnswer]:
    return [RowAnswer.model_construct(sheet=end.sheet, row=end.row, status=end.status, reason=end.reason) for end in rows]


def _ends(rows: Iterable[Any]) -> Sequence[RowEnd]:
    """Rows' ends as they are known inside, from wherever they come."""
    if isinstance(rows, tuple) and all(type(row) is RowEnd for row in rows):
        return rows
    published = (RowAnswer.model_validate(row, from_attributes=True) for row in rows)
    return tuple(RowEnd(row.sheet, row.row, row.status, row.reason) for row in published)


RowEnds = Annotated[Sequence[RowEnd], PlainValidator(_ends), PlainSerializer(_published_rows, return_type=list[RowAnswer])]


class ColumnAnswer(Model):
    """What a column was taken for: its letter, its header in the file, the contract's column, the unit that its header or a profile states.

    ``cell`` is set instead of ``letter`` for a value stated once for the whole table (blank: stated by no cell), with its ``value``.
    """

    letter: str = ""
    cell: str = ""
    header: str
    column: str
    unit: str = ""
    value: str = ""


class TableAnswer(Model):
    """One table of a file: its sheet, its header's first and last row, the sheet it was read as, its columns, what was left out."""

    sheet: str
    header_rows: tuple[int, int]
    holds: str
    columns: list[ColumnAnswer]
    left_out: list[str]


class ImportFileAnswer(Model):
    """What became of one file; ``recorded``, ``unchanged`` and ``superseded`` count facts, ``row_counts`` the rows seen by how they ended.

    ``profile`` names the profile that it was read with ("" for none); ``encoding`` and ``delimiter`` say how a text file was taken to be
    written ("" for workbooks).
    """

    file: str
    sha256: str
    status: Literal["recorded", "unchanged", "refused"]
    recorded: dict[str, int]
    unchanged: int
    superseded: int
    findings: list[FindingAnswer]
    profile: str = ""
    encoding: str = ""
    delimiter: str = ""
    tables: list[TableAnswer] = Field(default_factory=list)
    row_counts: dict[str, int] = Field(default_factory=dict)
    rows: RowEnds = ()


class ImportAnswer(Model):
    """`import FILE...`; ``import_id`` null where nothing was stored."""

    import_id: int | None
    dry_run: bool
    files: list[ImportFileAnswer]
    findings: list[FindingAnswer] = Field(default_factory=list)

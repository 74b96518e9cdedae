"""One file as understood: typed rows that remember their cells, and findings about everything that is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tracepack.core.findings import Finding, SourceRef, has_errors
from tracepack.core.ledger import Row
from tracepack.intake.columns import is_guide, match_columns, recognise_sheet
from tracepack.intake.gather import finding
from tracepack.intake.rows import EXAMPLE_ROW, RowNote, read_rows
from tracepack.intake.workbook import Sheet, Workbook, read_workbook

__all__ = ["Reading", "RowNote", "read_file", "read_sheets"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One file as understood: its rows in the order of its sheets, what is wrong with it, and the rows passed over."""

    file: str
    sha256: str
    data: bytes
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    row_notes: tuple[RowNote, ...]


def read_file(path: Path, *, supplier: str | None = None) -> Reading:
    """Read one workbook.  ``supplier`` stands in required Supplier cells that are blank.

    Raises `tracepack.errors.UnreadableFile`; everything else that is wrong is among the findings.
    """
    return read_sheets(read_workbook(path), supplier=supplier)


def read_sheets(workbook: Workbook, *, supplier: str | None = None) -> Reading:
    """Understand an opened workbook: see `read_file`."""
    defaults = {"supplier": supplier} if supplier else {}
    rows: list[Row] = []
    findings: list[Finding] = []
    notes: list[RowNote] = []
    for sheet in workbook.sheets:
        found = _read_sheet(sheet, defaults)
        rows += found[0]
        findings += found[1]
        notes += found[2]
    if examples := [note for note in notes if note.reason == EXAMPLE_ROW]:
        refs = [SourceRef(workbook.name, workbook.sha256, note.sheet, f"A{note.row}") for note in examples]
        findings.append(finding("example-skipped", "The template's example rows were skipped.", refs=refs))
    if not rows and not has_errors(findings):
        place = SourceRef(workbook.name, workbook.sha256, "", "")
        hint = "fill in a sheet of the contract; `tracepack template` writes an empty one"
        findings.append(finding("workbook-empty", "The workbook has no row that could be read.", hint=hint, refs=[place]))
    return Reading(workbook.name, workbook.sha256, workbook.data, tuple(rows), tuple(findings), tuple(notes))


def _read_sheet(sheet: Sheet, defaults: dict[str, str]) -> tuple[tuple[Row, ...], tuple[Finding, ...], tuple[RowNote, ...]]:
    if not sheet.rows:
        return (), (), ()
    layout = recognise_sheet(sheet.name)
    if layout is None:
        return (), () if is_guide(sheet.name) else (_unknown_sheet(sheet),), ()
    hidden = (finding("sheet-hidden", "The sheet is hidden; it was read like the others.", refs=[_place(sheet)]),) if sheet.hidden else ()
    columns, findings = match_columns(sheet, layout, defaults)
    if columns is None or not columns.columns:
        return (), hidden + findings, ()
    rows, row_findings, notes = read_rows(sheet, columns, defaults)
    return rows, hidden + findings + row_findings, notes


def _place(sheet: Sheet) -> SourceRef:
    return SourceRef(sheet.file, sheet.sha256, sheet.name, "")


def _unknown_sheet(sheet: Sheet) -> Finding:
    return finding(
        "sheet-unknown",
        f"The sheet {sheet.name!r} is none that tracepack knows; nothing was read from it.",
        hint="name it after one of the contract's sheets (Deliveries, Production, Materials ...) if it holds such rows",
        refs=[_place(sheet)],
    )

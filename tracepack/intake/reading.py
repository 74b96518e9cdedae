"""One file as understood: typed rows that remember their cells, and findings about everything that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tracepack.core.findings import Finding, SourceRef, has_errors
from tracepack.core.ledger import Row
from tracepack.intake.columns import ColumnMap, Rules, is_guide, map_columns
from tracepack.intake.gather import Gathered, finding
from tracepack.intake.layouts import Guess, text_of
from tracepack.intake.rows import EXAMPLE_ROW, RowNote, read_rows
from tracepack.intake.tables import HEADER, TITLE, TOLD, TOTAL, Place, Stated, find_places, sort_rows, stated_above
from tracepack.intake.totals import check_totals
from tracepack.intake.views import rows_view, with_merged, with_stated
from tracepack.intake.workbook import Sheet, Workbook, read_workbook

__all__ = ["Reading", "RowNote", "TableRead", "read_file", "read_sheets"]

NOT_UNDERSTOOD, GUIDE = "the sheet was not understood", "the template's guide"


@dataclass(frozen=True, slots=True)
class TableRead:
    """A table that was read: where it stands, what its columns were taken for, what was stated once for all its rows."""

    sheet: Sheet
    columns: ColumnMap
    header: Mapping[int, str]
    stated: tuple[Stated, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One file as understood: its rows in the order of its sheets, what is wrong with it, and the rows passed over."""

    file: str
    sha256: str
    data: bytes
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    row_notes: tuple[RowNote, ...]
    tables: tuple[TableRead, ...] = ()


@dataclass(slots=True)
class _Found:
    """What the sheets of a file come to, in their order."""

    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)
    tables: list[TableRead] = field(default_factory=list)


def read_file(path: Path, *, supplier: str | None = None) -> Reading:
    """Read one workbook.  ``supplier`` stands in required Supplier cells that are blank.

    Raises `tracepack.errors.UnreadableFile`; everything else that is wrong is among the findings.
    """
    return read_sheets(read_workbook(path), supplier=supplier)


def read_sheets(workbook: Workbook, *, supplier: str | None = None) -> Reading:
    """Understand an opened workbook: see `read_file`."""
    defaults = {"supplier": supplier} if supplier else {}
    found = _Found()
    for sheet in workbook.sheets:
        if sheet.rows:
            _read_sheet(sheet, defaults, found)
    if examples := [note for note in found.notes if note.reason == EXAMPLE_ROW]:
        refs = [SourceRef(workbook.name, workbook.sha256, note.sheet, f"A{note.row}") for note in examples]
        found.findings.append(finding("example-skipped", "The template's example rows were skipped.", refs=refs))
    if not found.rows and not has_errors(found.findings):
        place = SourceRef(workbook.name, workbook.sha256, "", "")
        hint = "fill in a sheet of the contract; `tracepack template` writes an empty one"
        found.findings.append(finding("workbook-empty", "The workbook has no row that could be read.", hint=hint, refs=[place]))
    return Reading(
        workbook.name,
        workbook.sha256,
        workbook.data,
        tuple(found.rows),
        tuple(found.findings),
        tuple(found.notes),
        tuple(found.tables),
    )


def _read_sheet(sheet: Sheet, defaults: dict[str, str], found: _Found) -> None:
    if is_guide(sheet.name):
        found.notes += [RowNote(sheet.name, row, GUIDE) for row in sorted(sheet.rows)]
        return
    places, guess = find_places(sheet, set(defaults))
    if sheet.hidden and places:
        found.findings.append(finding("sheet-hidden", "The sheet is hidden; it was read like the others.", refs=[_place(sheet)]))
    if not places:
        found.findings.append(_not_understood(sheet, guess))
        found.notes += [RowNote(sheet.name, row, NOT_UNDERSTOOD) for row in sorted(sheet.rows)]
    for place in places:
        _read_table(sheet, place, defaults, Rules(), found)


def _read_table(sheet: Sheet, place: Place, defaults: dict[str, str], rules: Rules, found: _Found) -> None:
    """One table: its columns, its rows sorted out, its values."""
    stated = stated_above(sheet, place)
    known = {*defaults, *(state.key for state in stated)}
    all_below = rows_view(sheet, place.below, place.columns)
    columns, findings = map_columns(all_below, place.layout, place.header, known, rules)
    ordered = sort_rows(sheet, place, columns.columns)
    view = rows_view(sheet, ordered.rows, place.columns)
    view, merged = with_merged(view, columns)
    view, columns = with_stated(view, columns, stated)
    found.findings += [*_recognised(sheet, place), *_stated(sheet, place, stated), *findings, *merged, *_passed_over(sheet, ordered.passed)]
    found.notes += [RowNote(sheet.name, row, TITLE) for row in place.above]
    found.notes += [RowNote(sheet.name, row, HEADER) for row in range(place.header.first, place.header.last + 1) if row in sheet.rows]
    found.notes += [RowNote(sheet.name, row, reason) for row, reason in sorted(ordered.passed.items())]
    found.tables.append(TableRead(view, columns, place.header.texts, stated))
    if columns.columns:
        rows, row_findings, notes = read_rows(view, columns, defaults)
        totals = [row for row, reason in ordered.passed.items() if reason == TOTAL]
        found.rows += rows
        found.findings += [*row_findings, *check_totals(sheet, columns, rows, totals)]
        found.notes += notes


def _place(sheet: Sheet) -> SourceRef:
    return SourceRef(sheet.file, sheet.sha256, sheet.name, "")


def _recognised(sheet: Sheet, place: Place) -> Iterable[Finding]:
    """A note where a table was known by its headers rather than by its sheet's name."""
    from tracepack.intake.layouts import recognise_sheet  # noqa: PLC0415

    named = recognise_sheet(sheet.name)
    if named is None or named.name != place.layout.name:
        ref = sheet.ref(place.header.last, min(place.header.texts, default=1))
        message = f"The table was taken for {place.layout.name} by its headers."
        yield finding("table-recognised", message, hint="`--dry-run` shows what each column was taken for", refs=[ref], excerpt=ref.cell)


def _stated(sheet: Sheet, place: Place, stated: Iterable[Stated]) -> Iterable[Finding]:
    for state in stated:
        header = place.layout.column(state.key).header
        ref = SourceRef(sheet.file, sheet.sha256, sheet.name, state.cell)
        message = f"{header} is stated above the table; it was read for every row of it."
        yield finding("stated-above", message, refs=[ref], excerpt=f"{state.cell}  {header} = {text_of(state.content)}")


def _passed_over(sheet: Sheet, passed: Mapping[int, str]) -> Iterable[Finding]:
    """One note for every reason why rows inside or below a table were passed over."""
    gathered = Gathered()
    for row, reason in sorted(passed.items()):
        if reason in TOLD:
            column = min(sheet.rows[row])
            ref = sheet.ref(row, column)
            shown = f"{ref.cell}  {text_of(sheet.rows[row][column])[:80]}"
            gathered.add("row-passed-over", f"The row is {reason}; it was not read as data.", "", ref, shown)
    return gathered.findings()


def _not_understood(sheet: Sheet, guess: Guess | None) -> Finding:
    """A sheet of which no table was recognised; where it could be one of several, that is an error."""
    if guess and guess.candidates and guess.header:
        names = " or ".join(guess.candidates)
        ref = sheet.ref(guess.header.last, min(guess.header.texts, default=1))
        return finding(
            "table-ambiguous",
            f"By its headers the table could be {names}.",
            hint="name the sheet after what it holds, or say it with --read-as",
            refs=[ref],
            excerpt=f"{ref.cell}  {', '.join(text for _, text in sorted(guess.header.texts.items()) if text)[:200]}",
        )
    return finding(
        "sheet-unknown",
        f"The sheet {sheet.name!r} is none that tracepack knows; nothing was read from it.",
        hint="name it after one of the contract's sheets (Deliveries, Production, Materials ...) if it holds such rows, or use --read-as",
        refs=[_place(sheet)],
    )

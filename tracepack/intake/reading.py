"""One file as understood: typed rows that remember their cells, and findings about everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tracepack.core.findings import Finding, SourceRef, has_errors
from tracepack.core.ledger import Row
from tracepack.core.limits import DEFAULT_LIMITS, Limits
from tracepack.intake.columns import ColumnMap, is_guide, map_columns
from tracepack.intake.correctionlist import COLUMNS, HEADER_ROW, is_list
from tracepack.intake.crossedout import settle_struck, tell_hidden
from tracepack.intake.fitting import Fit, choose, column_at, columns_by, place_by, rows_by
from tracepack.intake.gather import finding
from tracepack.intake.headers import Names
from tracepack.intake.instructions import Instructions
from tracepack.intake.layouts import Header, keys_of
from tracepack.intake.profiles import Profile, TableProfile, named_like
from tracepack.intake.remarks import not_understood, passed_over, profile_used, recognised, stated_once
from tracepack.intake.rows import EXAMPLE_ROW, RowNote, read_rows
from tracepack.intake.statements import Stated, stated_above
from tracepack.intake.tables import TITLE, TOTAL, Place, Search, find_places, sort_rows
from tracepack.intake.totals import check_totals
from tracepack.intake.views import rows_view, with_merged, with_stated, without_texts
from tracepack.intake.workbook import Dialect, Sheet, Workbook, read_workbook

__all__ = ["Instructions", "Reading", "RowNote", "TableRead", "read_file", "read_sheets"]

#: Nothing is known beyond what a file shows.
NOTHING_TOLD = Instructions()
NOT_UNDERSTOOD, GUIDE, LEFT_OUT = "the sheet was not understood", "the template's guide", "the profile leaves the sheet out"
CORRECTIONS = "the list of corrections of an annotated file"


@dataclass(frozen=True, slots=True)
class TableRead:
    """A table that was read: its sheet with its rows of data, its place, what its columns were taken for, what was stated once."""

    sheet: Sheet
    place: Place
    columns: ColumnMap
    stated: tuple[Stated, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One file as understood: its rows in the order of its sheets, what is wrong with it, and the rows passed over.

    ``unread``: the sheets of which no table was understood; ``profile``: the one that it was read with;
    ``dialect``: how a text file is written, None for workbooks.
    """

    file: str
    sha256: str
    data: bytes
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    row_notes: tuple[RowNote, ...]
    tables: tuple[TableRead, ...] = ()
    unread: tuple[Sheet, ...] = ()
    profile: Profile | None = None
    dialect: Dialect | None = None


@dataclass(slots=True)
class _Found:
    """What the sheets of a file come to, in their order."""

    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)
    tables: list[TableRead] = field(default_factory=list)
    unread: list[Sheet] = field(default_factory=list)


def read_file(
    path: Path, instructions: Instructions = NOTHING_TOLD, *, supplier: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Reading:
    """Read one file.  ``supplier`` stands in required Supplier cells that are blank (as in the instructions).

    Raises `tracepack.errors.UnreadableFile`; everything else that is wrong is among the findings.
    """
    told = replace(instructions, supplier=supplier) if supplier else instructions
    return read_sheets(read_workbook(path, limits, told.dialect), told)


def read_sheets(workbook: Workbook, told: Instructions = NOTHING_TOLD) -> Reading:
    """Understand an opened workbook: see `read_file`."""
    fit, findings = choose(told.profiles, workbook, told.profile)
    found = _Found(findings=list(findings))
    if fit:
        found.findings.append(profile_used(workbook, fit.profile))
    defaults = _defaults(told, fit)
    for sheet in workbook.sheets:
        if sheet.rows:
            _read_sheet(sheet, fit, told, defaults, found)
    _conclude(workbook, found)
    return Reading(
        workbook.name,
        workbook.sha256,
        workbook.data,
        tuple(found.rows),
        tuple(found.findings),
        tuple(dict.fromkeys(found.notes)),
        tuple(found.tables),
        tuple(found.unread),
        fit.profile if fit else None,
        workbook.dialect,
    )


def _defaults(told: Instructions, fit: Fit | None) -> dict[str, str]:
    supplier = told.supplier or (fit.profile.supplier if fit else "")
    return {"supplier": supplier} if supplier else {}


def _conclude(workbook: Workbook, found: _Found) -> None:
    """What only the whole file shows."""
    if examples := [note for note in found.notes if note.reason == EXAMPLE_ROW]:
        refs = [SourceRef(workbook.name, workbook.sha256, note.sheet, f"A{note.row}") for note in examples]
        hint = "a row is the example while its EXAMPLE-... name stands in it; overwrite the name if the row is yours"
        found.findings.append(finding("example-skipped", "The template's example rows were skipped.", hint=hint, refs=refs))
    if not found.rows and not has_errors(found.findings):
        place = SourceRef(workbook.name, workbook.sha256, "", "")
        hint = "fill in a sheet of the contract; `tracepack template` writes an empty one"
        found.findings.append(finding("workbook-empty", "The workbook has no row that could be read.", hint=hint, refs=[place]))


def _read_sheet(sheet: Sheet, fit: Fit | None, told: Instructions, defaults: Mapping[str, str], found: _Found) -> None:
    if is_guide(sheet.name):
        found.notes += [RowNote(sheet.name, row, GUIDE) for row in sorted(sheet.rows)]
    elif is_list([sheet.rows.get(HEADER_ROW, {}).get(column) for column in range(1, len(COLUMNS) + 1)]):
        found.notes += [RowNote(sheet.name, row, CORRECTIONS) for row in sorted(sheet.rows)]
    elif fit and any(named_like(sheet.name, pattern) for pattern in fit.profile.ignored_sheets):
        found.notes += [RowNote(sheet.name, row, LEFT_OUT) for row in sorted(sheet.rows)]
    else:
        if sheet.hidden:
            message = "The sheet is hidden; it was read like the others."
            found.findings.append(finding("sheet-hidden", message, refs=[SourceRef(sheet.file, sheet.sha256, sheet.name, "")]))
        read_as = told.layout_of(sheet.name)
        tables = [(table, header) for table, header in (fit.tables_in(sheet.name) if fit else []) if read_as in (None, table.layout)]
        for table, header in tables:
            _read_by_profile(sheet, table, header, told, defaults, found)
        if not tables:
            _read_by_meaning(sheet, told, defaults, found)


def _read_by_meaning(sheet: Sheet, told: Instructions, defaults: Mapping[str, str], found: _Found) -> None:
    """The tables of a sheet as their headers show them."""
    product = told.material_named(sheet.name)
    known = told.known() | ({"material"} if product else set())
    places, guess = find_places(sheet, Search(told.told, known, told.layout_of(sheet.name)))
    if not places:
        found.findings.append(not_understood(sheet, guess))
        found.notes += [RowNote(sheet.name, row, NOT_UNDERSTOOD) for row in sorted(sheet.rows)]
        found.unread.append(sheet)
    for place in places:
        names = told.told.names(place.layout.name)
        stated = _stated_once(sheet, place, names, told, product)
        columns, findings = map_columns(
            rows_view(sheet, place.below, place.columns), names, place.header, {*defaults, *(state.key for state in stated)}, told.rules
        )
        told_by_name = told.layout_of(sheet.name) is place.layout
        found.findings += [*(() if told_by_name else recognised(sheet, place)), *stated_once(sheet, place, stated, product), *findings]
        _read_rows(sheet, place, columns, stated, {}, defaults, found)


def _stated_once(sheet: Sheet, place: Place, names: Names, told: Instructions, product: str | None) -> tuple[Stated, ...]:
    """What holds for a whole table: told by the user, else stated above it, else the product that its sheet is named after."""
    stated = {state.key: state for state in stated_above(sheet, place, names)}
    stated |= {state.key: state for state in told.fixed_in(place.layout, sheet.name)}
    required = {column.key for column in place.layout.columns if column.required}
    if product and "material" in required - keys_of(names, place.header) - stated.keys():
        stated["material"] = Stated("material", product, "")
    return tuple(stated.values())


def _read_by_profile(
    sheet: Sheet, table: TableProfile, header: Header, told: Instructions, defaults: Mapping[str, str], found: _Found
) -> None:
    """One table of a sheet as a profile describes it; what was told on the command line goes before it."""
    table = replace(table, columns={**table.columns, **told.told.headers_in(table.layout.name)})
    place = place_by(sheet, table, header)
    fixed = {key: value.replace("{sheet}", sheet.name) for key, value in table.fixed.items()}
    fixed |= {state.key: str(state.content) for state in told.fixed_in(table.layout, sheet.name)}
    above = stated_above(sheet, place, Names(table.layout.name))
    taken = {*table.columns, *fixed}
    stated = (*(Stated(key, value, "") for key, value in fixed.items()), *(state for state in above if state.key not in taken))
    if told.supplier is None and "supplier" in defaults and "supplier" not in {*fixed, *(state.key for state in above)}:
        owned = any(column.key == "supplier" for column in table.layout.columns)
        stated = (*stated, Stated("supplier", defaults["supplier"], "")) if owned else stated
    known = {*defaults, *(state.key for state in stated)}
    places = {key: column for key, name in table.columns.items() if (column := column_at(header, name))}
    left_out = rows_by(sheet, table, place, places)
    columns, findings = columns_by(sheet, [row for row in place.below if row not in left_out], table, header, known, told.rules)
    found.findings += [*stated_once(sheet, place, stated, None), *findings]
    _read_rows(without_texts(sheet, table.blank), place, columns, stated, left_out, defaults, found)


def _read_rows(
    sheet: Sheet,
    place: Place,
    columns: ColumnMap,
    stated: Sequence[Stated],
    left_out: Mapping[int, str],
    defaults: Mapping[str, str],
    found: _Found,
) -> None:
    """The rows of one table: those that are no data set apart, the others read."""
    below = tuple(row for row in place.below if row not in left_out)
    ordered = sort_rows(sheet, place, below, columns.columns)
    settled = settle_struck(sheet, ordered.rows, columns)
    view, merged = with_merged(rows_view(sheet, settled.rows, place.columns), columns)
    view, columns = with_stated(view, columns, stated)
    passed = {**ordered.passed, **settled.left_out}
    found.findings += [*settled.findings, *tell_hidden(sheet, settled.rows, columns), *merged, *passed_over(sheet, passed)]
    reasons = {**dict.fromkeys(place.above, TITLE), **left_out, **passed}
    found.notes += [RowNote(sheet.name, row, reason) for row, reason in sorted(reasons.items())]
    found.tables.append(TableRead(view, place, columns, tuple(stated)))
    if columns.columns:
        rows, findings, notes = read_rows(view, columns, defaults)
        totals = [row for row, reason in ordered.passed.items() if reason == TOTAL]
        found.rows += rows
        found.findings += [*findings, *check_totals(sheet, columns, rows, totals)]
        found.notes += notes

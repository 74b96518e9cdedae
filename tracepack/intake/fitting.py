"""A profile laid over a file: whether its layout is there, and what its columns and rows then mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tracepack.core.findings import Finding, SourceRef
from tracepack.core.quantity import mass_mg
from tracepack.intake.columns import ColumnMap, Rules, missing, unknown_columns
from tracepack.intake.gather import finding
from tracepack.intake.headers import HEADER_UNITS, Names, fold, stated_unit
from tracepack.intake.layouts import HEADER_ROWS, Header, header_texts, text_of, units_under
from tracepack.intake.profiles import Profile, TableProfile, column_letter, named_like, with_rules
from tracepack.intake.sheetxml import column_number
from tracepack.intake.tables import Place, is_total
from tracepack.intake.views import rows_view
from tracepack.intake.workbook import Sheet, Workbook

_IN_PROFILE = "name its header in the profile's [table.columns], or its value in [table.fixed]; the header was read in row {row}"
PREPARED, SKIPPED = "a prepared row that was not filled in", "left out by the profile"


@dataclass(frozen=True, slots=True)
class Fit:
    """How far a profile fits a file: the header of each of its tables by sheet, and the first header that is missing."""

    profile: Profile
    headers: Mapping[tuple[str, int], Header]
    lacking: str = ""
    at: SourceRef | None = None

    @property
    def fits(self) -> bool:
        """Whether every table of the profile that has its sheet has its columns, and at least one has."""
        return bool(self.headers) and not self.lacking

    def tables_in(self, sheet_name: str) -> list[tuple[TableProfile, Header]]:
        """The profile's tables that a sheet holds, with their headers; tables that name no column yet are none."""
        tables = enumerate(self.profile.tables)
        return [(table, self.headers[sheet_name, number]) for number, table in tables if (sheet_name, number) in self.headers]


def fit(profile: Profile, workbook: Workbook) -> Fit:
    """Lay a profile over a file.

    A table is lacking where sheets of its name are there and none has its columns; where there is no such sheet it is only absent.
    """
    headers: dict[tuple[str, int], Header] = {}
    lacking, at = "", None
    for number, table in ((number, table) for number, table in enumerate(profile.tables) if table.columns):
        named = [sheet for sheet in workbook.sheets if sheet.rows and named_like(sheet.name, table.sheet)]
        located = [(sheet, *locate(sheet, table)) for sheet in named]
        found = {(sheet.name, number): header for sheet, header, _ in located if header is not None}
        headers |= found
        if located and not found and not lacking and table.sheet != "*":
            sheet, _, lacking = located[0]
            at = SourceRef(sheet.file, sheet.sha256, sheet.name, "")
    return Fit(profile, headers, lacking, at)


def locate(sheet: Sheet, table: TableProfile) -> tuple[Header | None, str]:
    """The header of a profile's table in a sheet, or None and the first of its headers that no row holds."""
    names = Names(table.layout.name, frozenset((fold(text), key) for key, text in table.columns.items()))
    rows = [table.header_row] if table.header_row else sorted(sheet.rows)[:HEADER_ROWS]
    wanted = [text for text in table.columns.values() if column_letter(text) is None]
    nearest, fewest = wanted[0] if wanted else "", len(wanted) + 1
    for row in rows:
        if row in sheet.rows:
            last = row + table.header_rows - 1
            texts = header_texts(sheet, range(row, last + 1), names)
            present = {fold(text) for text in texts.values()}
            missing = [text for text in wanted if fold(text) not in present]
            if not missing and (wanted or table.header_row):
                return Header(row, last + 1 if units_under(sheet, last + 1) else last, texts), ""
            if missing and len(missing) < fewest:
                nearest, fewest = missing[0], len(missing)
    return None, nearest


def place_by(sheet: Sheet, table: TableProfile, header: Header) -> Place:
    """The rows around a profile's header."""
    rows = sorted(sheet.rows)
    return Place(table.layout, header, tuple(r for r in rows if r < header.first), tuple(r for r in rows if r > header.last))


def column_at(header: Header, designator: str) -> int | None:
    """The number of the column that a profile names by its header or as "column C"; None where there is none."""
    letters = column_letter(designator)
    if letters:
        return column_number(letters)
    return next((column for column, text in header.texts.items() if fold(text) == fold(designator)), None)


def columns_by(
    sheet: Sheet, rows: Sequence[int], table: TableProfile, header: Header, known: Collection[str], told: Rules
) -> tuple[ColumnMap, tuple[Finding, ...]]:
    """The columns of a table as its profile names them; ``rows`` are those of its data, ``known`` fields that need no column."""
    columns = {key: column for key, name in table.columns.items() if (column := column_at(header, name))}
    texts = {key: header.texts.get(column, "") or name for (key, column), name in zip(columns.items(), table.columns.values(), strict=True)}
    under = units_under(sheet, header.last)
    units: dict[str, str] = {}
    factors: dict[str, Decimal] = {}
    findings = list(_left_over(rows_view(sheet, rows, None), table, header, set(columns.values())))
    named = {key: f"{texts[key]} ({under[column]})" if under.get(column) else texts[key] for key, column in columns.items()}
    by_unit = ["unit"] if table.units.get("quantity") or stated_unit(table.layout.name, "quantity", named.get("quantity", "")) else []
    lacking = missing(sheet, table.layout, header, {*columns, *known, *by_unit})
    findings += [replace(found, hint=_IN_PROFILE.format(row=header.last)) for found in lacking]
    for key, column in columns.items():
        unit = table.units.get(key, "")
        by_header = stated_unit(table.layout.name, key, named[key])
        if unit and by_header and by_header.unit and mass_mg(Decimal(1), by_header.unit) != mass_mg(Decimal(1), unit):
            findings.append(_contradicted(sheet, header, column, texts[key], unit))
        if unit and key in HEADER_UNITS:
            factors[key] = Decimal(HEADER_UNITS[key].get(fold(unit), "1"))
        elif unit or (by_header and by_header.unit):
            units[key] = unit or (by_header.unit if by_header else "")
        elif by_header and by_header.factor != 1:
            factors[key] = by_header.factor
    rules = with_rules(table.rules, told)
    return ColumnMap(table.layout, header.last, columns, texts, units, factors, rules), tuple(findings)


def _left_over(sheet: Sheet, table: TableProfile, header: Header, taken: Collection[int]) -> tuple[Finding, ...]:
    """Columns with values that the profile neither reads nor leaves out."""
    filled: dict[int, int] = {}
    for row, cells in sheet.rows.items():
        if not cells.keys() <= filled.keys():
            for column, content in cells.items():
                if text_of(content):
                    filled.setdefault(column, row)
    places: list[tuple[int, int, str]] = []
    for column, row in sorted(filled.items()):
        text = header.texts.get(column, "")
        if column not in taken and not any(named_like(text, pattern) for pattern in table.ignored):
            places.append((header.last if text else row, column, text))
    return unknown_columns(sheet, places)


def _contradicted(sheet: Sheet, header: Header, column: int, text: str, unit: str) -> Finding:
    ref = sheet.ref(header.last, column)
    return finding(
        "profile-contradicted",
        f"The profile says {unit}, the header says otherwise.",
        hint="correct the profile, or ask the supplier which unit is meant",
        refs=[ref],
        excerpt=f"{ref.cell}  {text}",
    )


def rows_by(sheet: Sheet, table: TableProfile, place: Place, columns: Mapping[str, int]) -> dict[int, str]:
    """The rows that a profile leaves out, with the reason; totals are left to be compared with their rows."""
    blank = {" ".join(text.split()).casefold() for text in table.blank}

    def says(row: int, column: int | None) -> str:
        text = text_of(sheet.rows[row].get(column)) if column else ""
        return "" if text.casefold() in blank else text

    key = column_at(place.header, table.row_if_filled) if table.row_if_filled else None
    rules = [(column_at(place.header, rule.column), " ".join(rule.equals.split()).casefold()) for rule in table.skip]
    left_out: dict[int, str] = {}
    for row in place.below:
        if any(says(row, column).casefold() == text for column, text in rules if column):
            left_out[row] = SKIPPED
        elif table.row_if_filled and not says(row, key) and not is_total(sheet.rows[row], table.layout, columns):
            left_out[row] = PREPARED
    return left_out


def choose(profiles: Sequence[Profile], workbook: Workbook, asked: str | None) -> tuple[Fit | None, tuple[Finding, ...]]:
    """The profile that a file is read with, or None; ``asked`` is the one that the user named.

    Where none was named, the only one whose layout is there; of several none, with an error.  One whose sheets are
    there but not all of its columns is told, since its supplier may have changed the layout.
    """
    place = SourceRef(workbook.name, workbook.sha256, "", "")
    unfinished = [profile.name for profile in profiles if not any(table.columns for table in profile.tables)]
    if asked in unfinished:
        return None, (_unfinished(asked, place),)
    fits = [fit(profile, workbook) for profile in profiles if profile.name not in unfinished]
    if asked:
        chosen = next(f for f in fits if f.profile.name == asked)
        return (chosen, ()) if chosen.fits else (None, (_unfitting(chosen, place, asked=True),))
    fitting = [f for f in fits if f.fits]
    if len(fitting) == 1:
        return fitting[0], ()
    if fitting:
        names = ", ".join(f.profile.name for f in fitting)
        message = f"The layout is that of several profiles: {names}."
        return None, (finding("profile-ambiguous", message, hint="name the one that is meant with --profile", refs=[place]),)
    return None, tuple(_unfitting(f, place, asked=False) for f in fits if f.lacking)


def _unfinished(name: str, place: SourceRef) -> Finding:
    message = f"The profile {name} was not used: it names no column yet."
    hint = "move the headers that matter from `ignored` into [table.columns], each behind the column that it means"
    return finding("profile-not-fitting", message, hint=hint, refs=[place])


def _unfitting(found: Fit, place: SourceRef, *, asked: bool) -> Finding:
    """That a profile does not fit, with the header that is missing."""
    missing = f"has no column {found.lacking!r}" if found.lacking else "has none of its tables"
    name = "profile-not-fitting" if asked else "profile-nearly-fits"
    hint = "correct the profile" if asked else "correct the profile, or if the layout has changed for good, delete it and save it anew"
    return finding(name, f"The profile {found.profile.name} was not used: the file {missing}.", hint=hint, refs=[found.at or place])

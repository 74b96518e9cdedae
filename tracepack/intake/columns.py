"""What each column of a table means: names matched by the contract's headers and their synonyms, nothing by position."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tracepack import data
from tracepack.core.findings import Finding
from tracepack.intake.gather import finding
from tracepack.intake.headers import Match, Names, fold, stated_unit
from tracepack.intake.layouts import Header, missing_columns, text_of
from tracepack.intake.quantities import states_unit
from tracepack.intake.workbook import Sheet

#: Names of the guide sheet that `template` writes; nothing is read from it and nothing said about it.
GUIDE_SHEETS = {"en": "Guide", "zh": "填写说明", "de": "Anleitung"}

#: The hidden sheet with the values of the template's drop-downs.
LISTS_SHEET = "tracepack lists"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a profile or an option states about a table's cells; None where only the cells themselves tell.

    ``mark`` the decimal mark ("." or ","), ``order`` of slashed dates ("dm" or "md"), ``scale`` of bare numbers under
    a % header ("percent" or "fraction"), ``struck`` what rows struck through are ("left out" or "read").
    """

    mark: str | None = None
    order: str | None = None
    scale: str | None = None
    struck: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column of a table holds what, by field key; ``units`` and ``factors`` are what a header's unit says."""

    layout: data.Sheet
    header_row: int
    columns: Mapping[str, int]
    headers: Mapping[str, str]
    units: Mapping[str, str]
    factors: Mapping[str, Decimal]
    rules: Rules = Rules()


def is_guide(name: str) -> bool:
    """Whether a sheet is one that the template adds for the person who fills it in."""
    return fold(name) in {fold(own) for own in (*GUIDE_SHEETS.values(), LISTS_SHEET)}


def map_columns(sheet: Sheet, names: Names, header: Header, known: Collection[str], rules: Rules) -> tuple[ColumnMap, tuple[Finding, ...]]:
    """What the columns of a table mean; ``sheet`` holds its rows.

    Columns not understood, named twice or missing are findings; a column without name and values is not.  ``known``
    are fields that need no column, since the reading knows their value.
    """
    layout = data.layout().sheets[names.layout]
    filled = _filled_columns(sheet)
    matches: dict[str, list[tuple[int, str, Match]]] = {}
    findings: list[Finding] = []
    unknown: list[tuple[int, int, str]] = []
    for column, text in header.texts.items():
        by_letter = names.match(f"column {sheet.letter(column)}") if names.told else None
        if by_letter:
            by_letter = stated_unit(names.layout, by_letter.key, text) or by_letter
        match = by_letter or (names.match(text) if text else None)
        if match is not None:
            matches.setdefault(match.key, []).append((column, text, match))
        elif column in filled:
            unknown.append((header.last if text else filled[column], column, text))
    unknown += [(filled[column], column, "") for column in sorted(filled.keys() - header.texts.keys())]
    findings += unknown_columns(sheet, unknown)
    chosen = {key: _choose(places, filled) for key, places in matches.items()}
    findings += [_twice(sheet, header.last, places) for key, places in matches.items() if chosen[key] is None]
    taken = {key: place for key, place in chosen.items() if place is not None}
    in_header = any(match.unit for places in matches.values() for _, _, match in places)
    has_unit = "unit" in matches or in_header or _in_cells(sheet, taken.get("quantity"))
    findings += missing(sheet, layout, header, {*matches, *known, *(["unit"] if has_unit else [])})
    return _column_map(layout, header.last, taken, rules), tuple(findings)


def _in_cells(sheet: Sheet, place: tuple[int, str, Match] | None) -> bool:
    """Whether cells of the quantity state their unit themselves, which stands for the Unit column."""
    column = place[0] if place else 0
    return any(isinstance(cell := cells.get(column), str) and states_unit(cell) for cells in sheet.rows.values())


def _column_map(layout: data.Sheet, row: int, taken: Mapping[str, tuple[int, str, Match]], rules: Rules) -> ColumnMap:
    return ColumnMap(
        layout,
        row,
        {key: column for key, (column, _, _) in taken.items()},
        {key: text for key, (_, text, _) in taken.items()},
        {key: match.unit for key, (_, _, match) in taken.items() if match.unit},
        {key: match.factor for key, (_, _, match) in taken.items() if match.factor != 1},
        rules,
    )


def _filled_columns(sheet: Sheet) -> dict[int, int]:
    """Columns that hold anything, with the first row that does."""
    filled: dict[int, int] = {}
    for row, cells in sheet.rows.items():
        if not cells.keys() <= filled.keys():
            for column, content in cells.items():
                if not isinstance(content, str) or content.strip():
                    filled.setdefault(column, row)
    return filled


def _choose(places: list[tuple[int, str, Match]], filled: Collection[int]) -> tuple[int, str, Match] | None:
    """The one column of a meaning; None where several hold values and nobody can say which counts."""
    with_values = [place for place in places if place[0] in filled]
    return None if len(with_values) > 1 else (with_values or places)[0]


def unknown_columns(sheet: Sheet, places: Sequence[tuple[int, int, str]]) -> tuple[Finding, ...]:
    """`column-unknown` for columns of a table, as (row, column, header): at each one's header, or (without one) its first value."""
    if not places:
        return ()
    refs = [sheet.ref(row, column) for row, column, _ in places]
    named = [repr(header) for _, _, header in places if header]
    row, column, header = places[0]
    if len(places) > 1:
        called = f"{len(places)} columns ({', '.join(named)})" if named else f"{len(places)} columns without a header"
        message = f"{called} are none of this sheet's; nothing was read from them."
    else:
        called = f"The column {header!r}" if header else "A column without a header"
        message = f"{called} is none of this sheet's; nothing was read from it."
    hint = "rename what means one of the sheet's columns, or say so with --column; a unit must be one that the column may have"
    excerpt = f"{refs[0].cell}  {header or text_of(sheet.rows[row].get(column))[:80]}"
    return (finding("column-unknown", message, hint=hint, refs=refs, excerpt=excerpt),)


def _twice(sheet: Sheet, row: int, places: list[tuple[int, str, Match]]) -> Finding:
    names = ", ".join(repr(header) for _, header, _ in places)
    return finding(
        "column-twice",
        f"The columns {names} mean the same, and several hold values.",
        hint="keep one of them, or say with --column which one counts",
        refs=[sheet.ref(row, column) for column, _, _ in places],
        excerpt=f"{sheet.ref(row, places[0][0]).cell}  {places[0][1]}",
    )


def missing(sheet: Sheet, layout: data.Sheet, header: Header, present: Collection[str]) -> list[Finding]:
    """Required columns that are not there; a unit in the quantity's header stands for the Unit column."""
    ref = sheet.ref(header.last, min(header.texts, default=1))
    seen = ", ".join(text for _, text in sorted(header.texts.items()) if text)
    return [
        finding(
            "column-missing",
            f"The required column {column.header!r} is missing.",
            hint=_remedy(column, header.last),
            refs=[ref],
            excerpt=f"{ref.cell}  {seen[:200]}",
        )
        for column in missing_columns(layout, present)
    ]


def _remedy(column: data.Column, row: int) -> str:
    named = f"add a column {column.header!r}, or name the one that means it with --column; the header was read in row {row}"
    if column.key == "supplier":
        return f"import with --supplier ID if all rows are of one supplier, or {named}"
    if column.key == "material":
        return f"{named}; where each sheet is of the product that it is named after: --fixed 'Material={{sheet}}'"
    return named

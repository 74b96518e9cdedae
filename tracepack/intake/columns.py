"""What each sheet and column means: names matched by the contract's headers and their synonyms, nothing by position."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from tracepack import data
from tracepack.core.findings import Finding
from tracepack.core.quantity import is_known_unit
from tracepack.intake.gather import finding
from tracepack.intake.workbook import Fault, Sheet

#: A header is looked for among this many rows from the top; a later row must understand this many columns more.
HEADER_ROWS = 20
CLEARLY_BETTER = 2

#: Names of the guide sheet that `template` writes; nothing is read from it and nothing said about it.
GUIDE_SHEETS = {"en": "Guide", "zh": "填写说明", "de": "Anleitung"}

#: The hidden sheet with the values of the template's drop-downs.
LISTS_SHEET = "tracepack lists"

_LOOKALIKES = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "μ": "u", "\u00b5": "u"})


def fold(text: str) -> str:
    """A name without case, width, spacing and punctuation; ‰ stays, since it is not %."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LOOKALIKES)
    return "".join(c for c in folded if c.isalnum() or c == "‰")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column of a sheet holds what, by field key; ``units`` and ``factors`` are what a header's unit says."""

    layout: data.Sheet
    header_row: int
    columns: Mapping[str, int]
    headers: Mapping[str, str]
    units: Mapping[str, str]
    factors: Mapping[str, Decimal]


@cache
def _sheet_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for name, sheet in data.layout().sheets.items():
        for spelling in (name, *(word for words in sheet.synonyms.values() for word in words)):
            names.setdefault(fold(spelling), name)
    return names


def recognise_sheet(name: str) -> data.Sheet | None:
    """The contract's sheet of that name in English, Chinese, German or Japanese, or None."""
    found = _sheet_names().get(fold(name))
    return data.layout().sheets[found] if found else None


def is_guide(name: str) -> bool:
    """Whether a sheet is one that the template adds for the person who fills it in."""
    return fold(name) in {fold(own) for own in (*GUIDE_SHEETS.values(), LISTS_SHEET)}


@cache
def _spellings(layout_name: str) -> dict[str, str]:
    """Folded header -> field key, of one sheet; the contract's own headers and keys win over synonyms."""
    columns = data.layout().sheets[layout_name].columns
    names = {fold(spelling): column.key for column in columns for spelling in (column.header, column.key)}
    for column in columns:
        for spelling in (word for words in column.synonyms.values() for word in words):
            names.setdefault(fold(spelling), column.key)
    return names


#: Units that a header of a number column may carry, by field: how many of the contract's unit one of them is.
_HEADER_UNITS: dict[str, dict[str, str]] = {
    "thickness": {"um": "1", "micron": "1", "microns": "1", "mu": "1", "微米": "1", "mm": "1000", "毫米": "1000", "nm": "0.001"},
    "density": {"gcm3": "1", "gml": "1", "gcc": "1", "kgl": "1", "tm3": "1", "克立方厘米": "1", "kgm3": "0.001"},
    "grammage": {"gm2": "1", "gsm": "1", "gqm": "1", "克平方米": "1", "kgm2": "1000"},
    "width": {"mm": "1", "毫米": "1", "cm": "10", "厘米": "10", "m": "1000", "米": "1000"},
    "piece_weight": {"g": "1", "克": "1", "mg": "0.001", "kg": "1000"},
}
_SHARE_WORDS = frozenset("wt w mass weight ww gew 质量 质量分数 重量 percent pct prozent dry dm toc".split())  # noqa: SIM905
_PMC_WORDS = frozenset(["pmc", "percent"])
_BRACKETED = re.compile(r"(?P<base>.*?)[\s,:;]*[(\[（【](?P<unit>[^()\[\]（）【】]*)[)\]）】]\s*\*?\s*")
_LAST_WORD = re.compile(r"(?P<base>.*\S)\s+(?P<unit>[^\s\d]\S*?)\s*\*?")


@dataclass(frozen=True, slots=True)
class _Match:
    key: str
    unit: str = ""
    factor: Decimal = Decimal(1)


def _match_header(layout_name: str, header: str) -> _Match | None:
    """What a header means, or None; a unit in brackets or as the last word is taken off and understood."""
    spellings = _spellings(layout_name)
    whole = spellings.get(fold(header))
    if whole is not None:
        return _Match(whole)
    tail = _BRACKETED.fullmatch(header.strip()) or _LAST_WORD.fullmatch(header.strip())
    key = spellings.get(fold(tail["base"])) if tail else None
    return _with_unit(layout_name, key, tail["unit"]) if tail and key else None


def _with_unit(layout_name: str, key: str, unit: str) -> _Match | None:
    """A matched column with its header's unit, or None where the unit is not one that the column may have."""
    kind = data.layout().sheets[layout_name].column(key).type
    folded = fold(unit)
    if kind == "share":
        return _Match(key) if not folded or folded in _SHARE_WORDS else None
    if key in _HEADER_UNITS:
        factor = _HEADER_UNITS[key].get(folded)
        return _Match(key, factor=Decimal(factor)) if factor else None
    if kind == "decimal":
        return _Match(key, unit=unit.strip()) if is_known_unit(unit) else None
    if kind == "number":
        return _Match(key) if not folded or folded in _PMC_WORDS else None
    return _Match(key) if not folded else None


def match_columns(sheet: Sheet, layout: data.Sheet, defaults: Collection[str] = ()) -> tuple[ColumnMap | None, tuple[Finding, ...]]:
    """Find the header row and what its columns mean; None (with findings) where nothing can be read.

    The header is the first row that holds anything, unless a row among the first twenty is clearly better
    understood.  Columns not understood, named twice or missing are findings; a column without name and values is not.
    ``defaults`` are fields that need no column, since the reading knows their value.
    """
    header_row = _header_row(sheet, layout)
    if header_row is None:
        return None, ()
    filled = _filled_columns(sheet, header_row)
    matches: dict[str, list[tuple[int, str, _Match]]] = {}
    findings: list[Finding] = []
    headers = {column: _text(content) for column, content in sorted(sheet.rows[header_row].items())}
    for column, header in headers.items():
        match = _match_header(layout.name, header) if header else None
        if match is not None:
            matches.setdefault(match.key, []).append((column, header, match))
        elif column in filled:
            findings.append(_unknown(sheet, header_row if header else filled[column], column, header))
    findings += [_unknown(sheet, filled[column], column, "") for column in sorted(filled.keys() - headers.keys())]
    chosen = {key: _choose(places, filled) for key, places in matches.items()}
    findings += [_twice(sheet, header_row, places) for key, places in matches.items() if chosen[key] is None]
    taken = {key: place for key, place in chosen.items() if place is not None}
    has_unit = any(match.unit for places in matches.values() for _, _, match in places)
    findings += _missing(sheet, layout, header_row, {*matches, *defaults, *(["unit"] if has_unit else [])})
    column_map = ColumnMap(
        layout,
        header_row,
        {key: column for key, (column, _, _) in taken.items()},
        {key: header for key, (_, header, _) in taken.items()},
        {key: match.unit for key, (_, _, match) in taken.items() if match.unit},
        {key: match.factor for key, (_, _, match) in taken.items() if match.factor != 1},
    )
    return column_map, tuple(findings)


def _text(content: object) -> str:
    return "" if isinstance(content, Fault) else " ".join(str(content).split())


def _header_row(sheet: Sheet, layout: data.Sheet) -> int | None:
    rows = [row for row in sorted(sheet.rows)[:HEADER_ROWS] if any(_text(content) for content in sheet.rows[row].values())]
    if not rows:
        return None
    scores = {row: len({m.key for c in sheet.rows[row].values() if (m := _match_header(layout.name, _text(c)))}) for row in rows}
    best = max(rows, key=lambda row: (scores[row], -row))
    return best if scores[best] >= scores[rows[0]] + CLEARLY_BETTER else rows[0]


def _filled_columns(sheet: Sheet, header_row: int) -> dict[int, int]:
    """Columns that hold anything below the header, with the first row that does."""
    filled: dict[int, int] = {}
    for row, cells in sheet.rows.items():
        if row > header_row and not cells.keys() <= filled.keys():
            for column, content in cells.items():
                if not isinstance(content, str) or content.strip():
                    filled.setdefault(column, row)
    return filled


def _choose(places: list[tuple[int, str, _Match]], filled: Collection[int]) -> tuple[int, str, _Match] | None:
    """The one column of a meaning; None where several hold values and nobody can say which counts."""
    with_values = [place for place in places if place[0] in filled]
    return None if len(with_values) > 1 else (with_values or places)[0]


def _unknown(sheet: Sheet, row: int, column: int, header: str) -> Finding:
    ref = sheet.ref(row, column)
    called = f"The column {header!r}" if header else "A column without a header"
    return finding(
        "column-unknown",
        f"{called} is none of this sheet's; nothing was read from it.",
        hint="rename it if it means one of the sheet's columns; a unit must be one that the column may have",
        refs=[ref],
        excerpt=f"{ref.cell}  {header or _text(sheet.rows[row].get(column, ''))[:80]}",
    )


def _twice(sheet: Sheet, row: int, places: list[tuple[int, str, _Match]]) -> Finding:
    names = ", ".join(repr(header) for _, header, _ in places)
    return finding(
        "column-twice",
        f"The columns {names} mean the same, and several hold values.",
        hint="keep one of them",
        refs=[sheet.ref(row, column) for column, _, _ in places],
        excerpt=f"{sheet.ref(row, places[0][0]).cell}  {places[0][1]}",
    )


def _missing(sheet: Sheet, layout: data.Sheet, header_row: int, present: Collection[str]) -> list[Finding]:
    """Required columns that are not there; a unit in the quantity's header stands for the Unit column."""
    ref = sheet.ref(header_row, min(sheet.rows[header_row]))
    seen = ", ".join(filter(None, (_text(content) for _, content in sorted(sheet.rows[header_row].items()))))
    return [
        finding(
            "column-missing",
            f"The required column {column.header!r} is missing.",
            hint=f"add a column {column.header!r}; the header was read in row {header_row}",
            refs=[ref],
            excerpt=f"{ref.cell}  {seen[:200]}",
        )
        for column in layout.columns
        if column.key not in present and (column.required or (column.required_with and column.required_with not in present))
    ]

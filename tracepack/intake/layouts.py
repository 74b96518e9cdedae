"""Which header a sheet has and what kind of table stands under it: found by meaning, never by position alone.

A header has one to three rows: groups over names, names in two languages, units under names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from tracepack import data
from tracepack.core.quantity import is_known_unit
from tracepack.intake.headers import HEADER_UNITS, Names, fold, joined_headers, match_header
from tracepack.intake.workbook import Fault, Sheet

#: A header is looked for among this many filled rows from where a table may begin.
HEADER_ROWS = 40
#: Rows that a header may have.
DEPTH = 3
#: In a sheet whose name says what it holds, a later row must understand this many columns more than the first.
CLEARLY_BETTER = 2
#: A sheet of an unknown name must understand at least this many columns of what it is taken for.
ENOUGH = 3
#: Columns of a header that are looked at.
MOST_COLUMNS = 300


@dataclass(frozen=True, slots=True)
class Header:
    """A header as found: its first and last row (from 1), and each column's name, several rows joined into one."""

    first: int
    last: int
    texts: Mapping[int, str]


def text_of(content: object) -> str:
    """A cell's text on one line; nothing for a blank or an error cell."""
    return "" if content is None or isinstance(content, Fault) else " ".join(str(content).split())


# ---- sheets by name


@cache
def _sheet_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for name, sheet in data.layout().sheets.items():
        for spelling in (name, *(word for words in sheet.synonyms.values() for word in words)):
            names.setdefault(fold(spelling), name)
    return names


def recognise_sheet(name: str) -> data.Sheet | None:
    """The contract's sheet of that name in English, Chinese, German or Japanese, or None.

    Numbers and punctuation around the name count for nothing ("2. Lab tests", "Deliveries (3)", "Lieferungen 2026-03").
    """
    for text in (name, name.strip("0123456789 ()[]-_.:/#")):
        found = _sheet_names().get(fold(text))
        if found:
            return data.layout().sheets[found]
    return None


def sheets_named_in(text: str) -> set[str]:
    """The contract's sheets whose names are among a text's words ("acme-deliveries-2026")."""
    words = [fold(word) for word in text.replace("_", " ").replace("-", " ").replace(".", " ").split()]
    pairs = [first + second for first, second in pairwise(words)]
    return {found for word in (*words, *pairs) if (found := _sheet_names().get(word))}


# ---- what a header understands


def keys_of(names: Names, header: Header) -> set[str]:
    """The fields that a header's names mean."""
    return {match.key for text in header.texts.values() if text and (match := names.match(text))}


def missing_columns(layout: data.Sheet, keys: Collection[str]) -> list[data.Column]:
    """The required columns that are not among ``keys`` (fields with a column, or known without one)."""
    return [
        column
        for column in layout.columns
        if column.key not in keys and (column.required or (column.required_with and column.required_with not in keys))
    ]


def states_unit(names: Names, header: Header) -> bool:
    """Whether a quantity's header states its unit, which stands for the Unit column."""
    return any(match.unit for text in header.texts.values() if text and (match := names.match(text)))


@lru_cache(maxsize=65536)
def is_header_text(text: str) -> bool:
    """Whether a text is a header of any sheet."""
    return any(match_header(name, text) is not None for name in data.layout().sheets)


#: What stands in a units row without being a unit: how to write a date, that a text is meant, nothing.
_FORMAT_WORDS = "text string date datum number yyyymmdd ddmmyyyy mmddyyyy ddmmyy ttmmjjjj jjjjmmtt 文本 日期 数字 年月日 none"
_FORMATS = frozenset(["", *_FORMAT_WORDS.split()])
_UNIT_TEXTS = _FORMATS | {"wt", "w", "percent", "pct", "prozent"} | {unit for units in HEADER_UNITS.values() for unit in units}


def is_unit_text(text: str) -> bool:
    """Whether a text is one of a units row: `kg`, `(%)`, `[g/cm³]`, `wt-%`, `YYYY-MM-DD`, `-`."""
    return fold(text) in _UNIT_TEXTS or is_known_unit(text) or ("%" in text and len(text) <= 15 and not any(c.isdigit() for c in text))


def units_under(sheet: Sheet, row: int) -> dict[int, str]:
    """The units row that a row is, as the text of each column; empty where it is none."""
    cells = sheet.rows.get(row, {})
    texts = {column: text_of(content) for column, content in cells.items()}
    all_text = all(isinstance(content, str) for content in cells.values())
    some = any(is_known_unit(text) or "%" in text for text in texts.values())
    return texts if all_text and some and all(is_unit_text(text) for text in texts.values() if text) else {}


# ---- headers


def headers_in(sheet: Sheet, rows: Sequence[int], names: Names) -> Iterator[tuple[float, Header]]:
    """Every header that may begin in one of the rows, with its score: how many fields it understands.

    A row that only adds units or the names in a second language counts a half more than leaving it out.
    """
    for row in rows:
        score = -1.0
        for depth in range(1, DEPTH + 1):
            last = row + depth - 1
            if last not in sheet.rows or (depth > 1 and not _may_continue(sheet, last)):
                break
            header = Header(row, last, header_texts(sheet, range(row, last + 1), names))
            extra = 0.5 * sum(_adds(sheet, row, below, names) for below in range(row + 1, last + 1))
            found = len(keys_of(names, header)) + extra - 0.25 * _repeated(names, header)
            if found > score:
                score = found
                yield found, header


def _repeated(names: Names, header: Header) -> int:
    """How many columns mean what another one means already: a deeper header may tell them apart."""
    keys = [match.key for text in header.texts.values() if text and (match := names.match(text))]
    return len(keys) - len(set(keys))


def _may_continue(sheet: Sheet, row: int) -> bool:
    """Whether a row may belong to the header above it: nothing but text."""
    return all(isinstance(content, str) for content in sheet.rows[row].values())


def _adds(sheet: Sheet, first: int, row: int, names: Names) -> bool:
    """Whether a row under a header's first gives units, or the same names in a second language; under a title it adds nothing."""
    texts = [text for content in sheet.rows[row].values() if (text := text_of(content))]
    units = any(fold(text) or "%" in text for text in texts) and all(is_unit_text(text) for text in texts)
    return units or (_understood(sheet, first, names) >= 2 and _understood(sheet, row, names) >= 2)


def _understood(sheet: Sheet, row: int, names: Names) -> int:
    return len({match.key for content in sheet.rows[row].values() if (text := text_of(content)) and (match := names.match(text))})


def header_texts(sheet: Sheet, rows: Sequence[int], names: Names) -> dict[int, str]:
    """The name of each column from its header rows; the text of merged cells holds for every column that they cover."""
    spread = _spread(sheet, rows)
    columns = sorted({column for row in rows for column in sheet.rows.get(row, {})} | {column for _, column in spread})
    texts: dict[int, str] = {}
    for column in columns[:MOST_COLUMNS]:
        parts = [spread.get((row, column)) or text_of(sheet.rows.get(row, {}).get(column)) for row in rows]
        texts[column] = _joined(names, list(dict.fromkeys(part for part in parts if part)))
    return texts


def _spread(sheet: Sheet, rows: Sequence[int]) -> dict[tuple[int, int], str]:
    """The texts of merged cells by every place that they cover within the rows."""
    spread: dict[tuple[int, int], str] = {}
    for top, left, bottom, right in sheet.merged:
        text = text_of(sheet.rows.get(top, {}).get(left)) if top in rows else ""
        if text:
            covered = range(left, min(right, left + MOST_COLUMNS) + 1)
            spread.update({(row, column): text for row in rows if top <= row <= bottom for column in covered})
    return spread


def _joined(names: Names, parts: list[str]) -> str:
    """One name from the names of a column's header rows, top first: the first way of joining them that is understood."""
    name = parts[-1] if parts else ""
    for above in reversed(parts[:-1]):
        ways = [above] if fold(name) in _FORMATS and "%" not in name else joined_headers(above, name)
        name = next((way for way in ways if names.match(way)), f"{above} {name}")
    return name


def best_header(sheet: Sheet, rows: Sequence[int], names: Names) -> tuple[float, Header] | None:
    """The header that understands most among the rows; of equals the one with fewer rows, then the first."""
    found = list(headers_in(sheet, rows[:HEADER_ROWS], names))
    return max(found, key=lambda pair: (pair[0], pair[1].first - pair[1].last, -pair[1].first)) if found else None


def named_header(sheet: Sheet, rows: Sequence[int], names: Names) -> Header | None:
    """The header of a sheet whose name says what it holds: its first filled row, unless another is clearly better."""
    filled = [row for row in rows if any(text_of(content) for content in sheet.rows[row].values())]
    best = best_header(sheet, filled, names)
    if best is None:
        return None
    first = max(headers_in(sheet, filled[:1], names), key=lambda pair: pair[0])
    enough = CLEARLY_BETTER if first[0] and _may_continue(sheet, first[1].first) else 1
    return best[1] if best[1].first <= first[1].last or best[0] >= first[0] + enough else first[1]


@dataclass(frozen=True, slots=True)
class Told:
    """What a user has told about a file's columns: (sheet of the contract or "" for all, folded header, field)."""

    columns: frozenset[tuple[str, str, str]] = frozenset()

    def headers_in(self, layout_name: str) -> dict[str, str]:
        """The folded header that was told for each field of one sheet."""
        fields = {column.key for column in data.layout().sheets[layout_name].columns}
        return {key: text for sheet, text, key in sorted(self.columns) if sheet in ("", layout_name) and key in fields}

    def names(self, layout_name: str) -> Names:
        """The names of one sheet's columns."""
        fields = {column.key for column in data.layout().sheets[layout_name].columns}
        return Names(
            layout_name, frozenset((text, key) for sheet, text, key in self.columns if sheet in ("", layout_name) and key in fields)
        )


@dataclass(frozen=True, slots=True)
class Guess:
    """What a table without a telling name may be: one layout where it is clear, else the names of the candidates."""

    layout: data.Sheet | None
    header: Header | None
    candidates: tuple[str, ...] = ()


#: Sheets that a maker keeps of its own stock: a list that lacks something, or names a day of shipping, is rather one of deliveries.
_OWN_BOOKS = frozenset({"Opening Stock", "Stock Counts"})
_STOCK_DATES = frozenset({"date", "datum", "日期", "日付", "stockdate", "countdate", "stichtag", "盘点日期", "inventurdatum"})


def _dates_stock(names: Names, header: Header) -> bool:
    """Whether the date of a table may be that of a stock: a plain "Date", or one of counting."""
    dates = [text for text in header.texts.values() if text and (match := names.match(text)) and match.key == "date"]
    return all(fold(text) in _STOCK_DATES for text in dates)


def guess_layout(sheet: Sheet, rows: Sequence[int], told: Told, known: Collection[str], title: str) -> Guess:
    """The layout whose required columns a header holds, and of those the one that understands most of it.

    ``known`` are fields that need no column; ``title`` is a text that may name the table.  Where none is complete, a
    layout that understands clearly more than any other is taken, so that what is missing can be said.
    """
    scored = {name: best for name in data.layout().sheets if (best := best_header(sheet, rows, told.names(name))) and best[0] >= ENOUGH}
    complete = {name: best for name, best in scored.items() if not lacking(told.names(name), best[1], known)}
    pool = complete or {name: best for name, best in scored.items() if best[0] > ENOUGH}
    if "Deliveries" in pool:
        stock = {name for name in _OWN_BOOKS & pool.keys() if not (complete and _dates_stock(told.names(name), pool[name][1]))}
        pool = {name: best for name, best in pool.items() if name not in stock}
    if not pool:
        return Guess(None, None)
    most = max(int(score) for score, _ in pool.values())
    winners = [name for name, (score, _) in pool.items() if int(score) == most]
    named = [name for name in winners if name in sheets_named_in(title)]
    if len(named) == 1 or len(winners) == 1:
        name = (named or winners)[0]
        return Guess(data.layout().sheets[name], pool[name][1])
    return Guess(None, pool[winners[0]][1], tuple(winners))


def lacking(names: Names, header: Header, known: Collection[str]) -> list[data.Column]:
    """The required columns that neither the header has nor ``known`` holds; a unit in a header stands for the Unit column."""
    unit = ["unit"] if states_unit(names, header) else []
    return missing_columns(data.layout().sheets[names.layout], {*keys_of(names, header), *known, *unit})

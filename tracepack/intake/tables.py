"""The tables of a sheet, one below or beside another, each with the rows that are its data and the rows that are not.

Every filled row of a sheet is a table's header or data, or is passed over with a reason; none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from tracepack import data
from tracepack.core.numerals import is_not_available
from tracepack.intake.headers import fold
from tracepack.intake.layouts import (
    ENOUGH,
    Guess,
    Header,
    Told,
    guess_layout,
    headers_in,
    is_header_text,
    keys_of,
    lacking,
    named_header,
    recognise_sheet,
    text_of,
)
from tracepack.intake.workbook import Content, Fault, Sheet

TITLE, REPEATED, EXPLAINED, TOTAL, AVERAGE, NOTE, HEADING = (
    "above the table",
    "the header again",
    "an explanation under the header",
    "a total",
    "an average",
    "a note below the table",
    "a heading between rows",
)
#: Reasons that a reader of the file may want to check: these are told as a finding too.
TOLD = (EXPLAINED, TOTAL, AVERAGE, NOTE, HEADING)


@dataclass(frozen=True, slots=True)
class Place:
    """A table found: its layout, its header, the filled rows above and below it, and its columns (None: all)."""

    layout: data.Sheet
    header: Header
    above: tuple[int, ...]
    below: tuple[int, ...]
    columns: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Sorted:
    """A table's rows sorted out: those of data, and the others with the reason why they are none."""

    rows: tuple[int, ...]
    passed: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Search:
    """What is known before a sheet is looked at: names of columns that were told, fields that need no column.

    ``named`` is the layout of the sheet where a user or its name says it.
    """

    told: Told = field(default_factory=Told)
    known: frozenset[str] = frozenset()
    named: data.Sheet | None = None


def find_places(sheet: Sheet, search: Search) -> tuple[tuple[Place, ...], Guess | None]:
    """The tables of a sheet from top to bottom; a guess that named no layout instead where there is none."""
    filled = [row for row in sorted(sheet.rows) if any(text_of(c) or isinstance(c, Fault) for c in sheet.rows[row].values())]
    named = search.named or recognise_sheet(sheet.name)
    if named is not None:
        header = named_header(sheet, filled, search.told.names(named.name))
        first = Guess(named, header) if header else None
    else:
        first = guess_layout(sheet, filled, search.told, search.known, sheet.name)
    if first is None or first.layout is None or first.header is None:
        return (), first
    starts = [(first.layout, first.header), *_further_headers(sheet, filled, first.layout, first.header, search)]
    places: list[Place] = []
    start = 0
    for index, (layout, header) in enumerate(starts):
        end = _title_of(sheet, filled, starts[index + 1][1].first) if index + 1 < len(starts) else filled[-1] + 1
        above = tuple(row for row in filled if start <= row < header.first)
        below = tuple(row for row in filled if header.last < row < end)
        places += _side_by_side(sheet, Place(layout, header, above, below), search)
        start = end
    return tuple(places), None


def _title_of(sheet: Sheet, filled: Sequence[int], first: int) -> int:
    """Where what belongs to a header begins: a single text directly above it is its title, as is a label with its value."""
    known = set(filled)
    while first - 1 in known and _titles(list(sheet.rows[first - 1].values())):
        first -= 1
    return first


def _titles(contents: Sequence[Content]) -> bool:
    label = contents[0]
    return isinstance(label, str) and (len(contents) == 1 or (len(contents) == 2 and label.rstrip().endswith((":", "："))))


def _further_headers(
    sheet: Sheet, filled: Sequence[int], layout: data.Sheet, first: Header, search: Search
) -> list[tuple[data.Sheet, Header]]:
    """The headers of further tables below the first; a header that only repeats the one above it is none."""
    found: list[tuple[data.Sheet, Header]] = []
    after, texts = first.last, first.texts
    for index, row in enumerate(filled):
        if row <= after or not _looks_like_header(sheet, row) or _repeats(sheet, row, texts):
            continue
        guess = _further(sheet, [row], layout, search, _title_above(sheet, filled, index))
        if guess.layout and guess.header:
            found.append((guess.layout, guess.header))
            layout, after, texts = guess.layout, guess.header.last, guess.header.texts
    return found


def _further(sheet: Sheet, rows: Sequence[int], layout: data.Sheet, search: Search, title: str) -> Guess:
    """What a further table is: what its title says, the same as above it, or what its header alone says."""
    told = recognise_sheet(title)
    for candidate in (told, layout):
        if candidate:
            names = search.told.names(candidate.name)
            score, header = max(headers_in(sheet, rows, names), key=lambda pair: pair[0])
            if score >= ENOUGH and (candidate is told or not lacking(names, header, search.known)):
                return Guess(candidate, header)
    guess = guess_layout(sheet, rows, search.told, search.known, title)
    if guess.layout and guess.header and lacking(search.told.names(guess.layout.name), guess.header, search.known):
        return Guess(None, None)
    return guess


_DIGIT = re.compile(r"\d")


def _looks_like_header(sheet: Sheet, row: int) -> bool:
    """Whether a row of text may be a header: its first cell is no number or code, and most of its cells are names of columns."""
    cells = sheet.rows[row]
    texts: list[str] = []
    for content in cells.values():
        if not isinstance(content, str):
            return False
        if not texts and _DIGIT.search(content):
            return False
        texts.append(text_of(content))
    texts = [text for text in texts if text]
    return len(texts) >= ENOUGH and 2 * sum(is_header_text(text) for text in texts) > len(texts)


def _repeats(sheet: Sheet, row: int, texts: Mapping[int, str]) -> bool:
    cells = {column: text for column, content in sheet.rows[row].items() if (text := text_of(content))}
    same = sum(fold(texts.get(column, "")) == fold(text) for column, text in cells.items())
    return same >= max(2, len(cells) - 1)


def _title_above(sheet: Sheet, filled: Sequence[int], index: int) -> str:
    """The single text in the row above, which may name a table."""
    if index == 0:
        return ""
    texts = [text for content in sheet.rows[filled[index - 1]].values() if (text := text_of(content))]
    return texts[0] if len(texts) == 1 else ""


# ---- side by side


def _side_by_side(sheet: Sheet, place: Place, search: Search) -> list[Place]:
    """The table itself, or the complete tables that stand side by side in it with a blank column between."""
    blocks = _blocks(sheet, place)
    if len(blocks) < 2:
        return [place]
    parts: list[Place] = []
    for block in blocks:
        header = Header(place.header.first, place.header.last, {c: t for c, t in place.header.texts.items() if c in block})
        part = _complete(header, place.layout, search)
        if part:
            below = tuple(row for row in place.below if block & sheet.rows[row].keys())
            parts.append(replace(place, layout=part, header=header, columns=block, below=below))
    return parts if len(parts) >= 2 else [place]


def _complete(header: Header, layout: data.Sheet, search: Search) -> data.Sheet | None:
    """The layout of which a block of columns is a whole table: the sheet's own, else the only one."""

    def whole(candidate: data.Sheet) -> bool:
        names = search.told.names(candidate.name)
        return len(keys_of(names, header)) >= ENOUGH and not lacking(names, header, search.known)

    if whole(layout):
        return layout
    others = [candidate for candidate in data.layout().sheets.values() if whole(candidate)]
    return others[0] if len(others) == 1 else None


def _blocks(sheet: Sheet, place: Place) -> list[frozenset[int]]:
    """Runs of columns with a header, parted where a column has neither header nor values."""
    named = sorted(column for column, text in place.header.texts.items() if text)
    gaps = [left + 1 for left, right in pairwise(named) if right - left > 1]
    used = {column for row in place.below for column in sheet.rows[row]} if gaps else set()
    cuts = [gap for gap in gaps if gap not in used]
    edges = [0, *cuts, max(named, default=0) + 1]
    return [frozenset(c for c in named if low <= c < high) for low, high in pairwise(edges)]


# ---- rows that are no data


_TOTAL_WORDS = (
    "total totals grandtotal sum sums subtotal subtotals gesamt gesamtsumme summe zwischensumme insgesamt "
    "合计 总计 小计 合計 総計 小計 总和 总数"
)
_TOTALS = frozenset(_TOTAL_WORDS.split())
#: A word of Latin letters, or of East Asian signs, at the beginning of a text.
_FIRST_WORD = re.compile(r"\s*(?:grand total|sub-?total|[^\W\d_\u3000-\u9fff]+(?![\w-])|[\u4e00-\u9fff]{2})", re.IGNORECASE)
_NOTE_START = re.compile(
    r"\s*(\*|†|\d\)|note|notes|remark|remarks|legend|source|page|prepared|approved|checked|signature|printed|end of|hinweis|"
    r"anmerkung|legende|seite|erstellt|geprüft|unterschrift|stand|注|备注|備考|说明|※|制表|审核|审批|签|第\d+页|以上)",
    re.IGNORECASE,
)
_TYPED = ("date", "decimal", "share", "number")


def sort_rows(sheet: Sheet, place: Place, rows: Sequence[int], columns: Mapping[str, int]) -> Sorted:
    """Which of some rows below a header are data.  ``columns``: the column of each field.

    A row is passed over only where it shows what it is: the header again, an explanation right under the header, a total,
    a heading across the table, a note after the last row.  What only might be none of the data stays data, so that its
    blanks are told.
    """
    passed: dict[int, str] = {}
    own = set(columns.values())
    passed.update(_headers_again(sheet, place, rows))
    if rows and rows[0] not in passed and _explains(sheet, rows[0], place.layout, columns):
        passed[rows[0]] = EXPLAINED
    identity = columns.get(place.layout.columns[0].key)
    passed.update({row: TOTAL for row in rows if row not in passed and is_total(sheet.rows[row], place.layout, columns)})
    passed.update({row: AVERAGE for row in rows if row not in passed and _is_average(sheet.rows[row], identity, columns)})
    across = _across(sheet)
    single = [row for row in rows if row not in passed and len(sheet.rows[row]) == 1]
    passed.update({row: HEADING for row in single if row in across or _PAGE.fullmatch(text_of(next(iter(sheet.rows[row].values()))))})
    for row in _notes(sheet, [row for row in rows if row not in passed], place, columns, own, identity):
        passed[row] = NOTE
    return Sorted(tuple(row for row in rows if row not in passed), passed)


def _headers_again(sheet: Sheet, place: Place, rows: Sequence[int]) -> dict[int, str]:
    """Rows that repeat the header, as on every printed page; a header of several rows with all of them."""
    column, text = next(((c, t) for c, t in sorted(place.header.texts.items()) if t), (0, ""))
    last = place.header.last
    lines = range(place.header.first, last + 1)
    originals = [sheet.rows.get(line, {}) for line in lines]
    again: dict[int, str] = {}
    for row in rows:
        if text and isinstance(sheet.rows[row].get(column), str):
            for original in originals:
                if len(original) >= ENOUGH and original == sheet.rows[row]:
                    again[row] = REPEATED
    return again


def _explains(sheet: Sheet, row: int, layout: data.Sheet, columns: Mapping[str, int]) -> bool:
    """Whether the first row under a header explains it: words without any digit in at least two columns of numbers or dates."""
    cells = sheet.rows[row]
    typed = [cells.get(column) for key, column in columns.items() if layout.column(key).type in _TYPED]
    filled = [content for content in typed if content is not None and text_of(content)]
    words = [c for c in filled if isinstance(c, str) and not any(x.isdigit() for x in c) and not is_not_available(c)]
    return len(words) >= 2 and len(words) == len(filled)


def is_total(cells: Mapping[int, Content], layout: data.Sheet, columns: Mapping[str, int]) -> bool:
    """Whether a row is a sum: it calls itself one, and names nothing else."""
    identity = columns.get(layout.columns[0].key)
    named = cells.get(identity) if identity else None
    if named is not None and not _total_word(named):
        return False
    if isinstance(named, str) and fold(named) in _TOTALS:
        return True  # nothing that is made or delivered is called Total
    texts = [content for content in cells.values() if isinstance(content, str)]
    if not any(_total_word(text) for text in texts):
        return False
    others = [columns[c.key] for c in layout.columns if c.key in columns and c.required and c.type in {"text", "lot", "date"}]
    return not any(column in cells and not _total_word(cells[column]) for column in others)


_AVERAGES = frozenset("average averages mean mittelwert durchschnitt schnitt 平均 平均值".split())  # noqa: SIM905
#: The foot of a printed page.
_PAGE = re.compile(r"(page|seite|blatt)\s*\d+(\s*(of|von|/)\s*\d+)?|第\s*\d+\s*页.*|- ?\d+ ?-", re.IGNORECASE)


def _is_average(cells: Mapping[int, Content], identity: int | None, columns: Mapping[str, int]) -> bool:
    """Whether a row gives averages: it says so where a lot would be named, or where nothing is."""
    named = cells.get(identity) if identity else None
    if named is None:
        return any(isinstance(c, str) and fold(c) in _AVERAGES for c in cells.values()) and not any(
            isinstance(c, str) and fold(c) not in _AVERAGES for number, c in cells.items() if number in columns.values()
        )
    return isinstance(named, str) and fold(named) in _AVERAGES


def _total_word(content: Content) -> bool:
    """Whether a cell says "total" in some language ("合计 Total", "Summe PLA"); words for a total never end in a digit."""
    if not isinstance(content, str) or len(content) >= 60 or not content or content[0].isdigit():
        return False
    first = _FIRST_WORD.match(content)
    return first is not None and fold(first[0]) in _TOTALS


def _across(sheet: Sheet) -> set[int]:
    """Rows with a text merged across at least three columns."""
    return {top for top, left, bottom, right in sheet.merged if top == bottom and right - left >= 2}


def _notes(
    sheet: Sheet, rows: Sequence[int], place: Place, columns: Mapping[str, int], own: Collection[int], identity: int | None
) -> Iterator[int]:
    """The notes at the end of a table, from the last row up: text that fills less than half of what a row needs.

    One that neither reads like a sentence nor stands apart from the table stays data, as does what looks like an identifier.
    """
    required = [columns[c.key] for c in place.layout.columns if c.required and c.key in columns]
    typed = {columns[c.key] for c in place.layout.columns if c.type in _TYPED and c.key in columns}
    trailing: list[int] = []
    for row in reversed(rows):
        cells = sheet.rows[row]
        needed = sum(column in cells for column in required)
        if not all(isinstance(content, str) for content in cells.values()) or 2 * needed > max(2, len(required)):
            break
        if any(column in cells and any(c.isdigit() for c in str(cells[column])) for column in typed):
            break
        trailing.append(row)
    last = max((row for row in rows if row not in trailing), default=place.header.last)
    for row in reversed(trailing):
        texts = [text_of(content) for content in sheet.rows[row].values()]
        apart = any(between not in sheet.rows for between in range(last + 1, row))
        named = text_of(sheet.rows[row].get(identity)) if identity else ""
        if any(map(_reads_like_note, texts)) or (
            apart and not _may_identify(named) and not (own and set(required) <= sheet.rows[row].keys())
        ):
            yield row


def _reads_like_note(text: str) -> bool:
    """A sentence, a label with a colon, a word that begins notes, or a line to sign on; East Asian sentences have no spaces."""
    if text and not any(c.isalnum() for c in text):
        return len(text) >= 3
    long = len(text) >= 40 or len(text.split()) >= 5 or (len(text) >= 12 and not text.isascii() and not any(c.isdigit() for c in text))
    return bool(text) and (long or text.endswith((":", "：")) or _NOTE_START.match(text) is not None)


def _may_identify(text: str) -> bool:
    """Whether a text may be a lot number or another identifier."""
    return bool(text) and len(text.split()) <= 2

"""Reading numerals as people write them, column by column: nothing that could mean two things is guessed.

A column's cells are read together, because one cell may hold the evidence for another: `13,75` shows that the
column's comma is a decimal mark, `1,234` alone shows nothing.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal


class PercentNumber(Decimal):
    """A number in a cell that shows it as a percentage: 0.45 stands for what a person sees as 45 %."""

    __slots__ = ()


#: What a cell holds before its column gives it a meaning; blanks and error cells are taken out before.
Cell = str | Decimal | dt.date | dt.time | bool


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a cell could not be read: a finding's name, what was expected there, and what to do."""

    name: str
    expected: str
    hint: str


_AMBIGUOUS = Unread(
    "number-ambiguous",
    "The column's mark could be a decimal mark or a thousands separator; no other cell of the column tells which.",
    "store the values as numbers, or write one of them so that it can only be read one way (1234.0 or 1,234.00)",
)
_UNREADABLE = Unread("number-unreadable", "A number was expected.", "write one number, without unit or words; the unit has its own column")
_CONTRADICTED = {
    mark: Unread(
        "profile-contradicted",
        f"The decimal mark is stated as {mark!r}, and this cell can only be read with the other one.",
        "correct the cell, or the decimal mark that the profile or option states",
    )
    for mark in ".,"
}
_AS_DATE = Unread("number-unreadable", "A number was expected, the cell is formatted as a date.", "format the cell as a number")
_AS_PERCENT = Unread("number-unreadable", "A number was expected, the cell is formatted as a percentage.", "format the cell as a number")

#: A spreadsheet keeps 15 significant digits; what follows them is an artefact of binary storage.
_SPREADSHEET = Context(prec=15)

_NOT_AVAILABLE_WORDS = (
    "n/a na n.a. n.a #n/a nan n.v. n.v nv k.a. k.a ka keineangabe keineangaben unbekannt unknown notknown notavailable n.d. n.d nd "
    "none null tbd ? ?? - -- --- / // \\ . 无 無 不适用 未知 不明 没有 未提供 なし 該当なし"
)
_NOT_AVAILABLE = frozenset(_NOT_AVAILABLE_WORDS.split())
#: In a column of names only these: "NA" may be a country, "nd" a name.
_NOT_AVAILABLE_NAMES = frozenset(("n/a", "n.a.", "-", "--", "---", "/", "//", "\\", "?", "??"))
#: Longer texts are not looked at (space around the words included).
_LONGEST_NOT_AVAILABLE = 40
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))
_GROUPERS = re.compile("['’‘ʼ´`\u02b9]")
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x200E, 0x200F])


def clean_text(text: str) -> str:
    """Text without invisible characters and without space (of any width) at its ends."""
    return text.strip() if text.isascii() else text.translate(_INVISIBLE).strip()


def is_not_available(text: str, *, name: bool = False) -> bool:
    """Whether a cell says in words that its value is not known ("n/a", "-", "无"); ``name``: in a column of names."""
    if len(text) > _LONGEST_NOT_AVAILABLE:
        return False
    if not text.isascii():
        text = unicodedata.normalize("NFKC", clean_text(text)).translate(_DASHES)
    folded = "".join(text.casefold().split())
    return folded in (_NOT_AVAILABLE_NAMES if name else _NOT_AVAILABLE)


def fold_numeral(text: str) -> str:
    """Half-width digits, one kind of minus, thousands grouped by spaces or apostrophes grouped by "'" instead."""
    folded = unicodedata.normalize("NFKC", clean_text(text)).translate(_DASHES)
    folded = _GROUPERS.sub("'", folded)
    return re.sub(r"(?<=\d)\s(?=\d)", "'", folded).strip()


_PLAIN = re.compile(r"[+-]?\s?(\d+|\d{1,3}('\d{3})+)")
_EXPONENT = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d{1,3}")
_SHAPE = re.compile(r"([+-]?)\s?(\d[\d.,']*|[.,]\d+)")


def _grouped(digits: str, separator: str) -> bool:
    """Whether a whole part is grouped in threes by the separator (or not grouped at all)."""
    head, *rest = digits.split(separator)
    return 1 <= len(head) <= 3 and all(len(group) == 3 for group in rest) if rest else digits.isdigit()


def _with_mark(text: str, mark: str) -> Decimal | None:
    """The numeral under the given decimal mark, or None where it cannot be read so."""
    match = _SHAPE.fullmatch(text)
    if match is None or text.count(mark) > 1:
        return None
    whole, _, fraction = match[2].partition(mark)
    separators = {c for c in whole if not c.isdigit()}
    if len(separators) > 1 or not (fraction.isdigit() or not fraction):
        return None
    if separators and not _grouped(whole, separators.pop()):
        return None
    digits = "".join(c for c in whole if c.isdigit())
    return Decimal(f"{match[1]}{digits or '0'}.{fraction or '0'}") if digits or fraction else None


@dataclass(frozen=True, slots=True)
class _Readings:
    """The two ways to read a numeral; None where it cannot be read so."""

    point: Decimal | None
    comma: Decimal | None

    @property
    def mark(self) -> str | None:
        """The decimal mark that the numeral proves, or None where it proves none."""
        if (self.point is None) == (self.comma is None):
            return None
        return "." if self.comma is None else ","


def _readings(folded: str) -> _Readings:
    if _PLAIN.fullmatch(folded):
        value = Decimal(folded.replace("'", "").replace(" ", ""))
        return _Readings(value, value)
    if _EXPONENT.fullmatch(folded):
        return _Readings(Decimal(folded), Decimal(folded))
    point, comma = _with_mark(folded, "."), _with_mark(folded, ",")
    # "0.125" under a decimal comma would be a group of thousands that starts with zero: nobody writes that.
    starts_with_zero = re.match(r"[+-]?\s?0\d*[.,]", folded) is not None
    if starts_with_zero and point is not None and comma is not None:
        return _Readings(point, None) if "." in folded else _Readings(None, comma)
    return _Readings(point, comma)


def decimal_mark(numerals: Iterable[str]) -> str | None:
    """The decimal mark that a column's numerals prove: ".", ",", or None where none does or they disagree."""
    marks = {_readings(fold_numeral(text)).mark for text in numerals} - {None}
    return marks.pop() if len(marks) == 1 else None


def read_numeral(text: str, mark: str | None, *, stated: bool = False) -> Decimal | Unread:
    """One written numeral; ``mark`` is its column's decimal mark where the column proves or a profile states (``stated``) one.

    A numeral that proves the other mark is read by its own under a column's mark, and is `profile-contradicted` under a stated one.

    >>> read_numeral("1.234,5", None), read_numeral("1,234", "."), read_numeral("1,234", None).name
    (Decimal('1234.5'), Decimal('1234'), 'number-ambiguous')
    """
    ways = _readings(fold_numeral(text))
    if ways.point is None and ways.comma is None:
        return _UNREADABLE
    if ways.point == ways.comma and ways.point is not None:
        return ways.point
    chosen = ways.mark or mark
    if chosen is None:
        return _AMBIGUOUS
    if stated and mark and chosen != mark:
        return _CONTRADICTED[mark]
    value = ways.point if chosen == "." else ways.comma
    return _UNREADABLE if value is None else value


def spreadsheet_number(number: Decimal) -> Decimal:
    """A numeric cell's number to the 15 digits that a spreadsheet keeps (0.30000000000000004 is 0.3)."""
    return number if len(number.as_tuple().digits) <= 15 else _SPREADSHEET.plus(number)


def read_numbers(cells: Sequence[Cell], *, percent_allowed: bool = False, mark: str | None = None) -> list[Decimal | Unread]:
    """A column of numbers, cell for cell.  ``percent_allowed``: a percentage counts as what a person sees (1.013 as 101.3 %).

    Numeric cells are never ambiguous; text is read with the decimal mark that the column's texts prove, or with ``mark``
    ("." or ",") where one is stated: then a text that proves the other one is `profile-contradicted`.
    """
    texts = [cell for cell in cells if isinstance(cell, str)]
    if percent_allowed:
        texts = [text.strip().rstrip("%％") for text in texts]
    column = mark or (decimal_mark(texts) if texts else None)
    return [_read_cell(cell, column, percent_allowed, mark is not None) for cell in cells]


def _read_cell(cell: Cell, mark: str | None, percent_allowed: bool, stated: bool) -> Decimal | Unread:
    if isinstance(cell, PercentNumber):
        return spreadsheet_number(Decimal(cell) * 100) if percent_allowed else _AS_PERCENT
    if isinstance(cell, Decimal):
        return spreadsheet_number(cell)
    if isinstance(cell, bool):
        return _UNREADABLE
    if isinstance(cell, dt.date | dt.time):
        return _AS_DATE
    return read_numeral(cell.strip().rstrip("%％") if percent_allowed else cell, mark, stated=stated)

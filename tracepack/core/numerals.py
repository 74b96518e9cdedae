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
from typing import NamedTuple


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
    "store the values as numbers, write one so that it can only be read one way (1234.0 or 1,234.00), or state it with --decimal-mark",
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
_SIGNED_OTHERWISE = Unread(
    "number-unreadable",
    "A number was expected; parentheses around it, or a minus behind it, may mean a negative number.",
    "write a negative number with its minus before it (-5)",
)
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
#: Zero-width and soft hyphens, joiners, direction marks, variation selectors.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF]
)


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
_EXPONENT = re.compile(r"([+-]?\d+)(?:([.,])(\d+))?[eE]([+-]?\d{1,3})")
_NEGATIVE = re.compile(r"\(\s?\d[\d.,']*\s?\)|\d[\d.,']*\s?-")
_SHAPE = re.compile(r"([+-]?)\s?(\d[\d.,']*|[.,]\d+)")
#: Groups as India writes them: three digits last, two in all others ("12,34,567.5").
_INDIAN = re.compile(r"[+-]?\d{1,2}(,\d{2})+,\d{3}(\.\d+)?")
#: The common case, which needs no folding and proves its mark: what follows the mark is no group of three.
_SIMPLE = re.compile(r"(\d+)([.,])(\d|\d\d|\d{4,})", re.ASCII)


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


#: A whole column, a line each, of numerals that each prove this mark or need none.
_PLAIN_COLUMN = {mark: re.compile(rf"(?:\d++(?:{re.escape(mark)}(?:\d{{4,}}+|\d\d?))?\n)*+", re.ASCII) for mark in ".,"}


def plain_numbers(texts: Sequence[str], mark: str | None) -> list[Decimal] | None:
    """The numbers of texts that are all plain numerals of one mark, far faster than one by one; None where they are not.

    ``mark`` is the stated decimal mark, if any.  The readings are those of `choose_reading`.
    """
    lines = "\n".join(texts) + "\n"
    if lines.count("\n") != len(texts):
        return None
    for sign, pattern in _PLAIN_COLUMN.items():
        if mark in {None, sign} and pattern.fullmatch(lines):
            return [Decimal(text) for text in (texts if sign == "." else lines.replace(",", ".").split("\n")[:-1])]
    return None


class Readings(NamedTuple):
    """The two ways to read a numeral, with a decimal point and with a decimal comma; None where it cannot be read so."""

    point: Decimal | None
    comma: Decimal | None

    @property
    def mark(self) -> str | None:
        """The decimal mark that the numeral proves, or None where it proves none."""
        point, comma = self
        if point is None:
            return None if comma is None else ","
        return "." if comma is None else None

    @property
    def readable(self) -> bool:
        """Whether it is a numeral at all."""
        return self.point is not None or self.comma is not None


def readings_of(text: str) -> Readings:
    """How a text can be read as one numeral."""
    if text.isascii():
        if text.isdigit():
            number = Decimal(text)
            return Readings(number, number)
        if match := _SIMPLE.fullmatch(text):
            number = Decimal(f"{match[1]}.{match[3]}")
            return Readings(number, None) if match[2] == "." else Readings(None, number)
    return _folded_readings(fold_numeral(text))


def _folded_readings(folded: str) -> Readings:
    if _PLAIN.fullmatch(folded):
        value = Decimal(folded.replace("'", "").replace(" ", ""))
        return Readings(value, value)
    if match := _EXPONENT.fullmatch(folded):
        value = Decimal(f"{Decimal(f'{match[1]}.{match[3] or 0}E{match[4]}'):f}")
        return Readings(None if match[2] == "," else value, None if match[2] == "." else value)
    if _INDIAN.fullmatch(folded):
        return Readings(Decimal(folded.replace(",", "")), None)
    point, comma = _with_mark(folded, "."), _with_mark(folded, ",")
    # "0.125" under a decimal comma would be a group of thousands that starts with zero: nobody writes that.
    starts_with_zero = re.match(r"[+-]?\s?0\d*[.,]", folded) is not None
    if starts_with_zero and point is not None and comma is not None:
        return Readings(point, None) if "." in folded else Readings(None, comma)
    return Readings(point, comma)


def proven_mark(numerals: Iterable[Readings]) -> str | None:
    """The decimal mark that a column's numerals prove: ".", ",", or None where none does or they disagree."""
    marks = {numeral.mark for numeral in numerals} - {None}
    return marks.pop() if len(marks) == 1 else None


def decimal_mark(numerals: Iterable[str]) -> str | None:
    """The decimal mark that written numerals prove: see `proven_mark`."""
    return proven_mark(map(readings_of, numerals))


def why_unreadable(text: str) -> Unread:
    """What is wrong with a text that is no numeral."""
    return _SIGNED_OTHERWISE if _NEGATIVE.fullmatch(fold_numeral(text)) else _UNREADABLE


def choose_reading(ways: Readings, mark: str | None, *, stated: bool = False) -> Decimal | Unread:
    """The one reading of a numeral; ``mark`` is its column's decimal mark where the column proves or a profile states (``stated``) one.

    A numeral that proves the other mark is read by its own under a column's mark, and is `profile-contradicted` under a stated one.
    """
    point, comma = ways
    if point is None or comma is None:
        value = comma if point is None else point
        if value is None:
            return _UNREADABLE
        return _CONTRADICTED[mark] if stated and mark and mark != ways.mark else value
    if point == comma:
        return point
    return _AMBIGUOUS if mark is None else point if mark == "." else comma


def read_numeral(text: str, mark: str | None, *, stated: bool = False) -> Decimal | Unread:
    """One written numeral: see `choose_reading`.

    >>> read_numeral("1.234,5", None), read_numeral("1,234", "."), read_numeral("1,234", None).name
    (Decimal('1234.5'), Decimal('1234'), 'number-ambiguous')
    """
    return choose_reading(readings_of(text), mark, stated=stated)


def spreadsheet_number(number: Decimal) -> Decimal:
    """A numeric cell's number to the 15 digits that a spreadsheet keeps (0.30000000000000004 is 0.3, and shown as that)."""
    rounded = _SPREADSHEET.plus(number)
    if rounded == number:
        return rounded
    return Decimal(f"{rounded.normalize(_SPREADSHEET):f}")  # 9.2, not 9.20000000000000; 1000, not 1E+3


def read_numbers(cells: Sequence[Cell], *, percent_allowed: bool = False, mark: str | None = None) -> list[Decimal | Unread]:
    """A column of numbers, cell for cell.  ``percent_allowed``: a percentage counts as what a person sees (1.013 as 101.3 %).

    Numeric cells are never ambiguous; text is read with the decimal mark that the column's texts prove, or with ``mark``
    ("." or ",") where one is stated: then a text that proves the other one is `profile-contradicted`.
    """
    texts = dict.fromkeys(cell for cell in cells if isinstance(cell, str))
    plain = plain_numbers(list(texts), mark)
    if plain is not None:
        known = dict(zip(texts, plain, strict=True))
        return [known[cell] if isinstance(cell, str) else _read_cell(cell, percent_allowed) for cell in cells]
    ways = {text: readings_of(text.strip().rstrip("%％") if percent_allowed else text) for text in texts}
    column = mark or proven_mark(ways.values())
    read = {
        text: choose_reading(found, column, stated=mark is not None) if found.readable else why_unreadable(text)
        for text, found in ways.items()
    }
    return [read[cell] if isinstance(cell, str) else _read_cell(cell, percent_allowed) for cell in cells]


def _read_cell(cell: Decimal | dt.date | dt.time | bool, percent_allowed: bool) -> Decimal | Unread:
    if isinstance(cell, PercentNumber):
        return spreadsheet_number(Decimal(cell) * 100) if percent_allowed else _AS_PERCENT
    if isinstance(cell, Decimal):
        return spreadsheet_number(cell)
    return _UNREADABLE if isinstance(cell, bool) else _AS_DATE

"""Text cells: names and lot numbers as people see them, and the shared spellings of lists."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from functools import cache

from tracepack import data
from tracepack.core.numerals import Cell, PercentNumber, Unread, clean_text, spreadsheet_number
from tracepack.intake.headers import fold
from tracepack.intake.numberformat import shown

_DAMAGED = Unread(
    "lot-number-damaged",
    "The spreadsheet turned this number into something else, and its digits or signs are lost.",
    "format the column as text and enter the number again as it stands on the label",
)
_FORMAT_UNKNOWN = Unread(
    "lot-number-damaged",
    "The cell's number format shows this number in a way that cannot be told for sure, and a lot number is what people see.",
    "format the column as text and enter the number again as it stands on the label",
)
#: A spreadsheet keeps 15 digits of a number; from here on the last ones are zeros that nobody typed.
_KEPT_WHOLE = Decimal(10) ** 15
#: What spreadsheets show where a formula fails, in English and German; a csv holds it as text.
_ERROR_TEXT = re.compile(
    r"#(?:N/A|NV|REF!|BEZUG!|VALUE!|WERT!|DIV/0!|NAME\?|NUM!|ZAHL!|NULL!|SPILL!|CALC!|FIELD!|BUSY!|CONNECT!|BLOCKED!|GETTING_DATA|UNKNOWN!|#{2,})",
    re.IGNORECASE,
)
_SCIENTIFIC = re.compile(r"\d[.,]\d+E\+\d{2,}")
_HALF_WIDTH = {code: code - 0xFEE0 for span in ((0xFF10, 0xFF1A), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B)) for code in range(*span)}
#: Spaces that look like one: no-break, narrow, thin, ideographic ...
_HALF_WIDTH.update(dict.fromkeys([0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], 0x20))
#: In a lot number also signs ("－", "／", "．") stand for their half-width forms.
_HALF_WIDTH_LOT = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def tidy(text: str) -> str:
    """Text as a person sees it: no invisible characters, letters composed, half-width letters and digits, no space at the ends."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", clean_text(text).translate(_HALF_WIDTH)).strip()


def is_error_text(text: str) -> bool:
    """Whether a text is a spreadsheet's error (`#N/A`, `#DIV/0!`, a cell too narrow `####`) instead of a value."""
    return _ERROR_TEXT.fullmatch(text.strip()) is not None


def plain(number: Decimal) -> str:
    """A number without exponent and trailing zeros ("1000", "12.5")."""
    text = f"{spreadsheet_number(number):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def show(cell: Cell) -> str:
    """A cell's value as messages show it: a percentage as the number a person sees."""
    if isinstance(cell, PercentNumber):
        return plain(Decimal(cell) * 100)
    if isinstance(cell, Decimal):
        return plain(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell).upper() if isinstance(cell, bool) else cell


def read_text(cell: Cell) -> str:
    """A text cell; a number or date in it as it is shown."""
    if isinstance(cell, str):
        return tidy(cell)
    return f"{show(cell)} %" if isinstance(cell, PercentNumber) else show(cell)


def read_lot(cell: Cell, code: str | None) -> str | Unread:
    """A lot number; ``code`` is the number format of a numeric cell, which is read as the format shows it.

    Text stays as it is, `1E5` and leading zeros included.
    """
    if isinstance(cell, str):
        text = tidy(cell)
        if not text.isascii():
            text = text.translate(_HALF_WIDTH_LOT)
        return _DAMAGED if _SCIENTIFIC.fullmatch(text) else text
    if isinstance(cell, bool):
        return show(cell)
    if isinstance(cell, dt.date | dt.time | PercentNumber) or abs(cell) >= _KEPT_WHOLE:
        return _DAMAGED
    if code is None:
        return plain(cell)
    return shown(spreadsheet_number(cell), code) or (_DAMAGED if "E+" in code.upper() else _FORMAT_UNKNOWN)


@cache
def _spellings(vocabulary: str) -> dict[str, str]:
    """Folded spelling -> canonical value of a list."""
    words = data.read_toml("headers.toml")["value"].get(vocabulary, {})
    names = {fold(value): value for value in data.layout().vocabularies[vocabulary]}
    for value, languages in words.items():
        for spelling in (word for spellings in languages.values() for word in spellings):
            names.setdefault(fold(spelling), value)
    return names


def read_choice(cell: Cell, vocabulary: str) -> str | None:
    """The list's value in English, or None where the cell names none of them."""
    return _spellings(vocabulary).get(fold(read_text(cell)))

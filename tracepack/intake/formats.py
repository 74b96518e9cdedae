"""Number formats: whether a cell's format shows a percentage or a date, and what a serial number is as a date.

openpyxl is imported where a cell has a format: tables in text have none and are read without it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

from tracepack.core.numerals import Cell, PercentNumber
from tracepack.intake.sheetxml import Format

#: Built-in formats that East Asian editions show as dates; the format table of a file does not list them.
_EAST_ASIAN_DATES = frozenset({*range(27, 37), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def format_of(number: int, codes: dict[int, str]) -> Format | None:
    """The format of a number in a file's own table or among the built-in ones; None for General and text."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS  # noqa: PLC0415

    code = codes.get(number) or BUILTIN_FORMATS.get(number, "General")
    if number in _EAST_ASIAN_DATES and number not in codes:
        return Format(code, percent=False, date=True)
    return format_of_code(code)


def format_of_code(code: str) -> Format | None:
    """What a format code shows; None for General and text."""
    if code.casefold() == "general" or code == "@":
        return None
    from openpyxl.styles.numbers import is_date_format  # noqa: PLC0415

    return Format(code, percent="%" in _QUOTED.sub("", code), date=is_date_format(code))


def serial_reader(*, mac_dates: bool) -> Callable[[Decimal], Cell]:
    """How a workbook's serial numbers read as dates, in its 1900 or 1904 system; what is no date stays a number."""
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel  # noqa: PLC0415

    epoch = CALENDAR_MAC_1904 if mac_dates else CALENDAR_WINDOWS_1900

    def read(number: Decimal) -> Cell:
        try:
            found = from_excel(float(number), epoch)
        except (ValueError, OverflowError):
            return number
        return found if isinstance(found, dt.date | dt.time) else number

    return read


def number_of(value: float) -> Decimal:
    """A stored binary number in the fewest digits that are it (40.0 is 40)."""
    return Decimal(int(value)) if value.is_integer() and abs(value) < 1e15 else Decimal(repr(value))


def numeric_cell(number: Decimal, shown: Format | None, serial: Callable[[Decimal], Cell]) -> tuple[Cell, str]:
    """A numeric cell as its format shows it, with the format's code where that matters ("" else)."""
    if shown is None:
        return number, ""
    if shown.percent:
        return PercentNumber(number), ""
    return (serial(number), "") if shown.date else (number, shown.code)

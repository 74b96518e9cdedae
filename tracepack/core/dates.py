"""Reading dates as people write them, column by column: the order of day and month is never guessed."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal

from tracepack.core.numerals import Cell, Unread, clean_text

_UNREADABLE = Unread("date-unreadable", "A date was expected.", "write it as 2026-01-31, with a year of four digits")
_SERIAL = Unread(
    "date-unreadable",
    "A date was expected, the cell holds a plain number.",
    "format the cell as a date if it is one, or write it as 2026-01-31",
)
_AMBIGUOUS = Unread(
    "date-ambiguous",
    "The column's dates could be day/month or month/day; no other cell of the column tells which.",
    "store them as dates, write them as 2026-01-31, or state the order with --date-order",
)
_CONTRADICTED = Unread(
    "profile-contradicted",
    "The order of day and month that is stated for this column does not fit this date.",
    "correct the cell, or the order that the profile or option states",
)
_SHORT_YEAR = Unread(
    "date-ambiguous",
    "The date's year has two digits: which part is the year, and of which century, cannot be told.",
    "write the year with four digits (2026-01-31)",
)
_YEARS = range(1950, 2200)
_IMPLAUSIBLE = Unread("date-unreadable", "A date of our time was expected.", "correct the year")
#: In English, German, French and Spanish, with and without accents.
_MONTH_NAMES = (
    "jan january januar jänner janv janvier ene enero",
    "feb february februar févr fév février fevrier febrero",
    "mar march märz mär mrz maerz mars marzo",
    "apr april avr avril abr abril",
    "may mai mayo",
    "jun june juni juin junio",
    "jul july juli juil juillet julio",
    "aug august août aout ago agosto",
    "sep sept september septembre septiembre",
    "oct october okt oktober octobre octubre",
    "nov november novembre noviembre",
    "dec december dez dezember déc décembre decembre dic diciembre",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
#: Era -> the year before its first, and the first and last day on which dates were written in it.
_ERAS = {
    era: (before, first, last)
    for eras, before, first, last in (
        ("令和 R", 2018, dt.date(2019, 5, 1), dt.date.max),
        ("平成 H", 1988, dt.date(1989, 1, 8), dt.date(2019, 4, 30)),
        ("昭和 S", 1925, dt.date(1926, 12, 25), dt.date(1989, 1, 7)),
        ("民國 民国", 1911, dt.date(1912, 1, 1), dt.date.max),
    )
    for era in eras.split()
}
_TIME = re.compile(r"[ T]\s?\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s?(am|pm|uhr)?\s?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)
_WEEKDAY = re.compile(r"^[^\W\d_]{2,10}\.?,\s(?=\d)|\s?\([日月火水木金土一二三四五六]\)$|\s?(?:星期|周|週)[一二三四五六日天]$")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_YEAR_FIRST = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?[日.]?")
_COMPACT = re.compile(r"((?:19|20|21)\d{2})(\d{2})(\d{2})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_EITHER = re.compile(r"(\d{1,2})\s?([/-])\s?(\d{1,2})\s?\2\s?(\d{4})")
_ERA_DATE = re.compile(r"([^\W\d_]{1,2})\s?(元|\d{1,3})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?")
_DAY_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|º)?[. /-]{0,2}(?:de\s)?([^\W\d_]+)\.?[ ,./-]{0,2}(?:del?\s)?(\d{4})", re.IGNORECASE)
_NAME_DAY = re.compile(r"([^\W\d_]+)\.?[\s-](\d{1,2})(?:st|nd|rd|th)?,?[\s-](\d{4})", re.IGNORECASE)
_YEAR_NAME = re.compile(r"(\d{4})[ ./-]([^\W\d_]+)\.?[ ./-](\d{1,2})")
#: Day, month (a number or a name) and a year of two digits.
_SHORT = re.compile(r"(\d{1,2})\s?([-/. ])\s?(\d{1,2}|[^\W\d_]{3,}\.?)\s?\2\s?'?(\d{2})")
#: Two digits from here on are years of the last century, as POSIX has it.
_LAST_CENTURY = 69


def _date(year: str, month: str | int, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", clean_text(text)).translate(_DASHES)
    return _WEEKDAY.sub("", _TIME.sub("", folded).strip()).strip()


def _certain(folded: str) -> dt.date | None:
    """The date that a text can only mean, or None."""
    if match := _YEAR_FIRST.fullmatch(folded) or _COMPACT.fullmatch(folded):
        return _date(match[1], match[2], match[3])
    if match := _DOTTED.fullmatch(folded):
        return _date(match[3], match[2], match[1])
    return _named(folded) or _era_date(folded)


def _named(folded: str) -> dt.date | None:
    """A date with its month's name."""
    for pattern, (year, month, day) in ((_DAY_NAME, (3, 2, 1)), (_NAME_DAY, (3, 1, 2)), (_YEAR_NAME, (1, 2, 3))):
        match = pattern.fullmatch(folded)
        number = _MONTHS.get(match[month].casefold()) if match else None
        if match and number:
            return _date(match[year], number, match[day])
    return None


def _era_date(folded: str) -> dt.date | None:
    """A date in Japanese or Minguo years ("令和8年3月5日", "R8.3.5")."""
    match = _ERA_DATE.fullmatch(folded)
    era = _ERAS.get(match[1].upper()) if match else None
    if match is None or era is None:
        return None
    before, first, last = era
    date = _date(str(before + (1 if match[2] == "元" else int(match[2]))), match[3], match[4])
    return date if date is not None and first <= date <= last else None


def _short(folded: str, order: str | None) -> dt.date | Unread | None:
    """A date with a year of two digits: read only where the order is stated, and then the year stands last; None where it is none."""
    match = _SHORT.fullmatch(folded)
    if match is None:
        return None
    month = _MONTHS.get(match[3].rstrip(".").casefold())
    if not (month or match[3].isdigit()):
        return None
    if order is None:
        return _SHORT_YEAR
    year = str((1900 if int(match[4]) >= _LAST_CENTURY else 2000) + int(match[4]))
    if order == "md" and month is None and match[2] in "/-":
        return _date(year, match[1], match[3]) or _CONTRADICTED
    return _date(year, month or match[3], match[1]) or (_UNREADABLE if month else _CONTRADICTED)


def _orders(folded: str) -> dict[str, dt.date] | None:
    """A slashed date by order ("dm", "md") as far as it exists in the calendar; None where it is no slashed date."""
    match = _EITHER.fullmatch(folded)
    if match is None:
        return None
    ways = {"dm": _date(match[4], match[3], match[1]), "md": _date(match[4], match[1], match[3])}
    return {order: date for order, date in ways.items() if date is not None}


def day_month_order(texts: Iterable[str]) -> str | None:
    """The order that a column's slashed dates prove: "dm", "md", or None where none does or they disagree."""
    proofs = {next(iter(ways)) for text in texts if (ways := _orders(_fold(text))) and len(ways) == 1}
    return proofs.pop() if len(proofs) == 1 else None


def read_dates(cells: Sequence[Cell], *, order: str | None = None) -> list[dt.date | Unread]:
    """A column of dates, cell for cell; a time of day is dropped.

    Dotted dates are day first.  A plain number is not a date unless it is eight digits that spell one (20260131).
    Slashed dates follow the order that the column proves, or ``order`` ("dm" or "md") where one is stated: then a date
    that only exists in the other order is `profile-contradicted`.  A year of two digits is asked about unless an order is stated.
    """
    stated = order is not None
    texts = dict.fromkeys(cell for cell in cells if isinstance(cell, str))
    order = order or day_month_order(texts)
    read = {text: _plausible(_read_text(_fold(text), order, stated)) for text in texts}
    return [read[cell] if isinstance(cell, str) else _plausible(_read_cell(cell)) for cell in cells]


def _plausible(date: dt.date | Unread) -> dt.date | Unread:
    """A date of this trade; a small number formatted as a date is one of 1900, a slip of the finger one of 0206."""
    return date if isinstance(date, Unread) or date.year in _YEARS else _IMPLAUSIBLE


def _read_cell(cell: Decimal | dt.date | dt.time | bool) -> dt.date | Unread:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, Decimal):
        return _certain(f"{cell:f}") or _SERIAL
    return _UNREADABLE


def _read_text(folded: str, order: str | None, stated: bool) -> dt.date | Unread:
    ways = _orders(folded)
    if ways is None:
        return _certain(folded) or _short(folded, order if stated else None) or _UNREADABLE
    dates = set(ways.values())
    if not dates:
        return _UNREADABLE
    if stated and order not in ways:
        return _CONTRADICTED
    if len(dates) == 1:
        return dates.pop()
    return ways[order] if order else _AMBIGUOUS

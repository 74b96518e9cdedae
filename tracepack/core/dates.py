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
    "store them as dates, or write them as 2026-01-31",
)
_CONTRADICTED = Unread(
    "profile-contradicted",
    "The order of day and month that is stated for this column does not fit this date.",
    "correct the cell, or the order that the profile or option states",
)
_YEARS = range(1950, 2200)
_IMPLAUSIBLE = Unread("date-unreadable", "A date of our time was expected.", "correct the year")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jänner",
            "feb february februar",
            "mar march märz mär mrz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        1,
    )
    for name in names.split()
}
_TIME = re.compile(r"[ T]\s?\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s?(am|pm)?\s?(Z|UTC|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?")
_COMPACT = re.compile(r"((?:19|20|21)\d{2})(\d{2})(\d{2})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_EITHER = re.compile(r"(\d{1,2})\s?([/-])\s?(\d{1,2})\s?\2\s?(\d{4})")
_DAY_NAME = re.compile(r"(\d{1,2})[. -]\s?([^\W\d_]+)\.?[ -,]*(\d{4})")
_NAME_DAY = re.compile(r"([^\W\d_]+)\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})")


def _date(year: str, month: str | int, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", clean_text(text)).replace("–", "-")
    return _TIME.sub("", folded).strip()


def _certain(folded: str) -> dt.date | None:
    """The date that a text can only mean, or None."""
    if match := _YEAR_FIRST.fullmatch(folded) or _COMPACT.fullmatch(folded):
        return _date(match[1], match[2], match[3])
    if match := _DOTTED.fullmatch(folded):
        return _date(match[3], match[2], match[1])
    if (match := _DAY_NAME.fullmatch(folded)) and (month := _MONTHS.get(match[2].casefold())):
        return _date(match[3], month, match[1])
    if (match := _NAME_DAY.fullmatch(folded)) and (month := _MONTHS.get(match[1].casefold())):
        return _date(match[3], month, match[2])
    return None


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
    that only exists in the other order is `profile-contradicted`.
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
        return _certain(folded) or _UNREADABLE
    dates = set(ways.values())
    if not dates:
        return _UNREADABLE
    if stated and order not in ways:
        return _CONTRADICTED
    if len(dates) == 1:
        return dates.pop()
    return ways[order] if order else _AMBIGUOUS

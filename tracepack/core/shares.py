"""Reading percentages as a person sees them, column by column, also as bounds (`<5`, `>=80`, `30-35`, `~30`)."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tracepack.core.numerals import Cell, PercentNumber, Unread, clean_text, decimal_mark, fold_numeral, read_numeral, spreadsheet_number
from tracepack.core.quantity import UNKNOWN_SHARE, Interval

#: How far a value that calls itself approximate may be off, in points: our choice, since nobody says.
APPROXIMATE_POINTS = Decimal(5)

_AMBIGUOUS = Unread(
    "share-ambiguous",
    "The column's numbers may be percentages or fractions of one: some lie between 0 and 1 and none is above 1.",
    "write them with a % sign (0.5 % or 50 %), format the cells as percentages, or state which with --percent-scale",
)
_NOT_A_FRACTION = Unread(
    "profile-contradicted",
    "Bare numbers of this column are stated to be fractions of one, and this one cannot be.",
    "write it with a % sign, or correct the percent scale that the profile or option states",
)
_OUT_OF_RANGE = Unread("share-out-of-range", "A share lies between 0 % and 100 %.", "correct the value")
_OUT_OF_RANGE_FORMATTED = Unread(
    "share-out-of-range",
    "A share lies between 0 % and 100 %.",
    "the cell is formatted as a percentage, which shows a hundredfold: was a hundredth of it meant?",
)
_UNREADABLE = Unread(
    "number-unreadable",
    "A percentage was expected.",
    "write a number (45), a range (30-35) or a bound (<5, >=80); leave it blank if unknown",
)

_NONE = Unread(
    "none-ambiguous",
    "The cell says none: that may mean 0 %, or that the value is not known.",
    "write 0 % if there is none of it; leave the cell blank if it is not known",
)
_NONE_WORDS = frozenset("none nil null no keine kein keiner aucun ninguno 无 無 没有 なし 無し".split())  # noqa: SIM905
_TRACE = re.compile(
    r"(?:(?:in|nur)\s)?(?:traces?(?:\samounts?)?|tr\.?|spur|spuren|spurenweise|微量|痕跡|痕迹|痕量|trazas?)(?:\sonly)?", re.IGNORECASE
)

_NUMBER = r"[+-]?[\d.,'](?:[\d.,' ]*[\d.,'])?(?:[eE]-?\d+)?"
_PERCENT = r"\s?(?P<{}>%|percent|prozent|per cent|wt\.?-?%|w/w)?"
_PREFIX = (
    (r"<=|=<|≤|≦|⩽|max\.?|maximum|at most|up to|bis zu|bis|höchstens|不超过|不大于|最多|至多", "at most"),
    (r">=|=>|≥|≧|⩾|min\.?|minimum|at least|from|mindestens|ab|不低于|不小于|不少于|至少", "at least"),
    (r"<|less than|below|under|unter|weniger als|小于|低于|少于", "at most"),
    (r">|more than|above|over|über|mehr als|大于|高于|超过", "at least"),
    (r"~|≈|≃|∼|ca\.?|circa|approx\.?|approximately|about|around|etwa|rund|ungefähr|约为|约|大约|約", "about"),
)
_BOUND = tuple(
    (re.compile(rf"(?:{words})\s?(?P<a>{_NUMBER}){_PERCENT.format('pa')}", re.IGNORECASE), meaning) for words, meaning in _PREFIX
)
_SUFFIX = (
    (re.compile(rf"(?P<a>{_NUMBER}){_PERCENT.format('pa')}\s?(?:以上|or more|and above|\+|oder mehr)"), "at least"),
    (re.compile(rf"(?P<a>{_NUMBER}){_PERCENT.format('pa')}\s?(?:以下|以内|or less|oder weniger)"), "at most"),
    (re.compile(rf"(?P<a>{_NUMBER}){_PERCENT.format('pa')}\s?(?:左右|程度|前後)"), "about"),
)
_FIRST = rf"(?P<a>{_NUMBER}){_PERCENT.format('pa')}"
_SECOND = rf"(?P<b>{_NUMBER}){_PERCENT.format('pb')}"
_RANGE = re.compile(rf"{_FIRST}\s?(?:-|~|∼|\.\.\.?|…|to|bis|至|到|から)\s?{_SECOND}", re.IGNORECASE)
_PLUS_MINUS = re.compile(rf"{_FIRST}\s?(?:±|\+/-|\+-)\s?{_SECOND}", re.IGNORECASE)
_POINT = re.compile(_FIRST, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Stated:
    """A cell taken apart: numerals, what they mean together, and whether the cell itself says percent."""

    meaning: str
    numerals: tuple[str, ...]
    percent: bool


@dataclass(frozen=True, slots=True)
class ShareRead:
    """A share 0..1 as read; ``approximate`` where the cell itself says that it is, ``trace`` where it says no more than that."""

    share: Interval
    approximate: bool = False
    trace: bool = False


def says_none(text: str) -> bool:
    """Whether a cell says "none" in words, which a share may mean as zero or as not known."""
    return unicodedata.normalize("NFKC", clean_text(text)).casefold() in _NONE_WORDS


def _take_apart(text: str) -> _Stated | None:
    """The parts of a written share, or None where it is none."""
    folded = unicodedata.normalize("NFKC", fold_numeral(clean_text(text)))
    folded = " ".join(folded.split())
    candidates = (
        (_POINT, "point"),
        *_BOUND,
        *_SUFFIX,
        (_PLUS_MINUS, "plus-minus"),
        (_RANGE, "range"),
    )
    for pattern, meaning in candidates:
        if match := pattern.fullmatch(folded):
            found = match.groupdict()
            numerals = tuple(found[name].strip() for name in ("a", "b") if found.get(name))
            return _Stated(meaning, numerals, bool(found.get("pa") or found.get("pb")))
    return None


def states_spread(text: str) -> bool:
    """Whether a text states a range, a bound or an approximation instead of one number."""
    stated = _take_apart(text)
    return stated is not None and stated.meaning != "point"


def read_shares(
    cells: Sequence[Cell], *, percent_marked: bool = False, mark: str | None = None, scale: str | None = None
) -> list[ShareRead | Unread]:
    """A column of percentages, cell for cell, as shares 0..1.

    A cell that says percent (by its format or a % sign) is certain.  The scale of bare numbers is judged over the
    column's bare numbers alone: any above 1 makes them percentages; some strictly between 0 and 1 and none above 1
    is `share-ambiguous` (all of these cells but the zeros, which are neutral).  A column of nothing but 0 and 1 has
    none strictly between: 1 is read as what stands there under a % header, 1 %.  ``percent_marked``: the workbook
    states that bare numbers are percentages.  ``scale`` ("percent" or "fraction") and ``mark`` ("." or ",") are what
    a profile states: they decide what is open; a bare number above 1 among fractions, one in a workbook that says percent,
    and a numeral that proves the other mark are `profile-contradicted`.
    """
    # A column holds few different shares, and judging it needs each once; by type too, since 45 % as a format equals 0.45.
    keys = [(cell.__class__, cell) for cell in cells]
    distinct = list(dict.fromkeys(keys))
    read = dict(zip(distinct, _read_distinct([cell for _, cell in distinct], percent_marked, mark, scale), strict=True))
    return [read[key] for key in keys]


def _read_distinct(cells: Sequence[Cell], percent_marked: bool, mark: str | None, scale: str | None) -> list[ShareRead | Unread]:
    taken = [_take_apart(cell) if isinstance(cell, str) else None for cell in cells]
    column = mark or decimal_mark(numeral for stated in taken if stated for numeral in stated.numerals)
    numbers = [_numbers(cell, stated, column, mark is not None) for cell, stated in zip(cells, taken, strict=True)]
    rows = zip(cells, taken, numbers, strict=True)
    bare = [abs(n) for cell, stated, found in rows if _is_bare(cell, stated) for n in found if isinstance(n, Decimal)]
    decided = percent_marked or scale is not None
    ambiguous = not decided and any(0 < n < 1 for n in bare) and not any(n > 1 for n in bare)
    reading = _Scale(ambiguous, scale == "fraction", percent_marked)
    return [_share(cell, stated, ns, reading) for cell, stated, ns in zip(cells, taken, numbers, strict=True)]


@dataclass(frozen=True, slots=True)
class _Scale:
    """How a column's bare numbers are read: not at all, as stated fractions, or as percent (which the workbook may state)."""

    ambiguous: bool
    fraction: bool
    percent_marked: bool


def _is_bare(cell: Cell, stated: _Stated | None) -> bool:
    if isinstance(cell, str):
        return stated is not None and not stated.percent
    return not isinstance(cell, PercentNumber)


def _numbers(cell: Cell, stated: _Stated | None, mark: str | None, by_profile: bool) -> tuple[Decimal | Unread, ...]:
    """The cell's numbers in its own scale (a percent format already as percent)."""
    if isinstance(cell, PercentNumber):
        return (spreadsheet_number(Decimal(cell) * 100),)
    if isinstance(cell, Decimal):
        return (spreadsheet_number(cell),)
    if stated is None or isinstance(cell, bool | dt.date | dt.time):
        return (_UNREADABLE,)
    return tuple(_read(numeral, mark, by_profile) for numeral in stated.numerals)


def _read(numeral: str, mark: str | None, by_profile: bool) -> Decimal | Unread:
    """A share's numeral; what would be ambiguous elsewhere is not, since no share has thousands ("33.333" is never 33333)."""
    return read_numeral(numeral, mark or ("," if "," in numeral and "." not in numeral else "."), stated=by_profile)


def _in_words(text: str) -> ShareRead | Unread:
    """A share without a number: a trace is something, and nobody says how much; "none" is asked about."""
    if says_none(text):
        return _NONE
    return ShareRead(UNKNOWN_SHARE, trace=True) if _TRACE.fullmatch(unicodedata.normalize("NFKC", clean_text(text))) else _UNREADABLE


def _share(cell: Cell, stated: _Stated | None, numbers: tuple[Decimal | Unread, ...], scale: _Scale) -> ShareRead | Unread:
    if stated is None and isinstance(cell, str):
        return _in_words(cell)
    values: list[Decimal] = []
    for number in numbers:
        if isinstance(number, Unread):
            return number
        values.append(number)
    scaled = _scaled(values, scale) if _is_bare(cell, stated) and any(values) else values
    return scaled if isinstance(scaled, Unread) else _between(cell, stated.meaning if stated else "point", scaled)


def _scaled(values: list[Decimal], scale: _Scale) -> list[Decimal] | Unread:
    """Bare numbers in percent."""
    if scale.ambiguous:
        return _AMBIGUOUS
    if not scale.fraction:
        return values
    return _NOT_A_FRACTION if scale.percent_marked or any(abs(value) > 1 for value in values) else [value * 100 for value in values]


def _between(cell: Cell, meaning: str, values: list[Decimal]) -> ShareRead | Unread:
    low, high = _ends(meaning, values)
    if low > high:
        return _UNREADABLE
    if low < 0 or high > 100:
        return _OUT_OF_RANGE_FORMATTED if isinstance(cell, PercentNumber) else _OUT_OF_RANGE
    return ShareRead(Interval(float(low / 100), float(high / 100)), meaning == "about")


def _ends(meaning: str, values: list[Decimal]) -> tuple[Decimal, Decimal]:
    """Both ends in percent.  What a bound or an approximation leaves open ends at 0 and 100; a stated number never does."""
    first, last = values[0], values[-1]
    hundred = Decimal(100)
    match meaning:
        case "at most":
            return min(Decimal(0), first), first
        case "at least":
            return first, max(hundred, first)
        case "about":
            return _clip(first, first - APPROXIMATE_POINTS, first + APPROXIMATE_POINTS)
        case "plus-minus":
            return _clip(first, first - abs(last), first + abs(last))
        case _:
            return first, last


def _clip(stated: Decimal, low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
    """A spread around a stated number, inside 0..100 unless the stated number itself lies outside."""
    return (low, high) if not 0 <= stated <= 100 else (max(low, Decimal(0)), min(high, Decimal(100)))

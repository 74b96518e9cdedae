"""How people spell numbers, percentages and dates, and an oracle that says what a column of such spellings leaves open.

The oracle is written from the rules that users are told (`design.md` 7), not from the reader, and shares no code with it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from sheets import Formatted
from writers import Content, shown

from tracepack import data
from tracepack.core.quantity import Interval

LANGUAGES = ("en", "zh", "de", "ja")
#: Alphabets that one supplier's names come from, and the encodings that can hold them beside UTF-8 and UTF-16.
ALPHABETS = {
    "ascii": [*"ABCDEFGH0123456789"],
    # An accented letter stands beside plain ones: four umlauts in a row are no word, and may be two of another script.
    "latin": ["Af", "Bär", "Col", "öl", "grün", "weiß", "né", "ñan", "søk", "0", "12"],
    "chinese": [*"ABC012聚乳酸薄膜淀粉树脂"],
    "japanese": [*"ABC012ポリ乳酸フィルム樹脂"],
}
_FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in "0123456789.,"}


@dataclass(frozen=True)
class Column:
    """A column as written and as it must read back; ``open_cells`` are the places of which only a person can say what they mean."""

    key: str
    header: str
    cells: tuple[Content, ...]
    values: tuple[Any, ...]
    finding: str = ""
    open_cells: frozenset[int] = field(default_factory=frozenset)


def as_text(column: Column) -> Column:
    """The column as a text file holds it, where a number is its digits and may be open too."""
    cells = tuple(shown(cell) for cell in column.cells)
    return replace(column, cells=cells, open_cells=open_numbers(cells) if column.finding == "number-ambiguous" else column.open_cells)


# ---- numbers


def spell_number(number: Decimal, way: str) -> Content:
    """A number in one of the ways that spreadsheets and their exports show it."""
    if way == "number":
        return float(number)
    mark, group = {
        "plain": (".", ""),
        "english": (".", ","),
        "german": (",", "."),
        "french": (",", "\u202f"),
        "swiss": (".", "’"),
        "wide": (".", ","),
    }[way]
    whole, _, fraction = f"{number:f}".partition(".")
    threes = re.sub(r"(?<=\d)(?=(\d{3})+$)", "|", whole).replace("|", group)
    text = threes + (mark + fraction if fraction else "")
    return text.translate(_FULL_WIDTH) if way == "wide" else text


NUMBER_WAYS = ("number", "plain", "english", "german", "french", "swiss", "wide")
_EITHER_MARK = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def open_numbers(cells: Sequence[Content]) -> frozenset[int]:
    """The texts that are a thousand and something or one and something, where no text of the column shows its decimal mark."""
    texts = {place: _narrow(cell) for place, cell in enumerate(cells) if isinstance(cell, str)}
    unclear = frozenset(place for place, text in texts.items() if _EITHER_MARK.fullmatch(text))
    proofs = [text for place, text in texts.items() if place not in unclear and re.search("[.,]", text)]
    return frozenset() if proofs else unclear


def _narrow(text: str) -> str:
    return text.translate({wide: narrow for narrow, wide in _FULL_WIDTH.items()})


# ---- percentages


def spell_share(percent: Decimal, way: str) -> Content:  # noqa: PLR0911
    """A percentage: as a cell shows it, as text, or as a bare number."""
    match way:
        case "format":
            return Formatted(float(percent / 100), "0.00%")
        case "sign":
            return f"{percent:f} %"
        case "comma sign":
            return f"{percent:f}%".replace(".", ",")
        case "wide sign":
            return f"{percent:f}".translate(_FULL_WIDTH) + "％"
        case "bare":
            return float(percent)
        case "bare text":
            return f"{percent:f}"
    return f"{percent:f}".replace(".", ",")


SHARE_WAYS = ("format", "sign", "comma sign", "wide sign", "bare", "bare text", "bare comma")


def open_shares(percents: Sequence[Decimal | None], way: str) -> frozenset[int]:
    """Bare numbers are percent where one is above 1, or none lies between 0 and 1; else all but the zeros are open."""
    if not way.startswith("bare"):
        return frozenset()
    known = [percent for percent in percents if percent is not None]
    if any(percent > 1 for percent in known) or not any(0 < percent < 1 for percent in known):
        return frozenset()
    return frozenset(place for place, percent in enumerate(percents) if percent)


# ---- dates

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905
_MONATE = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()  # noqa: SIM905
DATE_WAYS = ("date", "iso", "slashed iso", "dotted", "chinese", "compact", "named", "american", "german", "dm", "md", "dm dashes")


def spell_date(day: dt.date, way: str) -> Content:  # noqa: PLR0911
    """A date as an office writes it."""
    y, m, d = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    match way:
        case "date":
            return day
        case "iso":
            return f"{y}-{m}-{d}"
        case "slashed iso":
            return f"{y}/{m}/{d}"
        case "dotted":
            return f"{d}.{m}.{y}"
        case "chinese":
            return f"{y}年{day.month}月{day.day}日"
        case "compact":
            return f"{y}{m}{d}"
        case "named":
            return f"{d} {_MONTHS[day.month - 1]} {y}"
        case "american":
            return f"{_MONTHS[day.month - 1]} {day.day}, {y}"
        case "german":
            return f"{day.day}. {_MONATE[day.month - 1]} {y}"
        case "dm":
            return f"{d}/{m}/{y}"
        case "md":
            return f"{m}/{d}/{y}"
    return f"{d}-{m}-{y}"


def open_dates(days: Sequence[dt.date | None], way: str) -> frozenset[int]:
    """Day and month are told apart by a day above 12 anywhere in the column; a 5/5 means one day either way."""
    known = [day for day in days if day is not None]
    if way not in {"dm", "md", "dm dashes"} or any(day.day > 12 for day in known):
        return frozenset()
    return frozenset(place for place, day in enumerate(days) if day is not None and day.day != day.month)


# ---- columns of any kind


def text_of(alphabet: str) -> st.SearchStrategy[str]:
    """A name that a person would write: it begins with a letter, so that it is no numeral, and holds single spaces and dashes."""
    letters = ALPHABETS[alphabet]
    return st.lists(st.lists(st.sampled_from(letters), min_size=1, max_size=5).map("".join), min_size=1, max_size=3).map(
        lambda words: "L" + "-".join(words)
    )


def lot_of(alphabet: str) -> st.SearchStrategy[str]:
    """A lot number: leading zeros, what looks like an exponent, many digits, a trailing .0, or letters of the alphabet."""
    awkward = ["007", "1E5", "12345678901234567890123456", "100.0", "00012/3", "2026-03-04", "12.03.2026", "1,234", "+5", "5 %"]
    return st.one_of(text_of(alphabet), st.sampled_from(awkward), st.text("0123456789", min_size=1, max_size=12))


def _optional(strategy: st.SearchStrategy[Any], column: data.Column) -> st.SearchStrategy[Any]:
    return strategy if column.required else st.one_of(strategy, st.none())


def _values(draw: st.DrawFn, column: data.Column, strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    return draw(st.lists(_optional(strategy, column), min_size=count, max_size=count))


#: Drawn so that columns without evidence are common: thousands without more digits, first days of a month, small percentages.
NUMBERS = st.one_of(
    st.integers(1, 10**6).map(Decimal),
    st.integers(1, 999).map(lambda n: Decimal(n) * 1000 + 234),
    st.integers(1, 10**9).map(lambda n: (Decimal(n) / 1000).normalize() + 0),
)
POINTS = st.one_of(
    st.integers(0, 100).map(Decimal),
    st.integers(0, 10_000).map(lambda n: Decimal(n) / 100),
    st.sampled_from([Decimal("0.5"), Decimal("0.25")]),
)
DAYS = st.one_of(
    st.dates(dt.date(2000, 1, 1), dt.date(2060, 12, 31)), st.builds(dt.date, st.just(2026), st.integers(1, 12), st.integers(1, 12))
)


def _spelled(values: Sequence[Any], spell: Any, way: str) -> tuple[Content, ...]:
    return tuple(None if value is None else spell(value, way) for value in values)


def written_column(draw: st.DrawFn, column: data.Column, header: str, lang: str, alphabet: str, count: int) -> Column:
    """A column's cells with what they must read as."""
    if column.type in {"decimal", "number"}:
        return _number_column(draw, column, header, count)
    if column.type == "share":
        points = _values(draw, column, POINTS, count)
        way = draw(st.sampled_from(SHARE_WAYS))
        shares = tuple(None if point is None else Interval.point(float(point / 100)) for point in points)
        return Column(column.key, header, _spelled(points, spell_share, way), shares, "share-ambiguous", open_shares(points, way))
    if column.type == "date":
        days = _values(draw, column, DAYS, count)
        way = draw(st.sampled_from(DATE_WAYS))
        return Column(column.key, header, _spelled(days, spell_date, way), tuple(days), "date-ambiguous", open_dates(days, way))
    return _word_column(draw, column, header, lang, alphabet, count)


def _number_column(draw: st.DrawFn, column: data.Column, header: str, count: int) -> Column:
    numbers = _values(draw, column, NUMBERS, count)
    way = draw(st.sampled_from(NUMBER_WAYS))
    cells = _spelled(numbers, spell_number, way)
    make = float if column.type == "number" else Decimal
    values = tuple(None if number is None else make(number) for number in numbers)
    return Column(column.key, header, cells, values, "number-ambiguous", open_numbers(cells))


def _word_column(draw: st.DrawFn, column: data.Column, header: str, lang: str, alphabet: str, count: int) -> Column:
    if column.vocabulary:
        words = data.read_toml("headers.toml")["value"].get(column.vocabulary, {})
        spelled = {value: [value, *words.get(value, {}).get(lang, [])] for value in data.layout().vocabularies[column.vocabulary]}
        values = _values(draw, column, st.sampled_from(sorted(spelled)), count)
        cells = tuple(None if value is None else draw(st.sampled_from(spelled[value])) for value in values)
        return Column(column.key, header, cells, tuple(values))
    kinds = {
        "lot": lot_of(alphabet),
        "unit": st.sampled_from(["kg", "t", "KGM", "g", "lb"]),
        "method": st.sampled_from(["ASTM D6866", "EN 16640"]),
    }
    texts = tuple(_values(draw, column, kinds.get(column.type, text_of(alphabet)), count))
    return Column(column.key, header, texts, texts)

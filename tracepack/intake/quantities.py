"""Quantities as people write them into one cell, with their unit: ``13,75 kg``, ``500公斤``, ``19 bags x 40 kg``.

A cell's unit is read, converted or refused, never dropped; a count of packages never becomes a mass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, TypeVar

from tracepack.core.numerals import (
    Cell,
    Readings,
    Unread,
    choose_reading,
    fold_numeral,
    plain_numbers,
    proven_mark,
    read_numbers,
    readings_of,
    why_unreadable,
)
from tracepack.core.quantity import fold_unit, is_known_unit, mass_mg
from tracepack.core.shares import states_spread
from tracepack.intake.headers import HEADER_UNITS, fold

_PACKAGES_COUNTED = Unread(
    "number-unreadable",
    "The cell counts packages, not mass: what is in them is not said.",
    "write the mass in all with its unit (760 kg), or packages times the mass of one (19 x 40 kg)",
)
_PRODUCT_OPEN = Unread(
    "number-unreadable",
    "The cell multiplies, and what it multiplies cannot be told for sure.",
    "write the mass in all with its unit (760 kg), or packages times the mass of one (19 x 40 kg)",
)
_SPREAD = Unread(
    "number-unreadable",
    "A quantity is one number; the cell states a range, a bound or an approximation.",
    "write the quantity that was weighed or invoiced",
)
_UNIT_UNKNOWN = Unread(
    "number-unreadable",
    "A number was expected; the cell states a unit that this column cannot have.",
    "write the number in the column's own unit",
)

_NUMBER = r"[+-]?\s?(?:\d[\d.,']*|[.,]\d+)(?:[eE][+-]?\d{1,3})?"
#: The common case, which needs no folding.
_SIMPLE = re.compile(r"(\d[\d.,]*) ?([A-Za-z]{1,3})", re.ASCII)
_WITH_UNIT = re.compile(rf"(?P<number>{_NUMBER})\s?(?P<unit>[^\W\d_%][^']*)")
_UNIT_FIRST = re.compile(rf"(?P<unit>[^\W\d_]{{2,}})\.?\s(?P<number>{_NUMBER})")
_TIMES = re.compile(
    rf"(?P<count>\d{{1,6}})\s?(?P<package>[^\W\d_][^\d*×@]*?)?\s?(?P<sign>[*×@]|(?<![^\W\d_])[xXà](?![^\W\d_]))\s?"
    rf"(?P<number>{_NUMBER})\s?(?P<unit>[^\W\d_]+)\.?"
)
_MULTIPLIES = re.compile(r"\d\s?[^\W\d_]*\.?\s?(?:[*×@]|(?<![^\W\d_])[xXà](?![^\W\d_]))\s?[\d.,]")
_PACKAGES = re.compile(r"\d+\s?([^\W\d_]+)")
_UNIT_AFTER_NUMBER = re.compile(r"(?<=[\d.,])\s?([^\W\d_]+\d?)(?![^\W\d_]|\s?\d)")
#: Units that people weigh and measure in and that name no mass for sure ("Mg" is a ton or a thousandth of a gram); the mass
#: stays unknown, with its finding.
_OPEN_UNITS = frozenset({"mg", "ton", "tons", "l", "ltr", "liter", "litre", "liters", "litres", "m3", "cbm", "升", "立方米"})
_PACKAGE_WORD_LIST = (
    "bag bags sack sacks bigbag bigbags fibc pallet pallets pal box boxes carton cartons ctn ctns drum drums roll rolls reel reels coil "
    "coils octabin octabins ibc ibcs container containers can cans pail pails bale bales package packages pkg pkgs pack packs piece pieces "
    "pc pcs st stk stück säcke sack sackware palette paletten karton kartons fass fässer rolle rollen eimer kanister ballen packung "
    "packungen gebinde sac sacs palettes fûts rouleaux sacos palés bobinas 袋 包 托 托盘 桶 箱 卷 盒 罐 吨袋 捆 件 个 個 本 "
    "ロール パレット ケース ドラム"
)
_PACKAGE_WORDS = frozenset(_PACKAGE_WORD_LIST.split())


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the unit that its own cell states; ``product`` is how it was multiplied out ("19 x 40 kg = 760 kg"), or ""."""

    value: Decimal
    unit: str
    product: str = ""


class _Parts(NamedTuple):
    """A cell taken apart: its numeral, the unit behind or before it, and how many times it counts (None: once)."""

    numeral: Readings
    written: str
    unit: str
    times: int | None = None


#: A numeral without a unit, whose number is known already.
_BARE = _Parts(Readings(None, None), "", "")
_Read = TypeVar("_Read")


def read_quantities(cells: Sequence[Cell], *, mark: str | None = None) -> list[Decimal | Quantity | Unread]:
    """A column of quantities, cell for cell: a bare number as it is, a number with its unit as `Quantity`.

    The decimal mark is told as for `read_numbers`, from numerals with and without a unit alike; ``mark`` is the stated one.
    Packages times the mass of one are multiplied out where nothing else can be meant; ranges, bounds and counts of
    packages are refused.
    """

    def finish(parts: _Parts, number: Decimal) -> Decimal | Quantity | Unread:
        if not parts.unit:
            return number
        if parts.times is None:
            return Quantity(number, parts.unit)
        total = number * parts.times
        return Quantity(total, parts.unit, f"{parts.times} x {parts.written} {parts.unit} = {total:f} {parts.unit}")

    return _read(cells, _quantity_parts, finish, mark)


def states_unit(text: str) -> bool:
    """Whether a cell states a quantity together with its unit."""
    parts = _quantity_parts(text)
    return isinstance(parts, _Parts) and bool(parts.unit)


def read_measures(cells: Sequence[Cell], factor: Decimal, units: Mapping[str, str], *, mark: str | None = None) -> list[Decimal | Unread]:
    """A column of dimensions in the field's own unit, cell for cell.

    ``factor`` turns a bare number (in the header's unit) into the field's unit; ``units`` says for each folded unit that a
    cell may state itself how many of the field's unit it is.  Any other unit is refused.
    """

    def finish(parts: _Parts, number: Decimal) -> Decimal | Unread:
        if not parts.unit:
            return number * factor
        own = units.get(fold(parts.unit))
        return _UNIT_UNKNOWN if own is None else number * Decimal(own)

    read = _read(cells, _measure_parts, finish, mark)
    if factor == 1:
        return read
    return [
        value if isinstance(cell, str) or isinstance(value, Unread) else value * factor for cell, value in zip(cells, read, strict=True)
    ]


def _read(
    cells: Sequence[Cell], take_apart: Callable[[str], _Parts | Unread], finish: Callable[[_Parts, Decimal], _Read], mark: str | None
) -> list[Decimal | _Read | Unread]:
    """Each distinct text once; number cells by themselves."""
    bare = iter(read_numbers([cell for cell in cells if not isinstance(cell, str)]))
    texts = list(dict.fromkeys(cell for cell in cells if isinstance(cell, str)))
    if not texts:
        return list(bare)
    plain = plain_numbers(texts, mark)
    read: dict[str, Decimal | _Read | Unread] = {}
    if plain is not None:
        read.update(zip(texts, (finish(_BARE, number) for number in plain), strict=True))
    else:
        read.update(_read_texts(texts, take_apart, finish, mark))
    return [read[cell] if isinstance(cell, str) else next(bare) for cell in cells]


def _read_texts(
    texts: Sequence[str], take_apart: Callable[[str], _Parts | Unread], finish: Callable[[_Parts, Decimal], _Read], mark: str | None
) -> Iterator[tuple[str, Decimal | _Read | Unread]]:
    """Each text with what it is read as, by the decimal mark that they prove together."""
    taken = {text: take_apart(text) for text in texts}
    column = mark or proven_mark(parts.numeral for parts in taken.values() if isinstance(parts, _Parts))
    for text, parts in taken.items():
        number = parts if isinstance(parts, Unread) else choose_reading(parts.numeral, column, stated=mark is not None)
        yield text, number if isinstance(parts, Unread) or isinstance(number, Unread) else finish(parts, number)


def _quantity_parts(text: str) -> _Parts | Unread:
    simple = _SIMPLE.fullmatch(text)
    if simple and is_known_unit(simple[2]) and (numeral := readings_of(simple[1])).readable:
        return _Parts(numeral, simple[1], simple[2])
    numeral = readings_of(text)
    if numeral.readable:
        return _Parts(numeral, text, "")
    folded = fold_numeral(text)
    if match := _TIMES.fullmatch(folded):
        return _product(match)
    for pattern in (_WITH_UNIT, _UNIT_FIRST):
        match = pattern.fullmatch(folded)
        if match and _is_unit(match["unit"]) and (numeral := readings_of(match["number"])).readable:
            return _Parts(numeral, match["number"], match["unit"].strip())
    return _why(text, folded, _is_unit)


def _measure_parts(text: str) -> _Parts | Unread:
    numeral = readings_of(text)
    if numeral.readable:
        return _Parts(numeral, text, "")
    folded = fold_numeral(text)
    match = _WITH_UNIT.fullmatch(folded)
    if match and (numeral := readings_of(match["number"])).readable:
        return _Parts(numeral, match["number"], match["unit"].strip())
    return _why(text, folded, _is_measure)


def _product(match: re.Match[str]) -> _Parts | Unread:
    """Packages times the mass of one; anything but a known package word or a unit of mass leaves open what is meant."""
    package, unit, numeral = match["package"], match["unit"], readings_of(match["number"])
    known = not package or _folded_word(package) in _PACKAGE_WORDS
    if not known or mass_mg(Decimal(1), unit) is None or not numeral.readable or int(match["count"]) == 0:
        return _PRODUCT_OPEN
    return _Parts(numeral, match["number"].replace("'", " "), unit, int(match["count"]))


def _is_unit(unit: str) -> bool:
    return is_known_unit(unit) or fold_unit(unit) in _OPEN_UNITS


def _folded_word(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalpha())


def _is_measure(unit: str) -> bool:
    return any(fold(unit) in units for units in HEADER_UNITS.values())


def _why(text: str, folded: str, is_unit: Callable[[str], bool]) -> Unread:
    """What is wrong with a cell that is no quantity."""
    if _MULTIPLIES.search(folded):
        return _PRODUCT_OPEN
    if states_spread(_UNIT_AFTER_NUMBER.sub(lambda found: "" if is_unit(found[1]) else found[0], folded)):
        return _SPREAD
    match = _PACKAGES.match(folded)
    return _PACKAGES_COUNTED if match and _folded_word(match[1]) in _PACKAGE_WORDS else why_unreadable(text)


_SHOWN = re.compile(r'"\s*([^"]+?)\s*"')


def units_shown(formats: Mapping[tuple[int, int], str], column: int, rows: Iterable[int]) -> dict[int, str]:
    """The units that number formats show beside a column's quantities (`0.0" t"`), by row: a person reads them as the cell's own."""
    found: dict[int, str] = {}
    for row in rows if formats else ():
        code = formats.get((row, column))
        shown = _SHOWN.search(code) if code and '"' in code else None
        if shown and is_known_unit(shown[1]):
            found[row] = shown[1]
    return found

"""Masses, shares, intervals, units, and percentages that do not lie.

Masses are integer milligrams (exact sums); shares are 0..1; an `Interval` is what is known of a number.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Protocol

MG_PER_KG = 1_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """What is known of a number: it lies in [low, high].  A point has low == high.  Shares are 0..1."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"an interval runs from low to high, not {self.low} to {self.high}")

    @classmethod
    def point(cls, value: float) -> Interval:
        """The interval of one value."""
        return cls(value, value)

    @property
    def is_point(self) -> bool:
        """Whether the number is known exactly."""
        return self.low == self.high

    def hull(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))


UNKNOWN_SHARE = Interval(0.0, 1.0)


class Geometry(Protocol):
    """What turns an area, a length or a count into mass; each None when not known."""

    @property
    def grammage(self) -> float | None:
        """g/m2, as-is."""

    @property
    def width(self) -> float | None:
        """mm."""

    @property
    def piece_weight(self) -> float | None:
        """g."""


#: milligrams per unit.  UN/ECE Recommendation 20 codes beside the trade's spellings.
_MASS_UNITS: dict[str, Decimal] = {}
for _names, _mg in (
    ("mg milligram milligramm 毫克 mgm", "1"),
    ("g gr gram grams gramm gramme 克 公克 grm グラム", "1000"),
    ("dag", "10000"),
    ("kg kgs kilo kilos kilogram kilograms kilogramm 公斤 千克 kgm キログラム キロ", "1000000"),
    ("dt dz doppelzentner dezitonne dtn", "100000000"),
    ("t to ton.metric tonne tonnes tonnen mt tne metricton metrictons 吨 公吨 噸 トン", "1000000000"),
    ("kt ktn", "1000000000000"),
    ("lb lbs pound pounds lbr 磅 ポンド", "453592.37"),
    ("oz ounce ounces onz 盎司", "28349.523125"),
    ("shortton shorttons ustons uston stn", "907184740"),
    ("longton longtons ukton ltn", "1016046908.8"),
    ("斤 市斤", "500000"),
):
    for _name in _names.split():
        _MASS_UNITS[_name] = Decimal(_mg)
_AREA_UNITS = {"m2": Decimal(1), "m²": Decimal(1), "sqm": Decimal(1), "qm": Decimal(1), "mtk": Decimal(1), "平方米": Decimal(1)}
_LENGTH_UNITS = {"m": Decimal(1), "mtr": Decimal(1), "lfm": Decimal(1), "米": Decimal(1), "km": Decimal(1000), "kmt": Decimal(1000)}
_PIECE_UNITS = {
    name: Decimal(count)
    for names, count in (
        ("pc pcs piece pieces pce ea each h87 c62 stk stück stueck st 个 件 只 枚 個 unit units", 1),
        ("kpcs mil tsd 千个 千件", 1000),
    )
    for name in names.split()
}


_UNIT_TABLES = (_MASS_UNITS, _AREA_UNITS, _LENGTH_UNITS, _PIECE_UNITS)
_BEYOND_ANY_LOT = Decimal(10) ** 21


@lru_cache(maxsize=4096)
def fold_unit(unit: str) -> str:
    """A unit's spelling without case, width, spaces and dots ("Kg." and "ＫＧ" are "kg"); "kg/m" keeps its stroke, it is no kg."""
    folded = unicodedata.normalize("NFKC", unit).casefold()
    return "".join(c for c in folded if not c.isspace() and c not in "._-'()[]")


#: A megagram, which is a tonne, to some and a milligram to others.
_MEGAGRAM_OR_MILLIGRAM = frozenset({"Mg", "MG"})


@lru_cache(maxsize=4096)
def _known_name(unit: str) -> str:
    """The unit's name in the tables below; "" where its spelling means two things."""
    return "" if unicodedata.normalize("NFKC", unit).strip() in _MEGAGRAM_OR_MILLIGRAM else fold_unit(unit)


@lru_cache(maxsize=4096)
def is_known_unit(unit: str) -> bool:
    """Whether the unit is one of mass, area, length or count that tracepack knows."""
    name = _known_name(unit)
    return any(name in table for table in _UNIT_TABLES)


@lru_cache(maxsize=4096)
def same_unit(one: str, other: str) -> bool:
    """Whether two spellings mean the same unit ("kg", "KGM" and "公斤" do); unknown units only in the same spelling."""
    first, second = _known_name(one), _known_name(other)
    for table in _UNIT_TABLES:
        if first in table or second in table:
            return table.get(first) == table.get(second)
    return fold_unit(one) == fold_unit(other)


def mass_mg(quantity: Decimal, unit: str, geometry: Geometry | None = None) -> int | None:
    """Turn a quantity into integer milligrams (rounded half to even), as-is.

    What is there never rounds to nothing (at least 1 mg), and more than 10^15 kg is no mass of a lot.
    Areas need the material's grammage, lengths also its width, counts its piece weight.  None means that the unit is
    unknown or what would convert it is.  A bare "ton" is not a unit: it may be metric, short or long.
    """
    name = _known_name(unit)
    factor = _MASS_UNITS.get(name)
    if factor is None and geometry is not None:
        factor = _geometry_factor(name, geometry)
    if factor is None or abs(quantity * factor) > _BEYOND_ANY_LOT:
        return None
    rounded = int((quantity * factor).to_integral_value(ROUND_HALF_EVEN))
    return rounded or (1 if quantity > 0 else 0)


def _geometry_factor(name: str, geometry: Geometry) -> Decimal | None:
    """Milligrams per unit of an area, a length or a count, or None."""
    if name in _PIECE_UNITS and geometry.piece_weight is not None:
        return _PIECE_UNITS[name] * Decimal(str(geometry.piece_weight)) * 1000
    if geometry.grammage is None:
        return None
    per_m2 = Decimal(str(geometry.grammage)) * 1000
    if name in _AREA_UNITS:
        return _AREA_UNITS[name] * per_m2
    if name in _LENGTH_UNITS and geometry.width is not None:
        return _LENGTH_UNITS[name] * Decimal(str(geometry.width)) / 1000 * per_m2
    return None


@lru_cache(maxsize=65536)
def kg_text(mg: int) -> str:
    """Milligrams as a decimal string in kg, without exponent or trailing zeros ("90", "0.5")."""
    whole, rest = divmod(abs(mg), MG_PER_KG)
    decimals = f".{rest:06d}".rstrip("0") if rest else ""
    return f"{'-' if mg < 0 else ''}{whole}{decimals}"


def rounded_share(share: float) -> float:
    """A share as it is compared and shown: to 1e-9, inside 0..1, so that re-blending cannot make 29.999999999 % of 30 %."""
    return min(1.0, max(0.0, round(share, 9))) + 0.0


def percent_text(share: float, decimals: int = 2) -> str:
    """A share as a percentage; "0 %" and "100 %" only when true, trailing zeros kept so that columns line up.

    >>> percent_text(0.5440689), percent_text(0.999999), percent_text(0.0000001), percent_text(1.0)
    ('54.41 %', '> 99.99 %', '< 0.01 %', '100 %')
    """
    value = rounded_share(share)
    if value in (0.0, 1.0):
        return "0 %" if value == 0.0 else "100 %"
    step = Decimal(1).scaleb(-decimals)
    percent = (Decimal(repr(value)) * 100).quantize(step, ROUND_HALF_EVEN)
    if percent <= 0:
        return f"< {step} %"
    if percent >= 100:
        return f"> {100 - step} %"
    return f"{percent} %"


def claim_percent(share: float) -> int:
    """The whole percent that may be claimed: rounded down (domain rule after 7 CFR 205.302(b)), never up."""
    return int((Decimal(repr(rounded_share(share))) * 100).to_integral_value(ROUND_FLOOR))

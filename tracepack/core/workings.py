"""How each end of a figure comes about: what every root gives to its numerator and denominator in a completion that attains it.

The end of a ratio is the value t for which the least sum of m (n - t d) is 0; the corner of each region that gives it is the
root's part (see `tracepack.core.bounds`).  Sums over roots give the figure again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tracepack.core.content import LotContent
from tracepack.core.figures import FIGURES, figure_ranges, pieces_of, regions_of
from tracepack.core.mixing import NodeKey, Root, composition
from tracepack.core.mixture import Mixture
from tracepack.core.quantity import rounded_share
from tracepack.core.region import Region

_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Part:
    """One root in a working: its ``share`` of the dry mass, what it gives to the figure and to what it is a share of (kg per kg)."""

    root: Root
    share: float
    numerator: float
    denominator: float


@dataclass(frozen=True, slots=True)
class Working:
    """One end of a figure (``both`` where they are one) in the state that attains it; ``value`` is 0..1."""

    figure: str
    end: Literal["both", "low", "high"]
    value: float
    parts: tuple[Part, ...]


def workings_of(mixture: Mixture, made_of: LotContent) -> tuple[Working, ...]:
    """The workings of every figure that a lot has, in the order of the figures, low before high."""
    lot = mixture.lineage.canonical(made_of.lot)
    keys: list[NodeKey] = [("state", lot, number) for number in mixture.pools[lot].seen]
    matters = [composition(key, mixture.nodes, mixture.order) for key in keys if mixture.volatile[key] < 1.0]
    result = []
    for name in FIGURES:
        figure = made_of.figures[name]
        if figure.low is not None and figure.high is not None:
            ends: tuple[Literal["both", "low", "high"], ...] = ("both",) if figure.low == figure.high else ("low", "high")
            result += [working for end in ends if (working := _working(name, end, matters)) is not None]
    return tuple(result)


def _working(name: str, end: Literal["both", "low", "high"], matters: Sequence[Mapping[Root, float]]) -> Working | None:
    """The end over several states: the state whose range reaches furthest."""
    found = [(span, matter) for matter in matters if (span := figure_ranges(regions_of(pieces_of(matter)), [name])[name]) is not None]
    if not found:
        return None
    span, matter = max(found, key=lambda item: item[0].high) if end == "high" else min(found, key=lambda item: item[0].low)
    value = span.high if end == "high" else span.low
    parts = tuple(_part(root, share, name, end == "high", value) for root, share in matter.items())
    return Working(name, end, rounded_share(value), parts)


def _part(root: Root, share: float, name: str, high: bool, value: float) -> Part:
    """A root's own working: its pieces, each at the corner that the end stands on."""
    pieces = regions_of(pieces_of({root: 1.0}))
    pairs = [(m, *_corner(region, m * share, name, high, value)) for m, region in pieces]
    return Part(root, share, sum(m * n for m, n, _ in pairs), sum(m * d for m, _, d in pairs))


def _corner(region: Region, mass: float, name: str, high: bool, value: float) -> tuple[float, float]:
    """Numerator and denominator per kg of one material at an end."""
    if name in ("bio_carbon_toc", "bio_carbon_tc"):
        corners = region.organic if name == "bio_carbon_toc" else region.total
        sign = -1.0 if high else 1.0
        scored = [(sign * (n - value * d), -d, n) for d, n in corners]
        least = min(score for score, _, _ in scored)
        denominator, numerator = min((d, n) for score, d, n in scored if score <= least + _TINY)
        return numerator, -denominator
    span = {"bio_carbon_mass": region.bio_carbon, "bio_mass": region.mass, "bio_polymer_mass": region.polymer}[name]
    return (span.high if high == (mass >= 0) else span.low), 1.0

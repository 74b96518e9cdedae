"""What is known of one material per kilogram of its dry mass, and what that allows each figure to be.

The unknowns are C (organic carbon), I (inorganic carbon), B (bio-based carbon), Y (bio-based mass) and P (bio-based mass
of synthetic polymers), each in kg per kg dry mass.  What is stated makes them a convex region:

    C in carbon, I in inorganic, C + I <= 1
    B = b C, b (C + I) or b, by the basis of the stated bio share, b in its interval; 0 <= B <= C
    B <= Y <= 1 - max(mineral, I) - (C - B)     bio mass holds its own carbon and leaves room for the fossil carbon's
    P = polymer * Y

so that every figure's extremes over the region lie on its corners.  Formulas: domain fact sheet 1.1 and 2.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import Literal

import numpy as np

from tracepack.core.quantity import UNKNOWN_SHARE, Interval

Basis = Literal["toc", "tc", "carbon_mass"]
#: Evidence ranks, weakest first.
RANKS = ("assumed", "declared", "calculated", "lab-tested")
_TINY = 1e-12
_Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Props:
    """What is stated of a material, each value with the rank of its evidence (None: a contract default, which lowers nothing).

    ``bio`` is the bio share of carbon on ``bio_basis``; ``mass`` the bio share of dry mass; None means not stated.
    ``mineral`` is the mineral share of dry mass, None where not known; ``polymer`` the part of the bio-based mass that
    is synthetic polymer; ``derived_mass`` a mass share that follows from ``bio`` by the polymer's usual monomer.
    """

    carbon: Interval = UNKNOWN_SHARE
    inorganic: Interval = UNKNOWN_SHARE
    bio: Interval | None = None
    bio_basis: Basis = "toc"
    mass: Interval | None = None
    derived_mass: Interval | None = None
    mineral: Interval | None = None
    polymer: Interval = UNKNOWN_SHARE
    carbon_rank: str | None = "assumed"
    bio_rank: str = "assumed"
    mass_rank: str = "assumed"

    @property
    def carbon_is_open(self) -> bool:
        """Whether its carbon, or the bio share of it, has room that no one stated."""
        bio_open = self.bio is None or (self.bio_rank == "assumed" and not self.bio.is_point)
        return self.carbon.high > 0 and (bio_open or (self.carbon_rank == "assumed" and not self.carbon.is_point))

    @property
    def mass_is_open(self) -> bool:
        """Whether its bio-based mass has room that no one stated."""
        return self.mass is None and self.carbon.high > 0

    @property
    def is_open(self) -> bool:
        """Whether anything of it has room that no one stated."""
        return self.carbon_is_open or self.mass_is_open or not (self.polymer.is_point and self.inorganic.is_point)


@dataclass(frozen=True, slots=True)
class Region:
    """Corners of (C, B) and (C + I, B), and the ranges of B, Y and P, per kg of dry mass."""

    organic: tuple[tuple[float, float], ...]
    total: tuple[tuple[float, float], ...]
    carbon: Interval
    bio_carbon: Interval
    mass: Interval
    polymer: Interval
    consistent: bool = True


UNKNOWN = Props()


def released(props: Props, rank: str) -> Props:
    """The same material if everything of one rank had not been stated."""
    if props.carbon_rank == rank:
        props = replace(props, carbon=UNKNOWN_SHARE, inorganic=UNKNOWN_SHARE)
    if props.bio_rank == rank:
        props = replace(props, bio=None, derived_mass=None)
    if props.mass_rank == rank:
        props = replace(props, mass=None)
    return props


@lru_cache(maxsize=65536)
def region_of(props: Props) -> Region:
    """The region of a material; where its statements contradict each other, the box that holds each of them (consistent False)."""
    corners = _corners(props)
    if not corners:
        return _box(props)
    bio = Interval(min(b for _, _, b in corners), max(b for _, _, b in corners))
    mass = _mass_range(props, corners, bio)
    if mass is None:
        return _box(props)
    return Region(
        organic=_unique((c, b) for c, _, b in corners),
        total=_unique((c + i, b) for c, i, b in corners),
        carbon=Interval(min(c for c, _, _ in corners), max(c for c, _, _ in corners)),
        bio_carbon=bio,
        mass=mass,
        polymer=Interval(props.polymer.low * mass.low, props.polymer.high * mass.high),
    )


def organic_material(props: Props) -> Interval:
    """What burns of a material: at the most what is not mineral, at the least what is known not to be, the carbon, and the
    bio-based mass."""
    region = region_of(props)
    high = 1.0 - max(props.mineral.low if props.mineral else 0.0, props.inorganic.low)
    low = max(region.carbon.low, region.mass.low, 1.0 - props.mineral.high if props.mineral else 0.0)
    return Interval(min(low, high), max(low, high))


def hull(regions: Iterable[Region]) -> Region:
    """The region that holds several: any mixture of them."""
    items = list(regions)
    if len(items) == 1:
        return items[0]
    return Region(
        organic=outline(point for r in items for point in r.organic),
        total=outline(point for r in items for point in r.total),
        carbon=_span(r.carbon for r in items),
        bio_carbon=_span(r.bio_carbon for r in items),
        mass=_span(r.mass for r in items),
        polymer=_span(r.polymer for r in items),
    )


def _span(intervals: Iterable[Interval]) -> Interval:
    items = list(intervals)
    return Interval(min(x.low for x in items), max(x.high for x in items))


def outline(points: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The corners of the convex outline of some points (Andrew's monotone chain): no ratio has its extreme inside."""
    ordered = _unique(points)
    if len(ordered) < 3:
        return ordered
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return _unique((*lower, *upper))


def _chain(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """One side of the outline: turns right are left out."""
    chain: list[tuple[float, float]] = []
    for x, y in points:
        while len(chain) > 1 and (chain[-1][0] - chain[-2][0]) * (y - chain[-2][1]) <= (chain[-1][1] - chain[-2][1]) * (x - chain[-2][0]):
            chain.pop()
        chain.append((x, y))
    return chain


def _unique(points: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    return tuple(sorted({(x + 0.0, y + 0.0) for x, y in points}))


def _share_lines(props: Props) -> list[tuple[float, float, float, float]]:
    """Half-spaces u.(C, I, B) <= v that the stated bio share makes."""
    if props.bio is None:
        return []
    low, high = props.bio.low, props.bio.high
    if props.bio_basis == "toc":
        return [(-high, 0.0, 1.0, 0.0), (low, 0.0, -1.0, 0.0)]
    if props.bio_basis == "tc":
        return [(-high, -high, 1.0, 0.0), (low, low, -1.0, 0.0)]
    return [(0.0, 0.0, 1.0, high), (0.0, 0.0, -1.0, -low)]


def _half_spaces(props: Props) -> list[tuple[float, float, float, float]]:
    """All half-spaces of the (C, I, B) region; a stated mass share narrows B by the mirror rule."""
    mineral = props.mineral.low if props.mineral else 0.0
    rows = [
        (1.0, 0.0, 0.0, props.carbon.high),
        (-1.0, 0.0, 0.0, -props.carbon.low),
        (0.0, 1.0, 0.0, props.inorganic.high),
        (0.0, -1.0, 0.0, -props.inorganic.low),
        (1.0, 1.0, 0.0, 1.0),
        (1.0, 0.0, 0.0, 1.0 - mineral),
        (0.0, 0.0, -1.0, 0.0),
        (-1.0, 0.0, 1.0, 0.0),
        *_share_lines(props),
    ]
    mass = props.mass
    if mass is not None:
        rows.append((0.0, 0.0, 1.0, mass.high))
        rows.append((1.0, 0.0, -1.0, 1.0 - mineral - mass.low))
        rows.append((1.0, 1.0, -1.0, 1.0 - mass.low))
    return rows


def _corners(props: Props) -> list[_Point]:
    """The corners of the (C, I, B) region, and the points where I passes the mineral share (where Y's limit has its edge)."""
    if props.carbon.is_point and props.inorganic.is_point:
        return _corners_of_line(props)
    mineral = props.mineral.low if props.mineral else 0.0
    rows = np.array(_half_spaces(props))
    planes = rows
    if props.inorganic.low < mineral < props.inorganic.high:
        planes = np.vstack([rows, [0.0, 1.0, 0.0, mineral]])
    triples = planes[list(combinations(range(len(planes)), 3))]
    matrices, values = triples[:, :, :3], triples[:, :, 3]
    solvable = np.abs(np.linalg.det(matrices)) > _TINY
    points = np.linalg.solve(matrices[solvable], values[solvable][:, :, None])[:, :, 0]
    inside = np.all(points @ rows[:, :3].T <= rows[:, 3] + 1e-10, axis=1)
    found = {(max(0.0, float(c)), max(0.0, float(i)), min(max(0.0, float(b)), max(0.0, float(c)))) for c, i, b in points[inside].round(13)}
    return sorted(found)


def _corners_of_line(props: Props) -> list[_Point]:
    """The corners where both carbons are known exactly: only B is left."""
    carbon, inorganic = props.carbon.low, props.inorganic.low
    low, high = 0.0, carbon
    for c, i, b, limit in _half_spaces(props):
        rest = limit - c * carbon - i * inorganic
        if b > 0:
            high = min(high, rest / b)
        elif b < 0:
            low = max(low, rest / b)
        elif rest < -1e-9:
            return []
    if low > high + 1e-9:
        return []
    high = max(low, high)
    return [(carbon, inorganic, low)] if low == high else [(carbon, inorganic, low), (carbon, inorganic, high)]


def _mass_range(props: Props, corners: list[_Point], bio: Interval) -> Interval | None:
    """The range of Y over the corners; None where a stated mass share has no room."""
    mineral = props.mineral.low if props.mineral else 0.0
    room = max(1.0 - max(mineral, i) - (c - b) for c, i, b in corners)
    limits = Interval(bio.low, max(bio.low, min(1.0, room)))
    if props.mass is not None:
        if props.mass.low > limits.high + 1e-9 or props.mass.high < limits.low - 1e-9:
            return None
        return Interval(max(props.mass.low, min(limits.low, props.mass.high)), min(props.mass.high, max(limits.high, props.mass.low)))
    pure = _mass_of_pure(props, corners)
    if pure is not None:
        return Interval.point(pure)
    derived = props.derived_mass
    if derived is not None and limits.low <= derived.low and derived.high <= limits.high:
        return derived
    return limits


def _mass_of_pure(props: Props, corners: list[_Point]) -> float | None:
    """Y where carbon is all fossil or all bio-based and the mineral share is known: 0, or all that is not mineral."""
    if props.mineral is None or not props.mineral.is_point:
        return None
    if all(b <= _TINY for _, _, b in corners):
        return 0.0
    if all(c - b <= _TINY for c, _, b in corners):
        return 1.0 - props.mineral.low
    return None


def _box(props: Props) -> Region:
    """Each statement on its own, where together they cannot be true: wider, but it never hides one of them."""
    carbon, inorganic = props.carbon, props.inorganic
    bio = props.bio or UNKNOWN_SHARE
    bio_carbon = Interval(bio.low * carbon.low, min(1.0, bio.high) * carbon.high)
    mass = props.mass or Interval(bio_carbon.low, 1.0)
    points = [(c, b * c) for c in (carbon.low, carbon.high) for b in (bio.low, bio.high)]
    return Region(
        organic=_unique(points),
        total=_unique((c + i, b) for c, b in points for i in (inorganic.low, inorganic.high)),
        carbon=carbon,
        bio_carbon=bio_carbon,
        mass=mass,
        polymer=Interval(props.polymer.low * mass.low, props.polymer.high * mass.high),
        consistent=False,
    )

"""What the contract lets a root be, and what a lot's figures are once every root is settled.

A root is a point in four amounts per kilogram of dry mass: bio-based organic carbon, other organic carbon, inorganic
carbon, bio-based mass.  Every statement the contract knows (a share of organic carbon, of total carbon, of the sample, of
the dry mass; a carbon fraction) is linear in them, so what is left open is a polytope; a figure is a ratio of sums over
roots, so its ends lie at corners.  The corners are found by trying every crossing of four faces.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np

from laws.oracle import Replay, Root
from tracepack.core.ledger import Delivery, Ledger, LotKey
from tracepack.core.quantity import Interval

#: Kilograms per kilogram of dry mass: bio organic carbon, other organic carbon, inorganic carbon, bio-based mass.
Point = tuple[float, float, float, float]
FIGURES = ("bio_carbon_toc", "bio_carbon_tc", "bio_carbon_mass", "bio_mass", "bio_polymer_mass")
#: CaCO3 per kilogram of the carbon in it.
CARBONATE = (40.078 + 12.011 + 3 * 15.999) / 12.011
ANYTHING = Interval(0, 1)
#: What has no organic carbon is no biomass.
NOTHING = Interval(0, 0)
PURE_ORGANIC = ("synthetic polymer", "natural polymer", "solvent")
#: Kinds that say whether it is a synthetic polymer; the rest (additive, compound, film ...) may hold any part of one.
NEVER_POLYMER = ("natural polymer", "paper", "filler", "pigment", "solvent", "water", "feedstock")
INORGANIC_CARBON_MAY_HIDE = ("filler", "pigment", "paper", "masterbatch", "compound")


@dataclass(frozen=True)
class Statement:
    """What is known of a root, each share an interval of 0..1."""

    bio: Interval = ANYTHING
    mass: Interval | None = None
    organic: Interval = ANYTHING
    inorganic: Interval = ANYTHING
    ash: float = 0.0
    pure: bool = False
    polymer: bool | None = False

    @property
    def is_point(self) -> bool:
        """Whether nothing is left open."""
        return len(corners(self)) == 1


#: An input nobody recorded: it may be anything, a synthetic polymer too.
NOTHING_KNOWN = Statement(polymer=None)


def statement_of(ledger: Ledger, delivery: Delivery) -> Statement:
    """The contract's reading of a delivery whose material has a Materials row (the language's made-up materials do)."""
    material = next(m for m in ledger.materials if m.material_id == delivery.material)
    organic = delivery.organic_carbon or material.organic_carbon
    inorganic = delivery.inorganic_carbon or material.inorganic_carbon
    if inorganic is None:
        hidden = organic is None or material.kind in INORGANIC_CARBON_MAY_HIDE
        inorganic = ANYTHING if hidden else Interval(0, 0)
    return Statement(
        bio=delivery.biobased_carbon or material.biobased_carbon or ANYTHING,
        mass=delivery.biobased_mass or material.biobased_mass,
        organic=organic or ANYTHING,
        inorganic=inorganic,
        ash=material.ash.low if material.ash else 0.0,
        pure=material.kind in PURE_ORGANIC and material.ash is None and inorganic.high == 0,
        polymer=None if material.kind not in ("synthetic polymer", *NEVER_POLYMER) else material.kind == "synthetic polymer",
    )


def statements(ledger: Ledger) -> dict[Root, Statement]:
    """What is known of each delivered root."""
    return {d.lot: statement_of(ledger, d) for d in ledger.deliveries}


def _faces(known: Statement) -> tuple[np.ndarray, np.ndarray]:
    """The half-spaces ``a . (cb, cf, ci, y) <= c`` of a statement."""
    mass = known.mass or (NOTHING if known.organic.high == 0 else ANYTHING)
    rows = [
        ((-1, 0, 0, 0), 0),
        ((0, -1, 0, 0), 0),
        ((0, 0, -1, 0), -known.inorganic.low),
        ((0, 0, 1, 0), known.inorganic.high),
        ((0, 0, 0, -1), -mass.low),
        ((0, 0, 0, 1), mass.high),
        ((known.bio.low - 1, known.bio.low, 0, 0), 0),
        ((1 - known.bio.high, -known.bio.high, 0, 0), 0),
        ((-1, -1, 0, 0), -known.organic.low),
        ((1, 1, 0, 0), known.organic.high),
        ((1, 1, 1, 0), 1),
        ((1, 0, 0, -1), 0),
        ((0, 1, 0, 1), 1 - known.ash),
        ((0, 1, CARBONATE if known.inorganic.is_point else 1, 1), 1),
    ]
    return np.array([a for a, _ in rows], dtype=float), np.array([c for _, c in rows], dtype=float)


@cache
def corners(known: Statement) -> tuple[Point, ...]:
    """Every corner of what a statement leaves open."""
    sides, limits = _faces(known)
    picks = np.array(list(itertools.combinations(range(len(limits)), 4)))
    systems = sides[picks]
    regular = np.abs(np.linalg.det(systems)) > 1e-12
    points = np.linalg.solve(systems[regular], limits[picks[regular]][:, :, None])[:, :, 0]
    inside = (points @ sides.T <= limits + 1e-12).all(axis=1)
    found = {tuple(round(float(v), 13) + 0.0 for v in point) for point in points[inside]}
    if known.pure and known.mass is None:
        found = {p for p in found if _whole_goes_with_its_carbon(p, known)}
    assert found, f"nothing can be {known}"
    return tuple(sorted(found))  # type: ignore[arg-type]


def _whole_goes_with_its_carbon(point: Point, known: Statement) -> bool:
    """A pure organic material whose carbon is all (or not at all) bio-based is so by mass too."""
    if known.bio == Interval(0, 0):
        return point[3] == 0
    if known.bio == Interval(1, 1):
        return point[3] == 1
    return True


def completions(known: Mapping[Root, Statement], rng: random.Random) -> Iterator[dict[Root, Point]]:
    """Endless random ways to settle every root, one value per root."""
    while True:
        settled: dict[Root, Point] = {}
        for root, statement in known.items():
            options = corners(statement)
            weights = [1e-9 + rng.random() ** 6 for _ in options]
            settled[root] = tuple(  # type: ignore[assignment]
                sum(w * p[i] for w, p in zip(weights, options, strict=True)) / sum(weights) for i in range(4)
            )
        yield settled


def all_corners(known: Mapping[Root, Statement]) -> Iterator[dict[Root, Point]]:
    """Every way to put every root at a corner."""
    for chosen in itertools.product(*(corners(statement) for statement in known.values())):
        yield dict(zip(known, chosen, strict=True))


def figure(
    name: str,
    shares: Mapping[Root, Fraction],
    settled: Mapping[Root, Point],
    known: Mapping[Root, Statement],
    doubtful_are_polymers: bool = False,
) -> float | None:
    """One of the figures Q1 to Q5 of a settled lot; None where there is no such carbon at all."""

    def total(*weigh: float) -> float:
        return float(sum(float(share) * sum(w * v for w, v in zip(weigh, settled[root], strict=True)) for root, share in shares.items()))

    bio = total(1, 0, 0, 0)
    if name == "bio_carbon_toc":
        return _ratio(bio, total(1, 1, 0, 0))
    if name == "bio_carbon_tc":
        return _ratio(bio, total(1, 1, 1, 0))
    if name == "bio_carbon_mass":
        return bio
    if name == "bio_mass":
        return total(0, 0, 0, 1)
    polymers = {root for root in shares if known[root].polymer or (known[root].polymer is None and doubtful_are_polymers)}
    return float(sum(float(shares[root]) * settled[root][3] for root in polymers))


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 1e-12 else None


def bounds(name: str, shares: Mapping[Root, Fraction], known: Mapping[Root, Statement]) -> tuple[float, float] | None:
    """The least and greatest value of a figure over every corner of every root; None where no completion has such carbon."""
    values = [
        figure(name, shares, settled, known, doubt)
        for settled in all_corners({root: known[root] for root in shares})
        for doubt in (False, True)
    ]
    there = [value for value in values if value is not None]
    return (min(there), max(there)) if there else None


def known_roots(ledger: Ledger, shares: Mapping[Root, Fraction]) -> dict[Root, Statement]:
    """Statements for the roots of a lot; an input nobody recorded may be anything."""
    stated = statements(ledger)
    return {root: stated.get(root, NOTHING_KNOWN) for root in shares}


def lot_shares(replayed: Replay, lot: LotKey, on: dt.date | None = None) -> dict[Root, Fraction]:
    """The dry-mass shares of a lot, without what a loop's last rounds leave of nothing."""
    return {root: share for root, share in replayed.shares(lot, on).items() if share > Fraction(1, 10**15)}

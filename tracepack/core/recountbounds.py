"""The least and greatest value of each content figure, found a second time by other means than `tracepack.core.figures`.

What is stated of a material is a set of inequalities in C, I, B (organic, inorganic, bio-based carbon per kg of dry mass; see
`tracepack.core.region` for what they mean).  Here they are projected by elimination and the extremes of ratios are found by
halving, all in exact fractions; there, corners come from solved triples of planes and ratios from Dinkelbach's steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tracepack.core.elimination import ONE, ZERO, Inequality, Point, greatest, polygon, without
from tracepack.core.quantity import Interval
from tracepack.core.region import Props

Span = tuple[Fraction, Fraction]
#: A ratio is found to within 2 to the minus this.
_HALVINGS = 50
_NOTHING = Fraction(1, 10**12)
_SLACK = Fraction(1, 10**9)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a material may be: corners of (C, B) and of (C + I, B), spans of B, of bio-based mass and of bio-based polymer."""

    organic: tuple[Point, ...]
    total: tuple[Point, ...]
    bio_carbon: Span
    mass: Span
    polymer: Span


def exact(number: float) -> Fraction:
    """The decimal that a person wrote, not the binary number nearest to it."""
    return Fraction(str(number))


def _span(interval: Interval) -> Span:
    return exact(interval.low), exact(interval.high)


@lru_cache(maxsize=65536)
def allowed(props: Props) -> Allowed:
    """What is stated of a material as what it may be; each statement by itself where all together cannot be true."""
    for slack in (ZERO, _SLACK):
        rows = [(direction, limit + slack) for direction, limit in _inequalities(props)]
        organic = polygon(without(rows, 1), 0, 2)
        if not organic:
            continue
        bio = (min(b for _, b in organic), max(b for _, b in organic))
        mass = _mass(props, rows, organic, bio)
        if mass is not None:
            total = polygon(without([_by_total(row) for row in rows], 0), 1, 2)
            return Allowed(organic, total, bio, mass, _product(_span(props.polymer), mass))
    return _apart(props)


def _inequalities(props: Props) -> list[Inequality]:
    """What is stated, in (C, I, B)."""
    (c_low, c_high), (i_low, i_high) = _span(props.carbon), _span(props.inorganic)
    mineral = exact(props.mineral.low) if props.mineral else ZERO
    rows: list[tuple[int | Fraction, int | Fraction, int | Fraction, Fraction]] = [
        (1, 0, 0, min(c_high, ONE - mineral)),
        (-1, 0, 0, -c_low),
        (0, 1, 0, i_high),
        (0, -1, 0, -i_low),
        (1, 1, 0, ONE),
        (0, 0, -1, ZERO),
        (-1, 0, 1, ZERO),
    ]
    if props.bio is not None:
        low, high = _span(props.bio)
        of = {"toc": (1, 0, ZERO), "tc": (1, 1, ZERO), "carbon_mass": (0, 0, ONE)}[props.bio_basis]
        rows.append((-high * of[0], -high * of[1], 1, high * of[2]))
        rows.append((low * of[0], low * of[1], -1, -low * of[2]))
    if props.mass is not None:
        low, high = _span(props.mass)
        rows.append((0, 0, 1, high))
        rows.append((1, 0, -1, ONE - mineral - low))
        rows.append((1, 1, -1, ONE - low))
    return [((Fraction(c), Fraction(i), Fraction(b)), limit) for c, i, b, limit in rows]


def _by_total(row: Inequality) -> Inequality:
    """An inequality in (C, I, B) as one in (C, C + I, B)."""
    (c, i, b), limit = row
    return (c - i, i, b), limit


def _mass(props: Props, rows: Sequence[Inequality], organic: Sequence[Point], bio: Span) -> Span | None:
    """The span of bio-based mass; None where the stated one has no room."""
    least, most = bio[0], max(bio[0], min(ONE, _room(props, rows)))
    if props.mass is not None:
        low, high = _span(props.mass)
        if low > most + _SLACK or high < least - _SLACK:
            return None
        return max(low, min(least, high)), min(high, max(most, low))
    if props.mineral is not None and props.mineral.is_point:
        if all(b <= _NOTHING for _, b in organic):
            return ZERO, ZERO
        if all(c - b <= _NOTHING for c, b in organic):
            return ONE - exact(props.mineral.low), ONE - exact(props.mineral.low)
    if props.derived_mass is not None:
        low, high = _span(props.derived_mass)
        if least <= low and high <= most:
            return low, high
    return least, most


def _room(props: Props, rows: Sequence[Inequality]) -> Fraction:
    """The most that is left beside minerals and fossil carbon: max of 1 - max(mineral, I) - (C - B), as a fourth unknown."""
    mineral = exact(props.mineral.low) if props.mineral else ZERO
    wider = [((*direction, ZERO), limit) for direction, limit in rows]
    wider.append(((ONE, ZERO, -ONE, ONE), ONE - mineral))
    wider.append(((ONE, ONE, -ONE, ONE), ONE))
    return greatest(wider, 3)


def _apart(props: Props) -> Allowed:
    """Each statement by itself."""
    carbon, inorganic = _span(props.carbon), _span(props.inorganic)
    bio = _span(props.bio) if props.bio is not None else (ZERO, ONE)
    held = bio[0] * carbon[0], min(ONE, bio[1]) * carbon[1]
    mass = _span(props.mass) if props.mass is not None else (held[0], ONE)
    corners = [(c, b * c) for c in carbon for b in bio]
    whole = tuple((c + i, b) for c, b in corners for i in inorganic)
    return Allowed(tuple(corners), whole, held, mass, _product(_span(props.polymer), mass))


def _product(one: Span, other: Span) -> Span:
    return one[0] * other[0], one[1] * other[1]


def any_of(options: Iterable[Props]) -> Allowed:
    """What a material may be that is one of several, or a mixture of them."""
    each = [allowed(props) for props in options]
    if len(each) == 1:
        return each[0]

    def widest(of: Callable[[Allowed], Span]) -> Span:
        return min(of(a)[0] for a in each), max(of(a)[1] for a in each)

    return Allowed(
        organic=tuple(point for a in each for point in a.organic),
        total=tuple(point for a in each for point in a.total),
        bio_carbon=widest(lambda a: a.bio_carbon),
        mass=widest(lambda a: a.mass),
        polymer=widest(lambda a: a.polymer),
    )


def figure_spans(matter: Sequence[tuple[Fraction, Allowed]]) -> dict[str, Span | None]:
    """The span of each figure over everything that a mixture (shares of dry mass) may be; None where it does not apply."""
    whole = sum((share for share, _ in matter), ZERO)
    if whole <= _NOTHING:
        return dict.fromkeys(("bio_carbon_toc", "bio_carbon_tc", "bio_carbon_mass", "bio_mass", "bio_polymer_mass"))
    return {
        "bio_carbon_toc": ratio_span([(share, a.organic) for share, a in matter]),
        "bio_carbon_tc": ratio_span([(share, a.total) for share, a in matter]),
        "bio_carbon_mass": _weighed([(share / whole, a.bio_carbon) for share, a in matter]),
        "bio_mass": _weighed([(share / whole, a.mass) for share, a in matter]),
        "bio_polymer_mass": _weighed([(share / whole, a.polymer) for share, a in matter]),
    }


def _weighed(items: Sequence[tuple[Fraction, Span]]) -> Span:
    low = sum((share * span[0] for share, span in items), ZERO)
    high = sum((share * span[1] for share, span in items), ZERO)
    return max(ZERO, min(ONE, low)), max(ZERO, min(ONE, high))


def ratio_span(terms: Sequence[tuple[Fraction, Sequence[Point]]]) -> Span | None:
    """The span of sum(share * numerator) / sum(share * denominator), each term at any of its corners (denominator, numerator)."""
    live = [(share, corners) for share, corners in terms if share > 0 and any(d > 0 for d, _ in corners)]
    if not live:
        return None
    if all(len(corners) == 1 for _, corners in live):
        top = sum((share * corners[0][1] for share, corners in live), ZERO)
        value = top / sum((share * corners[0][0] for share, corners in live), ZERO)
        return value, value
    rest = [(share, [(d, d - n) for d, n in corners]) for share, corners in live]
    return _least_ratio(live), ONE - _least_ratio(rest)


def _least_ratio(terms: Sequence[tuple[Fraction, Sequence[Point]]]) -> Fraction:
    """Halve [0, 1]: the least ratio lies below a trial exactly if some choice of corners makes sum share (n - trial d) negative."""
    low, high = ZERO, ONE
    for _ in range(_HALVINGS):
        trial = (low + high) / 2
        if sum((share * min(n - trial * d for d, n in corners) for share, corners in terms), ZERO) < 0:
            high = trial
        else:
            low = trial
    return low

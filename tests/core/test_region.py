"""What a material may be, corner by corner, and ratios over several of them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracepack.core.bounds import Term, ratio_range, sum_range
from tracepack.core.quantity import Interval
from tracepack.core.region import UNKNOWN, Props, hull, region_of

P = Interval.point
shares = st.floats(0, 1).map(lambda x: round(x, 6))
spans = st.tuples(shares, shares).map(lambda ends: Interval(min(ends), max(ends)))


def pure(carbon: float, **stated: Interval) -> Props:
    """A polymer without minerals."""
    return Props(carbon=P(carbon), inorganic=P(0), mineral=P(0), polymer=P(1), **stated)


def test_of_an_unknown_nothing_is_known() -> None:
    region = region_of(UNKNOWN)
    assert region.mass == region.bio_carbon == region.polymer == Interval(0, 1)


def test_mass_goes_with_carbon_at_both_ends_of_a_pure_organic_material() -> None:
    assert region_of(pure(0.5, bio=P(0))).mass == P(0)
    assert region_of(pure(0.5, bio=P(1))).mass == P(1)


def test_between_them_mass_is_bounded_by_the_carbon_it_must_hold() -> None:
    """PET with 20 % bio-based carbon: at least its 12.5 % of carbon, at most all but the 50 % fossil carbon."""
    assert region_of(pure(0.625, bio=P(0.2))).mass == Interval(0.125, 0.5)


def test_a_stated_mass_bounds_the_carbon_by_the_mirror_rule() -> None:
    region = region_of(pure(0.5, mass=P(0.8)))
    assert region.bio_carbon.low == pytest.approx(0.3)
    assert region.bio_carbon.high == 0.5


def test_minerals_leave_less_room() -> None:
    filled = Props(carbon=P(0.3), inorganic=P(0), mineral=P(0.4), bio=P(1))
    assert region_of(filled).mass == P(0.6)


def test_total_carbon_counts_carbonate() -> None:
    chalky = Props(carbon=P(0.4), inorganic=P(0.1), bio=P(0.5), bio_basis="tc")
    assert region_of(chalky).bio_carbon == P(0.25)
    assert region_of(chalky).total == ((0.5, 0.25),)


def test_statements_that_cannot_all_be_true_are_each_kept_inside() -> None:
    impossible = pure(0.9, bio=P(1), mass=P(0.1))
    region = region_of(impossible)
    assert not region.consistent
    assert region.mass.low <= 0.1
    assert region.bio_carbon.high >= 0.9


@given(spans, spans, st.none() | spans, st.none() | spans, st.sampled_from(["toc", "tc", "carbon_mass"]), st.integers(0, 2**31))
def test_what_satisfies_every_statement_lies_in_the_region(
    carbon: Interval, inorganic: Interval, bio: Interval | None, mass: Interval | None, basis: str, seed: int
) -> None:
    """Throw darts at (C, I, B, Y); those that keep every statement must lie inside."""
    props = Props(carbon=carbon, inorganic=inorganic, bio=bio, bio_basis=basis, mass=mass)  # type: ignore[arg-type]
    region = region_of(props)
    rng = random.Random(seed)
    for _ in range(60):
        c, i = rng.uniform(carbon.low, carbon.high), rng.uniform(inorganic.low, inorganic.high)
        base = {"toc": c, "tc": c + i, "carbon_mass": 1.0}[basis]
        b = rng.uniform(bio.low, bio.high) * base if bio else rng.uniform(0, c)
        y = rng.uniform(mass.low, mass.high) if mass else rng.uniform(min(b, 1), 1)
        if c + i > 1 or b > c or not b <= y <= 1 - max(0.0, i) - (c - b):
            continue
        assert region.bio_carbon.low - 1e-9 <= b <= region.bio_carbon.high + 1e-9
        assert region.mass.low - 1e-9 <= y <= region.mass.high + 1e-9
        alone = ratio_range([Term(1.0, region.organic)])
        if c > 1e-6:
            assert alone is not None
            assert alone.low - 1e-6 <= b / c <= alone.high + 1e-6


def test_any_mixture_lies_in_the_hull() -> None:
    both = hull([region_of(pure(0.5, bio=P(1))), region_of(pure(0.8, bio=P(0)))])
    assert both.mass == Interval(0, 1)
    assert ratio_range([Term(1.0, both.organic)]) == Interval(0, 1)


@given(
    st.lists(
        st.tuples(st.floats(0.01, 10), st.lists(st.tuples(st.floats(0.01, 1), st.floats(0, 1)), min_size=1, max_size=3)),
        min_size=1,
        max_size=4,
    )
)
def test_the_least_and_greatest_ratio_are_those_of_some_choice_of_corners(roots: list[tuple[float, list[tuple[float, float]]]]) -> None:
    terms = [Term(m, tuple((d, d * n) for d, n in corners)) for m, corners in roots]
    found = ratio_range(terms)
    choices: list[list[tuple[float, float]]] = [[]]
    for term in terms:
        choices = [[*done, (term.mass * d, term.mass * n)] for done in choices for d, n in term.corners]
    ratios = [sum(n for _, n in chosen) / sum(d for d, _ in chosen) for chosen in choices]
    assert found is not None
    assert (found.low, found.high) == pytest.approx((min(ratios), max(ratios)), abs=1e-9)


def test_a_negative_mass_takes_its_greatest_from_the_least() -> None:
    span = sum_range([(1.0, Interval(0.4, 0.6)), (-0.5, Interval(0, 1))])
    assert (span.low, span.high) == pytest.approx((-0.1, 0.6))


def test_without_any_carbon_there_is_no_ratio() -> None:
    assert ratio_range([Term(1.0, ((0.0, 0.0),))]) is None

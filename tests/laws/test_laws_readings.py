"""What single statements leave open, lot by lot, where a reading is easily got wrong."""

from __future__ import annotations

import pytest

from laws.answers import answer, figures
from laws.language import SUPPLIER, parse
from tracepack.core.ledger import LotKey

LOT = LotKey(SUPPLIER, "A")


@pytest.mark.parametrize("kind", ["synthetic polymer", "natural polymer"])
def test_a_polymer_that_holds_carbonate_is_not_all_biomass(kind: str) -> None:
    """With 9 % of inorganic carbon stated it is no pure organic material, whatever its kind."""
    low, high = figures(parse(f'A 10 kind="{kind}" wo=34 wi=9 bio=100'), LOT)["bio_mass"]
    assert low <= 0.34 + 1e-9
    assert 0.34 <= high <= 1 - 0.09


@pytest.mark.parametrize("bio", [0, 100])
def test_a_pure_polymer_is_bio_based_by_mass_as_by_carbon(bio: int) -> None:
    assert figures(parse(f"A 10 wo=50 bio={bio}"), LOT)["bio_mass"] == (bio / 100, bio / 100)


@pytest.mark.parametrize("kind", ["additive", "ink", "adhesive", "compound", "feedstock"])
def test_a_mixture_is_not_taken_for_pure(kind: str) -> None:
    assert figures(parse(f'A 10 kind="{kind}" wo=40 bio=100'), LOT)["bio_mass"] == pytest.approx((0.4, 1.0))


@pytest.mark.parametrize(
    ("statement", "figure", "evidence"),
    [
        ("wo=50 bio=40", "bio_carbon_toc", "declared"),
        ("wo=50 bio=93..96", "bio_carbon_toc", "declared"),  # the supplier's own range, nothing of ours
        ("wo=? bio=40", "bio_carbon_toc", "declared"),  # carbon cannot move a share of carbon of one lot
        ("wo=50 bio=40", "bio_mass", "assumed"),  # 20 to 70 %, and nobody said where
        ("wo=50 bio=?", "bio_carbon_toc", "assumed"),
        ("kind=compound wo=40 bio=100 ash=10", "bio_carbon_tc", "assumed"),  # 40 to 100 %, for want of the inorganic carbon
        ("wo=50 bio=40 mass=45", "bio_mass", "declared"),
    ],
)
def test_evidence_is_the_weakest_that_moves_the_figure(statement: str, figure: str, evidence: str) -> None:
    assert answer(parse(f"A 10 {statement}"), LOT).figures[figure].evidence == evidence


def test_a_filler_without_organic_carbon_has_no_carbon_figure() -> None:
    found = answer(parse("A 10 kind=filler wo=0 wi=12 mass=0"), LOT).figures
    assert (found["bio_carbon_toc"].low, found["bio_carbon_toc"].high, found["bio_carbon_toc"].evidence) == (None, None, "not-applicable")
    assert (found["bio_carbon_tc"].low, found["bio_carbon_tc"].high) == (0.0, 0.0)


def test_stated_mass_limits_the_carbon_that_is_not_stated() -> None:
    """All of 60 % biomass may be carbon, no more: one value of each unknown, jointly."""
    found = figures(parse("A 10 wo=? bio=100 mass=60"), LOT)
    assert found["bio_carbon_mass"] == pytest.approx((0.0, 0.6))
    assert found["bio_carbon_toc"] == (1.0, 1.0)

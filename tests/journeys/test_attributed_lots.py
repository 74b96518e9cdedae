"""Attributed content of made lots: given by attributions, carried into later runs, never part of a physical figure."""

from __future__ import annotations

import datetime as dt

import pytest

from journeys.bookdesk import FEBRUARY, MARCH, Q1, attribution, certified, described, made_film
from journeys.desk import Desk, bio, delivery, ends, finding_names, made, run, taken


@pytest.fixture
def site(desk: Desk) -> Desk:
    """A film lot of 100 t of fossil PP, 46 t of which is attributed."""
    described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 100))
    return made_film(desk, "FILM", 100).fill("Attributions", attribution("1", "FILM", 46))


def test_a_made_lot_shows_what_is_attributed_to_it_and_its_substance_unmoved(site: Desk) -> None:
    site.fill("Deliveries", delivery("B", "PP", 1, more=bio(0)))
    answer = site.content("FILM")
    assert ends(answer, "attributed") == (0.46, 0.46)
    assert ends(answer, "bio_carbon_toc") == (0.0, 1.0), "nobody has said what the PP is made of"


def test_it_moves_with_the_lot_into_later_runs_in_proportion(site: Desk) -> None:
    site.fill("Deliveries", delivery("INK", "ink", 10, Unit="t"))
    rows = (taken("FILM", 40, Unit="t", Supplier=None), taken("INK", 10, Unit="t"), made("BAG", 45, "bag", Unit="t"))
    site.fill("Production", *run("P", *rows, on=MARCH))
    assert ends(site.content("BAG"), "attributed") == (0.368, 0.368)


def test_an_attribution_adds_to_what_a_lot_brings_along_up_to_all_of_it(site: Desk) -> None:
    site.fill("Production", *run("P", taken("FILM", 50, Unit="t", Supplier=None), made("BAG", 50, "bag", Unit="t"), on=MARCH))
    answer = site.fill("Attributions", attribution("2", "BAG", 10, on=MARCH)).content("BAG")
    assert ends(answer, "attributed") == (0.66, 0.66)
    assert "attributed-beyond-lot" not in finding_names(answer)
    answer = site.fill("Attributions", attribution("3", "BAG", 20, on=MARCH)).content("BAG")
    assert ends(answer, "attributed") == (1.0, 1.0)
    assert "attributed-beyond-lot" in finding_names(answer)


def test_a_delivery_s_attributed_content_stops_in_the_books(desk: Desk) -> None:
    described(desk).fill("Deliveries", certified("A", 100))
    desk.fill("Production", *run("P", taken("A", 50, Unit="t"), made("FILM", 50, "film", Unit="t"), on=FEBRUARY))
    assert ends(desk.content("A"), "attributed") == (1.0, 1.0)
    assert ends(desk.content("FILM"), "attributed") == (None, None)


def test_regrind_carries_none(site: Desk) -> None:
    trim = (taken("FILM", 40, Unit="t", Supplier=None), made("BAG", 30, "bag", Unit="t"), made("TRIM", 10, "PP regrind", Unit="t"))
    site.fill("Production", *run("P", *trim, on=MARCH))
    site.fill("Production", *run("Q", taken("TRIM", 10, Unit="t", Supplier=None), made("LINER", 10, "liner", Unit="t"), on=MARCH))
    assert ends(site.content("BAG"), "attributed") == (0.46, 0.46)
    assert ends(site.content("TRIM"), "attributed") == (None, None)
    assert ends(site.content("LINER"), "attributed") == (None, None)


@pytest.mark.parametrize(
    ("material", "described_as", "kind", "is_regrind"),
    [
        ("PP regrind", None, None, True),
        ("RM-77", "PP regrind", None, True),
        ("RM-77", "Mahlgut PP natur", None, True),
        ("RM-77", None, "regrind", True),
        ("RM-77", "PP 回料", None, True),
        ("Film 20% regrind", None, None, False),
        ("RM-78", "Film with regrind", None, False),
        ("RM-78", "含回料薄膜", None, False),
        ("FILM-REWORKED", None, None, False),
        ("RM-79", "PP reworked", "rewinding", False),
    ],
)
def test_regrind_is_known_by_its_material_or_its_run(
    site: Desk, material: str, described_as: str | None, kind: str | None, is_regrind: bool
) -> None:
    if described_as:
        site.fill("Materials", {"Material ID": material, "Name": described_as})
    rows = (taken("FILM", 40, Unit="t", Supplier=None), made("GROUND", 40, material, Unit="t"))
    site.fill("Production", *run("P", *rows, on=MARCH, kind=kind))
    site.fill("Production", *run("Q", taken("GROUND", 40, Unit="t", Supplier=None), made("LINER", 40, "liner", Unit="t"), on=MARCH))
    answer = site.content("LINER")
    assert ends(answer, "attributed") == ((None, None) if is_regrind else (0.46, 0.46))
    assert ("regrind-carries-none" in finding_names(answer)) == is_regrind
    if is_regrind:
        (note,) = (found for found in answer["findings"] if found["name"] == "regrind-carries-none")
        assert "GROUND" in note["message"]
        assert note["refs"], "the cell that names the lot"


def test_a_lot_drawn_before_an_attributed_one_was_fed_into_its_source_carries_none(site: Desk) -> None:
    site.fill("Deliveries", delivery("B", "PP", 40, Unit="t"))
    site.fill("Production", *run("P1", taken("B", 40, Unit="t"), made("BIN", 40, "PP", Unit="t"), on=FEBRUARY))
    site.fill("Production", *run("P2", taken("BIN", 10, Unit="t", Supplier=None), made("EARLY", 10, "bag", Unit="t"), on=MARCH))
    later = MARCH + dt.timedelta(days=2)
    site.fill("Production", *run("P3", taken("FILM", 30, Unit="t", Supplier=None), made("BIN", 30, "PP", Unit="t"), on=later))
    site.fill("Production", *run("P4", taken("BIN", 10, Unit="t", Supplier=None), made("LATE", 10, "bag", Unit="t"), on=later))
    assert ends(site.content("EARLY"), "attributed") == (None, None)
    assert ends(site.content("LATE"), "attributed") == (0.23, 0.23)
    assert ends(site.content("BIN"), "attributed") == (0.0, 0.23)


def test_a_loop_of_runs_feeds_nothing_back_to_itself(site: Desk) -> None:
    first = (taken("FILM", 50, Unit="t", Supplier=None), taken("BIN", 10, Unit="t", Supplier=None), made("BAG", 60, "bag", Unit="t"))
    site.fill("Production", *run("P", *first, on=MARCH))
    site.fill("Production", *run("Q", taken("BAG", 10, Unit="t", Supplier=None), made("BIN", 10, "PP", Unit="t"), on=MARCH))
    low, high = ends(site.content("BAG"), "attributed")
    assert low == high == pytest.approx(23 / 60)

"""What suppliers and laboratories state, on which basis, and what a blank leaves open."""

from __future__ import annotations

import datetime as dt

import pytest

from journeys.desk import DAY, Desk, Row, bio, delivery, ends, finding_names, lost, made, run, taken

EXACT = 1e-6
DIGITS = 1e-4


def both(value: float, within: float = EXACT) -> object:
    return pytest.approx((value, value), abs=within)


def between(low: float, high: float, within: float = EXACT) -> object:
    return pytest.approx((low, high), abs=within)


@pytest.mark.parametrize("material", ["PE", "bio-PE", "a resin nobody described"])
def test_a_blank_is_a_bound_whatever_the_name_says(desk: Desk, material: str) -> None:
    desk.fill("Deliveries", delivery("A", material, 100), delivery("B", "PE", 100, more=bio(0)))
    desk.fill("Production", *run("R1", taken("A", 100), taken("B", 100), made("FILM", 200)))
    lot = desk.content("A")
    assert ends(lot, "bio_carbon_toc") == (0.0, 1.0)
    assert ends(lot, "bio_mass") == (0.0, 1.0)
    assert lot["content"]["bio_carbon_toc"]["evidence"] == "assumed"
    # at least nothing, at most half by mass
    assert ends(desk.content("FILM"), "bio_mass") == between(0, 0.5)


def test_a_blank_inside_a_blend_widens_only_by_its_own_carbon(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("A", "PLA", 60, more=bio(100)), delivery("B", "PBAT", 40))
    desk.fill("Production", *run("R1", taken("A", 60), taken("B", 40), made("FILM", 100)))
    answer = desk.content("FILM")
    # carbon 30 of PLA, 25.14 of PBAT
    assert ends(answer, "bio_carbon_toc") == between(30 / 55.14, 1.0, DIGITS)
    assert ends(answer, "bio_mass") == between(0.6, 1.0)


def test_carbon_alone_bounds_the_mass(desk: Desk) -> None:
    desk.fill("Materials", {"Material ID": "polyester X", "Kind": "synthetic polymer", "Organic Carbon %": 60})
    desk.fill("Deliveries", delivery("A", "polyester X", 100, more=bio(40)))
    # 0.6 * 0.4 = 0.24 is bio-based carbon, 0.6 * 0.6 = 0.36 is not: by mass 24 to 64 %
    assert ends(desk.content("A"), "bio_mass") == between(0.24, 0.64)


def test_mass_alone_bounds_the_carbon(desk: Desk) -> None:
    desk.fill("Materials", {"Material ID": "polyester X", "Kind": "synthetic polymer", "Organic Carbon %": 60})
    desk.fill("Deliveries", delivery("A", "polyester X", 100, more={"Biobased Mass %": 50, "Method": "EN 16785-1"}))
    answer = desk.content("A")
    # at most 50 of 60 kg of carbon are bio-based, and at most 50 are not
    assert ends(answer, "bio_carbon_toc") == between(10 / 60, 50 / 60)
    assert ends(answer, "bio_carbon_mass") == between(0.10, 0.50)
    assert ends(answer, "bio_mass") == both(0.5)


def test_a_range_in_a_cell_is_a_bound(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("A", "PE", 100, more=bio("30-35 %")), delivery("B", "PE", 100, more=bio(">= 80 %")))
    assert ends(desk.content("A"), "bio_carbon_toc") == between(0.30, 0.35)
    assert ends(desk.content("B"), "bio_carbon_toc") == between(0.80, 1.0)


CHALKY = {"Material ID": "chalky", "Kind": "compound", "Organic Carbon %": 50, "Inorganic Carbon %": 10}


@pytest.mark.parametrize(
    ("method", "percent", "figure"),
    [
        # organic carbon 50 %, inorganic 10 %: 18 % of the mass bio-based carbon is 36 % of organic and 30 % of total carbon
        ("ASTM D6866-22", 36, "bio_carbon_toc"),
        ("EN 16640", 30, "bio_carbon_tc"),
        ("ISO 16620-2", 18, "bio_carbon_mass"),
    ],
)
def test_the_method_says_what_the_share_is_of(desk: Desk, method: str, percent: float, figure: str) -> None:
    desk.fill("Materials", CHALKY)
    desk.fill("Deliveries", delivery("A", "chalky", 100, more={"Biobased Carbon %": percent, "Method": method}))
    answer = desk.content("A")
    assert ends(answer, figure) == both(percent / 100)
    assert ends(answer, "bio_carbon_toc") == both(0.36)
    assert ends(answer, "bio_carbon_tc") == both(0.30)
    assert ends(answer, "bio_carbon_mass") == both(0.18)


@pytest.mark.parametrize("method", ["EN 16785-1", "ISO 16620-4"])
def test_a_mass_method_rereads_the_only_share(desk: Desk, method: str) -> None:
    desk.fill("Deliveries", delivery("A", "PBS", 100, more={"Biobased Carbon %": 45, "Method": method}))
    assert ends(desk.content("A"), "bio_mass") == both(0.45)


def test_mass_balance_is_bookkeeping_not_substance(desk: Desk) -> None:
    desk.fill(
        "Deliveries",
        delivery("MB", "PE", 100, more={"Biobased Carbon %": 100, "Method": "mass balance", "Chain of Custody": "mass balance"}),
        delivery("AT", "PE", 100, more={"Attributed Content %": 100, "Chain of Custody": "mass balance"}),
        delivery("F", "PE", 100, more=bio(0)),
    )
    desk.fill("Production", *run("R1", taken("MB", 100), taken("AT", 100), made("FILM", 200)))
    for lot in ("MB", "AT"):
        answer = desk.content(lot)
        assert ends(answer, "bio_carbon_toc") == (0.0, 1.0)
        assert ends(answer, "attributed") == both(1.0)
    film = desk.content("FILM")
    assert ends(film, "bio_carbon_toc") == (0.0, 1.0)
    # it entered the site's books and stops there
    assert ends(film, "attributed") in ((0.0, 0.0), (None, None))


def lab(report: str, lot: str, supplier: str | None = "SUP", **columns: object) -> Row:
    """A lab test's row by ASTM D6866."""
    row = {"Report No": report, "Lot No": lot, "Supplier": supplier, "Method": "ASTM D6866-22", "Laboratory": "LAB", "Report Date": DAY}
    return row | columns


def test_a_lab_test_outranks_the_declaration_of_a_delivered_lot(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("A", "PE", 100, more=bio(95)), delivery("B", "PE", 100, more=bio(0)))
    desk.fill("Lab Tests", lab("T1", "A", **{"Biobased Carbon %": 93}))
    desk.fill("Production", *run("R1", taken("A", 50), taken("B", 50), made("FILM", 100)))
    answer = desk.content("A")
    assert ends(answer, "bio_carbon_toc") == both(0.93)
    assert answer["content"]["bio_carbon_toc"]["evidence"] == "lab-tested"
    assert ends(desk.content("FILM"), "bio_carbon_toc") == both(0.465)
    assert "lab-disagrees" not in desk.check()


@pytest.mark.parametrize(
    ("pmc", "ref", "expected"),
    [
        (101.3, 100, 1.0),  # above 100 % is reported as 100 %
        (94.0, 105, 94.0 / 105),  # not rounded: 89.52 %, not 90
        (88.5, 101.5, 88.5 / 101.5),
    ],
)
def test_radiocarbon_counts_unrounded_and_never_above_100(desk: Desk, pmc: float, ref: float, expected: float) -> None:
    desk.fill("Deliveries", delivery("A", "PE", 100))
    desk.fill("Lab Tests", lab("T1", "A", pMC=pmc, REF=ref))
    assert ends(desk.content("A"), "bio_carbon_toc") == both(expected)


def test_several_lab_tests_span_their_results(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("A", "PE", 100, more=bio(95)))
    desk.fill("Lab Tests", lab("T1", "A", **{"Biobased Carbon %": 93}), lab("T2", "A", **{"Biobased Carbon %": 96}))
    assert ends(desk.content("A"), "bio_carbon_toc") == between(0.93, 0.96)


@pytest.mark.parametrize(("measured", "severity"), [(48, None), (45, "warning"), (41, "error")])
def test_a_made_lot_is_calculated_and_compared_with_its_lab_test(desk: Desk, measured: float, severity: str | None) -> None:
    desk.fill("Deliveries", delivery("A", "PE", 100, more=bio(100)), delivery("B", "PE", 100, more=bio(0)))
    desk.fill("Production", *run("R1", taken("A", 50), taken("B", 50), made("FILM", 100)))
    desk.fill("Lab Tests", lab("T1", "FILM", None, **{"Biobased Carbon %": measured}))
    answer = desk.content("FILM")
    assert ends(answer, "bio_carbon_toc") == both(0.5)
    assert [test["measured_low"] for test in answer["lab_tests"]] == pytest.approx([measured / 100])
    findings = [f for f in answer["findings"] if f["name"] == "lab-disagrees"]
    assert [f["severity"] for f in findings] == ([severity] if severity else [])


PDO = {"Material ID": "PDO", "Kind": "feedstock", "Organic Carbon %": 47.35}
PTA = {"Material ID": "PTA", "Kind": "feedstock", "Organic Carbon %": 57.84}
#: 369 kg PDO carry 174.72 kg of carbon, 806 kg PTA 466.19 kg: 640.91 kg, as 1,000 kg of PTT do (64.08 %).
CARBON = 369 * 0.4735 + 806 * 0.5784


def polyester(desk: Desk, product: float, shares: tuple[float | None, float | None], water: float = 175) -> None:
    """PTT from bio-based PDO and fossil PTA, with the water of the condensation."""
    desk.fill("Materials", PDO, PTA)
    desk.fill("Deliveries", delivery("D1", "PDO", 369, more=bio(100)), delivery("T1", "PTA", 806, more=bio(0)))
    rows = [taken("D1", 369, more={"Carbon Share %": shares[0]}), taken("T1", 806, more={"Carbon Share %": shares[1]})]
    rows += [made("PTT1", product, "PTT")] + ([lost(water, Material="water")] if water else [])
    desk.fill("Production", *run("R1", *rows, kind="synthesis"))


def test_a_polyester_counts_by_its_bill_of_atoms(desk: Desk) -> None:
    polyester(desk, 1000, (27.27, 72.73))
    answer = desk.content("PTT1")
    assert ends(answer, "bio_carbon_toc") == both(0.2727, DIGITS)
    # the carbon of the product is its formula's
    assert ends(answer, "bio_carbon_mass") == both(0.2727 * 0.6408, DIGITS)
    low, high = ends(answer, "bio_mass")
    # PDO's residue is 35.93 % of the chain and PDO fed 36.90 %: whichever is meant lies inside
    assert low <= 0.3593
    assert 0.3690 <= high <= 1 - 0.6408 * (1 - 0.2727) + DIGITS
    assert low >= 0.2727 * 0.6408 - DIGITS
    assert "carbon-not-balanced" not in finding_names(answer)


def test_a_synthesis_without_shares_counts_each_input_by_its_own_carbon(desk: Desk) -> None:
    polyester(desk, 1000, (None, None))
    assert ends(desk.content("PTT1"), "bio_carbon_toc") == both(369 * 0.4735 / CARBON, DIGITS)


def test_a_synthesis_need_not_record_its_water(desk: Desk) -> None:
    polyester(desk, 1000, (None, None), water=0)
    answer = desk.content("PTT1")
    assert ends(answer, "bio_carbon_toc") == both(369 * 0.4735 / CARBON, DIGITS)
    assert "mass-not-balanced" not in finding_names(answer) + desk.check()


def test_more_carbon_out_than_in_is_an_unknown_input(desk: Desk) -> None:
    polyester(desk, 1150, (None, None), water=25)
    answer = desk.content("PTT1")
    out = 1150 * 0.6408
    low, high = ends(answer, "bio_carbon_toc")
    # the excess carbon may be all bio-based or not at all
    assert low <= 369 * 0.4735 / out + DIGITS
    assert high >= (369 * 0.4735 + out - CARBON) / out - DIGITS
    assert high < 0.9
    assert "carbon-not-balanced" in finding_names(answer)
    assert "carbon-not-balanced" in desk.check()


def test_a_layer_is_split_by_its_layer_shares(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("S", "LDPE", 500, more=bio(100)), delivery("C", "LDPE", 900, more=bio(0)))
    skin, core = {"Layer": "A", "Grammage g/m2": 20}, {"Layer": "B", "Grammage g/m2": 60}
    rows = [taken("S", more=skin), taken("S", more=core | {"Layer Share %": 25}), taken("C", more=core | {"Layer Share %": 75})]
    desk.fill("Production", *run("R1", *rows, made("FILM", 800)))
    # 20 g/m2 of skin and a quarter of 60 g/m2 of core are bio-based: 35 of 80
    assert ends(desk.content("FILM"), "bio_mass") == both(35 / 80)


def test_quantities_rule_and_the_structure_is_compared(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("S", "LDPE", 500, more=bio(100)), delivery("C", "LDPE", 900, more=bio(0)))
    skin, core = {"Layer": "A", "Grammage g/m2": 20}, {"Layer": "B", "Grammage g/m2": 60}
    desk.fill("Production", *run("R1", taken("S", 400, more=skin), taken("C", 600, more=core), made("FILM", 1000)))
    assert ends(desk.content("FILM"), "bio_mass") == both(0.4)
    # 40 % by quantity against 25 % by structure
    assert "structure-disagrees" in desk.check()


def test_areas_and_pieces_weigh_what_their_material_does(desk: Desk) -> None:
    desk.fill(
        "Materials",
        {"Material ID": "web", "Kind": "film", "Organic Carbon %": 85.63, "Grammage g/m2": 50},
        {"Material ID": "cap", "Kind": "article", "Organic Carbon %": 85.63, "Piece Weight g": 5},
    )
    desk.fill(
        "Deliveries",
        delivery("W", "web", 1000, more=bio(100) | {"Unit": "m2"}),
        delivery("K", "cap", 10_000, more=bio(0) | {"Unit": "pcs"}),
    )
    desk.fill("Production", *run("R1", taken("W", 50), taken("K", 50), made("PACK", 100)))
    # 1,000 m2 of 50 g and 10,000 pieces of 5 g are 50 kg each
    assert desk.content("W")["mass_kg"] == "50"
    assert desk.content("K")["mass_kg"] == "50"
    assert ends(desk.content("PACK"), "bio_carbon_toc") == both(0.5)


def test_a_unit_that_is_none_leaves_the_mass_unknown(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("A", "LDPE", 5, more=bio(100) | {"Unit": "drums"}))
    imported = desk.bring_in()
    assert "unit-unknown" in finding_names(imported)
    answer = desk.content("A")
    assert answer["mass_kg"] is None
    assert ends(answer, "bio_carbon_toc") == both(1.0)


def test_a_correction_of_a_materials_share_counts_from_its_date(desk: Desk) -> None:
    row = {"Material ID": "grade 7", "Kind": "synthetic polymer", "Organic Carbon %": 85.63, "Method": "ASTM D6866"}
    desk.fill("Materials", row | {"Biobased Carbon %": 90, "Valid From": dt.date(2025, 1, 1)})
    desk.fill("Materials", row | {"Biobased Carbon %": 80, "Valid From": dt.date(2026, 2, 1)})
    desk.fill("Deliveries", delivery("OLD", "grade 7", 100), delivery("NEW", "grade 7", 100, more={"Delivery Date": dt.date(2026, 2, 1)}))
    assert ends(desk.content("OLD"), "bio_carbon_toc") == both(0.9)
    assert ends(desk.content("NEW"), "bio_carbon_toc") == both(0.8)


def test_shares_that_cannot_all_be_true_are_refused(desk: Desk) -> None:
    # 40 % of 50 % is 20 % bio-based carbon, which cannot weigh more than all of its biomass, 10 %
    shares = bio(40) | {"Biobased Mass %": 10, "Organic Carbon %": 50}
    desk.fill("Deliveries", delivery("A", "a resin nobody described", 100, more=shares))
    desk.run("init", "--organisation", "ORG", "--site", "S1")
    answer = desk.run("import", "--json", str(desk.save()))
    assert answer.code == 1
    assert "content-contradictory" in finding_names(answer.json)
    assert desk.run("content", "A", "--json").code == 2


def test_shares_that_the_materials_carbon_belies_are_said(desk: Desk) -> None:
    # PLA is half carbon, all of it bio-based: its biomass cannot be 40 %
    desk.fill("Deliveries", delivery("A", "PLA", 100, more=bio(100) | {"Biobased Mass %": 40}))
    imported = desk.bring_in()
    answer = desk.content("A")
    assert "content-inconsistent" in finding_names(imported) + finding_names(answer) + desk.check()

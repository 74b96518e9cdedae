"""The worked examples of the trade, from workbook to `content --json`, to the digits they are known to.

Carbon fractions by formula: PE 0.8563, PLA 0.5000, PBAT 0.6285, starch and cellulose 0.4445, glycerol 0.3913, CaCO3 0.1200 inorganic.
"""

from __future__ import annotations

import pytest

from journeys.desk import DAY, Desk, bio, bio_mass, delivery, ends, finding_names, lost, made, run, taken

#: Two decimals of a percentage.
DIGITS = 5e-5


def both(value: float) -> object:
    """A figure whose two ends are one number."""
    return pytest.approx((value, value), abs=DIGITS)


def test_pla_and_pbat_differ_by_carbon_and_by_mass(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("P1", "PLA", 60, more=bio(100)), delivery("B1", "PBAT", 40, more=bio(0)))
    desk.fill("Production", *run("R1", taken("P1", 60), taken("B1", 40), made("C1", 100, "compound")))
    answer = desk.content("C1")
    # organic carbon 60 * 0.5 + 40 * 0.6285 = 55.14 kg, of it 30 kg bio-based; 60 of 100 kg are PLA
    assert ends(answer, "bio_carbon_toc") == both(30 / 55.14)
    assert ends(answer, "bio_carbon_tc") == both(30 / 55.14)
    assert ends(answer, "bio_carbon_mass") == both(0.30)
    assert ends(answer, "bio_mass") == both(0.60)
    assert ends(answer, "bio_polymer_mass") == both(0.60)
    assert answer["mass_kg"] == "100"
    assert {o["lot"]: o["mass_share"] for o in answer["origins"]} == pytest.approx({"P1": 0.6, "B1": 0.4})
    assert {o["lot"]: o["bio_carbon_share"] for o in answer["origins"]} == pytest.approx({"P1": 1.0, "B1": 0.0})


def test_a_coextruded_film_weighs_its_layers_by_thickness_and_density(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("SKIN", "LLDPE", 400, more=bio(100)), delivery("CORE", "LDPE", 700, more=bio(0)))
    skin, core = {"Thickness um": 15, "Density g/cm3": 0.918}, {"Thickness um": 50, "Density g/cm3": 0.925}
    desk.fill(
        "Production",
        *run(
            "R1",
            taken("SKIN", Layer="A", more=skin),
            taken("CORE", Layer="B", more=core),
            taken("SKIN", Layer="C", more=skin),
            made("FILM", 1000, "film"),
        ),
    )
    answer = desk.content("FILM")
    # 15 * 0.918 = 13.77 g/m2 a skin, 50 * 0.925 = 46.25 the core: 27.54 of 73.79; all polyethylene, so carbon goes by mass
    assert ends(answer, "bio_carbon_toc") == both(27.54 / 73.79)
    assert ends(answer, "bio_mass") == both(0.3732)


@pytest.mark.parametrize(
    ("polyethylene", "expected"),
    [
        # dry board 232.5 g/m2: 209.25 cellulose (93.01 C) and 23.25 CaCO3 (2.79 C); 20 g/m2 PE (17.13 C); dry 252.5
        (100, {"bio_carbon_toc": 1.0, "bio_carbon_tc": 0.9753, "bio_mass": 0.9079}),
        (0, {"bio_carbon_toc": 0.8445, "bio_carbon_tc": 0.8236, "bio_mass": 0.8287}),
    ],
)
def test_a_coated_board_counts_dry_and_with_its_filler(desk: Desk, polyethylene: float, expected: dict[str, float]) -> None:
    # the dry board is 90 % cellulose and 10 % CaCO3: organic carbon 0.9 * 44.45 = 40.005 %, inorganic 0.1 * 12 = 1.2 %
    board = {"Organic Carbon %": 40.005, "Inorganic Carbon %": 1.2, "Biobased Mass %": 90, "Moisture %": 7}
    desk.fill("Materials", {"Material ID": "board", "Kind": "paper"})
    desk.fill("Deliveries", delivery("B1", "board", 1000, more=bio(100) | board), delivery("PE1", "LDPE", 100, more=bio(polyethylene)))
    rows = [
        taken("B1", more={"Layer": "board", "Grammage g/m2": 250}),
        taken("PE1", more={"Layer": "coating", "Grammage g/m2": 20}),
        made("CUP", 1080, "coated board"),
    ]
    desk.fill("Production", *run("R1", *rows))
    answer = desk.content("CUP")
    assert {name: ends(answer, name) for name in expected} == {name: both(value) for name, value in expected.items()}


def test_a_masterbatch_is_its_pigment_and_its_carrier(desk: Desk) -> None:
    desk.fill(
        "Materials",
        {"Material ID": "white MB", "Kind": "masterbatch"},
        {
            "Material ID": "carrier PE",
            "Kind": "synthetic polymer",
            "Organic Carbon %": 85.63,
            "Biobased Carbon %": 0,
            "Method": "ASTM D6866",
        },
    )
    desk.fill(
        "Compositions",
        {"Material or Lot No": "white MB", "Component": "TiO2", "Share %": 60},
        {"Material or Lot No": "white MB", "Component": "carrier PE", "Share %": 40},
    )
    desk.fill("Deliveries", delivery("G1", "bio-PE", 96, more=bio(100)), delivery("M1", "white MB", 4))
    desk.fill("Production", *run("R1", taken("G1", 96), taken("M1", 4), made("FILM", 100)))
    answer = desk.content("FILM")
    # 4 kg of masterbatch are 2.4 TiO2 and 1.6 PE: carbon goes 96 to 1.6
    assert ends(answer, "bio_carbon_toc") == both(96 / 97.6)
    assert ends(answer, "bio_mass") == both(0.96)
    assert ends(answer, "bio_polymer_mass") == both(0.96)


def test_a_starch_compound_counts_without_its_water(desk: Desk) -> None:
    desk.fill(
        "Deliveries",
        delivery("S1", "starch", 50, more=bio(100) | {"Moisture %": 12}),
        delivery("G1", "glycerol", 15, more=bio(100)),
        delivery("P1", "PBAT", 40, more=bio(0)),
    )
    desk.fill("Production", *run("R1", taken("S1", 50), taken("G1", 15), taken("P1", 40), made("TPS", 99), lost(6, Material="water")))
    answer = desk.content("TPS")
    # dry 44 + 15 + 40 = 99; carbon 44 * .4445 + 15 * .3913 = 25.43 bio of 50.57
    assert ends(answer, "bio_carbon_toc") == both(0.5028)
    assert ends(answer, "bio_mass") == both(0.5960)


def test_water_and_trim_leave_a_batch(desk: Desk) -> None:
    desk.fill("Materials", {"Material ID": "resin", "Kind": "other", "Organic Carbon %": 60})
    desk.fill(
        "Deliveries",
        delivery("H1", "resin", 100, more=bio_mass(50)),
        delivery("F1", "resin", 100, more=bio_mass(0) | {"Moisture %": 10}),
    )
    desk.fill("Production", *run("R1", taken("H1", 100), taken("F1", 100), made("P1", 185), lost(10, Material="water"), lost(5)))
    answer = desk.content("P1")
    # dry 190, of it 50 bio: 26.32 %, before and after the trim (50 - 5 * 50/190 = 48.684 of 185)
    assert ends(answer, "bio_mass") == both(48.684 / 185)
    assert answer["mass_kg"] == "185"


@pytest.mark.parametrize(
    ("filler", "expected"),
    [
        ("talc", {"bio_carbon_toc": 1.0, "bio_carbon_tc": 1.0, "bio_carbon_mass": 0.35, "bio_mass": 0.70}),
        # 30 g CaCO3 hold 3.60 g of inorganic carbon
        ("CaCO3", {"bio_carbon_toc": 1.0, "bio_carbon_tc": 35 / 38.6, "bio_carbon_mass": 0.35, "bio_mass": 0.70}),
    ],
)
def test_a_filler_dilutes_mass_but_not_organic_carbon(desk: Desk, filler: str, expected: dict[str, float]) -> None:
    grams = {"Unit": "g"}
    desk.fill("Deliveries", delivery("P1", "PLA", 70, more=bio(100) | grams), delivery("T1", filler, 30, more=grams))
    desk.fill("Production", *run("R1", taken("P1", 70, more=grams), taken("T1", 30, more=grams), made("C1", 100, more=grams)))
    answer = desk.content("C1")
    assert {name: ends(answer, name) for name in expected} == {name: both(value) for name, value in expected.items()}
    assert answer["mass_kg"] == "0.1"


@pytest.mark.parametrize(
    ("material", "carbon", "basis", "expected"),
    [
        # PTT with bio-based PDO: 3 of 11 carbons; residue 74.08 / 206.20, PDO fed 76.09 / 206.20, of all feed 31.41 %
        ("PTT", 27.27, "residue", (0.3593, 0.3593)),
        ("PTT", 27.27, "feed per product", (0.3690, 0.3690)),
        ("PTT", 27.27, "feed of feed", (0.3141, 0.3141)),
        ("PTT", 27.27, None, (0.3141, 0.3690)),
        # PET with bio-based MEG: 2 of 10 carbons; 60.05 / 192.17, 62.07 / 192.17, 62.07 / 228.20
        ("PET", 20, "residue", (0.3125, 0.3125)),
        ("PET", 20, "feed per product", (0.3230, 0.3230)),
        ("PET", 20, None, (0.2720, 0.3230)),
    ],
)
def test_the_mass_share_of_a_partly_bio_based_polyester_needs_its_basis(
    desk: Desk, material: str, carbon: float, basis: str | None, expected: tuple[float, float]
) -> None:
    desk.fill("Deliveries", delivery("L1", material, 100, more=bio(carbon) | {"Mass Basis": basis}))
    answer = desk.content("L1")
    assert ends(answer, "bio_mass") == pytest.approx(expected, abs=1e-4)
    assert ends(answer, "bio_carbon_toc") == both(carbon / 100)


@pytest.mark.parametrize(
    ("material", "carbon", "mass", "basis", "mismatch"),
    [
        ("PTT", 27.27, 37, "feed per product", False),  # the trade's 37 % is the feed basis, 36.90 %
        ("PTT", 27.27, 37, "residue", True),  # which would be 35.93 %
        ("PTT", 27.27, 36, "residue", False),
        ("PET", 20, 30, "feed of feed", True),  # which would be 27.20 %
    ],
)
def test_a_stated_mass_share_is_held_against_its_basis(
    desk: Desk, material: str, carbon: float, mass: float, basis: str, mismatch: bool
) -> None:
    desk.fill("Deliveries", delivery("L1", material, 100, more=bio(carbon) | {"Biobased Mass %": mass, "Mass Basis": basis}))
    imported = desk.bring_in()
    answer = desk.content("L1")
    names = finding_names(imported) + finding_names(answer) + desk.check()
    assert ("mass-basis-mismatch" in names) is mismatch
    assert ends(answer, "bio_mass") == both(mass / 100)


def test_a_measured_28_percent_is_ptt_made_with_bio_based_pdo(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("L1", "PTT", 100, more=bio(27.27) | {"Mass Basis": "residue"}))
    lab = {"Report No": "T1", "Lot No": "L1", "Supplier": "SUP", "Laboratory": "LAB", "Report Date": DAY}
    desk.fill("Lab Tests", lab | bio(28))
    answer = desk.content("L1")
    assert ends(answer, "bio_carbon_toc") == both(0.28)
    assert "lab-disagrees" not in finding_names(answer) + desk.check()

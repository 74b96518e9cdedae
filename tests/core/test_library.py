"""The built-in material library: its carbon fractions follow from their formulas, and it never says where carbon comes from."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tracepack.core.library import Library, fold_name, library_from_table
from tracepack.data import read_toml

ATOMS = {"C": 12.011, "H": 1.008, "O": 15.999, "N": 14.007}
TABLE = read_toml("materials.toml")
FORMULA = re.compile(r"^(C\d*H\d+(?:N\d*)?(?:O\d*)?(?:N\d*)?)(?: \(model\))?$")
MOLAR_MIX = re.compile(r"^([\d.]+) (\w+) \+ ([\d.]+) (\w+)$")
WEIGHT_MIX = re.compile(r"^(\d+) wt% (\w+) \+ (\d+) wt% (\w+)$")


def atoms(formula: str) -> dict[str, int]:
    return {atom: int(count or 1) for atom, count in re.findall(r"([CHON])(\d*)", formula)}


def mass(formula: str) -> float:
    return sum(ATOMS[atom] * count for atom, count in atoms(formula).items())


def carbon_fraction(formula: str) -> float:
    return ATOMS["C"] * atoms(formula)["C"] / mass(formula)


def expected(source: str) -> float | None:
    """The carbon fraction of a repeat unit, or of a mixture of two; None where the source is no such formula."""
    if match := FORMULA.match(source):
        return carbon_fraction(match[1])
    if match := MOLAR_MIX.match(source):
        first, second = float(match[1]), float(match[3])
        carbon = first * ATOMS["C"] * atoms(match[2])["C"] + second * ATOMS["C"] * atoms(match[4])["C"]
        return carbon / (first * mass(match[2]) + second * mass(match[4]))
    if match := WEIGHT_MIX.match(source):
        return int(match[1]) / 100 * carbon_fraction(match[2]) + int(match[3]) / 100 * carbon_fraction(match[4])
    return None


ENTRIES = list(TABLE["material"].items())


@pytest.mark.parametrize(("name", "body"), ENTRIES, ids=[name for name, _ in ENTRIES])
def test_carbon_fractions_follow_from_their_formula(name: str, body: dict[str, Any]) -> None:
    fraction = expected(body["formula"])
    if fraction is None:
        assert isinstance(body["organic_carbon"], list) or body["organic_carbon"] == 0 or "model" in body["formula"], name
    elif "(model)" in body["formula"]:
        assert body["organic_carbon"] == pytest.approx(fraction, abs=2e-3)
    else:
        assert body["organic_carbon"] == pytest.approx(fraction, abs=6e-5)


def test_most_entries_are_recomputed() -> None:
    assert sum(expected(body["formula"]) is not None for _, body in ENTRIES) >= 30


def test_calcium_carbonate_counts_in_total_carbon_only() -> None:
    chalk = TABLE["material"]["CaCO3"]
    assert chalk["organic_carbon"] == 0
    assert chalk["inorganic_carbon"] == pytest.approx(12.011 / (40.078 + 12.011 + 3 * 15.999), abs=6e-5)


def test_no_material_has_a_bio_share() -> None:
    for name, body in ENTRIES:
        assert not {key for key in body if "bio" in key}, name


def test_names_are_found_in_any_spelling_and_language() -> None:
    library = library_from_table(TABLE)
    for spelling in ("PLA", "pla", "Ｐ Ｌ Ａ", "polylactic-acid", "聚乳酸", "Polylactid"):
        found = library.find(spelling)
        assert found is not None
        assert found.name == "PLA"
    assert library.find(None, "no such thing") is None
    assert library.find("no such thing", "talc") == library.find("Talkum")


def test_no_spelling_belongs_to_two_materials() -> None:
    owner: dict[str, str] = {}
    for name, body in ENTRIES:
        for spelling in (name, *body.get("names", ())):
            assert owner.setdefault(fold_name(spelling), name) == name, spelling


def test_bases_of_partly_bio_based_polymers() -> None:
    """Domain fact sheet 1.3.1; residue and feed per product of PTT recomputed from PDO 76.09 and the repeat unit C11H10O4."""
    library: Library = library_from_table(TABLE)
    ptt = library.find("PTT")
    assert ptt is not None
    route = ptt.routes[0]
    unit = mass("C11H10O4")
    assert route.mass_share("feed per product").low == pytest.approx(mass("C3H8O2") / unit, abs=6e-5)
    assert route.mass_share("residue").low == pytest.approx(mass("C3H6O2") / unit, abs=6e-5)
    assert route.mass_share("feed of feed").low == pytest.approx(mass("C3H8O2") / (mass("C3H8O2") + mass("C8H6O4")), abs=6e-5)
    assert route.mass_share(None).low == route.mass_share("feed of feed").low
    assert route.mass_share(None).high == route.mass_share("feed per product").high

"""What shipments claim, through workbooks and the command line: figures, words, models, papers and days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from journeys.bookdesk import attribution
from journeys.claimdesk import CARBON, MASS_BALANCE, OWN, SOLD, attributed_line, blended_line, own_certificate, segregated_line, sold
from journeys.desk import Desk, bio, delivery, made, run, taken

ONE_SOURCE = (
    f"Made of certified material from a single source that was kept apart at every step (identity preserved, ISCC PLUS, certificate {OWN})."
)
EXCEEDS, NOT_ALLOWED, UNKNOWN = "claim-exceeds-figure", "claim-wording-not-allowed", "claim-wording-unknown"


def claims_of(desk: Desk) -> list[str]:
    """The findings of `check` about claims."""
    return [name for name in desk.check() if name.startswith("claim-")]


def blended(folder: Path) -> Desk:
    """A film of 60 kg bio-PLA of 100 % and 40 kg fossil PBAT: 54.4 % of its organic carbon is bio-based."""
    desk = Desk(folder)
    desk.fill("Deliveries", delivery("PLA", "PLA", 60, **bio(100)), delivery("PBAT", "PBAT", 40, **bio(0)))
    return desk.fill("Production", *run("R1", taken("PLA", 60), taken("PBAT", 40), made("BLEND", 100, "blend")))


# --- figures


@pytest.mark.parametrize(
    ("claimed", "expected"), [(54, []), (55, [EXCEEDS]), (54.4, [EXCEEDS]), ("> 54", []), ("50-55", [EXCEEDS]), ("< 60", []), (0, [])]
)
def test_a_claim_is_the_lower_end_rounded_down(tmp_path: Path, claimed: object, expected: list[str]):
    desk = blended(tmp_path).fill("Shipments", sold("BLEND", quantity=10, Claimed_Figure="bio_carbon_toc", Claimed=claimed))
    assert claims_of(desk) == expected


@pytest.mark.parametrize(
    ("figure", "most"),
    [
        ("Q1", 54),
        ("bio-based carbon", 54),
        ("生物基碳含量", 54),
        ("biobasierter Kohlenstoffanteil", 54),
        ("Q3", 30),
        ("生物基质量含量", 60),
        ("biobasierter Massenanteil", 60),
        ("Q4", 60),
    ],
)
def test_each_figure_has_its_own_lower_end_whatever_it_is_called(tmp_path: Path, figure: str, most: int):
    rows = [sold("BLEND", f"S-{n}", 10, Claimed_Figure=figure, Claimed=n) for n in (most, most + 1)]
    desk = blended(tmp_path).fill("Shipments", *rows)
    desk.bring_in()
    found = [f for f in desk.run("check", "--json").json["findings"] if f["name"] == EXCEEDS]
    assert [f["refs"][0]["cell"][-1] for f in found] == ["3"]
    assert f"at most {most} %" in found[0]["message"]


def test_a_percentage_of_nothing_named_is_an_error_at_its_cell(tmp_path: Path):
    desk = blended(tmp_path).fill("Shipments", sold("BLEND", quantity=10, Claimed=40))
    desk.bring_in()
    (found,) = [f for f in desk.run("check", "--json").json["findings"] if f["name"] == EXCEEDS]
    assert (found["refs"][0]["sheet"], found["refs"][0]["cell"]) == ("Shipments", "G2")
    assert found["hint"] == "Fill in Claimed Figure."
    assert desk.run("check").code == 1


def test_check_of_a_lot_judges_its_own_claims(tmp_path: Path):
    desk = blended(tmp_path).fill("Shipments", sold("BLEND", quantity=10, Claimed_Figure="bio_mass", Claimed=99))
    desk.bring_in()
    assert EXCEEDS in {f["name"] for f in desk.run("check", "BLEND", "--json").json["findings"]}


def test_a_claim_on_part_of_a_pool_is_judged_by_the_state_of_its_day(tmp_path: Path):
    days = [dt.date(2026, month, 1) for month in (1, 2, 3, 4)]
    desk = Desk(tmp_path).fill(
        "Opening Stock", {"Lot No": "SILO", "Material": "PE", "Quantity": 100, "Unit": "kg", "Date": days[0], **bio(90)}
    )
    desk.fill("Deliveries", delivery("PE-2", "PE", 100, **bio(0), more={"Delivery Date": days[2]}))
    desk.fill("Production", *run("FEED", taken("PE-2", 100), made("SILO", 100, "PE"), on=days[2]))
    claim = {"Claimed_Figure": "bio_carbon_toc", "Claimed": 90}
    early = sold("SILO", "S-EARLY", 50, **claim) | {"Date": days[1]}
    late = sold("SILO", "S-LATE", 50, **claim) | {"Date": days[3]}
    desk.fill("Shipments", early, late)
    desk.bring_in()
    (found,) = [f for f in desk.run("check", "--json").json["findings"] if f["name"] == EXCEEDS]
    assert "S-LATE" in found["message"]
    assert "at most 30 %" in found["message"]  # 50 kg of 90 % and 100 kg of none


def test_a_lot_that_nobody_described_bears_no_claim(tmp_path: Path):
    desk = Desk(tmp_path).fill("Shipments", sold("GHOST", Claimed_Figure="bio_mass", Claimed=1))
    assert EXCEEDS in claims_of(desk)


@pytest.mark.parametrize(("tonnes", "percent", "expected"), [(30, 60, []), (30, 61, [EXCEEDS]), (0.3, 1, [EXCEEDS])])
def test_an_attributed_claim_rests_on_attributions_and_not_on_substance(tmp_path: Path, tonnes: float, percent: int, expected: list[str]):
    desk = attributed_line(tmp_path, tonnes).fill("Shipments", sold("FILM", Claimed_Figure="attributed", Claimed=percent))
    assert claims_of(desk) == expected


def test_what_is_attributed_to_a_shipment_counts_for_that_shipment(tmp_path: Path):
    given = attribution("A-2", "FILM", 0.25) | {"Lot No": None, "Shipment No": "S-1"}
    claim = {"Claimed_Figure": "attributed", "Claimed": 85}
    desk = attributed_line(tmp_path).fill("Attributions", given)
    desk.fill("Shipments", sold("FILM", "S-1", **claim), sold("FILM", "S-2", **claim))
    desk.bring_in()
    (found,) = [f for f in desk.run("check", "--json").json["findings"] if f["name"] == EXCEEDS]
    assert "S-2" in found["message"]


# --- words


def wording(desk: Desk, text: str, lot: str = "FILM") -> list[str]:
    return claims_of(desk.fill("Shipments", sold(lot, Claim_Wording=text)))


def mass_balance(percent: int = 60, certificate: str = OWN, category: str = "bio") -> str:
    return MASS_BALANCE.format(percent=percent, certificate=certificate, category=category)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (mass_balance(), []),
        (mass_balance(59), []),
        (mass_balance(61), [EXCEEDS]),
        (mass_balance(certificate="ISCC-PLUS-Cert-XX000-1"), [NOT_ALLOWED]),
        (mass_balance(category="circular"), [NOT_ALLOWED]),
        (CARBON.format(percent=60), [EXCEEDS]),
        ("Contains 60 % bio-based plastic", [NOT_ALLOWED] * 4),
        ("含有 60％ 生物基材料", [NOT_ALLOWED] * 3),
        ("Biokunststoff", [NOT_ALLOWED]),
        ("Our finest film.", [UNKNOWN]),
        ("Not a bioplastic.", [UNKNOWN]),
        (f"{mass_balance()} Think green.", [UNKNOWN]),
        ("This film is bio-based.", [NOT_ALLOWED]),
        ("Diese Folie ist biobasiert.", [NOT_ALLOWED]),
        ("本薄膜为生物基。", [NOT_ALLOWED]),
        ("bio-based", [NOT_ALLOWED]),
        ("60 % bio-circular", [NOT_ALLOWED]),
        ("60 % 生物基循环", [NOT_ALLOWED] * 2),
        ("A renewable film", [NOT_ALLOWED] * 2),
        ("made of tall oil", [NOT_ALLOWED]),
        ("Aus Tallöl", [NOT_ALLOWED]),
        ("采用妥尔油", [NOT_ALLOWED]),
        ("妥尔油制成", [NOT_ALLOWED]),
        ("contains used cooking oil", [NOT_ALLOWED]),
        ("green PP", [NOT_ALLOWED]),
        ("grüner Kunststoff", [NOT_ALLOWED]),
        ("绿色聚丙烯", [NOT_ALLOWED]),
        ("not bio-based", [UNKNOWN]),
        ("60 % bio-attributed", [UNKNOWN]),
        ("60 % bio-circular feedstock, attributed by mass balance", [UNKNOWN]),
        ("Unterstützt erneuerbare Rohstoffe.", [UNKNOWN]),
    ],
)
def test_what_may_be_said_of_a_lot_under_mass_balance(tmp_path: Path, text: str, expected: list[str]):
    assert wording(attributed_line(tmp_path), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CARBON.format(percent=96), []),
        (CARBON.format(percent=97), [EXCEEDS]),
        (
            f"Made of certified material that was kept apart from other material at every step (segregated, ISCC PLUS, certificate {OWN}).",
            [],
        ),
        (ONE_SOURCE, [NOT_ALLOWED]),
        (mass_balance(1), [EXCEEDS, NOT_ALLOWED]),
        ("96 % bio-based carbon", [NOT_ALLOWED]),
        ("made from sugarcane", [UNKNOWN]),
        ("This film is bio-based.", [UNKNOWN]),
        ("made of tall oil", [UNKNOWN]),
        ("green film", [UNKNOWN]),
    ],
)
def test_what_may_be_said_of_a_segregated_lot(tmp_path: Path, text: str, expected: list[str]):
    assert wording(segregated_line(tmp_path), text) == expected


BLENDED = (
    "At least {percent} % certified material, of dry mass, blended with other material in a recorded proportion "
    f"(controlled blending, ISCC PLUS, certificate {OWN})."
)


@pytest.mark.parametrize(("percent", "expected"), [(60, []), (61, [EXCEEDS])])
def test_the_certified_share_of_a_blend_may_be_said(tmp_path: Path, percent: int, expected: list[str]):
    assert wording(blended_line(tmp_path), BLENDED.format(percent=percent)) == expected


def test_what_is_not_blended_is_not_called_so(tmp_path: Path):
    assert wording(segregated_line(tmp_path), BLENDED.format(percent=1)) == [NOT_ALLOWED]


def test_a_certificate_counts_on_the_day_of_the_shipment(tmp_path: Path):
    desk = attributed_line(tmp_path)
    desk.sheets["Certificates"][-1] = own_certificate(until="2026-03-09")
    assert NOT_ALLOWED in wording(desk, mass_balance())


def test_a_generic_claim_becomes_an_error_on_its_day(tmp_path: Path):
    rows = [sold("FILM", "S-1", Claim_Wording="eco-friendly"), sold("FILM", "S-2", Claim_Wording="Eco-Friendly!")]
    rows[1]["Date"] = dt.date(2026, 9, 27)
    desk = segregated_line(tmp_path).fill("Shipments", *rows)
    desk.bring_in()
    found = {f["name"]: f["refs"] for f in desk.run("check", "--json").json["findings"] if f["name"].startswith("claim-")}
    assert {name: len(refs) for name, refs in found.items()} == {NOT_ALLOWED: 1, UNKNOWN: 1}


def test_one_wording_that_nobody_has_judged_is_one_finding(tmp_path: Path):
    rows = [sold("FILM", f"S-{n}", 10, Claim_Wording=text) for n, text in enumerate(["A fine film.", "a  FINE film.", "Another."])]
    desk = segregated_line(tmp_path).fill("Shipments", *rows)
    desk.bring_in()
    found = [f for f in desk.run("check", "--json").json["findings"] if f["name"] == UNKNOWN]
    assert sorted(len(f["refs"]) for f in found) == [1, 2]


# --- the report


@pytest.mark.parametrize(
    ("lang", "title", "said"),
    [
        ("en", "What may be said", "60 % of the feedstock"),
        ("de", "Was gesagt werden darf", "60 % des Rohstoffs"),
        ("zh", "可用的声明用语", "本产品所用原料的 60%"),
    ],
)
def test_the_report_offers_sentences_that_check_accepts(tmp_path: Path, lang: str, title: str, said: str):
    desk = attributed_line(tmp_path)
    desk.bring_in()
    page = desk.run("report", "FILM", "--lang", lang).out
    section = page.split(f"## {title}")[1].split("\n## ")[0]
    assert said in section
    for sentence in desk.run("report", "FILM", "--json").json["claims"]["allowed"]:
        desk.fill("Shipments", sold("FILM", f"S-{lang}", Claim_Wording=sentence["text"][lang]) | {"Date": SOLD})
    assert claims_of(desk) == []


def test_the_report_says_why_a_sentence_may_not_be_used(tmp_path: Path):
    desk = attributed_line(tmp_path)
    desk.sheets["Certificates"].pop()
    desk.bring_in()
    claims = desk.run("report", "FILM", "--json").json["claims"]
    assert claims["allowed"] == []
    reasons = {refused["key"]: refused["reason"] for refused in claims["refused"]}
    assert reasons["mass-balance"] == "no-certificate"
    assert reasons["bio_carbon_toc"] == "no-content"
    assert reasons["segregated"] == "model"
    assert "Nothing may be said" in desk.run("report", "FILM").out


def test_names_that_no_sentence_can_hold_are_not_offered(tmp_path: Path):
    desk = segregated_line(tmp_path)
    for row in desk.sheets["Certificates"]:
        row["Certificate No"] = f"{row['Certificate No']} (100 % bio)"
    desk.bring_in()
    claims = desk.run("report", "FILM", "--json").json["claims"]
    assert "segregated" not in {sentence["key"] for sentence in claims["allowed"]}
    assert desk.run("report", "FILM", "-o", str(tmp_path / "r.html")).code == 0

"""Chain of custody through workbooks and the command line: what a lot may be claimed under, what papers say against one another."""

from __future__ import annotations

import datetime as dt
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from journeys.bookdesk import ACCOUNT, Q1, attribution, described, names
from journeys.desk import Desk, Row, delivery, made, run, taken
from tracepack import Workspace

SEG, CB, MB = "segregated", "controlled blending", "mass balance"
PLUS, EU = "ISCC-PLUS-Cert-XX000-7", "EU-ISCC-Cert-XX000-7"
JAN, FEB, MAR = (dt.date(2026, month, 10) for month in (1, 2, 3))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def certificate(number: str = PLUS, holder: str = "SUP", model: str | None = SEG, **columns: Any) -> Row:
    row = {"Certificate No": number, "Scheme": "ISCC PLUS", "Holder": holder, "Chain of Custody": model}
    valid = {"Valid From": dt.date(2025, 10, 15), "Valid Until": dt.date(2026, 10, 14)}
    return row | valid | {key.replace("_", " "): value for key, value in columns.items()}


def certified(lot: str, model: str | None = SEG, cited: str = PLUS, material: str = "bio-PE", **columns: Any) -> Row:
    papers = {"Chain of Custody": model, "Certificate No": cited, "Declaration No": f"SD-{lot}", "Delivery Date": JAN}
    return delivery(lot, material, 1000, more=papers | columns.pop("more", {}), **columns)


def film(desk: Desk, *lots: str, out: str = "FILM", on: dt.date = FEB) -> Desk:
    return desk.fill("Production", *run(f"R-{out}", *(taken(lot, 500) for lot in lots), made(out, 500 * len(lots), "film"), on=on))


def sold(lot: str = "FILM", on: dt.date = MAR, **columns: Any) -> Row:
    row = {"Shipment No": "SH-1", "Date": on, "Customer": "SHOP", "Lot No": lot, "Quantity": 100, "Unit": "kg", "Declaration No": "OUT-1"}
    return row | {key.replace("_", " "): value for key, value in columns.items()}


def declared(model: str, scheme: str = "ISCC PLUS") -> Row:
    head = {"Declaration No": "OUT-1", "Issuer": "ORG", "Recipient": "SHOP", "Issue Date": MAR, "Scheme": scheme, "Chain of Custody": model}
    return head | {"Feedstock": "tall oil", "Category": "bio", "Country of Origin": "FI", "Quantity": 100, "Unit": "kg"}


def custody(desk: Desk, lot: str = "FILM") -> dict[str, Any]:
    found: dict[str, Any] = desk.content(lot)["chain_of_custody"]
    return found


def checked(desk: Desk) -> set[str]:
    return set(desk.check())


# --- the model of a lot


def test_content_names_the_model_the_link_and_its_cells(desk: Desk):
    desk.fill("Certificates", certificate(), certificate(PLUS + "1", "ORG"))
    desk.fill("Deliveries", certified("A"), certified("B", MB))
    found = custody(film(desk, "A", "B"))
    assert (found["model"], found["scheme"], found["content_basis"]) == (MB, "ISCC PLUS", "attributed")
    assert found["link"] == {"kind": "delivery", "number": "B", "owner": "SUP", "site": "", "date": "2026-01-10", "reason": "stated"}
    assert [(ref["sheet"], ref["cell"]) for ref in found["refs"]] == [("Deliveries", "G3")]


def test_all_36_pairs_come_out_of_one_workbook(desk: Desk):
    """Two lots of different sources, one of each model, 1 kg of each in every run; a declared answer, not read from the table."""
    models = ["identity preserved", SEG, CB, MB, "book and claim", "none"]
    for side in "AB":
        rows = [certified(f"{side}{n}", model, more={"Feedstock Source": side}) for n, model in enumerate(models)]
        desk.fill("Deliveries", *rows)
    for one, other in product(range(6), repeat=2):
        inputs = (taken(f"A{one}", 1), taken(f"B{other}", 1))
        desk.fill("Production", *run(f"R{one}{other}", *inputs, made(f"F{one}{other}", 2, "film"), on=FEB))
    desk.bring_in()
    workspace = Workspace.open(desk.folder / "work.db")
    found = {(a, b): workspace.content(f"F{a}{b}").chain_of_custody for a, b in product(range(6), repeat=2)}
    for (one, other), answer in found.items():
        expected = max(one, other) if max(one, other) < 5 else 2 if min(one, other) < 3 else min(one, other)
        assert answer is not None
        assert answer.model == models[1 if one == other == 0 else expected], (models[one], models[other])
        assert answer.refs


def test_the_text_says_it_in_words_and_in_three_languages(desk: Desk):
    desk.fill("Deliveries", certified("A"), certified("B", MB))
    film(desk, "A", "B").bring_in()
    for lang, words in (("en", "Chain of custody: mass balance"), ("de", "Lieferkettenmodell: "), ("zh", "监管链模式: ")):
        text = desk.run("content", "FILM", "--lang", lang).out
        assert words in text
        assert "Deliveries!G3" in text
        assert words in desk.run("trace", "FILM", "--lang", lang).out
        assert words in desk.run("report", "FILM", "--lang", lang).out


def test_what_is_not_confirmed_is_said(desk: Desk):
    desk.fill("Deliveries", certified("A"), delivery("B", "PE", 1000))
    found = custody(film(desk, "A", "B"))
    assert found["model"] == CB
    assert {lean["name"]: lean["status"] for lean in found["leans_on"]} == {
        "blend": "unconfirmed",
        "no-certificate": "assumed",
        "not-stated": "assumed",
        "site-certificate": "assumed",
    }
    assert "custody-not-stated" in names(desk.content("FILM"))


def test_a_lot_of_uncertified_material_only_is_no_news(desk: Desk):
    desk.fill("Deliveries", delivery("A", "PE", 1000))
    film(desk, "A")
    assert custody(desk)["model"] == "none"
    assert "custody-not-stated" not in names(desk.content("FILM"))


def test_trace_shows_the_model_of_every_lot_on_the_way(desk: Desk):
    desk.fill("Deliveries", certified("A"), delivery("B", "PE", 1000))
    film(desk, "A", "B").bring_in()
    answer = desk.run("trace", "FILM", "--json").json
    assert {lot["number"]: lot["chain_of_custody"] for lot in answer["lots"]} == {"FILM": CB, "A": SEG, "B": "none"}
    assert answer["chain_of_custody"]["link"]["number"] == "R-FILM"


def test_the_site_s_own_certificate_is_the_limit_on_the_day_of_the_run(desk: Desk):
    desk.fill("Certificates", certificate(), certificate(PLUS + "1", "S1", MB)).fill("Deliveries", certified("A"))
    found = custody(film(desk, "A"))
    assert (found["model"], found["link"]["kind"], found["link"]["reason"]) == (MB, "run", "site-certificate")
    assert {ref["sheet"] for ref in found["refs"]} == {"Production", "Certificates"}


def test_an_unrelated_site_s_certificate_changes_nothing(desk: Desk):
    desk.fill("Certificates", certificate(), certificate(PLUS + "1", "S2", MB)).fill("Deliveries", certified("A"))
    assert custody(film(desk, "A"))["model"] == SEG


def test_uncertified_film_that_credits_were_used_for_is_mass_balance_up_to_its_share(desk: Desk):
    described(desk).fill("Balance Periods", Q1)
    desk.fill(
        "Deliveries",
        certified("BIO", MB, "ISCC-PLUS-Cert-XX000-1", "bio-PP", more={"Attributed Content %": 100, "Feedstock Source": "TALL"}),
    )
    desk.fill("Deliveries", delivery("PP", "PP", 1000, more={"Delivery Date": JAN}))
    film(desk, "PP").fill("Attributions", attribution("AT-1", "FILM", 0.2))
    found = custody(desk)
    assert (found["model"], found["link"]["kind"], found["content_basis"]) == (MB, "attribution", "attributed")
    assert (found["attributed_low"], found["attributed_high"]) == (0.4, 0.4)
    assert ACCOUNT["Scheme"] == found["scheme"]


# --- certificates


@pytest.mark.parametrize(
    ("number", "scheme", "finds"),
    [(EU, "ISCC PLUS", True), (PLUS, "ISCC EU", True), (EU, "EU-ISCC", False), ("C-1", "RSB", False), (PLUS, "ISCC", False)],
)
def test_the_number_s_prefix_and_the_scheme_agree(desk: Desk, number: str, scheme: str, finds: bool):
    desk.fill("Certificates", certificate(number, Scheme=scheme)).fill("Deliveries", certified("A", cited=number))
    assert ("certificate-scheme-mismatch" in checked(desk)) == finds


@pytest.mark.parametrize(("holder", "finds"), [("SUP", False), ("Supplier Ltd", False), ("PARENT", True)])
def test_the_holder_is_the_supplier(desk: Desk, holder: str, finds: bool):
    desk.fill("Parties", {"Party ID": "SUP", "Name": "Supplier Ltd", "Role": "supplier"})
    desk.fill("Certificates", certificate(holder=holder)).fill("Deliveries", certified("A"))
    assert ("certificate-other-holder" in checked(desk)) == finds


def test_one_certificate_cited_by_two_suppliers_is_one_finding_for_the_other_one(desk: Desk):
    desk.fill("Certificates", certificate()).fill(
        "Deliveries", certified("A"), certified("B", Supplier="OTHER"), certified("C", Supplier="OTHER")
    )
    desk.bring_in()
    (found,) = [f for f in desk.run("check", "--json").json["findings"] if f["name"] == "certificate-other-holder"]
    assert "OTHER" in found["message"]
    assert len(found["refs"]) == 3


@pytest.mark.parametrize(
    ("listed", "material", "finds"),
    [
        ("bio-PE", "bio-PE", False),
        ("PP; bio-PE", "bio-LDPE", False),
        ("plastic film", "cellulose film", False),
        ("packaging film", "tyre oil", True),
        ("bio-PP", "PLA", True),
        (None, "PLA", False),
    ],
)
def test_the_certificate_covers_the_material(desk: Desk, listed: str | None, material: str, finds: bool):
    desk.fill("Certificates", certificate(Materials=listed)).fill("Deliveries", certified("A", material=material))
    assert ("certificate-other-material" in checked(desk)) == finds


def test_a_delivery_above_its_certificate_is_an_error_and_counts_as_the_certificate(desk: Desk):
    desk.fill("Certificates", certificate(model=MB)).fill("Deliveries", certified("A"))
    assert "custody-above-certificate" in checked(desk)
    assert desk.content("A")["chain_of_custody"]["model"] == MB
    assert "custody-above-certificate" in names(desk.content("A"))


@pytest.mark.parametrize(("day", "finds"), [(dt.date(2025, 10, 15), False), (dt.date(2026, 10, 14), False), (dt.date(2026, 10, 15), True)])
def test_our_own_certificate_is_valid_on_the_day_of_receipt_both_ends_included(desk: Desk, day: dt.date, finds: bool):
    supplier = certificate(Valid_Until=dt.date(2027, 10, 14))
    desk.fill("Certificates", supplier, certificate(PLUS + "1", "ORG")).fill("Deliveries", certified("A", more={"Delivery Date": day}))
    assert ("own-certificate-not-valid" in checked(desk)) == finds


def test_what_came_in_while_we_were_not_certified_is_uncertified_in_all_that_is_made_of_it(desk: Desk):
    own = [certificate(PLUS + "1", "ORG", Valid_Until=dt.date(2026, 1, 9)), certificate(PLUS + "2", "ORG", Valid_From=dt.date(2026, 1, 20))]
    desk.fill("Certificates", certificate(), *own).fill("Deliveries", certified("A"))
    found = custody(film(desk, "A"))
    assert (found["model"], found["link"]["number"], found["link"]["reason"]) == ("none", "A", "site-not-certified")


def test_uncertified_material_needs_no_certificate_of_ours(desk: Desk):
    own = certificate(PLUS + "1", "ORG", Valid_Until=dt.date(2025, 12, 31))
    desk.fill("Certificates", own).fill("Deliveries", delivery("A", "PE", 1000))
    assert "own-certificate-not-valid" not in checked(desk)


def test_a_certificate_of_a_source_that_had_ended_is_told_once(desk: Desk):
    ended = certificate("ISCC-PLUS-Cert-XX000-9", "FARM", Valid_Until=dt.date(2025, 12, 31))
    source = {
        "Source ID": "CANE",
        "Feedstock": "sugarcane",
        "Category": "bio",
        "Supplier": "SUP",
        "Certificate No": "ISCC-PLUS-Cert-XX000-9",
    }
    desk.fill("Certificates", certificate(), ended).fill("Feedstock Sources", source)
    desk.fill("Deliveries", certified("A", more={"Feedstock Source": "CANE"}))
    assert desk.check().count("certificate-expired") == 1


# --- what we declare


@pytest.mark.parametrize(("model", "finds"), [("identity preserved", True), (SEG, True), (CB, False), (MB, False)])
def test_a_shipment_is_declared_no_stronger_than_its_lot(desk: Desk, model: str, finds: bool):
    desk.fill("Certificates", certificate(), certificate(PLUS + "1", "ORG"))
    desk.fill("Deliveries", certified("A"), delivery("B", "PE", 1000))
    film(desk, "A", "B").fill("Shipments", sold()).fill("Declarations", declared(model))
    assert ("claim-above-custody" in checked(desk)) == finds
    assert ("claim-above-custody" in names(desk.run("check", "FILM", "--json").json)) == finds


def test_credits_used_for_the_shipment_itself_bear_a_claim_of_mass_balance(desk: Desk):
    described(desk).fill("Balance Periods", Q1).fill("Deliveries", delivery("PP", "PP", 1000, more={"Delivery Date": JAN}))
    desk.fill("Deliveries", certified("BIO", MB, "ISCC-PLUS-Cert-XX000-1", "bio-PP", more={"Feedstock Source": "TALL"}))
    film(desk, "PP").fill("Shipments", sold()).fill("Declarations", declared(MB))
    desk.fill("Attributions", attribution("AT-1", "FILM", 0.1, **{"Lot No": None, "Shipment No": "SH-1"}))
    assert "claim-above-custody" not in checked(desk)
    assert "claim-above-custody" not in names(desk.run("check", "FILM", "--json").json)


def test_what_is_sold_on_as_it_came_is_held_to_our_certificate_too(desk: Desk):
    desk.fill("Certificates", certificate(), certificate(PLUS + "1", "ORG", MB)).fill("Deliveries", certified("A"))
    desk.fill("Shipments", sold("A", Supplier="SUP")).fill("Declarations", declared(SEG))
    assert "claim-above-custody" in checked(desk)


def test_under_another_scheme_certified_material_is_uncertified(desk: Desk):
    desk.fill("Certificates", certificate(), certificate("R-1", "ORG", SEG, Scheme="RSB")).fill("Deliveries", certified("A"))
    film(desk, "A").fill("Shipments", sold()).fill("Declarations", declared(SEG, "RSB"))
    assert "claim-above-custody" in checked(desk)


def test_iscc_eu_material_is_sold_under_plus_and_not_the_reverse(desk: Desk):
    desk.fill("Certificates", certificate(EU, Scheme="ISCC EU"), certificate(PLUS + "1", "ORG"))
    desk.fill("Deliveries", certified("A", cited=EU))
    film(desk, "A").fill("Shipments", sold()).fill("Declarations", declared(SEG))
    assert "claim-above-custody" not in checked(desk)


def test_plus_material_is_not_sold_under_eu(desk: Desk):
    desk.fill("Certificates", certificate(), certificate(EU + "1", "ORG", Scheme="ISCC EU")).fill("Deliveries", certified("A"))
    film(desk, "A").fill("Shipments", sold()).fill("Declarations", declared(SEG, "ISCC EU"))
    assert "claim-above-custody" in checked(desk)


def test_our_own_certificate_is_valid_on_the_day_of_shipment(desk: Desk):
    own = certificate(PLUS + "1", "ORG", Valid_Until=dt.date(2026, 3, 9))
    desk.fill("Certificates", certificate(), own).fill("Deliveries", certified("A"))
    film(desk, "A").fill("Shipments", sold()).fill("Declarations", declared(SEG))
    assert "own-certificate-not-valid" in checked(desk)


@pytest.mark.parametrize(
    ("columns", "finds"),
    [
        ({}, True),  # OUT-1 has no row in Declarations
        ({"Declaration No": None}, False),
        ({"Declaration No": None, "Claimed Figure": "attributed", "Claimed %": 10}, True),
        ({"Declaration No": None, "Claimed Figure": "bio_mass", "Claimed %": 10}, False),
        ({"Kind": "disposal"}, False),
        ({"Date": dt.date(2026, 3, 9)}, False),
    ],
)
def test_what_is_sold_as_certified_is_told_without_its_declaration_too(desk: Desk, columns: dict[str, Any], finds: bool):
    own = certificate(PLUS + "1", "ORG", Valid_Until=dt.date(2026, 3, 9))
    desk.fill("Certificates", certificate(), own).fill("Deliveries", certified("A"))
    film(desk, "A").fill("Shipments", sold() | columns).bring_in()
    found = [f for f in desk.run("check", "--json").json["findings"] if f["name"] == "own-certificate-not-valid"]
    assert [("SH-1" in f["message"], [(r["sheet"], r["cell"][:1]) for r in f["refs"]]) for f in found] == (
        [(True, [("Shipments", "B"), ("Certificates", "F")])] if finds else []
    )


def test_credits_used_for_a_shipment_ask_for_a_certificate_of_their_scheme(desk: Desk):
    """ISCC PLUS ended; a certificate of RSB is still valid, and is none for these credits."""
    own = certificate(PLUS + "1", "ORG", Valid_Until=dt.date(2026, 3, 9))
    desk.fill("Certificates", certificate(), own, certificate("RSB-1", "ORG", Scheme="RSB")).fill("Deliveries", certified("A"))
    given = {"Attribution No": "T1", "Site": "S1", "Date": MAR, "Shipment No": "SH-1", "Scheme": "ISCC PLUS", "Feedstock": "tall oil"}
    given |= {"Category": "bio", "Input Material": "bio-PP", "Quantity": 1, "Unit": "kg"}
    film(desk, "A").fill("Shipments", sold() | {"Declaration No": None}).fill("Attributions", given)
    assert "own-certificate-not-valid" in checked(desk)


# --- later


def test_a_certificate_withdrawn_later_shows_in_the_forward_trace_and_changes_no_model(desk: Desk):
    desk.fill("Certificates", certificate(Withdrawn_On=dt.date(2026, 2, 1))).fill("Deliveries", certified("A"))
    film(desk, "A").bring_in()
    down = desk.run("trace", "A", "--down", "--json").json
    assert "certificate-withdrawn-later" in names(down)
    assert custody(desk)["model"] == SEG
    assert "certificate-expired" not in checked(desk)


@pytest.mark.parametrize(("until", "finds"), [(dt.date(2026, 3, 9), True), (dt.date(2026, 3, 10), False)])
def test_a_certificate_that_ended_since_is_a_note_on_the_forward_trace(desk: Desk, until: dt.date, finds: bool):
    desk.fill("Certificates", certificate(Valid_Until=until)).fill("Deliveries", certified("A"))
    film(desk, "A").fill("Shipments", sold()).bring_in()
    assert ("certificate-ended-later" in names(desk.run("trace", "A", "--down", "--json").json)) == finds

"""Whose books credits may enter and how often they may be used, through workbooks and the real command line."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from journeys.bookdesk import (
    ACCOUNT,
    APRIL,
    FEBRUARY,
    JANUARY,
    MARCH,
    Q1,
    attribution,
    certified,
    described,
    factor,
    made_film,
    names,
    period,
)
from journeys.desk import Desk, Row, bio, delivery, made, run, taken

EU = "EU-ISCC-Cert-XX000-2"


def balance(desk: Desk) -> dict[str, Any]:
    if desk.sheets:
        desk.bring_in()
    answer = desk.run("balance", "--json").json
    assert names(answer) <= set(desk.check()), "check tells the same"
    return answer


def finding(answer: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (f for f in answer["findings"] if f["name"] == name)
    return found


def credited(desk: Desk) -> Desk:
    """100 t of credits of ISCC PLUS at S1."""
    return described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 100))


def of_iscc_eu(desk: Desk) -> Desk:
    """100 t of credits of ISCC EU at S1."""
    valid = {"Valid From": dt.date(2025, 10, 15), "Valid Until": dt.date(2026, 12, 31)}
    described(desk).fill("Certificates", {"Certificate No": EU, "Scheme": "ISCC EU", "Holder": "SUP", **valid})
    return desk.fill("Balance Periods", Q1).fill("Deliveries", certified("E", 100, more={"Certificate No": EU}))


def transfer(tonnes: float = 40, on: dt.date = FEBRUARY, **columns: Any) -> Row:
    head = {"Transfer No": "T1", "From Site": "S1", "To Site": "S2", "Date": on}
    return head | ACCOUNT | {"Quantity": tonnes, "Unit": "t"} | columns


def own(until: str = "2026-12-31", scheme: str = "ISCC PLUS", holder: str = "S1", **columns: Any) -> Row:
    valid = {"Valid From": dt.date(2025, 10, 15), "Valid Until": dt.date.fromisoformat(until)}
    prefix = {"ISCC PLUS": "ISCC-PLUS-Cert-XX", "ISCC EU": "EU-ISCC-Cert-XX"}.get(scheme, "OWN-")
    return {"Certificate No": f"{prefix}{until}", "Scheme": scheme, "Holder": holder, **valid} | columns


# --- schemes


def test_credits_are_used_under_their_own_scheme(desk: Desk) -> None:
    made_film(credited(desk), "FILM", 46).fill("Attributions", attribution("1", "FILM", 46, Scheme="RSB"))
    found = finding(balance(desk), "scheme-mismatch")
    assert "RSB" in found["message"]
    assert "name ISCC PLUS" in found["hint"]
    assert found["refs"][0] == {**found["refs"][0], "sheet": "Attributions", "cell": "E2"}


def test_material_of_iscc_eu_is_first_moved_to_iscc_plus(desk: Desk) -> None:
    made_film(of_iscc_eu(desk), "FILM", 46).fill("Attributions", attribution("1", "FILM", 46))
    assert "To Scheme ISCC PLUS" in finding(balance(desk), "scheme-mismatch")["hint"]
    moved = transfer(60, **{"Scheme": "ISCC EU", "To Site": "S1", "To Scheme": "ISCC PLUS", "Date": JANUARY})
    answer = balance(desk.fill("Credit Transfers", moved))
    assert names(answer) == set()
    assert {a["scheme"]: a["periods"][0]["closing_kg"] for a in answer["accounts"]} == {"ISCC EU": "40000", "ISCC PLUS": "10000"}


def test_material_of_iscc_plus_never_becomes_iscc_eu(desk: Desk) -> None:
    moved = transfer(**{"To Site": "S1", "To Scheme": "ISCC EU"})
    found = finding(balance(credited(desk).fill("Credit Transfers", moved)), "scheme-mismatch")
    assert [ref["cell"] for ref in found["refs"]] == ["L2", "E2"]
    (account,) = desk.run("balance", "--json").json["accounts"]
    assert (account["scheme"], account["periods"][0]["closing_kg"]) == ("ISCC PLUS", "100000"), "it is not booked"


@pytest.mark.parametrize("scheme", [None, "ISCC PLUS", "iscc-plus"])
def test_a_transfer_to_oneself_changes_the_scheme_or_is_refused(desk: Desk, scheme: str | None) -> None:
    assert desk.run("init").code == 0
    path = desk.fill("Credit Transfers", transfer(**{"To Site": "S1", "To Scheme": scheme})).save()
    answer = desk.run("import", "--json", str(path))
    (found,) = answer.json["files"][0]["findings"]
    assert (answer.code, found["name"], found["refs"][0]["cell"]) == (1, "transfer-to-itself", "C2")
    assert desk.run("log", "--json").json["entries"] == []


@pytest.mark.parametrize(("scheme", "found"), [("ISCC PLUS", set()), ("RSB", {"scheme-mismatch"})])
def test_books_are_opened_under_a_scheme_that_the_site_is_certified_under(desk: Desk, scheme: str, found: set[str]) -> None:
    opening = {"Site": "S1", "Period ID": "Q1"} | ACCOUNT | {"Quantity": 5, "Unit": "t", "Scheme": scheme}
    desk.fill("Balance Periods", Q1).fill("Certificates", own()).fill("Opening Balances", opening)
    assert names(balance(desk)) == found


def test_a_site_of_iscc_plus_may_hold_credits_of_iscc_eu(desk: Desk) -> None:
    answer = balance(of_iscc_eu(desk).fill("Certificates", own()))
    assert "scheme-mismatch" not in names(answer)


# --- transfers


def parties(desk: Desk, *roles: tuple[str, str]) -> Desk:
    return desk.fill("Parties", *({"Party ID": name, "Name": name, "Role": role} for name, role in roles))


@pytest.mark.parametrize(
    ("role", "severity"), [("site", None), ("customer", "error"), ("toller", "error"), ("supplier", "error"), (None, "warning")]
)
def test_credits_move_between_sites_of_the_company(desk: Desk, role: str | None, severity: str | None) -> None:
    credited(parties(desk, ("S2", role)) if role else desk).fill("Credit Transfers", transfer())
    found = [f["severity"] for f in balance(desk)["findings"] if f["name"] == "transfer-outside-group"]
    assert found == ([] if severity is None else [severity])


def test_that_credits_stay_within_a_group_is_a_setting_of_the_scheme(desk: Desk) -> None:
    credited(parties(desk, ("S2", "toller"))).fill("Credit Transfers", transfer())
    answer = balance(desk.fill("Settings", {"Name": "Credit Transfers ISCC PLUS", "Value": "any"}))
    assert "transfer-outside-group" not in names(answer)
    (rule,) = (r for r in answer["rules"] if r["rule"] == "credit_transfers")
    assert (rule["value"], rule["setting"]["cell"]) == ("any", "B2")


@pytest.mark.parametrize(("day", "tonnes", "found"), [(JANUARY, 100, False), (dt.date(2026, 1, 9), 1, True), (FEBRUARY, 100.001, True)])
def test_credits_are_handed_over_once_they_are_there(desk: Desk, day: dt.date, tonnes: float, found: bool) -> None:
    answer = balance(credited(parties(desk, ("S2", "site"))).fill("Credit Transfers", transfer(tonnes, day)))
    assert ("transfer-before-credits" in names(answer)) == found


# --- receipt


def test_credits_count_where_the_material_was_received(desk: Desk) -> None:
    parties(described(desk), ("S2", "site"), ("TOLL", "toller")).fill("Balance Periods", Q1, period("Q1", "2026-01-01", "2026-03-31", "S2"))
    desk.fill("Deliveries", certified("A", 1), certified("B", 2, more={"Site": "S2"}))
    desk.fill("Deliveries", certified("C", 4, more={"Recipient": "S2"}), certified("D", 8, more={"Recipient": "TOLL"}))
    answer = balance(desk)
    assert {a["site"]: a["periods"][0]["received_kg"] for a in answer["accounts"]} == {"S1": "1000", "S2": "6000"}
    assert {b["site"]: b["periods"][0]["received_kg"] for b in answer["quantity_books"]} == {"S1": "1000", "S2": "6000"}


# --- periods


@pytest.mark.parametrize(
    ("certificates", "found"),
    [
        ([own("2026-03-31")], False),
        ([own("2026-03-30")], True),
        ([own("2026-02-10"), own("2026-12-31", **{"Valid From": dt.date(2026, 2, 11)})], False),
        ([own("2026-02-10"), own("2026-12-31", **{"Valid From": dt.date(2026, 2, 12)})], True),
        ([own(**{"Withdrawn On": dt.date(2026, 3, 1)})], True),
        ([own("2026-03-30", holder="ORG")], True),
        ([own("2026-03-30", holder="CUS")], False),
    ],
)
def test_a_period_lies_inside_the_validity_of_the_site_s_own_certificate(desk: Desk, certificates: list[Row], found: bool) -> None:
    answer = balance(credited(desk).fill("Certificates", *certificates))
    assert ("period-outside-certificate" in names(answer)) == found


def test_credits_under_book_and_claim_never_enter_an_account(desk: Desk) -> None:
    """They are no input of the site: what is attributed all the same is short, and nothing is claimed by mass balance of them."""
    claim = {"Chain of Custody": "book and claim"}
    described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 100, more=claim))
    answer = balance(made_film(desk, "FILM", 46).fill("Attributions", attribution("1", "FILM", 46)))
    assert names(answer) == {"credit-book-and-claim", "balance-negative"}
    told = finding(answer, "credit-book-and-claim")
    assert "Lot A (SUP)" in told["message"]
    assert {ref["sheet"] for ref in told["refs"]} == {"Deliveries"}
    assert desk.content("A")["chain_of_custody"]["model"] == "book and claim"


# --- single use


def test_the_same_quantity_is_claimed_under_one_scheme_only(desk: Desk) -> None:
    """46 t of film under ISCC PLUS, and 10 t of the same lot's shipment under RSB."""
    made_film(credited(desk), "FILM", 46)
    other = {"Site": "S1", "Period ID": "Q1"} | ACCOUNT | {"Quantity": 50, "Unit": "t", "Scheme": "RSB"}
    desk.fill("Opening Balances", other)
    desk.fill("Shipments", {"Shipment No": "S-1", "Date": FEBRUARY, "Customer": "CUS", "Lot No": "FILM", "Quantity": 20, "Unit": "t"})
    desk.fill(
        "Attributions", attribution("1", "FILM", 46), attribution("2", "", 10, **{"Lot No": None, "Shipment No": "S-1", "Scheme": "RSB"})
    )
    assert names(balance(desk)) == {"claimed-under-two-schemes"}


def test_parts_of_a_lot_may_be_claimed_under_different_schemes(desk: Desk) -> None:
    made_film(credited(desk), "FILM", 46)
    other = {"Site": "S1", "Period ID": "Q1"} | ACCOUNT | {"Quantity": 50, "Unit": "t", "Scheme": "RSB"}
    desk.fill("Opening Balances", other).fill("Attributions", attribution("1", "FILM", 36), attribution("2", "FILM", 10, Scheme="RSB"))
    assert names(balance(desk)) == set()


def test_one_declaration_is_claimed_under_one_scheme(desk: Desk) -> None:
    of_iscc_eu(desk).fill("Deliveries", certified("A", 5, more={"Declaration No": "sd e"}))
    assert names(balance(desk)) == {"claimed-under-two-schemes"}


def physical(desk: Desk, figure: str | None = "bio_carbon_toc", lot: str = "BAG", other_t: float = 0) -> Desk:
    """Bio PP, certified and physically bio-based, goes into a bag that is sold by its substance; credits go to a fossil film."""
    credited(desk).sheets["Deliveries"][0] |= bio(100)
    desk.fill("Production", *run("B", taken("A", 50, Unit="t"), made("BAG", 50, "bag", Unit="t"), on=FEBRUARY))
    made_film(desk, "FILM", 100).fill("Attributions", attribution("1", "FILM", 90))
    if other_t:
        desk.fill("Deliveries", certified("B", other_t))
    sale = {"Shipment No": "S-1", "Date": MARCH, "Customer": "CUS", "Lot No": lot, "Quantity": 10, "Unit": "t"}
    return desk.fill("Shipments", sale | {"Claimed Figure": figure, "Claimed %": None if figure is None else 90})


def test_biomass_claimed_as_substance_and_by_its_credits_is_claimed_twice(desk: Desk) -> None:
    found = finding(balance(physical(desk)), "claimed-twice")
    assert found["severity"] == "warning"
    assert [ref["sheet"] for ref in found["refs"]] == ["Shipments", "Attributions", "Deliveries"]


@pytest.mark.parametrize(("figure", "lot", "other_t"), [(None, "BAG", 0), ("attributed", "BAG", 0), ("bio_carbon_toc", "BAG", 50)])
def test_an_amount_that_is_used_once_is_not(desk: Desk, figure: str | None, lot: str, other_t: float) -> None:
    """Nothing claimed as substance, or credits of other deliveries that suffice."""
    assert "claimed-twice" not in names(balance(physical(desk, figure, lot, other_t)))


@pytest.mark.parametrize(
    ("film_t", "sold_t", "kg"),
    [(91.08, 0.92, None), (91.172, 0.92, "1000 kg"), (81.9, 10, None), (90, 50, "54347.826087 kg")],
)
def test_of_a_delivery_counts_what_is_in_the_shipments_that_claim_it(desk: Desk, film_t: float, sold_t: float, kg: str | None) -> None:
    """100 t are credited at 0.92: what is claimed of 0.92 t of bags is 1 t of them, and 99 t may be used for 91.08 t of film."""
    physical(desk).sheets["Attributions"][0]["Quantity"] = film_t
    desk.sheets["Shipments"][0]["Quantity"] = sold_t
    found = [f["message"] for f in balance(desk)["findings"] if f["name"] == "claimed-twice"]
    assert [f"{kg} of its credits" in message for message in found] == ([True] if kg else [])


@pytest.mark.parametrize(("film_t", "twice"), [(86.9, False), (87.1, True)])
def test_a_blend_holds_its_part_of_a_delivery_only(desk: Desk, film_t: float, twice: bool) -> None:
    """The bags are half fossil: 10 t of them hold 5 t of the delivery, 5.43 t of input; 94.57 t are left for 87.0 t of film."""
    physical(desk).sheets["Production"][:2] = run(
        "B", taken("A", 25, Unit="t"), taken("FOSSIL", 25, Unit="t"), made("BAG", 50, "bag", Unit="t"), on=FEBRUARY
    )
    desk.fill("Deliveries", delivery("FOSSIL", "PP", 50, Unit="t", more=bio(0)))
    desk.sheets["Attributions"][0]["Quantity"] = film_t
    assert ("claimed-twice" in names(balance(desk))) == twice


def test_a_part_that_came_back_is_free_again(desk: Desk) -> None:
    """Half of the 50 t of bags came back: 27.17 t of input are claimed, and 72.8 t left for 67 t of film."""
    physical(desk).sheets["Shipments"][0]["Quantity"] = 50
    back = {"Shipment No": "R-1", "Kind": "return", "Date": APRIL, "Customer": "CUS", "Lot No": "BAG", "Quantity": 25, "Unit": "t"}
    desk.fill("Shipments", back | {"Reverses Shipment No": "S-1"}).sheets["Attributions"][0]["Quantity"] = 66.9
    assert "claimed-twice" not in names(balance(desk))


@pytest.mark.parametrize("unit", ["t", "m2"])
def test_a_shipment_of_unknown_mass_may_hold_all_of_it(desk: Desk, unit: str) -> None:
    physical(desk).sheets["Attributions"][0]["Quantity"] = 46
    desk.sheets["Shipments"][0]["Unit"] = unit
    assert ("claimed-twice" in names(balance(desk))) == (unit == "m2")


def test_a_claim_that_came_back_is_none(desk: Desk) -> None:
    back = {"Shipment No": "R-1", "Kind": "return", "Date": APRIL, "Customer": "CUS", "Lot No": "BAG", "Quantity": 10, "Unit": "t"}
    answer = balance(physical(desk).fill("Shipments", back | {"Reverses Shipment No": "S-1"}))
    assert "claimed-twice" not in names(answer)


def test_a_site_s_books_are_its_own(desk: Desk) -> None:
    """What is wrong with one site's books does not show in the other's."""
    made_film(credited(desk), "FILM", 46).fill("Attributions", attribution("1", "FILM", 46, Scheme="RSB"))
    desk.fill("Balance Periods", period("Q1", "2026-01-01", "2026-03-31", "S2")).fill("Conversion Factors", factor(site="S2")).bring_in()
    answer = desk.run("balance", "--site", "S2", "--json").json
    assert (names(answer), answer["accounts"]) == (set(), [])

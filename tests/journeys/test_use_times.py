"""Credits are used for what is there, and in the period in which it is sold."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from journeys.bookdesk import APRIL, JANUARY, MARCH, Q1, Q2, attribution, certified, described, made_film, names
from journeys.desk import Desk, Row, made, run, taken

MAY = dt.date(2026, 5, 10)
JULY = dt.date(2026, 7, 10)


def balance(desk: Desk) -> dict[str, Any]:
    desk.bring_in()
    answer = desk.run("balance", "--json").json
    assert names(answer) <= set(desk.check()), "check tells the same"
    return answer


def late(answer: dict[str, Any]) -> dict[str, Any]:
    (found,) = (f for f in answer["findings"] if f["name"] == "attributed-after-sale")
    return found


def sale(lot: str = "FILM", tonnes: float = 40, on: dt.date = MARCH, **columns: Any) -> Row:
    row: Row = {"Shipment No": "S-1", "Date": on, "Customer": "CUST", "Lot No": lot, "Quantity": tonnes, "Unit": "t"}
    return row | ({"Claimed Figure": "attributed", "Claimed %": 100} | columns)


@pytest.fixture
def line(desk: Desk) -> Desk:
    """Two periods, and 46 t of film of fossil PP in the first."""
    return made_film(described(desk).fill("Balance Periods", Q1, Q2), "FILM", 46)


def test_a_use_booked_after_the_period_of_the_sale_does_not_hide_that_its_end_was_short(line: Desk) -> None:
    # 40 t sold in March need 40 t / 0.92 = 43,478.26 kg of input; the first credits came in April.
    line.fill("Deliveries", certified("A", 100, on=APRIL)).fill("Shipments", sale()).fill(
        "Attributions", attribution("1", "FILM", 46, on=MAY)
    )
    answer = balance(line)
    found = late(answer)
    assert found["severity"] == "error"
    assert "43478.26087 kg short" in found["hint"]
    assert [(ref["sheet"], ref["cell"]) for ref in found["refs"]] == [
        ("Attributions", "C2"),
        ("Shipments", "B2"),
        ("Balance Periods", "D2"),
    ]
    assert "balance-negative" not in names(answer)


def test_a_late_use_is_only_a_warning_where_the_credits_were_there(line: Desk) -> None:
    line.fill("Deliveries", certified("A", 100)).fill("Shipments", sale()).fill("Attributions", attribution("1", "FILM", 46, on=APRIL))
    found = late(balance(line))
    assert (found["severity"], found["hint"]) == ("warning", "Credits are used in the period of the sale: correct Date.")


@pytest.mark.parametrize(
    "columns",
    [
        {"Claimed Figure": None, "Claimed %": None, "Declaration No": "SD-1"},
        {"Claimed Figure": None, "Claimed %": None, "Claim Wording": "Certified."},
    ],
)
def test_a_declaration_or_wording_rests_on_credits_too(line: Desk, columns: Row) -> None:
    line.fill("Deliveries", certified("A", 100, on=APRIL)).fill("Shipments", sale(**columns))
    assert late(balance(line.fill("Attributions", attribution("1", "FILM", 46, on=MAY))))["severity"] == "error"


def test_a_shipment_s_own_attribution_belongs_into_its_period(line: Desk) -> None:
    line.fill("Deliveries", certified("A", 100, on=APRIL)).fill("Shipments", sale())
    use = attribution("1", "", 40, on=MAY) | {"Lot No": None, "Shipment No": "S-1"}
    assert late(balance(line.fill("Attributions", use)))["severity"] == "error"


def test_what_was_used_in_time_is_counted_first(line: Desk) -> None:
    """20 t were sold as 100 % in March and 20 t attributed by then: the rest of the lot is for later sales."""
    line.fill("Deliveries", certified("A", 100)).fill("Shipments", sale(tonnes=20), sale(tonnes=26, on=MAY, **{"Shipment No": "S-2"}))
    line.fill("Attributions", attribution("1", "FILM", 20, on=MARCH), attribution("2", "FILM", 26, on=MAY))
    assert names(balance(line)) == set()


def test_a_sale_of_what_the_lot_went_into_counts_too(line: Desk) -> None:
    line.fill("Deliveries", certified("A", 100, on=APRIL))
    line.fill("Production", *run("P", taken("FILM", 46, Unit="t", Supplier=None), made("BAG", 46, "bag", Unit="t"), on=MARCH))
    line.fill("Shipments", sale("BAG")).fill("Attributions", attribution("1", "FILM", 46, on=MAY))
    assert late(balance(line))["severity"] == "error"


@pytest.mark.parametrize("columns", [{"Claimed Figure": "bio_carbon_toc", "Claimed %": 0}, {"Claimed Figure": None, "Claimed %": None}])
def test_a_sale_that_claims_nothing_of_credits_needs_none(line: Desk, columns: Row) -> None:
    line.fill("Deliveries", certified("A", 100, on=APRIL)).fill("Shipments", sale(**columns))
    assert "attributed-after-sale" not in names(balance(line.fill("Attributions", attribution("1", "FILM", 46, on=MAY))))


def test_a_sale_that_came_back_needs_none(line: Desk) -> None:
    back = sale(
        on=MARCH, **{"Shipment No": "S-9", "Kind": "return", "Reverses Shipment No": "S-1", "Claimed Figure": None, "Claimed %": None}
    )
    line.fill("Deliveries", certified("A", 100, on=APRIL)).fill("Shipments", sale(), back)
    assert "attributed-after-sale" not in names(balance(line.fill("Attributions", attribution("1", "FILM", 46, on=MAY))))


def test_an_attribution_to_a_lot_that_is_made_later_is_told(line: Desk) -> None:
    line.fill("Deliveries", certified("A", 100)).fill("Attributions", attribution("1", "FILM", 46, on=JANUARY))
    answer = balance(line)
    (found,) = answer["findings"]
    assert (found["name"], found["severity"], [ref["cell"] for ref in found["refs"]]) == ("attribution-before-lot", "warning", ["C2", "D2"])
    assert "2026-01-10" in found["message"]
    assert "2026-02-10" in found["message"]


def test_a_lot_s_and_a_shipment_s_attributions_are_no_more_than_the_shipment(line: Desk) -> None:
    """27.6 of 46 t (60 %) of the lot, and 6 of the 10 t shipped: 120 % of the shipment."""
    line.fill("Deliveries", certified("A", 100)).fill("Shipments", sale(tonnes=10, **{"Claimed %": 90}))
    to_shipment = attribution("2", "", 6, on=MARCH) | {"Lot No": None, "Shipment No": "S-1"}
    line.fill("Attributions", attribution("1", "FILM", 27.6, on=MARCH), to_shipment)
    (found,) = (f for f in balance(line)["findings"] if f["name"] == "attributed-beyond-lot")
    assert found["message"] == "Shipment S-1 has 10000 kg: 6000 kg are attributed to it, and 6000 kg by its lots."
    assert {ref["cell"] for ref in found["refs"]} == {"J2", "J3"}


def test_a_lot_s_and_a_shipment_s_attributions_may_fill_the_shipment(line: Desk) -> None:
    line.fill("Deliveries", certified("A", 100)).fill("Shipments", sale(tonnes=10))
    to_shipment = attribution("2", "", 4, on=MARCH) | {"Lot No": None, "Shipment No": "S-1"}
    assert names(balance(line.fill("Attributions", attribution("1", "FILM", 27.6, on=MARCH), to_shipment))) == set()

"""What comes back, goes back or is sold as scrap in the mass-balance books, through workbooks and the real command line."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from journeys.bookdesk import APRIL, FEBRUARY, MARCH, Q1, Q2, attribution, certified, described, factor, made_film, names
from journeys.desk import Desk, Row, delivery, made, run, taken


def sent(number: str, tonnes: float, lot: str = "FILM", **columns: Any) -> Row:
    head = {"Shipment No": number, "Date": FEBRUARY, "Customer": "CUS", "Lot No": lot, "Quantity": tonnes, "Unit": "t"}
    return head | {"Kind": "sale"} | columns


def back(number: str, tonnes: float, of: str | None = "S-1", **columns: Any) -> Row:
    return sent(number, tonnes, **{"Kind": "return", "Reverses Shipment No": of, "Date": MARCH} | columns)


def to_shipment(number: str, shipment: str, tonnes: float, **columns: Any) -> Row:
    return attribution(number, "", tonnes, **{"Lot No": None, "Shipment No": shipment} | columns)


@pytest.fixture
def sold(desk: Desk) -> Desk:
    """100 t of credits at 0.92; 46 t of film, of which 40 t were sold, 23 t of them attributed: 25 t of input."""
    made_film(described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 100)), "FILM", 46)
    return desk.fill("Shipments", sent("S-1", 40)).fill("Attributions", to_shipment("1", "S-1", 23))


def answered(desk: Desk) -> dict[str, Any]:
    if desk.sheets:
        desk.bring_in()
    return desk.run("balance", "--json").json


def figures(answer: dict[str, Any], place: int = 0) -> dict[str, str]:
    (account,) = answer["accounts"]
    names_of = ("attributed", "given_back", "sent_back", "scrap_sold", "closing")
    return {name: account["periods"][place][f"{name}_kg"] for name in names_of if account["periods"][place][f"{name}_kg"] != "0"}


def test_a_return_gives_its_attribution_back_in_proportion(sold: Desk) -> None:
    answer = answered(sold.fill("Shipments", back("R-1", 10)))
    assert figures(answer) == {"attributed": "25000", "given_back": "6250", "closing": "81250"}
    assert names(answer) == set()
    entry = answer["accounts"][0]["periods"][0]["entries"][-1]
    assert (entry["kind"], entry["number"], entry["of"], entry["input_kg"], entry["date"]) == (
        "given-back",
        "R-1",
        "1",
        "6250",
        MARCH.isoformat(),
    )
    sheets = [(ref["sheet"], ref["cell"]) for ref in entry["refs"]]
    assert [sheet for sheet, _ in sheets] == ["Shipments", "Shipments", "Attributions"]


def test_what_came_back_wholly_may_be_attributed_again(sold: Desk) -> None:
    sold.fill("Shipments", back("R-1", 40), sent("S-2", 40, Date=MARCH)).fill("Attributions", to_shipment("2", "S-2", 40, Date=MARCH))
    answer = answered(sold)
    assert figures(answer) == {"attributed": "68478.26087", "given_back": "25000", "closing": "56521.73913"}
    assert names(answer) == set()


def test_a_return_in_the_next_period_leaves_the_first_as_it_was(sold: Desk) -> None:
    answer = answered(sold.fill("Balance Periods", Q2).fill("Shipments", back("R-1", 40, Date=APRIL)))
    assert figures(answer) == {"attributed": "25000", "closing": "75000"}
    assert figures(answer, 1) == {"given_back": "25000", "closing": "100000"}


def test_an_attribution_to_the_lot_stays_with_the_lot(sold: Desk) -> None:
    answer = answered(sold.fill("Attributions", attribution("2", "FILM", 4.6)).fill("Shipments", back("R-1", 40)))
    assert figures(answer) == {"attributed": "30000", "given_back": "25000", "closing": "95000"}


def test_a_kind_is_not_needed_where_the_reversed_shipment_is_named(sold: Desk) -> None:
    answer = answered(sold.fill("Shipments", back("R-1", 10, Kind=None)))
    assert figures(answer)["given_back"] == "6250"
    (book,) = (b for b in answer["quantity_books"] if b["material"] == "film")
    assert [book["periods"][0][f"{name}_kg"] for name in ("shipped", "returned", "closing")] == ["40000", "10000", "16000"]
    assert names(answer) == set()


def test_more_than_was_shipped_cannot_come_back(sold: Desk) -> None:
    answer = answered(sold.fill("Shipments", back("R-1", 30), back("R-2", 20)))
    assert figures(answer) == {"attributed": "25000", "given_back": "25000", "closing": "100000"}
    assert "return-unmatched" in names(answer)


@pytest.mark.parametrize("columns", [{"Reverses Shipment No": "S-9"}, {"Lot No": "OTHER"}])
def test_a_return_of_what_was_not_shipped_gives_nothing_back(sold: Desk, columns: Row) -> None:
    answer = answered(sold.fill("Shipments", back("R-1", 10, **columns)))
    assert figures(answer) == {"attributed": "25000", "closing": "75000"}
    assert "return-unmatched" in names(answer)


def test_what_goes_back_to_the_supplier_takes_its_credits_along(desk: Desk) -> None:
    described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 100), certified("B", 50))
    desk.fill("Shipments", sent("V-1", 25, "A", Supplier="SUP", Kind="return to supplier", Customer="SUP"))
    answer = answered(desk)
    assert figures(answer) == {"sent_back": "25000", "closing": "125000"}
    assert [(e["kind"], e["of"]) for e in answer["accounts"][0]["periods"][0]["entries"]][-1] == ("sent-back", "A")


def scrap(desk: Desk, net: str | None, **columns: Any) -> Desk:
    """46 t of film and 4 t of trim, 2.3 t of which are sold as scrap."""
    described(desk, net_of_scrap=net).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 100))
    desk.fill("Deliveries", delivery("PP-1", "PP", 50, Unit="t", more={"Delivery Date": dt.date(2026, 1, 2)}))
    rows = (taken("PP-1", 50, Unit="t"), made("FILM", 46, "film", Unit="t"), made("TRIM", 4, "trim", Unit="t"))
    desk.fill("Production", *run("R", *rows, on=FEBRUARY))
    return desk.fill("Shipments", sent("S-1", 2.3, "TRIM", **{"Kind": "scrap sale"} | columns))


@pytest.mark.parametrize(
    ("net", "found"), [("no", {"scrap_sold": "2500", "closing": "97500"}), ("yes", {"closing": "100000"}), (None, {"closing": "100000"})]
)
def test_scrap_sold_is_debited_only_where_the_factor_is_not_net_of_it(desk: Desk, net: str | None, found: dict[str, str]) -> None:
    answer = answered(scrap(desk, net))
    assert figures(answer) == found
    assert names(answer) == set()


def test_trim_that_is_kept_or_thrown_away_is_no_sale(desk: Desk) -> None:
    assert figures(answered(scrap(desk, "no", Kind="disposal"))) == {"closing": "100000"}


def test_scrap_that_may_come_from_two_accounts_is_asked_about(desk: Desk) -> None:
    other = {"Source ID": "PULP", "Feedstock": "tall oil", "Category": "bio", "Country of Origin": "SE", "Supplier": "SUP"}
    scrap(desk, "no").fill("Feedstock Sources", other)
    answer = answered(desk.fill("Deliveries", certified("B", 10, more={"Feedstock Source": "PULP"})))
    assert names(answer) == {"scrap-not-debited"}
    answer = answered(desk.fill("Attributions", to_shipment("1", "S-1", 2.3)) and desk.fill("Conversion Factors", factor(0.92, "trim")))
    assert names(answer) == set()


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
def test_the_text_names_what_was_given_back(sold: Desk, lang: str) -> None:
    sold.fill("Shipments", back("R-1", 10)).bring_in()
    out = sold.run("balance", "--lang", lang).out
    assert "R-1" in out
    assert "6250" in out

"""The quantity book against counted stock, through workbooks and the real command line."""

from __future__ import annotations

import datetime as dt
from typing import Any

import openpyxl
import pytest

from journeys.bookdesk import FEBRUARY, JANUARY, MARCH, Q1, attribution, certified, described, made_film, names
from journeys.desk import Desk, Row, delivery, lost, made, run, taken

TONNE = {"Unit": "t"}


def counted(quantity: float, material: str | None = "PP", on: dt.date = MARCH, **columns: Any) -> Row:
    return {"Date": on, "Site": "S1", "Material": material, "Quantity": quantity, "Unit": "t"} | columns


def pp(lot: str, tonnes: float, **columns: Any) -> Row:
    return delivery(lot, "PP", tonnes, Unit="t", **columns)


def judged(desk: Desk, *options: str) -> dict[str, Any]:
    """`balance --json`; `check` tells the same of the counts."""
    if desk.sheets:
        desk.bring_in()
    answer = desk.run("balance", *options, "--json").json
    if not options:
        assert ("stock-differs" in names(answer)) == ("stock-differs" in desk.check())
    return answer


def book(answer: dict[str, Any], material: str, site: str = "S1") -> dict[str, Any]:
    (found,) = (b for b in answer["quantity_books"] if (b["site"], b["material"]) == (site, material))
    return found


@pytest.mark.parametrize(("tonnes", "found"), [(1005, set()), (1006, {"stock-differs"}), (995, set()), (994.9, {"stock-differs"})])
def test_a19_half_a_percent_may_differ(desk: Desk, tonnes: float, found: set[str]) -> None:
    answer = judged(desk.fill("Deliveries", pp("A", 600), pp("B", 400)).fill("Stock Counts", counted(tonnes)))
    assert names(answer) == found


def test_a_count_that_differs_opens_to_its_cells(desk: Desk) -> None:
    answer = judged(desk.fill("Deliveries", pp("A", 600), pp("B", 400)).fill("Stock Counts", counted(1006)))
    (finding,) = answer["findings"]
    assert [(r["sheet"], r["cell"]) for r in finding["refs"]] == [("Stock Counts", "D2"), ("Deliveries", "D2"), ("Deliveries", "D3")]
    assert "1006000 kg" in finding["message"]
    assert "1000000 kg" in finding["message"]


@pytest.mark.parametrize(("tolerance", "found"), [("1 %", set()), ("0.1 %", {"stock-differs"})])
def test_the_tolerance_is_a_setting_of_the_scheme(desk: Desk, tolerance: str, found: set[str]) -> None:
    described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 1000))
    desk.fill("Settings", {"Name": "stock tolerance ISCC PLUS", "Value": tolerance})
    assert names(judged(desk.fill("Stock Counts", counted(1004, "bio-PP")))) == found


def test_a_setting_of_one_site_holds_there_only(desk: Desk) -> None:
    described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 1000))
    desk.fill("Settings", {"Name": "stock tolerance ISCC PLUS at S2", "Value": "10 %"})
    assert names(judged(desk.fill("Stock Counts", counted(1006, "bio-PP")))) == {"stock-differs"}


def test_everything_that_moves_stock_counts(desk: Desk) -> None:
    """1000 t in, 300 t used, 20 t lost, 100 t to S2, 50 t sold of which 10 t came back: 540 t."""
    desk.fill("Parties", {"Party ID": "S2", "Name": "Second plant", "Role": "site"})
    desk.fill("Deliveries", pp("A", 1000))
    desk.fill("Production", *run("R", taken("A", 300, **TONNE), made("F", 300, "film", **TONNE), on=JANUARY))
    spoilt = (taken("F", 1, Supplier=None, **TONNE), lost(20) | {"Lot No": "A", "Supplier": "SUP", "Unit": "t"})
    desk.fill("Production", *run("Q", *spoilt, made("G", 1, "bag", **TONNE), on=JANUARY))
    head = {"Lot No": "A", "Supplier": "SUP", "Unit": "t", "Date": FEBRUARY}
    desk.fill("Shipments", head | {"Shipment No": "S-1", "Customer": "S2", "Quantity": 100, "Kind": "transfer"})
    desk.fill("Shipments", head | {"Shipment No": "S-2", "Customer": "CUS", "Quantity": 50, "Kind": "sale"})
    back = {"Shipment No": "S-3", "Customer": "CUS", "Quantity": 10, "Kind": "return", "Reverses Shipment No": "S-2"}
    desk.fill("Shipments", head | back | {"Date": MARCH})
    (found,) = book(judged(desk.fill("Stock Counts", counted(540))), "PP")["periods"]
    assert {key: found[f"{key}_kg"] for key in ("opening", "received", "used", "lost", "moved_out", "shipped", "returned", "closing")} == {
        "opening": "0",
        "received": "1000000",
        "used": "300000",
        "lost": "20000",
        "moved_out": "100000",
        "shipped": "50000",
        "returned": "10000",
        "closing": "540000",
    }
    answer = judged(desk)
    assert "stock-differs" not in names(answer)
    assert book(answer, "PP", "S2")["periods"][0]["closing_kg"] == "100000"
    assert judged(desk, "--site", "S2")["quantity_books"] == [book(answer, "PP", "S2")]


def test_a_period_opens_with_what_the_one_before_left(desk: Desk) -> None:
    desk.fill("Balance Periods", Q1).fill("Deliveries", pp("A", 10, more={"Delivery Date": dt.date(2025, 12, 1)}), pp("B", 5))
    before, first = book(judged(desk), "PP")["periods"]
    assert (before["period"], before["closing_kg"]) == (None, "10000")
    assert (first["period"], first["opening_kg"], first["received_kg"], first["closing_kg"]) == ("Q1", "10000", "5000", "15000")


def test_credits_have_no_part_in_the_quantity_book(desk: Desk) -> None:
    made_film(described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 100)), "FILM", 46)
    answer = judged(desk.fill("Attributions", attribution("1", "FILM", 46)))
    assert book(answer, "bio-PP")["periods"][0]["closing_kg"] == "100000"
    assert book(answer, "film")["periods"][0]["closing_kg"] == "46000"


def test_opening_stock_is_in_the_book(desk: Desk) -> None:
    opening = {"Lot No": "OLD", "Material": "PP", "Quantity": 7, "Unit": "t", "Date": dt.date(2026, 1, 1)}
    answer = judged(desk.fill("Opening Stock", opening).fill("Stock Counts", counted(7)))
    assert names(answer) == set()
    assert book(answer, "PP")["periods"][0]["opening_stock_kg"] == "7000"


@pytest.mark.parametrize(("first", "second", "found"), [(600, 400, set()), (594, 406, set()), (594, 400, {"stock-differs"})])
def test_lots_of_a_material_counted_on_a_day_are_one_count(desk: Desk, first: float, second: float, found: set[str]) -> None:
    """The rule is of the site's stock of a material: a mix-up between two lots is another matter."""
    desk.fill("Deliveries", pp("A", 600), pp("B", 400), pp("C", 50))
    lots = (("A", first), ("B", second))
    desk.fill("Stock Counts", *(counted(tonnes, None, **{"Lot No": lot, "Supplier": "SUP"}) for lot, tonnes in lots))
    assert names(judged(desk)) == found


@pytest.mark.parametrize(("tonnes", "found"), [(100, set()), (150, set()), (120, {"stock-differs"})])
def test_a_count_may_stand_before_or_after_the_movements_of_its_day(desk: Desk, tonnes: float, found: set[str]) -> None:
    desk.fill("Deliveries", pp("A", 100), pp("B", 50, more={"Delivery Date": MARCH}))
    assert names(judged(desk.fill("Stock Counts", counted(tonnes)))) == found


def test_stock_that_no_book_knows_of_differs(desk: Desk) -> None:
    assert names(judged(desk.fill("Deliveries", pp("A", 1)).fill("Stock Counts", counted(1, "PE")))) == {"stock-differs"}


def test_a_delivery_to_somebody_else_is_not_our_stock(desk: Desk) -> None:
    desk.fill("Deliveries", pp("A", 10), pp("B", 5, Recipient="TOLLER"))
    assert book(judged(desk), "PP")["periods"][0]["closing_kg"] == "10000"


def test_a_movement_of_unknown_mass_leaves_the_book_open(desk: Desk) -> None:
    desk.fill("Deliveries", pp("A", 10), delivery("B", "PP", 5, Unit="m2"))
    answer = judged(desk.fill("Stock Counts", counted(99)))
    assert book(answer, "PP")["periods"][0]["closing_kg"] is None
    assert "stock-differs" not in names(answer)


def test_a_count_without_mass_is_told(desk: Desk) -> None:
    assert "unit-unknown" in names(judged(desk.fill("Deliveries", pp("A", 10)).fill("Stock Counts", counted(9, Unit="m2"))))


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
def test_the_text_shows_the_quantity_book(desk: Desk, lang: str) -> None:
    desk.fill("Balance Periods", Q1).fill("Deliveries", pp("A", 1000)).fill("Stock Counts", counted(1006)).bring_in()
    answer = desk.run("balance", "--lang", lang)
    assert answer.code == 1
    assert all(words in answer.out for words in ("PP", "1000000", "1006000", "stock-differs"))


def test_the_workbook_of_the_books_holds_the_quantity_book(desk: Desk) -> None:
    """Stock by period with its closing as a formula, every movement with its cell, every count with its difference."""
    desk.fill("Balance Periods", Q1).fill("Deliveries", pp("A", 600), pp("B", 400)).fill("Stock Counts", counted(1006)).bring_in()
    out = desk.folder / "books.xlsx"
    assert desk.run("balance", "-o", str(out)).code == 1
    book = openpyxl.load_workbook(out, data_only=True)
    stock, moved, counts = (list(book[name].iter_rows(values_only=True)) for name in ("Quantity book", "Movements", "Stock counts"))
    assert dict(zip(stock[0], stock[1], strict=True)) | {"Received, kg": 1000000, "Closing, kg": 1000000} == dict(
        zip(stock[0], stock[1], strict=True)
    )
    assert [row[-2] for row in moved[1:]] == ["D2", "D3"]
    assert dict(zip(counts[0], counts[1], strict=True))["Difference, kg"] == 6000
    assert openpyxl.load_workbook(out)["Quantity book"]["P2"].value == "=F2+G2+H2+I2+J2+K2-L2-M2-N2-O2"


def two_sites(desk: Desk) -> Desk:
    """100 t of PP at S1; S1 and S2 keep books; a run at S2 uses 20 t."""
    described(desk).fill("Balance Periods", Q1, Q1 | {"Site": "S2"}).fill("Deliveries", certified("A", 100))
    rows = run("R9", taken("A", 20, **TONNE), made("F", 18, "film", **TONNE), on=FEBRUARY)
    return desk.fill("Production", *({"Site": "S2", **row} for row in rows))


def moved(tonnes: float) -> Row:
    head = {"Shipment No": "M-1", "Kind": "transfer", "Date": JANUARY, "Site": "S1", "Customer": "S2", "Lot No": "A", "Supplier": "SUP"}
    return head | {"Quantity": tonnes, "Unit": "t"}


def at_other_site(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [found for found in answer["findings"] if found["name"] == "lot-at-other-site"]


def test_a_lot_that_is_used_where_it_never_came_is_told_with_the_delivery_that_lies_elsewhere(desk: Desk) -> None:
    (found,) = at_other_site(judged(two_sites(desk)))
    assert "R9: 20000 kg of lot A (SUP) left site S2" in found["message"]
    assert [(r["sheet"], r["cell"][1:]) for r in found["refs"]] == [("Production", "2"), ("Deliveries", "2")]
    assert "lot-at-other-site" in desk.check()


@pytest.mark.parametrize(("tonnes", "kg"), [(20, None), (12, "8000"), (19.95, None)])
def test_a_transfer_between_sites_brings_it_there(desk: Desk, tonnes: float, kg: str | None) -> None:
    found = at_other_site(judged(two_sites(desk).fill("Shipments", moved(tonnes))))
    assert [f"{kg} kg of lot A" in f["message"] for f in found] == ([True] if kg else []), "weighing explains 0.5 %"


def test_what_came_back_from_another_site_is_there_again(desk: Desk) -> None:
    back = moved(20) | {"Shipment No": "M-2", "Site": "S2", "Customer": "S1", "Date": FEBRUARY}
    answer = judged(two_sites(desk).fill("Shipments", moved(40), back, moved(100) | {"Shipment No": "M-3", "Date": MARCH}))
    assert [f["message"].partition(":")[0] for f in at_other_site(answer)] == ["M-3"], "80 t are at S1 by then"


def test_one_that_is_nowhere_is_no_matter_of_sites(desk: Desk) -> None:
    rows = run("R8", taken("A", 90, **TONNE), made("G", 90, "film", **TONNE), on=JANUARY)
    assert at_other_site(judged(two_sites(desk).fill("Production", *rows))) == [], "more was used of it than there was at all"


@pytest.mark.parametrize(("tonnes", "said"), [(None, "none of it had come"), (20, "20000 kg of lot B")])
def test_masses_that_are_not_known_are_not_guessed(desk: Desk, tonnes: float | None, said: str) -> None:
    unweighed = delivery("B", "PP", 3, more={"Unit": "m2", "Delivery Date": JANUARY})
    rows = run("R8", taken("B", tonnes, **({"Unit": "t"} if tonnes else {})), made("G", 18, "film", **TONNE), on=FEBRUARY)
    found = at_other_site(judged(two_sites(desk).fill("Deliveries", unweighed).fill("Production", *({"Site": "S2", **r} for r in rows))))
    assert [said in f["message"] for f in found if "lot B" in f["message"]] == [True]


def test_an_unknown_mass_that_came_may_be_enough(desk: Desk) -> None:
    assert at_other_site(judged(two_sites(desk).fill("Shipments", moved(20) | {"Quantity": 3, "Unit": "m2"}))) == []

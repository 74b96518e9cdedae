"""Recalls of mass-balance deliveries: what their credits were used for, with figures worked by hand from the books."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

from journeys.desk import DAY, Desk, Row, delivery, made, run, taken

TALL = {"Source ID": "TALL", "Feedstock": "tall oil", "Category": "bio-circular", "Country of Origin": "FI", "Supplier": "SUP"}
ACCOUNT = {
    "Site": "S1",
    "Scheme": "ISCC PLUS",
    "Feedstock": "tall oil",
    "Category": "bio-circular",
    "Country of Origin": "FI",
    "Input Material": "PP",
}


def certified(lot: str, kg: float, certificate: str, day: int = 0) -> Row:
    papers = {"Certificate No": certificate, "Chain of Custody": "mass balance", "Attributed Content %": 100, "Feedstock Source": "TALL"}
    return delivery(lot, "PP", kg, more=papers | {"Delivery Date": DAY + dt.timedelta(days=day)})


def attributed(number: str, kg: float, day: int, **to: str) -> Row:
    return ACCOUNT | {"Attribution No": number, "Date": DAY + dt.timedelta(days=day), "Quantity": kg, "Unit": "kg"} | to


def sold(number: str, customer: str, lot: str, kg: float, day: int, **more: str) -> Row:
    day_sold = DAY + dt.timedelta(days=day)
    return {"Shipment No": number, "Date": day_sold, "Customer": customer, "Lot No": lot, "Quantity": kg, "Unit": "kg"} | more


@pytest.fixture
def books(desk: Desk) -> Desk:
    """100 kg under C-1 on day 0, 60 kg under C-2 on day 4; every kilogram of PP gives 0.8 kg of film by the factor.

    Day 2: 40 kg of film are attributed to FILM-1, 50 kg of credits, all of C-1.  Day 6: 64 kg to FILM-2, 80 kg of credits, of the
    50 kg of C-1 and 60 kg of C-2 that are left: 20 to 50 kg of C-1, and 30 to 60 kg of C-2.
    """
    dates = {"Scheme": "ISCC PLUS", "Holder": "SUP", "Valid From": dt.date(2025, 1, 1), "Valid Until": dt.date(2027, 1, 1)}
    factor = {"Site": "S1", "Input Material": "PP", "Output Material": "FILM", "Factor": 0.8, "Valid From": dt.date(2025, 1, 1)}
    desk.fill("Feedstock Sources", TALL).fill("Conversion Factors", factor)
    desk.fill("Certificates", {"Certificate No": "C-1"} | dates, {"Certificate No": "C-2"} | dates)
    desk.fill("Deliveries", certified("A", 100, "C-1"), certified("B", 60, "C-2", 4), delivery("PLAIN", "PP", 500))
    for number, day in (("1", 1), ("2", 5)):
        film = made(f"FILM-{number}", 80, Material="FILM")
        desk.fill("Production", *run(f"R{number}", taken("PLAIN", 80), film, on=DAY + dt.timedelta(days=day)))
    desk.fill("Attributions", attributed("T1", 40, 2, **{"Lot No": "FILM-1"}), attributed("T2", 64, 6, **{"Lot No": "FILM-2"}))
    desk.fill("Shipments", sold("S-1", "SHOP", "FILM-1", 20, 8), sold("S-2", "MARKET", "FILM-2", 80, 8))
    desk.bring_in()
    return desk


def uses(answer: dict) -> dict[str, tuple[str, str]]:
    (account,) = answer["attributed"]["credits"]
    return {use["number"]: (use["affected_low_kg"], use["affected_high_kg"]) for use in account["uses"]}


def test_each_use_of_the_credits_has_the_least_and_the_most_that_may_be_of_the_certificate(books: Desk) -> None:
    answer = books.run("recall", "--certificate", "C-1", "--json")
    found = answer.json["attributed"]
    assert uses(answer.json) == {"T1": ("50", "50"), "T2": ("20", "50")}
    (account,) = found["credits"]
    assert (account["received_low_kg"], account["received_high_kg"]) == ("100", "100")
    assert (account["left_low_kg"], account["left_high_kg"]) == ("0", "30")  # 30 kg are left of 160, 0 to 30 of them of C-1
    # S-1: 20 of the 80 kg of FILM-1, to which 40 kg are attributed, all of C-1; S-2: all of FILM-2, 16 to 40 of its 64 kg
    assert {(c["shipment"], c["customer"], c["affected_low_kg"], c["affected_high_kg"]) for c in found["claimed"]} == {
        ("S-1", "SHOP", "10", "10"),
        ("S-2", "MARKET", "16", "40"),
    }
    assert answer.code == 1  # how much of T2 is of C-1 is nowhere recorded
    assert [(e["number"], e["reason"], e["mass_kg"]) for e in answer.json["open_ends"]] == [
        ("FILM-2", "credits of what is recalled are mixed with others in attribution T2", "40")
    ]
    assert uses(books.run("recall", "--certificate", "C-2", "--json").json) == {"T2": ("30", "60")}


def test_credits_that_were_alone_in_their_account_are_followed_to_the_end(books: Desk) -> None:
    """Of supplier SUP are both deliveries, and so is every credit: 50 + 80 kg used, 30 kg left."""
    answer = books.run("recall", "--lot", "A", "--json")
    assert uses(answer.json)["T1"] == ("50", "50")
    whole = books.run("recall", "--supplier", "SUP", "--json")
    assert (whole.code, whole.json["complete"]) == (0, True)
    assert uses(whole.json) == {"T1": ("50", "50"), "T2": ("80", "80")}


def test_a_customer_of_goods_with_its_credits_gets_a_sheet_though_nothing_of_it_is_in_them(books: Desk) -> None:
    file = books.folder / "recall.xlsx"
    books.run("recall", "--certificate", "C-1", "-o", str(file))
    book = openpyxl.load_workbook(file)
    assert book.sheetnames[1:] == ["MARKET", "SHOP"]
    shop = [cell for row in book["SHOP"].iter_rows(values_only=True) for cell in row if cell is not None]
    assert {"S-1", "FILM-1", 10} <= set(shop)
    assert not {"S-2", "MARKET"} & set(map(str, shop))


@pytest.mark.parametrize(
    ("lang", "says"),
    [("en", "Sold with content attributed from its credits"), ("de", "Guthaben eines Kontos"), ("zh", "以其额度归属含量销售的发货")],
)
def test_the_text_says_what_the_books_cannot_tell(books: Desk, lang: str, says: str) -> None:
    assert says in books.run("recall", "--certificate", "C-1", "--lang", lang).out


def test_a_return_takes_its_part_of_what_was_attributed_along(books: Desk) -> None:
    back = sold("S-2R", "MARKET", "FILM-2", 40, 9, **{"Kind": "return", "Reverses Shipment No": "S-2"})
    books.fill("Shipments", back).bring_in()
    found = books.run("recall", "--certificate", "C-1", "--json").json["attributed"]["claimed"]
    assert {(c["shipment"], c["mass_kg"], c["affected_low_kg"], c["affected_high_kg"]) for c in found} == {
        ("S-1", "20", "10", "10"),
        ("S-2", "40", "8", "20"),
    }

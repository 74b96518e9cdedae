"""Recalls through workbook, import and the real command line, with masses worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import openpyxl
import pytest

from journeys.desk import DAY, Desk, Row, delivery, lost, made, run, taken

LATER = DAY + dt.timedelta(days=10)


def sale(number: str, customer: str, lot: str, quantity: float, on: dt.date = LATER, **more: Any) -> Row:
    return {"Shipment No": number, "Date": on, "Customer": customer, "Lot No": lot, "Quantity": quantity, "Unit": "kg"} | more


@pytest.fixture
def films(desk: Desk) -> Desk:
    """Resin A of 100 kg: 80 kg and 20 kg of B make 95 kg of film; of that, 40 kg and 10 kg of C make 50 kg of bags.

    Film holds 80/100 of A: 76 kg, and 4 kg were lost.  Bags hold 40 x 0.8 = 32 kg of it.
    """
    desk.fill("Deliveries", delivery("A", "PLA", 100, more={"Certificate No": "C-1"}), delivery("B", "PBAT", 20), delivery("C", "PBAT", 10))
    certificate = {"Certificate No": "C-1", "Scheme": "ISCC PLUS", "Holder": "SUP", "Valid From": dt.date(2025, 1, 1)}
    desk.fill("Certificates", certificate | {"Valid Until": dt.date(2027, 1, 1), "Withdrawn On": DAY + dt.timedelta(days=11)})
    desk.fill("Production", *run("R1", taken("A", 80), taken("B", 20), made("FILM", 95), lost(5)))
    desk.fill("Production", *run("R2", taken("FILM", 40, Supplier=None), taken("C", 10), made("BAGS", 50), on=DAY + dt.timedelta(days=1)))
    desk.fill("Shipments", sale("S1", "SHOP", "FILM", 30), sale("S2", "MARKET", "BAGS", 25, LATER + dt.timedelta(days=5)))
    desk.bring_in()
    return desk


def test_every_kilogram_of_a_lot_is_found(films: Desk) -> None:
    answer = films.run("recall", "--lot", "A", "--json")
    found = answer.json
    assert answer.code == 0
    assert {(lot["number"], lot["affected_mass_kg"]) for lot in found["lots"]} == {("A", "100"), ("FILM", "76"), ("BAGS", "32")}
    assert {(s["shipment"], s["customer"], s["affected_mass_kg"]) for s in found["shipments"]} == {
        ("S1", "SHOP", "24"),  # 30 x 0.8
        ("S2", "MARKET", "16"),  # 25 of 50 kg of bags: inside something else
    }
    # 20 kg of A itself, 25 kg of film (20 kg), 25 kg of bags (16 kg)
    assert {(s["number"], s["affected_mass_kg"]) for s in found["stock"]} == {("A", "20"), ("FILM", "20"), ("BAGS", "16")}
    totals = [found[f"{name}_kg"] for name in ("subject", "shipped", "book_stock", "lost", "unaccounted")]
    assert totals == ["100", "40", "56", "4", "0"]
    assert found["complete"] is found["adds_up"] is True


def test_what_left_before_a_certificate_was_withdrawn_is_marked(films: Desk) -> None:
    found = films.run("recall", "--certificate", "C-1", "--json").json
    assert found["subject"]["withdrawn_on"] == "2026-01-16"
    assert {s["shipment"]: s["before_withdrawal"] for s in found["shipments"]} == {"S1": True, "S2": False}


def test_a_return_is_netted_and_a_supplier_is_all_of_its_deliveries(films: Desk) -> None:
    back = sale("S1-R", "SHOP", "FILM", 10, LATER + dt.timedelta(days=2), **{"Kind": "return", "Reverses Shipment No": "S1"})
    films.fill("Shipments", back).bring_in()
    found = films.run("recall", "--lot", "A", "--json").json
    assert {s["shipment"]: (s["returned_kg"], s["affected_mass_kg"]) for s in found["shipments"]} == {"S1": ("10", "16"), "S2": ("0", "16")}
    assert (found["shipped_kg"], found["book_stock_kg"]) == ("32", "64")
    everything = films.run("recall", "--supplier", "SUP", "--json").json
    assert everything["subject_kg"] == "130"
    assert all(lot["share"] == 1.0 for lot in everything["lots"])


def test_days_narrow_what_is_recalled(films: Desk) -> None:
    after = (DAY + dt.timedelta(days=1)).isoformat()
    assert films.run("recall", "--supplier", "SUP", "--from", after, "--json").json["lots"] == []
    assert len(films.run("recall", "--supplier", "SUP", "--until", after, "--json").json["lots"]) == 5


def test_what_cannot_be_found_is_named_and_exits_1(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("A", "PLA", 100))
    desk.fill("Production", *run("R1", taken("A", 80), made("FILM", 60)))
    desk.bring_in()
    answer = desk.run("recall", "--lot", "A", "--json")
    assert answer.code == 1
    assert answer.json["complete"] is False
    assert [(end["number"], end["reason"], end["mass_kg"]) for end in answer.json["open_ends"]] == [
        ("FILM", "run R1 leaves mass unaccounted for", "20")
    ]
    assert "Not complete" in desk.run("recall", "--lot", "A").out


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("--certificate", "C-9"), "there is no certificate C-9"),
        (("--lot", "A", "--owner", "SOMEBODY"), "SOMEBODY"),
        (("--lot", "A", "--from", "2026-02-01", "--until", "2026-01-01"), "--from 2026-02-01 is after --until 2026-01-01"),
        (("--lot", "A", "--supplier", "SUP"), "say what to recall"),
        ((), "say what to recall"),
        (("--lot", "NOTHING"), "NOTHING"),
        (("--lot", "A", "--from", "tomorrow"), "tomorrow"),
    ],
)
def test_a_question_that_cannot_be_answered_is_one_line(films: Desk, asked: tuple[str, ...], says: str) -> None:
    answer = films.run("recall", *asked)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("error: ")
    assert says in answer.err.splitlines()[0]


def test_each_customer_has_a_sheet_of_its_own_that_names_nobody_else(films: Desk) -> None:
    file = films.folder / "recall.xlsx"
    assert films.run("recall", "--lot", "A", "-o", str(file)).code == 0
    book = openpyxl.load_workbook(file)
    assert book.sheetnames[1:] == ["MARKET", "SHOP"]
    shop = [cell for row in book["SHOP"].iter_rows(values_only=True) for cell in row if cell is not None]
    assert {"S1", "FILM", 24} <= set(shop)
    assert not {"S2", "BAGS", "MARKET"} & set(map(str, shop))


def test_the_same_recall_is_the_same_bytes_in_every_format(films: Desk) -> None:
    for ending in ("pdf", "xlsx", "txt", "json"):
        made_twice = []
        for name in ("one", "two"):
            assert films.run("recall", "--lot", "A", "-o", str(films.folder / f"{name}.{ending}")).code == 0
            made_twice.append((films.folder / f"{name}.{ending}").read_bytes())
        assert made_twice[0] == made_twice[1]


def test_credits_that_may_have_gone_elsewhere_keep_a_recall_from_looking_complete(desk: Desk) -> None:
    """The mass-balance resin lies in stock whole; its credits were attributed to a film that holds none of it."""
    source = {"Source ID": "TALL", "Feedstock": "tall oil", "Category": "bio-circular", "Country of Origin": "FI", "Supplier": "SUP"}
    papers = {"Certificate No": "C-1", "Chain of Custody": "mass balance", "Attributed Content %": 100, "Feedstock Source": "TALL"}
    certificate = {"Certificate No": "C-1", "Scheme": "ISCC PLUS", "Holder": "SUP", "Valid From": dt.date(2025, 1, 1)}
    account = {"Site": "S1", "Scheme": "ISCC PLUS", "Feedstock": "tall oil", "Category": "bio-circular", "Country of Origin": "FI"}
    used = {"Attribution No": "T1", "Date": LATER, "Input Material": "PP", "Lot No": "FILM", "Quantity": 50, "Unit": "kg"}
    desk.fill("Feedstock Sources", source).fill("Certificates", certificate | {"Valid Until": dt.date(2027, 1, 1)})
    desk.fill("Deliveries", delivery("A", "PP", 100, more=papers), delivery("B", "PP", 100))
    desk.fill("Production", *run("R1", taken("B", 50), made("FILM", 50)))
    desk.fill("Attributions", account | used).bring_in()
    for asked in (("--lot", "A"), ("--certificate", "C-1"), ("--source", "TALL"), ("--supplier", "SUP")):
        answer = desk.run("recall", *asked, "--json")
        assert answer.code == 1, asked
        assert ("FILM", "credits of what is recalled may be in attribution T1") in {
            (e["number"], e["reason"]) for e in answer.json["open_ends"]
        }
    assert desk.run("recall", "--lot", "B", "--json").json["complete"] is True

"""Closing balance periods, told through workbooks and the real command line: what is closed stays, what changes is adjusted."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from journeys.bookdesk import APRIL, FEBRUARY, JANUARY, Q1, Q2, attribution, certified, described, factor, made_film, names, period
from journeys.desk import Answer, Desk, Row

Q3 = period("Q3", "2026-07-01", "2026-09-30")
FIGURES = (
    *("opening_kg", "received_kg", "transferred_in_kg", "transferred_out_kg", "attributed_kg", "attributed_output_kg"),
    *(
        "given_back_kg",
        "sent_back_kg",
        "scrap_sold_kg",
        "adjusted_kg",
        "closing_kg",
        "carried_over_kg",
        "lowest_kg",
        "lowest_on",
        "entries",
    ),
)


def books(desk: Desk, *options: str) -> dict[str, Any]:
    """`balance --json`, importing first what is still on the desk."""
    if desk.sheets:
        desk.bring_in()
    return desk.run("balance", *options, "--json").json


def line(answer: dict[str, Any], name: str | None) -> dict[str, Any]:
    """The only account's line of a period."""
    (account,) = answer["accounts"]
    (found,) = (p for p in account["periods"] if p["period"] == name)
    return found


def close(desk: Desk, name: str, *options: str) -> dict[str, Any]:
    if desk.sheets:
        desk.bring_in()
    return desk.run("balance", "--close", name, *options, "--json").json


def refused(desk: Desk, *options: str) -> str:
    """What a closing that cannot be carried out says; nothing is written."""
    if desk.sheets:
        desk.bring_in()
    before = desk.run("log", "--json").out
    answer = desk.run("balance", *options)
    assert answer.code == 2
    assert desk.run("log", "--json").out == before
    return answer.err


def adjustments(found: dict[str, Any]) -> list[tuple[str, str, str, str, str, str]]:
    return [
        (e["number"], e["corrects"]["period"], e["corrects"]["kind"], e["corrects"]["was_kg"], e["corrects"]["now_kg"], e["input_kg"])
        for e in found["entries"]
        if e["kind"] == "adjustment"
    ]


def replaced(desk: Desk) -> Answer:
    """Import what is on the desk, changed rows replacing what is known."""
    answer = desk.run("import", "--replace", "--json", str(desk.save()))
    assert answer.code == 0, answer.out + answer.err
    return answer


@pytest.fixture
def first_half(desk: Desk) -> Desk:
    """Two quarters: 150 t of credits in the first, 92 t of film attributed in each of them."""
    described(desk).fill("Balance Periods", Q1, Q2).fill("Deliveries", certified("A", 100), certified("B", 150, on=JANUARY))
    made_film(desk, "F1", 92).fill("Attributions", attribution("1", "F1", 92))
    made_film(desk, "F2", 92, on=APRIL).fill("Attributions", attribution("2", "F2", 92, on=APRIL))
    desk.bring_in()
    return desk


def test_what_is_closed_carries_over(first_half: Desk) -> None:
    closed = close(first_half, "Q1")
    assert (closed["site"], closed["period"], closed["as_known_after_import"], closed["number"]) == ("S1", "Q1", 1, 2)
    answer = books(first_half)
    assert [(c["period"], c["agrees"]) for c in answer["closings"]] == [("Q1", True)]
    assert [(p["period"], p["closed"]) for p in answer["accounts"][0]["periods"]] == [("Q1", True), ("Q2", False)]
    assert line(answer, "Q1")["carried_over_kg"] == line(answer, "Q2")["opening_kg"] == "150000"
    assert names(answer) == set()


def test_a_supplier_corrects_a_value_six_months_later(first_half: Desk) -> None:
    before = books(first_half, "--period", "Q1")
    closed = close(first_half, "Q1")
    replaced(first_half.fill("Deliveries", certified("A", 80)))
    answer = books(first_half)
    assert {key: line(answer, "Q1")[key] for key in FIGURES} == {key: line(before, "Q1")[key] for key in FIGURES}
    second = line(answer, "Q2")
    assert adjustments(second) == [("A", "Q1", "received", "100000", "80000", "-20000")]
    assert (second["opening_kg"], second["adjusted_kg"], second["closing_kg"]) == ("150000", "-20000", "30000")
    (entry,) = (e for e in second["entries"] if e["kind"] == "adjustment")
    assert [ref["file"] for ref in entry["corrects"]["was_refs"]] == ["book-1.xlsx"]
    assert [ref["file"] for ref in entry["corrects"]["now_refs"]] == ["book-2.xlsx"]
    assert [(c["sha256"], c["agrees"]) for c in answer["closings"]] == [(closed["sha256"], True)]
    assert "adjustment" in first_half.run("balance").out


def test_anyone_can_recompute_the_digest_from_the_published_books(first_half: Desk) -> None:
    close(first_half, "Q1")
    replaced(first_half.fill("Deliveries", certified("A", 80)))
    close(first_half, "Q2")
    answer = books(first_half)
    for c in answer["closings"]:
        accounts = [
            [
                [a[key] for key in ("scheme", "feedstock", "category", "country_of_origin", "input_material")],
                *(p["opening_kg"], p["closing_kg"]),
                [
                    [
                        *(e[key] for key in ("date", "kind", "number", "input_kg", "output_kg", "factor")),
                        [[ref[key] for key in ("file", "sha256", "sheet", "cell")] for ref in e["refs"]],
                        e["corrects"] and [e["corrects"][key] for key in ("period", "kind", "was_kg", "now_kg")],
                    ]
                    for e in p["entries"]
                ],
            ]
            for a in answer["accounts"]
            for p in a["periods"]
            if a["site"] == c["site"] and p["period"] == c["period"]
        ]
        head = ["tracepack closing 1", c["site"], c["period"], c["start"], c["end"], c["as_known_after_import"]]
        text = json.dumps([*head, accounts], ensure_ascii=False, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == c["sha256"]


def test_the_withdrawal_of_an_import_that_fed_a_closed_period_is_adjusted(desk: Desk) -> None:
    described(desk).fill("Balance Periods", Q1, Q2).fill("Deliveries", certified("A", 100)).bring_in()
    desk.fill("Deliveries", certified("B", 50)).bring_in()
    close(desk, "Q1")
    assert desk.run("withdraw", "2", "--why", "never arrived").code == 0
    answer = books(desk)
    assert line(answer, "Q1")["closing_kg"] == "150000"
    assert adjustments(line(answer, "Q2")) == [("B", "Q1", "received", "50000", "0", "-50000")]
    assert line(answer, "Q2")["closing_kg"] == "100000"


def test_the_same_file_again_adjusts_nothing(first_half: Desk) -> None:
    close(first_half, "Q1")
    before = books(first_half)["accounts"]
    assert first_half.run("import", str(first_half.folder / "book-1.xlsx")).code == 0
    assert books(first_half)["accounts"] == before


def test_what_comes_in_late_for_a_closed_period_is_adjusted(first_half: Desk) -> None:
    close(first_half, "Q1")
    made_film(first_half, "F3", 46).fill("Deliveries", certified("C", 10)).fill("Attributions", attribution("3", "F3", 46))
    second = line(books(first_half), "Q2")
    assert adjustments(second) == [("C", "Q1", "received", "0", "10000", "10000"), ("3", "Q1", "attributed", "0", "-50000", "-50000")]
    assert second["closing_kg"] == "10000"


def test_each_late_change_lands_once_in_the_period_open_then(first_half: Desk) -> None:
    close(first_half, "Q1")
    replaced(first_half.fill("Deliveries", certified("A", 80)))
    close(first_half, "Q2")
    replaced(first_half.fill("Deliveries", certified("A", 70)).fill("Balance Periods", Q3))
    answer = books(first_half)
    assert adjustments(line(answer, "Q2")) == [("A", "Q1", "received", "100000", "80000", "-20000")]
    assert adjustments(line(answer, "Q3")) == [("A", "Q1", "received", "80000", "70000", "-10000")]
    assert line(answer, "Q3")["closing_kg"] == "20000"
    assert all(c["agrees"] for c in answer["closings"])


def test_a_changed_factor_changes_no_closed_use(first_half: Desk) -> None:
    close(first_half, "Q1")
    replaced(first_half.fill("Conversion Factors", factor(0.8)))
    answer = books(first_half)
    assert line(answer, "Q1")["attributed_kg"] == "100000"
    assert adjustments(line(answer, "Q2")) == [("1", "Q1", "attributed", "-100000", "-115000", "-15000")]


def test_a_delivery_moved_to_the_open_period_leaves_and_arrives(first_half: Desk) -> None:
    close(first_half, "Q1")
    log = first_half.run("log", "1", "--json").json
    (fact,) = (change["fact_id"] for change in log["entries"][0]["changes"] if change["key"][:2] == ["SUP", "A"])
    assert first_half.run("withdraw", f"F{fact}", "--why", "the date was wrong").code == 0
    answer = books(first_half.fill("Deliveries", certified("A", 100, on=APRIL)))
    assert adjustments(line(answer, "Q2")) == [("A", "Q1", "received", "100000", "0", "-100000")]
    assert (line(answer, "Q2")["received_kg"], line(answer, "Q2")["closing_kg"]) == ("100000", "50000")


def test_an_adjustment_that_leaves_too_little_is_an_error_of_the_open_period(first_half: Desk) -> None:
    close(first_half, "Q1")
    replaced(first_half.fill("Deliveries", certified("A", 40)))
    answer = books(first_half)
    assert line(answer, "Q2")["closing_kg"] == "-10000"
    assert "balance-negative" in names(answer)
    assert "Q2" in refused(first_half, "--close", "Q2")


def test_without_an_open_period_the_adjustment_says_what_is_missing(first_half: Desk) -> None:
    close(first_half, "Q1")
    close(first_half, "Q2")
    replaced(first_half.fill("Deliveries", certified("A", 80)))
    answer = books(first_half)
    assert {"adjustment-without-period", "outside-periods"} <= names(answer)
    assert adjustments(line(answer, None)) == [("A", "Q1", "received", "100000", "80000", "-20000")]
    answer = books(first_half.fill("Balance Periods", Q3))
    assert (line(answer, "Q3")["adjusted_kg"], names(answer)) == ("-20000", set())


def test_a_period_is_closed_once(first_half: Desk) -> None:
    close(first_half, "Q1")
    assert "closed already" in refused(first_half, "--close", "Q1")


def test_periods_are_closed_in_their_order(first_half: Desk) -> None:
    assert "close Q1 first" in refused(first_half, "--close", "Q2")


def test_a_period_that_ends_below_zero_is_not_closed(desk: Desk) -> None:
    described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 50))
    made_film(desk, "F1", 92).fill("Attributions", attribution("1", "F1", 92))
    assert "50000 kg of input short" in refused(desk, "--close", "Q1")


@pytest.mark.parametrize("options", [("--close", "Q9"), ("--period", "Q9"), ("--period", "Q1", "--site", "S2")])
def test_a_period_that_nobody_imported_is_named_with_those_that_are(first_half: Desk, options: tuple[str, ...]) -> None:
    said = refused(first_half, *options)
    assert "Q9" in said or "S2" in said


def test_a_period_of_two_sites_needs_its_site(first_half: Desk) -> None:
    first_half.fill("Balance Periods", Q1 | {"Site": "S2"})
    assert "--site S1" in refused(first_half, "--close", "Q1")
    assert close(first_half, "Q1", "--site", "S2")["site"] == "S2"
    answer = books(first_half)
    assert [(c["site"], c["agrees"]) for c in answer["closings"]] == [("S2", True)]
    assert not line(answer, "Q1")["closed"]


def test_closing_goes_with_no_file(first_half: Desk) -> None:
    assert "--close" in refused(first_half, "--close", "Q1", "-o", "books.json")


def test_one_period_only(first_half: Desk) -> None:
    close(first_half, "Q1")
    answer = books(first_half, "--period", "Q2")
    assert ([p["period"] for p in answer["accounts"][0]["periods"]], answer["closings"]) == (["Q2"], [])
    assert {p["period"] for book in answer["quantity_books"] for p in book["periods"]} == {"Q2"}


@pytest.mark.parametrize(("row", "words"), [(Q1 | {"End": Q1["End"].replace(day=30)}, "2026-03-30"), (None, "taken back")])
def test_the_row_of_a_closed_period_does_not_rewrite_it(first_half: Desk, row: Row | None, words: str) -> None:
    close(first_half, "Q1")
    before = line(books(first_half), "Q1")
    if row is not None:
        replaced(first_half.fill("Balance Periods", row))
    else:
        log = first_half.run("log", "1", "--json").json
        (fact,) = (change["fact_id"] for change in log["entries"][0]["changes"] if change["key"] == ["S1", "Q1"])
        assert first_half.run("withdraw", f"F{fact}", "--why", "by mistake").code == 0
    answer = books(first_half)
    assert line(answer, "Q1") == before
    (finding,) = (f for f in answer["findings"] if f["name"] == "closed-period-redrawn")
    assert words in finding["message"]


def test_a_closing_stands_in_the_log_and_is_not_taken_back(first_half: Desk) -> None:
    closed = close(first_half, "Q1")
    (entry,) = first_half.run("log", "2", "--json").json["entries"]
    assert (entry["kind"], entry["closing"]) == ("closing", closed)
    assert closed["sha256"] in first_half.run("log").out
    answer = first_half.run("withdraw", "2", "--why", "by mistake")
    assert (answer.code, "stays closed" in answer.err) == (2, True)


@pytest.mark.parametrize("command", ["balance", "check"])
def test_whoever_changes_the_store_from_outside_is_found_out(first_half: Desk, command: str) -> None:
    close(first_half, "Q1")
    with closing(sqlite3.connect(first_half.folder / "work.db")) as database, database:
        changed = database.execute("UPDATE facts SET payload = replace(payload, '\"100\"', '\"101\"') WHERE sheet = 'Deliveries'")
        assert changed.rowcount > 0
    answer = first_half.run(command, "--json")
    assert (answer.code, "closed-period-changed" in names(answer.json)) == (1, True)
    assert "restore" in refused(first_half, "--close", "Q2")


def test_a_transfer_into_closed_books_is_adjusted_there_and_entered_where_they_are_open(first_half: Desk) -> None:
    close(first_half, "Q1")
    account = {
        key: value
        for key, value in attribution("1", "F1", 1).items()
        if key in ("Scheme", "Feedstock", "Category", "Country of Origin", "Input Material")
    }
    moved = {"Transfer No": "T1", "From Site": "S1", "To Site": "S2", "Date": FEBRUARY} | account | {"Quantity": 30, "Unit": "t"}
    answer = books(first_half.fill("Credit Transfers", moved).fill("Balance Periods", Q1 | {"Site": "S2"}))
    one, two = answer["accounts"]
    assert [p["transferred_out_kg"] for p in one["periods"]] == ["0", "0"]
    assert adjustments(one["periods"][1]) == [("T1", "Q1", "transfer-out", "0", "-30000", "-30000")]
    assert two["periods"][0]["transferred_in_kg"] == "30000"


def test_an_attribution_lists_the_shipments_that_carry_its_lot(first_half: Desk) -> None:
    shipped = {"Shipment No": "S-1", "Date": APRIL, "Customer": "CUS", "Lot No": "F1", "Quantity": 20, "Unit": "t"}
    (entry,) = (e for e in line(books(first_half.fill("Shipments", shipped)), "Q1")["entries"] if e["kind"] == "attributed")
    assert [(s["shipment"], s["customer"], s["lot"], s["mass_kg"]) for s in entry["shipments"]] == [("S-1", "CUS", "F1", "20000")]
    assert [ref["cell"] for ref in entry["shipments"][0]["refs"]] == ["E2"]

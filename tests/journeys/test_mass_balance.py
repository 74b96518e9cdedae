"""The mass-balance books through workbooks and the real command line: worked examples and cases written from the rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from journeys.bookdesk import (
    APRIL,
    FEBRUARY,
    JANUARY,
    MARCH,
    Q1,
    Q2,
    attribution,
    certified,
    described,
    factor,
    made_film,
    names,
    period,
)
from journeys.desk import Desk, Row


def balance(desk: Desk, *options: str) -> dict[str, Any]:
    """`balance --json`, importing first what is still on the desk; its exit code says whether there is an error."""
    if desk.sheets:
        desk.bring_in()
    answer = desk.run("balance", *options, "--json")
    assert (answer.code == 1) == any(finding["severity"] == "error" for finding in answer.json["findings"])
    return answer.json


def only_period(answer: dict[str, Any]) -> dict[str, Any]:
    ((found,),) = (account["periods"] for account in answer["accounts"])
    return found


def two_deliveries(desk: Desk) -> Desk:
    """100 t and 50 t of credits in the first quarter, factor 0.92."""
    return described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 100), certified("B", 50, on=JANUARY))


def test_b11_what_is_left_is_carried_over(desk: Desk) -> None:
    answer = balance(made_film(two_deliveries(desk), "FILM", 120).fill("Attributions", attribution("1", "FILM", 120)))
    found = only_period(answer)
    assert (found["received_kg"], found["attributed_output_kg"], found["attributed_kg"]) == ("150000", "120000", "130434.782609")
    assert (found["closing_kg"], found["carried_over_kg"]) == ("19565.217391", "19565.217391")
    (output,) = found["outputs"]
    assert (output["received_kg"], output["closing_kg"], output["factor"]) == ("138000", "18000", "0.92")
    assert names(answer) == set()


def test_b11_two_tonnes_too_many_are_an_error(desk: Desk) -> None:
    answer = balance(made_film(two_deliveries(desk), "FILM", 140).fill("Attributions", attribution("1", "FILM", 140)))
    assert only_period(answer)["outputs"][0]["closing_kg"] == "-2000"
    assert names(answer) == {"balance-negative"}
    assert "balance-negative" in desk.check()


def test_all_credits_can_be_used_in_parts_that_have_no_end_in_decimals(desk: Desk) -> None:
    two_deliveries(desk).fill("Conversion Factors", factor(0.9, valid_from="2026-01-02"))
    for number in range(3):
        made_film(desk, f"F{number}", 45).fill("Attributions", attribution(str(number), f"F{number}", 45))
    answer = balance(desk)
    assert only_period(answer)["closing_kg"] == "0"
    assert names(answer) == set()


def test_every_figure_opens_to_its_cells(desk: Desk) -> None:
    answer = balance(made_film(two_deliveries(desk), "FILM", 120).fill("Attributions", attribution("1", "FILM", 120)))
    entries = only_period(answer)["entries"]
    assert [(e["kind"], e["number"], [(r["sheet"], r["cell"][0] != "") for r in e["refs"]]) for e in entries] == [
        ("received", "A", [("Deliveries", True)]),
        ("received", "B", [("Deliveries", True)]),
        ("attributed", "1", [("Attributions", True), ("Conversion Factors", True)]),
    ]


@pytest.mark.parametrize(("day", "valid"), [("2025-10-14", False), ("2025-10-15", True), ("2026-10-14", True), ("2026-10-15", False)])
def test_a18_credits_count_while_the_certificate_is_valid(desk: Desk, day: str, valid: bool) -> None:
    described(desk, "2026-10-14").fill("Balance Periods", period("P", day, day))
    answer = balance(desk.fill("Deliveries", certified("A", 100, on=dt.date.fromisoformat(day))))
    assert [a["periods"][0]["received_kg"] for a in answer["accounts"]] == (["100000"] if valid else [])
    assert ("credit-not-valid" in names(answer)) is not valid


@pytest.mark.parametrize(("end", "found"), [("2026-03-31", set()), ("2026-04-01", {"period-too-long"})])
def test_a20_three_months_are_the_most_under_iscc(desk: Desk, end: str, found: set[str]) -> None:
    answer = balance(described(desk).fill("Balance Periods", period("P", "2026-01-01", end)).fill("Deliveries", certified("A", 1)))
    assert names(answer) == found


def test_short_within_the_period_is_a_warning(desk: Desk) -> None:
    late = described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 100, on=MARCH))
    answer = balance(made_film(late, "FILM", 46).fill("Attributions", attribution("1", "FILM", 46)))
    assert names(answer) == {"sold-short"}
    found = only_period(answer)
    assert (found["lowest_kg"], found["lowest_on"], found["closing_kg"]) == ("-50000", FEBRUARY.isoformat(), "50000")


def test_credits_of_the_next_period_do_not_cover_this_one(desk: Desk) -> None:
    described(desk).fill("Balance Periods", Q1, Q2).fill("Deliveries", certified("A", 100, on=APRIL))
    answer = balance(made_film(desk, "FILM", 46).fill("Attributions", attribution("1", "FILM", 46)))
    assert [p["closing_kg"] for p in answer["accounts"][0]["periods"]] == ["-50000", "50000"]
    assert names(answer) == {"balance-negative"}


def test_what_one_period_carries_over_the_next_one_opens_with(desk: Desk) -> None:
    desk.fill("Balance Periods", Q2)
    made_film(two_deliveries(desk), "FILM", 138, on=APRIL).fill("Attributions", attribution("1", "FILM", 138, on=APRIL))
    answer = balance(desk)
    first, second = answer["accounts"][0]["periods"]
    assert (first["carried_over_kg"], second["opening_kg"], second["closing_kg"]) == ("150000", "150000", "0")
    assert names(answer) == set()


def opening(quantity: float, name: str = "Q1", **columns: Any) -> Row:
    account = {"Scheme": "ISCC PLUS", "Feedstock": "tall oil", "Category": "bio", "Country of Origin": "FI", "Input Material": "bio-PP"}
    return {"Site": "S1", "Period ID": name} | account | {"Quantity": quantity, "Unit": "t"} | columns


def test_books_begin_with_their_opening_balance(desk: Desk) -> None:
    answer = balance(two_deliveries(desk).fill("Opening Balances", opening(10)))
    assert (only_period(answer)["opening_kg"], only_period(answer)["closing_kg"]) == ("10000", "160000")


def test_an_opening_balance_later_on_is_compared_not_counted(desk: Desk) -> None:
    answer = balance(two_deliveries(desk).fill("Balance Periods", Q2).fill("Opening Balances", opening(151, "Q2")))
    assert answer["accounts"][0]["periods"][1]["opening_kg"] == "150000"
    assert names(answer) == {"opening-differs"}


def test_an_opening_balance_of_no_period_is_an_error(desk: Desk) -> None:
    assert names(balance(two_deliveries(desk).fill("Opening Balances", opening(10, "Q9")))) == {"opening-without-period"}


def test_a_gap_between_periods_is_an_error(desk: Desk) -> None:
    assert names(balance(two_deliveries(desk).fill("Balance Periods", period("Q2", "2026-04-02", "2026-06-30")))) == {"period-gap"}


def test_a_period_that_overlaps_a_known_one_is_refused_at_its_cell(desk: Desk) -> None:
    desk.fill("Balance Periods", Q1).bring_in()
    answer = desk.run("import", str(desk.fill("Balance Periods", period("Q2", "2026-03-31", "2026-06-30")).save()), "--json")
    (finding,) = answer.json["files"][0]["findings"]
    assert (answer.code, finding["name"], finding["refs"][0]["cell"]) == (1, "period-overlaps", "C2")


def test_entries_outside_all_periods_are_seen(desk: Desk) -> None:
    answer = balance(two_deliveries(desk).fill("Deliveries", certified("C", 5, on=APRIL)))
    assert [(p["period"], p["closing_kg"]) for p in answer["accounts"][0]["periods"]] == [("Q1", "150000"), (None, "155000")]
    assert names(answer) == {"outside-periods"}


def transfer(quantity: float, to_site: str = "S2", **columns: Any) -> Row:
    return {"Transfer No": "T1", "From Site": "S1", "To Site": to_site, "Date": FEBRUARY} | {
        key: value for key, value in opening(quantity, **columns).items() if key not in {"Site", "Period ID"}
    }


def test_a_transfer_leaves_one_site_and_arrives_at_the_other(desk: Desk) -> None:
    two_deliveries(desk).fill("Balance Periods", period("Q1", "2026-01-01", "2026-03-31", "S2")).fill("Credit Transfers", transfer(40))
    answer = balance(desk)
    assert [(a["site"], a["periods"][0]["closing_kg"]) for a in answer["accounts"]] == [("S1", "110000"), ("S2", "40000")]
    assert [a["site"] for a in balance(desk, "--site", "S2")["accounts"]] == ["S2"]
    assert desk.run("balance", "--site", "S3").code == 2


def test_an_account_without_a_country_is_the_only_one_that_agrees(desk: Desk) -> None:
    made_film(two_deliveries(desk), "FILM", 46).fill("Attributions", attribution("1", "FILM", 46, **{"Country of Origin": None}))
    assert only_period(balance(desk))["closing_kg"] == "100000"


@pytest.mark.parametrize("column", ["Scheme", "Feedstock", "Country of Origin", "Input Material"])
def test_credits_of_other_characteristics_do_not_count(desk: Desk, column: str) -> None:
    made_film(two_deliveries(desk), "FILM", 46).fill("Attributions", attribution("1", "FILM", 46, **{column: "another"}))
    desk.fill("Conversion Factors", factor() | {"Input Material": "another"})
    assert "balance-negative" in names(balance(desk))


def test_an_attribution_to_a_lot_not_yet_known_is_stored_and_an_error(desk: Desk) -> None:
    answer = balance(two_deliveries(desk).fill("Attributions", attribution("1", "FILM-9", 92)))
    assert names(answer) == {"attribution-unknown-lot"}
    assert only_period(answer)["closing_kg"] == "50000"


def test_a_lot_attributed_twice_beyond_its_mass_is_an_error(desk: Desk) -> None:
    rows = [attribution("1", "FILM", 30), attribution("2", "FILM", 20)]
    assert names(balance(made_film(two_deliveries(desk), "FILM", 46).fill("Attributions", *rows))) == {"attributed-beyond-lot"}


def test_a_shipment_may_be_attributed_up_to_what_was_shipped(desk: Desk) -> None:
    shipped = {"Shipment No": "S-1", "Date": FEBRUARY, "Customer": "CUS", "Lot No": "FILM", "Quantity": 20, "Unit": "t"}
    made_film(two_deliveries(desk), "FILM", 46).fill("Shipments", shipped)
    row = attribution("1", "", 20, **{"Lot No": None, "Shipment No": "S-1"})
    assert names(balance(desk.fill("Attributions", row))) == set()
    answer = balance(desk.fill("Attributions", row | {"Attribution No": "2", "Quantity": 0.001}))
    assert names(answer) == {"attributed-beyond-lot"}


def test_without_a_factor_nothing_is_debited_and_that_is_an_error(desk: Desk) -> None:
    made_film(two_deliveries(desk), "FILM", 46).fill("Attributions", attribution("1", "FILM", 46, on=dt.date(2025, 12, 31)))
    assert names(balance(desk)) == {"conversion-factor-missing", "attribution-before-lot"}


def declared(quantity: float, **columns: Any) -> Row:
    account = {"Scheme": "ISCC PLUS", "Feedstock": "tall oil", "Category": "bio", "Country of Origin": "FI"}
    head = {"Declaration No": "SD-7", "Issuer": "SUP", "Recipient": "ORG", "Issue Date": JANUARY, "Chain of Custody": "mass balance"}
    return head | account | {"Quantity": quantity, "Unit": "t"} | columns


@pytest.mark.parametrize(("quantity", "found"), [(150, set()), (149, {"declaration-overused"})])
def test_deliveries_share_a_declaration_up_to_its_quantity(desk: Desk, quantity: float, found: set[str]) -> None:
    rows = [certified(lot, tonnes, more={"Declaration No": number}) for lot, tonnes, number in (("A", 100, "SD-7"), ("B", 50, "sd 7"))]
    answer = balance(described(desk).fill("Balance Periods", Q1).fill("Deliveries", *rows).fill("Declarations", declared(quantity)))
    assert names(answer) == found


@pytest.mark.parametrize(
    ("column", "value"),
    [("Chain of Custody", "segregated"), ("Scheme", "RSB"), ("Category", "circular"), ("Feedstock", "palm"), ("Country of Origin", "SE")],
)
def test_a_delivery_agrees_with_its_declaration(desk: Desk, column: str, value: str) -> None:
    rows = certified("A", 100, more={"Declaration No": "SD-7"})
    described(desk).fill("Balance Periods", Q1).fill("Deliveries", rows).fill("Declarations", declared(100, **{column: value}))
    assert names(balance(desk)) == {"declaration-contradicted"}


def test_one_declaration_number_has_one_content(desk: Desk) -> None:
    two_deliveries(desk).fill("Declarations", declared(10), declared(11, **{"Declaration No": "sd/7"}))
    assert names(balance(desk)) == {"declaration-twice"}


def test_a_delivery_whose_characteristics_are_unknown_brings_no_credits(desk: Desk) -> None:
    two_deliveries(desk).fill("Deliveries", certified("C", 5, more={"Feedstock Source": None}))
    answer = balance(desk)
    assert names(answer) == {"credit-unplaced"}
    assert only_period(answer)["received_kg"] == "150000"


def test_a_delivery_without_a_stated_share_is_booked_whole_and_says_so(desk: Desk) -> None:
    answer = balance(two_deliveries(desk).fill("Deliveries", certified("C", 5, more={"Attributed Content %": None})))
    assert names(answer) == {"credit-share-assumed"}
    assert only_period(answer)["received_kg"] == "155000"


def test_part_of_a_delivery_is_certified(desk: Desk) -> None:
    answer = balance(two_deliveries(desk).fill("Deliveries", certified("C", 5, more={"Attributed Content %": 40})))
    assert only_period(answer)["received_kg"] == "152000"


def test_opening_stock_and_uncertified_deliveries_bring_no_credits(desk: Desk) -> None:
    two_deliveries(desk).fill("Deliveries", certified("C", 5, more={"Chain of Custody": "none"}))
    assert only_period(balance(desk))["received_kg"] == "150000"


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
def test_the_text_shows_input_and_output(desk: Desk, lang: str) -> None:
    made_film(two_deliveries(desk), "FILM", 140).fill("Attributions", attribution("1", "FILM", 140)).bring_in()
    answer = desk.run("balance", "--lang", lang)
    assert answer.code == 1
    assert all(words in answer.out.replace(",", ".") for words in ("Q1", "150000", "138000 kg", "140000 kg", "0.92", "balance-negative"))


def test_a_quantity_without_mass_is_not_booked(desk: Desk) -> None:
    two_deliveries(desk).fill("Attributions", attribution("1", "FILM", 5, Unit="m2"))
    assert "credit-mass-unknown" in names(balance(desk))


@pytest.mark.parametrize(("value", "name"), [(82, "factor-out-of-range"), (0, "quantity-negative"), (-0.5, "quantity-negative")])
def test_a_factor_is_output_per_input(desk: Desk, value: float, name: str) -> None:
    assert desk.run("init").code == 0
    answer = desk.run("import", "--json", str(desk.fill("Conversion Factors", factor(value)).save()))
    assert (answer.code, [f["name"] for f in answer.json["files"][0]["findings"]]) == (1, [name])


@pytest.mark.parametrize(
    ("sheet", "row", "name", "cell"),
    [
        ("Conversion Factors", factor(0), "quantity-negative", "D3"),
        ("Conversion Factors", factor(82), "factor-out-of-range", "D3"),
        ("Balance Periods", period("Q1", "2026-03-31", "2026-01-01"), "period-reversed", "D3"),
        ("Balance Periods", period("Q2", "2026-03-31", "2026-06-29"), "period-overlaps", "C3"),
        ("Credit Transfers", transfer(5, "S1"), "transfer-to-itself", "C2"),
    ],
)
def test_bad_input_is_told_at_its_cell_and_nothing_is_stored(desk: Desk, sheet: str, row: Row, name: str, cell: str) -> None:
    desk.fill("Balance Periods", Q1).bring_in()
    answer = desk.run("import", "--json", str(two_deliveries(desk).fill(sheet, row).save()))
    (found,) = (f for f in answer.json["files"][0]["findings"] if f["name"] == name)
    assert (answer.code, found["severity"], found["refs"][0]["sheet"]) == (1, "error", sheet)
    assert found["refs"][0]["cell"] == cell
    assert len(desk.run("log", "--json").json["entries"]) == 1
    assert desk.run("balance", "--json").json["accounts"] == []


def test_what_an_account_held_on_a_day_can_be_asked_for(desk: Desk) -> None:
    made_film(two_deliveries(desk), "FILM", 92).fill("Attributions", attribution("1", "FILM", 92))
    held = {day: balance(desk, "--on", day)["accounts"][0]["balance_kg"] for day in ("2026-01-01", "2026-01-10", "2026-02-10")}
    assert held == {"2026-01-01": "0", "2026-01-10": "150000", "2026-02-10": "50000"}
    assert "at the end of 2026-01-10: 150000 kg" in desk.run("balance", "--on", "2026-01-10").out
    assert desk.run("balance", "--on", "tomorrow").code == 2
    assert desk.run("balance", "--on", "2026-01-10", "--close", "Q1").code == 2

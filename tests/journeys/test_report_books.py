"""What the books of our sites mean for the report of a lot and the declaration of a shipment, through the real command line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from journeys.bookdesk import APRIL, FEBRUARY, MARCH, Q1, Q2, attribution, certified, described, factor, made_film
from journeys.claimdesk import attributed_line, own_certificate, parties, sold
from journeys.desk import Desk, Row, made, run, taken

TONNE = {"Unit": "t"}


def report(desk: Desk, lot: str = "FILM") -> dict[str, Any]:
    if desk.sheets:
        desk.bring_in()
    found: dict[str, Any] = desk.run("report", lot, "--json").json
    return found


def results(answer: dict[str, Any]) -> dict[str, str]:
    return {test["test"]: test["result"] for test in answer["audit"]}


def said(answer: dict[str, Any]) -> set[str]:
    return {sentence["key"] for sentence in answer["claims"]["allowed"]}


def refused(answer: dict[str, Any]) -> dict[str, str]:
    return {sentence["key"]: sentence["reason"] for sentence in answer["claims"]["refused"]}


def counted(tonnes: float) -> Row:
    return {"Date": MARCH, "Site": "S1", "Material": "film", "Quantity": tonnes, "Unit": "t"}


def test_complete_books_pass_their_audit_tests(tmp_path: Path) -> None:
    answer = report(attributed_line(tmp_path))
    assert {n: r for n, r in results(answer).items() if n in ("T06", "T07", "T08", "T16")} == {
        "T06": "passed",
        "T07": "passed",
        "T08": "no data",
        "T16": "passed",
    }
    assert "mass-balance" in said(answer)


@pytest.mark.parametrize(("tonnes", "result"), [(50, "passed"), (50.2, "passed"), (40, "failed")])
def test_counted_stock_is_a_test_of_its_own(tmp_path: Path, tonnes: float, result: str) -> None:
    assert results(report(attributed_line(tmp_path).fill("Stock Counts", counted(tonnes))))["T08"] == result


def test_a_lot_without_credits_has_no_books_to_pass(tmp_path: Path) -> None:
    desk = attributed_line(tmp_path)
    desk.fill("Production", *run("Z", taken("PP-FILM", 1, **TONNE), made("PLAIN", 1, "other", **TONNE), on=FEBRUARY))
    found = results(report(desk, "PLAIN"))
    assert {found[n] for n in ("T06", "T07", "T08", "T16")} == {"no data"}


def test_what_is_attributed_beyond_the_credits_may_not_be_said(tmp_path: Path) -> None:
    """95 t of film need 103 t of input; 100 t came.  The report names the finding, and a further delivery mends it."""
    desk = attributed_line(tmp_path, 45)
    made_film(desk, "MORE", 50).fill("Attributions", attribution("A-2", "MORE", 50))
    answer = report(desk)
    assert refused(answer)["mass-balance"] == "credits-in-error"
    assert "balance-negative" in {f["name"] for f in answer["content"]["findings"]}
    assert {n for n, result in results(answer).items() if result == "failed"} >= {"T07", "T16"}
    mended = report(desk.fill("Deliveries", certified("L2", 10)))
    assert "mass-balance" in said(mended)
    assert results(mended)["T07"] == "passed"


def test_a_lot_downstream_rests_on_the_same_credits(tmp_path: Path) -> None:
    desk = attributed_line(tmp_path, 45)
    made_film(desk, "MORE", 50).fill("Attributions", attribution("A-2", "MORE", 50))
    desk.fill("Production", *run("B", taken("FILM", 10, Supplier=None, **TONNE), made("BAG", 10, "bag", **TONNE), on=MARCH))
    assert refused(report(desk, "BAG"))["mass-balance"] == "credits-in-error"


def test_the_books_of_another_site_are_another_s(tmp_path: Path) -> None:
    desk = attributed_line(tmp_path).fill("Balance Periods", Q1 | {"Site": "S2"}).fill("Conversion Factors", factor(site="S2"))
    rows = run("R-OTHER", taken("L1", 1, **TONNE), made("OTHER", 1, "film", **TONNE), on=FEBRUARY)
    desk.fill("Production", *({"Site": "S2", **row} for row in rows)).fill("Attributions", attribution("A-9", "OTHER", 1, Site="S2"))
    answer = report(desk)
    assert results(answer)["T07"] == "passed"
    assert "mass-balance" in said(answer)
    assert refused(report(desk, "OTHER"))["mass-balance"] == "credits-in-error"


def test_the_bundle_holds_the_workbooks_that_the_books_are_written_from(tmp_path: Path) -> None:
    """The film's own workbook does not say that its credits are short; the later one, of other lots, does."""
    desk = attributed_line(tmp_path, 45)
    desk.bring_in()
    made_film(desk, "MORE", 50).fill("Attributions", attribution("A-2", "MORE", 50))
    assert refused(report(desk))["mass-balance"] == "credits-in-error"
    bundle = tmp_path / "evidence.zip"
    assert desk.run("bundle", "FILM", "-o", str(bundle)).code == 0
    answer = desk.run("verify", str(bundle), "--json").json
    assert (answer["agrees"], answer["imports"]) == (True, 2)


def test_a_declaration_of_credits_in_error_stays_a_draft(tmp_path: Path) -> None:
    """The film is sold in March and its credits are booked in April: the period of the sale ended without them."""
    desk = described(Desk(tmp_path)).fill("Certificates", own_certificate()).fill("Parties", *parties())
    made_film(desk.fill("Deliveries", certified("L1", 100, on=dt.date(2026, 4, 2))).fill("Balance Periods", Q1, Q2), "FILM", 50)
    desk.fill("Shipments", sold("FILM", "S-1", Declaration_No="OUT-1")).fill("Attributions", attribution("A-1", "FILM", 46, on=APRIL))
    desk.bring_in()
    answer = desk.run("declaration", "S-1", "--json").json
    assert answer["draft"]
    assert "attributed-after-sale" in {f["name"] for f in answer["findings"]}


def test_a_sound_declaration_has_no_finding_of_the_books(tmp_path: Path) -> None:
    desk = attributed_line(tmp_path, 46).fill("Shipments", sold("FILM", "S-1", Declaration_No="OUT-1") | {"Date": dt.date(2026, 3, 20)})
    desk.bring_in()
    assert not {"attributed-after-sale", "balance-negative"} & {
        f["name"] for f in desk.run("declaration", "S-1", "--json").json["findings"]
    }


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
def test_the_page_says_why_in_each_language(tmp_path: Path, lang: str) -> None:
    desk = attributed_line(tmp_path, 45)
    made_film(desk, "MORE", 50).fill("Attributions", attribution("A-2", "MORE", 50))
    desk.bring_in()
    words = {"en": "The books have an error", "de": "Die Bücher haben einen Fehler", "zh": "在账簿中有错误"}[lang]
    assert words in desk.run("report", "FILM", "--lang", lang).out

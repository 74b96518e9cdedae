"""Rows become facts: whose lot, which run, what is the same delivery, what was said before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracepack.core.findings import Finding, Severity
from tracepack.core.known import Known
from tracepack.core.ledger import Fact, LotKey, Row, SourceRow
from tracepack.core.quantity import Interval
from tracepack.intake.record import plan_import, record_facts

DAY = dt.date(2026, 1, 5)
KNOWN = Known(parties=frozenset({"ACME", "BETA"}), library_materials=frozenset({"pla", "water"}))


def rows(sheet: str, *values: dict[str, Any], file: str = "a.xlsx") -> list[Row]:
    """Rows of one file's sheet, from row 2 on."""
    keys = dict.fromkeys(key for row in values for key in row)
    columns = {key: chr(ord("A") + number) for number, key in enumerate(keys)}
    return [Row(sheet=sheet, values=row, source=SourceRow(file, file, sheet, number, columns)) for number, row in enumerate(values, 2)]


def delivery(**more: Any) -> dict[str, Any]:
    return {"lot_no": "L", "supplier": "ACME", "material": "PLA", "quantity": Decimal(100), "unit": "kg", "delivery_date": DAY} | more


def step(direction: str, lot: str | None = None, **more: Any) -> dict[str, Any]:
    return {"run_no": "R", "date": DAY, "direction": direction} | ({"lot_no": lot} if lot else {}) | more


def record(
    *sheets: list[Row], known: Known = KNOWN, supplier: str | None = None, **options: Any
) -> tuple[tuple[Fact, ...], dict[str, Finding]]:
    facts, findings = record_facts([row for sheet in sheets for row in sheet], known, supplier, "ORG", "S1", **options)
    return facts, {finding.name: finding for finding in findings}


def problems(*sheets: list[Row], **options: Any) -> set[str]:
    return set(record(*sheets, **options)[1])


def stored(*facts: Fact) -> Mapping[tuple[str, tuple[str, ...]], Fact]:
    return {(fact.sheet, fact.key): fact for fact in facts}


def knowing(*facts: Fact) -> Known:
    lots = {LotKey(fact.key[0], fact.key[1]): (fact,) for fact in facts}
    by_number = {lot.number: (lot,) for lot in lots}
    return Known(parties=KNOWN.parties, library_materials=KNOWN.library_materials, deliveries=lots, delivered=by_number)


# ---- whose lot
def test_blank_supplier_is_an_own_lot_and_blank_site_the_default() -> None:
    shipment = {"shipment_no": "S", "date": DAY, "customer": "C", "lot_no": "F", "quantity": Decimal(1), "unit": "kg"}
    (fact,), _ = record(rows("Shipments", shipment))
    assert (fact.rows[0].values["supplier"], fact.rows[0].values["site"]) == ("ORG", "S1")
    assert fact.key == ("S", "ORG", "F")


def test_blank_supplier_in_a_suppliers_file_is_the_suppliers_lot_and_run() -> None:
    (fact,), _ = record(rows("Production", step("in", "A"), step("out", "B")), supplier="ACME")
    assert fact.key == ("ACME", "R")
    assert {row.values["supplier"] for row in fact.rows} == {"ACME"}


def test_delivered_number_without_supplier_names_the_candidates() -> None:
    _, found = record(rows("Deliveries", delivery()), rows("Production", step("in", "L"), step("out", "F")))
    assert "ACME" in found["lot-owner-missing"].message
    assert found["lot-owner-missing"].refs[0].cell == "D2"


@pytest.mark.parametrize("made", [step("out", "L"), step("out", "F")])
def test_own_lot_or_alias_of_the_same_number_is_no_forgotten_supplier(made: dict[str, Any]) -> None:
    known = Known(aliases={"L": (LotKey("ACME", "X"),)}, delivered={"L": (LotKey("ACME", "L"),)})
    assert "lot-owner-missing" not in problems(rows("Production", step("in", "L"), made), known=known)


def test_own_materials_have_no_supplier_however_they_are_written() -> None:
    facts, _ = record(rows("Materials", {"material_id": "M", "supplier": "ORG"}, {"material_id": "N"}))
    assert [fact.key for fact in facts] == [("ORG", "M", ""), ("ORG", "N", "")]
    assert all("supplier" not in fact.rows[0].values for fact in facts)


# ---- runs
GOOD_RUN = [step("in", "A"), step("out", "B")]
SHARE = Interval.point


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ([step("in", "A")], "run-without-outputs"),
        ([step("out", "B")], "run-without-inputs"),
        ([*GOOD_RUN, step("in")], "row-without-lot"),
        ([*GOOD_RUN, step("in", "C", date=dt.date(2026, 1, 6))], "run-contradictory"),
        ([step("in", "A", kind="blend"), step("out", "B", kind="film")], "run-contradictory"),
        ([step("in", "A", layer="1", thickness=20.0), step("in", "C", layer="1", thickness=25.0), step("out", "B")], "run-contradictory"),
        ([step("in", lot, layer="1", layer_share=SHARE(0.7)) for lot in "AC"] + [step("out", "B")], "run-contradictory"),
        ([step("in", "A", carbon_share=SHARE(0.7)), step("in", "C", carbon_share=SHARE(0.7)), step("out", "B")], "carbon-share-sum"),
        ([step("in", "A", carbon_share=SHARE(0.7)), step("out", "B")], "carbon-share-sum"),
        ([step("in", "A", carbon_share=SHARE(0.7)), step("in", "C"), step("out", "B")], ""),
        ([step("in", "A", layer="1", thickness=20.0), step("in", "C", layer="2", thickness=25.0), step("out", "B")], ""),
        ([step("in", "A", kind="Blend"), step("out", "B", kind="blend")], ""),
        ([*GOOD_RUN, step("loss", quantity=Decimal(0), unit="kg")], ""),
    ],
)
def test_run(steps: list[dict[str, Any]], problem: str) -> None:
    facts, found = record(rows("Production", *steps))
    assert set(found) == ({problem} if problem else set())
    assert [fact.key for fact in facts] == [("S1", "R")]
    assert len(facts[0].rows) == len(steps)


# ---- sums
@pytest.mark.parametrize(
    ("shares", "adds_up"),
    [
        ([SHARE(0.6), SHARE(0.4)], True),
        ([SHARE(0.6), SHARE(0.396)], True),
        ([SHARE(0.6), SHARE(0.39)], False),
        ([SHARE(0.6), SHARE(0.5)], False),
        ([SHARE(0.6), Interval(0.3, 0.5)], True),
        ([SHARE(0.6), Interval(0.1, 0.3)], False),
        ([Interval(0.9, 1.0), SHARE(0.2)], False),
    ],
)
def test_shares_must_be_able_to_reach_the_whole(shares: list[Interval], adds_up: bool) -> None:
    recipe = [{"material_or_lot": "MB", "component": f"PLA{number}", "share": share} for number, share in enumerate(shares)]
    sources = [{"lot_no": "L", "supplier": "ACME", "source_id": f"S{number}", "share": share} for number, share in enumerate(shares)]
    assert ("composition-sum" not in problems(rows("Compositions", *recipe))) is adds_up
    assert ("source-shares-sum" not in problems(rows("Lot Sources", *sources))) is adds_up


def test_tolerance_is_a_setting_that_the_same_file_may_change() -> None:
    recipe = rows("Compositions", {"material_or_lot": "MB", "component": "PLA", "share": SHARE(0.98)})
    wide = rows("Settings", {"name": "Composition tolerance", "value": "3 %"})
    assert "composition-sum" in problems(recipe)
    assert "composition-sum" not in problems(recipe, wide)
    assert "composition-sum" not in problems(recipe, tolerance=0.03)


@pytest.mark.parametrize(("name", "value"), [("mood", "0.1"), ("lab_error", "much"), ("lab_error", "7")])
def test_unknown_setting_or_value_is_refused(name: str, value: str) -> None:
    assert problems(rows("Settings", {"name": name, "value": value})) == {"setting-unknown"}


# ---- names
def test_unknown_names_are_told_and_known_ones_are_not() -> None:
    assert problems(rows("Deliveries", delivery())) == set()
    assert problems(rows("Deliveries", delivery(supplier="NEW"))) == {"supplier-unknown"}
    assert problems(rows("Deliveries", delivery(material="X-7"))) == {"material-unknown"}
    described = rows("Materials", {"material_id": "x 7"})
    party = rows("Parties", {"party_id": "NEW", "name": "New", "role": "supplier"})
    assert problems(rows("Deliveries", delivery(material="X-7", supplier="NEW")), described, party) == set()


def test_chain_of_custody_needs_a_declaration() -> None:
    assert problems(rows("Deliveries", delivery(chain_of_custody="mass balance"))) == {"declaration-unknown"}
    assert problems(rows("Deliveries", delivery(chain_of_custody="mass balance", declaration_no="D"))) == set()
    assert problems(rows("Deliveries", delivery(chain_of_custody="none"))) == set()


# ---- keys
def test_delivery_key_has_the_note_or_the_quantity_and_a_number() -> None:
    facts, found = record(rows("Deliveries", delivery(delivery_note="N"), delivery(lot_no="M"), delivery(lot_no="M")))
    assert [fact.key for fact in facts] == [
        ("ACME", "L", "2026-01-05", "N"),
        ("ACME", "M", "2026-01-05", "100", "1"),
        ("ACME", "M", "2026-01-05", "100", "2"),
    ]
    assert set(found) == {"duplicate-delivery"}


def test_same_key_with_other_values_in_one_reading_is_refused_with_both_cells() -> None:
    pair = rows("Parties", {"party_id": "P", "name": "One", "role": "site"}, {"party_id": "P", "name": "Two", "role": "site"})
    _, found = record(pair)
    assert [ref.cell for ref in found["key-twice"].refs] == ["B3", "B2"]


def test_same_fact_in_two_files_is_one_fact() -> None:
    facts, found = record(rows("Deliveries", delivery()), rows("Deliveries", delivery(), file="b.xlsx"))
    assert len(facts) == 1
    assert found == {}


def test_repeated_row_of_one_file_counts_once_and_is_told() -> None:
    party = {"party_id": "P", "name": "One", "role": "site"}
    facts, found = record(rows("Parties", party, party))
    assert len(facts) == 1
    assert set(found) == {"row-repeated"}


@given(st.permutations([delivery(moisture=SHARE(number / 100)) for number in range(4)] + [delivery(lot_no="M")]))
def test_order_of_a_list_of_deliveries_does_not_matter(order: list[dict[str, Any]]) -> None:
    def keyed(values: list[dict[str, Any]]) -> dict[tuple[str, ...], Any]:
        return {fact.key: dict(fact.rows[0].values) for fact in record(rows("Deliveries", *values))[0]}

    assert keyed(order) == keyed(sorted(order, key=str))


# ---- against what is known
def test_importing_again_changes_nothing_and_a_change_needs_replace() -> None:
    facts, _ = record(rows("Production", *GOOD_RUN))
    again, _ = record(rows("Production", *reversed(GOOD_RUN)))
    assert plan_import(again, stored(*facts), replace=False).unchanged == again
    changed, _ = record(rows("Production", step("in", "A", quantity=Decimal(5), unit="kg"), step("out", "B"), file="b.xlsx"))
    plan = plan_import(changed, stored(*facts), replace=False)
    assert plan.supersede == ()
    (finding,) = plan.findings
    assert finding.name == "changed-without-replace"
    assert "was (blank)" in finding.message
    assert "is 5 now" in finding.message
    assert {ref.file for ref in finding.refs} == {"a.xlsx", "b.xlsx"}
    assert plan_import(changed, stored(*facts), replace=True).supersede == changed


def first() -> Fact:
    return record(rows("Deliveries", delivery()))[0][0]


@pytest.mark.parametrize(
    ("again", "severity"),
    [
        (delivery(quantity=Decimal(90)), Severity.ERROR),
        (delivery(quantity=Decimal(90), delivery_note="N"), Severity.WARNING),
        (delivery(delivery_note="N"), Severity.WARNING),
        (delivery(delivery_date=dt.date(2026, 1, 9)), Severity.WARNING),
        (delivery(delivery_date=dt.date(2026, 1, 9), quantity=Decimal(70)), None),
        (delivery(lot_no="M"), None),
        (delivery(), None),
    ],
)
def test_delivery_like_a_known_one_is_suspected(again: dict[str, Any], severity: Severity | None) -> None:
    _, found = record(rows("Deliveries", again, file="b.xlsx"), known=knowing(first()))
    assert (found["possible-duplicate"].severity if found else None) == severity


def test_list_sent_again_with_one_more_line_suspects_only_its_own_lines() -> None:
    facts, found = record(rows("Deliveries", delivery(), delivery(quantity=Decimal(70)), file="b.xlsx"), known=knowing(first()))
    assert len(facts) == 2
    (told,) = found.values()
    assert (told.name, told.severity, {ref.file for ref in told.refs}) == ("possible-duplicate", "warning", {"b.xlsx"})


def test_replacing_corrects_the_delivery_of_that_day_and_its_list_may_come_again() -> None:
    corrected = rows("Deliveries", delivery(quantity=Decimal(90)), file="b.xlsx")
    (fact,), found = record(corrected, known=knowing(first()), replacing=True)
    assert found == {}
    assert plan_import([fact], stored(first()), replace=True).supersede == (fact,)
    for file in ("b.xlsx", "c.xlsx"):
        (again,), found = record(rows("Deliveries", delivery(quantity=Decimal(90)), file=file), known=knowing(fact))
        assert found == {}
        assert again.key == fact.key

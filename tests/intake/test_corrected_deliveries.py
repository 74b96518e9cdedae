"""A delivery that corrects a known one under another date or note supersedes it, with --replace and only then."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tracepack.core.findings import Finding
from tracepack.core.known import Known
from tracepack.core.ledger import Fact, LotKey, Row, SourceRow
from tracepack.intake.record import plan_import, record_facts

LATER = dt.date(2026, 3, 3)


def stated(*changes: dict[str, Any], file: str = "b.xlsx", known: tuple[Fact, ...] = (), replacing: bool = False) -> Any:
    """The facts and findings of a file's deliveries of one lot."""
    base: dict[str, Any] = {"lot_no": "L", "supplier": "ACME", "material": "PLA", "quantity": Decimal(1000), "unit": "kg"}
    base["delivery_date"] = dt.date(2026, 3, 2)
    places = dict.fromkeys((*base, "delivery_note"), "A")
    rows = [
        Row(sheet="Deliveries", values=base | change, source=SourceRow(file, file, "D", n, places)) for n, change in enumerate(changes, 2)
    ]
    lots = {LotKey("ACME", "L"): known} if known else {}
    told = Known(parties=frozenset({"ACME"}), library_materials=frozenset({"pla"}), deliveries=lots)
    return record_facts(rows, told, None, "ORG", "S1", replacing=replacing)


def duplicates(findings: tuple[Finding, ...]) -> list[Finding]:
    return [found for found in findings if found.name == "possible-duplicate"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"delivery_date": LATER}),
        ({}, {"delivery_note": "N1"}),
        ({"delivery_note": "N1"}, {"delivery_note": "N2"}),
        ({"delivery_note": "N1"}, {}),
    ],
)
def test_replacing_supersedes_the_delivery_and_its_file_may_come_again(before: dict[str, Any], after: dict[str, Any]) -> None:
    old, _ = stated(before, file="a.xlsx")
    kept, found = stated(after, known=old)
    assert kept[0].key != old[0].key
    assert "--replace" in (duplicates(found)[0].hint or "")
    new, found = stated(after, known=old, replacing=True)
    assert not duplicates(found)
    assert plan_import(new, {("Deliveries", old[0].key): old[0]}, replace=True).supersede == new
    again, found = stated(after, file="c.xlsx", known=new)
    assert (again[0].key, duplicates(found)) == (new[0].key, [])


def test_two_new_deliveries_never_take_the_place_of_one() -> None:
    old, _ = stated({}, file="a.xlsx")
    new, found = stated({"delivery_date": LATER}, {"delivery_date": dt.date(2026, 3, 4)}, known=old, replacing=True)
    assert len({fact.key for fact in (*old, *new)}) == 3
    assert all("--replace" not in (one.hint or "") for one in duplicates(found))

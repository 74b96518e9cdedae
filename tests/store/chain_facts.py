"""Facts of a small chain in few words, as a reading of workbooks would give them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from tracepack.core.ledger import Fact, Row, SourceRow, Value
from tracepack.store import ImportedFile

US = "CONVERTER"
FILE = ImportedFile("march.xlsx", "5ec2e7", b"the original bytes")
_COLUMNS: Mapping[str, str] = {"lot_no": "A", "supplier": "B", "quantity": "D"}
DAY = dt.date(2026, 3, 2)


def fact(sheet: str, *key: str, row: int = 2, **values: Value) -> Fact:
    """A fact of one row."""
    return Fact(sheet=sheet, key=key, rows=(Row(sheet=sheet, values=values, source=source(sheet, row)),))


def source(sheet: str, row: int) -> SourceRow:
    return SourceRow(FILE.file, FILE.sha256, sheet, row, _COLUMNS)


def delivery(lot: str, kg: str = "100", supplier: str = "ACME", row: int = 2, **more: Value) -> Fact:
    key = (supplier, lot, DAY.isoformat(), "")
    values: dict[str, Value] = {"lot_no": lot, "supplier": supplier, "material": "PLA", "quantity": Decimal(kg), "unit": "kg"}
    return fact("Deliveries", *key, row=row, **values, delivery_date=DAY, **more)


def run(number: str, takes: list[tuple[str, str]], makes: list[tuple[str, str]], row: int = 2) -> Fact:
    """A run of the organisation: (owner, lot) pairs in and out, 10 kg each."""
    legs = [("in", *lot) for lot in takes] + [("out", *lot) for lot in makes]
    rows = tuple(
        Row(
            sheet="Production",
            values={
                "run_no": number,
                "date": DAY,
                "direction": direction,
                "supplier": owner,
                "lot_no": lot,
                "quantity": Decimal(10),
                "unit": "kg",
            },
            source=source("Production", row + place),
        )
        for place, (direction, owner, lot) in enumerate(legs)
    )
    return Fact(sheet="Production", key=("PLANT", number), rows=rows)

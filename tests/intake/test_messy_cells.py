"""Cells as suppliers write them: one line a case, what stands in the column and what it is read as or asked about."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sheets import Formatted, column_of, names, read

from tracepack.core.quantity import Interval

JAN_5 = dt.date(2026, 1, 5)
GOOD: dict[str, Any] = {
    "Lot No": "L-1",
    "Supplier": "ACME",
    "Material": "PLA",
    "Quantity": 10,
    "Unit": "kg",
    "Delivery Date": JAN_5,
    "Method": "ASTM D6866",
}
KEYS = {
    "Lot No": "lot_no",
    "Quantity": "quantity",
    "Delivery Date": "delivery_date",
    "Biobased Carbon %": "biobased_carbon",
    "Chain of Custody": "chain_of_custody",
    "Unit": "unit",
    "Supplier": "supplier",
}


def percent(low: float, high: float | None = None) -> Interval:
    return Interval(low / 100, (low if high is None else high) / 100)


def understood(folder: Path, header: str, cells: list[Any]) -> tuple[list[Any], set[str]]:
    """The column's values and the names of the findings about it, every other cell being good."""
    headers = list(dict.fromkeys([*GOOD, header]))
    rows = [[cell if name == header else GOOD.get(name) for name in headers] for cell in cells]
    reading = read(folder, {"Deliveries": [headers, *rows]})
    return column_of(reading.rows, KEYS[header]), names(reading.findings)


READ = [
    # shares: what a person sees
    ("Biobased Carbon %", [45], [percent(45)]),
    ("Biobased Carbon %", [Formatted(0.45, "0%")], [percent(45)]),
    ("Biobased Carbon %", [Formatted(0.4525, "0.00%")], [percent(45.25)]),
    ("Biobased Carbon %", ["45 %"], [percent(45)]),
    ("Biobased Carbon %", ["45%"], [percent(45)]),
    ("Biobased Carbon %", ["４５％"], [percent(45)]),
    ("Biobased Carbon %", ["12,5 %"], [percent(12.5)]),
    ("Biobased Carbon %", ["0.5 %"], [percent(0.5)]),
    ("Biobased Carbon %", [0.5, 45], [percent(0.5), percent(45)]),
    ("Biobased Carbon %", [0, 0], [percent(0), percent(0)]),
    ("Biobased Carbon %", [1, 0], [percent(1), percent(0)]),
    ("Biobased Carbon %", [Formatted(0.45, "0%"), 30], [percent(45), percent(30)]),
    ("Biobased Carbon %", ["<5"], [percent(0, 5)]),
    ("Biobased Carbon %", ["<= 5 %"], [percent(0, 5)]),
    ("Biobased Carbon %", [">=80"], [percent(80, 100)]),
    ("Biobased Carbon %", ["≥ 80 %"], [percent(80, 100)]),
    ("Biobased Carbon %", ["min. 80"], [percent(80, 100)]),
    ("Biobased Carbon %", ["30-35"], [percent(30, 35)]),
    ("Biobased Carbon %", ["30 – 35 %"], [percent(30, 35)]),
    ("Biobased Carbon %", ["30～35"], [percent(30, 35)]),
    ("Biobased Carbon %", ["32 ± 3"], [percent(29, 35)]),
    ("Biobased Carbon %", [True and 100, None], [percent(100), None]),
    # numbers
    ("Quantity", ["1.234,5", "2.000"], [Decimal("1234.5"), Decimal(2000)]),
    ("Quantity", ["1,234.5", "2,000"], [Decimal("1234.5"), Decimal(2000)]),
    ("Quantity", ["13,75"], [Decimal("13.75")]),
    ("Quantity", ["13,75 kg"], [Decimal("13.75")]),
    ("Quantity", ["1'234.5"], [Decimal("1234.5")]),
    ("Quantity", ["1\u202f234,5"], [Decimal("1234.5")]),
    ("Quantity", ["１２３"], [Decimal(123)]),
    ("Quantity", ["1.234.567"], [Decimal(1234567)]),
    ("Quantity", ["0,125"], [Decimal("0.125")]),
    ("Quantity", [1234.5], [Decimal("1234.5")]),
    ("Quantity", [0.1 + 0.2], [Decimal("0.3")]),
    # dates
    ("Delivery Date", [dt.datetime(2026, 1, 5, 14, 30)], [JAN_5]),
    ("Delivery Date", ["2026-01-05"], [JAN_5]),
    ("Delivery Date", ["2026/1/5"], [JAN_5]),
    ("Delivery Date", ["2026年1月5日"], [JAN_5]),
    ("Delivery Date", ["5.1.2026"], [JAN_5]),
    ("Delivery Date", ["05.01.2026"], [JAN_5]),
    ("Delivery Date", ["5 Jan 2026"], [JAN_5]),
    ("Delivery Date", ["5. März 2026"], [dt.date(2026, 3, 5)]),
    ("Delivery Date", ["05/01/2026", "13/01/2026"], [JAN_5, dt.date(2026, 1, 13)]),
    ("Delivery Date", ["01/05/2026", "01/13/2026"], [JAN_5, dt.date(2026, 1, 13)]),
    ("Delivery Date", ["05/05/2026"], [dt.date(2026, 5, 5)]),
    ("Delivery Date", [Formatted(46027, "yyyy-mm-dd")], [JAN_5]),
    # lot numbers
    ("Lot No", ["00712"], ["00712"]),
    ("Lot No", ["1E5"], ["1E5"]),
    ("Lot No", [12345], ["12345"]),
    ("Lot No", [Formatted(712, "00000")], ["00712"]),
    ("Lot No", ["12345678901234567890123456"], ["12345678901234567890123456"]),
    ("Lot No", ["\u00a0L-7\u200b "], ["L-7"]),
    ("Lot No", ["ＬＯＴ７"], ["LOT7"]),
    # lists and names
    ("Chain of Custody", ["Mass Balance"], ["mass balance"]),
    ("Chain of Custody", ["质量平衡"], ["mass balance"]),
    ("Chain of Custody", ["Massenbilanz"], ["mass balance"]),
    ("Chain of Custody", ["none"], ["none"]),
    ("Supplier", [4711], ["4711"]),
]

ASKED = [
    ("Biobased Carbon %", [0.3, 0.8], "share-ambiguous"),
    ("Biobased Carbon %", [0.3, 0, 1], "share-ambiguous"),
    ("Biobased Carbon %", [Formatted(0.45, "0%"), 0.3], "share-ambiguous"),
    ("Biobased Carbon %", [145], "share-out-of-range"),
    ("Biobased Carbon %", [Formatted(1.45, "0%")], "share-out-of-range"),
    ("Biobased Carbon %", [-3], "share-out-of-range"),
    ("Biobased Carbon %", ["trace"], "share-trace"),
    ("Biobased Carbon %", ["none"], "none-ambiguous"),
    ("Biobased Carbon %", ["35-30"], "number-unreadable"),
    ("Biobased Carbon %", ["n/a"], "not-available"),
    ("Biobased Carbon %", ["-"], "not-available"),
    ("Biobased Carbon %", ["~30"], "share-approximate"),
    ("Biobased Carbon %", ["约30"], "share-approximate"),
    ("Biobased Carbon %", ["#N/A"], "error-cell"),
    ("Biobased Carbon %", ["=1/3"], "formula-without-value"),
    ("Quantity", ["1,234"], "number-ambiguous"),
    ("Quantity", ["1.234"], "number-ambiguous"),
    ("Quantity", ["19 bags x 40 kg"], "quantity-multiplied"),
    ("Quantity", ["13,75 t"], "unit-contradictory"),
    ("Quantity", ["12,34,5"], "number-unreadable"),
    ("Quantity", [-5], "quantity-negative"),
    ("Quantity", [0], "quantity-negative"),
    ("Quantity", [JAN_5], "number-unreadable"),
    ("Quantity", [None], "required-missing"),
    ("Quantity", ["n/a"], "required-missing"),
    ("Delivery Date", ["05/01/2026"], "date-ambiguous"),
    ("Delivery Date", [46027], "date-unreadable"),
    ("Delivery Date", ["5.1.26"], "date-ambiguous"),
    ("Delivery Date", ["2026-02-30"], "date-unreadable"),
    ("Delivery Date", ["soon"], "date-unreadable"),
    ("Delivery Date", [Formatted(5, "yyyy-mm-dd")], "date-unreadable"),
    ("Delivery Date", ["0206-01-05"], "date-unreadable"),
    ("Lot No", [1234567890123456], "lot-number-damaged"),
    ("Lot No", [Formatted(100000, "0.00E+00")], "lot-number-damaged"),
    ("Lot No", [JAN_5], "lot-number-damaged"),
    ("Lot No", ["2.19E+26"], "lot-number-damaged"),
    ("Chain of Custody", ["trust me"], "value-not-in-list"),
]


@pytest.mark.parametrize(("header", "cells", "values"), READ)
def test_column_is_read_as_a_person_sees_it(tmp_path: Path, header: str, cells: list[Any], values: list[Any]) -> None:
    found, problems = understood(tmp_path, header, cells)
    assert found == values
    assert problems <= {"method-missing", "share-one"}


@pytest.mark.parametrize(("header", "cells", "problem"), ASKED)
def test_column_that_cannot_be_read_for_sure_is_asked_about(tmp_path: Path, header: str, cells: list[Any], problem: str) -> None:
    assert problem in understood(tmp_path, header, cells)[1]


def test_unreadable_cell_gives_no_value(tmp_path: Path) -> None:
    values, _ = understood(tmp_path, "Biobased Carbon %", [0.3, 0, Formatted(0.45, "0%")])
    assert values == [None, percent(0), percent(45)]


def test_same_cause_in_a_column_is_one_finding_with_all_its_cells(tmp_path: Path) -> None:
    headers = list(GOOD)
    rows = [[-1 if name == "Quantity" else GOOD[name] for name in headers] for _ in range(25)]
    findings = [f for f in read(tmp_path, {"Deliveries": [headers, *rows]}).findings if f.name == "quantity-negative"]
    assert len(findings) == 1
    assert [ref.cell for ref in findings[0].refs] == [f"D{row}" for row in range(2, 27)]
    assert findings[0].excerpt == "D2  Quantity = -1"

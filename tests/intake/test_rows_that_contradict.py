"""What one row states must be possible together: methods, shares and laboratory results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sheets import column_of, names, read

from tracepack.intake.reading import read_file

DELIVERY = {"Lot No": "L-1", "Supplier": "ACME", "Material": "PLA", "Quantity": 10, "Unit": "kg", "Delivery Date": "2026-01-05"}
TEST = {"Report No": "R-1", "Lot No": "L-1", "Method": "ASTM D6866", "Report Date": "2026-01-20"}
RUN = {"Run No": "R-1", "Date": "2026-01-06", "Direction": "in", "Lot No": "L-1"}


def problems(folder: Path, sheet: str, row: dict[str, Any]) -> set[str]:
    return names(read(folder, {sheet: [list(row), list(row.values())]}).findings)


CARBON, MASS, TOC = "Biobased Carbon %", "Biobased Mass %", "Organic Carbon %"

DELIVERIES = [
    ({CARBON: 40, "Method": "ASTM D6866"}, set()),
    ({CARBON: 40}, {"method-missing"}),
    ({MASS: 40}, {"mass-basis-missing"}),
    ({MASS: 40, "Mass Basis": "residue"}, set()),
    ({MASS: 40, "Method": "EN 16785-1"}, set()),
    ({CARBON: 40, "Method": "EN 16785-1"}, {"share-reread"}),
    ({MASS: 40, "Method": "ASTM D6866"}, {"share-reread"}),
    ({MASS: 40, "Mass Basis": "residue", "Method": "EN 16640"}, {"share-reread"}),
    ({CARBON: 40, "Method": "mass balance"}, set()),
    ({MASS: 40, "Method": "mass balance"}, set()),
    ({CARBON: 40, "Method": "our own"}, {"method-mismatch"}),
    ({CARBON: 40, MASS: 50, "Mass Basis": "residue", "Method": "mass balance"}, {"method-mismatch"}),
    ({CARBON: 40, MASS: 50, "Mass Basis": "residue", "Method": "EN 16640"}, set()),
    ({"Method": "our own"}, set()),
    ({CARBON: 100, MASS: 20, TOC: 50, "Mass Basis": "residue", "Method": "ASTM D6866"}, {"content-contradictory"}),
    ({CARBON: 100, MASS: 49.5, TOC: 50, "Mass Basis": "residue", "Method": "ASTM D6866"}, set()),
    ({CARBON: 0, MASS: 80, TOC: 50, "Mass Basis": "residue", "Method": "ASTM D6866"}, {"content-contradictory"}),
    ({CARBON: ">=50", MASS: "30-40", TOC: 70, "Mass Basis": "residue", "Method": "ASTM D6866"}, set()),
    ({TOC: 80, "Inorganic Carbon %": 30}, {"content-contradictory"}),
    ({CARBON: 20, MASS: 27.2, TOC: 62.5, "Mass Basis": "feed of feed", "Method": "ASTM D6866"}, set()),
]
TESTS = [
    ({CARBON: 87, "pMC": 88.5, "REF": 101.5}, set()),
    ({CARBON: 100, "pMC": 101.3, "REF": 100}, set()),
    ({"pMC": 88.5, "REF": 101.5}, set()),
    ({CARBON: 87}, set()),
    ({CARBON: 85, "pMC": 88.5, "REF": 101.5}, {"lab-rounding"}),
    ({"pMC": 88.5}, {"lab-result-missing"}),
    ({}, {"lab-result-missing"}),
    ({CARBON: 87, "Method": "by eye"}, {"method-mismatch"}),
    ({"pMC": 88.5, "REF": 101.5, "Method": "EN 16785-1"}, {"method-mismatch"}),
    ({"pMC": -1, "REF": 100}, {"quantity-negative"}),
    ({"pMC": 88.5, "REF": 0}, {"quantity-negative", "lab-result-missing"}),
]
RUNS = [
    ({"Quantity": 5, "Unit": "kg"}, set()),
    ({"Quantity": 5}, {"required-missing"}),
    ({"Quantity": 0, "Unit": "kg"}, {"quantity-negative"}),
    ({"Quantity": 0, "Unit": "kg", "Direction": "loss"}, set()),
    ({"Direction": "sideways"}, {"direction-unknown"}),
    ({"Direction": "投入"}, set()),
    ({"Direction": "Verlust"}, set()),
    ({"Thickness um": -20}, {"quantity-negative"}),
    ({"Thickness um": 0}, {"quantity-negative"}),
]


@pytest.mark.parametrize(("cells", "expected"), DELIVERIES)
def test_delivery(tmp_path: Path, cells: dict[str, Any], expected: set[str]) -> None:
    assert problems(tmp_path, "Deliveries", DELIVERY | cells) == expected


@pytest.mark.parametrize(("cells", "expected"), TESTS)
def test_lab_test(tmp_path: Path, cells: dict[str, Any], expected: set[str]) -> None:
    assert problems(tmp_path, "Lab Tests", TEST | cells) == expected


@pytest.mark.parametrize(("cells", "expected"), RUNS)
def test_production_row(tmp_path: Path, cells: dict[str, Any], expected: set[str]) -> None:
    assert problems(tmp_path, "Production", RUN | cells) == expected


def test_unknown_kind_is_kept_as_other_and_unknown_role_is_not_kept(tmp_path: Path) -> None:
    parties = [["Party ID", "Name", "Role"], ["P", "P", "friend"]]
    reading = read(tmp_path, {"Materials": [["Material ID", "Kind"], ["M-1", "gizmo"]], "Parties": parties})
    assert names(reading.findings) == {"kind-unknown", "value-not-in-list"}
    assert column_of(reading.rows, "kind")[0] == "other"


def test_stock_count_names_a_lot_or_a_material(tmp_path: Path) -> None:
    header = ["Date", "Site", "Lot No", "Material", "Quantity", "Unit"]
    rows = [["2026-01-31", "S", "L", None, 0, "kg"], ["2026-01-31", "S", None, "PLA", 5, "kg"], ["2026-01-31", "S", None, None, 5, "kg"]]
    (found,) = read(tmp_path, {"Stock Counts": [header, *rows]}).findings
    assert (found.name, found.refs[0].cell) == ("required-missing", "C4")


def test_hidden_sheet_is_read_and_told(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["x"])
    sheet = book.create_sheet("Deliveries")
    sheet.sheet_state = "hidden"
    sheet.append(list(DELIVERY))
    sheet.append(list(DELIVERY.values()))
    book.save(tmp_path / "hidden.xlsx")
    reading = read_file(tmp_path / "hidden.xlsx")
    assert names(reading.findings) == {"sheet-hidden", "sheet-unknown"}
    assert len(reading.rows) == 1

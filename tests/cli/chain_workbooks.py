"""Small workbooks of one chain, as a user would type them."""

from pathlib import Path
from typing import Any

from openpyxl import Workbook

DELIVERIES: list[list[Any]] = [
    ["Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date", "Biobased Carbon %", "Method"],
    ["A-1", "ACME", "PLA", 100, "kg", "2026-03-01", 100, "ASTM D6866"],
    ["B-1", "ZETA", "PBAT", 50, "kg", "2026-03-02", None, None],
    ["4711", "ACME", "PLA", 10, "kg", "2026-03-02", 100, "ASTM D6866"],
    ["4711", "ZETA", "PBAT", 20, "kg", "2026-03-02", None, None],
]
PRODUCTION: list[list[Any]] = [
    ["Run No", "Date", "Direction", "Lot No", "Supplier", "Quantity", "Unit"],
    ["R1", "2026-03-05", "in", "A-1", "ACME", 60, "kg"],
    ["R1", "2026-03-05", "in", "B-1", "ZETA", 30, "kg"],
    ["R1", "2026-03-05", "out", "BLEND-1", None, 90, "kg"],
]


def write_workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    """Write rows (the first is the header) into the sheets of a new workbook."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path

"""Suppliers' own layouts: where the table is, what its columns mean, which rows are data, and that every row is accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from intake.sheets import names, save
from tracepack.intake.instructions import Instructions, fixed_values, sheets_read_as, told_columns
from tracepack.intake.reading import NOTHING_TOLD, Reading, read_file

DAY = dt.date(2026, 3, 5)
HEADER = ["Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date"]
ROW = ["L-1", "ACME", "PLA", 1000, "kg", DAY]
OTHER = ["L-2", "ACME", "PLA", 500, "kg", DAY]

Sheets = Mapping[str, Sequence[Sequence[Any]]]


def read(folder: Path, sheets: Sheets, *, merged: Mapping[str, Sequence[str]] | None = None, told: Instructions = NOTHING_TOLD) -> Reading:
    path = save(folder / "supplier.xlsx", sheets)
    if merged:
        book = openpyxl.load_workbook(path)
        for sheet, ranges in merged.items():
            for cells in ranges:
                book[sheet].merge_cells(cells)
        book.save(path)
    return read_file(path, told)


def lots(reading: Reading) -> list[tuple[str, Any, Any, str]]:
    """Every row as sheet, lot, quantity, unit."""
    return [(r.sheet, r.values.get("lot_no"), r.values.get("quantity"), str(r.values.get("unit", ""))) for r in reading.rows]


def reasons(reading: Reading) -> dict[int, str]:
    return {note.row: note.reason for note in reading.row_notes}


def every_row_is_accounted_for(reading: Reading, sheets: Sheets) -> bool:
    seen = {(name, row) for name, rows in sheets.items() for row, cells in enumerate(rows, 1) if any(c not in (None, "") for c in cells)}
    heads = {(t.sheet.name, row) for t in reading.tables for row in range(t.place.header.first, t.place.header.last + 1)}
    told = heads | {(r.source.sheet, r.source.row) for r in reading.rows} | {(n.sheet, n.row) for n in reading.row_notes}
    return seen == told


ONE = [("Deliveries", "L-1", 1000, "kg")]
TWO = [*ONE, ("Deliveries", "L-2", 500, "kg")]

#: What it is, the sheets, the merged cells, and the rows expected of it.
LAYOUTS: list[tuple[str, Sheets, Sequence[str], list[tuple[str, Any, Any, str]]]] = [
    ("a sheet of another name", {"Sheet1": [HEADER, ROW]}, [], ONE),
    ("title rows above", {"Sheet1": [["ACME delivery list"], ["printed for ME"], [], HEADER, ROW]}, [], ONE),
    ("header in row 4 of a known sheet", {"Deliveries": [["Delivery list"], [], ["March"], HEADER, ROW]}, [], ONE),
    ("leading blank columns", {"Sheet1": [[None, None, *HEADER], [None, None, *ROW]]}, [], ONE),
    ("columns in another order", {"Sheet1": [HEADER[::-1], ROW[::-1]]}, [], ONE),
    (
        "the unit in the header",
        {"Sheet1": [["Lot", "Vendor", "Grade", "Net weight (t)", "Date received"], ["L-1", "ACME", "PLA", 1, DAY]]},
        [],
        [("Deliveries", "L-1", 1, "t")],
    ),
    (
        "the unit after a comma",
        {"Deliveries": [["Lot No", "Supplier", "Material", "Quantity, kg", "Delivery Date"], ["L-1", "ACME", "PLA", 1000, DAY]]},
        [],
        ONE,
    ),
    (
        "a units row",
        {
            "Deliveries": [
                ["Charge", "Lieferant", "Material", "Menge", "Lieferdatum"],
                ["-", "-", "-", "kg", "TT.MM.JJJJ"],
                ["L-1", "ACME", "PLA", 1000, DAY],
            ]
        },
        [],
        ONE,
    ),
    ("names in two languages, one row each", {"Sheet1": [HEADER, ["批号", "供应商", "物料", "数量", "单位", "交货日期"], ROW]}, [], ONE),
    (
        "names in two languages in one cell",
        {
            "Sheet1": [
                ["批次号 Lot No", "供应商/Supplier", "品名 (Material)", "Component Mass (kg) 重量", "到货日期"],
                ["L-1", "ACME", "PLA", 1000, DAY],
            ]
        },
        [],
        ONE,
    ),
    ("Japanese", {"納入": [["ロット番号", "仕入先", "材料名", "数量", "単位", "納入日"], ROW]}, [], ONE),
    ("groups over names, merged", {"Deliveries": [["Batch", None, None, "Mass", None, "Day"], HEADER, ROW]}, ["A1:C1", "D1:E1"], ONE),
    (
        "names merged over two rows",
        {
            "Deliveries": [
                ["Lot No", "Supplier", "Material", "Delivered", None, "Delivery Date"],
                [None, None, None, "Quantity", "Unit", None],
                ROW,
            ]
        },
        ["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:F2"],
        ONE,
    ),
    (
        "a total and notes below",
        {"Deliveries": [HEADER, ROW, OTHER, ["Total", None, None, 1500, "kg"], [], ["All weights net."], ["Prepared by:", "J. Doe"]]},
        [],
        TWO,
    ),
    ("subtotals between", {"Deliveries": [HEADER, ROW, ["Zwischensumme", None, None, 1000], OTHER, ["Summe", None, None, 1500]]}, [], TWO),
    (
        "a Chinese total",
        {"到货": [["批号", "供应商", "物料", "数量", "单位", "交货日期"], ROW, OTHER, ["合计", None, None, 1500]]},
        [],
        TWO,
    ),
    ("the header again on page two", {"Deliveries": [HEADER, ROW, HEADER, OTHER]}, [], TWO),
    (
        "an explanation under the header",
        {"Deliveries": [HEADER, ["as on the bag", "code", "our name", "net weight", "kg only", "day of arrival"], ROW]},
        [],
        ONE,
    ),
    (
        "a total in two languages, merged",
        {"到货": [["批号", "供应商", "物料", "数量", "单位", "交货日期"], ROW, OTHER, ["合计 Total", None, None, 1500, "kg"]]},
        ["A4:C4"],
        TWO,
    ),
    ("a subtotal that names its grade", {"Deliveries": [HEADER, ROW, ["Summe PLA", None, None, 1000], OTHER]}, [], TWO),
    (
        "a heading across the table",
        {"Deliveries": [HEADER, ["Biopolymers", *[None] * 5], ROW, ["Fillers", *[None] * 5], OTHER]},
        ["A2:F2", "A4:F4"],
        TWO,
    ),
    ("blank rows between", {"Deliveries": [HEADER, [], ROW, [], [], OTHER]}, [], TWO),
    (
        "two tables one below the other",
        {
            "Data": [
                ["1. Deliveries"],
                HEADER,
                ROW,
                [],
                ["2. Lab tests"],
                ["Report No", "Lot No", "Method", "Report Date", "Biobased Carbon %"],
                ["R-1", "L-1", "ASTM D6866", DAY, 97],
            ]
        },
        [],
        [*ONE, ("Lab Tests", "L-1", None, "")],
    ),
    (
        "two tables side by side",
        {"Data": [[*HEADER, None, "Party ID", "Name", "Role"], [*ROW, None, "ACME", "Acme Bio", "supplier"], OTHER]},
        [],
        [*TWO, ("Parties", None, None, "")],
    ),
    ("one sheet a product", {"PLA": [HEADER, ROW], "PBAT": [HEADER, OTHER]}, [], TWO),
    ("the supplier above the table", {"Sheet1": [["Supplier:", "ACME"], [], [HEADER[0], *HEADER[2:]], [ROW[0], *ROW[2:]]]}, [], ONE),
    ("the supplier above, in one cell", {"Sheet1": [["Lieferant: ACME"], [], [HEADER[0], *HEADER[2:]], [ROW[0], *ROW[2:]]]}, [], ONE),
    ("a supplier's cell merged down", {"Deliveries": [HEADER, ROW, [OTHER[0], None, *OTHER[2:]]]}, ["B2:B3"], TWO),
]


@pytest.mark.parametrize(("sheets", "merged", "expected"), [case[1:] for case in LAYOUTS], ids=[case[0] for case in LAYOUTS])
def test_a_suppliers_layout_is_read_whole(
    sheets: Sheets, merged: Sequence[str], expected: list[tuple[str, Any, Any, str]], tmp_path: Path
) -> None:
    reading = read(tmp_path, sheets, merged={next(iter(sheets)): merged} if merged else None)
    assert lots(reading) == expected
    assert not [f for f in reading.findings if f.severity == "error"]
    assert every_row_is_accounted_for(reading, sheets)


#: What it is, the sheets, merged cells, the finding's name and the cell that it points to.
ASKED: list[tuple[str, Sheets, Sequence[str], str, str]] = [
    ("two kinds of table fit", {"Sheet1": [[*HEADER[:5], "Date"], ROW]}, [], "table-ambiguous", "A1"),
    ("a gross weight is no quantity", {"Deliveries": [[*HEADER[:3], "Gross weight 毛重", *HEADER[4:]], ROW]}, [], "column-missing", "A1"),
    ("a share is no mass", {"Deliveries": [[*HEADER[:3], "Mass %", *HEADER[4:]], ROW]}, [], "column-missing", "A1"),
    ("two columns of one meaning", {"Deliveries": [[*HEADER, "Net weight (kg)"], [*ROW, 990]]}, [], "column-twice", "D1"),
    ("a sum that does not agree", {"Deliveries": [HEADER, ROW, OTHER, ["Total", None, None, 1600]]}, [], "total-differs", "D4"),
    ("a lot without anything else", {"Deliveries": [HEADER, ROW, ["L-2"]]}, [], "required-missing", "B3"),
    ("a lot alone after a blank row", {"Deliveries": [HEADER, ROW, [], ["L-2"]]}, [], "required-missing", "B4"),
    ("a quantity merged over two lots", {"Deliveries": [HEADER, ROW, [*OTHER[:3], None, *OTHER[4:]]]}, ["D2:D3"], "merged-cells", "D2"),
    ("a cell merged over two columns", {"Deliveries": [HEADER, [*ROW[:1], "ACME", None, *ROW[3:]]]}, ["B2:C2"], "merged-cells", "B2"),
    ("a column of no known name", {"Deliveries": [[*HEADER, "Colour"], [*ROW, "clear"]]}, [], "column-unknown", "G1"),
    ("values without a header", {"Deliveries": [HEADER, [*ROW, "clear"]]}, [], "column-unknown", "G2"),
    ("the supplier is nowhere", {"Sheet1": [[HEADER[0], *HEADER[2:]], [ROW[0], *ROW[2:]]]}, [], "column-missing", "A1"),
    ("a sheet of something else", {"Deliveries": [HEADER, ROW], "Contacts": [["Phone", "Mail"], ["1", "2"]]}, [], "sheet-unknown", ""),
]


@pytest.mark.parametrize(("sheets", "merged", "name", "cell"), [case[1:] for case in ASKED], ids=[case[0] for case in ASKED])
def test_what_is_not_sure_is_asked(sheets: Sheets, merged: Sequence[str], name: str, cell: str, tmp_path: Path) -> None:
    reading = read(tmp_path, sheets, merged={next(iter(sheets)): merged} if merged else None)
    (found,) = [f for f in reading.findings if f.name == name][:1] or [None]
    assert found is not None, names(reading.findings)
    assert found.refs[0].cell == cell
    assert every_row_is_accounted_for(reading, sheets)


def test_a_value_above_the_table_refers_to_its_own_cell(tmp_path: Path) -> None:
    reading = read(tmp_path, {"Sheet1": [["Supplier:", "ACME"], [], [HEADER[0], *HEADER[2:]], [ROW[0], *ROW[2:]]]})
    source = reading.rows[0].source
    assert (source.ref("supplier").cell, source.ref("lot_no").cell) == ("B1", "A4")


def test_a_date_above_the_table_may_be_that_of_printing_but_a_run_has_its_own(tmp_path: Path) -> None:
    without = [HEADER[:5], ROW[:5]]
    printed = read(tmp_path, {"Deliveries": [["Date:", DAY], [], *without]})
    assert "column-missing" in names(printed.findings)
    run = read(
        tmp_path,
        {
            "Production": [
                ["Run No", "R-7", "Date", DAY],
                [],
                ["Direction", "Lot No", "Quantity (kg)"],
                ["in", "L-1", 10],
                ["out", "F-1", 10],
            ]
        },
    )
    assert [(r.values["run_no"], r.values["date"]) for r in run.rows] == [("R-7", DAY)] * 2


def test_answers_fill_what_a_layout_leaves_open(tmp_path: Path) -> None:
    told = Instructions(
        read_as=sheets_read_as(["Eingang*=Deliveries"]),
        told=told_columns(["Lot No=Partie", "Deliveries.Quantity=Kilo"]),
        fixed=fixed_values(["Unit=kg", "Supplier=ACME"]),
    )
    reading = read(tmp_path, {"Eingang 03": [["Partie", "Material", "Kilo", "Lieferdatum"], ["L-1", "PLA", 1000, DAY]]}, told=told)
    assert lots(reading) == ONE
    assert not [f for f in reading.findings if f.severity == "error"]


def test_the_column_that_was_told_wins_over_another_of_its_meaning(tmp_path: Path) -> None:
    sheets = {"Deliveries": [[*HEADER, "Net weight (kg)"], [*ROW, 990]]}
    reading = read(tmp_path, sheets, told=Instructions(told=told_columns(["Quantity=Net weight (kg)"])))
    assert lots(reading)[0][2] == 990
    assert "column-twice" not in names(reading.findings)


def test_every_thousandth_row_of_a_long_sheet_is_data(tmp_path: Path) -> None:
    rows = [[f"L-{n}", "ACME", "PLA", 10, "kg", DAY] for n in range(3000)]
    reading = read(tmp_path, {"Export": [["Title"], HEADER, *rows, ["Total", None, None, 30000, "kg"]]})
    assert [r.source.row for r in reading.rows] == list(range(3, 3003))
    assert "total-differs" not in names(reading.findings)


def test_a_sheet_named_after_a_known_material_holds_that_material(tmp_path: Path) -> None:
    header, row = [*HEADER[:2], *HEADER[3:]], [*ROW[:2], *ROW[3:]]
    sheets = {"BIO-LD 25": [header, row], "March": [header, ["L-2", *row[1:]]]}
    reading = read(tmp_path, sheets, told=Instructions(materials=frozenset({"BIO-LD 25"})))
    assert [r.values.get("material") for r in reading.rows] == ["BIO-LD 25", None]
    assert [ref.sheet for f in reading.findings if f.name == "column-missing" for ref in f.refs] == ["March"]
    told = read(tmp_path, sheets, told=Instructions(fixed=fixed_values(["Material={sheet}"])))
    assert [r.values["material"] for r in told.rows] == ["BIO-LD 25", "March"]

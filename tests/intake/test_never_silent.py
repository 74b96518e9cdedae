"""Inputs that once went in without a word: each is told, refused or read right now."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from intake.sheets import Formatted, names, save
from tracepack.core.known import Known
from tracepack.errors import UnreadableFile
from tracepack.intake.instructions import Instructions, told_columns
from tracepack.intake.reading import Reading, read_file
from tracepack.intake.record import record_facts

DAY = dt.date(2026, 3, 5)
HEADER = ["Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date"]
ROW = ["A", "ACME", "PLA", 5, "kg", DAY]


def text(folder: Path, *lines: str) -> Path:
    path = folder / "list.csv"
    path.write_text("\r\n".join(["Lot No,Supplier,Material,Quantity,Unit,Delivery Date", *lines, ""]), encoding="utf-8")
    return path


def read(folder: Path, *rows: list[object], told: Instructions | None = None) -> Reading:
    return read_file(save(folder / "list.xlsx", {"Deliveries": [*rows]}), told or Instructions())


@pytest.mark.parametrize(
    "lines",
    [
        ("A,ACME,PLA,5,kg,2026-03-05", 'B,"ACME,PLA,6,kg,2026-03-05', "C,ACME,PLA,7,kg,2026-03-05"),
        ('"B,ACME,PLA,6,kg,2026-03-05', "C,ACME,PLA,7,kg,2026-03-05"),
        ('B,ACME,"PLA,6,kg,2026-03-05', 'C,ACME,PLA",7,kg,2026-03-05', "D,ACME,PLA,8,kg,2026-03-05"),
    ],
    ids=["never closed", "in the first row", "closed in the next row"],
)
def test_a_quote_that_swallows_rows_is_refused(lines: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"quote|end of data|expected after"):
        read_file(text(tmp_path, *lines))


def test_a_remark_of_two_lines_is_no_such_quote(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        'Lot No,Supplier,Material,Quantity,Unit,Delivery Date,Remark\r\nA,ACME,PLA,5,kg,2026-03-05,"dry,\r\nclean"\r\n', encoding="utf-8"
    )
    assert [row.values["lot_no"] for row in read_file(path).rows] == ["A"]


@pytest.mark.parametrize("written", ['"=""00712"""', '="00712"', "'00712"])
def test_a_lot_number_kept_as_text_by_its_program_is_the_number(written: str, tmp_path: Path) -> None:
    assert [row.values["lot_no"] for row in read_file(text(tmp_path, f"{written},ACME,PLA,5,kg,2026-03-05")).rows] == ["00712"]


def test_a_row_called_total_is_no_lot_however_full_it_is(tmp_path: Path) -> None:
    reading = read(tmp_path, HEADER, ROW, ["Total", *ROW[1:]])
    assert [row.values["lot_no"] for row in reading.rows] == ["A"]
    assert "total-differs" in names(read(tmp_path, HEADER, ROW, ["Total", "ACME", "PLA", 9, "kg", DAY]).findings)


def test_averages_and_feet_of_pages_are_no_data(tmp_path: Path) -> None:
    reading = read(tmp_path, HEADER, ROW, ["Page 1 of 2"], ["B", *ROW[1:]], ["Mittelwert", None, None, 5])
    assert [row.values["lot_no"] for row in reading.rows] == ["A", "B"]
    assert not [f for f in reading.findings if f.severity == "error"]


def test_a_line_of_data_in_one_cell_is_asked_about(tmp_path: Path) -> None:
    reading = read(tmp_path, HEADER, ROW, ["B, ACME, PLA of grade 7, 7 kg, 2026-03-05"])
    assert "note-like-data" in names(reading.findings)


def test_a_cell_that_is_there_twice_is_a_damaged_file(tmp_path: Path) -> None:
    path = save(tmp_path / "twice.xlsx", {"Deliveries": [HEADER, ROW]})
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb'(<c r="D2"[^>]*><v>)5(</v></c>)', rb"\g<1>5\g<2>\g<1>7\g<2>", parts[sheet])
    with zipfile.ZipFile(path, "w") as book:
        for name, body in parts.items():
            book.writestr(name, body)
    with pytest.raises(UnreadableFile, match="twice"):
        read_file(path)


def test_net_under_a_merged_weight_is_the_quantity_with_its_unit(tmp_path: Path) -> None:
    rows = [[*HEADER[:3], "Weight (kg)", None, HEADER[5]], [None, None, None, "Gross", "Net", None], ["A", "ACME", "PLA", 6, 5, DAY]]
    path = save(tmp_path / "list.xlsx", {"Deliveries": rows})
    book = openpyxl.load_workbook(path)
    for cells in ("A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:F2"):
        book.worksheets[0].merge_cells(cells)
    book.save(path)
    for told in (Instructions(), Instructions(told=told_columns(["Quantity=Weight (kg) Net"]))):
        (row,) = read_file(path, told).rows
        assert (row.values["quantity"], row.values["unit"]) == (5, "kg")


def test_a_column_may_be_told_by_its_letter(tmp_path: Path) -> None:
    path = save(tmp_path / "list.xlsx", {"Deliveries": [[*HEADER[:3], None, "Zahl (kg)", HEADER[5]], ["A", "ACME", "PLA", None, 5, DAY]]})
    (row,) = read_file(path, Instructions(told=told_columns(["Quantity=column E"]))).rows
    assert (row.values["quantity"], row.values["unit"]) == (5, "kg")


def test_the_unit_that_a_number_format_shows_is_the_cells_own(tmp_path: Path) -> None:
    shown = Formatted(5, '0.0" t"')
    assert "unit-contradictory" in names(read(tmp_path, HEADER, ["A", "ACME", "PLA", shown, "kg", DAY]).findings)
    (row,) = read(tmp_path, HEADER, ["A", "ACME", "PLA", shown, None, DAY]).rows
    assert (row.values["quantity"], row.values["unit"]) == (5, "t")


def test_a_bare_one_under_a_percent_header_is_told(tmp_path: Path) -> None:
    header = [*HEADER, "Biobased Carbon %"]
    assert "share-one" in names(read(tmp_path, header, [*ROW, 1], ["B", *ROW[1:], 0]).findings)
    assert "share-one" not in names(read(tmp_path, header, [*ROW, 1], ["B", *ROW[1:], 45]).findings)
    assert "share-one" not in names(read(tmp_path, header, [*ROW, Formatted(1, "0%")]).findings)


def test_parts_of_a_load_in_one_file_are_told(tmp_path: Path) -> None:
    reading = read(tmp_path, HEADER, ROW, ["A", "ACME", "PLA", 7, "kg", DAY])
    _, findings = record_facts(reading.rows, Known(), None, "ME", "M1")
    (told,) = [f for f in findings if f.name == "possible-duplicate"]
    assert [ref.cell for ref in told.refs] == ["A3", "A2"]
    assert told.severity == "warning"

"""Rows struck through or hidden: never read, and never left out, without a word."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import xlwt
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet
from sheets import Formatted
from writers import ods, rezipped, saved, xlsb

from tracepack.intake.columns import Rules
from tracepack.intake.instructions import Instructions
from tracepack.intake.profiles import parse_profile, profile_text
from tracepack.intake.reading import Reading, read_file
from tracepack.intake.workbook import read_workbook

DAY = dt.date(2026, 3, 5)
HEADER = ["Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date"]
ROWS = [HEADER, *([f"L-{number}", "ACME", "PLA", 100 * number, "kg", DAY] for number in range(1, 8))]
LEAVE_OUT, READ = (Instructions(rules=Rules(struck=struck)) for struck in ("left out", "read"))


def workbook(folder: Path, change: Callable[[Worksheet], None]) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Deliveries"
    for row in ROWS:
        sheet.append(row)
    change(sheet)
    book.save(folder / "deliveries.xlsx")
    return folder / "deliveries.xlsx"


def strike(sheet: Worksheet, cells: str) -> None:
    for row in sheet[cells]:
        for cell in row:
            cell.font = Font(strike=True)


def lots(reading: Reading) -> list[object]:
    return [row.values["lot_no"] for row in reading.rows]


def told(reading: Reading) -> Mapping[str, list[str]]:
    return {f.name: [ref.cell for ref in f.refs] for f in reading.findings}


def test_a_row_struck_through_is_asked_about(tmp_path: Path) -> None:
    reading = read_file(workbook(tmp_path, lambda sheet: strike(sheet, "A4:F5")))
    assert told(reading) == {"struck-through": ["A4", "A5"]}
    assert any("--struck-rows" in finding.hint for finding in reading.findings)


def test_the_answer_leaves_it_out_or_reads_it(tmp_path: Path) -> None:
    path = workbook(tmp_path, lambda sheet: strike(sheet, "A4:F5"))
    left = read_file(path, LEAVE_OUT)
    assert lots(left) == ["L-1", "L-2", "L-5", "L-6", "L-7"]
    assert told(left) == {"row-passed-over": ["A4", "A5"]}
    assert {note.row: note.reason for note in left.row_notes} == {4: "struck through", 5: "struck through"}
    read = read_file(path, READ)
    assert lots(read) == [f"L-{number}" for number in range(1, 8)]
    assert told(read) == {}


@pytest.mark.parametrize("instructions", [Instructions(), LEAVE_OUT])
def test_one_struck_cell_of_a_row_is_an_error_at_that_cell(tmp_path: Path, instructions: Instructions) -> None:
    reading = read_file(workbook(tmp_path, lambda sheet: strike(sheet, "D3:D3")), instructions)
    assert told(reading) == {"struck-through": ["D3"]}
    assert "L-2" in lots(reading)


def test_a_corrected_number_beside_the_one_struck_through_is_no_longer_number(tmp_path: Path) -> None:
    """Read as plain text, "200 250" struck in part would be 200250."""

    def correct(sheet: Worksheet) -> None:
        sheet["D3"] = CellRichText(TextBlock(InlineFont(strike=True), "200"), "250")

    reading = read_file(workbook(tmp_path, correct))
    assert told(reading)["struck-through"] == ["D3"]


def test_a_strike_that_is_off_or_outside_the_table_says_nothing(tmp_path: Path) -> None:
    def mark(sheet: Worksheet) -> None:
        sheet["A2"].font = Font(strike=False)
        sheet["A1"].font = Font(strike=True)

    assert told(read_file(workbook(tmp_path, mark))) == {}


def test_hidden_rows_are_read_and_told(tmp_path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        for row in (3, 7, 9):
            sheet.row_dimensions[row].hidden = True

    reading = read_file(workbook(tmp_path, hide))
    assert lots(reading) == [f"L-{number}" for number in range(1, 8)]
    assert told(reading) == {"row-hidden": ["A3", "A7"]}


def xls(folder: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Deliveries")
    for number, row in enumerate(ROWS):
        style = xlwt.easyxf("font: struck_out true" if number == 3 else "")
        style.num_format_str = "General"
        for column, content in enumerate(row):
            sheet.write(number, column, content.isoformat() if isinstance(content, dt.date) else content, style)
    sheet.row(5).hidden = True
    (folder / "old.xls").write_bytes(saved(book.save))
    return folder / "old.xls"


def odf(folder: Path) -> Path:
    style = '<style:style style:name="gone" style:family="table-cell" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">'
    style += '<style:text-properties style:text-line-through-style="solid"/></style:style>'

    def mark(body: bytes) -> bytes:
        rows = body.decode().replace("<office:body>", f"<office:automatic-styles>{style}</office:automatic-styles><office:body>")
        parts = rows.split("<table:table-row>")
        if len(parts) > 6:
            parts[4] = parts[4].replace("<table:table-cell", '<table:table-cell table:style-name="gone"')
            rows = (
                "<table:table-row>".join(parts[:6]) + '<table:table-row table:visibility="collapse">' + "<table:table-row>".join(parts[6:])
            )
        return rows.encode()

    (folder / "open.ods").write_bytes(rezipped(ods("Deliveries", ROWS), mark))
    return folder / "open.ods"


def binary(folder: Path) -> Path:
    """The second cell format gets the second font, which [MS-XLSB] 2.4.149 strikes through; row 6 is of no height (2.4.739)."""
    struck = [Formatted(content, "0.000") if number == 3 else content for number, row in enumerate(ROWS) for content in row]
    rows = [struck[start : start + 6] for start in range(0, len(struck), 6)]
    codes = ["General", "yyyy-mm-dd", "0.000"]
    head = struct.pack("<IIHBBB", 5, 0, 300, 0, 0, 0)
    fonts = b"".join(bytes([43, 4]) + struct.pack("<HH", 220, flags) for flags in (0, 8))

    def mark(body: bytes) -> bytes:
        used = struct.pack("<HHH", 0, 164 + codes.index("0.000"), 0)
        body = body.replace(used, struct.pack("<HHH", 0, 166, 1)).replace(head, head[:11] + b"\x10" + head[12:])
        return fonts + body if "General".encode("utf-16-le") in body else body

    (folder / "binary.xlsb").write_bytes(rezipped(xlsb("Deliveries", rows), mark))
    return folder / "binary.xlsb"


@pytest.mark.parametrize("write", [xls, odf, binary])
def test_other_formats_show_it_too(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    sheet = read_workbook(write(tmp_path)).sheets[0]
    assert set(sheet.struck) == {(4, column) for column in range(1, 7)}
    assert set(sheet.hidden_rows) == {6}


def test_a_part_of_a_text_struck_through_in_old_workbooks(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Deliveries")
    plain, struck = xlwt.easyfont(""), xlwt.easyfont("struck_out true")
    sheet.write_rich_text(0, 0, [("200", struck), ("250", plain)])
    sheet.write(1, 0, "300")
    (tmp_path / "old.xls").write_bytes(saved(book.save))
    assert set(read_workbook(tmp_path / "old.xls").sheets[0].struck) == {(1, 1)}


def test_a_profile_keeps_the_answer() -> None:
    text = '[[table]]\nholds = "Deliveries"\nstruck_rows = "left out"\n[table.columns]\n"Lot No" = "Charge"\n'
    profile = parse_profile("acme", text)
    assert profile.tables[0].rules.struck == "left out"
    assert parse_profile("acme", profile_text(profile)) == profile

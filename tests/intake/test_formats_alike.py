"""What a cell shows is seen alike in every format: percentages, dates, errors, text, merged ranges, hidden sheets."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import xlwt
from bombs import MIMETYPE, zipped

from tracepack.core.numerals import PercentNumber
from tracepack.intake.sheetxml import UNCACHED, Fault
from tracepack.intake.workbook import Sheet, read_workbook

STYLES = """
<number:percentage-style style:name="P"><number:number/><number:text>%</number:text></number:percentage-style>
<number:number-style style:name="Z"><number:number number:min-integer-digits="6" number:decimal-places="0"/></number:number-style>
<number:date-style style:name="D"><number:year/></number:date-style>
<style:style style:name="percent" style:family="table-cell" style:data-style-name="P"/>
<style:style style:name="padded" style:family="table-cell" style:data-style-name="Z"/>
<style:style style:name="child" style:family="table-cell" style:parent-style-name="padded"/>
<style:style style:name="dated" style:family="table-cell" style:data-style-name="D"/>
<style:style style:name="away" style:family="table"><style:table-properties table:display="false"/></style:style>
"""


def ods_sheets(folder: Path, tables: str) -> tuple[Sheet, ...]:
    content = f"<o><a>{STYLES}</a><b>{tables}</b></o>"
    path = folder / "book.ods"
    path.write_bytes(zipped({"mimetype": MIMETYPE.encode(), "content.xml": content.encode()}))
    return read_workbook(path).sheets


def ods_cells(folder: Path, *cells: str) -> Sheet:
    (sheet,) = ods_sheets(folder, f"<table:table table:name='T'><table:table-row>{''.join(cells)}</table:table-row></table:table>")
    return sheet


def cell(kind: str, inside: str = "", **attributes: str) -> str:
    named = "".join(f" {name.replace('__', ':').replace('_', '-')}='{value}'" for name, value in attributes.items())
    told = f" office:value-type='{kind}'" if kind else ""
    return f"<table:table-cell{told}{named}>{inside}</table:table-cell>"


def test_numbers_dates_and_truth_of_an_opendocument_spreadsheet(tmp_path: Path) -> None:
    sheet = ods_cells(
        tmp_path,
        cell("float", office__value="13.50"),
        cell("percentage", office__value="0.45"),
        cell("float", office__value="0.45", table__style_name="percent"),
        cell("currency", office__value="9"),
        cell("date", office__date_value="2026-01-31"),
        cell("date", office__date_value="2026-01-31T06:30:00.5"),
        cell("time", office__time_value="PT06H30M00S"),
        cell("float", office__value="46053", table__style_name="dated"),
        cell("boolean", office__boolean_value="true"),
        cell("float", office__value="815", table__style_name="child"),
    )
    morning = dt.datetime(2026, 1, 31, 6, 30, 0, 500_000)
    day = dt.datetime(2026, 1, 31)
    found = list(sheet.rows[1].values())
    assert found == [Decimal("13.50"), Decimal("0.45"), Decimal("0.45"), 9, day, morning, dt.time(6, 30), day, True, 815]
    assert [isinstance(content, PercentNumber) for content in found] == [False, True, True, *[False] * 7]
    assert sheet.formats == {(1, 10): "000000"}


def test_texts_errors_and_formulas_of_an_opendocument_spreadsheet(tmp_path: Path) -> None:
    note = "<office:annotation><text:p>a comment</text:p></office:annotation>"
    sheet = ods_cells(
        tmp_path,
        cell("string", f"{note}<text:p>PLA<text:s text:c='2'/>film</text:p><text:p>second<text:line-break/>line</text:p>"),
        cell("string", "<text:p>#N/A</text:p>", calcext__value_type="error"),
        cell("float", "<text:p>#DIV/0!</text:p>", table__formula="of:=1/0", office__value="0"),
        cell("", table__formula="of:=A1"),
        cell("string", "<text:p>#5 bag</text:p>"),
        cell("", note),
    )
    first, *others = sheet.rows[1].values()
    assert first == "PLA  film\nsecond\nline"
    assert others == [Fault("error-cell", "#N/A"), Fault("error-cell", "#DIV/0!"), UNCACHED, "#5 bag"]


def test_repetition_merging_and_hiding_of_an_opendocument_spreadsheet(tmp_path: Path) -> None:
    merged = cell("string", "<text:p>x</text:p>", table__number_columns_spanned="2", table__number_rows_spanned="3")
    rows = (
        f"<table:table-row><table:table-cell table:number-columns-repeated='2'/>{merged}<table:covered-table-cell/></table:table-row>"
        "<table:table-row table:number-rows-repeated='1048000'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>"
        f"<table:table-row table:number-rows-repeated='2'>{cell('float', office__value='7')}</table:table-row>"
    )
    tables = f"<table:table table:name='T'>{rows}</table:table><table:table table:name='H' table:style-name='away'/>"
    shown, hidden = ods_sheets(tmp_path, tables)
    assert shown.rows == {1: {3: "x"}, 1048002: {1: 7}, 1048003: {1: 7}}
    assert shown.merged == ((1, 3, 3, 4),)
    assert (shown.hidden, hidden.hidden, hidden.rows) == (False, True, {})


def test_an_old_excel_file_shows_what_its_formats_show(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    book.dates_1904 = True
    sheet = book.add_sheet("Old")
    shown = [("00815", ""), (0.45, "0.00%"), (815, "000000"), (13.5, "General"), (1.25, "0.00"), (44591, "yyyy-mm-dd"), (True, "")]
    for column, (value, code) in enumerate(shown):
        sheet.write(0, column, value, xlwt.easyxf(num_format_str=code or "General"))
    sheet.write_merge(2, 3, 0, 1, "merged")
    sheet.row(5).set_cell_error(0, 42)
    book.add_sheet("Hidden").visibility = 2
    out = io.BytesIO()
    book.save(out)
    (tmp_path / "old.xls").write_bytes(out.getvalue())
    old, hidden = read_workbook(tmp_path / "old.xls").sheets
    assert list(old.rows[1].values()) == ["00815", Decimal("0.45"), 815, Decimal("13.5"), Decimal("1.25"), dt.datetime(2026, 1, 31), True]
    assert isinstance(old.rows[1][2], PercentNumber)
    assert old.formats == {(1, 3): "000000", (1, 5): "0.00"}
    assert old.rows[6] == {1: Fault("error-cell", "#N/A")}
    assert (old.merged, old.hidden, hidden.hidden) == (((3, 1, 4, 2),), False, True)


def test_the_1904_system_holds_also_where_an_extension_repeats_the_properties(tmp_path: Path) -> None:
    main, host = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://schemas.openxmlformats.org/officeDocument/2006"
    rels = f"<Relationships><Relationship Id='r1' Type='{host}/relationships/%s' Target='%s'/>%s</Relationships>"
    styles = f"<Relationship Id='r2' Type='{host}/relationships/styles' Target='styles.xml'/>"
    workbook = (
        "<workbookPr date1904='1'/><sheets><sheet name='S' r:id='r1'/></sheets><extLst><x15:workbookPr chartTrackingRefBase='1'/></extLst>"
    )
    parts = {
        "_rels/.rels": rels % ("officeDocument", "xl/workbook.xml", ""),
        "xl/_rels/workbook.xml.rels": rels % ("worksheet", "sheet.xml", styles),
        "xl/workbook.xml": f"<workbook xmlns='{main}'>{workbook}</workbook>",
        "xl/styles.xml": f"<styleSheet xmlns='{main}'><cellXfs><xf numFmtId='14'/></cellXfs></styleSheet>",
        "xl/sheet.xml": f"<worksheet xmlns='{main}'><sheetData><row r='1'><c r='A1' s='0'><v>44591</v></c></row></sheetData></worksheet>",
    }
    (tmp_path / "mac.xlsx").write_bytes(zipped({name: part.encode() for name, part in parts.items()}))
    (sheet,) = read_workbook(tmp_path / "mac.xlsx").sheets
    assert sheet.rows == {1: {1: dt.datetime(2026, 1, 31)}}

"""A supplier's workbook given back: its own sheets and styles, wrong cells marked in the supplier's language, a list of links."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

from tracepack import cli

DAY = dt.date(2026, 3, 5)
HEADER = ["Lot No", "Supplier", "Material", "Quantity", "Unit", "Delivery Date", "Biobased Carbon %"]
ROWS: list[list[Any]] = [
    ["L-1", "ACME", "PLA", 10, "kg", DAY, 145],
    ["L-2", "ACME", "PLA", "=1/0", "kg", "soon", 98],
    ["=2+3", "ACME", "PLA", -5, "kg", DAY, 98],
]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "tracepack.db"
    assert cli.run(["-w", str(path), "init", "--organisation", "ME", "--site", "M1"]) == 0
    return path


@pytest.fixture
def supplied(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Deliveries"
    for row in (["ACME"], HEADER, *ROWS):
        sheet.append(row)
    sheet["A5"].data_type = "s"
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.column_dimensions["A"].width = 33
    sheet["F3"].number_format = "dd.mm.yyyy"
    sheet["G3"].comment = Comment("see CoA", "ACME")
    book.create_sheet("O'Neil, notes")["A1"] = "private"
    path = tmp_path / "acme.xlsx"
    book.save(path)
    return path


def marked(workspace: Path, file: Path, out: Path, *options: str) -> tuple[openpyxl.Workbook, int]:
    code = cli.run(["-w", str(workspace), "import", str(file), "--annotate", str(out), *options])
    return openpyxl.load_workbook(out), code


def errors_of(workspace: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> set[tuple[str, str]]:
    capsys.readouterr()
    cli.run(["-w", str(workspace), "import", str(file), "--dry-run", "--json"])
    (answer,) = json.loads(capsys.readouterr().out)["files"]
    told = [f for f in answer["findings"] if f["severity"] != "note" and f["name"] not in {"supplier-unknown", "sheet-unknown"}]
    return {(ref["sheet"], ref["cell"]) for f in told for ref in f["refs"]}


def test_every_wrong_cell_is_coloured_commented_and_listed_with_a_link(
    workspace: Path, supplied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, code = marked(workspace, supplied, tmp_path / "out.xlsx")
    assert code == 1
    sheet, listed = book["Deliveries"], book.worksheets[0]
    wrong = errors_of(workspace, supplied, capsys)
    assert ("Deliveries", "G3") in wrong
    for name, place in wrong:
        if place:
            assert book[name][place].fill.fill_type == "solid", place
            assert book[name][place].comment is not None, place
    assert "145" not in str(sheet["G4"].comment)
    rows = [[cell.value for cell in row] for row in listed.iter_rows(min_row=5)]
    assert {(row[2], row[3].strip("–")) for row in rows} == wrong
    assert {row[3]: row[4] for row in rows}["G3"] == "145"
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    for row in listed.iter_rows(min_row=5):
        if row[3].value != "–":
            assert row[3].hyperlink.location == f"'{row[2].value}'!{row[3].value}"
    severities = [row[1] for row in rows]
    assert severities == sorted(severities, key=["error", "please check"].index)


def test_the_suppliers_own_sheets_and_styles_stay(workspace: Path, supplied: Path, tmp_path: Path) -> None:
    book, _ = marked(workspace, supplied, tmp_path / "out.xlsx")
    sheet = book["Deliveries"]
    assert book.sheetnames == ["Corrections", "Deliveries", "O'Neil, notes"]
    assert (sheet["A1"].font.size, sheet.column_dimensions["A"].width, sheet["F3"].number_format) == (16, 33, "dd.mm.yyyy")
    assert sheet["D4"].value == "=1/0", "a formula stays one"
    assert sheet["A5"].value == "=2+3"
    assert sheet["A5"].data_type == "s", "a text that looks like a formula stays a text"
    assert sheet["G3"].comment.text.startswith("see CoA")
    listed = book.worksheets[0]
    assert all(cell.data_type != "f" for row in listed.iter_rows() for cell in row)


@pytest.mark.parametrize(("lang", "title", "said"), [("de", "Korrekturen", "Fehler"), ("zh", "需更正", "错误")])
def test_it_speaks_the_suppliers_language(workspace: Path, supplied: Path, tmp_path: Path, lang: str, title: str, said: str) -> None:
    book, _ = marked(workspace, supplied, tmp_path / "out.xlsx", "--lang", lang)
    assert book.sheetnames[0] == title
    assert said in book["Deliveries"]["G3"].comment.text


def test_the_same_file_gives_the_same_bytes(workspace: Path, supplied: Path, tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        marked(workspace, supplied, tmp_path / name, "--dry-run")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_text_file_comes_back_as_a_copy_of_its_values(workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "acme.csv"
    file.write_text(",".join(HEADER) + "\r\n=1+1,ACME,PLA,ten,kg,2026-03-05,50\r\n", encoding="utf-8")
    book, _ = marked(workspace, file, tmp_path / "out.xlsx")
    sheet = book["acme"]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    assert sheet["D2"].comment is not None
    assert "copy" in book.worksheets[0]["A2"].value


def test_a_sound_file_is_given_back_saying_so(workspace: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Parties"
    for row in (["Party ID", "Name", "Role"], ["ACME", "Acme", "supplier"]):
        sheet.append(row)
    book.save(tmp_path / "p.xlsx")
    made, code = marked(workspace, tmp_path / "p.xlsx", tmp_path / "out.xlsx")
    assert (code, made.worksheets[0]["A1"].value) == (0, "Nothing needs correction.")


def test_nothing_is_ever_overwritten(workspace: Path, supplied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = supplied.read_bytes()
    for out, told in ((supplied, "already"), (tmp_path / "out.pdf", "workbook in .xlsx")):
        assert cli.run(["-w", str(workspace), "import", str(supplied), "--annotate", str(out)]) == 2
        assert told in capsys.readouterr().err
    assert supplied.read_bytes() == before
    assert cli.run(["-w", str(workspace), "lots", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["lots"] == []


def test_several_files_go_into_a_folder(workspace: Path, supplied: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(",".join(HEADER) + "\r\nL-9,ACME,PLA,x,kg,2026-03-05,50\r\n", encoding="utf-8")
    cli.run(["-w", str(workspace), "import", str(supplied), str(other), "--annotate", str(tmp_path / "back")])
    assert sorted(path.name for path in (tmp_path / "back").iterdir()) == ["acme-corrections.xlsx", "other-corrections.xlsx"]
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "back" / "acme-corrections.xlsx").read_bytes()))
    assert book["Deliveries"]["G3"].comment is not None


def rewritten(path: Path, part: str, change: Callable[[bytes], bytes], out: Path, extra: Mapping[str, bytes] | None = None) -> Path:
    """A copy of a workbook with one of its parts changed, and others added."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, change(source.read(name)) if name == part else source.read(name))
        for name, content in (extra or {}).items():
            target.writestr(name, content)
    return out


def test_what_the_supplier_corrected_in_the_marked_file_is_imported_and_the_list_is_no_data(
    workspace: Path, supplied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, _ = marked(workspace, supplied, tmp_path / "out.xlsx", "--lang", "zh")
    sheet = book["Deliveries"]
    sheet["G3"], sheet["D4"], sheet["F4"], sheet["D5"] = 45, 20, DAY, 5
    book.save(tmp_path / "corrected.xlsx")
    capsys.readouterr()
    assert cli.run(["-w", str(workspace), "import", str(tmp_path / "corrected.xlsx"), "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)["files"]
    assert answer["recorded"] == {"Deliveries": 3}
    assert {row["reason"] for row in answer["rows"] if row["sheet"] == "需更正"} == {"the list of corrections of an annotated file"}


def test_an_earlier_annotation_is_replaced_and_the_suppliers_own_comment_stays(workspace: Path, supplied: Path, tmp_path: Path) -> None:
    book, _ = marked(workspace, supplied, tmp_path / "out.xlsx")
    book["Deliveries"]["D5"] = 5
    book.save(tmp_path / "again.xlsx")
    again, _ = marked(workspace, tmp_path / "again.xlsx", tmp_path / "out2.xlsx", "--lang", "de")
    assert again.sheetnames == ["Korrekturen", "Deliveries", "O'Neil, notes"]
    sheet = again["Deliveries"]
    assert (sheet["D5"].comment, sheet["D5"].fill.fill_type) == (None, None)
    said = sheet["G3"].comment.text
    assert said.startswith("see CoA")
    assert (said.count("Ein Anteil liegt"), said.count("A share")) == (1, 0)


def test_errors_warnings_and_notes_differ_in_colour_and_notes_are_no_corrections(workspace: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Deliveries"
    for row in (HEADER, ["L-1", "ME2", "PLA", 10, "kg", DAY, 145], ["L-2", "ME2", "PLA", 10, "kg", DAY, "n/a"]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    made, _ = marked(workspace, tmp_path / "a.xlsx", tmp_path / "out.xlsx")
    colours = {made["Deliveries"][cell].fill.fgColor.rgb for cell in ("G2", "G3")}
    assert len(colours) == 2
    assert "for information" in made["Deliveries"]["G3"].comment.text
    assert "G3" not in {row[3].value for row in made.worksheets[0].iter_rows(min_row=5)}
    legend = {cell.value: cell.fill.fgColor.rgb for cell in made.worksheets[0][3] if cell.value}
    assert legend["error"] == made["Deliveries"]["G2"].fill.fgColor.rgb
    assert legend["for information"] == made["Deliveries"]["G3"].fill.fgColor.rgb


def test_what_a_cell_holds_is_listed_as_data(workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "acme.csv"
    file.write_text(",".join(HEADER) + "\r\nL-1,ACME,PLA,=1+1,kg,@today,-5\r\n", encoding="utf-8")
    book, _ = marked(workspace, file, tmp_path / "out.xlsx")
    held = {row[3].value: row[4] for row in book.worksheets[0].iter_rows(min_row=5)}
    for cell, text in {"D2": "=1+1", "F2": "@today", "G2": "-5"}.items():
        assert (held[cell].value, held[cell].data_type, held[cell].quotePrefix) == (text, "s", True)


def test_a_text_file_is_marked_in_the_encoding_it_was_read_in(workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "acme.csv"
    file.write_bytes((",".join(HEADER) + "\r\nL-1,ACME,聚乳酸,zehn,kg,2026-03-05,50\r\n").encode("gb18030"))
    book, _ = marked(workspace, file, tmp_path / "out.xlsx", "--encoding", "gb18030")
    assert book["acme"]["C2"].value == "聚乳酸"


def test_macros_stay(workspace: Path, supplied: Path, tmp_path: Path) -> None:
    declared = (
        b'<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>',
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    file = rewritten(
        supplied,
        "[Content_Types].xml",
        lambda types: types.replace(b"</Types>", declared[0]).replace(declared[1], declared[2]),
        tmp_path / "acme.xlsm",
        {"xl/vbaProject.bin": b"macros"},
    )
    out = tmp_path / "out.xlsm"
    assert cli.run(["-w", str(workspace), "import", str(file), "--annotate", str(tmp_path / "out.xlsx")]) == 2
    cli.run(["-w", str(workspace), "import", str(file), "--annotate", str(out)])
    with zipfile.ZipFile(out) as made:
        assert made.read("xl/vbaProject.bin") == b"macros"
        assert len(made.namelist()) == len(set(made.namelist()))
    assert openpyxl.load_workbook(out).sheetnames[0] == "Corrections"


def test_what_the_writer_cannot_bear_comes_back_as_a_copy_of_the_values(
    workspace: Path, supplied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A link over every cell of a sheet: nothing to our reader, an object for each cell to the writer."""
    bomb = b'</sheetData><hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>'
    file = rewritten(supplied, "xl/worksheets/sheet2.xml", lambda sheet: sheet.replace(b"</sheetData>", bomb), tmp_path / "b.xlsx")
    book, _ = marked(workspace, file, tmp_path / "out.xlsx")
    assert "copy of the values" in capsys.readouterr().err
    assert book["Deliveries"]["G3"].comment is not None


def test_a_merged_cell_is_marked_where_it_shows_and_hidden_sheets_stay_hidden(workspace: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Deliveries"
    for row in (HEADER, ["L-1", "ACME", "PLA", 10, "kg", "soon", 45], ["L-2", "ACME", "PLA", 10, "kg", None, 45]):
        sheet.append(row)
    sheet.merge_cells("F2:F3")
    sheet.protection.sheet = True
    book.create_sheet("old")["A1"] = "private"
    book["old"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    made, _ = marked(workspace, tmp_path / "a.xlsx", tmp_path / "out.xlsx")
    assert made["Deliveries"]["F2"].comment is not None
    assert [str(area) for area in made["Deliveries"].merged_cells.ranges] == ["F2:F3"]
    assert made["Deliveries"].protection.sheet
    assert made["old"].sheet_state == "hidden"

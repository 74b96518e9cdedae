"""Tables in text: encoding and delimiter by evidence, rows numbered as a spreadsheet program shows them, doubts asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracepack.errors import UnreadableFile
from tracepack.intake.readout import Dialect
from tracepack.intake.workbook import Sheet, Workbook, read_workbook


def book_of(folder: Path, content: str | bytes, encoding: str = "utf-8", dialect: Dialect = Dialect(), name: str = "list.csv") -> Workbook:  # noqa: B008
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return read_workbook(path, dialect=dialect)


def sheet_of(folder: Path, content: str | bytes, encoding: str = "utf-8", dialect: Dialect = Dialect(), name: str = "list.csv") -> Sheet:  # noqa: B008
    (sheet,) = book_of(folder, content, encoding, dialect, name).sheets
    return sheet


CHINESE = "批号,供应商,物料,数量,单位,交货日期\nL-1,宁波材料有限公司,聚乳酸,13.5,公斤,2026-01-31\n"
JAPANESE = "ロット番号,数量,単位,納入日\nL-1,13.5,kg,2026-01-31\n樹脂ペレット,1,kg,2026-01-31\n"
GERMAN = "Charge;Menge;Einheit;Bemerkung\nL-1;13,75;kg;Größe geprüft für Müller\n"
FRENCH = "Lot No;Remark\nL-1;reçu à l'entrepôt, vérifié\n"
UNKNOWN_CHINESE = "名称,说明\n样品,这是一个没有已知表头的中文表格文件\n"
UNKNOWN_JAPANESE = "なまえ,せつめい\nサンプル,これは見出しが知られていない表です\n"

ENCODINGS = [
    *((text, codec, shown) for text in (CHINESE, JAPANESE, GERMAN) for codec, shown in (("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"))),
    *((text, codec, "utf-16") for text in (CHINESE, GERMAN) for codec in ("utf-16",)),
    *((text, codec, codec) for text in (CHINESE, JAPANESE, GERMAN) for codec in ("utf-16-le", "utf-16-be")),
    (CHINESE, "gb18030", "gb18030"),
    (UNKNOWN_CHINESE, "gb18030", "gb18030"),
    (JAPANESE, "cp932", "cp932"),
    (UNKNOWN_JAPANESE, "cp932", "cp932"),
    (GERMAN, "cp1252", "cp1252"),
    (FRENCH, "cp1252", "cp1252"),
    ("Lot No,Thickness\nL-1,12 µm\n", "cp1252", "cp1252"),
]


@pytest.mark.parametrize(("text", "codec", "shown"), ENCODINGS)
def test_encoding_is_seen(tmp_path: Path, text: str, codec: str, shown: str) -> None:
    book = book_of(tmp_path, text, codec)
    delimiter = ";" if ";" in text else ","
    expected = {number: dict(enumerate(line.split(delimiter), 1)) for number, line in enumerate(text.splitlines(), 1)}
    assert book.sheets[0].rows == expected
    assert book.dialect == Dialect(shown, delimiter)


DOUBTFUL = [
    ("Наименование;Количество\nПолимер;5\n", "cp1251"),
    ("Nazwa;Ilość\nPaweł;5\n", "cp1250"),
    ("名称,说明\n鑫,1\n".replace("名称,说明", "A,B"), "gb18030"),
    # As Windows-1252 a cell says "LAB±¡", which is no header.
    ("Number,Qty,Plant\nLA,１,LA\nLA,１,LA\nLA,１,LAB薄\n", "gb18030"),
]


@pytest.mark.parametrize(("text", "codec"), DOUBTFUL)
def test_encoding_that_cannot_be_told_is_asked_about_and_can_be_stated(tmp_path: Path, text: str, codec: str) -> None:
    with pytest.raises(UnreadableFile, match=r"list\.csv: the text's encoding cannot be told") as asked:
        sheet_of(tmp_path, text, codec)
    assert "state the encoding" in asked.value.hint
    stated = sheet_of(tmp_path, text, codec, Dialect(encoding=codec))
    assert "".join(str(content) for cells in stated.rows.values() for content in cells.values()) in text.replace(";", "").replace(
        ",", ""
    ).replace("\n", "")


DELIMITERS = [
    ("Lot No,Quantity\nL-1,5\n", ","),
    ("Lot No;Quantity\nL-1;5,25\n", ";"),
    ("Charge;Menge;Preis\nL-1;1,5;2,5\nL-2;2,5;3,5\n", ";"),
    ("Lot No\tQuantity\nL-1\t1,000.5\n", "\t"),
    ("Lot No|Quantity\nL-1|5\n", "|"),
    ("Our deliveries, all of them\n\nLot No;Quantity\nL-1;5\n", ";"),
    ("a;b\n1;2\n", ";"),
    ("name,place\nx,Main Street 5; second floor\ny,z\n", ","),
    ('"Lot; No",Quantity\n"a;b;c",5\n', ","),
    ("one column\nonly\n", ","),
]


@pytest.mark.parametrize(("text", "delimiter"), DELIMITERS)
def test_delimiter_is_seen(tmp_path: Path, text: str, delimiter: str) -> None:
    dialect = book_of(tmp_path, text).dialect
    assert dialect
    assert dialect.delimiter == delimiter


def test_delimiter_that_cannot_be_told_is_asked_about_and_can_be_stated(tmp_path: Path) -> None:
    text = "1,5;2,5\n2,5;3,5\n"
    with pytest.raises(UnreadableFile, match="the delimiter of the columns cannot be told") as asked:
        sheet_of(tmp_path, text)
    assert "state the delimiter" in asked.value.hint
    assert sheet_of(tmp_path, text, dialect=Dialect(delimiter=";")).rows == {1: {1: "1,5", 2: "2,5"}, 2: {1: "2,5", 2: "3,5"}}
    assert sheet_of(tmp_path, text, dialect=Dialect(delimiter="semicolon")).rows[1] == {1: "1,5", 2: "2,5"}


LAYOUTS = [
    ("sep=;\nLot No;Quantity\nL-1;5\n", {1: {1: "Lot No", 2: "Quantity"}, 2: {1: "L-1", 2: "5"}}),
    ("Lot No,Quantity\n\n,,\nL-1,5\n", {1: {1: "Lot No", 2: "Quantity"}, 4: {1: "L-1", 2: "5"}}),
    (
        'Lot No,Remark\n"L-1","two\nlines, and ""quotes"""\nL-2,x\n',
        {1: {1: "Lot No", 2: "Remark"}, 2: {1: "L-1", 2: 'two\nlines, and "quotes"'}, 3: {1: "L-2", 2: "x"}},
    ),
    ("Lot No,Remark\rL-1,x\r", {1: {1: "Lot No", 2: "Remark"}, 2: {1: "L-1", 2: "x"}}),
    ("Lot No,Remark\r\nL-1,x", {1: {1: "Lot No", 2: "Remark"}, 2: {1: "L-1", 2: "x"}}),
    ("Lot No,Remark\nL-1,x,more\nL-2\n", {1: {1: "Lot No", 2: "Remark"}, 2: {1: "L-1", 2: "x", 3: "more"}, 3: {1: "L-2"}}),
    ("Lot No,Quantity\n00123,1E5\n", {1: {1: "Lot No", 2: "Quantity"}, 2: {1: "00123", 2: "1E5"}}),
    ("Lot No,Remark\nL-1," + "x" * 1_000_000 + "\n", {1: {1: "Lot No", 2: "Remark"}, 2: {1: "L-1", 2: "x" * 1_000_000}}),
]


@pytest.mark.parametrize(("text", "rows"), LAYOUTS, ids=range(len(LAYOUTS)))
def test_records_are_the_rows_that_a_spreadsheet_program_shows(tmp_path: Path, text: str, rows: dict[int, dict[int, str]]) -> None:
    sheet = sheet_of(tmp_path, text)
    assert sheet.rows == rows
    assert (sheet.name, sheet.ref(2, 1).cell) == ("list", "A2")


@pytest.mark.parametrize("dialect", [Dialect(encoding="no-such"), Dialect(encoding="ascii"), Dialect(delimiter="two")])
def test_what_is_stated_wrongly_is_refused(tmp_path: Path, dialect: Dialect) -> None:
    with pytest.raises(UnreadableFile, match=r"list\.csv: "):
        sheet_of(tmp_path, "Größe,b\n1,2\n", dialect=dialect)


def test_text_under_the_name_of_an_old_workbook_is_read(tmp_path: Path) -> None:
    assert sheet_of(tmp_path, "Lot No\tQuantity\nL-1\t5\n", name="export.xls").rows[2] == {1: "L-1", 2: "5"}

"""A document as PDF, workbook and text: what is data stays data."""

from __future__ import annotations

import io
import zipfile

import pikepdf
import pytest
from openpyxl import load_workbook

from tracepack.errors import MissingFont
from tracepack.report.document import Bullets, Cell, Document, Heading, Paragraph, Section, Table
from tracepack.report.fonts import Fonts, find_fonts
from tracepack.report.pdf import document_to_pdf
from tracepack.report.plain import render_plain
from tracepack.report.xlsx import document_to_xlsx

LATIN: Fonts = find_fonts(())
HOSTILE = [
    "=1+1",
    "+1",
    "@x",
    "{=A1}",
    "http://example.invalid",
    "a\u202eb",
    "a\x00b",
    "#panic()",
    "*b*",
    "\\u{41}",
    "]",
    '"',
    "$x$",
    "x" * 3000,
    "",
]


def page(text: str, *, columns: int = 2, rows: int = 1) -> Document:
    cells = tuple(Cell(text) for _ in range(columns))
    table = Table(tuple(f"H{n}" for n in range(columns)), (cells,) * rows, frozenset({1}))
    pairs = Table(("", ""), ((Cell("Name"), Cell(text)),))
    blocks = (Paragraph(text, "bad"), Paragraph(text, "quiet"), Heading(text), Bullets((text,)), pairs, table)
    return Document("en", f"Title {text[:50]}", text[:50], (Section("s", f"Section {text[:50]}", blocks),))


def pages_of(document: Document) -> list[list[float]]:
    """Width and height of every page in points."""
    with pikepdf.open(io.BytesIO(document_to_pdf(document, LATIN))) as pdf:
        return [[float(side) for side in page.mediabox[2:]] for page in pdf.pages]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_hostile_text_reaches_every_format_as_text(text: str):
    document = page(text)
    assert document_to_pdf(document, LATIN, stamp=text[:20]).startswith(b"%PDF-")
    (sheet,) = load_workbook(io.BytesIO(document_to_xlsx(document)))
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    assert "\u202e" not in render_plain(document)


def test_numbers_are_numbers_in_a_workbook():
    table = Table(("Mass", "Share"), ((Cell("1000 kg", number=1000.0), Cell("60 %", number=0.6)),))
    (sheet,) = load_workbook(io.BytesIO(document_to_xlsx(Document("en", "T", "", (Section("s", "S", (table,)),)))))
    found = [
        (cell.value, cell.number_format) for row in sheet.iter_rows() for cell in row if cell.data_type == "n" and cell.value is not None
    ]
    assert found == [(1000, '#,##0.######" kg"'), (0.6, "0.00%")]


def test_a_workbook_holds_no_formula_clock_or_user():
    with zipfile.ZipFile(io.BytesIO(document_to_xlsx(page("x")))) as book:
        text = "".join(book.read(name).decode() for name in book.namelist())
        assert {info.date_time for info in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert "<f>" not in text
    assert "2000-01-01T00:00:00Z" in text


def test_long_tables_run_over_pages_and_many_columns_lie_on_their_side():
    assert len(pages_of(page("a long cell of several words", columns=9, rows=200))) > 5
    assert pages_of(page("x", columns=6))[0] == pytest.approx([595.2756, 841.8898])
    assert pages_of(page("x", columns=7))[0] == pytest.approx([841.8898, 595.2756])


def test_what_no_font_can_draw_is_refused_and_named():
    with pytest.raises(MissingFont, match="示"):
        document_to_pdf(page("示例"), LATIN)

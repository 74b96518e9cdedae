"""A document as a workbook that people and programs read: values as values, no formulas, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Collection, Mapping, Sequence

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tracepack.report.document import Block, Bullets, Cell, Document, Heading, Paragraph, Table
from tracepack.report.wording import display_width, printable

#: Documents carry no clock: every workbook is stamped with this day.
STAMP = dt.datetime(2000, 1, 1)
_WIDEST = 48
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def document_to_xlsx(document: Document) -> bytes:
    """One sheet: the title, then each section with its tables and paragraphs below one another."""
    return documents_to_xlsx([document])


def documents_to_xlsx(documents: Sequence[Document]) -> bytes:
    """A sheet for each document, named by its title; the workbook is called as the first."""
    out = io.BytesIO()
    book = Workbook(out, dict(OPTIONS))
    book.set_properties({"title": printable(documents[0].title), "created": STAMP})
    styles = _styles(book)
    taken: set[str] = set()
    for document in documents:
        name = _free_name(sheet_name(document.title), taken)
        taken.add(name.casefold())
        _add_sheet(book.add_worksheet(name), document, styles)
    book.close()
    return out.getvalue()


def _styles(book: Workbook) -> dict[str, Format]:
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "heading": book.add_format({"bold": True, "font_size": 12}),
        "header": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "bad": book.add_format({"bold": True, "font_color": "#B00020"}),
        "plain": book.add_format({}),
        "kg": book.add_format({"num_format": '#,##0.######" kg"', "valign": "top"}),
        "share": book.add_format({"num_format": "0.00%", "valign": "top"}),
    }


def _add_sheet(sheet: Worksheet, document: Document, styles: Mapping[str, Format]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, printable(document.title), styles["title"])
    row = 2
    for section in document.sections:
        sheet.write_string(row, 0, printable(section.title), styles["heading"])
        row += 1
        for block in section.blocks:
            row = _write(sheet, row, block, styles)
        row += 1
    sheet.write_string(row, 0, printable(document.subtitle), styles["plain"])
    _set_widths(sheet, document)


def _free_name(name: str, taken: Collection[str]) -> str:
    """A sheet's name that no other has: two titles may agree in what a name can hold."""
    name = name.strip("'") or "-"
    free, number = name, 2
    while free.casefold() in taken:
        tail = f" ({number})"
        free, number = name[: 31 - len(tail)] + tail, number + 1
    return free


def sheet_name(title: str) -> str:
    """A title as the name of a sheet: without what those may not hold, in 31 characters."""
    return "".join(c for c in printable(title) if c not in "[]:*?/\\'")[:31]


def _write(sheet: Worksheet, row: int, block: Block, styles: Mapping[str, Format]) -> int:
    """Write a block from a row on; returns the row after it."""
    if isinstance(block, Table):
        if any(block.headers):
            for column, header in enumerate(block.headers):
                sheet.write_string(row, column, printable(header), styles["header"])
            row += 1
        for cells in block.rows:
            for column, cell in enumerate(cells):
                _cell(sheet, row, column, cell, styles)
            row += 1
        return row
    if isinstance(block, Bullets):
        for place, item in enumerate(block.items):
            sheet.write_string(row + place, 0, printable(item), styles["plain"])
        return row + len(block.items)
    style = styles["bad" if isinstance(block, Paragraph) and block.tone == "bad" else "heading" if isinstance(block, Heading) else "plain"]
    sheet.write_string(row, 0, printable(block.text), style)
    return row + 1


def _cell(sheet: Worksheet, row: int, column: int, cell: Cell, styles: Mapping[str, Format]) -> None:
    if cell.number is None:
        sheet.write_string(row, column, printable(cell.text), styles["text"])
    else:
        sheet.write_number(row, column, cell.number, styles["kg" if cell.text.endswith("kg") else "share"])


def _set_widths(sheet: Worksheet, document: Document) -> None:
    """Columns as wide as what their tables hold, within reason."""
    widths: dict[int, int] = {}
    for section in document.sections:
        for table in section.blocks:
            if isinstance(table, Table):
                for cells in ([Cell(header) for header in table.headers], *table.rows):
                    for column, cell in enumerate(cells):
                        widths[column] = max(widths.get(column, 8), display_width(cell.text))
    for column, width in widths.items():
        sheet.set_column(column, column, min(width, _WIDEST) + 2)

"""The report as a workbook: a sheet a section, tables that filter, numbers as numbers that lead to their evidence row.

Text is always written as text, whatever it begins with; the only formulas are those of the calculation, each with its value.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tracepack.report.answers_calculation import CalculationAnswer
from tracepack.report.calculation import calculation_headers, calculation_title, row_name
from tracepack.report.document import Block, Bullets, Cell, Document, Heading, Paragraph, Picture, Section, Table
from tracepack.report.wording import Wording, display_width, printable, wording
from tracepack.report.xlsx import OPTIONS, STAMP, sheet_name

#: The section that is written as formulas.
_CALCULATION = "calculation"
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class _Page:
    """A sheet being written: where links lead, and how cells look."""

    sheet: Worksheet
    places: Mapping[str, str]
    styles: Mapping[str, Format]
    w: Wording


def report_to_xlsx(document: Document, calculation: Sequence[CalculationAnswer]) -> bytes:
    """The report's document as a workbook; ``calculation`` is written as formulas in its section's place."""
    out = io.BytesIO()
    book = Workbook(out, dict(OPTIONS))
    book.set_properties({"title": printable(document.title), "created": STAMP, "comments": printable(document.subtitle)})
    styles = _styles(book)
    names = _sheet_names(document.sections)
    w = wording(document.languages)
    places = _places(document.sections, names)
    for section in document.sections:
        page = _Page(book.add_worksheet(names[section.id]), places, styles, w)
        _set_up(page.sheet)
        page.sheet.write_string(0, 0, printable(document.title), styles["heading"])
        page.sheet.write_string(1, 0, printable(f"{section.title} – {document.subtitle}"), styles["quiet"])
        if section.id == _CALCULATION:
            _write_calculation(page, calculation)
        else:
            _write_section(page, section)
    book.close()
    return out.getvalue()


def _styles(book: Workbook) -> dict[str, Format]:
    top = {"valign": "top"}
    link = {"font_color": "#0550AE", "underline": 1, **top}
    return {
        "heading": book.add_format({"bold": True, "font_size": 12}),
        "quiet": book.add_format({"font_color": "#57606A"}),
        "header": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, **top}),
        "bold": book.add_format({"bold": True, "text_wrap": True, **top}),
        "text": book.add_format({"text_wrap": True, **top}),
        "plain": book.add_format({}),
        "link": book.add_format({"text_wrap": True, **link}),
        "kg": book.add_format({"num_format": '#,##0.######" kg"', **top}),
        "share": book.add_format({"num_format": "0.00%", **top}),
        "number": book.add_format({"num_format": "0.000000000", **top}),
        "linked share": book.add_format({"num_format": "0.00%", **link}),
    }


def _set_up(sheet: Worksheet) -> None:
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _sheet_names(sections: Sequence[Section]) -> dict[str, str]:
    """A name a section: within what a workbook allows, and no name twice."""
    names: dict[str, str] = {}
    for section in sections:
        name, number = sheet_name(section.title), 1
        while name.casefold() in {other.casefold() for other in names.values()}:
            number += 1
            name = f"{sheet_name(section.title)[:28]} {number}"
        names[section.id] = name
    return names


def _places(sections: Sequence[Section], names: Mapping[str, str]) -> dict[str, str]:
    """Where each named row stands, as the address of a link inside the workbook."""
    places: dict[str, str] = {}
    for section in sections:
        sheet = names[section.id].replace("'", "''")
        for row, block in _rows(section):
            if isinstance(block, Table):
                first = row + 1
                places |= {name: f"internal:'{sheet}'!A{first + place + 1}" for place, name in enumerate(block.ids) if name}
    return places


def _rows(section: Section) -> Iterator[tuple[int, Block]]:
    """Each block with the row (from 0) that it begins at; a blank row follows a table."""
    row = 3
    for block in section.blocks:
        yield row, block
        if isinstance(block, Table):
            row += len(block.rows) + (1 if any(block.headers) else 0) + 1
        else:
            row += len(block.items) if isinstance(block, Bullets) else 1


def _write_section(page: _Page, section: Section) -> None:
    widths: dict[int, int] = {}
    for row, block in _rows(section):
        if isinstance(block, Table):
            _write_table(page, row, block, widths)
        elif isinstance(block, Bullets):
            for place, item in enumerate(block.items):
                page.sheet.write_string(row + place, 0, printable(item), page.styles["plain"])
        elif not isinstance(block, Picture):
            bold = isinstance(block, Heading) or (isinstance(block, Paragraph) and block.tone == "bad")
            page.sheet.write_string(row, 0, printable(block.text), page.styles["heading" if bold else "plain"])
    for column, width in widths.items():
        page.sheet.set_column(column, column, min(width, _WIDEST) + 3)


def _write_table(page: _Page, row: int, table: Table, widths: dict[int, int]) -> None:
    """A table with filters; a column of shares is two, the lower and the upper end."""
    spread = [place for place in range(len(table.headers)) if any(cells[place].share for cells in table.rows)]
    headers: list[str] = []
    for place, header in enumerate(table.headers):
        headers += [f"{header}, {page.w('calculation.low')}", f"{header}, {page.w('calculation.high')}"] if place in spread else [header]
    if any(table.headers):
        for column, header in enumerate(headers):
            page.sheet.write_string(row, column, printable(header), page.styles["header"])
            widths[column] = max(widths.get(column, 8), min(display_width(header), 24))
        _filters(page.sheet, row, len(table.rows), headers)
        row += 1
    for cells in table.rows:
        column = 0
        for place, cell in enumerate(cells):
            if place in spread and any(table.headers):
                _write_ends(page, row, column, cell)
            else:
                widths[column] = max(widths.get(column, 8), display_width(cell.text))
                _write_cell(page, row, column, cell)
            column += 2 if place in spread and any(table.headers) else 1
        row += 1


def _filters(sheet: Worksheet, row: int, count: int, headers: Sequence[str]) -> None:
    """A table of the workbook over rows already planned, so that every column sorts and filters."""
    if count and len({header.casefold() for header in headers}) == len(headers):
        columns = [{"header": printable(header)} for header in headers]
        sheet.add_table(row, 0, row + count, len(headers) - 1, {"columns": columns, "style": "Table Style Light 1"})


def _write_ends(page: _Page, row: int, column: int, cell: Cell) -> None:
    """Both ends of a share as numbers, each with the link of the cell; what is no share as its text."""
    if cell.share is None:
        _write_cell(page, row, column, cell)
        return
    for place, share in enumerate(cell.share):
        target = page.places.get(cell.links[0][1]) if cell.links else None
        if target:
            page.sheet.write_url(row, column + place, target, page.styles["linked share"], printable(cell.text))
        page.sheet.write_number(row, column + place, share, page.styles["linked share" if target else "share"])


def _write_cell(page: _Page, row: int, column: int, cell: Cell) -> None:
    text = printable(cell.text or ", ".join(shown for shown, _ in cell.links))
    target = page.places.get(cell.links[0][1]) if cell.links else None
    if cell.number is not None:
        style = "kg" if text.endswith("kg") else "share" if text.endswith("%") else "number"
        page.sheet.write_number(row, column, cell.number, page.styles[style])
    elif target:
        page.sheet.write_url(row, column, target, page.styles["link"], text)
        page.sheet.write_string(row, column, text, page.styles["link"])
    else:
        page.sheet.write_string(row, column, text, page.styles["text"])


def _write_calculation(page: _Page, calculation: Sequence[CalculationAnswer]) -> None:
    """Every end of every figure as numbers and formulas: the products, their sums, and the quotient."""
    sheet, styles, row = page.sheet, page.styles, 3
    sheet.write_string(row, 0, page.w("calculation.says"), styles["plain"])
    headers = calculation_headers(page.w)
    for column in range(len(headers)):
        sheet.set_column(column, column, 24 if column < 2 else 17)
    for answer in calculation:
        row += 2
        sheet.write_string(row, 0, calculation_title(answer, page.w), styles["heading"])
        row += 1
        for column, header in enumerate(headers):
            sheet.write_string(row, column, header, styles["header"])
        row = _write_working(page, row + 1, answer)


def _write_working(page: _Page, first: int, answer: CalculationAnswer) -> int:
    """The rows of one working, its sums and its quotient; returns the last row written."""
    sheet, styles = page.sheet, page.styles
    sums = [0.0, 0.0]
    for row, item in enumerate(answer.rows, start=first):
        sheet.write_string(row, 0, printable(row_name(item, page.w)), styles["text"])
        sheet.write_string(row, 1, printable(item.material), styles["text"])
        for column, value in enumerate((item.mass_share, item.numerator, item.denominator), start=2):
            sheet.write_number(row, column, value, styles["number"])
        for place, value in enumerate((item.numerator, item.denominator)):
            sums[place] += item.mass_share * value
            sheet.write_formula(row, 5 + place, f"=C{row + 1}*{'DE'[place]}{row + 1}", styles["number"], item.mass_share * value)
    last = first + len(answer.rows)
    sheet.write_string(last, 0, page.w("calculation.sum"), styles["bold"])
    for place, letter in enumerate("FG"):
        sheet.write_formula(last, 5 + place, f"=SUM({letter}{first + 1}:{letter}{last})", styles["number"], sums[place])
    sheet.write_string(last + 1, 0, page.w("calculation.quotient"), styles["bold"])
    sheet.write_formula(last + 1, 5, f"=ROUND(F{last + 1}/G{last + 1},9)", styles["number"], answer.value)
    return last + 1

"""The report as a workbook: a sheet a section, tables that filter, numbers as numbers that lead to their evidence row.

Text is always written as text, whatever it begins with; the only formulas are those of the calculation, each with its value.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tracepack.report.answers_calculation import CalculationAnswer
from tracepack.report.calculation import calculation_headers, calculation_title
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
    sections = [replace(section, blocks=tuple(map(_one_link_a_cell, section.blocks))) for section in document.sections]
    names = _sheet_names(sections)
    w = wording(document.languages)
    places = _places(sections, names)
    for section in sections:
        page = _Page(book.add_worksheet(names[section.id]), places, styles, w)
        _set_up(page.sheet)
        page.sheet.write_string(0, 0, printable(document.title), styles["heading"])
        page.sheet.write_string(1, 0, printable(f"{section.title} – {document.subtitle}"), styles["quiet"])
        if section.id == _CALCULATION:
            _write_calculation(page, section, calculation)
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
        "linked kg": book.add_format({"num_format": '#,##0.######" kg"', **link}),
        "linked number": book.add_format({"num_format": "0.000000000", **link}),
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


def _one_link_a_cell(block: Block) -> Block:
    """A table whose cells have one link each, which is all that a workbook's cells can have: a row for every link.

    A cell that names a row under ``rests`` keeps its text: all of its links stand there.
    """
    if not isinstance(block, Table) or not block.rows:
        return block
    rows: list[tuple[Cell, ...]] = []
    ids: list[str] = []
    for cells, name in zip(block.rows, block.ids or ("",) * len(block.rows), strict=True):
        several = [cell.links if not cell.text and not cell.rests else () for cell in cells]
        for number in range(max(1, *map(len, several))):
            rows.append(tuple(_link(cell, links, number) for cell, links in zip(cells, several, strict=True)))
            ids.append(name)
    return replace(block, rows=tuple(rows), ids=tuple(ids))


def _link(cell: Cell, links: Sequence[tuple[str, str]], number: int) -> Cell:
    """One of a cell's links; the cell itself where it has none of several."""
    if not links:
        return cell
    return Cell("", (links[number],)) if number < len(links) else Cell("")


def _places(sections: Sequence[Section], names: Mapping[str, str]) -> dict[str, str]:
    """Where each named row stands, or the rows of one name, as the address of a link inside the workbook."""
    places: dict[str, str] = {}
    for section in sections:
        sheet = names[section.id].replace("'", "''")
        for row, block in _rows(section):
            if isinstance(block, Table):
                lines = [(name, row + place + 2) for place, name in enumerate(block.ids) if name]
                first = dict(reversed(lines))
                for name, line in lines:
                    places[name] = f"internal:'{sheet}'!A{first[name]}" + (f":A{line}" if line > first[name] else "")
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
        _filters(page.sheet, row, len(table.rows) - table.sums, headers)
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
    target = _target(page, cell)
    for place, share in enumerate(cell.share):
        if target:
            page.sheet.write_url(row, column + place, target, page.styles["linked share"], printable(cell.text))
        page.sheet.write_number(row, column + place, share, page.styles["linked share" if target else "share"])


def _write_cell(page: _Page, row: int, column: int, cell: Cell) -> None:
    text = printable(cell.text or ", ".join(shown for shown, _ in cell.links))
    target = _target(page, cell)
    if cell.number is not None:
        style = f"{'linked ' if target else ''}{'kg' if text.endswith('kg') else 'number'}"
        if target:
            page.sheet.write_url(row, column, target, page.styles[style], text)
        page.sheet.write_number(row, column, cell.number, page.styles[style])
    elif target:
        page.sheet.write_url(row, column, target, page.styles["link"], text)
        page.sheet.write_string(row, column, text, page.styles["link"])
    else:
        page.sheet.write_string(row, column, text, page.styles["text"])


def _target(page: _Page, cell: Cell) -> str:
    """Where a cell leads: the row named beside it, else its own link, to all of its rows where they are several; "" for nowhere."""
    named = cell.rests or (cell.links[0][1] if cell.links else "")
    first, _, last = named.partition(":")
    target = page.places.get(first, "")
    return f"{target}:{page.places[last].rpartition('!')[2]}" if target and last in page.places else target


def _write_calculation(page: _Page, section: Section, calculation: Sequence[CalculationAnswer]) -> None:
    """Every end of every figure as numbers and formulas: the products, their sums, and the quotient."""
    sheet, styles, row = page.sheet, page.styles, 3
    sheet.write_string(row, 0, page.w("calculation.says"), styles["plain"])
    headers = calculation_headers(page.w)
    for column in range(len(headers)):
        sheet.set_column(column, column, 24 if column < 2 else 17)
    tables = [block for block in section.blocks if isinstance(block, Table)]
    for answer, table in zip(calculation, tables, strict=True):
        row += 2
        sheet.write_string(row, 0, calculation_title(answer, page.w), styles["heading"])
        row += 1
        for column, header in enumerate(headers):
            sheet.write_string(row, column, header, styles["header"])
        row = _write_working(page, row + 1, answer, table)


def _write_working(page: _Page, first: int, answer: CalculationAnswer, table: Table) -> int:
    """The rows of one working, its sums and its quotient, each with the link that ``table`` gives it; returns the last row written."""
    sums = [0.0, 0.0]
    for row, (item, cells) in enumerate(zip(answer.rows, table.rows, strict=False), start=first):
        for column in (0, 1, 7):
            _write_cell(page, row, column, cells[column])
        for column, value in enumerate((item.mass_share, item.numerator, item.denominator), start=2):
            _write_number(page, row, column, cells[column], value)
        for place, value in enumerate((item.numerator, item.denominator)):
            sums[place] += item.mass_share * value
            formula = f"=C{row + 1}*{'DE'[place]}{row + 1}"
            _write_number(page, row, 5 + place, cells[5 + place], item.mass_share * value, formula)
    last, total = first + len(answer.rows), table.rows[-1]
    page.sheet.write_string(last, 0, page.w("calculation.sum"), page.styles["bold"])
    _write_cell(page, last, 7, total[7])
    for place, letter in enumerate("FG"):
        _write_number(page, last, 5 + place, total[5], sums[place], f"=SUM({letter}{first + 1}:{letter}{last})")
    page.sheet.write_string(last + 1, 0, page.w("calculation.quotient"), page.styles["bold"])
    _write_number(page, last + 1, 5, total[5], answer.value, f"=ROUND(F{last + 1}/G{last + 1},9)")
    return last + 1


def _write_number(page: _Page, row: int, column: int, cell: Cell, value: float, formula: str = "") -> None:
    """A number, or a formula with its value, that leads where its cell does."""
    target = _target(page, cell)
    style = page.styles["linked number" if target else "number"]
    if target:
        page.sheet.write_url(row, column, target, style, cell.text)
    if formula:
        page.sheet.write_formula(row, column, formula, style, value)
    else:
        page.sheet.write_number(row, column, value, style)

"""Workbooks to fill in: headers, drop-downs, an example row and a guide, in English, Chinese or German."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from tracepack import data
from tracepack.errors import UsageProblem
from tracepack.intake.columns import GUIDE_SHEETS, LISTS_SHEET
from tracepack.intake.example import example_cells, example_name
from tracepack.intake.suggestions import LONGEST_LIST, Names
from tracepack.intake.template_choices import Choice, cell_at, choice_of, put_text, validation_of, value_title, write_lists
from tracepack.intake.workbook import PERCENT_MARKER
from tracepack.intake.writing import EPOCH, fixed_bytes

#: How far down drop-downs reach, and how many rows are formatted cell by cell (some programs ignore a column's format).
_ROWS = 5000
_FORMATTED_ROWS = 50
_REQUIRED_FILL = PatternFill("solid", fgColor="FF1F4E79")
_OPTIONAL_FILL = PatternFill("solid", fgColor="FF8FA9BF")
_EXAMPLE_FONT = Font(italic=True, color="FF7F7F7F")
_FILLED_IN_FONT = Font(italic=False, color="FF000000")
_LINK_FONT = Font(color="FF0563C1", underline="single")
#: Percentages stay General: only there does a spreadsheet turn a typed `45%` into a percentage that it shows as one.
_FORMATS = {"lot": "@", "text": "@", "unit": "@", "method": "@", "date": "yyyy-mm-dd"}
_GUIDE_WIDTHS = {"A": 28, "B": 92}


def write_template(which: str, lang: str, names: Names | None = None) -> bytes:
    """An .xlsx to fill in: ``which`` is supplier, production or all; ``lang`` en, zh or de; ``names`` for its drop-downs.

    The same arguments give the same bytes.  Raises `UsageProblem` for other arguments.
    """
    sheets = _sheets(which)
    names = names or Names()
    if lang not in GUIDE_SHEETS:
        raise UsageProblem(f"there is no template in {lang!r}", f"choose one of: {', '.join(GUIDE_SHEETS)}")
    book = Workbook()
    _write_guide(book.worksheets[0], sheets, lang, names)
    choices = {(sheet.name, column.key): choice_of(sheet, column, lang, names) for sheet in sheets for column in sheet.columns}
    ranges = write_lists(book, (choice for choice in choices.values() if choice))
    for sheet in sheets:
        _write_sheet(book.create_sheet(_sheet_title(sheet, lang)), sheet, lang, choices, ranges)
    book.move_sheet(LISTS_SHEET, offset=len(sheets))
    book.defined_names[PERCENT_MARKER] = DefinedName(PERCENT_MARKER, attr_text="TRUE")
    book.properties.creator = "tracepack"
    book.properties.created = EPOCH
    return fixed_bytes(book)


def _sheets(which: str) -> tuple[data.Sheet, ...]:
    known = data.layout().sheets
    choices: dict[str, list[str]] = data.read_toml("template.toml")["which"]
    if which == "all":
        return tuple(known.values())
    if which not in choices:
        raise UsageProblem(f"there is no template for {which!r}", f"choose one of: {', '.join([*choices, 'all'])}")
    return tuple(known[name] for name in choices[which])


def _sheet_title(sheet: data.Sheet, lang: str) -> str:
    return sheet.name if lang == "en" else sheet.synonyms[lang][0]


def column_title(column: data.Column, lang: str) -> str:
    """A column's header in a language, with its unit and % as in English and a star where it is required."""
    title = column.header
    if lang != "en":
        unit = {"share": " %", "number": f" {column.header.rpartition(' ')[2]}"}.get(column.type, "")
        title = column.synonyms[lang][0] + (unit if column.type == "share" or _has_unit(column) else "")
    return f"{title} *" if column.required else title


def _has_unit(column: data.Column) -> bool:
    """Whether a number column's English header ends in a unit ("Width mm")."""
    return column.type == "number" and column.header.rpartition(" ")[2] in {"um", "mm", "g", "g/cm3", "g/m2"}


def column_note(sheet: data.Sheet, column: data.Column, lang: str) -> str:
    """What a column means, whether it is required, and what a blank cell means, in a language."""
    notes = data.read_toml("column_notes.toml")
    says = data.read_toml("template.toml")["says"][lang]
    words = notes["sheet"].get(sheet.name, {}).get(column.key) or notes["column"][column.key]
    lines = [words[lang]]
    if column.required:
        lines.append(says["required"])
    elif column.blank:
        lines.append(f"{says['blank']} {column.blank if lang == 'en' else notes['blank'][column.blank][lang]}")
    return "\n".join(lines)


def _width(text: str) -> int:
    """How wide a text stands, in Latin characters."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _write_guide(guide: Worksheet, sheets: tuple[data.Sheet, ...], lang: str, names: Names) -> None:
    words: dict[str, Any] = data.read_toml("template.toml")["guide"][lang]
    guide.title = GUIDE_SHEETS[lang]
    guide.sheet_view.showGridLines = False
    for letter, width in _GUIDE_WIDTHS.items():
        guide.column_dimensions[letter].width = width
    put_text(guide, 1, 1, words["title"]).font = Font(bold=True, size=14)
    row = 2
    if names.supplier:
        title = f"{data.read_toml('template.toml')['says'][lang]['for']} {names.supplier}"
        put_text(guide, row, 1, title).font = Font(bold=True, size=12)
        row += 1
    for line in [*words["lines"], *([words["known"], words["newest"].format(limit=LONGEST_LIST)] if names != Names() else [])]:
        _write_line(guide, row, line)
        row += 1
    put_text(guide, row + 1, 1, words["sheets"]).font = Font(bold=True)
    for number, sheet in enumerate(sheets, row + 2):
        _write_link(guide, number, _sheet_title(sheet, lang), data.read_toml("template.toml")["purpose"][sheet.name][lang])
    _set_up_print(guide)


def _write_line(guide: Worksheet, row: int, line: str) -> None:
    """One line of the guide across both columns; a merged cell does not find its own height."""
    guide.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
    put_text(guide, row, 1, line).alignment = Alignment(wrap_text=True, vertical="top")
    guide.row_dimensions[row].height = 15.5 * -(-_width(line) // (sum(_GUIDE_WIDTHS.values()) - 6))


def _write_link(guide: Worksheet, row: int, title: str, purpose: str) -> None:
    cell = put_text(guide, row, 1, title)
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{title}'!A1")
    cell.font = _LINK_FONT
    put_text(guide, row, 2, purpose)


def _write_sheet(
    worksheet: Worksheet, sheet: data.Sheet, lang: str, choices: Mapping[tuple[str, str], Choice | None], ranges: Mapping[str, str]
) -> None:
    """Header, example row, formats and validations of one sheet."""
    worksheet.freeze_panes = "B2"
    worksheet.row_dimensions[1].height = 32
    _set_up_print(worksheet)
    worksheet.print_title_rows = "1:1"
    for number, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(number)
        _write_header(worksheet, number, sheet, column, lang)
        for row in range(2, 2 + _FORMATTED_ROWS):
            worksheet.cell(row, number).number_format = _FORMATS.get(column.type, "General")
        validation = validation_of(sheet, column, f"{letter}2", choices[sheet.name, column.key], ranges, lang)
        if validation is not None:
            worksheet.add_data_validation(validation)
            validation.add(f"{letter}2:{letter}{_ROWS}")
    _write_example(worksheet, sheet, lang)


def _write_header(worksheet: Worksheet, number: int, sheet: data.Sheet, column: data.Column, lang: str) -> None:
    letter, title, note = get_column_letter(number), column_title(column, lang), column_note(sheet, column, lang)
    header = put_text(worksheet, 1, number, title)
    header.font = Font(bold=True, color="FFFFFFFF")
    header.fill = _REQUIRED_FILL if column.required else _OPTIONAL_FILL
    header.alignment = Alignment(wrap_text=True, vertical="center")
    header.comment = Comment(note, "tracepack", width=300, height=40 + 18 * (note.count("\n") + _width(note) // 45))
    widest = max(_width(title) * 0.75, _width(str(example_cells(sheet.name).get(column.key, ""))) * 1.1)
    worksheet.column_dimensions[letter].width = max(12.0, min(34.0, 4.0 + widest))
    worksheet.column_dimensions[letter].number_format = _FORMATS.get(column.type, "General")


def _write_example(worksheet: Worksheet, sheet: data.Sheet, lang: str) -> None:
    """The example in grey italics, which it loses by itself once its name is overwritten, and a note that says what it is."""
    key, name = example_name(sheet.name)
    example = example_cells(sheet.name)
    for number, column in enumerate(sheet.columns, 1):
        cell = cell_at(worksheet, 2, number)
        cell.font = _EXAMPLE_FONT
        value = example.get(column.key)
        if isinstance(value, str):
            put_text(worksheet, 2, number, value_title(column.vocabulary, value, lang) if column.vocabulary else value)
        elif value is not None:
            cell.value = value
        if column.key == key:
            note = data.read_toml("template.toml")["says"][lang]["example"]
            cell.comment = Comment(note, "tracepack", width=260, height=80)
            overwritten = Rule("expression", formula=[f'${cell.column_letter}$2<>"{name}"'], dxf=DifferentialStyle(font=_FILLED_IN_FONT))
            worksheet.conditional_formatting.add(f"A2:{get_column_letter(len(sheet.columns))}2", overwritten)


def _set_up_print(worksheet: Worksheet) -> None:
    """Landscape A4, all columns on one page's width, with the sheet's name and page below."""
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.paperSize = worksheet.PAPERSIZE_A4
    worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight = 1, 0
    worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    worksheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("&A  &P/&N"))

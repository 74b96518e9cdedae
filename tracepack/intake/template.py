"""Workbooks to fill in: headers, drop-downs, an example row and a guide, in English, Chinese or German."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tracepack import data
from tracepack.errors import UsageProblem
from tracepack.intake.columns import GUIDE_SHEETS, LISTS_SHEET
from tracepack.intake.example import example_cells
from tracepack.intake.workbook import PERCENT_MARKER

#: How far down drop-downs and formats reach.
_ROWS = 2000
#: No file of ours carries the time it was written: the earliest time that a zip can hold.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_EPOCH = dt.datetime(1980, 1, 1)
_REQUIRED_FILL = PatternFill("solid", fgColor="FF1F4E79")
_OPTIONAL_FILL = PatternFill("solid", fgColor="FF5B7C99")
_EXAMPLE_FONT = Font(italic=True, color="FF7F7F7F")
_FORMATS = {"lot": "@", "text": "@", "unit": "@", "method": "@", "date": "yyyy-mm-dd"}


def write_template(which: str, lang: str) -> bytes:
    """An .xlsx to fill in: ``which`` is supplier, production or all; ``lang`` en, zh or de.

    The same arguments give the same bytes.  Raises `UsageProblem` for other arguments.
    """
    sheets = _sheets(which)
    if lang not in GUIDE_SHEETS:
        raise UsageProblem(f"there is no template in {lang!r}", f"choose one of: {', '.join(GUIDE_SHEETS)}")
    book = Workbook()
    guide = book.worksheets[0]
    _write_guide(guide, sheets, lang)
    lists = _write_lists(book, sheets, lang)
    for sheet in sheets:
        _write_sheet(book.create_sheet(_sheet_title(sheet, lang)), sheet, lang, lists)
    book.move_sheet(LISTS_SHEET, offset=len(sheets))
    book.defined_names[PERCENT_MARKER] = DefinedName(PERCENT_MARKER, attr_text="TRUE")
    return _fixed_bytes(book)


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


def value_title(vocabulary: str, value: str, lang: str) -> str:
    """A list's value in a language; English where the language has none."""
    words = data.read_toml("headers.toml")["value"].get(vocabulary, {}).get(value, {})
    return value if lang == "en" else words.get(lang, [value])[0]


def _write_lists(book: Workbook, sheets: tuple[data.Sheet, ...], lang: str) -> dict[str, str]:
    """A hidden sheet with the drop-downs' values; returns the range of each vocabulary."""
    lists = book.create_sheet(LISTS_SHEET)
    lists.sheet_state = "veryHidden"
    used = dict.fromkeys(column.vocabulary for sheet in sheets for column in sheet.columns if column.vocabulary)
    ranges: dict[str, str] = {}
    for number, vocabulary in enumerate(used, 1):
        values = [value_title(vocabulary, value, lang) for value in data.layout().vocabularies[vocabulary]]
        for row, value in enumerate(values, 1):
            lists.cell(row, number, value)
        letter = get_column_letter(number)
        ranges[vocabulary] = f"'{LISTS_SHEET}'!${letter}$1:${letter}${len(values)}"
    return ranges


def _write_guide(guide: Worksheet, sheets: tuple[data.Sheet, ...], lang: str) -> None:
    words: dict[str, Any] = data.read_toml("template.toml")["guide"][lang]
    guide.title = GUIDE_SHEETS[lang]
    guide.column_dimensions["A"].width = 110
    guide.append([words["title"]])
    guide["A1"].font = Font(bold=True, size=14)
    for line in words["lines"]:
        guide.append([line])
        guide.cell(guide.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    guide.append([])
    guide.append([words["sheets"]])
    guide.cell(guide.max_row, 1).font = Font(bold=True)
    for sheet in sheets:
        title = _sheet_title(sheet, lang)
        guide.append([title])
        cell = guide.cell(guide.max_row, 1)
        cell.hyperlink = f"#'{title}'!A1"
        cell.font = Font(color="FF0563C1", underline="single")


def _write_sheet(worksheet: Worksheet, sheet: data.Sheet, lang: str, lists: dict[str, str]) -> None:
    """Header, example row, formats and drop-downs of one sheet."""
    worksheet.freeze_panes = "A2"
    worksheet.row_dimensions[1].height = 32
    example = example_cells(sheet.name)
    for number, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(number)
        title = column_title(column, lang)
        header = worksheet.cell(1, number, title)
        header.font = Font(bold=True, color="FFFFFFFF")
        header.fill = _REQUIRED_FILL if column.required else _OPTIONAL_FILL
        header.alignment = Alignment(wrap_text=True, vertical="center")
        worksheet.column_dimensions[letter].width = max(12.0, min(34.0, 4.0 + sum(2 if ord(c) > 0x2E7F else 1 for c in title)))
        worksheet.column_dimensions[letter].number_format = _FORMATS.get(column.type, "General")
        _write_example(worksheet, number, column, example.get(column.key), lang)
        if column.vocabulary:
            _add_drop_down(worksheet, f"{letter}2:{letter}{_ROWS}", lists[column.vocabulary])


def _write_example(worksheet: Worksheet, number: int, column: data.Column, value: Any, lang: str) -> None:
    """The example's cell, and the column's format on the rows people will fill in first."""
    cell = worksheet.cell(2, number, value_title(column.vocabulary, value, lang) if column.vocabulary and value else value)
    cell.font = _EXAMPLE_FONT
    for row in range(2, 52):
        worksheet.cell(row, number).number_format = _FORMATS.get(column.type, "General")


def _add_drop_down(worksheet: Worksheet, cells: str, source: str) -> None:
    """A drop-down that suggests: other values may be typed, import says what it makes of them."""
    choice = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)
    worksheet.add_data_validation(choice)
    choice.add(cells)


def _fixed_bytes(book: Workbook) -> bytes:
    """The workbook's bytes without the time at which they were written."""
    book.properties.creator = "tracepack"
    book.properties.created = book.properties.modified = _EPOCH
    raw = io.BytesIO()
    book.save(raw)
    fixed = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _without_save_time(content)
            target.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _without_save_time(core: bytes) -> bytes:
    """The writer stamps the time of saving over ours; take it out again."""
    before, found, rest = core.partition(b"<dcterms:modified")
    if not found:
        return core
    opening, _, rest = rest.partition(b">")
    _, _, after = rest.partition(b"<")
    return before + found + opening + b">" + _EPOCH.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + b"<" + after

"""Marks in a workbook: cells coloured and commented, and a first sheet with a link to each cell that needs correction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast

import openpyxl
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from tracepack.core.numerals import PercentNumber
from tracepack.intake.correctionlist import COLUMNS, HEADER_ROW, is_list, titles
from tracepack.intake.template_choices import put_text
from tracepack.intake.workbook import Fault, Workbook
from tracepack.intake.writing import fixed_bytes

#: From worst to least.  The fills differ in lightness too, for eyes that do not tell red from green; an error has a border besides.
FILLS = {"error": "FFF4A582", "warning": "FFFFF2B3", "note": "FFD1E5F0"}
_SEVERITIES = tuple(FILLS)
_SIDE = Side(style="thin", color="FFB2182B")
_EDGE = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_WIDTHS = (6, 14, 18, 10, 34, 60, 60)
_LONGEST_NAME, _LONGEST_COMMENT = 31, 30_000
#: Spreadsheet programs take a sheet with more links than this for damaged.
MOST_LINKS = 60_000
#: From here on cells are only coloured: nobody opens more comments, and spreadsheet programs suffer from them.
MOST_COMMENTS = 10_000
#: Larger ranges are not merged again in a copy of the values: nobody merges so many cells on purpose.
_LARGEST_MERGE = 10_000
#: Excel knows no earlier dates.
_FIRST_YEAR = 1900
#: In place of a cell where a whole sheet or file is meant.
_WHOLE = "–"
#: Begins what we say in a comment, so that it is found again in a file that comes back.
_OURS = "[tracepack] "


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell of a finding: its severity and what is said about it."""

    sheet: str
    cell: str
    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class Correction:
    """One row of the list; ``cell`` is "" for a whole sheet, ``sheet`` too for the file; ``holds`` is what stands there now."""

    severity: str
    sheet: str
    cell: str
    holds: str
    wrong: str
    do: str


@dataclass(frozen=True, slots=True)
class Marking:
    """Everything that is written into a workbook, in one language; ``remark`` says what is not as in the original."""

    words: dict[str, str]
    marks: tuple[Mark, ...]
    corrections: tuple[Correction, ...]
    remark: str = ""

    @classmethod
    def from_json(cls, told: Any) -> Marking:
        """What `dataclasses.asdict` made of one."""
        marks, corrections = (Mark(**mark) for mark in told["marks"]), (Correction(**one) for one in told["corrections"])
        return cls(told["words"], tuple(marks), tuple(corrections), told["remark"])

    def with_remark(self, word: str) -> Marking:
        """The same with a remark, by the name of its words."""
        return replace(self, remark=self.words[word])


def mark_book(book: openpyxl.Workbook, names: Mapping[str, str], marking: Marking) -> bytes:
    """The workbook's bytes with everything marked; ``names``: the titles of its sheets by the names that findings use."""
    by_cell: dict[tuple[str, str], list[Mark]] = {}
    for mark in marking.marks:
        by_cell.setdefault((names[mark.sheet], mark.cell), []).append(mark)
    styles = Styles()
    for number, ((sheet, cell), told) in enumerate(by_cell.items()):
        _mark(book[sheet], cell, told, styles, commented=number < MOST_COMMENTS)
    _write_list(book, names, marking if len(by_cell) <= MOST_COMMENTS else marking.with_remark("comments"))
    book.calculation = CalcProperties(fullCalcOnLoad=True)
    return fixed_bytes(book)


# ---- cells


class Styles:
    """Styles that many cells take, put together once: a spreadsheet knows a style by its numbers, and to look those up is slow."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, str], Any] = {}

    def apply(self, cell: Any, name: str, style: Callable[[Cell], None]) -> None:
        """Style a cell as ``style`` would; ``name`` tells one such style from another."""
        before = (tuple(cell._style) if cell.has_style else (), name)
        if before in self._made:
            cell._style = copy(self._made[before])
        else:
            style(cell)
            self._made[before] = copy(cell._style)


def _coloured(severity: str) -> Callable[[Cell], None]:
    def style(cell: Cell) -> None:
        cell.fill = PatternFill("solid", fgColor=FILLS[severity])
        if severity == "error":
            cell.border = _EDGE

    return style


def _mark(sheet: Worksheet, place: str, told: Sequence[Mark], styles: Styles, *, commented: bool) -> None:
    """Colour a cell by the worst of what is said, and say it in a comment; a comment that is there stays."""
    cell = _visible_cell(sheet, place)
    worst = min((mark.severity for mark in told), key=_SEVERITIES.index)
    styles.apply(cell, worst, _coloured(worst))
    if not commented:
        return
    said = _OURS + "\n\n".join(dict.fromkeys(mark.text for mark in sorted(told, key=lambda mark: _SEVERITIES.index(mark.severity))))
    text = f"{cell.comment.text}\n\n{said}" if cell.comment else said
    lines = sum(1 + len(line) // 45 for line in text.split("\n"))
    cell.comment = Comment(text[:_LONGEST_COMMENT], "tracepack", width=380, height=min(600, 24 + 17 * lines))


def _visible_cell(sheet: Worksheet, place: str) -> Cell:
    """The cell, or the one that shows in its place where it is merged."""
    cell = sheet[place]
    if isinstance(cell, MergedCell):
        cover = next(area for area in sheet.merged_cells.ranges if place in area)
        return cast(Cell, sheet.cell(cover.min_row, cover.min_col))
    return cast(Cell, cell)


# ---- a file that comes back


def clean_book(book: openpyxl.Workbook) -> None:
    """Take out what an earlier annotation has put into a workbook: its list, its comments, its colours."""
    for sheet in book.worksheets:
        if is_list([sheet.cell(HEADER_ROW, column + 1).value for column in range(len(COLUMNS))]) and len(book.worksheets) > 1:
            book.remove(sheet)
            continue
        stored: Any = sheet  # to walk the sheet's area would make every cell in it; only those that are there are looked at
        for cell in [cell for cell in stored._cells.values() if cell.comment]:
            before, found, _ = str(cell.comment.text).partition(_OURS)
            if not found:
                continue
            cell.comment = Comment(before.rstrip(), "tracepack") if before.strip() else None
            if cell.fill.fgColor.rgb in FILLS.values():
                cell.fill = PatternFill()
            if cell.border.left.color == _SIDE.color and cell.border.left.style == _SIDE.style:
                cell.border = Border()


# ---- the list


def _write_list(book: openpyxl.Workbook, names: Mapping[str, str], marking: Marking) -> None:
    """The first sheet: how many corrections there are, and each with a link to its cell."""
    words = marking.words
    sheet = book.create_sheet(_title_for(words["sheet"], book.sheetnames), 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    put_text(sheet, 1, 1, _headline(marking)).font = Font(bold=True, size=13)
    put_text(sheet, 2, 1, marking.remark).font = Font(italic=True)
    for column, severity in enumerate(FILLS, 2):
        cell = put_text(sheet, 3, column, words[severity])
        cell.fill = PatternFill("solid", fgColor=FILLS[severity])
        cell.border = _EDGE if severity == "error" else Border()
    for column, (title, width) in enumerate(zip(titles(words), _WIDTHS, strict=True), 1):
        put_text(sheet, HEADER_ROW, column, title).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(HEADER_ROW, column).column_letter].width = width
    styles = Styles()
    for number, correction in enumerate(marking.corrections, 1):
        _write_correction(sheet, number, correction, names.get(correction.sheet, ""), words, styles)
    _arrange(sheet, HEADER_ROW + len(marking.corrections))


def _headline(marking: Marking) -> str:
    severities = [correction.severity for correction in marking.corrections]
    if not severities:
        return marking.words["none"]
    return marking.words["some"].format(errors=severities.count("error"), warnings=severities.count("warning"))


def _write_correction(sheet: Worksheet, number: int, correction: Correction, target: str, words: Mapping[str, str], styles: Styles) -> None:
    row, cell = HEADER_ROW + number, correction.cell or _WHOLE
    first = cast(Cell, sheet.cell(row, 1))
    first.value = number
    styles.apply(first, "top", _at_top)
    texts = (words[correction.severity], correction.sheet or _WHOLE, cell, correction.holds, correction.wrong, correction.do)
    for column, text in enumerate(texts, 2):
        styles.apply(put_text(sheet, row, column, text), "wrapped", _wrapped)
    styles.apply(cast(Cell, sheet.cell(row, 2)), correction.severity, _coloured(correction.severity))
    if target and number <= MOST_LINKS:
        link = cast(Cell, sheet.cell(row, 4))
        place = f"'{target.replace(chr(39), chr(39) * 2)}'!{correction.cell or 'A1'}"
        link.hyperlink = Hyperlink(ref=link.coordinate, location=place, display=cell)
        styles.apply(link, "link", _as_link)


def _at_top(cell: Cell) -> None:
    cell.alignment = Alignment(vertical="top")


def _wrapped(cell: Cell) -> None:
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _as_link(cell: Cell) -> None:
    cell.font = Font(color="FF0563C1", underline="single")


def _arrange(sheet: Worksheet, last: int) -> None:
    """To be read on a screen and printed on paper."""
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    if last > HEADER_ROW:
        sheet.auto_filter.ref = f"A{HEADER_ROW}:G{last}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"


# ---- a copy of the values


def copy_of_values(workbook: Workbook) -> tuple[openpyxl.Workbook, dict[str, str]]:
    """A new workbook with the values as they were read, and the names of its sheets by those of the file."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    names: dict[str, str] = {}
    for sheet in workbook.sheets:
        made = book.create_sheet(_title_for(sheet.name, book.sheetnames))
        names[sheet.name] = made.title
        made.sheet_state = "hidden" if sheet.hidden else "visible"
        for row, cells in sheet.rows.items():
            for column, content in cells.items():
                _put(made, row, column, content, sheet.formats.get((row, column)))
        for top, left, bottom, right in sheet.merged:
            if (bottom - top + 1) * (right - left + 1) <= _LARGEST_MERGE:
                made.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    return book, names


def _put(sheet: Worksheet, row: int, column: int, content: object, code: str | None) -> None:
    if isinstance(content, Fault):
        put_text(sheet, row, column, content.code)
    elif isinstance(content, str):
        put_text(sheet, row, column, content)
    elif getattr(content, "tzinfo", None) or getattr(content, "year", _FIRST_YEAR) < _FIRST_YEAR:
        put_text(sheet, row, column, str(content))
    else:
        cell = cast(Cell, sheet.cell(row, column))
        cell.value = Decimal(content) if isinstance(content, PercentNumber) else content  # type: ignore[assignment]
        if isinstance(content, PercentNumber):
            cell.number_format = "0.######%"
        elif code:
            cell.number_format = code


def _title_for(name: str, taken: Sequence[str]) -> str:
    """A name that a worksheet may have and that is not taken."""
    plain = "".join("_" if c in "[]:*?/\\" else c for c in name).strip("'")[:_LONGEST_NAME] or "Sheet"
    title, number = plain, 2
    while title.casefold() in {other.casefold() for other in taken}:
        ending = f" ({number})"
        title, number = plain[: _LONGEST_NAME - len(ending)] + ending, number + 1
    return title

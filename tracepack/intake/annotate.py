"""A supplier's own workbook given back with what is wrong: cells coloured and commented, every correction in a list of links.

Only files that the guarded reader has accepted come here.  Workbooks in .xlsx and .xlsm keep their sheets and styles; of
every other format, and of what openpyxl cannot open, a copy of the values is made.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

import openpyxl
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.numerals import PercentNumber
from tracepack.data import read_toml
from tracepack.data.speech import say_in
from tracepack.intake.template_choices import put_text
from tracepack.intake.workbook import Fault, Workbook
from tracepack.intake.writing import fixed_bytes

#: Fills that differ in lightness too, for eyes that do not tell red from green; an error has a border besides.
FILLS = {Severity.ERROR: "FFF4A582", Severity.WARNING: "FFFFF2B3"}
_SIDE = Side(style="thin", color="FFB2182B")
_EDGE = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_ORDER = (Severity.ERROR, Severity.WARNING)
_WIDTHS = (6, 11, 18, 9, 34, 60, 60)
_LONGEST_NAME = 31
#: In place of a cell where a whole sheet or file is meant.
_WHOLE = "–"


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing to correct: what was found, and one of its cells (``ref.cell`` "" for a whole sheet or file)."""

    finding: Finding
    ref: SourceRef


@dataclass(frozen=True, slots=True)
class Annotated:
    """An annotated workbook: its bytes, how many corrections it lists, and whether it is the original itself or a copy of its values."""

    data: bytes
    corrections: int
    original: bool


def corrections_in(findings: Sequence[Finding], sha256: str) -> tuple[Correction, ...]:
    """Every error and warning of a file, cell by cell, errors first and then by place.

    Notes need no correction; what is known of the supplier's world, and columns that we do not read, are ours to deal with.
    """
    ours = read_toml("wording/annotate.toml")["ours"]
    found = [
        Correction(finding, ref)
        for finding in findings
        if finding.severity in _ORDER and finding.name not in ours
        for ref in dict.fromkeys(finding.refs)
        if ref.sha256 == sha256
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda c: (_ORDER.index(c.finding.severity), c.ref.sheet, _place(c.ref), c.finding.name)))


def _place(ref: SourceRef) -> tuple[int, int]:
    return coordinate_to_tuple(ref.cell) if ref.cell else (0, 0)


def annotate(workbook: Workbook, findings: Sequence[Finding], lang: str) -> Annotated:
    """The file with its errors and warnings marked, in "en", "zh" or "de"; the same input gives the same bytes."""
    words = read_toml("wording/annotate.toml")[lang]
    book = _open(workbook)
    original = book is not None
    names = {sheet.name: sheet.name for sheet in workbook.sheets}
    if book is None:
        book, names = _copy_of_values(workbook)
    corrections = corrections_in(findings, workbook.sha256)
    by_cell: dict[tuple[str, str], list[Correction]] = {}
    for correction in corrections:
        if correction.ref.cell and correction.ref.sheet in names:
            by_cell.setdefault((names[correction.ref.sheet], correction.ref.cell), []).append(correction)
    shown = {place: _shown(book[place[0]], place[1]) for place in by_cell}
    for (sheet, cell), told in by_cell.items():
        _mark(book[sheet], cell, told, words, lang)
    _write_list(book, corrections, names, shown, words, lang, _remark(workbook, original, words))
    return Annotated(fixed_bytes(book), len(corrections), original)


# ---- the workbook


def _open(workbook: Workbook) -> openpyxl.Workbook | None:
    """The original as openpyxl opens it; None where it is of another format or openpyxl does not see all of its sheets."""
    if not workbook.data.startswith(b"PK"):
        return None
    try:
        macros = any(name.endswith("vbaProject.bin") for name in zipfile.ZipFile(io.BytesIO(workbook.data)).namelist())
        book = openpyxl.load_workbook(io.BytesIO(workbook.data), keep_vba=macros)
    except Exception:
        return None
    whole = {sheet.name for sheet in workbook.sheets} <= {sheet.title for sheet in book.worksheets}
    return book if whole else None


def _copy_of_values(workbook: Workbook) -> tuple[openpyxl.Workbook, dict[str, str]]:
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
            made.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    return book, names


def _put(sheet: Worksheet, row: int, column: int, content: object, code: str | None) -> None:
    if isinstance(content, Fault):
        put_text(sheet, row, column, content.code)
    elif isinstance(content, str):
        put_text(sheet, row, column, content)
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


# ---- marks


def _mark(sheet: Worksheet, place: str, told: Sequence[Correction], words: Mapping[str, str], lang: str) -> None:
    """Colour a cell by the worst of what is wrong with it, and say it in a comment; a comment that is there stays."""
    cell = _visible_cell(sheet, place)
    worst = min((c.finding.severity for c in told), key=_ORDER.index)
    cell.fill = PatternFill("solid", fgColor=FILLS[worst])
    if worst is Severity.ERROR:
        cell.border = _EDGE
    said = "\n\n".join(_said(c.finding, words, lang) for c in told)
    text = f"{cell.comment.text}\n\n{said}" if cell.comment else said
    lines = text.count("\n") + len(text) // 45 + 1
    cell.comment = Comment(text[:32_000], "tracepack", width=380, height=min(600, 24 + 17 * lines))


def _visible_cell(sheet: Worksheet, place: str) -> Cell:
    """The cell, or the one that shows in its place where it is merged."""
    cell = sheet[place]
    if isinstance(cell, MergedCell):
        cover = next(area for area in sheet.merged_cells.ranges if place in area)
        return cast(Cell, sheet.cell(cover.min_row, cover.min_col))
    return cast(Cell, cell)


def _said(finding: Finding, words: Mapping[str, str], lang: str) -> str:
    hint = say_in(finding.hint, lang)
    return f"{words[finding.severity.value]}: {say_in(finding.message, lang)}" + (f"\n{words['do']}: {hint}" if hint else "")


def _shown(sheet: Worksheet, place: str) -> str:
    value = _visible_cell(sheet, place).value
    return "" if value is None else str(value)


# ---- the list


def _remark(workbook: Workbook, original: bool, words: Mapping[str, str]) -> str:
    """What is not as in the original."""
    if not original:
        return words["copy"]
    names = zipfile.ZipFile(io.BytesIO(workbook.data)).namelist()
    return words["drawings"] if any(name.startswith(("xl/charts/", "xl/media/")) for name in names) else ""


def _write_list(
    book: openpyxl.Workbook,
    corrections: Sequence[Correction],
    names: Mapping[str, str],
    shown: Mapping[tuple[str, str], str],
    words: Mapping[str, str],
    lang: str,
    remark: str,
) -> None:
    """The first sheet: how many corrections there are, and each with a link to its cell."""
    sheet = book.create_sheet(_title_for(words["sheet"], book.sheetnames), 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    cells = len({(c.ref.sheet, c.ref.cell) for c in corrections if c.ref.cell})
    told = words["some"].format(count=len(corrections), cells=cells) if corrections else words["none"]
    put_text(sheet, 1, 1, told).font = Font(bold=True, size=13)
    put_text(sheet, 2, 1, remark).font = Font(italic=True)
    for column, (title, width) in enumerate(zip(_titles(words), _WIDTHS, strict=True), 1):
        put_text(sheet, 4, column, title).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(4, column).column_letter].width = width
    for number, correction in enumerate(corrections, 1):
        _write_correction(sheet, number, correction, names, shown, words, lang)
    sheet.freeze_panes = "A5"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "4:4"


def _titles(words: Mapping[str, str]) -> Iterator[str]:
    return (words[f"column_{name}"] for name in ("number", "severity", "sheet", "cell", "holds", "wrong", "do"))


def _write_correction(
    sheet: Worksheet,
    number: int,
    correction: Correction,
    names: Mapping[str, str],
    shown: Mapping[tuple[str, str], str],
    words: Mapping[str, str],
    lang: str,
) -> None:
    finding, ref = correction.finding, correction.ref
    target = names.get(ref.sheet, "")
    texts = (words[finding.severity.value], ref.sheet, ref.cell or _WHOLE, shown.get((target, ref.cell), ""))
    row = number + 4
    cast(Cell, sheet.cell(row, 1)).value = number
    for column, text in enumerate((*texts, say_in(finding.message, lang), say_in(finding.hint, lang)), 2):
        put_text(sheet, row, column, text).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(row, 2).fill = PatternFill("solid", fgColor=FILLS[finding.severity])
    if target:
        link = cast(Cell, sheet.cell(row, 4))
        place = f"'{target.replace(chr(39), chr(39) * 2)}'!{ref.cell or 'A1'}"
        link.hyperlink = Hyperlink(ref=link.coordinate, location=place, display=ref.cell or _WHOLE)
        link.font = Font(color="FF0563C1", underline="single")

"""OpenDocument spreadsheets (.ods): one streaming pass over their content.

Repetition is counted, not carried out: a blank row that is repeated a million times costs nothing, and a value that is
repeated further than the cells that are read is refused before it is written down once.
"""

from __future__ import annotations

import bisect
import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cache

from tracepack.core.limits import Limits
from tracepack.core.numerals import Cell, PercentNumber
from tracepack.intake.formats import numeric_cell, serial_reader
from tracepack.intake.odsstyles import Styles
from tracepack.intake.package import RAISE, WITHOUT_PASSWORD, Package, RefusedError, ignore
from tracepack.intake.readout import MAX_SHEETS, BookReadout, SheetReadout
from tracepack.intake.sheetxml import MAX_COLUMN, MAX_MERGED, MAX_ROW, MAX_SHARED_CHARACTERS, UNCACHED, Content, Fault, Grid, refuse_long
from tracepack.intake.xlsx import PERCENT_MARKER

_CELLS = frozenset({"table:table-cell", "table:covered-table-cell"})
_ERROR_SHOWN = re.compile(r"#[A-Z][A-Z0-9/_]*[!?]?|Err:\d{3}")
_DURATION = re.compile(r"(-?)P(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,7}(?:\.\d+)?)S)?)?")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(?:[.,](\d{1,6})\d*)?)?Z?")
_DAMAGED_NUMBER = "the workbook is damaged (a number is none)"


@cache
def _serial() -> Callable[[Decimal], Cell]:
    """Reads the dates of this format, which count from 1899-12-30; made where a workbook has any."""
    return serial_reader(mac_dates=False)


def read_ods(package: Package, limits: Limits) -> BookReadout:
    """All sheets of an OpenDocument spreadsheet.  Raises `RefusedError`."""
    _refuse_encrypted(package)
    styles = Styles()
    if package.has("styles.xml"):
        package.parse("styles.xml", styles.start, ignore, ignore)
    reader = _ContentReader(styles, limits)
    package.parse("content.xml", reader.start, reader.end, reader.text)
    if not reader.book.sheets:
        raise RefusedError("the workbook has no worksheet")
    return reader.book


def _refuse_encrypted(package: Package) -> None:
    def start(name: str, _: dict[str, str]) -> None:
        if name.endswith("encryption-data"):
            raise RefusedError("the workbook is protected by a password", WITHOUT_PASSWORD)

    if package.has("META-INF/manifest.xml"):
        package.parse("META-INF/manifest.xml", start, ignore, ignore)


class _ContentReader:
    """Handlers of the content's events; ``book`` is what they gather.

    Only the paragraphs that lie directly in a cell are its text: comments, shapes and what is in them are not.
    """

    def __init__(self, styles: Styles, limits: Limits) -> None:
        self.book = BookReadout()
        self._styles = styles
        self._budget = limits.most_cells
        self._grid = Grid()
        self._skip = 0
        self._row = self._column = 0
        self._row_repeat = 1
        self._row_style = ""
        self._row_hidden = False
        self._struck = False
        self._cells: list[tuple[int, int, Content, str, bool]] = []
        self._column_styles: list[tuple[int, str]] = []
        self._columns = 0
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[str] = []
        self._pieces: list[str] = []
        self._in_text = 0
        self._characters = 0

    # ---- events

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if self._skip:
            self._skip += 1
        elif self._cell is not None:
            self._start_in_cell(name, attributes)
        elif name in _CELLS:
            self._cell = attributes
            self._struck = False
            self._paragraphs = []
        elif name == "table:table-row":
            self._open_row(attributes)
        elif name == "table:table-column":
            self._columns += _count(attributes, "table:number-columns-repeated")
            if len(self._column_styles) < MAX_COLUMN:
                self._column_styles.append((self._columns, attributes.get("table:default-cell-style-name", "")))
        elif name == "table:table":
            self._open_table(attributes)
        elif name in {"table:shapes", "office:forms", "table:tracked-changes", "table:dde-links"}:
            self._skip = 1
        elif name in {"table:named-range", "table:named-expression"}:
            self.book.percent_marked |= attributes.get("table:name") == PERCENT_MARKER
        else:
            self._styles.start(name, attributes)

    def _start_in_cell(self, name: str, attributes: dict[str, str]) -> None:
        if self._in_text:
            if name in {"office:annotation", "text:note", "text:ruby-text"}:
                self._skip = 1
                return
            self._in_text += 1
            if name == "text:span":
                self._struck |= self._styles.is_struck(attributes.get("text:style-name", ""))
            if name == "text:s":
                self._pieces.append(" " * min(_count(attributes, "text:c"), 1000))
            elif name in {"text:tab", "text:line-break"}:
                self._pieces.append("\t" if name == "text:tab" else "\n")
            refuse_long(self._pieces)
        elif name == "text:p":
            self._in_text = 1
            self._pieces = []
        else:
            self._skip = 1

    def end(self, name: str) -> None:
        """An element closes."""
        if self._skip:
            self._skip -= 1
        elif self._in_text:
            self._in_text -= 1
            if not self._in_text:
                self._close_paragraph()
        elif name in _CELLS:
            self._close_cell(name)
        elif name == "table:table-row":
            self._close_row()

    def _close_paragraph(self) -> None:
        paragraph = "".join(self._pieces)
        self._paragraphs.append(paragraph)
        self._characters += len(paragraph)
        if self._characters > MAX_SHARED_CHARACTERS:
            raise RefusedError("the workbook holds too much text")

    def text(self, data: str) -> None:
        """Text inside an element."""
        if self._in_text and not self._skip:
            self._pieces.append(data)
            refuse_long(self._pieces)

    # ---- tables, rows and cells

    def _open_table(self, attributes: dict[str, str]) -> None:
        if len(self.book.sheets) >= MAX_SHEETS:
            raise RefusedError("the workbook has too many worksheets")
        self._grid = Grid()
        hidden = attributes.get("table:style-name", "") in self._styles.hidden_tables
        self.book.sheets.append(SheetReadout(attributes.get("table:name", ""), self._grid, hidden))
        self._row = self._columns = 0
        self._column_styles = []

    def _open_row(self, attributes: dict[str, str]) -> None:
        self._row_repeat = _count(attributes, "table:number-rows-repeated")
        self._row_style = attributes.get("table:default-cell-style-name", "")
        self._row_hidden = attributes.get("table:visibility", "visible") != "visible"
        self._column = 0
        self._cells = []

    def _close_row(self) -> None:
        first, self._row = self._row + 1, self._row + self._row_repeat
        if not self._cells:
            return
        last_column = self._cells[-1][0] + self._cells[-1][1] - 1
        if self._row > MAX_ROW or last_column > MAX_COLUMN:
            raise RefusedError("a cell lies outside the grid of a worksheet (it is repeated too often)")
        self._budget -= self._row_repeat * sum(count for _, count, *_ in self._cells)
        if self._budget < 0:
            raise RefusedError("the workbook has too many cells", RAISE.format("most_cells"))
        for row in range(first, self._row + 1):
            cells = self._grid.rows[row] = {}
            if self._row_hidden:
                self._grid.hidden_rows.add(row)
            for column, count, content, code, struck in self._cells:
                for at in range(column, column + count):
                    cells[at] = content
                    if code:
                        self._grid.formats[row, at] = code
                    if struck:
                        self._grid.struck.add((row, at))

    def _close_cell(self, name: str) -> None:
        attributes, self._cell = self._cell or {}, None
        column = self._column + 1
        count = _count(attributes, "table:number-columns-repeated")
        self._column += count
        if name == "table:table-cell":
            self._merge(column, attributes)
        content, code = self._content(column, attributes)
        if content is not None:
            if column > MAX_COLUMN:
                raise RefusedError("a cell lies outside the grid of a worksheet")
            struck = self._struck or self._styles.is_struck(self._style_of(column, attributes))
            self._cells.append((column, count, content, code, struck))

    def _merge(self, column: int, attributes: dict[str, str]) -> None:
        across = _count(attributes, "table:number-columns-spanned")
        down = _count(attributes, "table:number-rows-spanned")
        row = self._row + 1
        if across * down > 1:
            if len(self._grid.merged) >= MAX_MERGED:
                raise RefusedError("the workbook is damaged (its merged cells are none)")
            self._grid.merged.append((row, column, min(row + down - 1, MAX_ROW), min(column + across - 1, MAX_COLUMN)))

    def _content(self, column: int, attributes: dict[str, str]) -> tuple[Content | None, str]:
        """A cell's content and the code of its number format ("" where that does not matter); None where it is blank."""
        kind = attributes.get("office:value-type", "")
        shown = "\n".join(self._paragraphs)
        formula = "table:formula" in attributes
        if attributes.get("calcext:value-type") == "error" or (formula and _ERROR_SHOWN.fullmatch(shown)):
            return Fault("error-cell", shown or "#ERROR!"), ""
        if not kind:
            return (UNCACHED if formula and not shown else shown or None), ""
        if kind in {"float", "currency", "percentage"}:
            return self._number(column, kind, attributes)
        if kind in {"date", "time"}:
            return (_date if kind == "date" else _time)(attributes.get(f"office:{kind}-value", "")), ""
        if kind == "boolean":
            return attributes.get("office:boolean-value") == "true", ""
        return (shown or attributes.get("office:string-value") or None), ""

    def _number(self, column: int, kind: str, attributes: dict[str, str]) -> tuple[Content, str]:
        number = _decimal(attributes.get("office:value", ""))
        if kind == "percentage":
            return PercentNumber(number), ""
        return numeric_cell(number, self._styles.format_of(self._style_of(column, attributes)), _serial())

    def _style_of(self, column: int, attributes: dict[str, str]) -> str:
        return attributes.get("table:style-name") or self._row_style or self._column_style(column)

    def _column_style(self, column: int) -> str:
        at = bisect.bisect_left(self._column_styles, (column, ""))
        return self._column_styles[at][1] if at < len(self._column_styles) else ""


def _count(attributes: dict[str, str], name: str) -> int:
    """A count of 1 or more; a value that is none counts as 1, and an absurd one as more than any grid has."""
    text = attributes.get(name, "1")
    return max(1, int(text[:10])) if text.isascii() and text.isdigit() else 1


def _decimal(raw: str) -> Decimal:
    try:
        number = Decimal(raw.strip())
    except InvalidOperation:
        raise RefusedError(_DAMAGED_NUMBER) from None
    if not number.is_finite() or abs(number.adjusted()) > 307:
        raise RefusedError(_DAMAGED_NUMBER)
    return number


def _date(raw: str) -> Cell:
    found = _DATE.fullmatch(raw.strip())
    try:
        whole = dt.datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00:00'}") if found else None
    except ValueError:
        whole = None
    if whole is None or found is None:
        return raw
    return whole.replace(microsecond=int((found[3] or "0").ljust(6, "0")))


def _time(raw: str) -> Cell:
    """A time of day; a longer duration as the date that a spreadsheet's other formats store for it."""
    found = _DURATION.fullmatch(raw.strip())
    if found is None:
        return raw
    days, hours, minutes = (int(found[index] or 0) for index in (2, 3, 4))
    seconds = ((days * 24 + hours) * 60 + minutes) * 60 + Decimal(found[5] or 0)
    return raw if found[1] else _serial()(seconds / 86400)

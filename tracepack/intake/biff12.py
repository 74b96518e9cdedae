"""Binary workbooks (.xlsb): one pass over the records of each part (BIFF12)."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from tracepack.core.limits import Limits
from tracepack.core.numerals import Cell
from tracepack.intake.formats import format_of, number_of, numeric_cell, serial_reader
from tracepack.intake.package import RAISE, Package, RefusedError
from tracepack.intake.readout import BookReadout, SheetReadout
from tracepack.intake.sheetxml import MAX_COLUMN, MAX_MERGED, MAX_ROW, Content, Fault, Format, Grid
from tracepack.intake.xlsx import PERCENT_MARKER, read_relationships

# Record numbers of the parts that are read.
_ROW, _BLANK, _RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED = range(8)
_FORMULA = {8: _TEXT, 9: _REAL, 10: _BOOL, 11: _ERROR}
#: The short forms of the cells, which leave their column out.
_SHORT = {12: _BLANK, 13: _RK, 14: _ERROR, 15: _BOOL, 16: _REAL, 17: _TEXT, 18: _SHARED}
_ITEM, _NAME, _FONT, _FORMAT, _STYLE, _RICH_TEXT = 19, 39, 43, 44, 47, 62
#: A bit of a font's third byte, and of a row's twelfth.
_STRUCK, _ROW_HIDDEN = 0x08, 0x10
_WORKBOOK, _SHEET, _MERGED, _STYLES_BEGIN, _STYLES_END = 153, 156, 176, 617, 618
#: A cell's record number in its long form.
_KINDS = {**{kind: kind for kind in range(1, 8)}, **_FORMULA, **_SHORT, _RICH_TEXT: _RICH_TEXT}

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A", 43: "#GETTING_DATA"}
_NO_STRING = 0xFFFFFFFF


def read_xlsb(package: Package, main: str, limits: Limits) -> BookReadout:
    """All worksheets of the binary workbook part ``main``.  Raises `RefusedError`, or `struct.error` on damage."""
    targets = read_relationships(package, main)
    parts = {kind: part for kind, part in targets.values() if package.has(part)}
    strings = _shared_strings(package, parts["sharedStrings"]) if "sharedStrings" in parts else []
    styles, struck = _styles(package, parts["styles"]) if "styles" in parts else ([], frozenset())
    readout = BookReadout()
    mac_dates = False
    listed: list[tuple[str, str, bool]] = []
    for kind, body in _records(package, main):
        if kind == _WORKBOOK:
            mac_dates = bool(body[0] & 1)
        elif kind == _SHEET:
            relation, at = _string(body, 8)
            listed.append((_string(body, at)[0], relation, body[0] != 0))
        elif kind == _NAME:
            readout.percent_marked |= _string(body, 9)[0] == PERCENT_MARKER
    budget = limits.most_cells
    for title, relation, hidden in listed:
        kind_of_part, part = targets.get(relation, ("", ""))
        if kind_of_part == "worksheet":
            reader = _SheetReader(strings, styles, struck, mac_dates=mac_dates, budget=budget)
            reader.read(package, part)
            budget = reader.budget
            readout.sheets.append(SheetReadout(title, reader.grid, hidden))
    if not listed:
        raise RefusedError("the workbook has no worksheet")
    return readout


def _records(package: Package, part: str) -> Iterator[tuple[int, bytes]]:
    """Every record's number and body, of one part."""
    data = package.read(part)
    at, count, size = 0, 0, len(data)
    while at < size:
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        length = shift = 0
        while True:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift == 28:
                break
        if at + length > size:
            raise RefusedError("the workbook is damaged (a part of it is cut off)")
        yield kind, data[at : at + length]
        at += length
        count += 1
        if not count & 0xFFFF:
            package.deadline.check()


def _string(body: bytes, at: int) -> tuple[str, int]:
    """The text at a place, and where it ends."""
    (count,) = struct.unpack_from("<I", body, at)
    if count == _NO_STRING:
        return "", at + 4
    end = at + 4 + 2 * count
    if end > len(body):
        raise RefusedError("the workbook is damaged (a text is cut off)")
    return body[at + 4 : end].decode("utf-16-le", "surrogatepass"), end


def _shared_strings(package: Package, part: str) -> list[str]:
    return [_string(body, 1)[0] for kind, body in _records(package, part) if kind == _ITEM]


def _styles(package: Package, part: str) -> tuple[list[Format | None], frozenset[int]]:
    """What each cell format means for reading, by index (None for General and text), and those that strike through."""
    codes: dict[int, str] = {}
    used: list[tuple[int, int]] = []
    struck: list[bool] = []
    cells = False
    for kind, body in _records(package, part):
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = _string(body, 2)[0]
        elif kind in {_STYLES_BEGIN, _STYLES_END}:
            cells = kind == _STYLES_BEGIN
        elif kind == _STYLE and cells:
            used.append(struct.unpack_from("<HH", body, 2))
        elif kind == _FONT:
            struck.append(bool(body[2] & _STRUCK))
    struck_styles = frozenset(index for index, (_, font) in enumerate(used) if font < len(struck) and struck[font])
    return [format_of(number, codes) for number, _ in used], struck_styles


def _rk(raw: int) -> float:
    """A number in four bytes: 30 bits of an integer or of a double, perhaps of a hundredfold."""
    if raw & 2:
        value = float((raw >> 2) - (1 << 30 if raw & 0x80000000 else 0))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (raw & 0xFFFFFFFC) << 32))[0]
    return value / 100 if raw & 1 else value


class _SheetReader:
    """The cells of one worksheet part; ``budget`` is how many more may be read."""

    def __init__(self, strings: list[str], formats: list[Format | None], struck: frozenset[int], *, mac_dates: bool, budget: int) -> None:
        self.grid = Grid()
        self.budget = budget
        self._strings = strings
        self._formats = formats
        self._struck = struck
        self._serial = serial_reader(mac_dates=mac_dates)
        self._row = 0
        self._column = 0

    def read(self, package: Package, part: str) -> None:
        """Every record of the part."""
        for kind, body in _records(package, part):
            if kind in _KINDS:
                self._cell(kind, body)
            elif kind == _ROW:
                self._row = struct.unpack_from("<I", body)[0] + 1
                self._column = 0
                if body[11:12] and body[11] & _ROW_HIDDEN:
                    self.grid.hidden_rows.add(self._row)
            elif kind == _MERGED:
                self._merge(body)

    def _merge(self, body: bytes) -> None:
        top, bottom, left, right = (number + 1 for number in struct.unpack_from("<4I", body))
        if not (top <= bottom <= MAX_ROW and left <= right <= MAX_COLUMN) or len(self.grid.merged) >= MAX_MERGED:
            raise RefusedError("the workbook is damaged (its merged cells are none)")
        self.grid.merged.append((top, left, bottom, right))

    def _cell(self, kind: int, body: bytes) -> None:
        if kind in _SHORT:
            self._column += 1
            at = 4
        else:
            self._column = struct.unpack_from("<I", body)[0] + 1
            at = 8
        style = int.from_bytes(body[at - 4 : at - 1], "little")
        content, code = self._content(_KINDS[kind], body, at, style)
        if content is None:
            return
        if not (1 <= self._row <= MAX_ROW and 1 <= self._column <= MAX_COLUMN):
            raise RefusedError("a cell lies outside the grid of a worksheet")
        self.budget -= 1
        if self.budget < 0:
            raise RefusedError("the workbook has too many cells", RAISE.format("most_cells"))
        self.grid.rows.setdefault(self._row, {})[self._column] = content
        if style in self._struck:
            self.grid.struck.add((self._row, self._column))
        if code:
            self.grid.formats[self._row, self._column] = code

    def _content(self, kind: int, body: bytes, at: int, style: int) -> tuple[Content | None, str]:
        """A cell's content and its format's code where that matters; None where it is blank."""
        if kind == _RK:
            return self._number(_rk(struct.unpack_from("<I", body, at)[0]), style)
        if kind == _REAL:
            return self._number(struct.unpack_from("<d", body, at)[0], style)
        if kind == _ERROR:
            return Fault("error-cell", _ERRORS.get(body[at], "#ERROR!")), ""
        if kind == _BOOL:
            return bool(body[at]), ""
        return self._text(kind, body, at) or None, ""

    def _text(self, kind: int, body: bytes, at: int) -> str:
        if kind == _BLANK:
            return ""
        if kind != _SHARED:
            return _string(body, at + (kind == _RICH_TEXT))[0]
        index = int.from_bytes(body[at : at + 4], "little")
        if index >= len(self._strings):
            raise RefusedError("the workbook is damaged (a cell points to text that is not there)")
        return self._strings[index]

    def _number(self, value: float, style: int) -> tuple[Cell, str]:
        if not math.isfinite(value):
            raise RefusedError("the workbook is damaged (a number is none)")
        shown = self._formats[style] if style < len(self._formats) else None
        return numeric_cell(number_of(value), shown, self._serial)

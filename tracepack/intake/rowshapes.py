"""Rows of a worksheet by shape: the cells of a row, their types and styles are those of a row before, only the values differ."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tracepack.intake.sheetxml import MAX_COLUMN, MAX_ROW, Content, SheetReader, column_number
from tracepack.intake.sieve import PLAIN, TEXT, plain_text

#: Rows of a table differ in which cells are blank; beyond so many ways it is no table.
_MOST_SHAPES = 48
#: A wider row is no row of a table, and its expression would cost more than it saves.
_MOST_CELLS = 400
#: Distinct values kept a column, so that a column of nothing but distinct ones does not fill the memory.
_MOST_VALUES = 20_000
_FORMULA = rb"[^<&>\x00-\x1f\x7f-\xff]*(?:&(?:amp|lt|gt|quot|apos);[^<&>\x00-\x1f\x7f-\xff]*)*"

_ROW = re.compile(rb'\s*<row r="([0-9]{1,7})"([^<>]*)>(.*)</row>', re.DOTALL)
_CELL = re.compile(
    rb'<c r="(?P<letters>[A-Z]{1,3})(?P<row>[0-9]{1,7})"(?P<rest>(?: s="(?P<style>[0-9]{1,9})")?(?: t="(?P<kind>[A-Za-z]{1,10})")?)'
    rb"(?:(?P<blank>/)>|>"
    rb'(?P<formula><f(?: t="shared" si="[0-9]{1,6}")?(?:/>|>' + _FORMULA + rb"</f>))?"
    rb"(?:<v>(?P<value>" + PLAIN + rb')</v>|<is><t(?P<space>(?: xml:space="preserve")?)>(?P<text>' + TEXT + rb")</t></is>)</c>)"
)
_HIDDEN = re.compile(rb' hidden="(?:1|true)"')
_FORMULA_TEXT = re.compile(rb">[^<]*</f>")


class _Values(dict[bytes, Content]):
    """A column's contents by what stands in the XML; every blank is told in ``blanks``."""

    def __init__(self, read: Callable[[str], Content | None], blanks: list[bool]) -> None:
        self._read = read
        self._blanks = blanks

    def __missing__(self, raw: bytes) -> Content | None:
        content = self._read(plain_text(raw))
        if content is None:
            self._blanks.append(True)
        else:
            if len(self) >= _MOST_VALUES:
                self.clear()
            self[raw] = content
        return content


@dataclass(slots=True)
class _Shape:
    """One shape: its expression, and for each value in it the column, its contents and the number format to remember.

    ``struck``: the columns whose style strikes them through; ``hidden``: whether such rows are not shown.
    """

    pattern: re.Pattern[bytes]
    columns: tuple[int, ...]
    values: tuple[_Values, ...]
    codes: tuple[tuple[int, str], ...]
    last: int
    struck: tuple[int, ...]
    hidden: bool


class RowShapes:
    """The rows of one worksheet, for a `Sieve`; they end up in the reader's grid, whoever read them."""

    opening = re.compile(rb"<sheetData>")
    closing = b"</row>"

    def __init__(self, reader: SheetReader) -> None:
        self._reader = reader
        self._shapes: dict[bytes, _Shape] = {}
        self._order: list[_Shape] = []
        self._blanks: list[bool] = []

    def closed(self) -> tuple[int, bool]:
        """Rows closed so far, and whether the reader stands between two rows."""
        return self._reader.rows_closed, self._reader.depth == 2

    def take(self, data: bytes, position: int) -> int:
        """Put a row of a known shape into the grid: the place after it, else the position."""
        for index, shape in enumerate(self._order):
            if found := shape.pattern.match(data, position):
                if index:  # the shape of the last row is the likeliest of the next
                    self._order.insert(0, self._order.pop(index))
                row, *raws = found.groups()
                return found.end() if self._keep(shape, int(row), raws) else position
        return position

    def _keep(self, shape: _Shape, row: int, raws: list[bytes]) -> bool:
        if not 1 <= row <= MAX_ROW:
            return False
        values = [column[raw] for column, raw in zip(shape.values, raws, strict=True)]
        cells = dict(zip(shape.columns, values, strict=True))
        if self._blanks:
            self._blanks.clear()
            cells = {column: content for column, content in cells.items() if content is not None}
        self._reader.take_row(row, cells, shape.last)
        for column, code in shape.codes:
            self._reader.grid.formats[row, column] = code
        if shape.struck:
            self._reader.grid.struck.update((row, column) for column in shape.struck if column in cells)
        if shape.hidden:
            self._reader.grid.hidden_rows.add(row)
        return True

    def learn(self, item: bytes) -> None:
        """Remember the shape of a row that is written the usual way."""
        if len(self._order) >= _MOST_SHAPES or not (row := _ROW.fullmatch(item)) or row[2].endswith(b"/"):
            return
        number, place = row[1], row.start(3)
        cells: list[re.Match[bytes]] = []
        while place < row.end(3):
            cell = _CELL.match(item, place)
            if cell is None or cell["row"] != number or len(cells) >= _MOST_CELLS:
                return
            cells.append(cell)
            place = cell.end()
        columns = [column_number(cell["letters"].decode()) for cell in cells]
        if cells and len(set(columns)) == len(columns) and max(columns) <= MAX_COLUMN:
            self._add(rb'\s*<row r="([0-9]{1,7})"' + re.escape(row[2]) + rb">", cells, columns)

    def _add(self, head: bytes, cells: list[re.Match[bytes]], columns: list[int]) -> None:
        expression = head + b"".join(map(_expression, cells)) + rb"</row>"
        if expression in self._shapes:
            return
        filled = [(column, cell) for column, cell in zip(columns, cells, strict=True) if not cell["blank"]]
        kinds = [(_kind(cell), int(cell["style"] or 0)) for _, cell in filled]
        codes = ((column, self._reader.code(*kind)) for (column, _), kind in zip(filled, kinds, strict=True))
        self._shapes[expression] = shape = _Shape(
            re.compile(expression),
            tuple(column for column, _ in filled),
            tuple(self._values(*kind, bool(cell["formula"])) for (_, cell), kind in zip(filled, kinds, strict=True)),
            tuple((column, code) for column, code in codes if code),
            columns[-1],
            tuple(column for column, cell in filled if int(cell["style"] or 0) in self._reader.struck_styles),
            _HIDDEN.search(head) is not None,
        )
        self._order.insert(0, shape)

    def _values(self, kind: str, style: int, formula: bool) -> _Values:
        reader = self._reader
        return _Values(lambda raw: reader.content(kind, style, raw, formula=formula, has_value=True), self._blanks)


def _kind(cell: re.Match[bytes]) -> str:
    return (cell["kind"] or b"n").decode()


def _expression(cell: re.Match[bytes]) -> bytes:
    """One cell with its value open; everything else as it was written, the row's number as in the row."""
    opened = rb'<c r="' + cell["letters"] + rb'\1"' + re.escape(cell["rest"])
    if cell["blank"]:
        return opened + rb"/>"
    formula = cell["formula"] or b""
    text = _FORMULA_TEXT.search(formula)
    opened += rb">" + (re.escape(formula[: text.start()]) + rb">" + _FORMULA + rb"</f>" if text else re.escape(formula))
    if cell["value"] is not None:
        return opened + rb"<v>(" + PLAIN + rb")</v></c>"
    return opened + rb"<is><t" + re.escape(cell["space"]) + rb">(" + TEXT + rb")</t></is></c>"

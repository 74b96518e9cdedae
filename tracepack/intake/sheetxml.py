"""One streaming pass over a worksheet's XML: values, error cells, uncached formulas and number formats at once.

Numbers are taken as the digits in the file, never through binary floating point; only cells that hold something
are kept, so that a stray cell at XFD1048576 costs one entry.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from tracepack.core.numerals import Cell, PercentNumber
from tracepack.intake.package import RAISE, Package, RefusedError, local
from tracepack.intake.sieve import TEXT, Sieve, plain_text

_TWICE = "the workbook is damaged (a cell is there twice)"
_SAVE_AGAIN = "save it again in a spreadsheet program"
MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
MAX_SHARED_CHARACTERS = 150_000_000
#: The characters of one cell, and the pieces in which they may come; a spreadsheet's cell holds 32,767 characters.
MAX_CHARACTERS = 8_000_000
MAX_PIECES = 8_192
MAX_MERGED = 200_000

#: A merged range: first row, first column, last row, last column, from 1.
Range = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that holds no value: a spreadsheet error (its code), or a formula saved without its result."""

    name: str
    code: str


UNCACHED = Fault("formula-without-value", "a formula without its result")

#: A cell as read: a value, or why there is none.
Content = Cell | Fault


@dataclass(slots=True)
class Format:
    """What a cell format means for reading: shows percent, shows a date, and its code where a lot number needs it."""

    code: str
    percent: bool
    date: bool


@dataclass(slots=True)
class Grid:
    """A worksheet's cells: row number -> column number -> content, both from 1; format codes only where not General.

    ``hidden_rows``: rows that hold something and are not shown; ``struck``: cells (row, column) whose text, or a part of it,
    is struck through.
    """

    rows: dict[int, dict[int, Content]] = field(default_factory=dict)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)


class StruckText(str):
    """A shared text, a part of which is struck through."""

    __slots__ = ()


def is_on(attributes: dict[str, str]) -> bool:
    """Whether a switch such as ``<strike/>`` is on, which it is unless it says otherwise."""
    return attributes.get("val", "1") not in {"0", "false"}


_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """Undo the `_x000D_` spelling of control characters."""
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def column_number(letters: str) -> int:
    """ "A" is 1, "XFD" 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def refuse_long(pieces: list[str]) -> None:
    """Refuse a cell whose text has no end; looked at each sixteenth piece, as pieces are of limited size."""
    if not len(pieces) & 15 and (len(pieces) > MAX_PIECES or sum(map(len, pieces)) > MAX_CHARACTERS):
        raise RefusedError("a cell of the workbook holds too much text")


_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")


def read_range(reference: str) -> Range | None:
    """ "B2:C5" as numbers; None where it names no range of a worksheet."""
    found = _RANGE.fullmatch(reference)
    if found is None:
        return None
    left, top, right, bottom = found[1], found[2], found[3] or found[1], found[4] or found[2]
    box = (int(top), column_number(left), int(bottom), column_number(right))
    return box if 1 <= box[0] <= box[2] <= MAX_ROW and box[1] <= box[3] <= MAX_COLUMN else None


class SharedStrings:
    """The workbook's text table: handlers of its events, and the items that a `Sieve` may take out."""

    opening = re.compile(rb"<sst [^<>]*[^<>/]>")
    closing = b"</si>"
    _plain = re.compile(rb'\s*<si><t(?: xml:space="preserve")?>(' + TEXT + rb")</t></si>")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._depth = 0
        self._phonetic = 0
        self._collect = False
        self._struck = False
        self._characters = 0
        self._closed = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens; phonetic readings beside Japanese text are not part of the text."""
        self._depth += 1
        tag = local(name)
        if tag == "si":
            self._pieces.clear()
            self._struck = False
        elif tag == "rPh":
            self._phonetic += 1
        elif tag == "strike":
            self._struck |= is_on(attributes)
        elif tag == "t":
            self._collect = not self._phonetic

    def end(self, name: str) -> None:
        """An element closes."""
        self._depth -= 1
        tag = local(name)
        if tag == "t":
            self._collect = False
        elif tag == "rPh":
            self._phonetic -= 1
        elif tag == "si":
            self._closed += 1
            text = unescape("".join(self._pieces))
            self.texts.append(StruckText(text) if self._struck else text)

    def text(self, data: str) -> None:
        """Text inside an element."""
        if self._collect:
            self._count(len(data))
            self._pieces.append(data)
            refuse_long(self._pieces)

    def _count(self, characters: int) -> None:
        self._characters += characters
        if self._characters > MAX_SHARED_CHARACTERS:
            raise RefusedError("the workbook holds too much text")

    def take(self, data: bytes, position: int) -> int:
        """A text without runs and mark-up."""
        found = self._plain.match(data, position)
        if found is None:
            return position
        text = plain_text(found[1])
        self._count(len(text))
        self.texts.append(unescape(text))
        return found.end()

    def learn(self, _: bytes) -> None:
        """Texts have one plain shape, which is known."""

    def closed(self) -> tuple[int, bool]:
        """Texts closed so far, and whether the next may begin."""
        return self._closed, self._depth == 1


def read_shared_strings(package: Package, part: str) -> list[str]:
    """The workbook's text table."""
    reader = SharedStrings()
    package.parse(part, reader.start, reader.end, reader.text, Sieve(reader).feed)
    return reader.texts


#: Types of cells that are read without their number format.
_NO_NUMBERS = frozenset({"s", "e", "str", "inlineStr", "b", "d"})


class SheetReader:
    """Handlers of one worksheet's events; ``grid`` is what they gather."""

    def __init__(
        self,
        strings: list[str],
        formats: list[Format | None],
        serial: Callable[[Decimal], Cell],
        budget: int,
        struck: frozenset[int] = frozenset(),
    ) -> None:
        self.grid = Grid()
        self.cells = 0
        self.depth = 0
        self.rows_closed = 0
        self._tags: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._strings = strings
        self._formats = formats
        self._serial = serial
        self._budget = budget
        self.struck_styles = struck
        self._row = 0
        self._column = 0
        self._kind = "n"
        self._style = 0
        self._formula = False
        self._has_value = False
        self._collect = False
        self._phonetic = False
        self._struck = False
        self._pieces: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        self.depth += 1
        tag = self._tags.get(name) or self._tags.setdefault(name, local(name))
        if tag == "c":
            self._open_cell(attributes)
        elif tag in {"v", "t"}:
            self._collect = not self._phonetic
            self._has_value = True
        elif tag == "f":
            self._formula = True
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "row":
            self._row = self._int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = 0
            if attributes.get("hidden") in {"1", "true"}:
                self.grid.hidden_rows.add(self._row)
        elif tag == "strike":
            self._struck |= is_on(attributes)
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        """An element closes."""
        self.depth -= 1
        tag = self._tags[name]
        if tag == "c":
            self._close_cell()
        elif tag in {"v", "t"}:
            self._collect = False
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "row":
            self.rows_closed += 1

    def text(self, data: str) -> None:
        """Text inside an element."""
        if self._collect:
            self._pieces.append(data)
            refuse_long(self._pieces)

    def _merge(self, reference: str) -> None:
        box = read_range(reference)
        if box is None or len(self.grid.merged) >= MAX_MERGED:
            raise RefusedError("the workbook is damaged (its merged cells are none)")
        self.grid.merged.append(box)

    def _open_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            letters = reference.rstrip("0123456789")
            self._column = self._columns.get(letters) or self._new_column(letters)
            self._row = self._int(reference[len(letters) :])
        self._kind = attributes.get("t", "n")
        self._style = self._int(attributes["s"]) if "s" in attributes else 0
        self._formula = self._has_value = False
        self._struck = self._style in self.struck_styles
        self._pieces = []

    def _new_column(self, letters: str) -> int:
        if not (letters.isascii() and letters.isupper() and len(letters) <= 3):
            raise RefusedError(f"the workbook is damaged (a cell calls itself {letters[:20]!r})")
        return self._columns.setdefault(letters, column_number(letters))

    def _int(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise RefusedError("the workbook is damaged (a cell has no proper place)")
        return int(text)

    def _close_cell(self) -> None:
        content = self.content(self._kind, self._style, "".join(self._pieces), formula=self._formula, has_value=self._has_value)
        if content is None:
            return
        if not (1 <= self._row <= MAX_ROW and 1 <= self._column <= MAX_COLUMN):
            raise RefusedError("a cell lies outside the grid of a worksheet")
        self._count(1)
        cells = self.grid.rows.setdefault(self._row, {})
        if self._column in cells:
            raise RefusedError(_TWICE, _SAVE_AGAIN)
        cells[self._column] = content
        if self._struck:
            self.grid.struck.add((self._row, self._column))
        if isinstance(content, Decimal) and (code := self.code(self._kind, self._style)):
            self.grid.formats[self._row, self._column] = code

    def _count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > self._budget:
            raise RefusedError("the workbook has too many cells", RAISE.format("most_cells"))

    def take_row(self, row: int, cells: dict[int, Content], last: int) -> None:
        """A row inside the grid that was read elsewhere: its contents by column, and the column of its last cell."""
        self._row, self._column = row, last
        self._count(len(cells))
        known = self.grid.rows.get(row)
        if known is not None:
            if known.keys() & cells.keys():
                raise RefusedError(_TWICE, _SAVE_AGAIN)
            known.update(cells)
        elif cells:
            self.grid.rows[row] = cells

    def content(self, kind: str, style: int, raw: str, *, formula: bool, has_value: bool) -> Content | None:
        """A cell's content by its type, its style and what stands in it; None where it is blank."""
        if kind == "s":
            return self._shared(raw)
        if kind == "e":
            return Fault("error-cell", raw or "#ERROR!")
        if formula and (not has_value or (not raw and kind != "str")):
            return UNCACHED
        return self._value(kind, style, raw) if raw else None

    def _value(self, kind: str, style: int, raw: str) -> Content:
        if kind in {"str", "inlineStr"}:
            return unescape(raw)
        if kind == "b":
            return raw.strip() in {"1", "true"}
        return _iso_date(raw) if kind == "d" else self._number(style, raw)

    def _shared(self, raw: str) -> str | None:
        if not raw.strip():
            return None
        index = self._int(raw.strip())
        if index >= len(self._strings):
            raise RefusedError("the workbook is damaged (a cell points to text that is not there)")
        return self._strings[index] or None

    def _format(self, style: int) -> Format | None:
        return self._formats[style] if style < len(self._formats) else None

    def code(self, kind: str, style: int) -> str | None:
        """The format code of a number that shows neither a percentage nor a date; None for General."""
        shown = None if kind in _NO_NUMBERS else self._format(style)
        return None if shown is None or shown.percent or shown.date else shown.code

    def _number(self, style: int, raw: str) -> Content:
        try:
            number = Decimal(raw.strip())
        except InvalidOperation:
            raise RefusedError("the workbook is damaged (a number is none)") from None
        if not number.is_finite() or abs(number.adjusted()) > 307:
            raise RefusedError("the workbook is damaged (a number is none)")
        shown = self._format(style)
        if shown is None:
            return number
        if shown.percent:
            return PercentNumber(number)
        return self._serial(number) if shown.date else number


def _iso_date(raw: str) -> Content:
    try:
        return dt.datetime.fromisoformat(raw.strip())
    except ValueError:
        return raw

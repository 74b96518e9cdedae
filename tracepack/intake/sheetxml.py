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

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
MAX_SHARED_CHARACTERS = 150_000_000
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
    """A worksheet's cells: row number -> column number -> content, both from 1; format codes only where not General."""

    rows: dict[int, dict[int, Content]] = field(default_factory=dict)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)


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


_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")


def read_range(reference: str) -> Range | None:
    """ "B2:C5" as numbers; None where it names no range of a worksheet."""
    found = _RANGE.fullmatch(reference)
    if found is None:
        return None
    left, top, right, bottom = found[1], found[2], found[3] or found[1], found[4] or found[2]
    box = (int(top), column_number(left), int(bottom), column_number(right))
    return box if 1 <= box[0] <= box[2] <= MAX_ROW and box[1] <= box[3] <= MAX_COLUMN else None


def read_shared_strings(package: Package, part: str) -> list[str]:
    """The workbook's text table; phonetic readings beside Japanese text are not part of the text."""
    strings: list[str] = []
    pieces: list[str] = []
    state = {"text": False, "phonetic": 0, "characters": 0}

    def start(name: str, _: dict[str, str]) -> None:
        tag = local(name)
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            state["phonetic"] += 1
        elif tag == "t":
            state["text"] = not state["phonetic"]

    def end(name: str) -> None:
        tag = local(name)
        if tag == "t":
            state["text"] = False
        elif tag == "rPh":
            state["phonetic"] -= 1
        elif tag == "si":
            strings.append(unescape("".join(pieces)))

    def text(data: str) -> None:
        if state["text"]:
            state["characters"] += len(data)
            if state["characters"] > MAX_SHARED_CHARACTERS:
                raise RefusedError("the workbook holds too much text")
            pieces.append(data)

    package.parse(part, start, end, text)
    return strings


class SheetReader:
    """Handlers of one worksheet's events; ``grid`` is what they gather."""

    def __init__(self, strings: list[str], formats: list[Format | None], serial: Callable[[Decimal], Cell], budget: int) -> None:
        self.grid = Grid()
        self.cells = 0
        self._tags: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._strings = strings
        self._formats = formats
        self._serial = serial
        self._budget = budget
        self._row = 0
        self._column = 0
        self._kind = "n"
        self._style = 0
        self._formula = False
        self._has_value = False
        self._collect = False
        self._phonetic = False
        self._pieces: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
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
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        """An element closes."""
        tag = self._tags[name]
        if tag == "c":
            self._close_cell()
        elif tag in {"v", "t"}:
            self._collect = False
        elif tag == "rPh":
            self._phonetic = False

    def text(self, data: str) -> None:
        """Text inside an element."""
        if self._collect:
            self._pieces.append(data)

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
        raw = "".join(self._pieces)
        content = self._content(raw)
        if content is None:
            return
        if not (1 <= self._row <= MAX_ROW and 1 <= self._column <= MAX_COLUMN):
            raise RefusedError("a cell lies outside the grid of a worksheet")
        self.cells += 1
        if self.cells > self._budget:
            raise RefusedError("the workbook has too many cells", RAISE.format("most_cells"))
        self.grid.rows.setdefault(self._row, {})[self._column] = content

    def _content(self, raw: str) -> Content | None:
        """The cell's content, or None where it is blank."""
        kind = self._kind
        if kind == "s":
            return self._shared(raw)
        if kind == "e":
            return Fault("error-cell", raw or "#ERROR!")
        if self._formula and (not self._has_value or (not raw and kind != "str")):
            return UNCACHED
        return self._value(kind, raw) if raw else None

    def _value(self, kind: str, raw: str) -> Content:
        if kind in {"str", "inlineStr"}:
            return unescape(raw)
        if kind == "b":
            return raw.strip() in {"1", "true"}
        return _iso_date(raw) if kind == "d" else self._number(raw)

    def _shared(self, raw: str) -> str | None:
        if not raw.strip():
            return None
        index = self._int(raw.strip())
        if index >= len(self._strings):
            raise RefusedError("the workbook is damaged (a cell points to text that is not there)")
        return self._strings[index] or None

    def _number(self, raw: str) -> Content:
        try:
            number = Decimal(raw.strip())
        except InvalidOperation:
            raise RefusedError("the workbook is damaged (a number is none)") from None
        if not number.is_finite() or abs(number.adjusted()) > 307:
            raise RefusedError("the workbook is damaged (a number is none)")
        shown = self._formats[self._style] if self._style < len(self._formats) else None
        if shown is None:
            return number
        if shown.percent:
            return PercentNumber(number)
        if shown.date:
            return self._serial(number)
        self.grid.formats[self._row, self._column] = shown.code
        return number


def _iso_date(raw: str) -> Content:
    try:
        return dt.datetime.fromisoformat(raw.strip())
    except ValueError:
        return raw

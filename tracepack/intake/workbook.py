"""Workbooks in: the only module that opens a spreadsheet file, and the only one that knows how they can be broken."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from tracepack.core.findings import SourceRef
from tracepack.core.numerals import Cell
from tracepack.errors import UnreadableFile
from tracepack.intake.package import Package, RefusedError, local, part_path, read_bytes
from tracepack.intake.sheetxml import MAX_CELLS, Content, Fault, Format, Grid, SheetReader, read_shared_strings

__all__ = ["Content", "Fault", "Sheet", "Workbook", "letter", "read_workbook"]

#: The name that `template` defines in a workbook: its bare numbers under a % header are percentages.
PERCENT_MARKER = "tracepack_shares_are_percent"

#: Built-in formats that East Asian editions show as dates; the format table of a file does not list them.
_EAST_ASIAN_DATES = frozenset({*range(27, 37), *range(50, 59)})

letter = functools.cache(get_column_letter)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet.  ``rows``: row number -> column number -> content, from 1; ``formats``: codes where not General.

    ``merged``: merged ranges as first row, first column, last row, last column (from 1).  ``places``: the cells of columns
    that hold what is stated once for a whole table ("" where no cell states it).
    """

    name: str
    file: str
    sha256: str
    rows: dict[int, dict[int, Content]]
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: bool = False
    percent_marked: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()
    places: Mapping[int, str] = field(default_factory=dict)

    def letter(self, column: int) -> str:
        """A column's letter; the whole cell ("B2") for what is stated once for a table, "" where no cell states it."""
        return self.places[column] if column in self.places else letter(column)

    def ref(self, row: int, column: int) -> SourceRef:
        """The place of a cell (both numbers from 1)."""
        if column in self.places:
            return SourceRef(self.file, self.sha256, self.name, self.places[column])
        return SourceRef(self.file, self.sha256, self.name, f"{letter(column)}{row}")


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook as read: the file's base name, its digest and bytes, and its worksheets in order."""

    name: str
    sha256: str
    data: bytes
    sheets: tuple[Sheet, ...]


def read_workbook(path: Path) -> Workbook:
    """Read an .xlsx or .xlsm file whole; formulas give their saved results.

    Raises `UnreadableFile`, naming the file and the reason, for everything that is not a sound workbook of bearable
    size.  Hidden sheets are read; chart sheets have no cells and are left out.
    """
    data = read_bytes(path)
    digest = hashlib.sha256(data).hexdigest()
    try:
        return _read(path.name, digest, data)
    except RefusedError as refusal:
        raise UnreadableFile(f"{path.name}: {refusal.reason}", refusal.hint) from refusal
    except _DAMAGE as error:
        raise UnreadableFile(f"{path.name}: the workbook is damaged", _REPAIR) from error


#: What the readers below raise on bytes that are not what they claim to be.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    expat.ExpatError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    ValueError,
    ArithmeticError,
    MemoryError,
    OSError,
)
_REPAIR = "open it in a spreadsheet program, repair it and save it again"


def _read(name: str, digest: str, data: bytes) -> Workbook:
    package = Package.open(data)
    main = _main_part(package)
    targets = _relationships(package, main)
    book = _book(package, main)
    parts = {kind: part for kind, part in targets.values() if package.has(part)}
    strings = read_shared_strings(package, parts["sharedStrings"]) if "sharedStrings" in parts else []
    styles = _formats(package, parts["styles"]) if "styles" in parts else []
    epoch = CALENDAR_MAC_1904 if book.mac_dates else CALENDAR_WINDOWS_1900
    sheets: list[Sheet] = []
    budget = MAX_CELLS
    for title, relation, hidden in book.sheets:
        kind, part = targets.get(relation, ("", ""))
        if kind == "worksheet":
            grid, used = _grid(package, part, strings, styles, epoch, budget)
            budget -= used
            merged = tuple(grid.merged)
            sheets.append(Sheet(title, name, digest, grid.rows, grid.formats, hidden, book.percent_marked, merged))
    if not book.sheets:
        raise RefusedError("the workbook has no worksheet")
    return Workbook(name, digest, data, tuple(sheets))


def _main_part(package: Package) -> str:
    """The workbook part, by the package's own relationships."""
    for kind, part in _relationships(package, "").values():
        if kind == "officeDocument":
            if part.casefold().endswith(".bin"):
                raise RefusedError("this is a binary workbook (.xlsb) under another name", "save it as .xlsx")
            return part
    raise RefusedError("this is a zip archive, but not a workbook", "save the table as an Excel workbook (.xlsx)")


def _relationships(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Relationship id -> (last word of its type, part name).  Strict and transitional files differ only in the type's host."""
    folder, _, base = part.rpartition("/")
    rels = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    if not package.has(rels):
        raise RefusedError("this is a zip archive, but not a workbook", "save the table as an Excel workbook (.xlsx)")
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes["Type"].rpartition("/")[2]
            found[attributes["Id"]] = (kind, part_path(part, attributes["Target"]))

    package.parse(rels, start, _ignore, _ignore)
    return found


def _ignore(_: str) -> None:
    """What this pass does not need."""


@dataclass(slots=True)
class _Book:
    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    mac_dates: bool = False
    percent_marked: bool = False


def _book(package: Package, part: str) -> _Book:
    """The workbook part: sheet names in order with their relationship and whether hidden, date system, our marker."""
    book = _Book()

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "sheet":
            relation = next((value for key, value in attributes.items() if key != "sheetId" and local(key) == "id"), "")
            book.sheets.append((attributes["name"], relation, attributes.get("state", "visible") != "visible"))
        elif tag == "workbookPr":
            book.mac_dates = attributes.get("date1904", "0") in {"1", "true", "on"}
        elif tag == "definedName" and attributes.get("name") == PERCENT_MARKER:
            book.percent_marked = True

    package.parse(part, start, _ignore, _ignore)
    return book


_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def _formats(package: Package, part: str) -> list[Format | None]:
    """What each cell format means for reading, by index; None for General and text."""
    codes: dict[int, str] = {}
    used: list[int] = []
    state = {"cells": False}

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            state["cells"] = True
        elif tag == "xf" and state["cells"]:
            used.append(int(attributes.get("numFmtId", "0")))

    def end(name: str) -> None:
        if local(name) == "cellXfs":
            state["cells"] = False

    package.parse(part, start, end, _ignore)
    return [_format(number, codes) for number in used]


def _format(number: int, codes: dict[int, str]) -> Format | None:
    code = codes.get(number) or BUILTIN_FORMATS.get(number, "General")
    if number in _EAST_ASIAN_DATES and number not in codes:
        return Format(code, percent=False, date=True)
    if code in {"General", "@"}:
        return None
    return Format(code, percent="%" in _QUOTED.sub("", code), date=is_date_format(code))


def _grid(
    package: Package, part: str, strings: list[str], formats: list[Format | None], epoch: dt.datetime, budget: int
) -> tuple[Grid, int]:
    def serial(number: Decimal) -> Cell:
        try:
            found = from_excel(float(number), epoch)
        except (ValueError, OverflowError):
            return number
        return found if isinstance(found, dt.date | dt.time) else number

    reader = SheetReader(strings, formats, serial, budget)
    package.parse(part, reader.start, reader.end, reader.text)
    return reader.grid, reader.cells

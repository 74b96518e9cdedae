"""Workbooks in: the only module that opens a spreadsheet file, and the only one that knows how they can be broken."""

from __future__ import annotations

import functools
import hashlib
import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from tracepack.core.findings import SourceRef
from tracepack.core.limits import DEFAULT_LIMITS, Limits
from tracepack.errors import UnreadableFile
from tracepack.intake.biff12 import read_xlsb
from tracepack.intake.delimited import read_delimited
from tracepack.intake.filekind import kind_of, package_kind, read_bytes, refuse_prose
from tracepack.intake.ods import read_ods
from tracepack.intake.package import Package, RefusedError
from tracepack.intake.readout import DIALECT_AS_SHOWN, BookReadout, Dialect
from tracepack.intake.sheetxml import Content, Fault
from tracepack.intake.xls import read_xls
from tracepack.intake.xlsx import PERCENT_MARKER, main_part, read_xlsx

__all__ = ["PERCENT_MARKER", "Content", "Dialect", "Fault", "Sheet", "Workbook", "letter", "read_workbook"]


@functools.cache
def letter(column: int) -> str:
    """A column's letters, 1 is A.  The library that also knows them takes longer to load than many files to read."""
    before, last = divmod(column - 1, 26)
    return (letter(before) if before else "") + chr(ord("A") + last)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet.  ``rows``: row number -> column number -> content, from 1; ``formats``: codes where not General.

    ``merged``: merged ranges as first row, first column, last row, last column (from 1).  ``places``: the cells of columns
    that hold what is stated once for a whole table ("" where no cell states it).  ``hidden_rows``: rows that are not shown;
    ``struck``: cells whose text, or a part of it, is struck through.
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
    hidden_rows: Set[int] = frozenset()
    struck: Set[tuple[int, int]] = frozenset()

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
    """A workbook as read: the file's base name, its digest and bytes, and its worksheets in order.

    ``dialect``: how a text file (.csv, .tsv) turned out to be written; None for workbooks.
    """

    name: str
    sha256: str
    data: bytes
    sheets: tuple[Sheet, ...]
    dialect: Dialect | None = None


def read_workbook(path: Path, limits: Limits = DEFAULT_LIMITS, dialect: Dialect = DIALECT_AS_SHOWN) -> Workbook:
    """Read a workbook, or a table in text, whole and by its content; formulas give their saved results.

    ``dialect`` states how a text file is written where that shall not be taken from its content.  Raises
    `UnreadableFile`, naming the file and the reason, for everything that is not a sound workbook of bearable size.
    Hidden sheets are read; chart sheets have no cells and are left out.
    """
    name = path.name or str(path)
    try:
        data = read_bytes(path, limits)
        return _workbook(name, data, _read(path, data, limits, dialect))
    except RefusedError as refusal:
        raise UnreadableFile(f"{name}: {refusal.reason}", refusal.hint) from refusal
    except _DAMAGE as error:
        raise UnreadableFile(f"{name}: the workbook is damaged", _REPAIR) from error


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


def _workbook(name: str, data: bytes, book: BookReadout) -> Workbook:
    digest = hashlib.sha256(data).hexdigest()
    sheets = tuple(
        Sheet(
            sheet.title,
            name,
            digest,
            sheet.grid.rows,
            sheet.grid.formats,
            sheet.hidden,
            book.percent_marked,
            tuple(sheet.grid.merged),
            hidden_rows=sheet.grid.hidden_rows & sheet.grid.rows.keys(),
            struck=sheet.grid.struck,
        )
        for sheet in book.sheets
    )
    return Workbook(name, digest, data, sheets, book.dialect)


def _read(path: Path, data: bytes, limits: Limits, dialect: Dialect) -> BookReadout:
    kind = kind_of(data, path.suffix)
    if kind == "zip":
        return _read_package(Package.open(data, limits), limits)
    if kind == "text":
        book = read_delimited(data, path.stem, dialect, limits)
        refuse_prose(book, path.suffix)
        return book
    return read_xls(data, limits)


def _read_package(package: Package, limits: Limits) -> BookReadout:
    if package_kind(package) == "ods":
        return read_ods(package, limits)
    main = main_part(package)
    return read_xlsb(package, main, limits) if main.casefold().endswith(".bin") else read_xlsx(package, main, limits)

"""What a format's reader hands over: sheets of cells, whatever file they came from."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracepack.intake.sheetxml import Grid

#: No workbook that people make has more.
MAX_SHEETS = 10_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file is written: Python's name of the encoding, and the delimiter; "" where the file shall show it."""

    encoding: str = ""
    delimiter: str = ""


#: Everything as the file shows it.
DIALECT_AS_SHOWN = Dialect()


@dataclass(slots=True)
class SheetReadout:
    """One worksheet as read."""

    title: str
    grid: Grid
    hidden: bool = False


@dataclass(slots=True)
class BookReadout:
    """A workbook's worksheets in order, and whether `template` made it (its bare numbers under % are percentages).

    ``dialect``: how a text file turned out to be written; None for workbooks.
    """

    sheets: list[SheetReadout] = field(default_factory=list)
    percent_marked: bool = False
    dialect: Dialect | None = None

"""A table on a sheet of its own: a frozen header, filters, and every value as what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from xlsxwriter import Workbook

from tracepack.errors import UsageProblem
from tracepack.report.wording import printable

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_ROWS = 1_048_575
_LONGEST = 32_767


class Column(NamedTuple):
    """A header and how many characters wide its column is."""

    header: str
    width: int


class Formula(NamedTuple):
    """A formula, and its value for readers that do not calculate."""

    text: str
    value: float


Value = str | int | float | dt.date | Formula | None


class Styles:
    """How a header, a mass, a whole number and a day look in a workbook."""

    def __init__(self, book: Workbook) -> None:
        self.header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.number = book.add_format({"num_format": "#,##0.00####"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})


def write_table(book: Workbook, styles: Styles, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
    """Add a sheet with a table.  Raises UsageProblem where it has more rows than a sheet."""
    sheet = book.add_worksheet(name)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.header, styles.header)
        sheet.set_column(place, place, column.width)
    last = 0
    for last, cells in enumerate(rows, start=1):
        if last > _ROWS:
            raise UsageProblem("the books have more entries than a sheet has rows", "ask for one site or period, or write JSON")
        for place, value in enumerate(cells):
            match value:
                case None | "":
                    continue
                case str():  # text stays text, whatever it begins with
                    sheet.write_string(last, place, printable(value)[:_LONGEST])
                case Formula():
                    sheet.write_formula(last, place, value.text, styles.number, value.value)
                case dt.date():
                    sheet.write_datetime(last, place, dt.datetime(value.year, value.month, value.day), styles.day)
                case int():
                    sheet.write_number(last, place, value)
                case _:
                    sheet.write_number(last, place, value, styles.number)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)

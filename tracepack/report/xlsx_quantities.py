"""The quantity book in the workbook of the books: stock by period, every movement with its cell, and what was counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from tracepack.report.answers_balance import BalanceAnswer
from tracepack.report.answers_quantity import QuantityPeriodAnswer
from tracepack.report.wording import Wording
from tracepack.report.xlsx_table import Column, Formula, Styles, Value, write_table

#: What stands between opening and closing, and whether it adds to stock.
_FIGURES = (
    *((name, 1) for name in ("opening_stock", "received", "made", "returned", "moved_in")),
    *((name, -1) for name in ("used", "shipped", "moved_out", "lost")),
)
_HEAD = ("site", "material", "period", "start", "end")
_MOVED = ("site", "material", "period", "date", "kind", "number", "lot", "mass_kg", "file", "sheet", "cell", "sha256")
_COUNTED = ("site", "material", "date", "counted_kg", "book_kg", "difference_kg", "tolerance", "scheme", "agrees_with_book", "cells")


def write_quantities(book: Workbook, styles: Styles, answer: BalanceAnswer, w: Wording) -> None:
    """Add the sheets of the quantity book, and of counts where there are any; none where nothing ever moved."""
    if not answer.quantity_books:
        return
    figures = ("opening", *(name for name, _ in _FIGURES), "closing")
    columns = [*_columns(w, _HEAD), *(Column(f"{w(f'balance.stock.{name}')}, kg", 16) for name in figures)]
    write_table(book, styles, w("balance.sheet.quantities"), columns, _stocks(answer, w))
    write_table(book, styles, w("balance.sheet.movements"), _columns(w, _MOVED), _movements(answer, w))
    if any(found.counts for found in answer.quantity_books):
        write_table(book, styles, w("balance.sheet.counts"), _columns(w, _COUNTED), _counts(answer, w))


def _columns(w: Wording, names: tuple[str, ...]) -> list[Column]:
    widths = {"file": 30, "sha256": 68, "cells": 40}
    return [Column(w(f"balance.column.{name}"), widths.get(name, 14)) for name in names]


def _kg(mass_kg: str | None) -> float | None:
    return None if mass_kg is None else float(mass_kg)


def _stocks(answer: BalanceAnswer, w: Wording) -> Iterator[list[Value]]:
    """Closing is a formula; blank where a mass is not known."""
    row = 1
    for found in answer.quantity_books:
        for period in found.periods:
            row += 1
            figures: list[Value] = [_kg(getattr(period, f"{name}_kg")) for name, _ in _FIGURES]
            letters = [xl_col_to_name(len(_HEAD) + n) for n in range(len(_FIGURES) + 1)]
            moved = "".join(f"{'+' if sign > 0 else '-'}{letters[n]}{row}" for n, (_, sign) in enumerate(_FIGURES, start=1))
            closing = None if period.closing_kg is None else Formula(f"={letters[0]}{row}{moved}", float(period.closing_kg))
            yield [found.site, found.material, *_days(period, w), _kg(period.opening_kg), *figures, closing]


def _days(period: QuantityPeriodAnswer, w: Wording) -> list[Value]:
    name = period.period or f"({w('balance.outside')})"
    return [name, dt.date.fromisoformat(period.start), dt.date.fromisoformat(period.end)]


def _movements(answer: BalanceAnswer, w: Wording) -> Iterator[list[Value]]:
    for found in answer.quantity_books:
        for period in found.periods:
            for m in period.movements:
                kind = w(f"balance.stock.{'opening_stock' if m.kind == 'opening' else m.kind.replace('-', '_')}")
                (ref,) = m.refs
                moved: list[Value] = [dt.date.fromisoformat(m.date), kind, m.number, m.lot, _kg(m.mass_kg)]
                yield [found.site, found.material, _days(period, w)[0], *moved, ref.file, ref.sheet, ref.cell, ref.sha256]


def _counts(answer: BalanceAnswer, w: Wording) -> Iterator[list[Value]]:
    row = 1
    for found in answer.quantity_books:
        for c in found.counts:
            row += 1
            difference = None if c.book_kg is None else Formula(f"=D{row}-E{row}", float(c.counted_kg) - float(c.book_kg))
            agrees = "" if c.agrees is None else w("balance.agrees.yes" if c.agrees else "balance.agrees.no")
            masses: list[Value] = [float(c.counted_kg), _kg(c.book_kg), difference, c.tolerance]
            cells = "; ".join(map(str, c.refs))
            yield [found.site, found.material, dt.date.fromisoformat(c.date), *masses, c.scheme, agrees, cells]

"""Rows that are struck through or hidden: what a reader of the sheet sees, and values alone do not say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracepack.core.findings import Finding
from tracepack.intake.columns import ColumnMap
from tracepack.intake.gather import Gathered
from tracepack.intake.layouts import text_of
from tracepack.intake.workbook import Sheet

#: Why a row is no data.
STRUCK = "struck through"
LEFT_OUT, READ = "left out", "read"


@dataclass(frozen=True, slots=True)
class Settled:
    """A table's rows: those to be read, those left out with the reason, and what has to be asked."""

    rows: tuple[int, ...]
    left_out: Mapping[int, str]
    findings: tuple[Finding, ...]


def settle_struck(sheet: Sheet, rows: Sequence[int], columns: ColumnMap) -> Settled:
    """What is to become of rows struck through: as ``columns.rules.struck`` says; an error where nothing was said.

    Rows are left out only where every cell in a column that was understood is struck through; where some are, the row is an
    error unless all such rows are to be read.
    """
    understood = set(columns.columns.values())
    marked = {row: found for row in rows if (found := _struck_cells(sheet, row, understood))} if sheet.struck else {}
    if not marked or columns.rules.struck == READ:
        return Settled(tuple(rows), {}, ())
    whole = {row for row in marked if len(marked[row]) == len(understood & sheet.rows[row].keys())}
    gathered = Gathered()
    for row, cells in marked.items():
        if row not in whole:
            message = "The cell is struck through, the rest of its row is not; what holds cannot be told."
            _tell(gathered, sheet, row, cells, message, "correct the cell, or say that such cells hold: --struck-rows read")
        elif columns.rules.struck is None:
            message = "The row is struck through; whether it was cancelled is not said."
            _tell(gathered, sheet, row, cells[:1], message, "say what such rows are: --struck-rows leave-out, or --struck-rows read")
    left_out = dict.fromkeys(sorted(whole), STRUCK) if columns.rules.struck == LEFT_OUT else {}
    return Settled(tuple(row for row in rows if row not in left_out), left_out, gathered.findings())


def tell_hidden(sheet: Sheet, rows: Iterable[int], columns: ColumnMap) -> tuple[Finding, ...]:
    """One warning for the rows of a table that are hidden, as a filter leaves them, and were read like the others."""
    gathered = Gathered()
    first = min(columns.columns.values(), default=1)
    for row in sorted(sheet.hidden_rows & set(rows)) if sheet.hidden_rows else ():
        content = sheet.rows[row].get(first)
        ref = sheet.ref(row, first)
        message = "The row is hidden, perhaps by a filter; it was read like the others."
        gathered.add("row-hidden", message, "check that it was meant to be sent", ref, f"{ref.cell}  {text_of(content)[:80]}")
    return gathered.findings()


def _struck_cells(sheet: Sheet, row: int, understood: Collection[int]) -> list[int]:
    return [column for column in sorted(sheet.rows[row]) if column in understood and (row, column) in sheet.struck]


def _tell(gathered: Gathered, sheet: Sheet, row: int, columns: Iterable[int], message: str, hint: str) -> None:
    for column in columns:
        ref = sheet.ref(row, column)
        gathered.add("struck-through", message, hint, ref, f"{ref.cell}  {text_of(sheet.rows[row][column])[:80]}")

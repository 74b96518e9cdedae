"""A total row against the rows above it: a sum that does not agree is how a lost row shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from tracepack.core.findings import Finding
from tracepack.core.ledger import Row
from tracepack.intake.celltext import plain
from tracepack.intake.columns import ColumnMap
from tracepack.intake.gather import excerpt_of, finding
from tracepack.intake.workbook import Sheet

#: Sums of rounded figures may be off by as much, relative to the total.
ROUNDED = Decimal("0.0001")


def check_totals(sheet: Sheet, columns: ColumnMap, rows: Sequence[Row], totals: Iterable[int]) -> Iterator[Finding]:
    """`total-differs` where a total of quantities is neither the sum of all rows above it nor of those since the last total.

    Only numeric totals over rows of one unit are judged.
    """
    column = columns.columns.get("quantity")
    before = 0
    for row in sorted(totals):
        stated = sheet.rows[row].get(column) if column else None
        above = [r for r in rows if r.source.row < row and r.values.get("quantity") is not None]
        if isinstance(stated, Decimal) and above and len({r.values.get("unit") for r in above}) == 1:
            sums = [_sum(above), _sum([r for r in above if r.source.row > before])]
            if not any(abs(total - stated) <= abs(stated) * ROUNDED for total in sums):
                yield _differs(sheet, columns, row, stated, sums[-1])
        before = row


def _sum(rows: Iterable[Row]) -> Decimal:
    return sum((Decimal(str(row.values["quantity"])) for row in rows), Decimal(0))


def _differs(sheet: Sheet, columns: ColumnMap, row: int, stated: Decimal, found: Decimal) -> Finding:
    ref = sheet.ref(row, columns.columns["quantity"])
    return finding(
        "total-differs",
        f"The total says {plain(stated)}, the rows above it add up to {plain(found)}.",
        hint="look for a row that is missing, hidden or counted twice",
        refs=[ref],
        excerpt=excerpt_of(ref, columns.headers.get("quantity", "Quantity"), plain(stated)),
    )

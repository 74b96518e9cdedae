"""A total row against the rows above it: a sum that does not agree is how a lost row shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from tracepack.core.findings import Finding
from tracepack.core.ledger import Row
from tracepack.core.numerals import PercentNumber, read_numeral
from tracepack.intake.celltext import plain
from tracepack.intake.columns import ColumnMap
from tracepack.intake.gather import excerpt_of, finding
from tracepack.intake.layouts import text_of
from tracepack.intake.workbook import Sheet

#: Sums of rounded figures may be off by as much, relative to the total.
ROUNDED = Decimal("0.0001")


def check_totals(sheet: Sheet, columns: ColumnMap, rows: Sequence[Row], totals: Iterable[int]) -> Iterator[Finding]:
    """`total-differs` where a total of quantities is neither the sum of all rows above it nor of those since the last total.

    Only totals over rows of one unit are judged; one in text that may be read in two ways is not told where either agrees.
    """
    column = columns.columns.get("quantity")
    before = 0
    for row in sorted(totals):
        stated = _numbers(sheet.rows[row].get(column) if column else None)
        above = [r for r in rows if r.source.row < row and r.values.get("quantity") is not None]
        if stated and above and len({r.values.get("unit") for r in above}) == 1:
            sums = [_sum(above), _sum([r for r in above if r.source.row > before])]
            if not any(abs(total - number) <= abs(number) * ROUNDED for total in sums for number in stated):
                yield _differs(sheet, columns, row, sums[-1])
        before = row


def _numbers(content: object) -> list[Decimal]:
    """What a total may say: a number, or a text under either decimal mark; none where it is no number."""
    if isinstance(content, PercentNumber):
        return []
    if isinstance(content, Decimal):
        return [content]
    ways = (read_numeral(content, mark) for mark in (".", ",")) if isinstance(content, str) else ()
    return [way for way in ways if isinstance(way, Decimal)]


def _sum(rows: Iterable[Row]) -> Decimal:
    return sum((Decimal(str(row.values["quantity"])) for row in rows), Decimal(0))


def _differs(sheet: Sheet, columns: ColumnMap, row: int, found: Decimal) -> Finding:
    ref = sheet.ref(row, columns.columns["quantity"])
    content = sheet.rows[row][columns.columns["quantity"]]
    stated = plain(content) if isinstance(content, Decimal) else text_of(content)
    return finding(
        "total-differs",
        f"The total says {stated}, the rows above it add up to {plain(found)}.",
        hint="look for a row that is missing, hidden or counted twice",
        refs=[ref],
        excerpt=excerpt_of(ref, columns.headers.get("quantity", "Quantity"), stated),
    )

"""What of the audit of the books concerns the credits that a lot or a shipment rests on.

A sentence on attributed content, or a declaration of it, is as good as the credits behind it: while the audit of the books finds
an error in their own rows (an account below zero at a period's end, credits used after the sale), none of it may be said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tracepack.core.attribution import attributed_content
from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.ledger import Attribution, LotKey
from tracepack.core.lineage import Lineage

#: A row of a sheet: SHA-256 of the file, sheet, row as it stands in a cell's name.
_Row = tuple[str, str, str]
_LETTERS = re.compile(r"^[A-Z]+")


def credits_behind(lineage: Lineage, lots: Iterable[LotKey], shipments: Iterable[str]) -> tuple[Attribution, ...]:
    """The attributions that some canonical lots have their attributed content from, and those to some shipments by number."""
    found: dict[int, Attribution] = {}
    for lot in lots:
        attributed = attributed_content(lineage, lot)
        for name in attributed.lots if attributed is not None else ():
            found.update({id(row): row for row in lineage.attributions.get(name, ())})
    numbers = set(shipments)
    found.update({id(row): row for row in lineage.ledger.attributions if row.shipment_no in numbers})
    return tuple(sorted(found.values(), key=lambda row: (row.date, row.attribution_no, row.source.ref())))


def faults_of(findings: Iterable[Finding], rows: Iterable[Attribution]) -> tuple[Finding, ...]:
    """The errors among some findings that name a cell of one of the rows."""
    places = {_row_of(row.source.ref("quantity")) for row in rows}
    return tuple(f for f in findings if f.severity is Severity.ERROR and any(_row_of(ref) in places for ref in f.refs))


def _row_of(ref: SourceRef) -> _Row:
    return ref.sha256, ref.sheet, _LETTERS.sub("", ref.cell)

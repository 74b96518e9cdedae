"""The audit tests of what credits are used for: lots and shipments that are known, and no more than their mass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracepack.core.accounts import attributed_lots
from tracepack.core.bookrecords import Attribution
from tracepack.core.bookview import BookView
from tracepack.core.findings import Finding, Severity
from tracepack.core.ledger import LotKey
from tracepack.core.lineage import Lineage
from tracepack.core.pools import pool_of
from tracepack.core.quantity import kg_text, mass_mg


def check_uses(view: BookView) -> Iterator[Finding]:
    """Attributions to what is not known, or beyond the mass of what they name."""
    by_lot: dict[LotKey, list[tuple[int, Attribution]]] = {}
    by_shipment: dict[str, list[tuple[int, Attribution]]] = {}
    for row in sorted(view.lineage.ledger.attributions, key=lambda a: a.attribution_no):
        mass = mass_mg(row.quantity, row.unit) or 0
        lots = attributed_lots(view.lineage, row)
        if not any(_is_known(view.lineage, lot) for lot in lots):
            field = "lot_no" if row.lot_no is not None else "shipment_no"
            text = f"Attribution {row.attribution_no} names {row.lot_no or row.shipment_no}, which is not known."
            hint = "Import the run that made the lot, or the shipment; a delivered lot is named by its Own Lot No."
            if row.site in view.sites:
                yield Finding("attribution-unknown-lot", Severity.ERROR, text, hint, (row.source.ref(field),))
            continue
        if len(lots) == 1:
            by_lot.setdefault(lots[0], []).append((mass, row))
        if row.lot_no is None:
            by_shipment.setdefault(row.shipment_no or "", []).append((mass, row))
    for lot, rows in sorted(by_lot.items()):
        yield from _beyond(view, f"lot {lot}", pool_of(view.lineage, lot).mass_mg, rows)
    for number, rows in sorted(by_shipment.items()):
        shipped = [view.lineage.shipment_mg(s) for s in view.lineage.ledger.shipments if s.shipment_no == number and not s.is_return]
        yield from _beyond(view, f"shipment {number}", None if None in shipped else sum(m or 0 for m in shipped), rows)


def _is_known(lineage: Lineage, lot: LotKey) -> bool:
    return bool(lineage.makers.get(lot) or lineage.delivered(lot))


def _beyond(view: BookView, what: str, mass: int | None, rows: Sequence[tuple[int, Attribution]]) -> Iterator[Finding]:
    total = sum(part for part, _ in rows)
    if mass is not None and total > mass and any(row.site in view.sites for _, row in rows):
        text = f"{kg_text(total)} kg are attributed to {what}, which has {kg_text(mass)} kg."
        hint = "More than 100 % cannot be attributed: correct a quantity, or take an attribution back."
        yield Finding("attributed-beyond-lot", Severity.ERROR, text, hint, tuple(row.source.ref("quantity") for _, row in rows))

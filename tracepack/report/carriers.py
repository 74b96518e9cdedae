"""The shipments that carry what credits were used for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from tracepack.core.accounts import Entry, attributed_lots
from tracepack.core.bookrecords import Attribution
from tracepack.core.ledger import Shipment
from tracepack.core.lineage import Lineage
from tracepack.core.quantity import kg_text
from tracepack.report.answers_balance import CarrierAnswer


class Carriers:
    """From an attribution to the shipments of its lot, or of the shipment it names."""

    def __init__(self, lineage: Lineage) -> None:
        self.lineage = lineage

    @cached_property
    def _attributions(self) -> dict[tuple[str, str], Attribution]:
        return {(row.site, row.attribution_no): row for row in self.lineage.ledger.attributions}

    @cached_property
    def _by_number(self) -> dict[str, list[Shipment]]:
        found: dict[str, list[Shipment]] = {}
        for shipment in self.lineage.ledger.shipments:
            found.setdefault(shipment.shipment_no, []).append(shipment)
        return found

    def shipments(self, entry: Entry) -> list[CarrierAnswer]:
        """The shipments of an attribution's lot, by date and number; [] for any other entry."""
        row = self._attributions.get((entry.account.site, entry.number)) if entry.kind == "attributed" else None
        if row is None:
            return []
        rows = self._by_number.get(row.shipment_no or "", []) if row.lot_no is None else self._of_lots(row)
        return [self._answer(shipment) for shipment in sorted(rows, key=lambda s: (s.date, s.shipment_no, s.source.ref()))]

    def _of_lots(self, row: Attribution) -> Iterable[Shipment]:
        return (shipment for lot in attributed_lots(self.lineage, row) for shipment in self.lineage.shipments.get(lot, ()))

    def _answer(self, s: Shipment) -> CarrierAnswer:
        mass = self.lineage.shipment_mg(s)
        return CarrierAnswer(
            shipment=s.shipment_no,
            date=s.date.isoformat(),
            customer=s.customer,
            lot=s.lot_no,
            mass_kg=None if mass is None else kg_text(mass),
            returned=s.is_return,
            refs=(s.source.ref("quantity"),),
        )

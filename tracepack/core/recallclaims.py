"""What was sold with content that was attributed from recalled credits: bookkeeping, whatever the goods are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from tracepack.core.attribution import carried_spans
from tracepack.core.bookrecords import Attribution
from tracepack.core.entries import AccountKey
from tracepack.core.ledger import LotKey, Shipment
from tracepack.core.lineage import Lineage
from tracepack.core.recallcredits import Bounds, CreditAccount, attributed_bounds
from tracepack.core.recallnodes import reached_lots
from tracepack.core.returns import Returns, returns_of
from tracepack.core.trace import OpenEnd

#: What goes nowhere, or to nobody.
_NOT_SOLD = frozenset({"transfer", "disposal"})


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row of a shipment; milligrams less what came back, and of them the least and the most that recalled credits were attributed to.

    ``mass_mg`` and ``high`` None: the mass of the row is not known.
    """

    shipment: Shipment
    lot: LotKey
    mass_mg: Fraction | None
    low: Fraction
    high: Fraction | None


@dataclass(frozen=True, slots=True)
class CreditTrail:
    """Where recalled credits went: the accounts they came into with their names as written, the attributions by number, what was
    sold with them, and the ``ends`` at which the books do not tell how much of a use was theirs."""

    accounts: tuple[CreditAccount, ...] = ()
    names: Mapping[AccountKey, tuple[str, str, str, str, str]] = field(default_factory=dict)
    attributions: Mapping[str, Attribution] = field(default_factory=dict)
    claimed: tuple[Claimed, ...] = ()
    parties: Mapping[str, str] = field(default_factory=dict)
    ends: tuple[OpenEnd, ...] = ()


def claimed_shipments(lineage: Lineage, accounts: Iterable[CreditAccount]) -> tuple[Claimed, ...]:
    """The shipments that recalled credits were attributed to, or to lots that they were sold from or are inside of; by date and number."""
    to_lots, to_shipments = _given(lineage, accounts)
    reached = list(reached_lots(lineage, to_lots)[0])
    least = carried_spans(lineage, reached, {lot: int(low) for lot, (low, _) in to_lots.items()})
    most = carried_spans(lineage, reached, {lot: ceil(high) for lot, (_, high) in to_lots.items()})
    spans = {lot: (least[lot][0], most[lot][1]) for lot in reached if most[lot][1] > 0}
    back = returns_of(lineage)
    found = [_claimed(lineage, row, spans, to_shipments, back) for row in lineage.ledger.shipments]
    claimed = [one for one in found if one is not None]
    return tuple(sorted(claimed, key=lambda c: (c.shipment.date, c.shipment.shipment_no, c.lot, c.shipment.source.order())))


def _given(lineage: Lineage, accounts: Iterable[CreditAccount]) -> tuple[dict[LotKey, Bounds], dict[str, Bounds]]:
    """Milligrams of output by the lot or shipment that an attribution names."""
    rows = {row.attribution_no: row for row in lineage.ledger.attributions}
    lots: dict[LotKey, Bounds] = {}
    shipments: dict[str, Bounds] = {}
    for number, (low, high) in attributed_bounds(accounts):
        row = rows[number]
        if row.shipment_no is not None:
            before = shipments.get(row.shipment_no, (Fraction(0), Fraction(0)))
            shipments[row.shipment_no] = before[0] + low, before[1] + high
        elif (named := row.lot(lineage.ledger.organisation)) is not None:
            lot = lineage.canonical(named)
            before = lots.get(lot, (Fraction(0), Fraction(0)))
            lots[lot] = before[0] + low, before[1] + high
    return lots, shipments


def _claimed(
    lineage: Lineage, row: Shipment, spans: Mapping[LotKey, Bounds], direct: Mapping[str, Bounds], back: Returns
) -> Claimed | None:
    """What of a shipment's row was attributed from recalled credits: by its lot, and its part of what the whole shipment was given."""
    lot = lineage.canonical(row.lot)
    if row.is_return or row.kind in _NOT_SOLD or (lot not in spans and row.shipment_no not in direct):
        return None
    mass, kept = lineage.shipment_mg(row), 1 - back.share(row.shipment_no)
    if mass is None:
        return Claimed(row, lot, None, Fraction(0), None)
    low, high = spans.get(lot, (Fraction(0), Fraction(0)))
    given = direct.get(row.shipment_no, (Fraction(0), Fraction(0)))
    masses = [lineage.shipment_mg(other) for other in lineage.shipped_as[row.shipment_no] if not other.is_return]
    part = Fraction(mass, sum(m or 0 for m in masses) or 1) if None not in masses else None
    least = low * mass + (given[0] * part if part is not None else 0)
    most = high * mass + given[1] * (part if part is not None else 1)
    return Claimed(row, lot, mass * kept, least * kept, most * kept) if most * kept > 0 else None

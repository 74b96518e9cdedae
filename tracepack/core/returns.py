"""What came back: each return against the shipment that it reverses, lot by lot, and no more than was shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tracepack.core.ledger import LotKey, Shipment
from tracepack.core.lineage import Lineage


@dataclass(frozen=True, slots=True)
class Returned:
    """A return of a lot, the rows of the shipment that it reverses, and the part of that whole shipment that came back with it."""

    row: Shipment
    shipped: tuple[Shipment, ...]
    share: Fraction


@dataclass(frozen=True)
class Returns:
    """Returns by the number of the shipment that they reverse, in order of date; ``beyond`` gave back more than was there."""

    of_shipment: Mapping[str, tuple[Returned, ...]]
    beyond: tuple[tuple[Shipment, tuple[Shipment, ...]], ...]
    unmatched: tuple[Shipment, ...]

    def share(self, shipment_no: str) -> Fraction:
        """The part of a shipment that came back."""
        return sum((found.share for found in self.of_shipment.get(shipment_no, ())), Fraction(0))


def returns_of(lineage: Lineage) -> Returns:
    """Match every return; one that names no shipment of its lot is unmatched, as is one of unknown mass."""
    sent: dict[str, list[Shipment]] = {}
    for row in lineage.ledger.shipments:
        if not row.is_return:
            sent.setdefault(row.shipment_no, []).append(row)
    left: dict[tuple[str, LotKey], int] = {}
    matched: dict[str, list[Returned]] = {}
    beyond: list[tuple[Shipment, tuple[Shipment, ...]]] = []
    unmatched: list[Shipment] = []
    for row in sorted((s for s in lineage.ledger.shipments if s.is_return), key=lambda s: (s.date, s.shipment_no, s.source.ref())):
        number, lot = row.reverses_shipment_no or "", lineage.canonical(row.lot)
        mine = tuple(s for s in sent.get(number, ()) if lineage.canonical(s.lot) == lot)
        mass, whole = lineage.shipment_mg(row), _mass(lineage, sent.get(number, ()))
        if not mine or mass is None or not whole:
            unmatched.append(row)
            continue
        there = left.setdefault((number, lot), _mass(lineage, mine) or 0)
        if mass > there:
            beyond.append((row, mine))
        left[number, lot] = there - min(mass, there)
        matched.setdefault(number, []).append(Returned(row, mine, Fraction(min(mass, there), whole)))
    return Returns({number: tuple(found) for number, found in matched.items()}, tuple(beyond), tuple(unmatched))


def _mass(lineage: Lineage, rows: list[Shipment] | tuple[Shipment, ...]) -> int | None:
    masses = [lineage.shipment_mg(row) for row in rows]
    return None if None in masses else sum(mass or 0 for mass in masses)

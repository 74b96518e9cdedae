"""The quantity book: what of each material lies at each site, in as-is milligrams, by every movement that put it there.

It is physical: opening stock, received, made, returned, less used, shipped, lost; credits have no part in it.  A movement of
unknown mass makes what is left unknown from its day on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tracepack.core.balances import Segment, segments_of
from tracepack.core.bookrecords import BalancePeriod
from tracepack.core.findings import SourceRef
from tracepack.core.ledger import LotKey, Run, Shipment
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.sites import own_sites, receiving_site, sending_site

MovementKind = Literal["opening", "received", "made", "returned", "moved-in", "used", "shipped", "moved-out", "lost"]


class Movement(NamedTuple):
    """Mass that came to a site (above zero) or left it (below); ``mg`` is None where it is not known.  ``number`` names its paper."""

    date: dt.date
    kind: MovementKind
    mg: int | None
    site: str
    lot: LotKey
    material: str
    number: str
    ref: SourceRef


@dataclass(frozen=True, slots=True)
class QuantityBook:
    """One material at one site: its movements in order of date, what came in on a day before what left."""

    site: str
    material: str
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class QuantityStatement:
    """A quantity book over one segment; ``opening`` and ``closing`` in milligrams, None where a mass is not known."""

    segment: Segment
    opening: int | None
    movements: tuple[Movement, ...]
    closing: int | None

    def total(self, kind: MovementKind) -> int | None:
        """The sum of the movements of a kind, what left below zero; None where a mass is not known."""
        return stock_of(m for m in self.movements if m.kind == kind)


def quantity_books(lineage: Lineage) -> tuple[QuantityBook, ...]:
    """The quantity book of every material at every site, by site and material."""
    found: dict[tuple[str, str], list[Movement]] = {}
    for movement in movements(lineage):
        found.setdefault((movement.site, fold_name(movement.material)), []).append(movement)
    books = (QuantityBook(site, rows[0].material, in_order(rows)) for (site, _), rows in found.items())
    return tuple(sorted(books, key=lambda book: (book.site, fold_name(book.material))))


def statements_of(book: QuantityBook, periods: Sequence[BalancePeriod]) -> tuple[QuantityStatement, ...]:
    """A quantity book over every period of its site from its first movement on, and over the days that no period holds."""
    mine = [period for period in periods if period.site == book.site]
    found: list[QuantityStatement] = []
    left: int | None = 0
    place = 0
    for segment in segments_of([m.date for m in book.movements], mine):
        begin = place
        while place < len(book.movements) and book.movements[place].date <= segment.end:
            place += 1
        moved = book.movements[begin:place]
        change = stock_of(moved)
        closing = None if left is None or change is None else left + change
        found.append(QuantityStatement(segment, left, moved, closing))
        left = closing
    return tuple(found)


def stock_of(moved: Iterable[Movement]) -> int | None:
    """What some movements leave, in milligrams; None where a mass is not known."""
    whole = 0
    for movement in moved:
        if movement.mg is None:
            return None
        whole += movement.mg
    return whole


def stock_on(moved: Iterable[Movement], day: dt.date) -> int | None:
    """What is there at the end of a day."""
    return stock_of(m for m in moved if m.date <= day)


def in_order(moved: Iterable[Movement]) -> tuple[Movement, ...]:
    """By day, what came in before what left, since the order within a day is not known."""
    return tuple(sorted(moved, key=lambda m: (m.date, (m.mg or 0) < 0, m.kind, m.number, m.ref)))


def movements(lineage: Lineage) -> Iterator[Movement]:
    """Every movement that a ledger tells of, in no order."""
    named: dict[LotKey, str] = {}
    yield from _deliveries(lineage)
    for run in lineage.ledger.runs:
        yield from _run(lineage, run, named)
    sites = own_sites(lineage.ledger)
    sent = {s.shipment_no: sending_site(lineage.ledger, s) for s in lineage.ledger.shipments if not s.is_return}
    for shipment in lineage.ledger.shipments:
        yield from _shipment(lineage, shipment, sites, sent, named)


def _deliveries(lineage: Lineage) -> Iterator[Movement]:
    ledger = lineage.ledger
    sites = own_sites(ledger)
    for d in ledger.deliveries:
        site = receiving_site(ledger, sites, d)
        if site is not None:
            kind: MovementKind = "opening" if d.opening else "received"
            number = d.delivery_note or d.lot_no
            lot = lineage.canonical(d.lot)
            yield Movement(d.delivery_date, kind, lineage.delivery_mg(d), site, lot, d.material, number, d.source.ref("quantity"))


def _material(lineage: Lineage, lot: LotKey, named: dict[LotKey, str]) -> str:
    if lot not in named:
        named[lot] = lineage.material(lot)
    return named[lot]


def _run(lineage: Lineage, run: Run, named: dict[LotKey, str]) -> Iterator[Movement]:
    """What went in left stock, what came out entered it; a loss that names a lot that did not go in takes that lot."""
    flow = lineage.flow(run)
    for lot, mass, row in flow.draws:
        kind: MovementKind = "lost" if row.direction == "loss" else "used"
        ref = row.source.ref("quantity" if row.quantity is not None else "lot_no")
        out = None if mass is None else -mass
        yield Movement(run.date, kind, out, run.key.site, lot, _material(lineage, lot, named), run.key.number, ref)
    for group in flow.groups:
        for output in group.outputs:
            ref = output.row.source.ref("quantity" if output.row.quantity is not None else "lot_no")
            material = output.row.material or _material(lineage, output.lot, named)
            yield Movement(run.date, "made", output.mass_mg, run.key.site, output.lot, material, run.key.number, ref)


def _shipment(
    lineage: Lineage, s: Shipment, sites: frozenset[str], sent: Mapping[str, str], named: dict[LotKey, str]
) -> Iterator[Movement]:
    """A shipment leaves a site, a return comes back to one, a transfer to a site of ours does both."""
    lot = lineage.canonical(s.lot)
    mass, site = lineage.shipment_mg(s), sending_site(lineage.ledger, s)
    material, ref = _material(lineage, lot, named), s.source.ref("quantity")
    out = None if mass is None else -mass
    if s.is_return:
        back = s.site or sent.get(s.reverses_shipment_no or "", site)
        yield Movement(s.date, "returned", mass, back, lot, material, s.shipment_no, ref)
    elif s.kind == "transfer":
        yield Movement(s.date, "moved-out", out, site, lot, material, s.shipment_no, ref)
        if s.customer in sites:
            yield Movement(s.date, "moved-in", mass, s.customer, lot, material, s.shipment_no, ref)
    else:
        yield Movement(s.date, "lost" if s.kind == "disposal" else "shipped", out, site, lot, material, s.shipment_no, ref)

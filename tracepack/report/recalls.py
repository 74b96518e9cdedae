"""A recall as it is published: milligrams become kilograms, each list in its stated order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from math import isnan

from tracepack.core.findings import Finding
from tracepack.core.ledger import Delivery, LotKey, StockCount
from tracepack.core.quantity import kg_text, rounded_share
from tracepack.core.recall import Amount, HeldLot, Missing, Recall, Sent, Totals, total, totals_of
from tracepack.core.recallclaims import CreditTrail
from tracepack.core.recallends import adds_up
from tracepack.core.recallstock import Shelf
from tracepack.core.recallsubject import Part, Subject
from tracepack.core.sites import sending_site
from tracepack.core.stockcounts import count_mg
from tracepack.core.trace import OpenEnd as CoreEnd
from tracepack.report.answers import OpenEnd, ref_answer
from tracepack.report.answers_recall import (
    RecallAnswer,
    RecallAttributed,
    RecallCustomer,
    RecallDelivery,
    RecallDoubt,
    RecallLot,
    RecallMaterialCount,
    RecallMissing,
    RecallShipment,
    RecallStock,
    RecallSubject,
)
from tracepack.report.build import finding_answers
from tracepack.report.recall_credits import claimed_answers, credit_answers


@dataclass(frozen=True)
class Recalled:
    """A recall with what was found beside it; ``attributed`` is that of the subject's attributed origins."""

    physical: Recall
    attributed: Recall
    shelves: Sequence[Shelf]
    attributed_shelves: Sequence[Shelf]
    ends: Sequence[CoreEnd]
    credits: CreditTrail
    material_counts: Sequence[StockCount]
    findings: Iterable[Finding]


def recall_answer(found: Recalled, as_known_after: int) -> RecallAnswer:
    """`recall`, as published."""
    recall = found.physical
    totals = totals_of(recall)
    texts = _adding_up(totals) if adds_up(recall) else _texts(totals)
    counted = [s.counted_amount for s in found.shelves if s.counted_amount is not None]
    short = sum(s.short for s in found.shelves)
    unlocated = None if totals.unaccounted is None else totals.unaccounted + short
    return RecallAnswer(
        subject=_subject(recall),
        complete=not found.ends,
        adds_up=adds_up(recall),
        subject_kg=texts[0],
        shipped_kg=texts[1],
        book_stock_kg=texts[2],
        counted_stock_kg=_kg(total(a.carried for a in counted)) if counted else None,
        not_counted_kg=_kg(total(s.amount.carried for s in found.shelves if s.counted_amount is None)),
        lost_kg=texts[3],
        unaccounted_kg=texts[4],
        not_located_kg=_kg(unlocated),
        located_share=_located(totals, unlocated),
        lots=_lots(recall),
        customers=_customers(recall),
        shipments=_shipments(recall),
        stock=_stock(recall, found.shelves),
        material_counts=[_material_count(recall, count) for count in found.material_counts],
        missing=_missing(recall),
        open_ends=[OpenEnd(owner=e.lot.owner, number=e.lot.number, reason=e.reason, mass_kg=_kg(e.mass_mg)) for e in found.ends],
        may_belong=[_doubt(recall, delivery, why) for delivery, why in recall.subject.doubtful],
        attributed=RecallAttributed(
            subject_kg=_kg(found.attributed.entered),
            deliveries=_deliveries(found.attributed),
            lots=_lots(found.attributed),
            shipments=_shipments(found.attributed),
            stock=_stock(found.attributed, found.attributed_shelves),
            credits=credit_answers(found.credits),
            claimed=claimed_answers(found.credits),
        ),
        as_known_after_import=as_known_after,
        findings=finding_answers(found.findings),
    )


# --- masses


def _kg(mg: float | int | None) -> str | None:
    """Milligrams as kilograms, to the milligram."""
    return None if mg is None else kg_text(round(mg))


def _least(mg: float) -> str:
    return kg_text(round(mg))


def _texts(totals: Totals) -> tuple[str | None, ...]:
    return tuple(_kg(x) for x in (totals.entered, totals.shipped, totals.stock, totals.lost, totals.unaccounted))


def _adding_up(totals: Totals) -> tuple[str | None, ...]:
    """The totals to the milligram, so that the printed ones add up as the exact ones do: the largest rests are rounded up."""
    whole = round(totals.entered or 0.0)
    parts = [Decimal(repr(x or 0.0)) for x in (totals.shipped, totals.stock, totals.lost, totals.unaccounted)]
    floors = [int(p.to_integral_value(ROUND_FLOOR)) for p in parts]
    order = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i], i))
    spare = whole - sum(floors)
    if not 0 <= spare <= len(parts):
        return _texts(totals)
    for i in order[:spare]:
        floors[i] += 1
    return tuple(kg_text(mg) for mg in (whole, *floors))


def _located(totals: Totals, unlocated: float | None) -> float | None:
    if unlocated is None or not totals.entered or isnan(totals.rest):
        return None
    return rounded_share(max(0.0, 1.0 - unlocated / totals.entered))


def _share(amount: Amount, mass: float | int | None) -> float | None:
    return None if amount.point is None or not mass else rounded_share(amount.point / mass)


def _summed(amounts: Sequence[Amount]) -> tuple[str | None, str, str | None]:
    """In proportion, least and most of several amounts."""
    return _kg(total(a.point for a in amounts)), _least(sum(a.low for a in amounts)), _kg(total(a.high for a in amounts))


# --- the subject


def _subject(recall: Recall) -> RecallSubject:
    asked = recall.subject.asked
    return RecallSubject(
        kind=asked.kind,
        number=asked.number,
        owner=asked.owner,
        first_day=_day(asked.first),
        last_day=_day(asked.last),
        withdrawn_on=_day(recall.subject.withdrawn_on),
        deliveries=_deliveries(recall),
    )


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _deliveries(recall: Recall) -> list[RecallDelivery]:
    return [_delivery(recall, d, recall.subject) for d in recall.subject.deliveries]


def _delivery(recall: Recall, delivery: Delivery, subject: Subject) -> RecallDelivery:
    part = subject.parts.get(id(delivery), Part(1.0, 1.0, 1.0))
    return RecallDelivery(
        owner=delivery.supplier,
        number=delivery.lot_no,
        material=delivery.material,
        date=delivery.delivery_date.isoformat(),
        mass_kg=_kg(recall.forward.lineage.delivery_mg(delivery)),
        share_low=rounded_share(part.low),
        share_high=rounded_share(part.high),
        refs=[ref_answer(delivery.source.ref("lot_no"))],
    )


def _doubt(recall: Recall, delivery: Delivery, why: str) -> RecallDoubt:
    return RecallDoubt(
        owner=delivery.supplier,
        number=delivery.lot_no,
        date=delivery.delivery_date.isoformat(),
        mass_kg=_kg(recall.forward.lineage.delivery_mg(delivery)),
        reason=why,
        refs=[ref_answer(delivery.source.ref("lot_no"))],
    )


# --- where it is


def _lots(recall: Recall) -> list[RecallLot]:
    return [_lot(recall, held) for held in recall.lots]


def _lot(recall: Recall, held: HeldLot) -> RecallLot:
    a = held.amount
    return RecallLot(
        owner=held.lot.owner,
        number=held.lot.number,
        material=recall.forward.lineage.material(held.lot),
        depth=held.depth,
        mass_kg=_kg(held.mass_mg),
        affected_mass_kg=_kg(a.point),
        affected_low_kg=_least(a.low),
        affected_high_kg=_kg(a.high),
        share=_share(a, held.mass_mg),
    )


def _shipments(recall: Recall) -> list[RecallShipment]:
    depths = {held.lot: held.depth for held in recall.lots}
    materials = {held.lot: recall.forward.lineage.material(held.lot) for held in recall.lots}
    names = _names(recall)
    return [_shipment(recall, sent, depths.get(sent.lot, 0), materials.get(sent.lot, ""), names) for sent in recall.shipments]


def _names(recall: Recall) -> dict[str, str]:
    return {p.party_id: p.name for p in recall.forward.lineage.ledger.parties}


def _shipment(recall: Recall, sent: Sent, depth: int, material: str, names: dict[str, str]) -> RecallShipment:
    row, a, withdrawn = sent.shipment, sent.amount, recall.subject.withdrawn_on
    kept = None if sent.mass_mg is None else sent.mass_mg - sent.returned_mg
    return RecallShipment(
        shipment=row.shipment_no,
        customer=row.customer,
        customer_name=names.get(row.customer, ""),
        date=row.date.isoformat(),
        kind="return" if row.is_return else row.kind,
        site=sending_site(recall.forward.lineage.ledger, row),
        owner=sent.lot.owner,
        number=sent.lot.number,
        material=material,
        depth=depth,
        mass_kg=_kg(sent.mass_mg),
        returned_kg=kg_text(sent.returned_mg),
        affected_mass_kg=_kg(a.point),
        affected_low_kg=_least(a.low),
        affected_high_kg=_kg(a.high),
        share=_share(a, kept),
        before_withdrawal=None if withdrawn is None else row.date < withdrawn,
        refs=(row.source.ref("quantity"),),
    )


def _customers(recall: Recall) -> list[RecallCustomer]:
    """By Party ID; what was disposed of went to nobody."""
    names = _names(recall)
    found: dict[str, list[Sent]] = {}
    for sent in recall.shipped():
        found.setdefault(sent.shipment.customer, []).append(sent)
    return [_customer(customer, names.get(customer, ""), rows) for customer, rows in sorted(found.items())]


def _customer(customer: str, name: str, rows: Sequence[Sent]) -> RecallCustomer:
    point, low, high = _summed([s.amount for s in rows])
    return RecallCustomer(
        customer=customer,
        name=name,
        shipments=len({s.shipment.shipment_no for s in rows}),
        lots=len({s.lot for s in rows}),
        affected_mass_kg=point,
        affected_low_kg=low,
        affected_high_kg=high,
    )


def _stock(recall: Recall, shelves: Sequence[Shelf]) -> list[RecallStock]:
    return [_shelf(recall, shelf) for shelf in shelves]


def _shelf(recall: Recall, shelf: Shelf) -> RecallStock:
    a, counted = shelf.amount, shelf.counted_amount
    return RecallStock(
        owner=shelf.lot.owner,
        number=shelf.lot.number,
        material=recall.forward.lineage.material(shelf.lot),
        site=shelf.site,
        book_kg=_kg(shelf.book_mg),
        affected_mass_kg=_kg(a.point),
        affected_low_kg=_least(a.low),
        affected_high_kg=_kg(a.high),
        counted_on=_day(shelf.counted_on),
        counted_kg=_kg(shelf.counted_mg),
        counted_affected_kg=None if counted is None else _kg(counted.point),
        refs=[ref_answer(count.source.ref("quantity")) for count in shelf.counts],
    )


def _missing(recall: Recall) -> list[RecallMissing]:
    lost = [_lost(m) for m in recall.missing]
    for sent in recall.disposed():
        row, a = sent.shipment, sent.amount
        site = sending_site(recall.forward.lineage.ledger, row)
        lost.append(_missing_row("lost", row.shipment_no, site, row.date, a))
    return sorted(lost, key=lambda m: (m.date, m.number, m.site, m.kind))


def _lost(missing: Missing) -> RecallMissing:
    return _missing_row(missing.kind, missing.run.key.number, missing.run.key.site, missing.run.date, missing.amount)


def _missing_row(kind: str, number: str, site: str, day: dt.date, a: Amount) -> RecallMissing:
    return RecallMissing(
        kind="lost" if kind == "lost" else "unaccounted",
        number=number,
        site=site,
        date=day.isoformat(),
        affected_mass_kg=_kg(a.point),
        affected_low_kg=_least(a.low),
        affected_high_kg=_kg(a.high),
    )


def _material_count(recall: Recall, count: StockCount) -> RecallMaterialCount:
    return RecallMaterialCount(
        site=count.site,
        material=count.material or "",
        date=count.date.isoformat(),
        mass_kg=_kg(count_mg(recall.forward.lineage, count)),
        refs=[ref_answer(count.source.ref("quantity"))],
    )


def held_lots(recall: Recall) -> list[LotKey]:
    """The lots that hold any of the subject."""
    return [held.lot for held in recall.lots]

"""What is recalled: the deliveries, or the lot, that a certificate, feedstock source, supplier or lot number stands for.

The source of a delivery under mass balance or book and claim is an attributed origin: what it brought is not physically of
that source, so such deliveries are a subject of their own, never added to the physical one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tracepack.core.ledger import Certificate, Delivery, LotKey, LotSource
from tracepack.core.library import fold_name
from tracepack.core.lineage import BOOKKEPT, Lineage
from tracepack.core.methods import method_basis
from tracepack.core.pools import Inflow

SubjectKind = Literal["certificate", "source", "supplier", "lot"]


class Part(NamedTuple):
    """The share of a delivery that is the subject: least, in proportion, most."""

    low: float
    point: float
    high: float


ALL, NONE = Part(1.0, 1.0, 1.0), Part(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: a number of a kind, of an owner ("" where that says nothing), and the days it came in on (None: open)."""

    kind: SubjectKind
    number: str
    owner: str = ""
    first: dt.date | None = None
    last: dt.date | None = None

    def within(self, day: dt.date) -> bool:
        """Whether a day lies between the first and the last, both included."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is recalled: parts of deliveries, by their identity, or a lot whole.

    ``doubtful`` are deliveries that nothing ties to the subject but that may belong to it, each with the reason.
    """

    asked: Asked
    parts: Mapping[int, Part]
    deliveries: tuple[Delivery, ...]
    lot: LotKey | None = None
    withdrawn_on: dt.date | None = None
    doubtful: tuple[tuple[Delivery, str], ...] = ()

    def part_of(self, lot: LotKey, inflow: Inflow) -> Part:
        """The share of what entered a canonical lot that is the subject by itself, whatever a run may have brought along."""
        if inflow.delivery is not None and id(inflow.delivery) in self.parts:
            return self.parts[id(inflow.delivery)]
        return ALL if self.lot == lot and self.asked.within(inflow.date) else NONE


@dataclass(frozen=True, slots=True)
class Subjects:
    """The physical subject, and the attributed one: deliveries that have it as an attributed origin."""

    physical: Subject
    attributed: Subject


def subjects_of(lineage: Lineage, asked: Asked) -> Subjects:
    """Everything of a ledger that was asked for; a lot is asked for by its canonical key's owner and number."""
    if asked.kind == "lot":
        lot = lineage.canonical(LotKey(asked.owner, asked.number))
        return Subjects(_whole_lot(lineage, asked, lot), Subject(asked, {}, ()))
    physical: list[tuple[Delivery, Part]] = []
    attributed: list[tuple[Delivery, Part]] = []
    for delivery in _in_order(d for d in lineage.ledger.deliveries if asked.within(d.delivery_date)):
        real, booked = _parts(lineage, asked, delivery)
        physical += [(delivery, real)] if real != NONE else []
        attributed += [(delivery, booked)] if booked != NONE else []
    named = {id(d) for d, _ in (*physical, *attributed)}
    doubtful = tuple((d, why) for d, why in _doubtful(lineage, asked) if id(d) not in named)
    withdrawn = min((c.withdrawn_on for c in certificates(lineage, asked) if c.withdrawn_on is not None), default=None)
    return Subjects(
        _subject(asked, physical, withdrawn_on=withdrawn, doubtful=doubtful),
        _subject(asked, attributed, withdrawn_on=withdrawn),
    )


def _in_order(deliveries: Iterable[Delivery]) -> list[Delivery]:
    return sorted(deliveries, key=lambda d: (d.delivery_date, d.lot, d.delivery_note or "", d.source.order()))


def _subject(
    asked: Asked, found: list[tuple[Delivery, Part]], withdrawn_on: dt.date | None, doubtful: tuple[tuple[Delivery, str], ...] = ()
) -> Subject:
    return Subject(asked, {id(d): part for d, part in found}, tuple(d for d, _ in found), None, withdrawn_on, doubtful)


def _whole_lot(lineage: Lineage, asked: Asked, lot: LotKey) -> Subject:
    """A lot: all that came into it, and what its deliveries gave to a pool under our own number."""
    mine = _in_order(d for d in lineage.deliveries.get(lot, ()) if asked.within(d.delivery_date))
    return Subject(asked, {id(d): ALL for d in mine}, tuple(mine), lot)


def certificates(lineage: Lineage, asked: Asked) -> list[Certificate]:
    """The certificates of the number that is asked for."""
    if asked.kind != "certificate":
        return []
    return [c for c in lineage.ledger.certificates if fold_name(c.certificate_no) == fold_name(asked.number)]


def _parts(lineage: Lineage, asked: Asked, delivery: Delivery) -> tuple[Part, Part]:
    """What of a delivery is physically the subject's, and what is attributed to it."""
    if asked.kind == "supplier":
        return (ALL if delivery.supplier == asked.number else NONE), NONE
    if asked.kind == "certificate" and fold_name(delivery.certificate_no or "") == fold_name(asked.number):
        return ALL, NONE
    part = _of_sources(lineage, asked, delivery)
    return (NONE, part) if _is_bookkept(delivery) else (part, NONE)


def _is_bookkept(delivery: Delivery) -> bool:
    return delivery.chain_of_custody in BOOKKEPT or method_basis(delivery.method) == "attributed"


def _of_sources(lineage: Lineage, asked: Asked, delivery: Delivery) -> Part:
    """The share of a delivery that comes from the sources asked for; of ranges the least and most that the others leave."""
    if delivery.feedstock_source:
        return ALL if _is_asked(lineage, asked, delivery, delivery.feedstock_source) else NONE
    rows = [r for r in lineage.lot_sources.get(lineage.canonical(delivery.lot), ()) if r.lot == delivery.lot]
    mine = [r for r in rows if _is_asked(lineage, asked, delivery, r.source_id)]
    rest = [r for r in rows if r not in mine]
    if not mine:
        return NONE
    middle = _sum(mine, 0.5)
    whole = middle + _sum(rest, 0.5)
    if whole <= 0:
        return NONE
    return Part(_of(_sum(mine, 0.0), _sum(rest, 1.0)), middle / whole, _of(_sum(mine, 1.0), _sum(rest, 0.0)))


def _sum(rows: Iterable[LotSource], place: float) -> float:
    """Shares added, each at its low end (0), high end (1) or between."""
    return sum(r.share.low + (r.share.high - r.share.low) * place for r in rows)


def _of(part: float, rest: float) -> float:
    return part / (part + rest) if part + rest > 0 else 0.0


def _is_asked(lineage: Lineage, asked: Asked, delivery: Delivery, source_id: str) -> bool:
    source = lineage.source_of(delivery, source_id)
    if asked.kind == "certificate":
        return source is not None and fold_name(source.certificate_no or "") == fold_name(asked.number)
    return asked.kind == "source" and source_id == asked.number and asked.owner in ("", source_party(lineage, delivery, source_id))


def source_party(lineage: Lineage, delivery: Delivery, source_id: str) -> str:
    """Whose source a delivery names: its supplier's, else ours where only we describe one of that ID."""
    source = lineage.source_of(delivery, source_id)
    return delivery.supplier if source is None else source.supplier or lineage.ledger.organisation


def _doubtful(lineage: Lineage, asked: Asked) -> Iterator[tuple[Delivery, str]]:
    """Deliveries that leave blank what would tell: of the certificate's holder without a number, of the source's party without a source."""
    inside = [d for d in _in_order(lineage.ledger.deliveries) if asked.within(d.delivery_date)]
    if asked.kind == "certificate":
        for delivery in inside:
            if not delivery.certificate_no and any(_may_be_under(lineage, c, delivery) for c in certificates(lineage, asked)):
                yield delivery, "delivered by the certificate's holder while it was valid, without a certificate number"
    if asked.kind == "source":
        for delivery in inside:
            if delivery.supplier == asked.owner and not delivery.opening and not lineage.source_shares(delivery):
                yield delivery, "delivered by the party whose source it is, without a feedstock source"


def _may_be_under(lineage: Lineage, certificate: Certificate, delivery: Delivery) -> bool:
    names = {fold_name(delivery.supplier)}
    names |= {fold_name(p.name) for p in lineage.ledger.parties if p.party_id == delivery.supplier}
    dated = certificate.valid_from <= delivery.delivery_date <= certificate.valid_until
    return dated and fold_name(certificate.holder) in names and delivery.supplier != lineage.ledger.organisation

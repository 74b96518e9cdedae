"""What of a shipment is certified, as which raw material: the lines of its declaration, apart for each category.

What is claimed by bookkeeping has its raw materials from the attributions of its lots; what is claimed physically from the
feedstock sources of the certified deliveries in it.  Certified masses are rounded down to the milligram.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tracepack.core.claims import Ceilings, Models, certified_low
from tracepack.core.content import declared_attributed
from tracepack.core.declarationrules import BOOKKEPT_MODELS
from tracepack.core.ledger import Attribution, Delivery, LotKey, Shipment
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.mixing import NodeKey, origins
from tracepack.core.papers import NONE
from tracepack.core.quantity import mass_mg, rounded_share


class RawMaterial(NamedTuple):
    """What a certified part was made from; blank where nothing says so."""

    feedstock: str
    category: str
    country: str


@dataclass(frozen=True, slots=True)
class Line:
    """One raw material of one lot of a shipment; ``mass_mg`` is the lot's shipped mass, ``certified_mg`` what of it this line covers.

    ``share`` is certified over shipped; None where the mass is not known or nothing is certified.
    """

    shipment: Shipment
    lot: LotKey
    product: str
    model: str
    scheme: str
    raw: RawMaterial
    mass_mg: int | None
    certified_mg: int | None
    share: Fraction | None


_NOTHING = RawMaterial("", "", "")
#: Under this model a part of a lot is certified; under the stronger ones all of it.
_BLENDED = "controlled blending"


def lines_of(lineage: Lineage, ceilings: Ceilings, models: Models, shipments: Iterable[Shipment]) -> list[Line]:
    """The lines of some rows of one shipment, by lot and raw material; a lot of which nothing is certified has one line without any."""
    return [line for s in shipments for line in _lot_lines(lineage, ceilings, models, s)]


def _lot_lines(lineage: Lineage, ceilings: Ceilings, models: Models, s: Shipment) -> Iterator[Line]:
    lot = lineage.canonical(s.lot)
    given = ceilings.given.get(s.shipment_no, ())
    model, scheme = models.on(lot, s.date, ceilings.shipped.get(s.shipment_no))
    mass = lineage.shipment_mg(s)
    shares = _booked(lineage, ceilings, models, lot, given, s.shipment_no) if model in BOOKKEPT_MODELS else {}
    if model != NONE and model not in BOOKKEPT_MODELS:
        whole_share = certified_low(models.custody_on(lot, s.date)) if model == _BLENDED else 1.0
        shares = _physical(ceilings, models, lot, s.date, _exact(whole_share))
    plain = Line(s, lot, lineage.material(lot), model, scheme, _NOTHING, mass, None, None)
    whole = sum(shares.values(), Fraction(0))
    for raw, share in sorted(shares.items()):
        fair = share / whole if whole > 1 else share  # more than there is cannot be declared
        yield replace(plain, raw=raw, certified_mg=None if mass is None else int(mass * fair), share=fair)
    if not shares:
        yield plain


# --- by bookkeeping


def _booked(
    lineage: Lineage, ceilings: Ceilings, models: Models, lot: LotKey, given: Iterable[Attribution], shipment_no: str
) -> dict[RawMaterial, Fraction]:
    """The attributed share of a lot by raw material: its own and its inputs' attributions, and what is given to the shipment."""
    found = {RawMaterial(*raw): by_lot[lot] for raw, by_lot in ceilings.by_raw_material.items() if lot in by_lot}
    shares = {raw: share for raw, share in found.items() if share}
    if not shares:
        shares = _declared(lineage, ceilings, models, lot)
    rows = list(given)
    total = sum(mass_mg(row.quantity, row.unit) or 0 for row in rows)
    for row in rows if total else ():
        part = ceilings.shipped.get(shipment_no, Fraction(0)) * Fraction(mass_mg(row.quantity, row.unit) or 0, total)
        shares[_raw(row)] = shares.get(_raw(row), Fraction(0)) + part
    return shares


def _raw(row: Attribution) -> RawMaterial:
    return RawMaterial(row.feedstock, row.category, row.country_of_origin or "")


def _declared(lineage: Lineage, ceilings: Ceilings, models: Models, lot: LotKey) -> dict[RawMaterial, Fraction]:
    """What the deliveries of a delivered lot declare as attributed, in proportion of their sources."""
    declared = declared_attributed(ceilings.mixture, lot)
    if declared is None:
        return {}
    deliveries = lineage.delivered(lot)
    masses = [lineage.delivery_mg(d) or 1 for d in deliveries]
    shares: dict[RawMaterial, Fraction] = {}
    for delivery, mass in zip(deliveries, masses, strict=True):
        for raw, part in _sources(lineage, models, delivery).items():
            shares[raw] = shares.get(raw, Fraction(0)) + _exact(declared.low) * part * Fraction(mass, sum(masses))
    return {raw: share for raw, share in shares.items() if share}


# --- physically


def _physical(ceilings: Ceilings, models: Models, lot: LotKey, day: dt.date, certified: Fraction) -> dict[RawMaterial, Fraction]:
    """The ``certified`` share of a lot's dry mass by the raw materials of the certified deliveries in it."""
    mixture = ceilings.mixture
    node: NodeKey = ("state", lot, mixture.pools[lot].state_on(day))
    found, _ = origins(node, mixture.nodes, mixture.order)
    shares: dict[RawMaterial, Fraction] = {}
    for root, share in found.items():
        if root.delivery is not None and models.custody.papers.stated(root.delivery).model != NONE:
            for raw, part in _sources(mixture.lineage, models, root.delivery).items():
                shares[raw] = shares.get(raw, Fraction(0)) + _exact(share) * part
    total = sum(shares.values(), Fraction(0))
    return {raw: certified * share / total for raw, share in shares.items()} if total and certified else {}


def _sources(lineage: Lineage, models: Models, delivery: Delivery) -> dict[RawMaterial, Fraction]:
    """The raw materials of a delivery: its feedstock sources, else what its declaration says, else one of which nothing is known."""
    named = [(lineage.source_of(delivery, name), _exact(share)) for name, share in lineage.source_shares(delivery)]
    known = [(RawMaterial(s.feedstock, s.category, s.country_of_origin or ""), share) for s, share in named if s is not None]
    if known:
        return _summed(known)
    declared = models.custody.papers.declaration([delivery.supplier], delivery.declaration_no)
    if declared is None:
        return {_NOTHING: Fraction(1)}
    return {RawMaterial(declared.feedstock, declared.category, declared.country_of_origin): Fraction(1)}


def _summed(parts: Iterable[tuple[RawMaterial, Fraction]]) -> dict[RawMaterial, Fraction]:
    result: dict[RawMaterial, Fraction] = {}
    for raw, share in parts:
        result[raw] = result.get(raw, Fraction(0)) + share
    return result


def _exact(share: float) -> Fraction:
    return Fraction(Decimal(repr(rounded_share(share))))


def same_raw(one: RawMaterial, other: RawMaterial) -> Mapping[str, bool]:
    """Whether two raw materials agree, by field, as far as both say anything."""
    pairs = zip(RawMaterial._fields, one, other, strict=True)
    return {name: not mine or not theirs or fold_name(mine) == fold_name(theirs) for name, mine, theirs in pairs}

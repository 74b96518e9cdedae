"""Lots that were only delivered: what the audit tests need of them without mixing anything.

Most lots of an import are of this kind.  Nothing was drawn from them, made into them or measured on them, so that a
lot's only state is what arrived; what can be wrong with it stands in its deliveries, and most of these say the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import fields
from operator import attrgetter

from tracepack.core.catalogue import Catalogue
from tracepack.core.ledger import Delivery, LotKey
from tracepack.core.lineage import Lineage
from tracepack.core.properties import delivered_matter

#: Fields of a delivery that say nothing of what the material is, other than through the fields beside them.
_NOT_MATTER = frozenset(
    {
        *("source", "fact_id", "lot_no", "delivery_date", "quantity", "unit", "own_lot_no", "recipient", "site", "delivery_note"),
        *("input_claim", "certificate_no", "declaration_no", "feedstock_source", "opening"),
    }
)
_MATTER = attrgetter(*(f.name for f in fields(Delivery) if f.name not in _NOT_MATTER))


def only_delivered(lineage: Lineage, lots: Iterable[LotKey]) -> tuple[list[LotKey], list[LotKey]]:
    """Canonical lots sorted into those that were delivered and nothing else, and all others; both in the order given."""
    touched = {*lineage.makers, *lineage.takers, *lineage.shipments, *lineage.lab_tests, *lineage.pooled}
    touched.update(lineage.aliases, lineage.aliases.values(), *lineage.pooled.values())
    plain: list[LotKey] = []
    others: list[LotKey] = []
    for lot in lots:
        (plain if lot in lineage.deliveries and lot not in touched else others).append(lot)
    return plain, others


def matter_key(delivery: Delivery, catalogue: Catalogue) -> Hashable:
    """What `delivered_matter` makes of an untested delivery depends on no more than this."""
    dated = delivery.delivery_date if catalogue.is_dated else None
    described = delivery.lot_no if catalogue.composition(delivery.supplier, delivery.lot_no) else None
    return dated, described, _MATTER(delivery)


def inconsistent(deliveries: Iterable[Delivery], catalogue: Catalogue) -> list[Delivery]:
    """The untested deliveries whose statements cannot all be true."""
    sound: dict[Hashable, bool] = {}
    found: list[Delivery] = []
    for delivery in deliveries:
        key = matter_key(delivery, catalogue)
        fine = sound.get(key)
        if fine is None:
            fine = sound[key] = delivered_matter(delivery, (), catalogue).consistent
        if not fine:
            found.append(delivery)
    return found

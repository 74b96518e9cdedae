"""What a lot's origins add up to: by feedstock, category, country, supplier and certificate.

Every table holds the whole of the lot's dry mass.  What is not known has a row of its own, and widens every other row up
to what it might add; where a run's inputs are known but not in which part (an unexplained loss, an overdraft), every row
may be off by that much.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from tracepack.core.content import LotContent, Origin, origins_by_delivery
from tracepack.core.findings import SourceRef
from tracepack.core.ledger import Delivery, FeedstockSource
from tracepack.core.lineage import Lineage
from tracepack.core.mixing import NodeKey, composition
from tracepack.core.mixture import Mixture
from tracepack.core.quantity import UNKNOWN_SHARE, Interval

Dimension: TypeAlias = Literal["feedstock", "category", "country", "supplier", "certificate"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
#: The name of what a delivery's papers leave blank, where blank is an answer: no certificate.
NONE_STATED = ""
_TINY = 5e-10
#: A name, an origin of that name, and the cell that says so.
_Named: TypeAlias = tuple[str | None, Origin, SourceRef | None]


@dataclass(frozen=True, slots=True)
class TotalRow:
    """One name's share of the dry mass, as traced and between its bounds, and of the bio-based carbon (None: there is none).

    ``name`` None stands for all that is not known, "" for deliveries that state none; ``refs`` are the cells that say the name.
    """

    name: str | None
    share: float
    bounds: Interval
    bio_carbon: Interval | None
    refs: tuple[SourceRef, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """One table; the shares of its rows, largest first and the unknown last, add up to ``whole`` (1 for any lot with dry mass)."""

    by: Dimension
    rows: tuple[TotalRow, ...]
    whole: float


def totals_of(mixture: Mixture, made_of: LotContent) -> tuple[Totals, ...]:
    """The tables of a lot (of a running pool: of its latest state), in the order of `DIMENSIONS`; none where nothing is dry."""
    lot = mixture.lineage.canonical(made_of.lot)
    key: NodeKey = ("state", lot, mixture.pools[lot].seen[-1])
    origins, _ = origins_by_delivery(mixture, key)
    undecided = sum(abs(share) for root, share in composition(key, mixture.nodes, mixture.order).items() if root.kind == "choice")
    return tuple(_totals(mixture.lineage, by, origins, undecided) for by in DIMENSIONS) if origins else ()


def _totals(lineage: Lineage, by: Dimension, origins: Sequence[Origin], undecided: float) -> Totals:
    grouped: dict[str | None, list[_Named]] = {}
    for origin in origins:
        name, ref = _named(lineage, by, origin)
        grouped.setdefault(None if name is None else name.casefold(), []).append((name, origin, ref))
    unknown = [origin for _, origin, _ in grouped.get(None, ())]
    rows = [_row(items, [] if name is None else unknown, undecided) for name, items in grouped.items()]
    kept = [row for row in rows if row.share >= _TINY]
    kept.sort(key=lambda row: (row.name is None, -round(row.share, 9), row.name or ""))
    return Totals(by, tuple(kept), math.fsum(origin.mass_share for origin in origins))


def _row(items: Sequence[_Named], unknown: Sequence[Origin], undecided: float) -> TotalRow:
    """The sum of some origins of one name, to which all that is ``unknown`` may belong, too."""
    origins = [origin for _, origin, _ in items]
    share = min(1.0, math.fsum(origin.mass_share for origin in origins))
    most = share + undecided + math.fsum(origin.mass_share for origin in unknown)
    bounds = Interval(max(0.0, share - undecided), min(1.0, most))
    refs = dict.fromkeys(ref for _, _, ref in items if ref is not None)
    return TotalRow(items[0][0], share, bounds, _bio(origins, unknown, undecided), tuple(refs))


def _bio(origins: Sequence[Origin], unknown: Sequence[Origin], undecided: float) -> Interval | None:
    """Their share of the bio-based carbon, None where there is none."""
    spans = [origin.bio_carbon for origin in origins if origin.bio_carbon is not None]
    if len(spans) < len(origins):
        return None
    if undecided > _TINY:
        return UNKNOWN_SHARE
    more = math.fsum(origin.bio_carbon.high for origin in unknown if origin.bio_carbon is not None)
    return Interval(min(1.0, math.fsum(s.low for s in spans)), min(1.0, math.fsum(s.high for s in spans) + more))


def _named(lineage: Lineage, by: Dimension, origin: Origin) -> tuple[str | None, SourceRef | None]:
    """What a table calls an origin, None where that is not known; and the cell that says so."""
    found = _stated(lineage, by, origin)
    if found is None:
        return None, None
    record, field = found
    name = getattr(record, field)
    return (name, record.source.ref(field)) if name else (NONE_STATED, None)


#: The field of a feedstock source that a table is by.
_SOURCE_FIELDS: Mapping[Dimension, str] = {"feedstock": "feedstock", "category": "category", "country": "country_of_origin"}


def _stated(lineage: Lineage, by: Dimension, origin: Origin) -> tuple[Delivery | FeedstockSource, str] | None:
    delivery = origin.delivery
    if delivery is None:
        return None
    source = lineage.source_of(delivery, origin.source) if origin.source else None
    if by == "supplier":
        return delivery, "supplier"
    if by == "certificate":
        return (source, "certificate_no") if source is not None and not delivery.certificate_no else (delivery, "certificate_no")
    field = _SOURCE_FIELDS[by]
    known = source is not None and getattr(source, field) not in (None, "unknown")
    return (source, field) if source is not None and known else None

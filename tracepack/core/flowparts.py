"""What a lot's dry mass comes from, delivered lot by delivered lot, and how much of each part is bio-based."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tracepack.core.figures import pieces_of, regions_of
from tracepack.core.ledger import Delivery, LotKey
from tracepack.core.mixing import NodeKey, Root, composition, origins
from tracepack.core.mixture import Mixture
from tracepack.core.quantity import Interval


@dataclass(frozen=True, slots=True)
class FlowPart:
    """A delivered lot's share of the dry mass (lot None: nobody recorded where it comes from), and what of that part is bio-based mass.

    ``bio`` is a share 0..1 of the part (Q4, ISO 16620-4); both ends 0 and 1 where nothing is known.
    """

    lot: LotKey | None
    delivery: Delivery | None
    share: float
    bio: Interval


def flow_parts(mixture: Mixture, asked: LotKey, on: dt.date | None = None) -> tuple[tuple[FlowPart, ...], bool]:
    """The parts of a lot (of a running pool: of its state on a day, else of its latest), largest first, the whole of its dry mass.

    And whether each part is known as it stands: through a chemical conversion parts are by carbon, and where a run does not say
    in which part its inputs are in an output, in proportion.
    """
    lot = mixture.lineage.canonical(asked)
    pool = mixture.pools[lot]
    key: NodeKey = ("state", lot, pool.seen[-1] if on is None else pool.state_on(on))
    held, rest = origins(key, mixture.nodes, mixture.order)
    exact = all(root.kind in ("delivery", "tested", "unknown") for root in composition(key, mixture.nodes, mixture.order))
    grouped: dict[tuple[LotKey | None, int], list[tuple[Root, float]]] = {}
    for root, share in held.items():
        found = None if root.kind == "unknown" or root.lot is None else root.lot
        grouped.setdefault((found, 0 if found is None else id(root.delivery)), []).append((root, share))
    parts = [_part(name, roots) for (name, _), roots in grouped.items()]
    if rest > 1e-9:
        parts.append(FlowPart(None, None, rest, Interval(0.0, 1.0)))
    return tuple(sorted(parts, key=lambda p: (p.lot is None, -round(p.share, 9), p.lot or LotKey("", "")))), exact


def _part(lot: LotKey | None, roots: Sequence[tuple[Root, float]]) -> FlowPart:
    share = sum(part for _, part in roots)
    if lot is None:
        return FlowPart(None, None, share, Interval(0.0, 1.0))
    regions = [(amount * part, region) for root, amount in roots for part, region in regions_of(pieces_of({root: 1.0}))]
    whole = sum(amount for amount, _ in regions) or 1.0
    low = sum(amount * region.mass.low for amount, region in regions) / whole
    high = sum(amount * region.mass.high for amount, region in regions) / whole
    return FlowPart(lot, roots[0][0].delivery, share, Interval(max(0.0, low), min(1.0, high)))

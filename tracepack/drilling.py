"""A mock recall: one delivered lot followed forward and one shipped lot followed back, both picked by chance."""

from __future__ import annotations

import random
from collections.abc import Callable

from tracepack.core.facts import ledger_from_facts
from tracepack.core.flowparts import FlowPart, flow_parts
from tracepack.core.ledger import Ledger, LotKey, Shipment
from tracepack.core.lineage import Lineage
from tracepack.core.mixing import NodeKey
from tracepack.core.quantity import kg_text, rounded_share
from tracepack.core.trace import trace_up
from tracepack.errors import UsageProblem
from tracepack.questions import View, view_of
from tracepack.recalling import RecallQuestion, recalled
from tracepack.report.answers import FindingAnswer, LotAnswer
from tracepack.report.answers_drill import DrillAnswer, DrillBackward, DrillSource
from tracepack.report.build import finding_answers
from tracepack.store import Store

#: What a mock recall may take: four hours (BRCGS Packaging Materials, issue 6, 3.11.4 and 3.13.7).
ALLOWED_SECONDS = 4 * 3600


def drill(store: Store, seed: int | None, clock: Callable[[], float]) -> DrillAnswer:
    """`recall --drill`: ``seed`` None is the number of the last import; ``clock`` gives seconds.  The same seed picks the same lots.

    Raises UsageProblem where nothing was delivered, or nothing shipped.
    """
    chosen = store.latest_import() if seed is None else seed
    ledger = ledger_from_facts(store.facts_of(["Deliveries", "Shipments"]), organisation=store.organisation, site=store.site)
    chance = random.Random(chosen)
    lots = sorted({d.lot for d in ledger.deliveries})
    sold = _sold(ledger)
    names = sorted(sold)
    if not lots or not sold:
        missing = "delivery" if not lots else "shipment"
        raise UsageProblem(f"there is no {missing} to try a recall with", "a drill follows a delivered lot forward and a shipped one back")
    lot, shipment = chance.choice(lots), chance.choice(sold[chance.choice(names)])
    started = clock()
    forward = recalled(store, RecallQuestion(lot=lot.number, owner=lot.owner))
    between = clock()
    backward, findings = _backward(store, shipment)
    ended = clock()
    return DrillAnswer(
        organisation=store.organisation,
        seed=chosen,
        delivered_lots=len(lots),
        shipped_lots=len(names),
        forward=forward,
        forward_seconds=round(between - started, 1),
        backward=backward,
        backward_seconds=round(ended - between, 1),
        allowed_seconds=ALLOWED_SECONDS,
        complete=forward.complete and backward.complete,
        as_known_after_import=store.latest_import(),
        findings=findings,
    )


def _sold(ledger: Ledger) -> dict[LotKey, list[Shipment]]:
    """What left for a customer by lot, each shipment of it once, so that a lot that is sold often is picked no oftener."""
    left = {(s.lot, s.shipment_no): s for s in ledger.shipments if s.kind in ("sale", "scrap sale") and not s.is_return}
    found: dict[LotKey, list[Shipment]] = {}
    for key in sorted(left):
        found.setdefault(key[0], []).append(left[key])
    return found


def _backward(store: Store, shipment: Shipment) -> tuple[DrillBackward, list[FindingAnswer]]:
    """What the shipped lot was made of on the day it left, and what its records say against one another."""
    view = view_of(store, shipment.lot.number, shipment.lot.owner)
    found = trace_up(view.mixture, view.lot)
    parts, exact = flow_parts(view.mixture, view.lot, shipment.date)
    shipped, dry = _masses(view, shipment)
    # Summed before rounding: rounded parts of a whole may add up to a little less than it.
    located = rounded_share(sum(part.share for part in parts if part.lot is not None and part.delivery is not None))
    sourced = rounded_share(sum(part.share * _described(view.lineage, part) for part in parts))
    answer = DrillBackward(
        shipment=shipment.shipment_no,
        date=shipment.date.isoformat(),
        customer=shipment.customer,
        lot=LotAnswer(owner=view.lot.owner, number=view.lot.number, material=view.lineage.material(view.lineage.canonical(view.lot))),
        shipped_kg=None if shipped is None else kg_text(shipped),
        dry_kg=None if dry is None else kg_text(round(dry)),
        sources=[_source(view.lineage, part, dry) for part in parts],
        exact=exact,
        located_share=located,
        sourced_share=sourced,
        complete=found.complete and dry is not None and sourced == 1.0,
    )
    return answer, finding_answers(view.findings(found.scope))


def _masses(view: View, shipment: Shipment) -> tuple[int | None, float | None]:
    """Milligrams of a lot that left with a shipment, as-is and dry; None where they are not known."""
    lot = view.lineage.canonical(view.lot)
    rows = [row for row in view.lineage.shipments.get(lot, ()) if row.shipment_no == shipment.shipment_no and not row.is_return]
    masses = [view.lineage.shipment_mg(row) for row in rows]
    if None in masses:
        return None, None
    shipped = sum(mass or 0 for mass in masses)
    state: NodeKey = ("state", lot, view.mixture.pools[lot].state_on(shipment.date))
    return shipped, None if state in view.mixture.damp.nodes else shipped * (1.0 - view.mixture.volatile[state])


def _described(lineage: Lineage, part: FlowPart) -> float:
    """The share 0..1 of a part's dry mass whose feedstock source is stated and described."""
    if part.lot is None or part.delivery is None:
        return 0.0
    delivery = part.delivery
    return sum(share for name, share in lineage.source_shares(delivery) if lineage.source_of(delivery, name) is not None)


def _source(lineage: Lineage, part: FlowPart, dry: float | None) -> DrillSource:
    d = part.delivery
    mass = None if dry is None else kg_text(round(part.share * dry))
    if part.lot is None or d is None:
        return DrillSource(supplier="", lot="", material="", date="", share=rounded_share(part.share), dry_kg=mass, source="")
    named = [source for name, _ in lineage.source_shares(d) if (source := lineage.source_of(d, name)) is not None]
    said = " + ".join(dict.fromkeys(", ".join(filter(None, (s.source_id, s.feedstock, s.country_of_origin))) for s in named))
    return DrillSource(
        supplier=d.supplier,
        lot=d.lot_no,
        material=d.material,
        date=d.delivery_date.isoformat(),
        share=rounded_share(part.share),
        dry_kg=mass,
        source=said,
    )

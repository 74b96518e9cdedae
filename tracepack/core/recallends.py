"""What keeps a recall from being complete: each place where a mass is missing, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from tracepack.core.bookrecords import Attribution
from tracepack.core.credits import certified_share
from tracepack.core.ledger import Delivery, LotKey, Run
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.recall import Recall, totals_of
from tracepack.core.recallcredits import CreditAccount
from tracepack.core.recallstock import Shelf
from tracepack.core.returns import returns_of
from tracepack.core.trace import OpenEnd

#: Milligrams of every hundred tonnes that rounding may leave.
_ROUNDING = 1e-9


def open_ends(found: Recall, shelves: Iterable[Shelf]) -> tuple[OpenEnd, ...]:
    """Every end, by lot and reason."""
    ends = [*_lots(found), *_runs(found), *_shipments(found), *_shelves(found, shelves)]
    if not ends and not adds_up(found):
        lot = found.lots[0].lot if found.lots else LotKey("", found.subject.asked.number)
        ends.append(OpenEnd(lot, "the masses do not add up", None))
    return tuple(sorted(dict.fromkeys(ends), key=lambda e: (e.lot, e.reason)))


def unbooked_ends(deliveries: Iterable[Delivery], attributions: Iterable[Attribution], organisation: str) -> Iterator[OpenEnd]:
    """The lots and shipments that credits of recalled deliveries may be attributed to, where one of the two is not in the books.

    Only attributions from an account of the same input material, from the day on which the first credits came in.
    """
    brought: dict[str, dt.date] = {}
    for d in deliveries:
        if certified_share(d)[0] > 0:
            material = fold_name(d.material)
            brought[material] = min(d.delivery_date, brought.get(material, d.delivery_date))
    for row in attributions:
        since = brought.get(fold_name(row.input_material))
        if since is not None and row.date >= since:
            lot = LotKey(organisation, row.lot_no or row.shipment_no or "")
            yield OpenEnd(lot, f"credits of what is recalled may be in attribution {row.attribution_no}", None)


def mixed_ends(lineage: Lineage, accounts: Iterable[CreditAccount]) -> Iterator[OpenEnd]:
    """The uses of accounts of which the books do not tell how much was recalled credits, each with the most that may be."""
    rows = {row.attribution_no: row for row in lineage.ledger.attributions}
    for use in (use for account in accounts for use in account.uses if use.low < use.high):
        number, kind = use.entry.number, use.entry.kind
        most = round(use.output[1])
        if kind == "attributed":
            lot = LotKey(lineage.ledger.organisation, rows[number].lot_no or rows[number].shipment_no or "")
            yield OpenEnd(lot, f"credits of what is recalled are mixed with others in attribution {number}", most)
        elif kind == "transfer-out":
            where = LotKey(lineage.ledger.organisation, use.entry.account.site)
            yield OpenEnd(where, f"credits of what is recalled are mixed with others in credit transfer {number}", most)
        else:
            where = LotKey(lineage.ledger.organisation, number)
            yield OpenEnd(where, f"credits of what is recalled are mixed with others in scrap shipment {number}", most)


def adds_up(found: Recall) -> bool:
    """Whether what entered is what was shipped, is in stock, was lost or is not accounted for, but for rounding."""
    totals = totals_of(found)
    return abs(totals.rest) <= 1.0 + _ROUNDING * abs(totals.entered or 0.0)


def _lots(found: Recall) -> Iterator[OpenEnd]:
    forward = found.forward
    for held in found.lots:
        pool = forward.pools[held.lot]
        if pool.origin_missing:
            yield OpenEnd(held.lot, "neither delivered, nor in opening stock, nor made by a run", None)
            continue
        short = sum(s.unknown_mg for s in pool.states)
        if short:
            early = any(f.name == "lot-used-before-made" for f in pool.findings)
            yield OpenEnd(held.lot, "taken from before it was there" if early else "more was taken than there was", short)
        if pool.mass_unknown:
            yield OpenEnd(held.lot, "a mass that went in is not known", None)
        elif any(d.mass_mg is None for d in pool.draws):
            yield OpenEnd(held.lot, "a mass that was taken is not known", None)
        elif held.amount.point is None:
            yield OpenEnd(held.lot, "how much of it is affected is not known: a mass on the way is missing", None)


def _runs(found: Recall) -> Iterator[OpenEnd]:
    """The runs that took any of it and whose masses do not close."""
    lineage = found.forward.lineage
    held = {x.lot for x in found.lots}
    for run in found.forward.runs:
        flow = lineage.flow(run)
        lot = next((lot for lot, _, row in flow.draws if lot in held and row.direction == "in"), None)
        if lot is not None:
            yield from _run(lineage, run, lot)


def _run(lineage: Lineage, run: Run, lot: LotKey) -> Iterator[OpenEnd]:
    flow, settings = lineage.flow(run), lineage.ledger.settings
    made = next((o.lot for g in flow.groups for o in g.outputs), lot)
    if flow.in_mg is None or flow.out_mg is None or flow.loss_mg is None:
        yield OpenEnd(made, f"run {run.key.number} has a row of unknown mass", None)
        return
    missing = flow.unaccounted_mg or 0
    if flow.chemical:
        return
    if missing > settings.unaccounted_tolerance * flow.in_mg:
        yield OpenEnd(made, f"run {run.key.number} leaves mass unaccounted for", missing)
    if -missing > settings.weighing_tolerance * flow.in_mg:
        yield OpenEnd(made, f"run {run.key.number} puts out more than went in", -missing)


def _shipments(found: Recall) -> Iterator[OpenEnd]:
    lineage = found.forward.lineage
    for sent in found.shipments:
        if sent.mass_mg is None:
            yield OpenEnd(sent.lot, f"the mass of shipment {sent.shipment.shipment_no} is not known", None)
    held = {x.lot for x in found.lots}
    for row, _ in returns_of(lineage).beyond:
        if lineage.canonical(row.lot) in held:
            reason = f"return {row.shipment_no} brings back more than was shipped"
            yield OpenEnd(lineage.canonical(row.lot), reason, lineage.shipment_mg(row))
    for lot in sorted(held):
        for row in lineage.shipments.get(lot, ()):
            if row.is_return and lineage.shipment_mg(row) is None:
                yield OpenEnd(lot, f"the mass of return {row.shipment_no} is not known", None)


def _shelves(found: Recall, shelves: Iterable[Shelf]) -> Iterator[OpenEnd]:
    """Counts that find less than the book has, beyond weighing; stock that no site can be named for."""
    tolerance = found.forward.lineage.ledger.settings.weighing_tolerance
    for shelf in shelves:
        if shelf.site == "":
            yield OpenEnd(shelf.lot, "at which site its stock lies is not known", shelf.book_mg)
        short = (shelf.book_mg or 0) - shelf.counted_mg if shelf.counted_mg is not None else 0
        if short > tolerance * (shelf.book_mg or 0):
            yield OpenEnd(shelf.lot, f"less was counted at site {shelf.site} than the book has", short)

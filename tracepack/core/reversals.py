"""Entries that undo others: what comes back gives its attributions back, what goes back to a supplier takes its credits along,
and scrap sold takes credits where the conversion factor is not yet net of it.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from tracepack.core.bookrecords import Attribution, ConversionFactor
from tracepack.core.entries import AccountKey, Desk, Entry, Obstacle
from tracepack.core.ledger import LotKey, Shipment
from tracepack.core.library import fold_name
from tracepack.core.returns import returns_of
from tracepack.core.sites import sending_site


def give_back(desk: Desk) -> None:
    """For every attribution to a shipment: what its returns give back, each an entry linked to return, shipment and attribution."""
    returns = returns_of(desk.lineage)
    shipments = {row.attribution_no: row for row in desk.lineage.ledger.attributions if row.lot_no is None}
    for entry in [e for e in desk.entries if e.kind == "attributed" and e.number in shipments]:
        attribution: Attribution = shipments[entry.number]
        for found in (back for back in returns.of_shipment.get(attribution.shipment_no or "", ()) if back.share):
            refs = (found.row.source.ref("quantity"), *(s.source.ref("quantity") for s in found.shipped), entry.refs[0])
            day = max(found.row.date, entry.date)
            back = Entry(entry.account, day, "given-back", -entry.mg * found.share, found.row.shipment_no, refs, of=entry.number)
            desk.entries.append(back)


def send_back(desk: Desk) -> None:
    """A return to a supplier: the credits that the lot brought go back in proportion to what of it does."""
    returned = _of_kind(desk, "return to supplier")
    received: dict[LotKey, list[Entry]] = {}
    for entry in desk.entries if returned else ():
        if entry.kind == "received" and entry.lot is not None:
            received.setdefault(entry.lot, []).append(entry)
    gone: dict[LotKey, Fraction] = {}
    for s in returned:
        lot = desk.lineage.canonical(s.lot)
        mass, masses = desk.lineage.shipment_mg(s), [desk.lineage.delivery_mg(d) for d in desk.lineage.delivered(lot)]
        whole = None if None in masses else sum(mg or 0 for mg in masses)
        if lot not in received or not whole or mass is None:
            continue
        share = min(Fraction(mass, whole), 1 - gone.get(lot, Fraction(0)))
        gone[lot] = gone.get(lot, Fraction(0)) + share
        for entry in received[lot] if share > 0 else ():
            refs = (s.source.ref("quantity"), entry.refs[0])
            desk.entries.append(
                Entry(entry.account, max(s.date, entry.date), "sent-back", -entry.mg * share, s.shipment_no, refs, of=entry.number)
            )


def sell_scrap(desk: Desk) -> None:
    """Scrap sold: debited like an output by a factor that is not net of scrap, unless an attribution names the shipment.

    All of it counts as certified, which never overstates what is left.  Where several accounts or factors may have made the
    scrap, nothing is guessed.
    """
    named = {row.shipment_no for row in desk.lineage.ledger.attributions if row.lot_no is None}
    for s in _of_kind(desk, "scrap sale"):
        mass, site = desk.lineage.shipment_mg(s), sending_site(desk.lineage.ledger, s)
        found = {} if mass is None or s.shipment_no in named else _debtors(desk, s, site)
        if len(found) > 1:
            refs = (s.source.ref("quantity"), *(row.source.ref("net_of_scrap") for row in found.values()))
            desk.obstacles.append(Obstacle("scrap", site, s.shipment_no, refs))
        for (account, factor), row in found.items() if len(found) == 1 and mass else ():
            refs = (s.source.ref("quantity"), row.source.ref("factor"), row.source.ref("net_of_scrap"))
            use = -Fraction(mass or 0) / Fraction(factor)
            desk.entries.append(Entry(account, s.date, "scrap-sold", use, s.shipment_no, refs, mass, factor))


def _of_kind(desk: Desk, kind: str) -> list[Shipment]:
    rows = (s for s in desk.lineage.ledger.shipments if s.kind == kind)
    return sorted(rows, key=lambda s: (s.date, s.shipment_no, s.source.ref()))


def _debtors(desk: Desk, s: Shipment, site: str) -> dict[tuple[AccountKey, Decimal], ConversionFactor]:
    """The accounts and factors that scrap may have come from: factors not net of scrap, to what its runs made, at its site."""
    lot = desk.lineage.canonical(s.lot)
    runs = desk.lineage.makers.get(lot, ())
    made = {desk.lineage.canonical(row.lot) for run in runs for row in run.rows if row.direction == "out" and row.lot is not None}
    outputs = {fold_name(desk.lineage.material(other)) for other in {lot, *made}}
    accounts = sorted({entry.account for entry in desk.entries if entry.account.site == site})
    found: dict[tuple[AccountKey, Decimal], ConversionFactor] = {}
    for (where, material), rows in desk.factors.items():
        newest = {fold_name(f.output_material): f for f in rows if f.valid_from <= s.date}
        for row in newest.values() if where == site else ():
            if row.net_of_scrap == "no" and fold_name(row.output_material) in outputs:
                found |= {(account, row.exact): row for account in accounts if account.material == material}
    return found

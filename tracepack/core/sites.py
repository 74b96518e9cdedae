"""Our own sites: where stock lies and books are kept, and at which of them a delivery or shipment arrives or leaves."""

from __future__ import annotations

from tracepack.core.ledger import Delivery, Ledger, Shipment


def own_sites(ledger: Ledger) -> frozenset[str]:
    """Every site of ours that a ledger names: the default one, parties of that role, and those that have periods, counts or runs."""
    named = {party.party_id for party in ledger.parties if party.role == "site"}
    named |= {period.site for period in ledger.periods} | {count.site for count in ledger.stock_counts}
    return frozenset(named | {run.key.site for run in ledger.runs} | {ledger.site})


def receiving_site(ledger: Ledger, sites: frozenset[str], delivery: Delivery) -> str | None:
    """The site of ours that a delivery came to; None where it went to somebody else."""
    if delivery.recipient in (None, "", ledger.organisation):
        return delivery.site or ledger.site
    return (delivery.site or delivery.recipient) if delivery.recipient in sites else None


def sending_site(ledger: Ledger, shipment: Shipment) -> str:
    """The site that a shipment left."""
    return shipment.site or ledger.site

"""One amount is used once: not claimed as substance on one shipment and, by its credits, on another."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tracepack.core.accounts import AccountKey, attributed_lots
from tracepack.core.bookview import BookView, kg_of
from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.ledger import LotKey, Shipment
from tracepack.core.lineage import upstream
from tracepack.core.returns import returns_of

#: Shipments that a finding names; it holds the cells of all.
_NAMED = 3


def check_single_use(view: BookView) -> Iterator[Finding]:
    """`claimed-twice`: credits that came with a delivery whose biomass is claimed as substance were attributed to other lots.

    Credits of an account are alike, so that those of its other deliveries are taken to have been used first.
    """
    claims = _physical_claims(view)
    if not claims:
        return
    reached = upstream(view.lineage, sorted(claims))
    for account in view.books.entries:
        if account.site in view.sites:
            yield from _twice(view, account, claims, reached.keys() & view.books.received.keys())


def _physical_claims(view: BookView) -> dict[LotKey, list[Shipment]]:
    """Shipments that claim a figure of substance above zero and did not come back, by canonical lot."""
    returns = returns_of(view.lineage)
    found: dict[LotKey, list[Shipment]] = {}
    for s in sorted(view.lineage.ledger.shipments, key=lambda s: (s.date, s.shipment_no, s.source.ref())):
        physical = s.claimed_figure not in (None, "attributed") and s.claimed is not None and s.claimed.high > 0
        if physical and not s.is_return and returns.share(s.shipment_no) < 1:
            found.setdefault(view.lineage.canonical(s.lot), []).append(s)
    return found


def _twice(view: BookView, account: AccountKey, claims: dict[LotKey, list[Shipment]], reached: set[LotKey]) -> Iterator[Finding]:
    lots = {lot for lot in reached if any(entry.account == account for entry in view.books.received[lot])}
    if not lots:
        return
    of_claimed = [entry for lot in sorted(lots) for entry in view.books.received[lot] if entry.account == account]
    physical = sum((entry.mg for entry in of_claimed), Fraction(0))
    whole = sum((e.mg for e in view.books.entries[account] if e.kind in ("opening", "received", "transfer-in", "sent-back")), Fraction(0))
    elsewhere, cells = _used_elsewhere(view, account, claims)
    if elsewhere <= whole - physical:
        return
    shipments = [s for lot, rows in claims.items() if lots & upstream(view.lineage, [lot]).keys() for s in rows]
    named = ", ".join(dict.fromkeys(s.shipment_no for s in shipments[:_NAMED])) + (" ..." if len(shipments) > _NAMED else "")
    text = (
        f"Account {view.name(account)}: {kg_of(physical)} kg of its credits came with biomass that is claimed as substance on {named}, "
        f"and {kg_of(elsewhere)} kg were attributed to other lots, more than the rest."
    )
    hint = "An amount is used once: withdraw the physical claim, or attribute no more than came with other deliveries."
    refs = (*(s.source.ref("claimed") for s in shipments), *cells, *(entry.refs[0] for entry in of_claimed))
    yield Finding("claimed-twice", Severity.WARNING, text, hint, refs)


def _used_elsewhere(view: BookView, account: AccountKey, claims: dict[LotKey, list[Shipment]]) -> tuple[Fraction, list[SourceRef]]:
    """Milligrams of input that an account's attributions use for lots without a physical claim, less what was given back."""
    rows = {row.attribution_no: row for row in view.lineage.ledger.attributions}
    used, cells = Fraction(0), []
    for entry in view.books.entries[account]:
        row = rows.get(entry.of or entry.number) if entry.kind in ("attributed", "given-back") else None
        if row is not None and not set(attributed_lots(view.lineage, row)) & claims.keys():
            used -= entry.mg
            cells += [entry.refs[0]] if entry.kind == "attributed" else []
    return used, cells

"""One amount is used once: not claimed as substance on one shipment and, by its credits, on another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from tracepack.core.accounts import AccountKey, attributed_lots
from tracepack.core.bookview import BookView, kg_of
from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.ledger import LotKey, Shipment
from tracepack.core.library import fold_name
from tracepack.core.lineage import upstream
from tracepack.core.mixing import origins
from tracepack.core.mixture import mix_lots
from tracepack.core.returns import returns_of

#: Shipments that a finding names; it holds the cells of all.
_NAMED = 3


def check_single_use(view: BookView) -> Iterator[Finding]:
    """`claimed-twice`: credits that came with biomass that is claimed as substance were attributed to other lots.

    Of a delivery counts what is in the shipments that claim it, as input: their mass over the lowest factor of the account.
    Credits of an account are alike, so that all others are taken to have been used first.
    """
    claims = _physical_claims(view)
    if not claims:
        return
    reached = upstream(view.lineage, sorted(claims))
    claimed = _Claimed(view, claims)
    for account in view.books.entries:
        if account.site in view.sites:
            yield from _twice(view, account, claimed, reached.keys() & view.books.received.keys())


def _physical_claims(view: BookView) -> dict[LotKey, list[Shipment]]:
    """Shipments that claim a figure of substance above zero and did not come back, by canonical lot."""
    returns = returns_of(view.lineage)
    found: dict[LotKey, list[Shipment]] = {}
    for s in sorted(view.lineage.ledger.shipments, key=lambda s: (s.date, s.shipment_no, s.source.ref())):
        physical = s.claimed_figure not in (None, "attributed") and s.claimed is not None and s.claimed.high > 0
        if physical and not s.is_return and returns.share(s.shipment_no) < 1:
            found.setdefault(view.lineage.canonical(s.lot), []).append(s)
    return found


@dataclass(frozen=True)
class _Claimed:
    """What is claimed as substance: shipments by canonical lot, and whose matter they are."""

    view: BookView
    shipments: Mapping[LotKey, Sequence[Shipment]]

    @cached_property
    def matter(self) -> dict[LotKey, list[tuple[Shipment, Fraction | None]]]:
        """By delivered lot the shipments that hold some of it, and how much (milligrams, less what came back; None: not known)."""
        lineage, returns = self.view.lineage, returns_of(self.view.lineage)
        mixture = mix_lots(lineage, sorted(self.shipments))
        found: dict[LotKey, list[tuple[Shipment, Fraction | None]]] = {}
        for lot, rows in self.shipments.items():
            for s in rows:
                shares, _ = origins(("state", lot, mixture.pools[lot].state_on(s.date)), mixture.nodes, mixture.order)
                mass = lineage.shipment_mg(s)
                kept = None if mass is None else mass * (1 - returns.share(s.shipment_no))
                for root, share in shares.items():
                    if root.lot is not None:
                        part = None if kept is None else kept * Fraction(share)
                        found.setdefault(lineage.canonical(root.lot), []).append((s, part))
        return found

    def credits(self, account: AccountKey, lot: LotKey) -> Fraction:
        """The credits of an account that came with what is claimed of a delivered lot, in milligrams of input; at most all of them."""
        whole = sum((entry.mg for entry in self.view.books.received[lot] if entry.account == account), Fraction(0))
        masses = [self.view.lineage.delivery_mg(d) for d in self.view.lineage.delivered(lot)]
        parts = [part for _, part in self.matter.get(lot, ())]
        if None in parts or None in masses or not sum(mass or 0 for mass in masses):
            return whole
        ledger = self.view.lineage.ledger
        mine = (f for f in ledger.conversion_factors if (f.site, fold_name(f.input_material)) == (account.site, account.material))
        least = min((Fraction(f.exact) for f in mine), default=Fraction(1))
        used = sum((part or Fraction(0) for part in parts), Fraction(0)) / least
        return min(whole, whole * used / sum(mass or 0 for mass in masses))


def _twice(view: BookView, account: AccountKey, claimed: _Claimed, reached: set[LotKey]) -> Iterator[Finding]:
    lots = sorted(lot for lot in reached if any(entry.account == account for entry in view.books.received[lot]))
    if not lots:
        return
    of_claimed = [entry for lot in lots for entry in view.books.received[lot] if entry.account == account]
    whole = sum((e.mg for e in view.books.entries[account] if e.kind in ("opening", "received", "transfer-in", "sent-back")), Fraction(0))
    elsewhere, cells = _used_elsewhere(view, account, claimed.shipments)
    if elsewhere <= whole - sum((entry.mg for entry in of_claimed), Fraction(0)):
        return  # so that what is claimed of them need not be followed
    physical = sum((claimed.credits(account, lot) for lot in lots), Fraction(0))
    if elsewhere <= whole - physical:
        return
    shipments = list({id(s): s for lot in lots for s, _ in claimed.matter.get(lot, ())}.values())
    named = ", ".join(dict.fromkeys(s.shipment_no for s in shipments[:_NAMED])) + (" ..." if len(shipments) > _NAMED else "")
    text = (
        f"Account {view.name(account)}: {kg_of(physical)} kg of its credits came with biomass that is claimed as substance on {named}, "
        f"and {kg_of(elsewhere)} kg were attributed to other lots, more than the rest."
    )
    hint = "An amount is used once: withdraw the physical claim, or attribute no more than came with other deliveries."
    refs = (*(s.source.ref("claimed") for s in shipments), *cells, *(entry.refs[0] for entry in of_claimed))
    yield Finding("claimed-twice", Severity.WARNING, text, hint, refs)


def _used_elsewhere(view: BookView, account: AccountKey, claims: Mapping[LotKey, Sequence[Shipment]]) -> tuple[Fraction, list[SourceRef]]:
    """Milligrams of input that an account's attributions use for lots without a physical claim, less what was given back."""
    rows = {row.attribution_no: row for row in view.lineage.ledger.attributions}
    used, cells = Fraction(0), []
    for entry in view.books.entries[account]:
        row = rows.get(entry.of or entry.number) if entry.kind in ("attributed", "given-back") else None
        if row is not None and not set(attributed_lots(view.lineage, row)) & claims.keys():
            used -= entry.mg
            cells += [entry.refs[0]] if entry.kind == "attributed" else []
    return used, cells

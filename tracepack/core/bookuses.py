"""The audit tests of what credits are used for: lots and shipments that are known, and no more than their mass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from tracepack.core.accounts import attributed_lots
from tracepack.core.attribution import attributed_shares
from tracepack.core.bookrecords import Attribution
from tracepack.core.bookview import BookView, kg_of
from tracepack.core.findings import Finding, Severity
from tracepack.core.ledger import LotKey
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.pools import pool_of
from tracepack.core.quantity import kg_text, mass_mg
from tracepack.core.returns import Returns, returns_of
from tracepack.core.sites import sending_site


def check_uses(view: BookView) -> Iterator[Finding]:
    """Attributions to what is not known, or beyond the mass of what they name."""
    by_lot: dict[LotKey, list[tuple[Fraction | int, Attribution]]] = {}
    by_shipment: dict[str, list[tuple[Fraction | int, Attribution]]] = {}
    returns = returns_of(view.lineage)
    yield from _returns(view, returns)
    for row in sorted(view.lineage.ledger.attributions, key=lambda a: a.attribution_no):
        mass = mass_mg(row.quantity, row.unit) or 0
        lots = attributed_lots(view.lineage, row)
        if not any(_is_known(view.lineage, lot) for lot in lots):
            field = "lot_no" if row.lot_no is not None else "shipment_no"
            text = f"Attribution {row.attribution_no} names {row.lot_no or row.shipment_no}, which is not known."
            hint = "Import the run that made the lot, or the shipment; a delivered lot is named by its Own Lot No."
            if row.site in view.sites:
                yield Finding("attribution-unknown-lot", Severity.ERROR, text, hint, (row.source.ref(field),))
            continue
        kept = mass - (mass * returns.share(row.shipment_no or "") if row.lot_no is None else 0)
        if len(lots) == 1:
            by_lot.setdefault(lots[0], []).append((kept, row))
        if row.lot_no is None:
            by_shipment.setdefault(row.shipment_no or "", []).append((mass, row))
    for lot, rows in sorted(by_lot.items()):
        yield from _beyond(view, f"lot {lot}", pool_of(view.lineage, lot).mass_mg, rows)
    for number, rows in sorted(by_shipment.items()):
        shipped = [view.lineage.shipment_mg(s) for s in view.lineage.shipped_as.get(number, ()) if not s.is_return]
        yield from _beyond(view, f"shipment {number}", None if None in shipped else sum(m or 0 for m in shipped), rows)
    yield from _twice_over(view, by_shipment)


def _returns(view: BookView, returns: Returns) -> Iterator[Finding]:
    """`return-unmatched`: goods that came back from a shipment that nobody knows, or more of them than went."""
    for row in returns.unmatched:
        if row.reverses_shipment_no is not None and view.only in (None, sending_site(view.lineage.ledger, row)):
            text = f"Return {row.shipment_no} reverses shipment {row.reverses_shipment_no}, which does not hold its lot."
            hint = "Correct Reverses Shipment No or Lot No, or import the shipment."
            yield Finding("return-unmatched", Severity.WARNING, text, hint, (row.source.ref("reverses_shipment_no"),))
    for row, shipped in returns.beyond:
        if view.only in (None, sending_site(view.lineage.ledger, row)):
            text = f"Return {row.shipment_no} brings more back than was left of shipment {row.reverses_shipment_no}."
            hint = "Correct a quantity; what goes beyond the shipment gives nothing back."
            cells = (row.source.ref("quantity"), *(s.source.ref("quantity") for s in shipped))
            yield Finding("return-unmatched", Severity.WARNING, text, hint, cells)


def _twice_over(view: BookView, by_shipment: Mapping[str, Sequence[tuple[Fraction | int, Attribution]]]) -> Iterator[Finding]:
    """Shipments to which, with what their lots carry, more is attributed than there is of them."""
    lineage = view.lineage
    rows_of = {number: [s for s in lineage.shipped_as.get(number, ()) if not s.is_return] for number in by_shipment}
    shares = attributed_shares(lineage, {lineage.canonical(s.lot) for rows in rows_of.values() for s in rows})
    for number, rows in sorted(rows_of.items()):
        masses = [(lineage.canonical(s.lot), lineage.shipment_mg(s)) for s in rows]
        whole = sum(mass or 0 for _, mass in masses)
        given = Fraction(sum(part for part, _ in by_shipment[number]))
        carried = sum((min(shares.get(lot, Fraction(0)), Fraction(1)) * (mass or 0) for lot, mass in masses), Fraction(0))
        if carried and given <= whole < given + carried and all(mass is not None for _, mass in masses):
            attributions = [row for _, row in by_shipment[number]]
            attributions += [row for lot in dict(masses) for row in lineage.attributions.get(lot, ())]
            text = (
                f"Shipment {number} has {kg_text(whole)} kg: {kg_of(given)} kg are attributed to it, and {kg_of(carried)} kg by its lots."
            )
            if any(row.site in view.sites for row in attributions):
                cells = tuple(row.source.ref("quantity") for row in attributions)
                one_scheme = len({fold_name(row.scheme) for row in attributions}) == 1
                name, hint = ("attributed-beyond-lot", _TOO_MUCH) if one_scheme else ("claimed-under-two-schemes", _ONE_SCHEME)
                yield Finding(name, Severity.ERROR, text, hint, cells)


_TOO_MUCH = "More than 100 % cannot be attributed: correct a quantity, or take an attribution back."
_ONE_SCHEME = "A quantity is claimed under one scheme only: take one of the attributions back."


def _is_known(lineage: Lineage, lot: LotKey) -> bool:
    return bool(lineage.makers.get(lot) or lineage.delivered(lot))


def _beyond(view: BookView, what: str, mass: int | None, rows: Sequence[tuple[Fraction | int, Attribution]]) -> Iterator[Finding]:
    total = Fraction(sum(part for part, _ in rows))
    if mass is not None and total > mass and any(row.site in view.sites for _, row in rows):
        text = f"{kg_of(total)} kg are attributed to {what}, which has {kg_text(mass)} kg."
        hint = _TOO_MUCH
        cells = tuple(row.source.ref("quantity") for _, row in rows)
        by_scheme: dict[str, Fraction] = {}
        for part, row in rows:
            by_scheme[fold_name(row.scheme)] = by_scheme.get(fold_name(row.scheme), Fraction(0)) + part
        if max(by_scheme.values()) <= mass:
            schemes = ", ".join(sorted({row.scheme for _, row in rows}))
            text = f"{kg_of(total)} kg of {what}, which has {kg_text(mass)} kg, are attributed under {schemes} together."
            yield Finding("claimed-under-two-schemes", Severity.ERROR, text, _ONE_SCHEME, cells)
        else:
            yield Finding("attributed-beyond-lot", Severity.ERROR, text, hint, cells)

"""The audit tests of when credits are used: not before the lot is there, and in the period in which it is sold.

A balance is judged at each period's end (ISCC 203: at least zero then), so that a use booked after the period of the sale that
rests on it would hide that the credits were not there (domain rule: selling short is judged at the period's end).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tracepack.core.accounts import AccountKey, Entry, attributed_lots
from tracepack.core.attribution import carried_spans
from tracepack.core.balances import balance_on
from tracepack.core.bookrecords import Attribution, BalancePeriod
from tracepack.core.bookview import BookView, kg_of
from tracepack.core.findings import Finding, Severity
from tracepack.core.ledger import LotKey, Shipment
from tracepack.core.lineage import downstream
from tracepack.core.quantity import mass_mg
from tracepack.core.returns import returns_of

_WHOLE = Fraction(1)


def check_use_times(view: BookView) -> Iterator[Finding]:
    """`attribution-before-lot` and `attributed-after-sale`."""
    rows = [row for row in view.lineage.ledger.attributions if row.site in view.sites]
    yield from _before_lots(view, sorted(rows, key=lambda a: a.attribution_no))
    ended = {site: periods[0].end for site in {row.site for row in rows} if (periods := _periods(view, site))}
    late = {row.site for row in rows if row.site in ended and row.date > ended[row.site]}
    yield from _after_sales(view, [row for row in rows if row.site in late])


def _periods(view: BookView, site: str) -> list[BalancePeriod]:
    return sorted((p for p in view.lineage.ledger.periods if p.site == site), key=lambda p: (p.end, p.period_id))


def _before_lots(view: BookView, rows: Iterable[Attribution]) -> Iterator[Finding]:
    for row in rows:
        lots = attributed_lots(view.lineage, row) if row.lot_no is not None else []
        for lot in lots:
            days = [run.date for run in view.lineage.makers.get(lot, ())] + [d.delivery_date for d in view.lineage.delivered(lot)]
            if days and row.date < min(days):
                text = f"Attribution {row.attribution_no} is dated {row.date}; lot {lot} was not there before {min(days)}."
                hint = "Correct Date, or the date of the run that made the lot."
                yield Finding("attribution-before-lot", Severity.WARNING, text, hint, (row.source.ref("date"), row.source.ref("lot_no")))


# --- sales of an earlier period


@dataclass(frozen=True, slots=True)
class _Target:
    """What some attributions are for, by name, and the sales that rest on them with the milligrams each needs (None: not known)."""

    name: str
    rows: tuple[Attribution, ...]
    sales: tuple[tuple[Shipment, Fraction | None], ...]


def _after_sales(view: BookView, rows: Sequence[Attribution]) -> Iterator[Finding]:
    """Attributions dated after the period of a sale that rests on them: an error where that period then ends below zero."""
    uses = {e.number: e for entries in view.books.entries.values() for e in entries if e.kind == "attributed"}
    for target in _targets(view, rows):
        for period in _periods(view, target.rows[0].site):
            late = _late(target, period.end)
            if late:
                yield _finding(view, target, period, late, uses)
                break


def _targets(view: BookView, rows: Iterable[Attribution]) -> Iterator[_Target]:
    by_lot: dict[tuple[str, LotKey], list[Attribution]] = {}
    by_shipment: dict[tuple[str, str], list[Attribution]] = {}
    for row in sorted(rows, key=lambda a: (a.date, a.attribution_no)):
        if row.shipment_no is not None and row.lot_no is None:
            by_shipment.setdefault((row.site, row.shipment_no), []).append(row)
        for lot in attributed_lots(view.lineage, row) if row.lot_no is not None else ():
            by_lot.setdefault((row.site, lot), []).append(row)
    claims = _resting_on_credits(view)
    for (_, lot), found in sorted(by_lot.items()):
        if claims:
            yield _Target(f"lot {lot}", tuple(found), tuple(_sales_of(view, lot, found, claims)))
    for (_, number), found in sorted(by_shipment.items()):
        shipped = [s for s in view.lineage.shipped_as.get(number, ()) if not s.is_return]
        yield _Target(f"shipment {number}", tuple(found), tuple((s, None) for s in shipped))


def _resting_on_credits(view: BookView) -> Mapping[LotKey, list[Shipment]]:
    """Sales that claim attributed content or go out under a declaration, and did not come back, by canonical lot."""
    returns = returns_of(view.lineage)
    found: dict[LotKey, list[Shipment]] = {}
    for s in sorted(view.lineage.ledger.shipments, key=lambda s: (s.date, s.shipment_no, s.source.ref())):
        claims = s.claimed_figure == "attributed" or (s.claimed_figure is None and bool(s.declaration_no or s.claim_wording))
        if claims and s.kind == "sale" and not s.is_return and returns.share(s.shipment_no) < 1:
            found.setdefault(view.lineage.canonical(s.lot), []).append(s)
    return found


def _sales_of(
    view: BookView, lot: LotKey, rows: Sequence[Attribution], claims: Mapping[LotKey, list[Shipment]]
) -> Iterator[tuple[Shipment, Fraction | None]]:
    """The sales of a lot and of what is made of it, each with what it needs of the lot's attributions."""
    last = max(row.date for row in rows)
    sold = [name for name in downstream(view.lineage, [lot]) if any(s.date < last for s in claims.get(name, ()))]
    given = sum(mass_mg(row.quantity, row.unit) or 0 for row in rows)
    shares = carried_spans(view.lineage, sold, {lot: given}) if sold else {}
    for name in (name for name in sold if shares[name][1]):
        for s in claims[name]:
            mass, share = view.lineage.shipment_mg(s), min(shares[name][1], _WHOLE)
            if s.claimed is not None:
                share = min(share, Fraction(s.claimed.high))
            yield s, None if mass is None else mass * share


def _late(target: _Target, end: dt.date) -> list[tuple[Attribution, Fraction]]:
    """The attributions after a day that what was sold up to it needs, each with the part of it that is needed."""
    early = [needed for s, needed in target.sales if s.date <= end]
    after = [row for row in target.rows if row.date > end]
    if not early or not after:
        return []
    in_time = sum(mass_mg(row.quantity, row.unit) or 0 for row in target.rows if row.date <= end)
    short = None if None in early else sum((needed or 0 for needed in early), Fraction(0)) - in_time
    late: list[tuple[Attribution, Fraction]] = []
    for row in after:
        output = mass_mg(row.quantity, row.unit) or 0
        if short is None or short > 0:
            late.append((row, _WHOLE if short is None or not output else min(_WHOLE, Fraction(short) / output)))
            short = None if short is None else short - output
    return late


def _finding(
    view: BookView, target: _Target, period: BalancePeriod, late: Sequence[tuple[Attribution, Fraction]], uses: Mapping[str, Entry]
) -> Finding:
    sale = max((s for s, _ in target.sales if s.date <= period.end), key=lambda s: (s.date, s.shipment_no))
    numbers = ", ".join(row.attribution_no for row, _ in late)
    text = (
        f"Attribution {numbers} is dated after period {period.period_id}, in which {target.name} was sold with shipment {sale.shipment_no}."
    )
    hint = "Credits are used in the period of the sale: correct Date."
    severity = Severity.WARNING
    moved = [(uses[row.attribution_no], part) for row, part in late if row.attribution_no in uses]
    for account, short in _short(view, period.end, moved).items():
        severity = Severity.ERROR
        hint = f"Credits are used in the period of the sale, whose end is then {kg_of(short)} kg short: {view.name(account)}."
    refs = (*(row.source.ref("date") for row, _ in late), sale.source.ref("date"), period.source.ref("end"))
    return Finding("attributed-after-sale", severity, text, hint, refs)


def _short(view: BookView, end: dt.date, uses: Iterable[tuple[Entry, Fraction]]) -> dict[AccountKey, Fraction]:
    """What each account would be short of at the end of a day if some parts of uses had been booked by then."""
    moved: dict[AccountKey, Fraction] = {}
    for entry, part in uses:
        moved[entry.account] = moved.get(entry.account, Fraction(0)) - entry.mg * part
    left = {account: balance_on(view.books.entries[account], end) - mg for account, mg in moved.items()}
    return {account: -balance for account, balance in sorted(left.items()) if balance < 0}

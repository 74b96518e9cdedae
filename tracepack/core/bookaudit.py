"""The audit tests of the mass-balance books: short selling, periods, over-use of credits, lots and declarations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from tracepack.core.accounts import AccountKey, Books, Obstacle, attributed_lots, book_entries
from tracepack.core.balances import Statement, balance_on, statements
from tracepack.core.bookrecords import Attribution, BalancePeriod, Declaration
from tracepack.core.bookrules import BookRule, last_day, rule_of
from tracepack.core.findings import Finding, Severity, SourceRef, sort_findings
from tracepack.core.ledger import Delivery, LotKey
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.pools import pool_of
from tracepack.core.quantity import kg_text, mass_mg


@dataclass(frozen=True)
class BookAudit:
    """The books of a ledger with their statements and what is wrong with them, errors first."""

    books: Books
    statements: tuple[Statement, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _View:
    lineage: Lineage
    books: Books
    statements: tuple[Statement, ...]
    rules: Sequence[BookRule]
    sites: frozenset[str]

    def name(self, account: AccountKey) -> str:
        """An account as sentences name it: site, then its characteristics."""
        return ", ".join((account.site, *filter(None, self.books.names[account])))


def audit_books(lineage: Lineage, rules: Sequence[BookRule], only: str | None = None) -> BookAudit:
    """Write the books of a ledger (``only`` of one site: its statements and findings) and judge them.

    A site whose books nobody began is not held to them.
    """
    ledger = lineage.ledger
    books = book_entries(lineage)
    found = tuple(s for s in statements(books, ledger.periods) if only in (None, s.account.site))
    sites = {p.site for p in ledger.periods} | {o.site for o in ledger.opening_balances} | {f.site for f in ledger.conversion_factors}
    sites |= {a.site for a in ledger.attributions} | {site for t in ledger.transfers for site in (t.from_site, t.to_site)}
    view = _View(lineage, books, found, rules, frozenset(sites if only is None else sites & {only}))
    return BookAudit(books, found, sort_findings(finding for test in _TESTS for finding in test(view)))


def kg_of(mg: Fraction) -> str:
    """Exact milligrams as kilograms, rounded to the milligram."""
    return kg_text(round(mg))


# --- balances


def _balances(view: _View) -> Iterator[Finding]:
    """Negative at the end of a period: an error.  Negative within it only: a warning."""
    for s in view.statements:
        uses = tuple(entry.refs[0] for entry in s.entries if entry.mg < 0) or tuple(e.refs[0] for e in s.entries)
        until = f"period {s.segment.period.period_id}" if s.segment.period else f"the days to {s.segment.end}"
        if s.closing < 0:
            text = f"Account {view.name(s.account)}: {until} ends {kg_of(-s.closing)} kg of input short."
            hint = "Take back what was attributed beyond the credits, or import the delivery that is missing."
            yield Finding("balance-negative", Severity.ERROR, text, hint, uses or _uses_of(view, s.account))
        elif s.lowest < 0 and s.lowest < s.opening:
            text = f"Account {view.name(s.account)}: {kg_of(-s.lowest)} kg of input were short on {s.lowest_on}, within {until}."
            hint = "Credits count from physical receipt: attribute after it, or make sure that the period ends above zero."
            yield Finding("sold-short", Severity.WARNING, text, hint, uses)


def _uses_of(view: _View, account: AccountKey) -> tuple[SourceRef, ...]:
    return tuple(entry.refs[0] for entry in view.books.entries[account] if entry.mg < 0)


# --- periods


def _periods(view: _View) -> Iterator[Finding]:
    for site in sorted({p.site for p in view.lineage.ledger.periods} & view.sites):
        periods = sorted((p for p in view.lineage.ledger.periods if p.site == site), key=lambda p: (p.start, p.end, p.period_id))
        for period in periods:
            yield from _too_long(view, period)
        for before, after in pairwise(periods):
            if after.start > before.end + dt.timedelta(days=1):
                text = f"Site {site}: no period covers the days between {before.period_id} (to {before.end}) and {after.period_id}."
                hint = "A period begins on the day after the one before ended: correct Start or End, or add the period."
                yield Finding("period-gap", Severity.ERROR, text, hint, (after.source.ref("start"), before.source.ref("end")))
    for s in view.statements:
        if s.segment.period is None and s.account.site in view.sites:
            text = f"Account {view.name(s.account)}: entries from {s.segment.start} to {s.segment.end} lie in no balance period."
            hint = "Add the period to Balance Periods."
            yield Finding("outside-periods", Severity.WARNING, text, hint, tuple(e.refs[0] for e in s.entries))


def _too_long(view: _View, period: BalancePeriod) -> Iterator[Finding]:
    """A period longer than a scheme of the site's accounts or certificates allows; every known rule where no scheme is known."""
    ledger = view.lineage.ledger
    schemes = {view.books.names[account][0] for account in view.books.entries if account.site == period.site}
    schemes |= {c.scheme for c in ledger.certificates if c.holder in (period.site, ledger.organisation)}
    rules = {rule for scheme in schemes if (rule := rule_of(view.rules, scheme))} if schemes else set(view.rules)
    for rule in sorted(rules, key=lambda r: r.scheme):
        months = rule.longest_period_months
        if months is not None and period.end > last_day(period.start, months):
            text = f"Period {period.period_id} of site {period.site} lasts longer than {months} months, the most under {rule.scheme}."
            yield Finding("period-too-long", Severity.ERROR, text, "Divide the period.", (period.source.ref("end"),))


# --- what could not be entered


def _obstacles(view: _View) -> Iterator[Finding]:
    for obstacle in view.books.obstacles:
        if obstacle.site in view.sites:
            yield from _OBSTACLES[obstacle.problem](view, obstacle)


def _unit(_: _View, o: Obstacle) -> Iterator[Finding]:
    text = f"The quantity of {o.what} cannot be turned into mass; it is not booked."
    yield Finding("credit-mass-unknown", Severity.ERROR, text, "Use kg, g, t or lb.", o.refs)


def _characteristics(_: _View, o: Obstacle) -> Iterator[Finding]:
    text = f"Lot {o.what} brings no credits: its scheme, feedstock and category are not known."
    hint = "Describe its certificate and feedstock source, or its declaration."
    yield Finding("credit-unplaced", Severity.WARNING, text, hint, o.refs)


def _share(_: _View, o: Obstacle) -> Iterator[Finding]:
    text = f"Lot {o.what} states no attributed content; it is booked as certified as a whole."
    yield Finding("credit-share-assumed", Severity.WARNING, text, "Fill in Attributed Content %.", o.refs)


def _factor(_: _View, o: Obstacle) -> Iterator[Finding]:
    text = f"Attribution {o.what} is not booked: no single conversion factor leads from its input material to what it is made of."
    hint = "Add the factor to Conversion Factors, valid from that day or earlier."
    yield Finding("conversion-factor-missing", Severity.ERROR, text, hint, o.refs)


def _period(_: _View, o: Obstacle) -> Iterator[Finding]:
    text = f"An opening balance names period {o.what} of site {o.site}, which is not known; it is not booked."
    yield Finding("opening-without-period", Severity.ERROR, text, "Add the period to Balance Periods.", o.refs)


def _certificate(_: _View, o: Obstacle) -> Iterator[Finding]:
    text = f"Lot {o.what} brings no credits: the certificate it cites was not valid on the day of the delivery."
    hint = "Ask the supplier for the certificate that was valid on that day."
    yield Finding("credit-not-valid", Severity.ERROR, text, hint, o.refs)


def _second_opening(view: _View, o: Obstacle) -> Iterator[Finding]:
    """An opening balance of an account that has entries before it: it must be what was carried over."""
    assert o.entry is not None
    carried = balance_on(view.books.entries[o.entry.account], o.entry.date - dt.timedelta(days=1))
    if carried != o.entry.mg:
        text = f"The opening balance of period {o.what} is {kg_of(o.entry.mg)} kg; {kg_of(carried)} kg were carried over, which counts."
        yield Finding("opening-differs", Severity.ERROR, text, "Delete the row, or correct the books before it.", o.refs)


_OBSTACLES: dict[str, Callable[[_View, Obstacle], Iterator[Finding]]] = {
    "unit": _unit,
    "characteristics": _characteristics,
    "share": _share,
    "factor": _factor,
    "period": _period,
    "certificate": _certificate,
    "second opening": _second_opening,
}


# --- lots


def _lots(view: _View) -> Iterator[Finding]:
    """Attributions to what is not known, or beyond the mass of what they name."""
    by_lot: dict[LotKey, list[tuple[int, Attribution]]] = {}
    by_shipment: dict[str, list[tuple[int, Attribution]]] = {}
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
        if len(lots) == 1:
            by_lot.setdefault(lots[0], []).append((mass, row))
        if row.lot_no is None:
            by_shipment.setdefault(row.shipment_no or "", []).append((mass, row))
    for lot, rows in sorted(by_lot.items()):
        yield from _beyond(view, f"lot {lot}", pool_of(view.lineage, lot).mass_mg, rows)
    for number, rows in sorted(by_shipment.items()):
        shipped = [view.lineage.shipment_mg(s) for s in view.lineage.ledger.shipments if s.shipment_no == number and s.kind != "return"]
        yield from _beyond(view, f"shipment {number}", None if None in shipped else sum(m or 0 for m in shipped), rows)


def _is_known(lineage: Lineage, lot: LotKey) -> bool:
    return bool(lineage.makers.get(lot) or lineage.delivered(lot))


def _beyond(view: _View, what: str, mass: int | None, rows: Sequence[tuple[int, Attribution]]) -> Iterator[Finding]:
    total = sum(part for part, _ in rows)
    if mass is not None and total > mass and any(row.site in view.sites for _, row in rows):
        text = f"{kg_text(total)} kg are attributed to {what}, which has {kg_text(mass)} kg."
        hint = "More than 100 % cannot be attributed: correct a quantity, or take an attribution back."
        yield Finding("attributed-beyond-lot", Severity.ERROR, text, hint, tuple(row.source.ref("quantity") for _, row in rows))


# --- declarations


def _declarations(view: _View) -> Iterator[Finding]:
    """One number of one issuer: one content, which the deliveries that cite it share, and not used beyond its quantity."""
    ledger = view.lineage.ledger
    described: dict[tuple[str, str], list[Declaration]] = {}
    for declaration in sorted(ledger.declarations, key=lambda d: (d.issuer, d.declaration_no)):
        described.setdefault((declaration.issuer, fold_name(declaration.declaration_no)), []).append(declaration)
    citing: dict[tuple[str, str], list[Delivery]] = {}
    for d in sorted(ledger.deliveries, key=lambda d: (d.delivery_date, d.supplier, d.lot_no, d.source.ref())):
        if d.declaration_no is not None and not d.opening:
            citing.setdefault((d.supplier, fold_name(d.declaration_no)), []).append(d)
    for key, found in described.items():
        first, *others = found
        if any(_content(other) != _content(first) for other in others):
            text = f"Declaration {first.declaration_no} of {first.issuer} is described with two contents."
            hint = "A number is used once: ask the issuer which is right."
            yield Finding("declaration-twice", Severity.ERROR, text, hint, tuple(d.source.ref("declaration_no") for d in found))
        yield from _use_of(view, first, citing.get(key, []))


def _content(d: Declaration) -> tuple[object, ...]:
    words = (d.scheme, d.feedstock, d.country_of_origin)
    return (*map(fold_name, words), d.category, d.chain_of_custody, mass_mg(d.quantity, d.unit), d.issue_date, d.recipient)


def _use_of(view: _View, declaration: Declaration, deliveries: Sequence[Delivery]) -> Iterator[Finding]:
    whole = mass_mg(declaration.quantity, declaration.unit)
    used = [(d, view.lineage.delivery_mg(d) or 0) for d in deliveries]
    total = sum(mass for _, mass in used)
    if whole is not None and total > whole:
        number = declaration.declaration_no
        text = f"Deliveries of {kg_text(total)} kg cite declaration {number}, which covers {kg_text(whole)} kg."
        refs = (*(d.source.ref("declaration_no") for d, _ in used), declaration.source.ref("quantity"))
        yield Finding("declaration-overused", Severity.ERROR, text, "Ask the supplier for the declaration of what goes beyond it.", refs)
    for d in deliveries:
        other = _differing(view.lineage, d, declaration)
        if other:
            text = f"Lot {d.lot} and its declaration {declaration.declaration_no} differ in {other}."
            hint = "Ask the supplier which is right."
            yield Finding(
                "declaration-contradicted",
                Severity.ERROR,
                text,
                hint,
                (d.source.ref("declaration_no"), declaration.source.ref("declaration_no")),
            )


def _differing(lineage: Lineage, d: Delivery, declaration: Declaration) -> str:
    """The header of the first characteristic in which a delivery differs from its declaration; "" where none does."""
    if d.chain_of_custody is not None and d.chain_of_custody != declaration.chain_of_custody:
        return "Chain of Custody"
    cited = fold_name(d.certificate_no or "")
    schemes = {fold_name(c.scheme) for c in lineage.ledger.certificates if fold_name(c.certificate_no) == cited}
    if schemes and fold_name(declaration.scheme) not in schemes:
        return "Scheme"
    sources = [s for name, _ in lineage.source_shares(d) if (s := lineage.source_of(d, name)) is not None]
    if sources and all(s.category != declaration.category for s in sources):
        return "Category"
    if sources and all(fold_name(s.feedstock) != fold_name(declaration.feedstock) for s in sources):
        return "Feedstock"
    countries = {fold_name(s.country_of_origin) for s in sources if s.country_of_origin}
    return "Country of Origin" if countries and fold_name(declaration.country_of_origin) not in countries else ""


_TESTS: tuple[Callable[[_View], Iterator[Finding]], ...] = (_balances, _periods, _obstacles, _lots, _declarations)

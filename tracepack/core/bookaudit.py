"""The audit of the mass-balance books: short selling, what could not be entered, and the tests of the rooms beside this one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tracepack.core.accounts import AccountKey, Books, Obstacle, book_entries
from tracepack.core.balances import Statement, balance_on, statements
from tracepack.core.bookdeclarations import check_declarations
from tracepack.core.bookmethods import check_methods, site_percentages
from tracepack.core.bookperiods import check_periods
from tracepack.core.bookrecords import BalancePeriod
from tracepack.core.bookrules import RuleBook
from tracepack.core.bookscope import check_scope
from tracepack.core.bookuses import check_uses
from tracepack.core.bookview import BookView, kg_of
from tracepack.core.closing import NOTHING_CLOSED, Past, State, is_of, with_closed_periods
from tracepack.core.closingchecks import JudgedClosing, closing_findings, judge_closings
from tracepack.core.findings import Finding, Severity, SourceRef, sort_findings
from tracepack.core.lineage import Lineage
from tracepack.core.percentages import Percentage, method_of
from tracepack.core.singleuse import check_single_use
from tracepack.core.stockcounts import QuantityAudit, audit_quantities, count_findings
from tracepack.core.stockplaces import check_places
from tracepack.core.usetimes import check_use_times

__all__ = ["BookAudit", "audit_books", "kg_of"]


@dataclass(frozen=True)
class BookAudit:
    """The books of a ledger with their statements and what is wrong with them, errors first."""

    books: Books
    statements: tuple[Statement, ...]
    findings: tuple[Finding, ...]
    view: BookView = field(repr=False, compare=False)
    counted: QuantityAudit | None = field(default=None, repr=False)
    percentages: tuple[Percentage, ...] = ()
    periods: tuple[BalancePeriod, ...] = ()
    closings: tuple[JudgedClosing, ...] = ()

    @property
    def quantities(self) -> QuantityAudit:
        """The quantity books; where nothing was counted they are written only when somebody asks for them."""
        return self.counted or audit_quantities(self.view)


def audit_books(
    lineage: Lineage, rules: RuleBook, only: str | None = None, *, period: str | None = None, past: Past = NOTHING_CLOSED
) -> BookAudit:
    """Write the books of a ledger (``only`` of one site, ``period`` of one period: its statements and findings) and judge them.

    What ``past`` says was closed stays as it was closed.  A site whose books nobody began is not held to them.
    """
    ledger = lineage.ledger
    kept = with_closed_periods(past.latest or State(book_entries(lineage, rules), ledger.periods), past)
    whole = tuple(s for s in statements(kept.books, kept.periods) if only in (None, s.account.site))
    judged = judge_closings(past, whole, kept.books, only)
    found = whole if period is None else tuple(s for s in whole if is_of(s, s.account.site, period))
    sites = {p.site for p in ledger.periods} | {o.site for o in ledger.opening_balances} | {f.site for f in ledger.conversion_factors}
    sites |= {a.site for a in ledger.attributions} | {site for t in ledger.transfers for site in (t.from_site, t.to_site)}
    sites |= {c.site for c in past.closings}
    mine = frozenset(sites if only is None else sites & {only})
    view = BookView(lineage, kept.books, found, rules.set_by(ledger.scheme_settings), mine, only)
    counted = audit_quantities(view) if ledger.stock_counts else None
    shares = site_percentages(view)
    findings = [*(finding for test in _TESTS for finding in test(view)), *check_methods(view, shares)]
    findings += [*(count_findings(view, counted) if counted else ()), *closing_findings(view, past, judged)]
    return BookAudit(kept.books, found, sort_findings(findings), view, counted, shares, kept.periods, judged)


# --- balances


def _balances(view: BookView) -> Iterator[Finding]:
    """Negative at the end of a period: an error.  Negative within it only: a warning."""
    for s in view.statements:
        if method_of(view.rules, view.books.names[s.account][0], s.account.site) != "credit":
            continue  # judged output by output
        if s.closing >= 0 and s.lowest >= 0:
            continue
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


def _uses_of(view: BookView, account: AccountKey) -> tuple[SourceRef, ...]:
    return tuple(entry.refs[0] for entry in view.books.entries[account] if entry.mg < 0)


# --- what could not be entered


def _obstacles(view: BookView) -> Iterator[Finding]:
    for obstacle in view.books.obstacles:
        if obstacle.site in view.sites:
            yield from _OBSTACLES[obstacle.problem](view, obstacle)


def _unit(_: BookView, o: Obstacle) -> Iterator[Finding]:
    text = f"The quantity of {o.what} cannot be turned into mass; it is not booked."
    yield Finding("credit-mass-unknown", Severity.ERROR, text, "Use kg, g, t or lb.", o.refs)


def _characteristics(_: BookView, o: Obstacle) -> Iterator[Finding]:
    text = f"Lot {o.what} brings no credits: its scheme, feedstock and category are not known."
    hint = "Describe its certificate and feedstock source, or its declaration."
    yield Finding("credit-unplaced", Severity.WARNING, text, hint, o.refs)


def _share(_: BookView, o: Obstacle) -> Iterator[Finding]:
    text = f"Lot {o.what} states no attributed content; it is booked as certified as a whole."
    yield Finding("credit-share-assumed", Severity.WARNING, text, "Fill in Attributed Content %.", o.refs)


def _model(_: BookView, o: Obstacle) -> Iterator[Finding]:
    text = f"Lot {o.what} brings no credits: it came under book and claim, whose credits are no input of the site."
    hint = "Claim them as book and claim by themselves; if it came under mass balance, correct Chain of Custody."
    yield Finding("credit-book-and-claim", Severity.WARNING, text, hint, o.refs)


def _factor(_: BookView, o: Obstacle) -> Iterator[Finding]:
    text = f"Attribution {o.what} is not booked: no single conversion factor leads from its input material to what it is made of."
    hint = "Add the factor to Conversion Factors, valid from that day or earlier."
    yield Finding("conversion-factor-missing", Severity.ERROR, text, hint, o.refs)


def _period(_: BookView, o: Obstacle) -> Iterator[Finding]:
    text = f"An opening balance names period {o.what} of site {o.site}, which is not known; it is not booked."
    yield Finding("opening-without-period", Severity.ERROR, text, "Add the period to Balance Periods.", o.refs)


def _certificate(_: BookView, o: Obstacle) -> Iterator[Finding]:
    text = f"Lot {o.what} brings no credits: the certificate it cites was not valid on the day of the delivery."
    hint = "Ask the supplier for the certificate that was valid on that day."
    yield Finding("credit-not-valid", Severity.ERROR, text, hint, o.refs)


def _second_opening(view: BookView, o: Obstacle) -> Iterator[Finding]:
    """An opening balance of an account that has entries before it: it must be what was carried over."""
    assert o.entry is not None
    carried = balance_on(view.books.entries[o.entry.account], o.entry.date - dt.timedelta(days=1))
    if carried != o.entry.mg:
        text = f"The opening balance of period {o.what} is {kg_of(o.entry.mg)} kg; {kg_of(carried)} kg were carried over, which counts."
        yield Finding("opening-differs", Severity.ERROR, text, "Delete the row, or correct the books before it.", o.refs)


def _scrap(_: BookView, o: Obstacle) -> Iterator[Finding]:
    """Scrap sold under a factor that is not net of it, where more than one account or factor may have made it."""
    text = f"Scrap shipment {o.what} takes credits, but more than one account or factor may have made it; nothing is debited."
    hint = "Add an attribution that names the shipment and the account, or a factor that is net of scrap."
    yield Finding("scrap-not-debited", Severity.ERROR, text, hint, o.refs)


_OBSTACLES: dict[str, Callable[[BookView, Obstacle], Iterator[Finding]]] = {
    "unit": _unit,
    "characteristics": _characteristics,
    "share": _share,
    "model": _model,
    "factor": _factor,
    "period": _period,
    "certificate": _certificate,
    "second opening": _second_opening,
    "scrap": _scrap,
}


_TESTS: tuple[Callable[[BookView], Iterator[Finding]], ...] = (
    _balances,
    check_periods,
    _obstacles,
    check_uses,
    check_use_times,
    check_declarations,
    check_scope,
    check_single_use,
    check_places,
)

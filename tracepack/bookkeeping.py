"""The mass-balance books of a workspace: their audit beside what was closed, and closing a period for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from tracepack.collecting import without_collecting
from tracepack.core.accounts import book_entries
from tracepack.core.bookaudit import BookAudit, audit_books
from tracepack.core.bookrecords import BalancePeriod
from tracepack.core.closing import Closing, Past, State, closing_digest, closing_text, open_periods
from tracepack.core.lineage import Lineage, build_lineage
from tracepack.errors import UsageProblem
from tracepack.report.answers import ClosingAnswer
from tracepack.report.answers_balance import BalanceAnswer
from tracepack.report.balances import balance_answer
from tracepack.report.books_file import render_books
from tracepack.report.closings import closing_answer
from tracepack.rulebook import balance_rules, material_library
from tracepack.store import Store


@without_collecting()
def audited(store: Store, lineage: Lineage, site: str | None = None, period: str | None = None) -> BookAudit:
    """The books of the whole workspace (``lineage``), audited beside what was closed; the statements of a site, of a period."""
    return audit_books(lineage, balance_rules(), site, period=period, past=_past(store, lineage))


def _past(store: Store, lineage: Lineage) -> Past:
    """What was closed, with the books of each import that a closing rests on; those known alike are written once."""
    closings = store.closings()
    if not closings:
        return Past()
    now = State(book_entries(lineage, balance_rules()), lineage.ledger.periods)
    known = {store.latest_change(store.latest_import()): now}
    states: dict[int, State] = {}
    for number in sorted({closing.known_after for closing in closings}):
        change = store.latest_change(number)
        if change not in known:
            known[change] = _state(store, change)
        states[number] = known[change]
    return Past(closings, states, now)


def _state(store: Store, as_of: int) -> State:
    lineage, _ = build_lineage(store.load_ledger(None, as_of=as_of), material_library())
    return State(book_entries(lineage, balance_rules()), lineage.ledger.periods)


def _whole(store: Store) -> Lineage:
    return build_lineage(store.load_ledger(None), material_library())[0]


def balance(store: Store, site: str | None, period: str | None, on: dt.date | None = None) -> BalanceAnswer:
    """`balance [--site] [--period] [--on]`.  Raises UsageProblem for a site without books, or a period that none of the books has."""
    return _asked(store, site, period, on)[0]


def books(store: Store, site: str | None, period: str | None, file_format: str, lang: str) -> tuple[BalanceAnswer, bytes]:
    """`balance -o FILE`: the same answer, and the books as a file."""
    answer, audit = _asked(store, site, period)
    return answer, render_books(answer, audit, file_format, lang)


@without_collecting()
def _asked(store: Store, site: str | None, period: str | None, on: dt.date | None = None) -> tuple[BalanceAnswer, BookAudit]:
    lineage = _whole(store)
    audit = audited(store, lineage, site, period)
    if site is not None:
        _demand_books(audit, site)
    if period is not None:
        _demand_period(audit.periods, period, site)
    return balance_answer(audit, store.latest_import(), period, on), audit


def _demand_books(audit: BookAudit, site: str) -> None:
    written = audit.statements or audit.closings or audit.quantities.books
    if not written and all(p.site != site for p in audit.periods):
        known = sorted({account.site for account in audit.books.entries} | {p.site for p in audit.periods})
        raise UsageProblem(f"there are no books of site {site}", f"one of: {', '.join(known)}" if known else "import Balance Periods first")


def _demand_period(periods: Sequence[BalancePeriod], period: str, site: str | None) -> list[BalancePeriod]:
    """The rows of a period, of a site or of any."""
    mine = sorted((p for p in periods if site in (None, p.site)), key=lambda p: (p.start, p.period_id))
    found = [p for p in mine if p.period_id == period]
    if not found:
        known = ", ".join(dict.fromkeys(p.period_id for p in mine))
        where = "" if site is None else f" of site {site}"
        raise UsageProblem(f"there is no balance period {period}{where}", f"one of: {known}" if known else "import Balance Periods first")
    return found


@without_collecting()
def close_period(store: Store, period: str, site: str | None) -> ClosingAnswer:
    """`balance --close PERIOD [--site]`: pin the period's books for good.

    Raises UsageProblem where the period is not known, is closed, follows one that is open, or ends below zero.
    """
    with store.writing():
        lineage = _whole(store)
        row = _the_one(_demand_period((*lineage.ledger.periods, *_closed_rows(store)), period, site))
        audit = audited(store, lineage, row.site, row.period_id)
        _refuse_to_close(audit, row)
        draft = Closing(0, store.latest_import(), row.site, row.period_id, row.start, row.end, "")
        closing = replace(draft, digest=closing_digest(closing_text(draft, audit.statements, audit.books)))
        return closing_answer(replace(closing, number=store.record_closing(closing)))


def _closed_rows(store: Store) -> list[BalancePeriod]:
    """Closed periods as rows, so that one whose row was taken back is known, too."""
    return [c.as_period() for c in store.closings()]


def _the_one(rows: Sequence[BalancePeriod]) -> BalancePeriod:
    sites = sorted({row.site for row in rows})
    if len(sites) > 1:
        raise UsageProblem(f"several sites have a period {rows[0].period_id}: {', '.join(sites)}", f"say whose with --site {sites[0]}")
    return rows[0]


def _refuse_to_close(audit: BookAudit, row: BalancePeriod) -> None:
    """Say why a period cannot be closed, if it cannot."""
    chain = [judged.closing for judged in audit.closings]
    name = f"period {row.period_id} of site {row.site}"
    for judged in audit.closings:
        if judged.closing.period == row.period_id:
            hint = f"log entry {judged.closing.number}, SHA-256 {judged.closing.digest}; what changes later is adjusted in the open period"
            raise UsageProblem(f"{name} is closed already", hint)
        if not judged.agrees:
            hint = "restore the workspace from a copy made before: nothing is closed on top of books that were changed"
            raise UsageProblem(f"{name} cannot be closed: closed period {judged.closing.period} is not what was closed any more", hint)
    if chain and row.start <= chain[-1].end:
        raise UsageProblem(
            f"{name} cannot be closed: it begins on {row.start}, and the days to {chain[-1].end} are closed", "correct its row"
        )
    rows = [p for p in audit.view.lineage.ledger.periods if p.site == row.site]
    first = min(open_periods(rows, chain) if chain else rows, key=lambda p: (p.start, p.end, p.period_id))
    if first.period_id != row.period_id:
        raise UsageProblem(f"{name} cannot be closed: period {first.period_id} before it is open", f"close {first.period_id} first")
    short = next((finding for finding in audit.findings if finding.name == "balance-negative"), None)
    if short is not None:
        raise UsageProblem(f"{name} cannot be closed: {short.message}", short.hint)

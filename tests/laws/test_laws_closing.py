"""Laws of closed periods over any history that was imported, closed, corrected, closed again and corrected again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from laws.test_laws_books import SITES, Event, histories, ledger_of, period_ends, with_event
from tracepack.core.accounts import AccountKey, Entry, book_entries
from tracepack.core.bookaudit import BookAudit, audit_books
from tracepack.core.bookrules import RuleBook
from tracepack.core.closing import Closing, Past, State, closing_digest, closing_text, is_of
from tracepack.core.ledger import Ledger
from tracepack.core.library import Library
from tracepack.core.lineage import build_lineage

#: What is known after one import: every event by its number, as it is stated then.
Version = dict[int, Event]
Closed = tuple[str, str]


@st.composite
def versions(draw: st.DrawFn) -> list[Version]:
    """Up to four states of one workspace: each time some events are taken back, changed or new."""
    known: Version = dict(enumerate(draw(histories())))
    found = [known]
    for _ in range(draw(st.integers(1, 3))):
        fate = {number: draw(st.sampled_from(["stays", "stays", "goes", "changes"])) for number in known}
        known = {number: event for number, event in known.items() if fate[number] != "goes"}
        for number in [number for number in known if fate[number] == "changes"]:
            known[number] = (*known[number][:3], known[number][3] + draw(st.integers(1, 50)), known[number][4])
        new = [event for event in draw(histories()) if event[0] != "opened"]
        first = 1 + max((number for version in found for number in version), default=0)
        known |= dict(enumerate(new[:4], start=first))
        found.append(known)
    return found


def state_of(version: Version, ends: list[dt.date], turned: bool = False) -> tuple[Ledger, State]:
    """What a version's books are with nothing closed; ``turned``: its rows in the order of another import."""
    events = sorted(version.items(), reverse=turned)
    ledger = reduce(lambda so_far, event: with_event(so_far, *event), events, ledger_of([], ends).ledger)
    return ledger, State(book_entries(build_lineage(ledger, Library({}))[0], RuleBook()), ledger.periods)


def audited(ledger: Ledger, past: Past) -> BookAudit:
    return audit_books(build_lineage(ledger, Library({}))[0], RuleBook(), past=past)


def closed_in_turn(history: list[Version], ends: list[dt.date], turned: bool = False) -> tuple[list[BookAudit], Past]:
    """The audits after each version; between two of them the next period of each site is closed as known then."""
    audits: list[BookAudit] = []
    past = Past()
    for number, version in enumerate(history, start=1):
        ledger, state = state_of(version, ends, turned)
        past = replace(past, states={**past.states, number: state})
        audits.append(audited(ledger, past))
        for site in SITES if number < len(history) and number <= len(ends) else ():
            period = next(p for p in ledger.periods if (p.site, p.period_id) == (site, f"P{number - 1}"))
            draft = Closing(len(past.closings), number, site, period.period_id, period.start, period.end, "")
            text = closing_text(draft, audits[-1].statements, audits[-1].books)
            past = replace(past, closings=(*past.closings, replace(draft, digest=closing_digest(text))))
    return audits, past


def closed_lines(audit: BookAudit, closed: set[Closed]) -> dict[tuple[AccountKey, str], object]:
    """Every figure and entry of the closed periods."""
    return {
        (s.account, period): (s.opening, s.entries, s.closing, s.lowest, s.lowest_on)
        for s in audit.statements
        for site, period in closed
        if is_of(s, site, period)
    }


def total(entries: list[Entry]) -> Fraction:
    return sum((entry.mg for entry in entries), Fraction(0))


@given(versions(), period_ends())
def test_what_is_closed_never_changes(history: list[Version], ends: list[dt.date]) -> None:
    audits, past = closed_in_turn(history, ends)
    assert all(judged.agrees for audit in audits for judged in audit.closings)
    for closing in past.closings:
        mine = {(closing.site, closing.period)}
        then = closed_lines(audits[closing.known_after - 1], mine)
        assert all(closed_lines(audit, mine) == then for audit in audits[closing.known_after :])


@given(versions(), period_ends())
def test_the_order_of_import_between_two_closings_does_not_matter(history: list[Version], ends: list[dt.date]) -> None:
    audits, past = closed_in_turn(history, ends)
    turned, turned_past = closed_in_turn(history, ends, turned=True)
    assert [c.digest for c in past.closings] == [c.digest for c in turned_past.closings]
    assert [audit.statements for audit in audits] == [audit.statements for audit in turned]


@given(versions(), period_ends())
def test_with_adjustments_credits_are_still_uses_and_balance(history: list[Version], ends: list[dt.date]) -> None:
    audits, _ = closed_in_turn(history, ends)
    for audit, (_, state) in zip(audits, (state_of(version, ends) for version in history), strict=True):
        entries = [entry for found in audit.books.entries.values() for entry in found]
        given_in, uses = (sum((sign * e.mg for e in entries if sign * e.mg > 0), Fraction(0)) for sign in (1, -1))
        last = {s.account: s.closing for s in audit.statements}
        assert given_in == uses + sum(last.values(), Fraction(0))
        for account in {*audit.books.entries, *state.books.entries}:
            kept, known = (list(books.entries.get(account, ())) for books in (audit.books, state.books))
            assert total(kept) == total(known), "in the end the books hold what is known now"


@given(versions(), period_ends())
def test_adjustments_are_the_figures_now_less_the_figures_closed(history: list[Version], ends: list[dt.date]) -> None:
    audits, past = closed_in_turn(history, ends)
    for audit, (_, state) in zip(audits, (state_of(version, ends) for version in history), strict=True):
        for judged in audit.closings:
            c = judged.closing
            closed_books = past.states[c.known_after].books
            for account in {key for key in (*state.books.entries, *closed_books.entries) if key.site == c.site}:
                found = audit.books.entries.get(account, ())
                adjusted = [e for e in found if e.corrects is not None and e.corrects.period == c.period]
                then, since = (
                    [e for e in books.entries.get(account, ()) if c.start <= e.date <= c.end] for books in (closed_books, state.books)
                )
                assert total(adjusted) == total(since) - total(then)
                assert all(e.mg == e.corrects.now_mg - e.corrects.was_mg for e in adjusted if e.corrects)
                assert all(e.date > c.end for e in adjusted)

"""Closed balance periods: what was closed stays as it was closed, and what changes afterwards is an adjustment.

A site's periods are closed one after the other, each as known after some import.  The books of a site are then, for the days
up to the end of each closed period, the entries known when it was closed, and after them the entries known now.  Where the
entries of closed days have changed since, the difference stands as an `adjustment` at the beginning of the period that was
the first open one when the change came in: each change once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tracepack.core.accounts import entry_order
from tracepack.core.balances import Statement
from tracepack.core.bookrecords import BalancePeriod
from tracepack.core.entries import AccountKey, Books, Correction, Entry, EntryKind
from tracepack.core.ledger import SourceRow
from tracepack.core.quantity import kg_text

_DAY = dt.timedelta(days=1)
#: Stands for the row of a closed period that is not in the store any more.
_NO_ROW = SourceRow("", "", "", 1)


@dataclass(frozen=True, slots=True)
class Closing:
    """One period that was closed: ``number`` is that of the log, ``known_after`` the import up to which facts counted."""

    number: int
    known_after: int
    site: str
    period: str
    start: dt.date
    end: dt.date
    digest: str

    def as_period(self, source: SourceRow | None = None) -> BalancePeriod:
        """The period with the days that were closed; ``source`` its row, where it is known."""
        return BalancePeriod(site=self.site, period_id=self.period, start=self.start, end=self.end, source=source or _NO_ROW)


@dataclass(frozen=True)
class State:
    """The books (nothing closed) and the periods as they were known after some import."""

    books: Books
    periods: tuple[BalancePeriod, ...]


@dataclass(frozen=True)
class Past:
    """Every closing, in order of number, and by import the states they rest on; ``latest`` that of now, where it is written already."""

    closings: tuple[Closing, ...] = ()
    states: Mapping[int, State] = field(default_factory=dict, repr=False)
    latest: State | None = field(default=None, repr=False)

    def of_site(self, site: str) -> tuple[Closing, ...]:
        """A site's closings, the first period first."""
        return tuple(c for c in self.closings if c.site == site)


#: The past of books of which no period is closed.
NOTHING_CLOSED = Past()


def with_closed_periods(now: State, past: Past) -> State:
    """The books and periods to go by: as now, but closed days as they were closed, with adjustments after them."""
    sites = sorted({c.site for c in past.closings})
    if not sites:
        return State(now.books, tuple(sorted(now.periods, key=_days)))
    entries = {key: found for key, found in now.books.entries.items() if key.site not in sites}
    periods = [p for p in now.periods if p.site not in sites]
    for site in sites:
        chain = past.of_site(site)
        after = open_periods(now.periods, chain)
        periods += [*(_closed_row(c, past.states[c.known_after]) for c in chain), *after]
        entries |= _entries_of_site(now.books, past, chain, _landing_days(chain, after))
    ordered = {key: entries[key] for key in sorted(entries)}
    return State(Books(ordered, _names(now.books, past), now.books.obstacles), tuple(sorted(periods, key=_days)))


def _in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=entry_order))


def _day(entry: Entry) -> dt.date:
    return entry.date


def _days(period: BalancePeriod) -> tuple[str, dt.date, dt.date, str]:
    return period.site, period.start, period.end, period.period_id


def open_periods(periods: Iterable[BalancePeriod], chain: Sequence[Closing]) -> list[BalancePeriod]:
    """A site's periods after those that are closed, by their days."""
    mine = [p for p in periods if p.site == chain[-1].site and p.end > chain[-1].end]
    closed = {c.period for c in chain}
    return sorted((p for p in mine if p.period_id not in closed), key=_days)


def _closed_row(closing: Closing, state: State) -> BalancePeriod:
    rows = (p for p in state.periods if (p.site, p.period_id) == (closing.site, closing.period))
    return closing.as_period(next((row.source for row in rows), None))


def _landing_days(chain: Sequence[Closing], after: Sequence[BalancePeriod]) -> list[dt.date]:
    """The day of the adjustments that came in after each closing: the first of the period open then, else the day after."""
    starts = [*(c.start for c in chain[1:]), *(p.start for p in after[:1])]
    days = [c.end + _DAY for c in chain]
    return [max(day, start) for day, start in zip(days, [*starts, *days[len(starts) :]], strict=True)]


def _names(now: Books, past: Past) -> dict[AccountKey, tuple[str, str, str, str, str]]:
    """Accounts by name: the spelling under which an account was first closed stays."""
    names: dict[AccountKey, tuple[str, str, str, str, str]] = {}
    for closing in past.closings:
        for key, name in past.states[closing.known_after].books.names.items():
            if key.site == closing.site:
                names.setdefault(key, name)
    return {**now.names, **names}


def _entries_of_site(now: Books, past: Past, chain: Sequence[Closing], landing: Sequence[dt.date]) -> dict[AccountKey, tuple[Entry, ...]]:
    """A site's entries: of each stretch of closed days as it was closed, of the days after them as now, and the adjustments."""
    steps = [*(past.states[c.known_after].books for c in chain), now]
    found: dict[AccountKey, list[Entry]] = {}
    late: dict[AccountKey, list[Entry]] = {}
    for place, books in enumerate(steps):
        since = chain[place - 1].end if place else dt.date.min
        until = chain[place].end if place < len(chain) else dt.date.max
        for key, entries in _of_site(books, chain[0].site):
            begin = bisect_right(entries, since, key=_day) if place else 0
            end = bisect_right(entries, until, key=_day)
            if begin < end:
                found.setdefault(key, []).extend(entries[begin:end])
        if place and books is not steps[place - 1]:
            for entry in adjustments(steps[place - 1], books, chain[:place], landing[place - 1]):
                late.setdefault(entry.account, []).append(entry)
    return {key: _in_order([*found.get(key, ()), *late[key]]) if key in late else tuple(found[key]) for key in {*found, *late}}


def _of_site(books: Books, site: str) -> Iterator[tuple[AccountKey, tuple[Entry, ...]]]:
    return ((key, entries) for key, entries in books.entries.items() if key.site == site)


# --- adjustments


def adjustments(before: Books, after: Books, closed: Sequence[Closing], day: dt.date) -> Iterator[Entry]:
    """What ``after`` has otherwise than ``before`` on the days of a site's closed periods, as entries of a day: one for each
    account, period, kind and number whose quantity differs."""
    then, since = dict(_of_site(before, closed[0].site)), dict(_of_site(after, closed[0].site))
    for account in sorted({*then, *since}):
        was, now = then.get(account, ()), since.get(account, ())
        if was == now:
            continue
        groups = _by_number(was, closed), _by_number(now, closed)
        for group in sorted({*groups[0], *groups[1]}):
            place, kind, number = group
            entry = _adjustment(account, day, groups[0].get(group, []), groups[1].get(group, []), closed[place].period, kind, number)
            if entry.mg:
                yield entry


def _by_number(entries: Iterable[Entry], closed: Sequence[Closing]) -> dict[tuple[int, EntryKind, str], list[Entry]]:
    """Entries of closed days by the place of their period, kind and number."""
    ends = [c.end for c in closed]
    groups: dict[tuple[int, EntryKind, str], list[Entry]] = {}
    for entry in entries:
        if entry.date <= ends[-1]:
            groups.setdefault((bisect_left(ends, entry.date), entry.kind, entry.number), []).append(entry)
    return groups


def _adjustment(
    account: AccountKey, day: dt.date, was: Sequence[Entry], now: Sequence[Entry], period: str, kind: EntryKind, number: str
) -> Entry:
    """The difference between two groups of entries, named by those of them that the other group does not have alike."""
    gone, come = _without(was, now), _without(now, was)
    was_mg, now_mg = (sum((e.mg for e in group), Fraction(0)) for group in (gone, come))
    was_refs, now_refs = (tuple(dict.fromkeys(ref for e in group for ref in e.refs)) for group in (gone, come))
    corrects = Correction(period, kind, was_mg, now_mg, was_refs, now_refs)
    refs = tuple(dict.fromkeys((*was_refs, *now_refs)))
    return Entry(account, day, "adjustment", now_mg - was_mg, number, refs, corrects=corrects)


def _without(entries: Sequence[Entry], others: Sequence[Entry]) -> list[Entry]:
    """The entries left when each of the others has taken away one of its quantity."""
    spare = Counter(e.mg for e in others)
    left = []
    for entry in entries:
        if spare[entry.mg]:
            spare[entry.mg] -= 1
        else:
            left.append(entry)
    return left


# --- the digest


def closing_digest(text: str) -> str:
    """The SHA-256 of a closing's text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def closing_text(closing: Closing, statements: Iterable[Statement], books: Books) -> str:
    """What a closing pins, as one line of JSON (RFC 8259) without spaces between tokens and without escapes beyond those that
    JSON demands.  It can be written anew from ``balance --json``:

    ``["tracepack closing 1", site, period, start, end, known after import, accounts]``, the first six as the answer's list of
    closings has them; accounts are those with a line of the
    period, in the order of the answer, each ``[[scheme, feedstock, category, country of origin, input material], opening_kg,
    closing_kg, entries]``; entries are those of that line, in order, each ``[date, kind, number, input_kg, output_kg, factor,
    refs, corrects]`` with refs ``[file, sha256, sheet, cell]`` and corrects ``[period, kind, was_kg, now_kg]``, or null
    where the answer has null.  Every value is the answer's.
    """
    head = ["tracepack closing 1", closing.site, closing.period, closing.start.isoformat(), closing.end.isoformat(), closing.known_after]
    accounts = [_account_text(s, books) for s in statements if is_of(s, closing.site, closing.period)]
    return json.dumps([*head, accounts], ensure_ascii=False, separators=(",", ":"))


def is_of(statement: Statement, site: str, period: str) -> bool:
    """Whether a statement is of a site's period."""
    held = statement.segment.period
    return statement.account.site == site and held is not None and held.period_id == period


def _account_text(s: Statement, books: Books) -> list[object]:
    opening = s.opening + s.total("opening")
    return [list(books.names[s.account]), _kg(opening), _kg(s.closing), [_entry_text(e) for e in s.entries]]


def _entry_text(entry: Entry) -> list[object]:
    c = entry.corrects
    return [
        entry.date.isoformat(),
        entry.kind,
        entry.number,
        _kg(entry.mg),
        None if entry.output_mg is None else kg_text(entry.output_mg),
        None if entry.factor is None else f"{entry.factor.normalize():f}",
        entry.refs,
        None if c is None else [c.period, c.kind, _kg(c.was_mg), _kg(c.now_mg)],
    ]


def _kg(mg: Fraction) -> str:
    return kg_text(mg.numerator if mg.denominator == 1 else round(mg))

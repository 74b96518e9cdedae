"""Balances of the mass-balance books: an account at any date, and per period what was opened, received, used and carried over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from tracepack.core.accounts import AccountKey, Books, Entry, EntryKind
from tracepack.core.bookrecords import BalancePeriod


@dataclass(frozen=True, slots=True)
class Segment:
    """Days of a site's books: a period, or (period None) the days of entries that no period holds."""

    period: BalancePeriod | None
    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class Statement:
    """An account over one segment, in milligrams of input; ``lowest`` is the least balance at the end of a day, ``lowest_on`` that day."""

    account: AccountKey
    segment: Segment
    opening: Fraction
    entries: tuple[Entry, ...]
    closing: Fraction
    lowest: Fraction
    lowest_on: dt.date

    def total(self, kind: EntryKind) -> Fraction:
        """The sum of the entries of a kind, uses negative."""
        return sum((entry.mg for entry in self.entries if entry.kind == kind), Fraction(0))


def balance_on(entries: Iterable[Entry], day: dt.date) -> Fraction:
    """An account's balance at the end of a day, in milligrams of input."""
    return sum((entry.mg for entry in entries if entry.date <= day), Fraction(0))


def statements(books: Books, periods: Sequence[BalancePeriod]) -> tuple[Statement, ...]:
    """Every account over every segment of its site from its first entry on, by account and day.

    What an account holds at the end of one segment is what the next one begins with.
    """
    return tuple(
        statement
        for account, entries in books.entries.items()
        for statement in _follow(account, entries, segments_of((e.date for e in entries), [p for p in periods if p.site == account.site]))
    )


def segments_of(dates: Iterable[dt.date], periods: Sequence[BalancePeriod]) -> list[Segment]:
    """The periods from the first of some days on, and between them those of the days that lie in none."""
    ordered = sorted(periods, key=lambda p: (p.start, p.end, p.period_id))
    segments: list[Segment] = []
    days = sorted(set(dates))
    first = days[0]
    outside: list[dt.date] = []
    reached = dt.date.min
    for period in ordered:
        start = max(period.start, reached)  # days that two periods share belong to the first
        before = [day for day in days if reached <= day < start]
        segments += [Segment(None, before[0], before[-1])] if before else []
        if period.end >= start:
            segments.append(Segment(period, start, period.end))
            reached = period.end + dt.timedelta(days=1)
    outside = [day for day in days if day >= reached]
    segments += [Segment(None, outside[0], outside[-1])] if outside else []
    return [segment for segment in segments if segment.end >= first]


def _follow(account: AccountKey, entries: Sequence[Entry], segments: Sequence[Segment]) -> Iterable[Statement]:
    # In whole numbers of the least part that all entries have in common: exact, and many times faster than fractions.
    parts = lcm(*{entry.mg.denominator for entry in entries})
    amounts = [entry.mg.numerator * (parts // entry.mg.denominator) for entry in entries]
    balance, place = 0, 0
    for segment in segments:
        opening = lowest = balance
        lowest_on = segment.start
        begin = place
        while place < len(entries) and entries[place].date <= segment.end:
            balance += amounts[place]
            place += 1
            ends_day = place == len(entries) or entries[place].date > entries[place - 1].date
            if ends_day and balance < lowest:
                lowest, lowest_on = balance, entries[place - 1].date
        mine = tuple(entries[begin:place])
        yield Statement(account, segment, Fraction(opening, parts), mine, Fraction(balance, parts), Fraction(lowest, parts), lowest_on)

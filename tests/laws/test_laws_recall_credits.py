"""Laws of recalled credits: against every way to draw an account's uses from the credits that were there, one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from tracepack.core.entries import AccountKey, Books, Entry
from tracepack.core.findings import SourceRef
from tracepack.core.recallcredits import CreditAccount, follow_credits

START = dt.date(2026, 1, 1)
ACCOUNTS = [AccountKey(site, "iscc plus", "tall oil", "bio", "fi", "pp") for site in ("S1", "S2")]
#: Day, kind ("recalled", "other", "used") and whole milligrams.
Event = tuple[int, str, int]

_events = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["recalled", "other", "used"]), st.integers(1, 4)), max_size=8)


def entry(place: int, kind: str, mg: int, day: int, account: AccountKey = ACCOUNTS[0]) -> Entry:
    ref = SourceRef("books.xlsx", "0" * 64, "Sheet", f"A{place + 2}")
    return Entry(account, START + dt.timedelta(days=day), kind, Fraction(mg), f"N{place}", (ref,), output_mg=None)  # type: ignore[arg-type]


def entries_of(events: list[Event]) -> tuple[list[Entry], dict[Entry, tuple[Fraction, Fraction]]]:
    """The entries of some events, and those that are recalled."""
    kinds = {"used": ("attributed", -1), "recalled": ("received", 1), "other": ("received", 1)}
    entries = [entry(i, kinds[kind][0], kinds[kind][1] * mg, day) for i, (day, kind, mg) in enumerate(events)]
    return entries, {e: (e.mg, e.mg) for e, (_, kind, _) in zip(entries, events, strict=True) if kind == "recalled"}


def books_of(*entries: Entry) -> Books:
    by_account = {account: tuple(e for e in entries if e.account == account) for account in ACCOUNTS}
    return Books({account: found for account, found in by_account.items() if found}, {}, ())


def followed(events: list[Event]) -> tuple[list[Entry], CreditAccount | None]:
    entries, recalled = entries_of(events)
    found = follow_credits(books_of(*entries), recalled)
    return entries, found[0] if found else None


def in_time(events: list[Event]) -> list[tuple[int, Event]]:
    """Credits of a day before its uses."""
    return sorted(enumerate(events), key=lambda pair: (pair[1][0], pair[1][1] == "used"))


def covered(events: list[Event]) -> list[Event]:
    """The same with no use beyond what was there: cut off, in order of time."""
    kept: dict[int, Event] = {}
    balance = 0
    for place, (day, kind, mg) in in_time(events):
        part = min(mg, balance) if kind == "used" else mg
        balance += -part if kind == "used" else part
        kept[place] = (day, kind, part)
    return [kept[place] for place in sorted(kept) if kept[place][2]]


_paid = _events.map(covered)


def every_way(events: list[Event]) -> Iterator[tuple[dict[int, int], int]]:
    """Every way to draw the uses: milligrams of recalled credits in each, by place, and what of them is left."""

    def go(rest: list[tuple[int, Event]], own: int, other: int, drawn: dict[int, int]) -> Iterator[tuple[dict[int, int], int]]:
        if not rest:
            yield dict(drawn), own
            return
        (place, (_, kind, mg)), *later = rest
        if kind != "used":
            yield from go(later, own + mg * (kind == "recalled"), other + mg * (kind == "other"), drawn)
            return
        for taken in range(max(0, mg - other), min(mg, own) + 1):
            yield from go(later, own - taken, other - (mg - taken), {**drawn, place: taken})

    yield from go(in_time(events), 0, 0, {})


@given(_paid)
def test_the_least_and_the_most_of_each_use_are_those_of_all_ways_to_draw_it(events: list[Event]) -> None:
    entries, account = followed(events)
    ways = list(every_way(events))
    if account is None:
        assert not any(taken for drawn, _ in ways for taken in drawn.values())
        return
    told = {use.entry: (use.low, use.high) for use in account.uses}
    for place, (_, kind, _) in enumerate(events):
        if kind == "used":
            taken = [drawn[place] for drawn, _ in ways]
            assert told.get(entries[place], (0, 0)) == (min(taken), max(taken))
    assert account.left == (min(left for _, left in ways), max(left for _, left in ways))
    assert account.received == (sum(mg for _, kind, mg in events if kind == "recalled"),) * 2


@given(_events, st.randoms(use_true_random=False))
def test_the_order_in_which_entries_were_written_means_nothing(events: list[Event], chance: object) -> None:
    mixed = list(events)
    chance.shuffle(mixed)  # type: ignore[attr-defined]

    def told(found: CreditAccount | None) -> list[tuple[object, ...]]:
        uses = [] if found is None else [(u.entry.date, u.entry.mg, u.low, u.high) for u in found.uses]
        return sorted(uses, key=str)

    assert told(followed(events)[1]) == told(followed(mixed)[1])


@given(_events, st.integers(0, 4), st.integers(1, 6), st.integers(0, 2), st.floats(0.1, 1.0))
def test_credits_handed_to_another_site_are_followed_there(events: list[Event], day: int, moved: int, wait: int, part: float) -> None:
    """Every way to draw the transfer, and of what it brought the use at the other site, lies within the bounds."""
    *events, (day, kind, moved) = covered([(0, "other", 1), *events, (day, "used", moved)])
    assume(kind == "used")
    steps, used, later = [*events, (day, kind, moved)], max(1, int(moved * part)), day + wait
    entries, recalled = entries_of(events)
    place = len(events)
    out, into = entry(place, "transfer-out", -moved, day), entry(place, "transfer-in", moved, day, ACCOUNTS[1])
    there = entry(place + 1, "attributed", -used, later, ACCOUNTS[1])
    found = follow_credits(books_of(*entries, out, into, there), recalled)
    told = {use.entry: (use.low, use.high) for account in found for use in account.uses}
    low, high = told.get(there, (Fraction(0), Fraction(0)))
    for drawn, _ in every_way(steps):
        brought = drawn[place]
        assert low <= max(0, used - (moved - brought))
        assert high >= min(used, brought)


def test_what_is_attributed_beyond_the_account_is_no_more_than_came_in() -> None:
    entries = [entry(0, "received", 10, 0), entry(1, "attributed", -15, 1), entry(2, "received", 10, 2), entry(3, "attributed", -5, 3)]
    (account,) = follow_credits(books_of(*entries), {entries[0]: (Fraction(10), Fraction(10))})
    assert [(use.low, use.high) for use in account.uses] == [(0, 10)]

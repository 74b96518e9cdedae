"""Laws of the mass-balance books over any history, against an oracle that walks day by day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tracepack.core.accounts import book_entries
from tracepack.core.attribution import attributed_content
from tracepack.core.balances import balance_on, statements
from tracepack.core.bookaudit import audit_books
from tracepack.core.bookrules import RuleBook
from tracepack.core.ledger import (
    Attribution,
    BalancePeriod,
    Certificate,
    ConversionFactor,
    CreditTransfer,
    Delivery,
    FeedstockSource,
    Ledger,
    LotKey,
    OpeningBalance,
    Run,
    RunKey,
    RunRow,
    SourceRow,
)
from tracepack.core.library import Library
from tracepack.core.lineage import Lineage, build_lineage
from tracepack.core.quantity import Interval

START = dt.date(2026, 1, 1)
DAYS = 120
SITES = ("S1", "S2")
FACTORS = {"S1": Decimal("0.92"), "S2": Decimal("0.7")}
ACCOUNT = {"scheme": "ISCC PLUS", "feedstock": "tall oil", "category": "bio", "country_of_origin": "FI", "input_material": "bio-PP"}

_days = st.integers(0, DAYS - 1).map(lambda n: START + dt.timedelta(days=n))
_kilograms = st.integers(1, 500).map(Decimal)
_sites = st.sampled_from(SITES)
_events = st.one_of(
    st.tuples(st.just("received"), _sites, _days, _kilograms, st.sampled_from([100, 33.3, 0.1])),
    st.tuples(st.just("attributed"), _sites, _days, _kilograms, st.just(100)),
    st.tuples(st.just("transferred"), _sites, _days, _kilograms, st.just(100)),
    st.tuples(st.just("opened"), _sites, st.just(START), _kilograms, st.just(100)),
)
Event = tuple[str, str, dt.date, Decimal, float]


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Credits and uses of two sites in any order; a site is opened at most once."""
    events = draw(st.lists(_events, max_size=14))
    opened = {event[1]: event for event in events if event[0] == "opened"}
    return [event for event in events if event[0] != "opened"] + list(opened.values())


@st.composite
def period_ends(draw: st.DrawFn) -> list[dt.date]:
    """Last days of periods that follow one another from the start and cover all events."""
    cuts = draw(st.lists(st.integers(1, DAYS - 1), unique=True, max_size=4).map(sorted))
    return [START + dt.timedelta(days=n - 1) for n in (*cuts, DAYS)]


def source(sheet: str, number: int) -> SourceRow:
    return SourceRow("books.xlsx", "0" * 64, sheet, number)


def ledger_of(events: list[Event], ends: list[dt.date]) -> Lineage:
    """The records of a history, in its order."""
    certificate = Certificate(
        certificate_no="C", scheme="ISCC PLUS", holder="SUP", valid_from=START, valid_until=dt.date(2027, 1, 1), source=source("C", 2)
    )
    tall = FeedstockSource(
        source_id="T", feedstock="tall oil", category="bio", country_of_origin="FI", supplier="SUP", source=source("F", 2)
    )
    starts = [START, *(end + dt.timedelta(days=1) for end in ends)]
    periods = [
        BalancePeriod(site=site, period_id=f"P{n}", start=first, end=last, source=source("P", n))
        for site in SITES
        for n, (first, last) in enumerate(zip(starts, ends, strict=False))
    ]
    factors = [
        ConversionFactor(site=s, input_material="bio-PP", output_material="film", factor=float(f), valid_from=START, source=source("K", 2))
        for s, f in FACTORS.items()
    ]
    ledger = Ledger(
        organisation="ORG",
        site="S1",
        certificates=(certificate,),
        sources=(tall,),
        periods=tuple(periods),
        conversion_factors=tuple(factors),
    )
    for number, event in enumerate(events):
        ledger = with_event(ledger, number, event)
    return build_lineage(ledger, Library({}))[0]


def with_event(ledger: Ledger, number: int, event: Event) -> Ledger:
    kind, site, day, kg, share = event
    row = source(kind, number + 2)
    amount = {**ACCOUNT, "quantity": kg, "unit": "kg", "source": row}
    other = SITES[1 - SITES.index(site)]
    if kind == "received":
        delivery = Delivery(
            lot_no=f"L{number}",
            supplier="SUP",
            material="bio-PP",
            quantity=kg,
            unit="kg",
            delivery_date=day,
            site=site,
            attributed_content=Interval.point(share / 100),
            chain_of_custody="mass balance",
            certificate_no="C",
            feedstock_source="T",
            source=row,
        )
        return replace(ledger, deliveries=(*ledger.deliveries, delivery))
    if kind == "attributed":
        use = Attribution(attribution_no=str(number), site=site, date=day, lot_no="FILM", **amount)
        return replace(ledger, attributions=(*ledger.attributions, use))
    if kind == "transferred":
        moved = CreditTransfer(transfer_no=str(number), from_site=site, to_site=other, date=day, **amount)
        return replace(ledger, transfers=(*ledger.transfers, moved))
    opening = OpeningBalance(site=site, period_id="P0", **amount)
    return replace(ledger, opening_balances=(*ledger.opening_balances, opening))


def oracle(events: list[Event], site: str, day: dt.date) -> Fraction:
    """A site's balance at the end of a day in milligrams of input, by adding up what happened."""
    balance = Fraction(0)
    for kind, where, on, kg, share in events:
        if on > day:
            continue
        mg = Fraction(kg) * 1_000_000
        if kind == "attributed":
            balance -= mg / Fraction(FACTORS[site]) if where == site else 0
        elif kind == "transferred":
            balance += mg if where != site else -mg
        elif where == site:
            balance += mg * Fraction(Decimal(str(share))) / 100
    return balance


@given(histories(), period_ends())
def test_every_balance_is_what_the_oracle_adds_up(events: list[Event], ends: list[dt.date]) -> None:
    books = book_entries(ledger_of(events, ends), RuleBook())
    found = {key.site: entries for key, entries in books.entries.items()}
    for site in SITES:
        for day in (START, *ends, *(event[2] for event in events)):
            assert balance_on(found.get(site, ()), day) == oracle(events, site, day)


@given(histories(), period_ends())
def test_credits_are_uses_and_balance(events: list[Event], ends: list[dt.date]) -> None:
    lineage = ledger_of(events, ends)
    books = book_entries(lineage, RuleBook())
    entries = [entry for found in books.entries.values() for entry in found]
    given_in, uses = (sum((sign * e.mg for e in entries if sign * e.mg > 0), Fraction(0)) for sign in (1, -1))
    last = {s.account: s.closing for s in statements(books, lineage.ledger.periods)}
    assert given_in == uses + sum(last.values(), Fraction(0))
    assert not books.obstacles


@given(histories(), period_ends())
def test_what_a_period_carries_over_the_next_one_opens_with(events: list[Event], ends: list[dt.date]) -> None:
    lineage = ledger_of(events, ends)
    carried: dict[object, Fraction] = {}
    for s in statements(book_entries(lineage, RuleBook()), lineage.ledger.periods):
        assert s.opening == carried.get(s.account, Fraction(0))
        assert s.closing == s.opening + sum((entry.mg for entry in s.entries), Fraction(0))
        carried[s.account] = s.closing


@given(histories(), period_ends())
def test_the_order_of_import_does_not_matter(events: list[Event], ends: list[dt.date]) -> None:
    first = ledger_of(events, ends)
    ledger = first.ledger
    turned = replace(
        ledger,
        deliveries=ledger.deliveries[::-1],
        attributions=ledger.attributions[::-1],
        transfers=ledger.transfers[::-1],
        opening_balances=ledger.opening_balances[::-1],
        periods=ledger.periods[::-1],
    )
    assert audit_books(build_lineage(turned, Library({}))[0], RuleBook()) == audit_books(first, RuleBook())


@given(histories(), period_ends())
def test_no_history_over_attributes_at_a_period_s_end_without_an_error(events: list[Event], ends: list[dt.date]) -> None:
    audit = audit_books(ledger_of(events, ends), RuleBook())
    short = {(site, end) for site in SITES for end in ends if oracle(events, site, end) < 0}
    told = {(s.account.site, s.segment.end) for s in audit.statements if s.closing < 0}
    assert told == short
    assert ("balance-negative" in {finding.name for finding in audit.findings}) == bool(short)
    assert len([f for f in audit.findings if f.name == "balance-negative"]) == len(short)


@given(histories(), period_ends(), st.lists(st.integers(1, 400), min_size=1, max_size=4), st.booleans())
def test_credits_never_propagate_through_a_run(events: list[Event], ends: list[dt.date], drawn: list[int], regrind: bool) -> None:
    """Runs that use certified lots, one after another, leave the books as they are and give their products nothing."""
    before = ledger_of(events, ends)
    lots = [LotKey(d.supplier, d.lot_no) for d in before.ledger.deliveries]
    runs: list[Run] = []
    for number, kg in enumerate(drawn):
        taken = runs[-1].rows[-1].lot if runs and number % 2 else lots[number % len(lots)] if lots else None
        runs.append(_run(number, taken or LotKey("ORG", "FOUND"), kg, "PE regrind" if regrind else "film"))
    after = build_lineage(replace(before.ledger, runs=tuple(runs)), Library({}))[0]
    assert book_entries(after, RuleBook()).entries == book_entries(before, RuleBook()).entries
    for run in runs:
        assert attributed_content(after, LotKey("ORG", f"MADE-{run.key.number}")) is None


def _run(number: int, taken: LotKey, kg: int, material: str) -> Run:
    day = START + dt.timedelta(days=DAYS)
    common = {"run_no": str(number), "date": day, "quantity": Decimal(kg), "unit": "kg", "source": source("R", number + 2)}
    rows = (
        RunRow(direction="in", lot_no=taken.number, supplier=taken.owner, **common),
        RunRow(direction="out", lot_no=f"MADE-{number}", supplier="ORG", material=material, **common),
    )
    return Run(key=RunKey("S1", str(number)), date=day, kind=None, rows=rows)

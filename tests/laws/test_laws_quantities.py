"""Laws of the quantity book and of rolling averages, each against an oracle that adds up what happened."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tracepack.core.accounts import book_entries
from tracepack.core.bookrecords import SchemeSetting
from tracepack.core.bookrules import RuleBook, first_day
from tracepack.core.ledger import (
    Attribution,
    BalancePeriod,
    Certificate,
    ConversionFactor,
    Delivery,
    FeedstockSource,
    Ledger,
    Party,
    Run,
    RunKey,
    RunRow,
    Shipment,
    SourceRow,
    StockCount,
)
from tracepack.core.library import Library
from tracepack.core.lineage import Lineage, build_lineage
from tracepack.core.percentages import PercentageDesk, percentages
from tracepack.core.quantity import Interval
from tracepack.core.quantitybook import quantity_books, statements_of, stock_on
from tracepack.core.stockcounts import counted_stocks
from tracepack.rulebook import balance_rules

START = dt.date(2026, 1, 1)
DAYS = 120
SITES = ("S1", "S2")
#: Delivered lots and what they are of; every run makes lots of film.
LOTS = {"A": "resin", "B": "resin", "C": "chalk"}

_days = st.integers(0, DAYS - 1).map(lambda n: START + dt.timedelta(days=n))
_kilograms = st.integers(1, 500).map(Decimal)
_kinds = st.sampled_from(["received", "opening", "run", "sale", "return", "transfer", "disposal", "scrap sale", "return to supplier"])
Event = tuple[str, str, str, dt.date, Decimal]
_events = st.lists(st.tuples(_kinds, st.sampled_from(SITES), st.sampled_from(sorted(LOTS)), _days, _kilograms), max_size=16)


def source(sheet: str, number: int) -> SourceRow:
    return SourceRow("books.xlsx", "0" * 64, sheet, number + 2)


def ledger_of(events: list[Event], ends: list[dt.date]) -> Ledger:
    starts = [START, *(end + dt.timedelta(days=1) for end in ends)]
    periods = [
        BalancePeriod(site=site, period_id=f"P{n}", start=first, end=last, source=source("P", n))
        for site in SITES
        for n, (first, last) in enumerate(zip(starts, ends, strict=False))
    ]
    parties = [Party(party_id=site, name=site, role="site", source=source("Y", n)) for n, site in enumerate(SITES)]
    ledger = Ledger(organisation="ORG", site="S1", periods=tuple(periods), parties=tuple(parties))
    for number, event in enumerate(events):
        ledger = with_event(ledger, number, event)
    return ledger


def with_event(ledger: Ledger, number: int, event: Event) -> Ledger:
    kind, site, lot, day, kg = event
    row, amount = source(kind, number), {"quantity": kg, "unit": "kg"}
    if kind in ("received", "opening"):
        delivery = Delivery(
            lot_no=lot, supplier="SUP", material=LOTS[lot], delivery_date=day, site=site, opening=kind == "opening", source=row, **amount
        )
        return replace(ledger, deliveries=(*ledger.deliveries, delivery))
    if kind == "run":
        return replace(ledger, runs=(*ledger.runs, made_film(number, site, lot, day, kg)))
    other = SITES[1 - SITES.index(site)]
    shipment = Shipment(
        shipment_no=f"S{number}",
        date=day,
        customer=other if kind == "transfer" else "CUS",
        lot_no=lot,
        supplier="SUP",
        kind=kind,
        site=site,
        source=row,
        **amount,
    )
    return replace(ledger, shipments=(*ledger.shipments, shipment))


def made_film(number: int, site: str, lot: str, day: dt.date, kg: Decimal) -> Run:
    """All of what is taken but a kilogram becomes film, and three kilograms of chalk are lost beside it."""
    name = f"R{number}"
    amounts = [("in", lot, "SUP", None, kg), ("out", f"F{number}", "ORG", "film", kg - 1), ("loss", "X", "SUP", "chalk", Decimal(3))]
    rows = tuple(
        RunRow(
            run_no=name, date=day, direction=d, lot_no=n, supplier=o, material=m, quantity=q, unit="kg", source=source("R", number * 3 + k)
        )
        for k, (d, n, o, m, q) in enumerate(amounts)
    )
    return Run(key=RunKey(site, name), date=day, kind=None, rows=rows)


#: What each event does to its lot's material at its site.
SIGNS = {"received": 1, "opening": 1, "return": 1, "sale": -1, "transfer": -1, "disposal": -1, "scrap sale": -1, "return to supplier": -1}


def oracle(events: list[Event], day: dt.date) -> dict[tuple[str, str], Decimal]:
    """Kilograms of each material at each site at the end of a day, those that nothing ever touched left out."""
    stock: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    known = {lot for kind, _, lot, _, _ in events if kind in ("received", "opening")}
    for kind, site, lot, on, kg in events:
        if on > day:
            continue
        material = LOTS[lot] if lot in known else ""
        if kind == "run":
            stock[site, material] -= kg
            stock[site, "film"] += kg - 1
            stock[site, "chalk"] -= 3
            continue
        stock[site, material] += SIGNS[kind] * kg
        if kind == "transfer":
            stock[SITES[1 - SITES.index(site)], material] += kg
    return stock


@st.composite
def period_ends(draw: st.DrawFn) -> list[dt.date]:
    """Last days of periods that follow one another from the start and cover all events."""
    cuts = draw(st.lists(st.integers(1, DAYS - 1), unique=True, max_size=4).map(sorted))
    return [START + dt.timedelta(days=n - 1) for n in (*cuts, DAYS)]


def written(ledger: Ledger) -> Lineage:
    return build_lineage(ledger, Library({}))[0]


@given(_events, period_ends())
def test_every_stock_is_what_the_oracle_adds_up(events: list[Event], ends: list[dt.date]) -> None:
    books = quantity_books(written(ledger_of(events, ends)))
    for day in (START, *ends, *(event[3] for event in events)):
        found = {(b.site, b.material): Decimal(stock_on(b.movements, day) or 0) / 1_000_000 for b in books}
        expected = oracle(events, day)
        assert {key: mass for key, mass in found.items() if mass} == {key: mass for key, mass in expected.items() if mass}


@given(_events, period_ends())
def test_a_period_opens_with_what_the_one_before_left(events: list[Event], ends: list[dt.date]) -> None:
    ledger = ledger_of(events, ends)
    for book in quantity_books(written(ledger)):
        left = 0
        for s in statements_of(book, ledger.periods):
            assert s.opening == left
            assert s.closing == left + sum(m.mg or 0 for m in s.movements)
            left = s.closing


@given(_events, period_ends())
def test_neither_the_order_of_rows_nor_credits_change_the_quantity_book(events: list[Event], ends: list[dt.date]) -> None:
    ledger = ledger_of(events, ends)
    use = Attribution(
        attribution_no="1",
        site="S1",
        date=START,
        lot_no="F0",
        scheme="ISCC PLUS",
        feedstock="tall oil",
        category="bio",
        input_material="resin",
        quantity=Decimal(5),
        unit="kg",
        source=source("U", 0),
    )
    turned = replace(
        ledger, deliveries=ledger.deliveries[::-1], runs=ledger.runs[::-1], shipments=ledger.shipments[::-1], attributions=(use,)
    )
    assert quantity_books(written(turned)) == quantity_books(written(ledger))


@given(_events, st.integers(-2000, 4000), st.sampled_from(["resin", "chalk", "film"]))
def test_a_count_agrees_within_half_a_percent_of_the_book(events: list[Event], difference: int, material: str) -> None:
    last = START + dt.timedelta(days=DAYS)
    ledger = ledger_of(events, [])
    book = int(oracle(events, last)["S1", material] * 1000)  # in grams
    counted = max(0, book + difference)
    count = StockCount(date=last, site="S1", material=material, quantity=Decimal(counted), unit="g", source=source("N", 0))
    lineage = written(replace(ledger, stock_counts=(count,)))
    (stock,) = counted_stocks(lineage, quantity_books(lineage))
    assert (stock.book, stock.counted) == (book * 1000, counted * 1000)
    assert (abs(stock.counted - stock.book) * 200 <= abs(stock.book)) == (abs(counted - book) * 200 <= abs(book))


# --- rolling averages

FACTORS = {"bio-PP": Decimal("0.92"), "PP": Decimal("0.7")}
_arrivals = st.lists(st.tuples(st.sampled_from(sorted(FACTORS)), _days, _kilograms, st.sampled_from([100, 40])), max_size=12)
_windows = st.one_of(st.integers(1, 6).map(lambda n: f"{n} periods"), st.integers(1, 6).map(lambda n: f"{n} months"))
Arrival = tuple[str, dt.date, Decimal, int]


def averaged(arrivals: list[Arrival], ends: list[dt.date], window: str) -> Lineage:
    ledger = ledger_of([], ends)
    certificate = Certificate(
        certificate_no="C", scheme="ISCC PLUS", holder="SUP", valid_from=START, valid_until=dt.date(2027, 1, 1), source=source("C", 0)
    )
    tall = FeedstockSource(
        source_id="T", feedstock="tall oil", category="bio", country_of_origin="FI", supplier="SUP", source=source("F", 0)
    )
    factors = [
        ConversionFactor(site="S1", input_material=m, output_material="film", factor=float(f), valid_from=START, source=source("K", n))
        for n, (m, f) in enumerate(FACTORS.items())
    ]
    deliveries = [
        Delivery(
            lot_no=f"L{n}",
            supplier="SUP",
            material=material,
            quantity=kg,
            unit="kg",
            delivery_date=day,
            attributed_content=Interval.point(share / 100) if material == "bio-PP" else None,
            chain_of_custody="mass balance" if material == "bio-PP" else "none",
            certificate_no="C" if material == "bio-PP" else None,
            feedstock_source="T" if material == "bio-PP" else None,
            source=source("D", n),
        )
        for n, (material, day, kg, share) in enumerate(arrivals)
    ]
    texts = {"balance_method": "rolling average", "rolling_window": window}
    settings = [SchemeSetting(rule=r, scheme="ISCC PLUS", site=None, value=v, source=source("S", 0)) for r, v in texts.items()]
    return written(
        replace(
            ledger,
            certificates=(certificate,),
            sources=(tall,),
            conversion_factors=tuple(factors),
            deliveries=tuple(deliveries),
            scheme_settings=tuple(settings),
        )
    )


def months_before(end: dt.date, months: int) -> dt.date:
    """Walk back day by day to the first of so many whole months."""
    after = end + dt.timedelta(days=1)
    year, month = divmod(after.year * 12 + after.month - 1 - months, 12)
    month += 1
    length = calendar.monthrange(year, month)[1]
    return dt.date(year, month, after.day) if after.day <= length else dt.date(year, month, length) + dt.timedelta(days=1)


def average(arrivals: list[Arrival], start: dt.date, end: dt.date) -> Fraction | None:
    """Certified over all that arrived between two days, in output."""
    certified = whole = Fraction(0)
    for material, day, kg, share in arrivals:
        if start <= day <= end:
            output = Fraction(kg) * Fraction(FACTORS[material])
            whole += output
            certified += output * share / 100 if material == "bio-PP" else 0
    return certified / whole if whole else None


@given(_arrivals, period_ends(), _windows)
def test_every_rolling_average_is_what_the_oracle_divides(arrivals: list[Arrival], ends: list[dt.date], window: str) -> None:
    lineage = averaged(arrivals, ends, window)
    rules = balance_rules().set_by(lineage.ledger.scheme_settings)
    found = {p.period.period_id: p for p in percentages(PercentageDesk(lineage, book_entries(lineage, rules), rules)) if p.period}
    if not any(material == "bio-PP" for material, *_ in arrivals):
        assert found == {}, "no account, no percentage"
        return
    starts = [START, *(end + dt.timedelta(days=1) for end in ends)]
    length, unit = window.split()
    for n, end in enumerate(ends):
        start = starts[max(0, n + 1 - int(length))] if unit == "periods" else months_before(end, int(length))
        assert (found[f"P{n}"].start, found[f"P{n}"].end) == (start, end)
        assert found[f"P{n}"].share == average(arrivals, start, end)


@given(_arrivals, period_ends(), _windows)
def test_a_share_lies_between_nothing_and_all(arrivals: list[Arrival], ends: list[dt.date], window: str) -> None:
    lineage = averaged(arrivals, ends, window)
    rules = balance_rules().set_by(lineage.ledger.scheme_settings)
    for p in percentages(PercentageDesk(lineage, book_entries(lineage, rules), rules)):
        assert p.share is None or 0 <= p.share <= 1
        assert set(p.certified_refs) <= set(p.total_refs)


def test_without_any_rules_the_method_is_credits() -> None:
    lineage = averaged([("bio-PP", START, Decimal(5), 100)], [START], "1 periods")
    assert percentages(PercentageDesk(lineage, book_entries(lineage, RuleBook()), RuleBook())) == ()


def test_three_months_to_the_end_of_march_begin_with_the_year() -> None:
    assert first_day(dt.date(2026, 3, 31), 3) == dt.date(2026, 1, 1)
    assert first_day(dt.date(2026, 2, 28), 12) == dt.date(2025, 3, 1)
    assert first_day(dt.date(2026, 5, 29), 3) == dt.date(2026, 3, 1), "February has no thirtieth"

"""What must be true of what any lot's origins add up to."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.language import ORGANISATION, SUPPLIER, parse
from laws.strategies import ledgers
from tracepack.core.content import content_in
from tracepack.core.ledger import FeedstockSource, Ledger, LotKey, SourceRow
from tracepack.core.library import library_from_table
from tracepack.core.lineage import build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.totals import DIMENSIONS, Totals, totals_of
from tracepack.data import read_toml

SAME = 1e-8
law = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ROW = SourceRow("law.xlsx", "0" * 64, "Feedstock Sources", 2)
SOURCES = tuple(
    FeedstockSource(source=ROW, source_id=name, feedstock=feedstock, category=category, country_of_origin=country, supplier=SUPPLIER)
    for name, feedstock, category, country in (
        ("S1", "sugarcane", "bio", "BR"),
        ("S2", "Naphtha", "fossil", None),
        ("S3", "naphtha", "fossil", "NL"),
        ("S4", "tall oil", "unknown", "FI"),
    )
)
PAPERS = st.tuples(st.sampled_from([None, "S1", "S2", "S3", "S4", "S9"]), st.sampled_from([None, "C-1", "C-2"]))


@st.composite
def sourced(draw: st.DrawFn) -> Ledger:
    """A ledger whose deliveries name sources and certificates, or do not; some were never recorded, some are short."""
    ledger = parse(draw(ledgers()))
    kept = []
    for delivery in ledger.deliveries:
        source, certificate = draw(PAPERS)
        part = draw(st.sampled_from([1, 1, 1, 1, 2, 0]))
        if part:
            quantity = delivery.quantity / part
            kept.append(dataclasses.replace(delivery, feedstock_source=source, certificate_no=certificate, quantity=quantity))
    return dataclasses.replace(ledger, deliveries=tuple(kept), sources=SOURCES)


def totals(ledger: Ledger, lot: LotKey) -> tuple[Totals, ...]:
    lineage, _ = build_lineage(ledger, library_from_table(read_toml("materials.toml")))
    mixture = mix_lots(lineage, [lineage.canonical(lot)])
    return totals_of(mixture, content_in(mixture, lot))


def made(ledger: Ledger) -> list[LotKey]:
    lots = {row.lot for run in ledger.runs for row in run.rows if row.direction == "out" and row.lot is not None}
    return sorted(lot for lot in lots if lot.owner == ORGANISATION)[-3:]


@law
@given(sourced())
def test_every_table_holds_the_whole_lot_and_says_what_is_unknown(ledger: Ledger) -> None:
    for lot in made(ledger):
        tables = totals(ledger, lot)
        assert [table.by for table in tables] in ([], list(DIMENSIONS))
        for table in tables:
            assert table.whole == pytest.approx(1, abs=SAME)
            assert math.fsum(row.share for row in table.rows) == pytest.approx(1, abs=SAME)
            assert math.fsum(row.bounds.low for row in table.rows) <= 1 + SAME
            assert math.fsum(row.bounds.high for row in table.rows) >= 1 - SAME
            assert all(row.bounds.low - SAME <= row.share <= row.bounds.high + SAME for row in table.rows)
            named = [None if row.name is None else row.name.casefold() for row in table.rows]
            assert len(named) == len(set(named))
            assert None not in named[:-1]


@law
@given(sourced(), st.data())
def test_what_is_learnt_later_stays_within_what_was_said(ledger: Ledger, data: st.DataObject) -> None:
    """A source is named where none was: every row that was there stays within its bounds, and the unknown only shrinks."""
    silent = [place for place, d in enumerate(ledger.deliveries) if d.feedstock_source in (None, "S9")]
    if not silent:
        return
    place = data.draw(st.sampled_from(silent))
    told = dataclasses.replace(ledger.deliveries[place], feedstock_source=data.draw(st.sampled_from(["S1", "S3"])))
    more = dataclasses.replace(ledger, deliveries=(*ledger.deliveries[:place], told, *ledger.deliveries[place + 1 :]))
    for lot in made(ledger):
        for before, after in zip(totals(ledger, lot), totals(more, lot), strict=True):
            now = {None if row.name is None else row.name.casefold(): row for row in after.rows}
            for row in before.rows:
                later = now.get(None if row.name is None else row.name.casefold())
                share = later.share if later else 0.0
                if row.name is None:
                    assert share <= row.share + SAME
                else:
                    assert row.bounds.low - SAME <= share <= row.bounds.high + SAME


def test_a_film_of_two_deliveries_one_without_a_source() -> None:
    ledger = parse("A 60kg bio=100 ; B 40kg bio=0 ; A 60 + B 40 -> C 100")
    first = dataclasses.replace(ledger.deliveries[0], feedstock_source="S1", certificate_no="C-1")
    ledger = dataclasses.replace(ledger, deliveries=(first, ledger.deliveries[1]), sources=SOURCES)
    tables = {
        table.by: [(row.name, row.share, row.bounds.low, row.bounds.high) for row in table.rows]
        for table in totals(ledger, made(ledger)[0])
    }
    near = pytest.approx
    assert tables["category"] == [("bio", near(0.6), near(0.6), near(1.0)), (None, near(0.4), near(0.4), near(0.4))]
    assert tables["country"] == [("BR", near(0.6), near(0.6), near(1.0)), (None, near(0.4), near(0.4), near(0.4))]
    assert tables["supplier"] == [(SUPPLIER, near(1.0), near(1.0), near(1.0))]
    assert tables["certificate"] == [("C-1", near(0.6), near(0.6), near(0.6)), ("", near(0.4), near(0.4), near(0.4))]

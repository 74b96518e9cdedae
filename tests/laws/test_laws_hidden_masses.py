"""Masses of draws struck out of ledgers that state them all: the truth stays inside the bounds, of what is in a lot and of a recall.

A draw whose mass nobody wrote down leaves open how much of the old there still was when a lot was filled again, and how much of an
input went into what was made.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from laws.answers import PHYSICAL, figures
from laws.language import ORGANISATION, parse
from laws.oracle import replay
from laws.strategies import ledgers
from laws.test_laws_recall import MG, followed, lineage_of, lots_of
from laws.test_laws_recount_books import CONTENTS, MODELS, with_books
from tracepack.core.attribution import attributed_content
from tracepack.core.content import content_of
from tracepack.core.custody import Custody, lot_custody
from tracepack.core.ledger import Ledger, LotKey, Run, RunRow, Shipment
from tracepack.core.mixture import mix_lots
from tracepack.core.papers import Papers
from tracepack.core.recall import Amount, Recall
from tracepack.core.recallsubject import Asked
from tracepack.core.recount import recount
from tracepack.core.trace import trace_up
from tracepack.rulebook import chain_of_custody_rules

CLOSE = 1e-6
law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAY = dt.date(2026, 1, 5)
#: 100 kg of A, all bio-based; some is used, then B comes in; the rest goes into F2.
SILO = "D1 100 bio=100 own=SILO @2026-01-05 ; SILO {first} -> F1 {first} @2026-01-06 ; "
SILO += "D2 {second} bio=0 own=SILO @2026-01-07 ; SILO 40 -> F2 40 @2026-01-08"


def unweighed(row: RunRow) -> RunRow:
    return replace(row, quantity=None, unit=None)


def struck(ledger: Ledger, rng: random.Random, part: float = 0.5) -> Ledger:
    """The ledger without the masses of some of its draws: of inputs, and of shipments in a unit that is no mass."""

    def run(one: Run) -> Run:
        return replace(one, rows=tuple(unweighed(r) if r.direction == "in" and rng.random() < part else r for r in one.rows))

    def shipment(one: Shipment) -> Shipment:
        return replace(one, unit="m2") if one.kind == "sale" and rng.random() < part else one

    runs, shipments = tuple(map(run, ledger.runs)), tuple(map(shipment, ledger.shipments))
    return replace(ledger, runs=runs, shipments=shipments)


def struck_of(ledger: Ledger, number: str) -> Ledger:
    """The ledger without the mass of the first draw on a lot."""
    first = next(run for run in ledger.runs if any(r.direction == "in" and r.lot_no == number for r in run.rows))
    rows = tuple(unweighed(r) if r.direction == "in" and r.lot_no == number else r for r in first.rows)
    return replace(ledger, runs=tuple(replace(run, rows=rows) if run is first else run for run in ledger.runs))


def inside(amount: Amount, truth: float | None) -> bool:
    assert truth is not None
    scale = CLOSE * max(1.0, abs(truth))
    if amount.point is not None and amount.low == amount.high:
        return abs(amount.point - truth) <= scale
    return amount.low - scale <= truth and (amount.high is None or truth <= amount.high + scale)


def by_lot(found: Recall) -> dict[LotKey, Amount]:
    return {x.lot: x.amount for x in found.lots}


def by_shipment(found: Recall) -> dict[str, Amount]:
    return {x.shipment.shipment_no: x.amount for x in found.shipments}


def in_stock(found: Recall) -> dict[LotKey, Amount]:
    return {x.lot: x.amount for x in found.stock}


@law
@given(ledgers(), st.integers(0, 2**32).map(random.Random))
def test_what_is_in_a_lot_lies_inside_the_bounds(text: str, rng: random.Random) -> None:
    whole = parse(text)
    ledger = struck(whole, rng)
    assume(ledger != whole)
    replayed = replay(whole)
    for lot in sorted(replayed.inflow):
        for day in (None, *sorted(replayed.states[lot])):
            truth, found = figures(whole, lot, day), figures(ledger, lot, day)
            for name in PHYSICAL:
                low, high = found[name]
                true_low, true_high = truth[name]
                if true_low is not None and true_high is not None and low is not None and high is not None:
                    assert low - CLOSE <= true_low, (lot, day, name)
                    assert true_high <= high + CLOSE, (lot, day, name)


@law
@given(ledgers(), st.integers(0, 2**32).map(random.Random))
def test_the_second_algorithm_never_says_more_than_there_is_to_know(text: str, rng: random.Random) -> None:
    whole = parse(text)
    lineage = lineage_of(struck(whole, rng))
    for lot in sorted(replay(whole).inflow):
        first, second = content_of(lineage, lot), recount(lineage, lot)
        for name in PHYSICAL:
            figure, span = first.figures[name], second.figures[name]
            if figure.low is None or figure.high is None or span is None:
                continue
            assert span[0] - CLOSE <= figure.low, (lot, name)
            assert figure.high <= span[1] + CLOSE, (lot, name)
            if not second.inexact:
                assert (figure.low, figure.high) == pytest.approx([float(end) for end in span], abs=2e-9)


@law
@given(ledgers(), st.data())
def test_what_a_recall_finds_lies_inside_its_bounds(text: str, data: st.DataObject) -> None:
    whole = parse(text)
    ledger = struck(whole, data.draw(st.integers(0, 2**32).map(random.Random)))
    assume(ledger != whole)
    lot = data.draw(st.sampled_from(lots_of(whole)))
    asked = Asked("lot", lot.number, lot.owner)
    truth, found = followed(whole, asked), followed(ledger, asked)
    for told, true in ((by_lot(found), by_lot(truth)), (by_shipment(found), by_shipment(truth)), (in_stock(found), in_stock(truth))):
        for name, amount in true.items():
            assert name in told or (amount.high is not None and amount.high <= CLOSE * MG), name
            if name in told:
                assert inside(told[name], amount.point), (name, told[name], amount)


@pytest.mark.parametrize(
    ("second", "bounds"),
    [
        (40, (0.0, 1 - 40 / 140)),  # the first draw may have left anything from nothing to all of the 100 kg
        (60, (0.0, 1 - 60 / 160)),
    ],
)
def test_a_silo_that_was_filled_again_after_a_draw_of_unknown_mass_has_bounds(second: int, bounds: tuple[float, float]) -> None:
    text = SILO.format(first=60, second=second)
    ledger = struck_of(parse(text), "SILO")
    before, after = (LotKey(ORGANISATION, name) for name in ("F1", "F2"))
    assert figures(ledger, before)["bio_mass"] == (1.0, 1.0)
    assert figures(ledger, after)["bio_mass"] == pytest.approx(bounds)
    lineage = lineage_of(ledger)
    trace = trace_up(mix_lots(lineage, [after]), after)
    assert [(end.lot.number, end.reason) for end in trace.open_ends if end.lot.number == "SILO"] == [
        ("SILO", "a mass that was taken is not known")
    ]


def test_a_silo_that_was_emptied_is_known_again() -> None:
    text = (
        SILO.format(first=60, second=60)
        + " ; SILO 120 -> F3 120 @2026-01-09 ; D3 10 bio=50 own=SILO @2026-01-10 ; SILO 10 -> F4 10 @2026-01-11"
    )
    ledger = struck_of(parse(text), "SILO")
    assert figures(ledger, LotKey(ORGANISATION, "F4"))["bio_carbon_toc"] == (0.5, 0.5)


@law
@given(
    ledgers(CONTENTS),
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 90)), min_size=1, max_size=3),
    st.sampled_from([None, *MODELS]),
    st.integers(0, 2**32).map(random.Random),
)
def test_what_is_attributed_lies_inside_and_no_stronger_model_is_found(
    text: str, given_kg: list[tuple[int, int]], model: str | None, rng: random.Random
) -> None:
    whole = with_books(parse(text), given_kg, model)
    worlds = lineage_of(whole), lineage_of(struck(whole, rng))
    rules = chain_of_custody_rules()
    for lot in sorted(replay(whole).inflow):
        truth, found = (attributed_content(lineage, lot) for lineage in worlds)
        if truth is not None:
            assert found is not None, lot
            assert found.low <= truth.low + CLOSE, lot
            assert truth.high <= found.high + CLOSE, lot
        models = [
            lot_custody(Custody(mix_lots(lineage, [lineage.canonical(lot)]), Papers(lineage, rules)), lot).model for lineage in worlds
        ]
        assert rules.rank(models[0]) <= rules.rank(models[1]), (lot, models)

"""A recall finds every kilogram: against the oracle that moves them one day after the other, and against itself."""

from __future__ import annotations

import datetime as dt
import random
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from laws.language import ORGANISATION, SUPPLIER, parse
from laws.recall_oracle import ReactionWaterError, Whereabouts, whereabouts
from laws.strategies import ledgers
from tracepack.core.ledger import Ledger, LotKey
from tracepack.core.library import library_from_table
from tracepack.core.lineage import Lineage, build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.recall import Recall, recall, seeds_of, totals_of
from tracepack.core.recallnodes import forward_of, needs_moisture, reached_lots
from tracepack.core.recallsubject import Asked, Subject, subjects_of
from tracepack.data import read_toml

MG = 1_000_000


def lineage_of(ledger: Ledger) -> Lineage:
    return build_lineage(ledger, library_from_table(read_toml("materials.toml")))[0]


def followed(ledger: Ledger, asked: Asked) -> Recall:
    lineage = lineage_of(ledger)
    return recalled(lineage, subjects_of(lineage, asked).physical)


def recalled(lineage: Lineage, subject: Subject) -> Recall:
    seeds = seeds_of(lineage, subject)
    lots, runs = reached_lots(lineage, seeds)
    mixture = mix_lots(lineage, lots) if needs_moisture(lineage, runs.values()) else None
    return recall(forward_of(lineage, seeds, mixture), subject)


@st.composite
def troubled(draw: st.DrawFn, **options: bool) -> str:
    """A ledger in which masses go missing, goods come back, and more is shipped than there was."""
    text = draw(ledgers(**options))
    statements = text.split(" ; ")
    if draw(st.booleans()):
        statements = [re.sub(r" \+ loss [\d.]+(?= @)", "", s) if draw(st.booleans()) else s for s in statements]
    if draw(st.booleans()):
        statements = [_heavier(s) if " -> " in s and draw(st.booleans()) else s for s in statements]
    shipped = [s for s in statements if "=>" in s]
    for number, statement in enumerate(shipped):
        lot, kg, rest = statement.split(" ", 2)
        if draw(st.booleans()):
            back = max(0.001, round(float(kg) * draw(st.integers(1, 10)) / 10, 3))
            day = dt.date.fromisoformat(rest[-10:]) + dt.timedelta(days=draw(st.sampled_from([0, 3, 30])))
            of = re.search(r"no=(\w+)", rest)
            named = f" rev={of[1]}" if of and draw(st.booleans()) else ""
            statements.append(f"{lot} {back:g} => CUSTOMER kind=return no=BACK{number}{named} @{day}")
        elif draw(st.booleans()):
            statements.append(f"{lot} {float(kg) * 50:g} => CUSTOMER no=MORE{number} @{rest[-10:]}")
    return " ; ".join(statements)


def _heavier(run: str) -> str:
    """A run whose first output weighs far more than what went in explains."""
    left, right = run.split(" -> ")
    extra = 0.6 * sum(float(kg) for kg in re.findall(r" ([\d.]+)", left))
    lot, kg, *rest = right.split(" ")
    return f"{left} -> {' '.join([lot, f'{float(kg) + extra:.6f}', *rest])}"


def lots_of(ledger: Ledger) -> list[LotKey]:
    return sorted({d.lot for d in ledger.deliveries})


def oracle(ledger: Ledger, **asked: Any) -> Whereabouts:
    """What the oracle finds, where it knows all that a ledger says."""
    try:
        found = whereabouts(ledger, **asked)
    except ReactionWaterError:
        reject()
    assume(not found.unclear)
    return found


def assert_same(found: Recall, truth: Whereabouts) -> None:
    scale = max(1.0, float(truth.entered))
    totals = totals_of(found)
    near = {"abs": 1e-9 * scale * MG}
    assert totals.entered == pytest.approx(float(truth.entered) * MG, **near)
    assert {s.shipment.shipment_no: (s.amount.point or 0) / MG for s in found.shipments} == pytest.approx(
        {s.shipment.shipment_no: float(truth.shipments[s.shipment.shipment_no]) for s in found.shipments}, abs=1e-9 * scale
    )
    missed = {no for no, kg in truth.shipments.items() if abs(kg) > 1e-9} - {s.shipment.shipment_no for s in found.shipments}
    assert not missed
    assert totals.shipped == pytest.approx(float(truth.shipped) * MG, **near)
    assert totals.stock == pytest.approx(float(sum(truth.stock.values())) * MG, **near)
    assert totals.lost == pytest.approx(float(truth.lost) * MG, **near)
    assert totals.unaccounted == pytest.approx(float(truth.unaccounted) * MG, **near)


@given(st.data())
def test_a_delivered_lot_is_found_where_the_oracle_finds_it(data: st.DataObject) -> None:
    ledger = parse(data.draw(troubled()))
    lot = data.draw(st.sampled_from(lots_of(ledger)))
    found = followed(ledger, Asked("lot", lot.number, lot.owner))
    assert_same(found, oracle(ledger, delivered=frozenset([lot])))


@given(st.data())
def test_everything_of_a_supplier_is_found(data: st.DataObject) -> None:
    ledger = parse(data.draw(troubled()))
    found = followed(ledger, Asked("supplier", SUPPLIER))
    assert_same(found, oracle(ledger, delivered=frozenset(lots_of(ledger))))


@given(st.data())
def test_a_made_lot_is_found_also_where_it_goes_round(data: st.DataObject) -> None:
    ledger = parse(data.draw(troubled()))
    made = sorted({row.lot for run in ledger.runs for row in run.rows if row.direction == "out" and row.lot})
    if made:
        lot = data.draw(st.sampled_from(made))
        found = followed(ledger, Asked("lot", lot.number, lot.owner))
        assert_same(found, oracle(ledger, lot=lot))


@given(st.data())
def test_the_kilograms_add_up_and_stay_within_their_bounds(data: st.DataObject) -> None:
    ledger = parse(data.draw(troubled()))
    lot = data.draw(st.sampled_from(lots_of(ledger)))
    found = followed(ledger, Asked("lot", lot.number, lot.owner))
    assert totals_of(found).rest == pytest.approx(0.0, abs=1e-9 * max(1.0, found.entered or 0.0))
    for amount in [*(x.amount for x in found.lots), *(x.amount for x in found.shipments), *(x.amount for x in found.stock)]:
        assert amount.point is not None and amount.high is not None
        assert amount.low - 1e-3 <= amount.point <= amount.high + 1e-3


@given(st.data())
def test_the_order_of_rows_changes_nothing(data: st.DataObject) -> None:
    ledger = parse(data.draw(troubled(looped=False)))
    lot = data.draw(st.sampled_from(lots_of(ledger)))
    shuffler = random.Random(data.draw(st.integers(0, 99)))
    mixed = {
        name: tuple(shuffler.sample(rows, len(rows))) for name in ("deliveries", "runs", "shipments") if (rows := getattr(ledger, name))
    }
    mixed["runs"] = tuple(replace(run, rows=tuple(shuffler.sample(run.rows, len(run.rows)))) for run in mixed.get("runs", ()))
    asked = Asked("lot", lot.number, lot.owner)
    one, other = followed(ledger, asked), followed(replace(ledger, **mixed), asked)
    assert [(x.lot, x.depth) for x in one.lots] == [(x.lot, x.depth) for x in other.lots]
    assert [x.amount.point for x in one.lots] == pytest.approx([x.amount.point for x in other.lots], rel=1e-9, abs=1e-3)
    assert [s.shipment.shipment_no for s in one.shipments] == [s.shipment.shipment_no for s in other.shipments]
    assert [s.amount.point for s in one.shipments] == pytest.approx([s.amount.point for s in other.shipments], rel=1e-9, abs=1e-3)


def test_own_lots_are_ours() -> None:
    ledger = parse("A 100 ; A 60 + A 40 -> F 100 ; F 100 => C1")
    found = followed(ledger, Asked("lot", "F", ORGANISATION))
    assert [(x.lot.number, x.amount.point) for x in found.lots] == [("F", 100 * MG)]

"""What must be true of every ledger's content, whatever the ledger."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.answers import PHYSICAL, Figures, answer, figures, moments, origin_shares
from laws.completions import bounds, completions, corners, figure, known_roots, lot_shares, statement_of
from laws.language import ORGANISATION, parse
from laws.oracle import Replay, kilograms, replay
from laws.strategies import BLANK, ledgers
from tracepack.core.ledger import Ledger, LotKey, Run
from tracepack.core.quantity import Interval

TIGHT = 1e-9
ATTAINED = 1e-6
law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Question = tuple[LotKey, dt.date | None]


def last_moments(replayed: Replay, count: int = 3) -> list[Question]:
    """A few questions about own lots, for laws that ask each of them several times."""
    own = [moment for moment in moments(replayed) if moment[0].owner == ORGANISATION]
    return own[-count:] or moments(replayed)[-1:]


@law
@given(ledgers())
def test_the_backward_pass_finds_what_replaying_every_day_finds(text: str) -> None:
    ledger = parse(text)
    replayed = replay(ledger)
    for lot, day in moments(replayed):
        expected = {root: float(share) for root, share in lot_shares(replayed, lot, day).items()}
        found = {root: share for root, share in origin_shares(ledger, lot, day).items() if share > TIGHT}
        assert found == pytest.approx({root: s for root, s in expected.items() if s > TIGHT}, abs=2 * TIGHT), (lot, day)


@law
@given(ledgers())
def test_figures_of_stated_ledgers_are_the_oracles_numbers(text: str) -> None:
    ledger = parse(text)
    replayed = replay(ledger)
    for lot, day in moments(replayed):
        shares = lot_shares(replayed, lot, day)
        known = known_roots(ledger, shares)
        settled = {root: corners(statement)[0] for root, statement in known.items()}
        for name, (low, high) in figures(ledger, lot, day).items():
            expected = figure(name, shares, settled, known)
            assert (low, high) == pytest.approx((expected, expected), abs=TIGHT), (lot, day, name)


@law
@given(ledgers())
def test_the_mass_of_a_lot_is_all_accounted_to_origins(text: str) -> None:
    ledger = parse(text)
    for lot, day in moments(replay(ledger)):
        assert sum(origin_shares(ledger, lot, day).values()) == pytest.approx(1, abs=1e-8), (lot, day)


def _physical_runs(ledger: Ledger) -> list[Run]:
    """Runs whose losses take of everything alike."""
    return [run for run in ledger.runs if all(row.lot is None and row.material is None for row in run.rows if row.direction == "loss")]


def _point(found: Figures, name: str) -> float:
    low, high = found[name]
    assert low == high
    assert low is not None
    return low


@law
@given(ledgers(moist=False))
def test_bio_based_carbon_and_mass_are_conserved_by_every_run(text: str) -> None:
    """Inputs' kilograms of bio-based carbon (and mass) are those of a lot made of nothing but the run's output."""
    ledger = parse(text)
    running = replay(ledger).running
    for run in _physical_runs(ledger)[:4]:
        fed_once = [r.lot for r in run.rows if r.direction == "out" and _feeds(ledger, r.lot) == 1]
        if not fed_once:
            continue
        out = figures(ledger, fed_once[0])
        inputs = [row for row in run.rows if row.direction == "in"]
        total = float(sum(kilograms(row) for row in inputs))
        for name in ("bio_carbon_mass", "bio_mass"):
            states = [figures(ledger, row.lot, run.date if row.lot in running else None) for row in inputs]
            brought = sum(float(kilograms(row)) * _point(state, name) for row, state in zip(inputs, states, strict=True))
            assert _point(out, name) == pytest.approx(brought / total, abs=3 * TIGHT), run.key


def _feeds(ledger: Ledger, lot: LotKey | None) -> int:
    return sum(row.lot == lot and row.direction == "out" for run in ledger.runs for row in run.rows)


@law
@given(ledgers())
def test_an_output_lies_between_its_inputs(text: str) -> None:
    ledger = parse(text)
    running = replay(ledger).running
    for run in ledger.runs[-3:]:
        outs = [row.lot for row in run.rows if row.direction == "out" and _feeds(ledger, row.lot) == 1]
        states = [figures(ledger, row.lot, run.date if row.lot in running else None) for row in run.rows if row.direction == "in"]
        for lot in outs:
            for name, (low, high) in figures(ledger, lot).items():
                ends = [end for state in states for end in state[name] if end is not None]
                assert low is None or min(ends) - 2 * TIGHT <= low <= high <= max(ends) + 2 * TIGHT, (lot, name)


def shuffled(ledger: Ledger, rng: random.Random) -> Ledger:
    """The same facts in another order of rows."""
    runs = tuple(dataclasses.replace(run, rows=tuple(rng.sample(run.rows, len(run.rows)))) for run in ledger.runs)
    return dataclasses.replace(
        ledger,
        deliveries=tuple(rng.sample(ledger.deliveries, len(ledger.deliveries))),
        materials=tuple(rng.sample(ledger.materials, len(ledger.materials))),
        runs=tuple(rng.sample(runs, len(runs))),
        shipments=tuple(rng.sample(ledger.shipments, len(ledger.shipments))),
    )


@law
@given(ledgers(BLANK), st.integers(0, 2**32).map(random.Random))
def test_the_order_of_rows_means_nothing(text: str, rng: random.Random) -> None:
    ledger = parse(text)
    other = shuffled(ledger, rng)
    for lot, day in last_moments(replay(ledger)):
        assert figures(other, lot, day) == figures(ledger, lot, day), (lot, day)


def renamed(ledger: Ledger, number: dict[str, str]) -> Ledger:
    """The same ledger under other lot numbers."""

    def rename(record):  # type: ignore[no-untyped-def]
        return record if record.lot_no is None else dataclasses.replace(record, lot_no=number[record.lot_no])

    return dataclasses.replace(
        ledger,
        deliveries=tuple(dataclasses.replace(rename(d), own_lot_no=number.get(d.own_lot_no or "")) for d in ledger.deliveries),
        runs=tuple(dataclasses.replace(run, rows=tuple(rename(row) for row in run.rows)) for run in ledger.runs),
        shipments=tuple(rename(s) for s in ledger.shipments),
    )


@law
@given(ledgers(BLANK), st.integers(0, 2**32).map(random.Random))
def test_renaming_lots_renames_the_result(text: str, rng: random.Random) -> None:
    ledger = parse(text)
    replayed = replay(ledger)
    numbers = sorted({lot.number for lot in replayed.inflow} | {d.lot_no for d in ledger.deliveries})
    other_names = dict(zip(numbers, rng.sample([f"N{i:03}" for i in range(len(numbers))], len(numbers)), strict=True))
    other = renamed(ledger, other_names)
    for lot, day in last_moments(replayed):
        twin = LotKey(lot.owner, other_names[lot.number])
        there, here = figures(other, twin, day), figures(ledger, lot, day)
        for name in PHYSICAL:
            assert there[name] == pytest.approx(here[name], abs=2 * TIGHT), (lot, name)
        mirrored = {root and LotKey(root.owner, other_names[root.number]): s for root, s in origin_shares(ledger, lot, day).items()}
        assert origin_shares(other, twin, day) == pytest.approx(mirrored, abs=2 * TIGHT)


@law
@given(ledgers(BLANK))
def test_an_unrelated_lot_changes_no_answer(text: str) -> None:
    ledger = parse(text)
    stranger = (
        " ; U1 500 bio=? @2026-01-01 ; U2 100 wo=? bio=20 @2026-01-01 ; U1 400 + U2 90 -> V 480 + loss 10 @2026-01-01 ; V 50 => ELSEWHERE"
    )
    wider = parse(text + stranger)
    for lot, day in last_moments(replay(ledger)):
        alone, together = answer(ledger, lot, day), answer(wider, lot, day)
        assert together.figures == alone.figures
        assert [(o.lot, o.mass_share) for o in together.origins] == [(o.lot, o.mass_share) for o in alone.origins]


@law
@given(ledgers(BLANK, most_roots=3), st.integers(0, 2**32).map(random.Random))
def test_every_completion_lies_inside_the_bounds(text: str, rng: random.Random) -> None:
    ledger = parse(text)
    replayed = replay(ledger)
    for lot, day in last_moments(replayed):
        shares = lot_shares(replayed, lot, day)
        known = known_roots(ledger, shares)
        found = figures(ledger, lot, day)
        for settled, _ in zip(completions(known, rng), range(40), strict=False):
            for name, (low, high) in found.items():
                value = figure(name, shares, settled, known)
                if value is not None:
                    assert low is not None, (lot, name, value)
                    assert low - TIGHT <= value <= high + TIGHT, (lot, day, name, settled)


@law
@given(ledgers(BLANK, most_roots=3, looped=False))
def test_every_bound_is_attained(text: str) -> None:
    """Over every corner of every root the figures reach what is reported, and no further."""
    ledger = parse(text)
    replayed = replay(ledger)
    for lot, day in last_moments(replayed, 2):
        shares = lot_shares(replayed, lot, day)
        known = known_roots(ledger, shares)
        found = figures(ledger, lot, day)
        for name in PHYSICAL:
            expected = bounds(name, shares, known) or (None, None)
            assert found[name] == pytest.approx(expected, abs=ATTAINED), (lot, day, name)


def with_one_blank_filled(ledger: Ledger, rng: random.Random) -> Ledger:
    """One delivery states something it left open, inside what it left open."""
    index = rng.randrange(len(ledger.deliveries))
    delivery = ledger.deliveries[index]
    open_ = statement_of(ledger, delivery)
    options = corners(open_)
    bio, other, inorganic, part = (sum(point[i] for point in options) / len(options) for i in range(4))
    told: dict[str, float] = {"organic_carbon": bio + other, "inorganic_carbon": inorganic, "biobased_mass": part}
    if bio + other > 0:
        told["biobased_carbon"] = bio / (bio + other)
    stated = {
        "organic_carbon": open_.organic,
        "inorganic_carbon": open_.inorganic,
        "biobased_mass": open_.mass,
        "biobased_carbon": open_.bio,
    }
    blank = sorted(name for name in told if stated[name] is None or not stated[name].is_point)  # type: ignore[union-attr]
    if not blank:
        return ledger
    name = rng.choice(blank)
    told_now = dataclasses.replace(delivery, **{name: Interval.point(told[name])})  # type: ignore[arg-type]
    deliveries = [*ledger.deliveries]
    deliveries[index] = told_now
    return dataclasses.replace(ledger, deliveries=tuple(deliveries))


@law
@given(ledgers(BLANK), st.integers(0, 2**32).map(random.Random))
def test_knowing_more_never_widens_a_bound(text: str, rng: random.Random) -> None:
    ledger = parse(text)
    wiser = with_one_blank_filled(ledger, rng)
    for lot, day in last_moments(replay(ledger)):
        before, after = figures(ledger, lot, day), figures(wiser, lot, day)
        for name in PHYSICAL:
            (low, high), (new_low, new_high) = before[name], after[name]
            if new_low is None or low is None:
                assert new_low == new_high
                continue
            assert low - 2 * TIGHT <= new_low <= new_high <= high + 2 * TIGHT, (lot, day, name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 300 kg nobody recorded among 400: the film is 3/4 anything.
        ("A 100 bio=100 ; A 400 -> F 400", (25 * 0.5 / (12.5 + 75), 1.0)),
        # 500 kg out of nothing: two thirds are the resin (0.5 carbon), a third may be all carbon and none of it bio-based.
        ("A 1000 bio=100 ; A 1000 -> F 1500", (500 / (500 + 500), 1.0)),
    ],
)
def test_an_input_nobody_recorded_may_be_anything(text: str, expected: tuple[float, float]) -> None:
    assert figures(parse(text), LotKey(ORGANISATION, "F"))["bio_carbon_toc"] == pytest.approx(expected, abs=ATTAINED)


def test_a_lot_that_nobody_delivered_is_unknown() -> None:
    found = figures(parse("A 50 bio=100 wo=50 ; A 50 + GHOST 50 -> F 100"), LotKey(ORGANISATION, "F"))
    assert found["bio_mass"] == pytest.approx((0.5, 1.0), abs=ATTAINED)
    assert found["bio_carbon_toc"] == pytest.approx((0.25 / (0.25 + 0.5), 1.0), abs=ATTAINED)


def test_two_suppliers_of_one_number_stay_apart() -> None:
    ledger = parse("P/L1 60 bio=100 ; Q/L1 40 bio=0 ; P/L1 60 + Q/L1 40 -> F 100")
    assert origin_shares(ledger, LotKey(ORGANISATION, "F")) == pytest.approx({LotKey("P", "L1"): 0.6, LotKey("Q", "L1"): 0.4})
    assert figures(ledger, LotKey("P", "L1"))["bio_mass"] == (1.0, 1.0)


def test_the_state_of_a_running_pool_holds_nothing_that_comes_later() -> None:
    text = (
        "A 100 bio=100 @2026-01-01 ; B 100 bio=0 @2026-01-01 ; A 50 -> F 50 @2026-01-01 ; B 50 -> F 50 @2026-01-02 ; "
        "F 10 -> G 10 @2026-01-02 ; A 10 -> F 10 @2026-01-03"
    )
    silo = LotKey(ORGANISATION, "F")
    assert figures(parse(text), silo, dt.date(2026, 1, 1))["bio_mass"] == (1.0, 1.0)
    assert figures(parse(text), silo, dt.date(2026, 1, 2))["bio_mass"] == pytest.approx((0.5, 0.5))
    # 90 kg of half and half and 10 of the first resin
    assert figures(parse(text), silo, dt.date(2026, 1, 3))["bio_mass"] == pytest.approx((0.55, 0.55))


def test_a_bill_of_atoms_says_nothing_of_which_monomer_is_bio_based() -> None:
    """Fossil PDO and 37.5 % bio-based PTA give PTT the carbon share of bio-based PDO, but another share by mass:
    3/8 of the acid's residue, 0.375 * 132.12 / 206.20 = 24 %."""
    ledger = parse(
        "material PDO kind=feedstock wo=47.35 ; material PTA kind=feedstock wo=57.84 ; D 369 mat=PDO bio=0 ; T 806 mat=PTA bio=37.5 ; "
        "R1: kind=synthesis D 369 cs=27.27 + T 806 cs=72.73 -> P 1000 mat=PTT + loss water 175"
    )
    low, high = figures(ledger, LotKey(ORGANISATION, "P"))["bio_mass"]
    assert low <= 0.2403 <= high

"""Values removed from ledgers that state everything: what was there stays inside the bounds, and so does all else that might be.

Whatever is put back narrows; and what is advised to be filled in keeps its promise in any ledger, not in a plain blend only.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from laws.answers import PHYSICAL, figures, moments
from laws.completions import completions, corners, figure, known_roots, lot_shares
from laws.language import ORGANISATION, parse
from laws.oracle import Replay, replay
from laws.strategies import BLANK, ledgers
from tracepack.core.advice import Advice, advise
from tracepack.core.ledger import Delivery, LabTest, Ledger, LotKey
from tracepack.core.lineage import Lineage, build_lineage
from tracepack.core.lotfigures import LotStates, states_of
from tracepack.core.mixture import Mixture, mix_lots
from tracepack.core.quantity import Interval
from tracepack.rulebook import material_library

CLOSE = 1e-6
COMPLETIONS = 200
#: What may be blank in a row of Deliveries.
VALUES = ("biobased_carbon", "biobased_mass", "organic_carbon")
law = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def without(ledger: Ledger, rng: random.Random, keep: float = 0.4) -> tuple[Ledger, list[tuple[int, str]]]:
    """The ledger with values of its deliveries removed, and which ones: the place of the delivery and the field."""
    removed = [
        (place, name)
        for place, delivery in enumerate(ledger.deliveries)
        for name in VALUES
        if getattr(delivery, name) is not None and rng.random() > keep
    ]
    return put(ledger, dict.fromkeys(removed)), removed


def stated(text: str) -> Ledger:
    """A ledger that leaves nothing to what a blank means: no inorganic carbon is a stated nothing.

    Nor does a method say what an only share is a share of: taking one of two away would give the other a new meaning.
    """
    ledger = parse(text)
    ledger = dataclasses.replace(ledger, deliveries=tuple(dataclasses.replace(d, method=None) for d in ledger.deliveries))
    blank = [(place, "inorganic_carbon") for place, delivery in enumerate(ledger.deliveries) if delivery.inorganic_carbon is None]
    return put(ledger, dict.fromkeys(blank, Interval.point(0.0)))


def put(ledger: Ledger, values: dict[tuple[int, str], Interval | None]) -> Ledger:
    """The ledger with values of its deliveries set."""
    rows: list[Delivery] = list(ledger.deliveries)
    for (place, name), value in values.items():
        rows[place] = dataclasses.replace(rows[place], **{name: value})  # type: ignore[arg-type]
    return dataclasses.replace(ledger, deliveries=tuple(rows))


def asked(replayed: Replay, count: int = 2) -> list[tuple[LotKey, dt.date | None]]:
    own = [moment for moment in moments(replayed) if moment[0].owner == ORGANISATION]
    return own[-count:]


@law
@given(ledgers(most_roots=3), st.integers(0, 2**32).map(random.Random))
def test_the_truth_and_two_hundred_completions_lie_inside_the_bounds(text: str, rng: random.Random):
    whole = stated(text)
    ledger, removed = without(whole, rng)
    assume(removed)
    replayed = replay(ledger)
    for lot, day in asked(replayed):
        shares = lot_shares(replayed, lot, day)
        known, truth = known_roots(ledger, shares), known_roots(whole, shares)
        found = figures(ledger, lot, day)
        ways = [{root: corners(statement)[0] for root, statement in truth.items()}]
        ways += [settled for settled, _ in zip(completions(known, rng), range(COMPLETIONS), strict=False)]
        for settled in ways:
            for name, (low, high) in found.items():
                value = figure(name, shares, settled, known)
                if value is not None:
                    assert low is not None, (lot, name, value)
                    assert low - CLOSE <= value <= high + CLOSE, (lot, day, name, settled)


@law
@given(ledgers(most_roots=3), st.integers(0, 2**32).map(random.Random))
def test_every_value_put_back_narrows_or_leaves_and_all_of_them_give_the_figures_again(text: str, rng: random.Random):
    whole = stated(text)
    ledger, removed = without(whole, rng)
    assume(removed)
    rng.shuffle(removed)
    questions = asked(replay(whole))
    before = [figures(ledger, *question) for question in questions]
    for place, name in removed:
        ledger = put(ledger, {(place, name): getattr(whole.deliveries[place], name)})
        after = [figures(ledger, *question) for question in questions]
        for wider, narrower in zip(before, after, strict=True):
            for figure_name in PHYSICAL:
                (low, high), (new_low, new_high) = wider[figure_name], narrower[figure_name]
                assert (new_low is None) or (low is not None and low - CLOSE <= new_low <= new_high <= high + CLOSE), (name, figure_name)
        before = after
    assert before == [figures(whole, *question) for question in questions]


# --- advice


def described(ledger: Ledger, lot: LotKey) -> tuple[Lineage, Mixture, LotStates]:
    lineage, _ = build_lineage(ledger, material_library())
    mixture = mix_lots(lineage, [lineage.canonical(lot)])
    return lineage, mixture, states_of(mixture, lot)


def width(ledger: Ledger, lot: LotKey, name: str) -> float:
    span = described(ledger, lot)[2].figures([name])[name]
    return span.high - span.low if span else 0.0


def filled(ledger: Ledger, lineage: Lineage, advice: Advice, value: float) -> Ledger:
    """The ledger once the advised cell holds a value."""
    share = Interval.point(value)
    if advice.field == "organic_carbon":
        mine = [(p, "organic_carbon") for p, d in enumerate(ledger.deliveries) if lineage.canonical(d.lot) == advice.lot]
        return put(ledger, dict.fromkeys(mine, share))
    method = {"biobased_carbon": "ASTM D6866", "biobased_mass": "EN 16785-1"}[advice.field]
    first = ledger.deliveries[0]
    test = LabTest(
        source=first.source,
        report_no="LATER",
        lot_no=advice.lot.number,
        supplier=advice.lot.owner,
        method=method,
        report_date=first.delivery_date,
        biobased_carbon=share,
    )
    return dataclasses.replace(ledger, lab_tests=(*ledger.lab_tests, test))


def found_later(ledger: Ledger, lineage: Lineage, advice: Advice, rng: random.Random) -> float | None:
    """What a laboratory may find: of one way that all deliveries of the lot can be."""
    mine = [d for d in ledger.deliveries if lineage.canonical(d.lot) == advice.lot]
    if len(mine) != 1:
        return None
    known = known_roots(ledger, {mine[0].lot: 1})  # type: ignore[dict-item]
    bio, other, _, part = next(completions(known, rng))[mine[0].lot]
    if advice.field == "organic_carbon":
        return bio + other
    if advice.field == "biobased_mass":
        return part
    return bio / (bio + other) if bio + other > 0 else None


@settings(law, max_examples=40)
@given(
    ledgers(BLANK, most_roots=3),
    st.sampled_from(("bio_carbon_toc", "bio_carbon_tc", "bio_mass", "total_carbon_of_mass", "organic_material")),
    st.integers(0, 2**32).map(random.Random),
)
def test_advice_keeps_its_promise_in_any_ledger(text: str, name: str, rng: random.Random):
    ledger = parse(text)
    for lot, _ in asked(replay(ledger), 1):
        lineage, mixture, states = described(ledger, lot)
        for advice in advise(mixture, states, name):
            value = found_later(ledger, lineage, advice, rng)
            if advice.kind != "missing" or value is None:
                continue
            then = width(filled(ledger, lineage, advice, value), lot, name)
            assert width(ledger, lot, name) - then >= advice.gain - CLOSE, (advice, value)

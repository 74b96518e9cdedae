"""The second algorithm says the same as the first of what is bookkeeping, of chains of custody and of origins, in every ledger."""

from __future__ import annotations

import ast
import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.language import ORGANISATION, parse
from laws.oracle import replay
from laws.strategies import ledgers
from tracepack.core import recount as module
from tracepack.core.attribution import attributed_content
from tracepack.core.bookrecords import Attribution
from tracepack.core.content import content_in
from tracepack.core.custody import Custody, lot_custody, models_of_lots
from tracepack.core.ledger import Certificate, Ledger, LotKey, SourceRow
from tracepack.core.lineage import build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.papers import Papers
from tracepack.core.recount import Replay, replay_of
from tracepack.core.recountbooks import attributed_again
from tracepack.core.recountcustody import custody_again
from tracepack.core.recountorigins import origins_again
from tracepack.core.recountsteps import StepKey, behind
from tracepack.core.trace import trace_up
from tracepack.rulebook import chain_of_custody_rules, material_library

law = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SAME = 2e-9
MODELS = chain_of_custody_rules().models
CONTENTS = st.sampled_from(
    [
        *(f'wo=50 bio=40 coc="{model}"' for model in MODELS),
        f'wo=50 bio=20..60 coc="{MODELS[0]}" src=X',
        f'wo=50 bio=40 coc="{MODELS[0]}" src=Y',
        'wo=50 bio=40 attr=30 coc="mass balance" src=X',
        "wo=50 bio=40 src=X",
        "",
    ]
)
#: What the second algorithm must share nothing with.
FIRST = {"attribution", "custody", "content", "mixture", "mixing", "figures", "bounds", "pools", "dry", "runs", "structure", "conversion"}


def with_books(ledger: Ledger, given: list[tuple[int, int]], model: str | None) -> Ledger:
    """A ledger with attributions of some kilograms to some of its made lots, and a certificate of ours."""
    lots = made(ledger)
    rows = []
    for number, (which, kg) in enumerate(given if lots else ()):
        source = SourceRow("books.xlsx", "0" * 64, "Attributions", number + 2, {"quantity": "F"})
        account = {"scheme": "ISCC PLUS", "feedstock": "tall oil", "category": "bio-circular", "input_material": "PP"}
        amount = {"quantity": Decimal(kg), "unit": "kg", "site": "S1", "date": dt.date(2026, 6, 1), "source": source}
        rows.append(Attribution(attribution_no=str(number), lot_no=lots[which % len(lots)].number, **account, **amount))  # type: ignore[arg-type]
    source = SourceRow("papers.xlsx", "0" * 64, "Certificates", 2, {})
    days = {"valid_from": dt.date(2020, 1, 1), "valid_until": dt.date(2030, 1, 1)}
    own = Certificate(certificate_no="OWN", scheme="ISCC PLUS", holder=ORGANISATION, chain_of_custody=model, source=source, **days)
    return replace(ledger, attributions=tuple(rows), certificates=(own,) if model else ())


def compare(ledger: Ledger, lot: LotKey) -> None:
    lineage, _ = build_lineage(ledger, material_library())
    again, mixture, papers = replay_of(lineage, lot), mix_lots(lineage, [lineage.canonical(lot)]), Papers(lineage, chain_of_custody_rules())
    content, custody, booked = content_in(mixture, lot), Custody(mixture, papers), attributed_again(again)
    figure = content.figures["attributed"]
    assert booked.whys == ()
    told = None if figure.low is None else (figure.low, figure.high)
    assert (booked.span and tuple(map(float, booked.span))) == (told and pytest.approx(told, abs=SAME)), lot
    assert (lot in booked.lots) == (attributed_content(lineage, lot) is not None)
    origins = origins_again(again)
    for table, found in ((content.origins, origins.physical), (content.attributed_origins, origins.attributed)):
        expected = {(o.source, o.lot): o.mass_share for o in table}
        assert {key: float(share) for key, share in found.items()} == pytest.approx(expected, abs=SAME), lot
    for origin in content.origins:
        span = origins.bio_carbon.get((origin.source, origin.lot))
        stated = None if origin.bio_carbon is None else (origin.bio_carbon.low, origin.bio_carbon.high)
        assert (span and tuple(map(float, span))) == (stated and pytest.approx(stated, abs=SAME)), (lot, origin)
    first, second = lot_custody(custody, lot), custody_again(again, papers, booked)
    assert second.whys == ()
    assert (second.model, second.scheme) == (first.model, first.scheme), lot
    nodes = trace_up(mixture, lineage.canonical(lot)).scope.nodes
    assert second.lots == models_of_lots(custody.under(first.scheme), nodes), lot


@law
@given(
    ledgers(content=CONTENTS, looped=False),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 40)), max_size=3),
    st.sampled_from([None, *MODELS]),
)
def test_both_algorithms_say_the_same_of_books_custody_and_origins(text: str, given: list[tuple[int, int]], model: str | None) -> None:
    ledger = with_books(parse(text), given, model)
    lineage, _ = build_lineage(ledger, material_library())
    for lot in sorted(replay(ledger).inflow):
        if not any(step.why for step in replay_of(lineage, lot).steps):  # lots may feed each other on one day without going round
            compare(ledger, lot)


def test_an_attribution_behind_a_later_feed_of_a_lot_names_itself() -> None:
    """F2, to which is attributed, is said to go into F1 before it was made; F3 was drawn of F1 after that."""
    text = 'D1 1 bio=40 coc="book and claim" ; D1 0.1 -> F1 0.011 + F2 0.089 ; F1 0.001 -> F3 0.001 ; F2 0.008 -> F1 0.008 @2026-01-02'
    ledger = with_books(parse(text), [(1, 1)], "controlled blending")
    lineage, _ = build_lineage(ledger, material_library())
    lot = LotKey(ORGANISATION, "F3")
    found = lot_custody(Custody(mix_lots(lineage, [lot]), Papers(lineage, chain_of_custody_rules())), lot)
    assert found.link.kind == "attribution"


def test_what_is_drawn_before_an_attributed_lot_is_put_in_carries_none_of_it() -> None:
    text = (
        "D1 100 bio=40 ; D1 50 -> F1 50 @2026-01-02 ; D1 50 -> F2 50 @2026-01-02 ; F1 10 -> F3 10 @2026-01-05 ; F2 40 -> F1 40 @2026-01-07"
    )
    ledger = with_books(parse(f"{text} ; F1 10 -> F4 10 @2026-01-09"), [(1, 25)], None)
    lineage, _ = build_lineage(ledger, material_library())
    shares = {name: attributed_content(lineage, LotKey(ORGANISATION, name)) for name in ("F1", "F3", "F4")}
    assert shares["F3"] is None
    assert [(float(found.low), float(found.high)) for found in (shares["F1"], shares["F4"]) if found] == [(0, 0.25), (0.25, 0.25)]
    for name in ("F1", "F2", "F3", "F4"):
        compare(ledger, LotKey(ORGANISATION, name))


@law
@given(ledgers(content=CONTENTS), st.lists(st.tuples(st.integers(0, 9), st.integers(1, 40)), max_size=3))
def test_where_lots_feed_each_other_on_one_day_too(text: str, given: list[tuple[int, int]]) -> None:
    ledger = with_books(parse(text), given, "controlled blending")
    lineage, _ = build_lineage(ledger, material_library())
    for lot in sorted(replay(ledger).inflow):
        again, papers = replay_of(lineage, lot), Papers(lineage, chain_of_custody_rules())
        if not any(step.why for step in again.steps):
            compare(ledger, lot)
        elif any(step.why for step in behind(again.steps, seen_of(again))):  # a state that nobody drew may stay open
            assert custody_again(again, papers, attributed_again(again)).whys, "what it cannot follow is named"


def seen_of(again: Replay) -> list[StepKey]:
    asked = again.lots[again.asked]
    return [("lot", again.asked, i) for i in range(asked.first_seen(), len(asked.states))]


def made(ledger: Ledger) -> list[LotKey]:
    return sorted({row.lot for run in ledger.runs for row in run.rows if row.direction == "out" and row.lot is not None})


@pytest.mark.parametrize(
    "text",
    [
        "A 100 bio=40 ; B 100 bio=0 ; A 60 + B 40 -> M 50 ; M 50 -> F 50",  # an unexplained loss
        "A 100 bio=40 ; A 50 -> M 60 ; M 60 -> F 60",  # more out than in
        "A 100 bio=40 ; kind=synthesis A 100 -> M 90 ; M 90 -> F 90",
        "A 100 bio=40 ; A 50 -> M 50 ; A 150 -> F 150 ; M 50 + F 100 -> G 150",  # more drawn than there was
    ],
)
def test_books_custody_and_origins_pass_where_content_is_open(text: str) -> None:
    ledger = with_books(parse(text), [(0, 30)], "controlled blending")
    lineage, _ = build_lineage(ledger, material_library())
    for lot in made(ledger):
        again, papers = replay_of(lineage, lot), Papers(lineage, chain_of_custody_rules())
        booked, told = attributed_again(again), attributed_content(lineage, lot)
        custody = Custody(mix_lots(lineage, [lot]), papers)
        assert (booked.whys, booked.span and float(booked.span[0])) == ((), told and pytest.approx(told.share.low))
        assert custody_again(again, papers, booked).model == lot_custody(custody, lot).model


def test_a_mass_that_is_not_known_leaves_it_open_and_is_named() -> None:
    ledger = with_books(parse("A 100 bio=40 ; B 100 bio=0 ; A 50 -> M 50 ; M 25 + B 75 -> F 100"), [(1, 30)], None)
    silent = [replace(row, quantity=None) if row.lot_no == "M" and row.direction == "in" else row for row in ledger.runs[1].rows]
    ledger = replace(ledger, runs=(ledger.runs[0], replace(ledger.runs[1], rows=tuple(silent))))
    lineage, _ = build_lineage(ledger, material_library())
    found, told = attributed_again(replay_of(lineage, LotKey(ORGANISATION, "F"))), attributed_content(lineage, LotKey(ORGANISATION, "F"))
    assert told is not None
    assert any("is not stated" in why for why in found.whys)
    assert found.span == (0, 1)


def test_the_recount_of_books_and_custody_imports_none_of_the_first() -> None:
    folder = Path(module.__file__).parent
    for name in ("recountbooks", "recountcustody", "recountorigins", "recountsteps"):
        tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
        used = {(node.module or "").rpartition(".")[2] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not used & {*FIRST, "numpy"}, name

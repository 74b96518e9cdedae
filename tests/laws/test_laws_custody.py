"""Laws of the chain of custody over any ledger, against an oracle that replays every day and knows only what came in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from laws.answers import moments
from laws.completions import lot_shares
from laws.language import ORGANISATION, parse
from laws.oracle import Replay, replay, walk_paths
from laws.strategies import ledgers
from tracepack.core.custody import Custody, LotCustody, lot_custody
from tracepack.core.ledger import Certificate, Delivery, Ledger, LotKey, SourceRow
from tracepack.core.lineage import build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.papers import Papers
from tracepack.rulebook import chain_of_custody_rules, material_library

IP, SEG, CB, MB, BC, NONE = STRONGEST_FIRST = chain_of_custody_rules().models
MODELS = st.sampled_from(
    [
        *(f'wo=50 bio=40 coc="{model}"' for model in STRONGEST_FIRST),
        f'wo=50 bio=40 coc="{IP}" src=X',
        f'wo=50 bio=40 coc="{IP}" src=Y',
        "wo=50 bio=40",
    ]
)


def custody(ledger: Ledger) -> Custody:
    lineage, _ = build_lineage(ledger, material_library())
    return Custody(mix_lots(lineage, lineage.lots()), Papers(lineage, chain_of_custody_rules()))


def own(model: str) -> Certificate:
    """A certificate of ours that was valid all along."""
    source = SourceRow("papers.xlsx", "0" * 64, "Certificates", 2, {})
    days = {"valid_from": dt.date(2020, 1, 1), "valid_until": dt.date(2030, 1, 1)}
    return Certificate(certificate_no="OWN", scheme="ISCC PLUS", holder=ORGANISATION, chain_of_custody=model, source=source, **days)


def asked(ledger: Ledger) -> list[tuple[LotKey, object, LotCustody]]:
    known = custody(ledger)
    return [(lot, on, lot_custody(known, lot, on)) for lot, on in moments(replay(ledger))]


def weakest_of(deliveries: list[Delivery]) -> str:
    """The model of a mixture of all of some deliveries, in words: read off what there is, not combined pair by pair."""
    models = {d.chain_of_custody or NONE for d in deliveries}
    for bookkept in (BC, MB):
        if bookkept in models:
            return bookkept
    if models == {NONE}:
        return NONE
    if models & {NONE, CB}:
        return CB
    sources = {(d.supplier, d.feedstock_source or d.lot_no) for d in deliveries}
    return IP if models == {IP} and len(sources) == 1 else SEG


def roots(ledger: Ledger, replayed: Replay, lot: LotKey, on: object) -> list[Delivery]:
    inside = lot_shares(replayed, lot, on)  # type: ignore[arg-type]
    return [d for d in ledger.deliveries if d.lot in inside]


@given(ledgers(content=MODELS))
def test_the_model_of_every_lot_is_that_of_everything_in_it(text: str) -> None:
    ledger = parse(text)
    replayed = replay(ledger)
    for lot, on, found in asked(ledger):
        assert found.model == weakest_of(roots(ledger, replayed, lot, on)), (text, lot, on)


@given(ledgers(content=MODELS, looped=False, moist=False))
def test_walking_every_path_back_finds_the_same(text: str) -> None:
    ledger = parse(text)
    if any(d.own_lot_no for d in ledger.deliveries) or replay(ledger).running:
        return
    known = custody(ledger)
    for lot in known.mixture.pools:
        paths = walk_paths(ledger, lot)
        inside = [d for d in ledger.deliveries if paths.get(d.lot)]
        assert lot_custody(known, lot).model == weakest_of(inside), (text, lot)


@given(ledgers(content=MODELS))
def test_a_downgrade_never_goes_up(text: str) -> None:
    """No run gives more than the weakest certified lot that it took from, nor anything where nothing certified went in."""
    ledger = parse(text)
    rank = chain_of_custody_rules().rank
    known = custody(ledger)
    view = known.under("")
    for node, standing in view.standing.items():
        made_of = [view.standing[other] for other in known.mixture.edges[node]]
        certified = [s.model for s in made_of if s.model != NONE]
        if node[0] != "state" and made_of:
            assert rank(standing.model) >= max(map(rank, certified), default=rank(NONE)), (text, node)


@given(ledgers(content=MODELS), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_neither_model_nor_link(text: str, random: object) -> None:
    ledger = parse(text)
    deliveries, runs = list(ledger.deliveries), list(ledger.runs)
    random.shuffle(deliveries)  # type: ignore[attr-defined]
    random.shuffle(runs)  # type: ignore[attr-defined]
    shuffled = replace(ledger, deliveries=tuple(deliveries), runs=tuple(replace(run, rows=run.rows[::-1]) for run in runs))
    before = {(lot, on): (c.model, c.link.kind, c.link.number, c.link.reason) for lot, on, c in asked(ledger)}
    assert {(lot, on): (c.model, c.link.kind, c.link.number, c.link.reason) for lot, on, c in asked(shuffled)} == before, text


@given(st.lists(st.sampled_from(STRONGEST_FIRST), min_size=3, max_size=4))
def test_the_order_of_blending_does_not_matter(models: list[str]) -> None:
    """Lots blended one after another give the same in every order, and the same as all at once."""
    names = [f"D{n}" for n in range(len(models))]
    came = "; ".join(f'{name} 100kg coc="{model}"' for name, model in zip(names, models, strict=True))
    at_once = came + f"; {' + '.join(f'{n} 100' for n in names)} -> F {100 * len(names)}"
    found = {lot_custody(custody(parse(at_once)), LotKey(ORGANISATION, "F")).model}
    for first, *others in permutations(names):
        steps, last, mass = [], first, 100
        for number, name in enumerate(others):
            steps.append(f"{last} {mass} + {name} 100 -> M{number} {mass + 100}")
            last, mass = f"M{number}", mass + 100
        found.add(lot_custody(custody(parse("; ".join([came, *steps]))), LotKey(ORGANISATION, last)).model)
    assert len(found) == 1, models


@given(ledgers(content=MODELS), st.sampled_from([SEG, CB, MB, BC]))
def test_a_site_s_certificate_caps_every_made_lot(text: str, model: str) -> None:
    ledger = parse(text)
    rank = chain_of_custody_rules().rank
    known = custody(replace(ledger, certificates=(own(model),)))
    free = custody(ledger)
    for lot, on in moments(replay(ledger)):
        capped, was = lot_custody(known, lot, on).model, lot_custody(free, lot, on).model
        assert rank(capped) >= rank(was)
        if known.mixture.lineage.makers.get(lot) and was != NONE and not known.mixture.lineage.delivered(lot):
            assert rank(capped) >= rank(model), (text, lot)

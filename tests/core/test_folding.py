"""Folding a lineage: what is shown always adds up to the whole, and every lot is in exactly one fold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tracepack.core.folding import BEYOND, CHAIN, Flow, Folded, Member, fold, fold_parts

KINDS = ("delivered", "run", "own")


@st.composite
def lineages(draw: st.DrawFn) -> tuple[list[Member], list[Flow]]:
    """Lots and runs of a few kinds, materials and months, linked at random: loops, repeated links and masses not known included."""
    count = draw(st.integers(1, 40))
    members = [
        Member(
            f"lot:{number}",
            draw(st.sampled_from([(), *((k, m, t) for k in KINDS for m in "AB" for t in ("01", "02")), ("unknown",)])),
            draw(st.none() | st.integers(0, 10**9)),
            draw(st.none() | st.floats(0, 0.5)),
            draw(st.none() | st.floats(0.5, 1)),
            draw(st.integers(0, 9)),
            draw(st.integers(1, 4)),
            draw(st.integers(0, 3)),
        )
        for number in range(count)
    ]
    ends = st.integers(0, count - 1).map(lambda number: f"lot:{number}")
    flows = draw(st.lists(st.builds(Flow, ends, ends, st.none() | st.integers(0, 10**9), st.booleans()), max_size=80))
    return members, flows


LIMITS = st.integers(2, 45)


def known(flows: Iterable[Flow]) -> Counter[str]:
    """The kilograms, the links, and the links that have none, of some flows."""
    total: Counter[str] = Counter()
    for flow in flows:
        total.update(mg=flow.mass_mg or 0, links=flow.links, unweighed=flow.unweighed or (flow.mass_mg is None))
    return total


def everything(folded: Folded) -> list[Flow]:
    return [*folded.flows, *(flow for one in folded.folds for flow in one.inside)]


@given(lineages(), LIMITS, st.none() | st.integers(0, 9))
def test_every_lot_is_in_exactly_one_fold(lineage: tuple[list[Member], list[Flow]], limit: int, depth: int | None):
    members, flows = lineage
    folded = fold(members, flows, limit=limit, depth=depth)
    assert sorted(name for one in folded.folds for name in one.members) == sorted(m.id for m in members)


@given(lineages(), LIMITS, st.none() | st.integers(0, 9))
def test_the_shown_and_the_remainder_are_the_whole(lineage: tuple[list[Member], list[Flow]], limit: int, depth: int | None):
    members, flows = lineage
    folded = fold(members, flows, limit=limit, depth=depth)
    assert known(everything(folded)) == known(flows)
    assert sum(one.mass_mg for one in folded.folds) == sum(m.mass_mg or 0 for m in members)
    assert sum(one.unweighed for one in folded.folds) == sum(m.mass_mg is None for m in members)


@given(lineages(), LIMITS)
def test_masses_entering_and_leaving_a_fold_are_those_of_its_lots(lineage: tuple[list[Member], list[Flow]], limit: int):
    members, flows = lineage
    folded = fold(members, flows, limit=limit)
    for one in folded.folds:
        held = set(one.members)
        entering = [f for f in flows if f.end in held and (f.start not in held or one.single)]
        leaving = [f for f in flows if f.start in held and (f.end not in held or one.single)]
        assert known(f for f in folded.flows if f.end == one.name) == known(entering)
        assert known(f for f in folded.flows if f.start == one.name) == known(leaving)


@given(lineages(), LIMITS)
def test_no_more_than_the_limit_is_drawn_beside_what_never_folds(lineage: tuple[list[Member], list[Flow]], limit: int):
    members, flows = lineage
    folded = fold(members, flows, limit=limit)
    least = len({m.path[:1] for m in members if m.path}) + sum(not m.path for m in members)
    assert len(folded.folds) <= max(limit, least)
    assert len(members) > limit or fold(members, flows, limit=10**9) == folded


@given(lineages(), LIMITS, st.randoms(use_true_random=False), st.integers(0, 9))
def test_the_order_of_rows_means_nothing(lineage: tuple[list[Member], list[Flow]], limit: int, rng: random.Random, depth: int):
    members, flows = lineage
    folded = fold(members, flows, limit=limit, depth=depth)
    shuffled = fold(rng.sample(members, len(members)), rng.sample(flows, len(flows)), limit=limit, depth=depth)
    assert shuffled == folded


@given(lineages(), LIMITS, st.none() | st.integers(0, 9))
def test_unfolding_all_gives_the_lineage(lineage: tuple[list[Member], list[Flow]], limit: int, depth: int | None):
    members, flows = lineage
    folded = fold(members, flows, limit=limit, depth=depth)
    whole = fold(members, flows, limit=limit, depth=depth, opened=folded.names)
    assert all(one.single for one in whole.folds)
    assert whole.flows == fold(members, flows, limit=len(members)).flows
    assert {(f.start, f.end, f.attributed) for f in whole.flows} == {(f.start, f.end, f.attributed) for f in flows}


@given(lineages(), LIMITS)
def test_a_fold_holds_the_bounds_of_every_member(lineage: tuple[list[Member], list[Flow]], limit: int):
    members, flows = lineage
    lots = {m.id: m for m in members}
    for one in fold(members, flows, limit=limit).folds:
        assert one.low == min((lots[m].low for m in one.members if lots[m].low is not None), default=None)
        assert one.high == max((lots[m].high for m in one.members if lots[m].high is not None), default=None)


@given(lineages(), LIMITS)
def test_the_parts_of_a_fold_add_up_to_it(lineage: tuple[list[Member], list[Flow]], limit: int):
    members, flows = lineage
    found = fold_parts(members, flows, limit=limit)
    waiting = list(fold(members, flows, limit=limit).folds)
    for one in waiting:
        parts = found.get(one.name, ())
        assert bool(parts) != one.single
        if one.single:
            continue
        waiting.extend(parts)
        assert sorted(name for part in parts for name in part.members) == sorted(one.members)
        assert sum(part.mass_mg for part in parts) == one.mass_mg
        assert sum(part.unweighed for part in parts) == one.unweighed
        held = {name: number for number, part in enumerate(parts) for name in part.members}
        within = [flow for flow in one.inside if held[flow.start] == held[flow.end] and not parts[held[flow.start]].single]
        assert known(flow for part in parts if not part.single for flow in part.inside) == known(within)


def delivered(count: int, material: str, supplier: str, kg: int = 1) -> list[Member]:
    return [
        Member(f"lot:{supplier}:{material}:{i}", ("delivered", material, supplier), kg * 10**6, depth=2, grain=3, ranked=3)
        for i in range(count)
    ]


def test_lots_of_one_material_and_supplier_fold_and_others_stay_apart():
    members = [*delivered(50, "PLA", "A"), *delivered(30, "PLA", "B"), Member("lot:asked", (), 80 * 10**6)]
    folded = fold(members, [Flow(m.id, "lot:asked", m.mass_mg) for m in members[:-1]])
    assert {(one.keys, len(one.members), one.mass_mg) for one in folded.folds} == {
        ((), 1, 80 * 10**6),
        (("delivered", "PLA", "A"), 50, 50 * 10**6),
        (("delivered", "PLA", "B"), 30, 30 * 10**6),
    }
    assert sum(f.mass_mg or 0 for f in folded.flows) == 80 * 10**6


def test_of_very_many_that_nothing_joins_the_heaviest_stand_beside_a_remainder():
    members = [lot for i in range(500) for lot in delivered(1, f"M{i:03}", "A", kg=500 - i)] + [Member("lot:asked", ())]
    folded = fold(members, [Flow(m.id, "lot:asked", m.mass_mg) for m in members[:-1]])
    assert sum(one.remainder for one in folded.folds) == 1
    (rest,) = (one for one in folded.folds if one.remainder)
    assert max(m.mass_mg or 0 for m in members if m.id in rest.members) < min(
        m.mass_mg or 0 for one in folded.folds if one.single for m in members if m.id == one.name and m.mass_mg
    )


def test_a_long_row_of_steps_is_one_chain_that_opens_into_parts():
    ids = [f"lot:{i:03}" for i in range(300)]
    members = [Member(name, ("own", "film", f"{i:03}"), 10, depth=300 - i) for i, name in enumerate(ids)]
    flows = [Flow(a, b, 10) for a, b in pairwise(ids)]
    folded = fold(members, flows)
    (chain,) = (one for one in folded.folds if one.keys[:1] == (CHAIN,))
    assert len(chain.members) == 298
    assert [one.name for one in folded.folds if one.single] == ["lot:299", "lot:000"]
    parts = fold(members, flows, opened=[chain.name])
    assert len(parts.folds) == 2 + 15
    assert len(fold(members, flows, opened=folded.names).folds) == 300


def test_the_name_of_a_fold_does_not_depend_on_what_else_there_is():
    few = fold(delivered(70, "PLA", "A"), [])
    many = fold([*delivered(70, "PLA", "A"), *delivered(80, "PBAT", "B"), *delivered(90, "TPS", "C")], [])
    assert few.folds[0].name in {one.name for one in many.folds}


def test_what_lies_beyond_a_depth_is_one_remainder():
    members = [Member(f"lot:{i}", ("own", "film"), 5, depth=i) for i in range(10)]
    flows = [Flow(f"lot:{i + 1}", f"lot:{i}", 5) for i in range(9)]
    folded = fold(members, flows, depth=3)
    (rest,) = (one for one in folded.folds if one.remainder)
    assert rest.keys == (BEYOND, "own", "film")
    assert len(rest.members) == 6
    assert [(f.start, f.end, f.mass_mg) for f in folded.flows if f.start == rest.name] == [(rest.name, "lot:3", 5)]
    assert len(fold(members, flows, depth=3, opened=[rest.name]).folds) == 10

"""Of the materials that something may be, those that decide say all that all of them say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.language import ORGANISATION, parse
from tracepack.core.content import LotContent, content_in
from tracepack.core.deciding import FEW, Options, deciding, gathered
from tracepack.core.figures import bio_range, carbon_range, figure_ranges, figures_of, pieces_of, regions_of, weakest
from tracepack.core.ledger import LotKey
from tracepack.core.lineage import build_lineage
from tracepack.core.lotfigures import LotStates
from tracepack.core.mixing import Root
from tracepack.core.mixture import mix_lots
from tracepack.core.properties import Part
from tracepack.core.quantity import Interval
from tracepack.core.region import RANKS, Props, released
from tracepack.rulebook import material_library

START = dt.date(2026, 1, 1)
law = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

hundredths = st.integers(0, 100).map(lambda n: n / 100)
spans = st.one_of(hundredths.map(Interval.point), st.tuples(hundredths, hundredths).map(lambda t: Interval(min(t), max(t))))
ranks = st.sampled_from(RANKS)
points = hundredths.map(Interval.point)


def materials(said: tuple[str, str, str, bool, bool]) -> st.SearchStrategy[Props]:
    """Materials of the same evidence, with the same things left open: what tells them apart is what they are."""
    carbon_rank, bio_rank, mass_rank, bio, mass = said
    return st.builds(
        Props,
        carbon=spans,
        inorganic=st.just(Interval(0.0, 0.0)) if bio else points,
        bio=spans if bio else st.none(),
        bio_basis=st.sampled_from(["toc", "tc", "carbon_mass"]),
        mass=spans if mass else st.none(),
        mineral=st.none() | spans,
        polymer=points if mass else spans,
        carbon_rank=st.just(carbon_rank),
        bio_rank=st.just(bio_rank),
        mass_rank=st.just(mass_rank),
    )


evidence = st.tuples(ranks, ranks, ranks, st.booleans(), st.booleans())
one_kind = evidence.flatmap(lambda said: st.lists(materials(said), min_size=2, max_size=40, unique=True))
several = st.lists(evidence, min_size=2, max_size=3).flatmap(
    lambda kinds: st.lists(st.one_of([materials(said) for said in kinds]), min_size=2, max_size=40, unique=True)
)
beside_it = evidence.flatmap(materials)


def said(options: Sequence[Props], beside: Props) -> object:
    """All that is said of something that may be any of some materials and makes up 60 % of a lot."""
    free = Root("choice", "run 1", parts=(Part(1.0, tuple(options)),))
    matter = {free: 0.6, Root("delivery", "lot B", parts=(Part(1.0, (beside,)),)): 0.4}
    unsaid = [figure_ranges(regions_of(pieces_of(matter), lambda p, rank=rank: released(p, rank))) for rank in RANKS[1:]]
    asked = figures_of(matter, made=True), figures_of(matter, made=False), weakest({free: 1.0}, "bio_mass")
    return asked, unsaid, bio_range(matter), carbon_range(matter), LotStates((matter,)).figures()


@law
@given(one_kind | several, beside_it)
def test_those_that_decide_say_what_all_say(options: list[Props], beside: Props) -> None:
    kept = deciding(options)
    assert set(kept) <= set(options)
    assert said(kept, beside) == said(options, beside)


@law
@given(one_kind, one_kind | several, beside_it)
def test_they_still_do_with_further_materials(options: list[Props], more: list[Props], beside: Props) -> None:
    everything = list(dict.fromkeys([*options, *more]))
    assert said(deciding(list(dict.fromkeys([*deciding(options), *more]))), beside) == said(everything, beside)


def test_a_few_materials_are_all_kept() -> None:
    few = [Props(carbon=Interval.point(n / 100)) for n in range(FEW)]
    assert gathered([Options(tuple(few[:5]))], few[5:]) == Options(tuple(few))


def losses(count: int) -> str:
    """A film blended step by step from ``count`` resins, each run with more loss than anybody explained."""
    steps = ["R0 200kg bio=50 wo=60"]
    for n in range(1, count):
        steps += [
            f"R{n} 5kg bio={n * 37 % 101} wo={40 + n * 17 % 30}",
            f"B{n - 1 if n > 1 else 'ASE'} 100 + R{n} 5 -> B{n} 102.5 @{START + dt.timedelta(n)}",
        ]
    return " ; ".join(["BASE 200kg bio=50 wo=60", *steps[1:]])


def content(text: str) -> LotContent:
    lineage = build_lineage(parse(text), material_library())[0]
    film = max(
        (lot for lot in lineage.lots() if lot.number.startswith("B") and lot.owner == ORGANISATION), key=lambda lot: (len(lot.number), lot)
    )
    return content_in(mix_lots(lineage, [film]), LotKey(film.owner, film.number))


def test_a_lot_behind_a_hundred_unexplained_losses_is_what_it_is_with_all_materials_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    text = losses(100)
    found = content(text)
    toc = found.figures["bio_carbon_toc"]
    assert toc.low is not None and toc.high is not None and toc.high - toc.low > 0.1
    monkeypatch.setattr("tracepack.core.deciding.FEW", 10_000)
    assert found.figures == content(text).figures

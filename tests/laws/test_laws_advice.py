"""What is advised keeps its promise: a value found later narrows the bounds by at least as much, whatever it is."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from laws.language import ORGANISATION, SUPPLIER, parse
from tracepack.core.advice import Advice, advise
from tracepack.core.content import content_of
from tracepack.core.ledger import LabTest, Ledger, LotKey
from tracepack.core.lineage import build_lineage
from tracepack.core.lotfigures import SCHEME_FIGURES, states_of
from tracepack.core.mixture import mix_lots
from tracepack.core.quantity import Interval
from tracepack.rulebook import material_library

LOT = LotKey(ORGANISATION, "Z")
CLOSE = 1e-6
FIGURES = ("bio_carbon_toc", "bio_carbon_tc", "bio_mass", "bio_polymer_mass", "total_carbon_of_mass", "organic_material")


def states(ledger: Ledger):
    lineage, _ = build_lineage(ledger, material_library())
    mixture = mix_lots(lineage, [lineage.canonical(LOT)])
    return mixture, states_of(mixture, LOT)


def bounds(ledger: Ledger, figure: str) -> Interval:
    """By `content` where that has the figure: not the way the advice was computed."""
    lineage, _ = build_lineage(ledger, material_library())
    found = content_of(lineage, LOT).figures.get(figure)
    if found is None:
        span = states(ledger)[1].figures([figure])[figure]
        return span or Interval(0, 0)
    return Interval(found.low, found.high) if found.low is not None and found.high is not None else Interval(0, 0)


def width(span: Interval) -> float:
    return span.high - span.low


def filled(ledger: Ledger, advice: Advice, value: float) -> Ledger:
    """The ledger once the advised cell holds a value."""
    share = Interval.point(value)
    if advice.field == "organic_carbon":
        deliveries = tuple(replace(d, organic_carbon=share) if d.lot == advice.lot else d for d in ledger.deliveries)
        return replace(ledger, deliveries=deliveries)
    method = {"biobased_carbon": "ASTM D6866", "biobased_mass": "EN 16785-1"}[advice.field]
    test = LabTest(
        source=ledger.deliveries[0].source,
        report_no="LATER",
        lot_no=advice.lot.number,
        supplier=advice.lot.owner,
        method=method,
        report_date=ledger.deliveries[0].delivery_date,
        biobased_carbon=share,
    )
    return replace(ledger, lab_tests=(*ledger.lab_tests, test))


def without(ledger: Ledger, advice: Advice) -> Ledger:
    """The ledger without a declared value."""
    return replace(
        ledger, deliveries=tuple(replace(d, **{advice.field: None}, method=None) if d.lot == advice.lot else d for d in ledger.deliveries)
    )


@st.composite
def worlds(draw: st.DrawFn) -> str:
    """Two to five deliveries with values missing, blended in one or two steps into lot Z."""
    names = "ABCDE"[: draw(st.integers(2, 5))]
    kind = st.sampled_from(["", "", "kind=other", "kind=additive", "mat=PLA", "mat=PET"])
    bio = st.sampled_from(["bio=?", "bio=?", "bio=0", "bio=100", "bio=40", "bio=20", "bio=30..60"])
    rest = st.sampled_from(["", "", "wo=?", "wo=70", "mass=50"])
    lots, masses = [], {}
    for name in names:
        masses[name] = draw(st.integers(10, 90))
        cells = [draw(kind), draw(bio), draw(rest)]
        if "mass=50" in cells and cells[1] in ("bio=0", "bio=100"):
            cells[2] = ""
        lots.append(f"{name} {masses[name]}kg {' '.join(c for c in cells if c)}")
    taken = {name: draw(st.integers(1, masses[name])) for name in names}
    if len(names) > 2 and draw(st.booleans()):
        first = taken[names[0]] + taken[names[1]]
        rest_in = " + ".join(f"{n} {taken[n]}" for n in names[2:])
        whole = first + sum(taken[n] for n in names[2:])
        runs = [f"A {taken['A']} + B {taken['B']} -> Y {first}", f"Y {first} + {rest_in} -> Z {whole}"]
    else:
        runs = [" + ".join(f"{n} {taken[n]}" for n in names) + f" -> Z {sum(taken.values())}"]
    return " ; ".join([*lots, *runs])


@settings(max_examples=25)
@example("A 10kg bio=? ; B 10kg bio=? wo=70 ; C 10kg bio=0 wo=? ; A 1 + B 2 + C 1 -> Z 4", "bio_carbon_toc", random.Random(17))
@given(worlds(), st.sampled_from(FIGURES), st.integers(0, 10**6).map(random.Random))
def test_a_missing_value_narrows_by_what_was_promised(world: str, figure: str, rng: random.Random):
    ledger = parse(world)
    mixture, before = states(ledger)
    for advice in advise(mixture, before, figure):
        if advice.kind != "missing":
            continue
        now = bounds(ledger, figure)
        for _ in range(3):
            later = filled(ledger, advice, feasible(ledger, advice, rng))
            then = bounds(later, figure)
            assert width(now) - width(then) >= advice.gain - CLOSE, (advice, now, then)
            assert then.low >= now.low - CLOSE
            assert then.high <= now.high + CLOSE


@settings(max_examples=20)
@given(worlds(), st.sampled_from(FIGURES), st.integers(0, 10**6).map(random.Random))
def test_a_lab_test_secures_of_a_declared_value_what_was_promised(world: str, figure: str, rng: random.Random):
    ledger = parse(world)
    mixture, before = states(ledger)
    for advice in advise(mixture, before, figure):
        if advice.kind != "weak":
            continue
        doubted = without(ledger, advice)
        now = bounds(doubted, figure)
        assert abs(now.low - advice.low) <= CLOSE
        assert abs(now.high - advice.high) <= CLOSE
        for _ in range(2):
            then = bounds(filled(ledger, advice, feasible(doubted, advice, rng)), figure)
            assert width(now) - width(then) >= advice.gain - CLOSE, (advice, now, then)


def feasible(ledger: Ledger, advice: Advice, rng: random.Random) -> float:
    """A value that nothing else stated of the lot contradicts: found in the lot's own bounds."""
    lineage, _ = build_lineage(ledger, material_library())
    if advice.field == "organic_carbon":
        mixture = mix_lots(lineage, [lineage.canonical(advice.lot)])
        carbon = states_of(mixture, advice.lot)
        root = next(iter(carbon.compositions[0]))
        region = next(props.carbon for part in root.parts for props in part.options)
        return rng.choice([region.low, region.high, rng.uniform(region.low, region.high)])
    own = content_of(lineage, advice.lot).figures["bio_carbon_toc" if advice.field == "biobased_carbon" else "bio_mass"]
    assert own.low is not None
    assert own.high is not None
    return rng.choice([own.low, own.high, rng.uniform(own.low, own.high)])


# --- completions, without the engine


@dataclass(frozen=True)
class Settled:
    """A delivered lot with nothing left open: kilograms, carbon, bio share of it, and minerals per kilogram."""

    mass: float
    organic: float
    inorganic: float
    bio: float
    mineral: float


def completion(rng: random.Random, mass: float, carbon: float | None, bio: float | None) -> Settled:
    """One way a lot of unknown kind can be: carbonates are minerals that weigh at least their carbon."""
    organic = rng.choice([0.0, 1.0, rng.random()]) if carbon is None else carbon
    inorganic = 0.0 if carbon is not None else rng.uniform(0, 1 - organic) * rng.choice([0, 0, 1, 0.12])
    mineral = rng.uniform(inorganic, 1 - organic)
    return Settled(mass, organic, inorganic, rng.random() if bio is None else bio, mineral)


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(1, 90), st.sampled_from([None, 50, 80]), st.sampled_from([None, 0, 40, 100])),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 10**6).map(random.Random),
)
def test_two_hundred_completions_stay_inside_the_bounds(lots: list[tuple[int, int | None, int | None]], rng: random.Random):
    names = "ABCD"[: len(lots)]
    texts = [
        f"{name} {mass}kg kind=other wo={'?' if carbon is None else carbon} bio={'?' if bio is None else bio}"
        for name, (mass, carbon, bio) in zip(names, lots, strict=True)
    ]
    run = " + ".join(f"{n} {m}" for n, (m, _, _) in zip(names, lots, strict=True)) + f" -> Z {sum(m for m, _, _ in lots)}"
    found = states(parse(" ; ".join([*texts, run])))[1].figures(SCHEME_FIGURES)
    for _ in range(200):
        settled = [completion(rng, m, None if c is None else c / 100, None if b is None else b / 100) for m, c, b in lots]
        whole = sum(s.mass for s in settled)
        values = {
            "total_carbon_of_mass": sum(s.mass * (s.organic + s.inorganic) for s in settled) / whole,
            "organic_material": sum(s.mass * (1 - s.mineral) for s in settled) / whole,
            "bio_carbon_mass": sum(s.mass * s.organic * s.bio for s in settled) / whole,
        }
        carbon = sum(s.mass * s.organic for s in settled)
        if carbon > 0:
            values["bio_carbon_toc"] = sum(s.mass * s.organic * s.bio for s in settled) / carbon
        for name, value in values.items():
            span = found[name]
            assert span is not None
            assert span.low - CLOSE <= value <= span.high + CLOSE, name


def test_the_ends_of_total_carbon_and_organic_material_are_reached():
    found = states(parse("A 50kg kind=other wo=? bio=? ; B 50kg bio=0 wo=50 ; A 50 + B 50 -> Z 100"))[1].figures()
    carbon, organic = found["total_carbon_of_mass"], found["organic_material"]
    assert carbon is not None
    assert organic is not None
    assert (carbon.low, carbon.high) == (0.25, 0.75)
    assert (organic.low, organic.high) == (0.5, 1.0)


def test_the_lot_that_matters_most_comes_first():
    """60 of 100 kg unknown against 10: a lab test of A narrows the share of carbon by 60 points, one of B by 10."""
    mixture, before = states(parse("A 60kg bio=? ; B 10kg bio=? ; C 30kg bio=0 ; A 60 + B 10 + C 30 -> Z 100"))
    first, second, *weak = advise(mixture, before, "bio_carbon_toc")
    assert (first.kind, first.lot, first.field, first.gain) == ("missing", LotKey(SUPPLIER, "A"), "biobased_carbon", 0.6)
    assert (second.lot, second.gain) == (LotKey(SUPPLIER, "B"), 0.1)
    assert [(a.kind, a.lot.number, a.gain) for a in weak] == [("weak", "C", 0.3)]
    assert first.refs[0].sheet == "Deliveries"


def test_a_lab_tested_lot_is_not_advised_again():
    mixture, before = states(parse("A 60kg ; test A bio=50 ; C 40kg bio=? ; A 60 + C 40 -> Z 100"))
    assert [a.lot.number for a in advise(mixture, before, "bio_carbon_toc")] == ["C"]

"""What a lot is made of and its content figures, with bounds, evidence, origins and what they rest on.

A lot carries the exact mass share of each root in it; every figure is a ratio of sums over roots, never a propagated
percentage.  See design 5 and the domain fact sheet, sections 1 and 2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracepack.core.arrivals import reading_order
from tracepack.core.attribution import attributed_content, stopped_at
from tracepack.core.figures import FIGURES, NOT_APPLICABLE, Figure, bio_carbon_of, bio_shares, figures_of
from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.ledger import Delivery, LabTest, LotKey, Run
from tracepack.core.lineage import BOOKKEPT, Lineage
from tracepack.core.methods import method_basis
from tracepack.core.mixing import NodeKey, Root, composition, origins, reach
from tracepack.core.mixture import Mixture, mix_lots
from tracepack.core.properties import delivered_matter, lab_share
from tracepack.core.quantity import Interval, rounded_share

_LAB_FIGURE = {"toc": "bio_carbon_toc", "tc": "bio_carbon_tc", "carbon_mass": "bio_carbon_mass", "mass": "bio_mass"}


@dataclass(frozen=True, slots=True)
class Origin:
    """A source (None: not stated) behind a delivered lot (None: an unknown input); shares of the asked lot."""

    source: str | None
    lot: LotKey | None
    delivery: Delivery | None
    mass_share: float
    bio_carbon: Interval | None


@dataclass(frozen=True, slots=True)
class DatedState:
    """A pool's figures from a day on; ``mass_mg`` is what it held then, as-is."""

    date: dt.date
    mass_mg: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class LabComparison:
    """A lab test of the asked lot beside the figure it is compared with."""

    test: LabTest
    figure: str
    measured: Interval
    compared: Figure
    made: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """What an answer rests on: the states reached upstream, their lots (with runs between), deliveries and runs."""

    nodes: frozenset[NodeKey]
    lots: Mapping[LotKey, int]
    deliveries: tuple[Delivery, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class LotContent:
    """The answer of `content`.  ``mass_mg`` as-is, ``dry_mg`` without volatiles; None where a mass is not known."""

    lot: LotKey
    material: str
    mass_mg: int | None
    dry_mg: int | None
    figures: Mapping[str, Figure]
    origins: tuple[Origin, ...]
    attributed_origins: tuple[Origin, ...]
    states: tuple[DatedState, ...]
    lab_tests: tuple[LabComparison, ...]
    assumptions: tuple[str, ...]
    findings: tuple[Finding, ...]
    scope: Scope


def content_of(lineage: Lineage, lot: LotKey, on: dt.date | None = None) -> LotContent:
    """The content of a lot; of a running pool the span of its dated states, or the state ``on`` a day.

    Errors: none; a lot that nothing describes is an unknown, with figures 0..1.
    """
    return content_in(mix_lots(lineage, [lineage.canonical(lot)]), lot, on)


def content_in(mixture: Mixture, asked: LotKey, on: dt.date | None = None) -> LotContent:
    """The content of a lot of a mixture that holds its upstream."""
    lineage = mixture.lineage
    lot = lineage.canonical(asked)
    pool = mixture.pools[lot]
    keys: list[NodeKey] = [("state", lot, i) for i in pool.seen]
    if on is not None:
        keys = [("state", lot, pool.state_on(on))]
    made = bool(lineage.makers.get(lot))
    dated = [(key, composition(key, mixture.nodes, mixture.order)) for key in keys]
    each = [_figures(mixture, key, matter, made=made or _several(matter)) for key, matter in dated]
    figures = {name: _span([f[name] for f in each]) for name in FIGURES}
    figures["attributed"] = _attributed(mixture, lot, on)
    scope = scope_of(mixture, keys)
    own, attributed = _origins(mixture, keys[-1])
    mass = pool.mass_mg
    return LotContent(
        lot=asked,
        material=lineage.material(lot),
        mass_mg=mass,
        dry_mg=None if mass is None or _is_damp(mixture, lot) else round(mass * (1.0 - _mean_volatile(mixture, lot))),
        figures=figures,
        origins=own,
        attributed_origins=attributed,
        states=tuple(_state(mixture, key, f) for key, f in zip(keys, each, strict=True)) if pool.running else (),
        lab_tests=lab_comparisons(mixture, lot),
        assumptions=tuple(sorted({text for run, text in mixture.assumptions if run in {r.key for r in scope.runs}})),
        findings=(*_notes(mixture, scope, pool.running), *_over_attributed(mixture, lot), *_regrind(mixture, lot)),
        scope=scope,
    )


def scope_of(mixture: Mixture, starts: Iterable[NodeKey]) -> Scope:
    """What some states rest on."""
    depths = reach(starts, mixture.edges)
    lots: dict[LotKey, int] = {}
    deliveries: dict[int, Delivery] = {}
    runs: dict[object, Run] = {}
    for node, depth in depths.items():
        if node[0] == "state":
            lots[node[1]] = min(lots.get(node[1], depth), depth)
            for inflow in mixture.pools[node[1]].states[node[2]].inflows:
                if inflow.delivery is not None:
                    deliveries.setdefault(id(inflow.delivery), inflow.delivery)
        else:
            runs[node[1]] = mixture.flows[node[1]].run
    ordered = sorted(deliveries.values(), key=reading_order)
    return Scope(frozenset(depths), lots, tuple(ordered), tuple(sorted(runs.values(), key=lambda r: (r.date, r.key))))


def _several(matter: Mapping[Root, float]) -> bool:
    return len(matter) > 1


def _figures(mixture: Mixture, key: NodeKey, matter: Mapping[Root, float], *, made: bool) -> dict[str, Figure]:
    if mixture.volatile[key] >= 1.0:
        return dict.fromkeys(FIGURES, NOT_APPLICABLE)
    return figures_of(matter, made=made)


def _span(figures: Sequence[Figure]) -> Figure:
    """One figure over several dated states."""
    live = [f for f in figures if f.low is not None and f.high is not None]
    if not live:
        return NOT_APPLICABLE
    ranks = ("assumed", "declared", "calculated", "lab-tested")
    evidence = min((f.evidence for f in live), key=lambda e: ranks.index(e) if e in ranks else 9)
    return Figure(min(f.low for f in live if f.low is not None), max(f.high for f in live if f.high is not None), evidence)


def _attributed(mixture: Mixture, lot: LotKey, on: dt.date | None) -> Figure:
    """A delivered lot's attributed content as declared, by mass; a made lot has it only from an attribution."""
    booked = attributed_content(mixture.lineage, lot, on)
    if booked is not None:
        return Figure(rounded_share(booked.share.low), rounded_share(booked.share.high), "declared")
    declared = declared_attributed(mixture, lot)
    return NOT_APPLICABLE if declared is None else Figure(rounded_share(declared.low), rounded_share(declared.high), "declared")


def declared_attributed(mixture: Mixture, lot: LotKey) -> Interval | None:
    """The attributed content that a delivered lot's deliveries state, by mass; None for a made lot, or where none states any."""
    deliveries = mixture.lineage.delivered(lot)
    stated = [(d, mixture.matter[id(d)].attributed) for d in deliveries]
    if mixture.lineage.makers.get(lot) or not any(a is not None for _, a in stated):
        return None
    masses = [float(mixture.lineage.delivery_mg(d) or 0) for d, _ in stated]
    whole = sum(masses)
    if whole <= 0:
        masses, whole = [1.0] * len(stated), float(len(stated))
    low = sum(m * (a.low if a else 0.0) for m, (_, a) in zip(masses, stated, strict=True)) / whole
    high = sum(m * (a.high if a else 0.0) for m, (_, a) in zip(masses, stated, strict=True)) / whole
    return Interval(low, high)


def _over_attributed(mixture: Mixture, lot: LotKey) -> Iterator[Finding]:
    """More attributed to a lot, directly and by what it was made from, than its mass."""
    booked = attributed_content(mixture.lineage, lot)
    if booked is not None and booked.low > 1:
        text = f"More than 100 % is attributed to lot {lot}, counting what the lots that it was made from bring along."
        hint = "More than 100 % cannot be attributed: correct a quantity, or take an attribution back."
        yield Finding("attributed-beyond-lot", Severity.ERROR, text, hint, booked.refs)


def _regrind(mixture: Mixture, lot: LotKey) -> Iterator[Finding]:
    """Regrind on the way, at which attributed content stops: how it was known, so that a name that misleads is seen."""
    for name in stopped_at(mixture.lineage, lot):
        text = f"Lot {name} is taken for regrind by its material or run: what is attributed to what it was made of stops there."
        hint = "If it is none, change the name of its material or the Kind of its run."
        made = [row for run in mixture.lineage.makers[name] for row in run.rows if row.direction == "out" and row.lot is not None]
        cells = [row.source.ref("lot_no") for row in made if mixture.lineage.canonical(row.lot or name) == name]
        yield Finding("regrind-carries-none", Severity.NOTE, text, hint, tuple(cells))


def _is_damp(mixture: Mixture, lot: LotKey) -> bool:
    """Whether it is not known of any state how much water or solvent it holds."""
    return any(("state", lot, i) in mixture.damp.nodes for i in range(len(mixture.pools[lot].states)))


def _mean_volatile(mixture: Mixture, lot: LotKey) -> float:
    """The volatile share of everything that entered a lot."""
    states = [(i, s) for i, s in enumerate(mixture.pools[lot].states)]
    weights = [(float(sum(f.mass_mg or 0 for f in s.inflows)) or 1e-9, mixture.volatile[("state", lot, i)]) for i, s in states]
    return sum(w * v for w, v in weights) / sum(w for w, _ in weights)


def _state(mixture: Mixture, key: NodeKey, figures: Mapping[str, Figure]) -> DatedState:
    assert key[0] == "state"
    state = mixture.pools[key[1]].states[key[2]]
    mass = state.before_mg + sum(f.mass_mg or 0 for f in state.inflows) + state.unknown_mg
    return DatedState(state.date, mass, figures)


# --- origins


def _origins(mixture: Mixture, key: NodeKey) -> tuple[tuple[Origin, ...], tuple[Origin, ...]]:
    """Physical origins (largest first) and, apart, the sources of deliveries under mass balance or book and claim."""
    physical, attributed = origins_by_delivery(mixture, key)
    return _merged(physical), _merged(attributed)


def origins_by_delivery(mixture: Mixture, key: NodeKey) -> tuple[list[Origin], list[Origin]]:
    """The same, each delivery of a lot by itself, in no order."""
    shares, unknown = origins(key, mixture.nodes, mixture.order)
    if mixture.volatile[key] >= 1.0:
        return [], []
    items = list(shares.items())
    carbon = bio_shares(
        [(share, bio_carbon_of(root)) for root, share in items] + ([(unknown, Interval(0.0, 1.0))] if unknown > 1e-9 else [])
    )
    physical: list[Origin] = []
    attributed: list[Origin] = []
    for (root, share), bio in zip(items, carbon, strict=False):
        real, booked = _origins_of(mixture, root, share, bio)
        physical.extend(real)
        attributed.extend(booked)
    if unknown > 1e-9:
        physical.append(Origin(None, None, None, unknown, carbon[-1]))
    return physical, attributed


def _origins_of(mixture: Mixture, root: Root, share: float, bio: Interval | None) -> tuple[list[Origin], list[Origin]]:
    """One root's origins by its feedstock sources; bio-based carbon goes to the sources that can have given it."""
    delivery = root.delivery
    if delivery is None:
        return [Origin(None, root.lot, None, share, bio)], []
    lineage = mixture.lineage
    sources = lineage.source_shares(delivery)
    booked = delivery.chain_of_custody in BOOKKEPT or method_basis(delivery.method) == "attributed"
    if not sources or booked:
        listed = [Origin(s, delivery.lot, delivery, share * part, None) for s, part in sources]
        return [Origin(None, delivery.lot, delivery, share, bio)], listed
    able = [_can_give_bio(lineage, delivery, s) for s, _ in sources]
    if not any(able):
        able = [True] * len(sources)
    whole = sum(part for (_, part), ok in zip(sources, able, strict=True) if ok)
    result = []
    for (source, part), ok in zip(sources, able, strict=True):
        weight = part / whole if ok else 0.0
        own = None if bio is None else Interval(bio.low * weight, bio.high * weight)
        result.append(Origin(source, delivery.lot, delivery, share * part, own))
    return result, []


def _can_give_bio(lineage: Lineage, delivery: Delivery, source_id: str) -> bool:
    source = lineage.source_of(delivery, source_id)
    return source is None or source.category not in ("fossil", "co2-fossil", "mineral")


def _merged(items: Sequence[Origin]) -> tuple[Origin, ...]:
    """Origins of one source and lot as one (several deliveries of a lot), largest first."""
    merged: dict[tuple[str | None, LotKey | None], Origin] = {}
    for item in items:
        key = (item.source, item.lot)
        seen = merged.get(key)
        if seen is None:
            merged[key] = item
            continue
        bio = None
        if seen.bio_carbon is not None and item.bio_carbon is not None:
            bio = Interval(seen.bio_carbon.low + item.bio_carbon.low, min(1.0, seen.bio_carbon.high + item.bio_carbon.high))
        merged[key] = Origin(item.source, item.lot, seen.delivery, seen.mass_share + item.mass_share, bio)
    kept = [o for o in merged.values() if o.mass_share >= 5e-10]
    return tuple(sorted(kept, key=lambda o: (-round(o.mass_share, 9), o.source or "~", o.lot or LotKey("~", "~"))))


# --- lab tests and notes


def lab_comparisons(mixture: Mixture, lot: LotKey) -> tuple[LabComparison, ...]:
    """A lot's lab tests beside the calculated figure (a made lot) or the declared one (a delivered lot)."""
    tests = [t for t in mixture.lineage.lab_tests.get(lot, ()) if lab_share(t) is not None]
    if not tests or mixture.pools[lot].origin_missing:
        return ()
    made = bool(mixture.lineage.makers.get(lot))
    keys: list[NodeKey] = [("state", lot, i) for i in mixture.pools[lot].seen] if made else []
    dated = [(key, composition(key, mixture.nodes, mixture.order)) for key in keys]
    return tuple(_compare(mixture, test, dated, made=made) for test in tests)


def _compare(mixture: Mixture, test: LabTest, dated: Sequence[tuple[NodeKey, Mapping[Root, float]]], *, made: bool) -> LabComparison:
    figure = _LAB_FIGURE.get(method_basis(test.method) or "toc", "bio_carbon_toc")
    measured = lab_share(test) or Interval(0.0, 1.0)
    if made:
        compared = _span([_figures(mixture, key, matter, made=True)[figure] for key, matter in dated])
    else:
        compared = _declared(mixture, test, figure)
    return LabComparison(test, figure, measured, compared, made)


def _declared(mixture: Mixture, test: LabTest, figure: str) -> Figure:
    """What the deliveries of a tested lot would be without their lab tests."""

    lineage = mixture.lineage
    lot = lineage.canonical(test.lot)
    roots: dict[Root, float] = {}
    for delivery in lineage.deliveries.get(lot, ()):
        matter = delivered_matter(delivery, (), lineage.catalogue)
        if matter.parts:
            roots[Root("delivery", "", delivery.lot, delivery, matter.parts)] = float(lineage.delivery_mg(delivery) or 1)
    whole = sum(roots.values())
    return figures_of({r: m / whole for r, m in roots.items()}, made=False)[figure] if roots else NOT_APPLICABLE


def loose_places(mixture: Mixture, scope: Scope) -> tuple[tuple[Run, ...], tuple[LotKey, ...]]:
    """The runs and lots of which it is not known how much of each input is in what came of them."""
    runs = tuple(run for run in scope.runs if f"run {run.key.number}" in mixture.loose)
    return runs, tuple(lot for lot in scope.lots if f"lot {lot}" in mixture.loose)


def _notes(mixture: Mixture, scope: Scope, running: bool) -> tuple[Finding, ...]:
    """Notes on the answer itself: a pool with dated states, bounds that may be wider than needed."""
    runs, lots = loose_places(mixture, scope)
    places = sorted([*dict.fromkeys(f"run {run.key.number}" for run in runs), *(f"lot {lot}" for lot in lots)])
    notes = []
    if places:
        named = ", ".join(places[:5]) + (" ..." if len(places) > 5 else "")
        notes.append(
            Finding(
                "bound-not-tight",
                Severity.NOTE,
                f"The bounds hold but may be wider than needed, because of {named} (a conversion, an unexplained loss or an unknown mass).",
                "Explain the loss or fill in the mass to narrow them.",
                tuple(run.rows[0].source.ref("run_no") for run in runs),
            )
        )
    if running:
        lot = next(iter(scope.lots))
        cells = tuple(_feed_cells(mixture, lot))
        text = f"Lot {lot} was fed again after it was drawn from; its figures span its dated states."
        notes.append(Finding("running-pool", Severity.NOTE, text, "Use --on DATE for the state of one day.", cells))
    return tuple(notes)


def _feed_cells(mixture: Mixture, lot: LotKey) -> list[SourceRef]:
    cells = []
    for inflow in mixture.pools[lot].inflows:
        if inflow.delivery is not None:
            cells.append(inflow.delivery.source.ref("quantity"))
        elif inflow.run is not None:
            rows = [r for r in inflow.run.rows if r.direction == "out" and r.lot is not None and mixture.lineage.canonical(r.lot) == lot]
            cells.extend(r.source.ref("quantity") for r in rows)
    return cells

"""Which missing or weak cells would narrow a figure most, with a promise that holds whatever is found.

What is advised is a lab test of one lot, or its supplier's word on its organic carbon.  For each candidate the lot's matter
is made anew with that value, over everything the value may be, and the figure's bounds are computed again: the promise is
what even the worst of these narrows them by.  Of a value that is only declared, the promise is made beside bounds that do
not believe it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tracepack.core.bounds import Term, ratio_range, sum_range
from tracepack.core.findings import SourceRef
from tracepack.core.ledger import LabTest, LotKey, SourceRow
from tracepack.core.lineage import Lineage
from tracepack.core.lotfigures import LotStates
from tracepack.core.mixing import Root
from tracepack.core.mixture import Mixture
from tracepack.core.properties import Part, delivered_matter, tested_matter
from tracepack.core.quantity import Interval
from tracepack.core.region import Props, Region, region_of

Field = Literal["biobased_carbon", "organic_carbon", "biobased_mass"]
FIELDS: tuple[Field, ...] = ("biobased_carbon", "organic_carbon", "biobased_mass")
Kind = Literal["missing", "weak"]
#: Only so many candidates are looked at closely: the ones that promise most at first sight.
_CLOSELY = 8
#: Where in its range a value is tried: at the ends too, which say more than any value beside them (no carbon, all bio-based).
_PLACES = (0.0, 1e-6, *(i / 8 for i in range(1, 8)), 1.0 - 1e-6, 1.0)
#: The worst place lies where a bound begins to move, seldom at one that was tried: so often it is halved what lies beside the least.
_HALVINGS = 13
#: Promises are rounded down to hundredths of a point.
_STEP = 1e-4
_NOWHERE = SourceRow("", "", "", 0, {})


@dataclass(frozen=True, slots=True)
class Advice:
    """A value of a lot that narrows a figure's bounds by at least ``gain`` (a share 0..1).

    ``low`` and ``high`` are the bounds that it narrows: those there are ("missing"), or those without the declared value
    ("weak").  ``refs`` are the cells where the value is missing or declared.
    """

    kind: Kind
    lot: LotKey
    material: str
    field: Field
    figure: str
    gain: float
    low: float
    high: float
    refs: tuple[SourceRef, ...]


def advise(mixture: Mixture, states: LotStates, figure: str, most: int = 5) -> tuple[Advice, ...]:
    """The cells behind a figure that would narrow or secure it, missing ones first, each kind by what it promises."""
    now = states.figures([figure])[figure]
    if now is None:
        return ()
    lots = _lots(mixture.lineage, states)
    roughly: list[tuple[float, Kind, LotKey, Field]] = []
    for lot, roots in lots.items():
        for name in FIELDS:
            kind = _kind(roots, name)
            gain = 0.0 if kind is None else _gain(mixture, states, figure, roots, name, kind, (0.5,))[0]
            if kind is not None and gain >= _STEP:
                roughly.append((-gain, kind, lot, name))
    found: list[Advice] = []
    for wanted in ("missing", "weak"):
        ranked = sorted((item for item in roughly if item[1] == wanted), key=lambda item: (item[0], item[2], item[3]))
        closely = [_advice(mixture, states, figure, lots[lot], name, kind, lot) for _, kind, lot, name in ranked[:_CLOSELY]]
        kept = sorted((a for a in closely if a is not None), key=lambda a: (-a.gain, a.lot, a.field))
        found += kept[:most]
    return tuple(found)


def _lots(lineage: Lineage, states: LotStates) -> dict[LotKey, list[Root]]:
    """The roots that stand for a lot that a laboratory could look at, by canonical lot."""
    lots: dict[LotKey, dict[int, Root]] = {}
    for held in states.compositions:
        for root, share in held.items():
            if share > 0 and root.lot is not None and root.kind in ("delivery", "tested", "unknown"):
                lots.setdefault(lineage.canonical(root.lot), {})[id(root)] = root
    return {lot: list(roots.values()) for lot, roots in sorted(lots.items())}


def _props(roots: Iterable[Root]) -> list[Props]:
    return [props for root in roots for part in root.parts for props in part.options]


def _kind(roots: Sequence[Root], name: Field) -> Kind | None:
    """Whether a value is missing or only declared; None where a laboratory has it, or nothing is left to know."""
    ranks = {
        "biobased_carbon": [(p.bio is None or not p.bio.is_point, p.bio_rank) for p in _props(roots) if p.carbon.high > 0],
        "organic_carbon": [(not p.carbon.is_point, "assumed") for p in _props(roots) if all(r.delivery for r in roots)],
        "biobased_mass": [(p.mass is None or not p.mass.is_point, p.mass_rank) for p in _props(roots) if p.carbon.high > 0],
    }[name]
    if any(rank == "lab-tested" for _, rank in ranks):
        return None
    if any(is_open and rank in ("assumed", "declared") for is_open, rank in ranks):
        return "missing"
    return "weak" if any(rank == "declared" for _, rank in ranks) else None


def _advice(mixture: Mixture, states: LotStates, figure: str, roots: Sequence[Root], name: Field, kind: Kind, lot: LotKey) -> Advice | None:
    gain, before = _gain(mixture, states, figure, roots, name, kind, _PLACES)
    promised = int(gain / _STEP + 1e-6) * _STEP
    if promised <= 0:
        return None
    refs = tuple(dict.fromkeys(ref for root in roots if (ref := _ref(mixture.lineage, root, name, kind)) is not None))
    return Advice(kind, lot, mixture.lineage.material(lot), name, figure, round(promised, 9), before.low, before.high, refs)


def _gain(
    mixture: Mixture,
    states: LotStates,
    figure: str,
    roots: Sequence[Root],
    name: Field,
    kind: Kind,
    places: Sequence[float],
) -> tuple[float, Interval]:
    """The least narrowing over some places of the range of what may be found, and the bounds that it narrows."""
    doubted = [_doubted(root, name) if kind == "weak" else root for root in roots]
    before = _bounds(states, figure, zip(roots, doubted, strict=True))
    span = _range(doubted, name)
    if before is None or span is None:
        return 0.0, Interval(0.0, 0.0)
    width = before.high - before.low

    def narrowed(place: float) -> float:
        value = span.low + place * (span.high - span.low)
        after = _bounds(states, figure, ((root, _filled(mixture.lineage, root, name, value)) for root in roots))
        return width if after is None else width - (after.high - after.low)

    return min(width, _least(narrowed, places)), before


def _least(found: Callable[[float], float], places: Sequence[float]) -> float:
    """The least of a function over some places in their order and, where there are several, around the least of these."""
    values = [found(place) for place in places]
    if len(places) == 1:
        return values[0]
    best = values.index(min(values))
    middle, least = places[best], values[best]
    step = max(places[best] - places[max(0, best - 1)], places[min(len(places) - 1, best + 1)] - places[best])
    for _ in range(_HALVINGS):
        step /= 2
        for place in (middle - step, middle + step):
            if 0.0 <= place <= 1.0 and (value := found(place)) < least:
                middle, least = place, value
    return least


def _bounds(states: LotStates, figure: str, changed: Iterable[tuple[Root, Root]]) -> Interval | None:
    return states.replaced({id(old): new for old, new in changed}).figures([figure])[figure]


def _doubted(root: Root, name: Field) -> Root:
    """A root without what is only declared of a field."""
    return replace(root, parts=tuple(Part(p.share, tuple(dict.fromkeys(_not_believed(o, name) for o in p.options))) for p in root.parts))


def _not_believed(props: Props, name: Field) -> Props:
    if name == "biobased_carbon" and props.bio_rank == "declared":
        return replace(props, bio=None, derived_mass=None, bio_rank="assumed")
    if name == "biobased_mass" and props.mass_rank == "declared":
        return replace(props, mass=None, mass_rank="assumed")
    return props


def _range(roots: Sequence[Root], name: Field) -> Interval | None:
    """What may be found, by all else that is known; None where there is no carbon to find."""
    spans = [span for root in roots if (span := _range_of(root, name)) is not None]
    return Interval(min(x.low for x in spans), max(x.high for x in spans)) if spans else None


def _range_of(root: Root, name: Field) -> Interval | None:
    regions = [(part.share, [region_of(props) for props in part.options]) for part in root.parts]
    if name == "biobased_carbon":
        return ratio_range([Term(share, tuple(c for region in options for c in region.organic)) for share, options in regions])
    whole = sum(share for share, _ in regions)
    spans = [(share / whole, _hull([_known(region, name) for region in options])) for share, options in regions]
    found = sum_range(spans)
    return Interval(max(0.0, found.low), min(1.0, found.high))


def _known(region: Region, name: Field) -> Interval:
    return region.carbon if name == "organic_carbon" else region.mass


def _hull(spans: Sequence[Interval]) -> Interval:
    return Interval(min(x.low for x in spans), max(x.high for x in spans))


def _filled(lineage: Lineage, root: Root, name: Field, value: float) -> Root:
    """A root once a field is known: a lab test of the lot, or the delivery's own cell of organic carbon."""
    share = Interval.point(min(1.0, max(0.0, value)))
    delivery = root.delivery
    assert root.lot is not None
    tests = [t for lot in dict.fromkeys((lineage.canonical(root.lot), root.lot)) for t in lineage.lab_tests.get(lot, ())]
    if name == "organic_carbon":
        assert delivery is not None
        delivery = replace(delivery, organic_carbon=share)
    else:
        tests = [*tests, lab_finding(root.lot, name, share)]
    matter = delivered_matter(delivery, tests, lineage.catalogue) if delivery is not None else tested_matter(tests)
    return root if matter is None or not matter.parts else replace(root, parts=matter.parts, recipe=matter.recipe)


def lab_finding(lot: LotKey, name: Field, share: Interval) -> LabTest:
    """A lab test of a lot that finds that share."""
    method = "ASTM D6866" if name == "biobased_carbon" else "EN 16785-1"
    return LabTest(
        source=_NOWHERE,
        report_no="",
        lot_no=lot.number,
        supplier=lot.owner,
        method=method,
        report_date=dt.date.min,
        biobased_carbon=share,
    )


def _ref(lineage: Lineage, root: Root, name: Field, kind: Kind) -> SourceRef | None:
    """The delivery's cell; of a declared value that stands in its Materials row, that row's."""
    delivery = root.delivery
    if delivery is None:
        return None
    row = lineage.catalogue.material(delivery.supplier, delivery.material, delivery.delivery_date)
    stated_there = kind == "weak" and getattr(delivery, name) is None and row is not None and getattr(row, name) is not None
    return row.source.ref(name) if stated_there and row is not None else delivery.source.ref(name)

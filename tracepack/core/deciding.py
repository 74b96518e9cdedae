"""Of many materials that something may be, those that decide what is known of it.

After hundreds of unexplained losses a lot may be any of hundreds of materials, and so may every lot before it.  Its bounds
rest on a few of them: on the corners of what all of them allow together, with and without what each kind of evidence states.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tracepack.core.region import RANKS, Props, Region, organic_material, outline, region_of, released

#: So many materials are kept as they are.
FEW = 32


@dataclass(frozen=True, slots=True)
class Options:
    """Materials that something may be, each once; ``decided`` is how many of them decided when that was last looked at."""

    materials: tuple[Props, ...]
    decided: int = 0


def gathered(options: Sequence[Options], more: Iterable[Props]) -> Options:
    """Everything that any of some options, or of ``more`` materials, may be; of many only those that decide."""
    held: dict[Props, None] = {}
    for one in options:
        held.update(dict.fromkeys(one.materials))
    held.update(dict.fromkeys(more))
    decided = max((one.decided for one in options), default=0)
    same = next((one for one in options if len(one.materials) == len(held)), None)
    if same is not None:
        return same
    # To look costs as much as many a material: it is done when there are twice as many as decided the last time.
    if len(held) < 2 * max(decided, FEW):
        return Options(tuple(held), decided)
    kept = deciding(tuple(held))
    return Options(kept, len(kept))


def deciding(materials: Sequence[Props]) -> tuple[Props, ...]:
    """The materials, in their order, without which a choice among all (each there once) would have other bounds, evidence or
    openness; what they decide together with further materials stays the same, too."""
    kept: dict[Props, None] = dict.fromkeys(materials[:2])
    first: dict[object, Props] = {}
    for props in materials:
        first.setdefault(_said(props), props)
    kept.update(dict.fromkeys(first.values()))
    readings = [(props, _readings(props)) for props in materials]
    for rank in range(len(RANKS)):
        kept.update(dict.fromkeys(_outermost([(props, regions[rank]) for props, regions in readings])))
    return tuple(props for props in materials if props in kept)


@lru_cache(maxsize=4096)
def _readings(props: Props) -> tuple[Region, ...]:
    """What a material may be: as it is stated, and without what each rank of evidence states."""
    return tuple(region_of(props if rank == RANKS[0] else released(props, rank)) for rank in RANKS)


def _said(props: Props) -> object:
    """What is asked of a material beside its region: evidence, and whether anything was left open."""
    stated = props.bio is None, props.mass is None, props.polymer.is_point, props.inorganic.is_point
    return props.carbon_rank, props.bio_rank, props.mass_rank, stated, props.carbon_is_open, props.mass_is_open


def _outermost(regions: Sequence[tuple[Props, Region]]) -> Iterable[Props]:
    """For each corner and end of what some materials allow together one of them that reaches it."""
    yield from _corners({point: props for props, region in reversed(regions) for point in region.organic})
    yield from _corners({point: props for props, region in reversed(regions) for point in region.total})
    yield from _ends([(r.carbon.low, p) for p, r in regions], [(r.carbon.high, p) for p, r in regions])
    yield from _ends([(r.bio_carbon.low, p) for p, r in regions], [(r.bio_carbon.high, p) for p, r in regions])
    yield from _ends([(r.mass.low, p) for p, r in regions], [(r.mass.high, p) for p, r in regions])
    yield from _ends([(r.polymer.low, p) for p, r in regions], [(r.polymer.high, p) for p, r in regions])
    burning = [(organic_material(p), p) for p, _ in regions]
    yield from _ends([(span.low, p) for span, p in burning], [(span.high, p) for span, p in burning])


def _corners(holders: Mapping[tuple[float, float], Props]) -> Iterable[Props]:
    return (holders[point] for point in outline(holders))


def _ends(lows: Sequence[tuple[float, Props]], highs: Sequence[tuple[float, Props]]) -> Iterable[Props]:
    """A material with the lowest low and one with the highest high, the first of several."""
    yield min(lows, key=lambda pair: pair[0])[1]
    yield max(highs, key=lambda pair: pair[0])[1]

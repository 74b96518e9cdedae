"""The figures that schemes ask for: Q1 to Q5 and, of the dry mass, total carbon and organic material; over all states of a lot.

Each is an interval of shares 0..1 over all completions, None where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tracepack.core.bounds import sum_range
from tracepack.core.figures import FIGURES, figure_ranges, pieces_of, regions_of
from tracepack.core.ledger import LotKey
from tracepack.core.mixing import NodeKey, Root, composition
from tracepack.core.mixture import Mixture
from tracepack.core.quantity import Interval
from tracepack.core.region import Props, Region, organic_material, region_of

SUBSTANCE_FIGURES = ("total_carbon_of_mass", "organic_material")
SCHEME_FIGURES = (*FIGURES, *SUBSTANCE_FIGURES)

Composition = Mapping[Root, float]


class _Known:
    """What was worked out of roots, by identity: each is kept beside its own, so that no other can take its place."""

    def __init__(self) -> None:
        self._regions: dict[int, tuple[Root, list[tuple[float, Region]]]] = {}
        self._spans: dict[tuple[int, str], tuple[Root, list[tuple[float, Interval]]]] = {}

    def regions(self, root: Root) -> list[tuple[float, Region]]:
        """A root's parts with what each may be."""
        if id(root) not in self._regions:
            self._regions[id(root)] = root, regions_of(pieces_of({root: 1.0}))
        return self._regions[id(root)][1]

    def spans(self, root: Root, figure: str) -> list[tuple[float, Interval]]:
        """A root's parts with the share of each that a figure of substance counts."""
        key = id(root), figure
        if key not in self._spans:
            share, water = _SUBSTANCE[figure]
            pieces = pieces_of({root: 1.0})
            self._spans[key] = root, [(p.share, water if p.water else _hull([share(props) for props in p.options])) for p in pieces]
        return self._spans[key][1]


@dataclass(frozen=True, slots=True)
class LotStates:
    """The dry compositions of a lot's dated states (one, unless it is a running pool); all-volatile states left out."""

    compositions: tuple[Composition, ...]
    _known: _Known = field(default_factory=_Known, compare=False, repr=False)

    def replaced(self, parts: Mapping[int, Root]) -> LotStates:
        """The same lot with some roots (by identity) as others."""
        held = tuple({parts.get(id(root), root): share for root, share in each.items()} for each in self.compositions)
        return LotStates(held, self._known)

    def figures(self, wanted: Sequence[str] = SCHEME_FIGURES) -> dict[str, Interval | None]:
        """Each figure over all states."""
        each = [_figures(held, wanted, self._known) for held in self.compositions]
        return {name: _span([found[name] for found in each]) for name in wanted}


def states_of(mixture: Mixture, asked: LotKey) -> LotStates:
    """The states of a lot of a mixture that holds its upstream."""
    lot = mixture.lineage.canonical(asked)
    keys: list[NodeKey] = [("state", lot, i) for i in mixture.pools[lot].seen]
    return LotStates(tuple(composition(key, mixture.nodes, mixture.order) for key in keys if mixture.volatile[key] < 1.0))


def _figures(held: Composition, wanted: Sequence[str], known: _Known) -> dict[str, Interval | None]:
    found: dict[str, Interval | None] = {}
    of_carbon = [name for name in wanted if name in FIGURES]
    if of_carbon:
        regions = [(share * part, region) for root, share in held.items() for part, region in known.regions(root)]
        found.update(figure_ranges(regions, of_carbon))
    for name in wanted:
        if name in SUBSTANCE_FIGURES:
            found[name] = _of_mass([(share * part, span) for root, share in held.items() for part, span in known.spans(root, name)])
    return found


def _of_mass(spans: Sequence[tuple[float, Interval]]) -> Interval | None:
    """A sum over the dry mass; None without any."""
    whole = sum(share for share, _ in spans)
    if whole <= 1e-12:
        return None
    span = sum_range([(share / whole, interval) for share, interval in spans])
    return Interval(min(1.0, max(0.0, span.low)), min(1.0, max(0.0, span.high)))


def _hull(spans: Sequence[Interval]) -> Interval:
    return Interval(min(x.low for x in spans), max(x.high for x in spans))


def _span(spans: Sequence[Interval | None]) -> Interval | None:
    live = [span for span in spans if span is not None]
    return _hull(live) if live else None


def _total_carbon(props: Props) -> Interval:
    carbons = [c for c, _ in region_of(props).total]
    return Interval(min(carbons), max(carbons))


#: What each figure of substance counts of a material, and of reaction water: what that took away may have come off organic matter
#: or off a mineral.
_SUBSTANCE: dict[str, tuple[Callable[[Props], Interval], Interval]] = {
    "total_carbon_of_mass": (_total_carbon, Interval.point(0.0)),
    "organic_material": (organic_material, Interval(0.0, 1.0)),
}

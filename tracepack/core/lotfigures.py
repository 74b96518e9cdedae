"""The figures that schemes ask for: Q1 to Q5 and, of the dry mass, total carbon and organic material; over all states of a lot.

Each is an interval of shares 0..1 over all completions, None where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tracepack.core.bounds import sum_range
from tracepack.core.figures import FIGURES, Piece, figure_ranges, pieces_of, regions_of
from tracepack.core.ledger import LotKey
from tracepack.core.mixing import NodeKey, Root, composition
from tracepack.core.mixture import Mixture
from tracepack.core.quantity import Interval
from tracepack.core.region import Props, organic_material, region_of

SUBSTANCE_FIGURES = ("total_carbon_of_mass", "organic_material")
SCHEME_FIGURES = (*FIGURES, *SUBSTANCE_FIGURES)

Composition = Mapping[Root, float]


@dataclass(frozen=True, slots=True)
class LotStates:
    """The dry compositions of a lot's dated states (one, unless it is a running pool); all-volatile states left out."""

    compositions: tuple[Composition, ...]

    def replaced(self, parts: Mapping[int, Root]) -> LotStates:
        """The same lot with some roots (by identity) as others."""
        return LotStates(tuple({parts.get(id(root), root): share for root, share in held.items()} for held in self.compositions))

    def figures(self, wanted: Sequence[str] = SCHEME_FIGURES) -> dict[str, Interval | None]:
        """Each figure over all states."""
        each = [_figures(held, wanted) for held in self.compositions]
        return {name: _span([found[name] for found in each]) for name in wanted}


def states_of(mixture: Mixture, asked: LotKey) -> LotStates:
    """The states of a lot of a mixture that holds its upstream."""
    lot = mixture.lineage.canonical(asked)
    keys: list[NodeKey] = [("state", lot, i) for i in mixture.pools[lot].seen]
    return LotStates(tuple(composition(key, mixture.nodes, mixture.order) for key in keys if mixture.volatile[key] < 1.0))


def _figures(held: Composition, wanted: Sequence[str]) -> dict[str, Interval | None]:
    pieces = pieces_of(held)
    found: dict[str, Interval | None] = {}
    if any(name in FIGURES for name in wanted):
        found.update(figure_ranges(regions_of(pieces)))
    if any(name in SUBSTANCE_FIGURES for name in wanted):
        found["total_carbon_of_mass"] = _of_mass(pieces, _total_carbon, Interval.point(0.0))
        # What reaction water took away may have come off organic matter or off a mineral.
        found["organic_material"] = _of_mass(pieces, organic_material, Interval(0.0, 1.0))
    return found


def _of_mass(pieces: Sequence[Piece], share: Callable[[Props], Interval], water: Interval) -> Interval | None:
    """A sum over the dry mass; None without any."""
    whole = sum(piece.share for piece in pieces)
    if whole <= 1e-12:
        return None
    spans = [(p.share / whole, water if p.water else _hull([share(props) for props in p.options])) for p in pieces]
    span = sum_range(spans)
    return Interval(min(1.0, max(0.0, span.low)), min(1.0, max(0.0, span.high)))


def _hull(spans: Sequence[Interval]) -> Interval:
    return Interval(min(x.low for x in spans), max(x.high for x in spans))


def _span(spans: Sequence[Interval | None]) -> Interval | None:
    live = [span for span in spans if span is not None]
    return _hull(live) if live else None


def _total_carbon(props: Props) -> Interval:
    carbons = [c for c, _ in region_of(props).total]
    return Interval(min(carbons), max(carbons))

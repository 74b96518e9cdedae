"""The figures Q1 to Q5 of a composition, with their bounds and the weakest evidence that can move them.

Formulas (domain fact sheet 1.1, on dry mass): Q1 = sum m B / sum m C; Q2 = sum m B / sum m (C + I); Q3 = sum m B / sum m;
Q4 = sum m Y / sum m; Q5 = sum m P / sum m.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tracepack.core.bounds import Term, ratio_range, sum_range
from tracepack.core.mixing import Root
from tracepack.core.properties import Part
from tracepack.core.quantity import Interval, rounded_share
from tracepack.core.region import RANKS, Props, Region, hull, region_of, released

FIGURES = ("bio_carbon_toc", "bio_carbon_tc", "bio_carbon_mass", "bio_mass", "bio_polymer_mass")
#: A rank counts when it can move a figure by this (0.05 points).
EVIDENCE_STEP = 0.0005
_WATER = Region(((0.0, 0.0),), ((0.0, 0.0),), Interval(0, 0), Interval(0, 0), Interval(0, 1), Interval(0, 1))


@dataclass(frozen=True, slots=True)
class Figure:
    """A share 0..1 with its least and greatest value, both None where it does not apply; ``evidence`` a rank or "not-applicable"."""

    low: float | None
    high: float | None
    evidence: str


NOT_APPLICABLE = Figure(None, None, "not-applicable")


@dataclass(frozen=True, slots=True)
class Piece:
    """A share of a composition and the materials it may be."""

    share: float
    options: tuple[Props, ...]
    water: bool = False


def pieces_of(composition: Mapping[Root, float]) -> list[Piece]:
    """A composition as pieces of one material (or one choice) each."""
    pieces = []
    for root, share in composition.items():
        if root.kind == "water":
            pieces.append(Piece(share, (), water=True))
            continue
        pieces.extend(Piece(share * part.share, part.options) for part in root.parts)
    return pieces


def _alike(pieces: Iterable[Piece]) -> list[Piece]:
    """The same with all pieces of the same material (or choice) as one: their ranges add up alike, since each is of its own share."""
    shares: dict[tuple[bool, bool, tuple[Props, ...]], float] = {}
    first: dict[tuple[bool, bool, tuple[Props, ...]], Piece] = {}
    for piece in pieces:
        key = (piece.water, piece.share < 0.0, piece.options)
        first.setdefault(key, piece)
        shares[key] = shares.get(key, 0.0) + piece.share
    return [Piece(shares[key], piece.options, piece.water) for key, piece in first.items()]


def regions_of(pieces: Sequence[Piece], change: Callable[[Props], Props] | None = None) -> list[tuple[float, Region]]:
    """Each piece's share and the region of what it may be, every material first put through ``change``."""
    known: dict[int, Region] = {}  # by identity: pieces share their materials, and comparing those costs more than all else

    def region(props: Props) -> Region:
        found = known.get(id(props))
        if found is None:
            found = known[id(props)] = region_of(props if change is None else change(props))
        return found

    result = []
    for piece in pieces:
        each = {id(found): found for found in map(region, piece.options)}
        result.append((piece.share, _WATER if piece.water else hull(each.values())))
    return result


def figure_ranges(regions: Sequence[tuple[float, Region]], wanted: Sequence[str] = FIGURES) -> dict[str, Interval | None]:
    """The range of each figure wanted over all completions of the regions, jointly."""
    whole = sum(share for share, _ in regions)
    if whole <= 1e-12:
        return dict.fromkeys(wanted)
    ranges: dict[str, Callable[[], Interval | None]] = {
        "bio_carbon_toc": lambda: ratio_range([Term(m, r.organic) for m, r in regions]),
        "bio_carbon_tc": lambda: ratio_range([Term(m, r.total) for m, r in regions]),
        "bio_carbon_mass": lambda: _per_mass([(m / whole, r.bio_carbon) for m, r in regions]),
        "bio_mass": lambda: _per_mass([(m / whole, r.mass) for m, r in regions]),
        "bio_polymer_mass": lambda: _per_mass([(m / whole, r.polymer) for m, r in regions]),
    }
    return {name: ranges[name]() for name in wanted}


def _per_mass(terms: Sequence[tuple[float, Interval]]) -> Interval:
    span = sum_range(terms)
    return Interval(min(1.0, max(0.0, span.low)), min(1.0, max(0.0, span.high)))


def carbon_range(composition: Mapping[Root, float]) -> Interval:
    """Organic carbon per kg of dry mass."""
    return sum_range([(m, r.carbon) for m, r in regions_of(_alike(pieces_of(composition)))])


def bio_range(composition: Mapping[Root, float]) -> Interval | None:
    """Q1 alone; None where there is no organic carbon."""
    return ratio_range([Term(m, r.organic) for m, r in regions_of(_alike(pieces_of(composition)))])


def bio_carbon_of(root: Root) -> Interval:
    """A root's bio-based carbon per kg of its dry mass."""
    return sum_range(
        [(p.share, r.bio_carbon) for p, (_, r) in zip(root.parts, regions_of([Piece(q.share, q.options) for q in root.parts]), strict=True)]
    )


def figures_of(composition: Mapping[Root, float], *, made: bool) -> dict[str, Figure]:
    """All five figures of a composition; ``made`` says that a recipe (run or composition) put it together."""
    pieces = _alike(pieces_of(composition))
    regions = regions_of(pieces)
    base = figure_ranges(regions)
    moved = _ranks_that_move(pieces, regions, base)
    recipe = made or any(root.recipe for root in composition)
    by_recipe = _moved_by_recipe(regions, base) if recipe else frozenset()
    result = {}
    for name in FIGURES:
        span = base[name]
        if span is None:
            result[name] = NOT_APPLICABLE
            continue
        ranks = {*moved[name], *(("calculated",) if name in by_recipe else ())}
        evidence = next((rank for rank in RANKS if rank in ranks), None) or _best_rank(pieces)
        result[name] = Figure(rounded_share(span.low), rounded_share(span.high), evidence)
    return result


def least_figures(composition: Mapping[Root, float]) -> dict[str, float | None]:
    """The low ends of `figures_of` without their evidence, which costs far more to find; None where a figure does not apply."""
    ranges = figure_ranges(regions_of(_alike(pieces_of(composition))))
    return {name: None if span is None else rounded_share(span.low) for name, span in ranges.items()}


def _best_rank(pieces: Sequence[Piece]) -> str:
    """The rank of a figure that nothing can move: the weakest rank stated anywhere in it, "calculated" for bare formula."""
    ranks = {p.bio_rank for x in pieces for p in x.options if p.bio is not None}
    ranks |= {p.mass_rank for x in pieces for p in x.options if p.mass is not None}
    return next((rank for rank in RANKS if rank in ranks), "calculated")


def _ranks_that_move(
    pieces: Sequence[Piece], regions: Sequence[tuple[float, Region]], base: Mapping[str, Interval | None]
) -> dict[str, list[str]]:
    """For each figure the ranks that can move it by 0.05 points: stated values of a rank are released, unknown ones pinned."""
    moved: dict[str, list[str]] = {name: [] for name in FIGURES}
    present = {rank for x in pieces for p in x.options for rank in (p.carbon_rank, p.bio_rank, p.mass_rank)}
    for rank in RANKS[1:]:
        if rank in present:
            _note(moved, rank, base, figure_ranges(regions_of(pieces, lambda p, rank=rank: released(p, rank))))  # type: ignore[misc]
    if any(
        x.water or len(x.options) > 1 or any(p.carbon_is_open or p.mass_is_open or not p.polymer.is_point for p in x.options)
        for x in pieces
    ):
        _note(moved, "assumed", base, figure_ranges(_pinned(pieces, regions)))
    return moved


def _note(moved: dict[str, list[str]], rank: str, base: Mapping[str, Interval | None], other: Mapping[str, Interval | None]) -> None:
    for name in FIGURES:
        a, b = base[name], other[name]
        if a is None or b is None:
            if a is not b:
                moved[name].append(rank)
        elif abs(a.low - b.low) >= EVIDENCE_STEP or abs(a.high - b.high) >= EVIDENCE_STEP:
            moved[name].append(rank)


def _pinned(pieces: Sequence[Piece], regions: Sequence[tuple[float, Region]]) -> list[tuple[float, Region]]:
    """The regions with everything unknown held at one corner: what still spans then was stated as a span."""
    result = []
    for piece, (share, region) in zip(pieces, regions, strict=True):
        held = region
        loose = piece.water or len(piece.options) > 1
        if loose or any(p.carbon_is_open for p in piece.options):
            held = replace(held, organic=region.organic[-1:], total=region.total[-1:])
            held = replace(held, carbon=_pin(region.carbon), bio_carbon=_pin(region.bio_carbon))
        if any(not p.inorganic.is_point for p in piece.options):
            held = replace(held, total=region.total[-1:])
        if loose or any(p.mass_is_open for p in piece.options):
            held = replace(held, mass=_pin(region.mass))
        if loose or any(p.mass_is_open or not p.polymer.is_point for p in piece.options):
            held = replace(held, polymer=_pin(region.polymer))
        result.append((share, held))
    return result


def _pin(span: Interval) -> Interval:
    return Interval.point(span.low)


def _moved_by_recipe(regions: Sequence[tuple[float, Region]], base: Mapping[str, Interval | None]) -> frozenset[str]:
    """The figures that another mixture of the same pieces would move by 0.05 points."""
    moved: set[str] = set()
    spans = {name: span for name, span in base.items() if span is not None}
    for region in dict.fromkeys(region for share, region in regions if share > 0):
        alone = figure_ranges([(1.0, region)])
        moved.update(name for name, span in spans.items() if _moves(alone[name], span))
        if len(moved) == len(spans):
            break
    return frozenset(moved)


def _moves(alone: Interval | None, span: Interval) -> bool:
    """Whether a piece's own figure stands apart from that of the mixture; one that it has not got does not."""
    return alone is not None and (abs(alone.low - span.low) >= EVIDENCE_STEP or abs(alone.high - span.high) >= EVIDENCE_STEP)


def weakest(composition: Mapping[Root, float], name: str) -> str:
    """The evidence of one figure of a composition."""
    return figures_of(composition, made=True)[name].evidence


def bio_shares(masses: Sequence[tuple[float, Interval]]) -> list[Interval | None]:
    """The part of the bio-based carbon that each origin holds; None throughout where there is none at all."""
    if not any(m > 0 and x.high > 0 for m, x in masses):
        return [None] * len(masses)
    total = sum(m * x.low for m, x in masses)
    if all(x.is_point for _, x in masses):
        return [Interval.point(m * x.low / total) for m, x in masses]
    top = sum(m * x.high for m, x in masses)
    shares: list[Interval | None] = []
    for m, x in masses:
        low, high = m * x.low, m * x.high
        others_low, others_high = total - low, top - high
        least = low / (low + others_high) if low + others_high > 0 else 0.0
        most = high / (high + others_low) if high + others_low > 0 else 0.0
        shares.append(Interval(min(least, most), max(least, most)))
    return shares


def part_props(parts: Sequence[Part]) -> list[Props]:
    """Every material that some parts may be, in order, once."""
    return list(dict.fromkeys(p for part in parts for p in part.options))

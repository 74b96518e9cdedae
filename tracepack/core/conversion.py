"""Chemical conversions: carbon, not mass, must balance, and the product's bio share follows the carbon.

Carbon Share % says what part of the outputs' organic carbon comes from an input; inputs without one count by their own
carbon.  An input cannot give more carbon than it has: the excess is an unknown input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracepack.core.bounds import Term, ratio_range
from tracepack.core.catalogue import Catalogue
from tracepack.core.figures import bio_range, carbon_range, pieces_of, weakest
from tracepack.core.findings import Finding, Severity
from tracepack.core.mixing import Root
from tracepack.core.properties import known_carbon, product_props
from tracepack.core.quantity import UNKNOWN_SHARE, Interval, percent_text
from tracepack.core.region import RANKS, Props, hull, region_of
from tracepack.core.runs import Group, Input, Output, RunFlow

#: A Carbon Share is stated to a percent at best.
_SHARE_SLACK = 0.005


@dataclass(frozen=True, slots=True)
class Feed:
    """One input of a conversion: dry mass in mg (None: not known) and its composition."""

    item: Input
    dry: float | None
    matter: Mapping[Root, float]

    @property
    def carbon(self) -> Interval | None:
        """Organic carbon in mg, None where the mass is not known."""
        if self.dry is None:
            return None
        span = carbon_range(self.matter)
        return Interval(self.dry * span.low, self.dry * span.high)

    @property
    def share(self) -> float | None:
        """The stated Carbon Share, None where blank."""
        stated = self.item.row.carbon_share
        return None if stated is None else (stated.low + stated.high) / 2


@dataclass(frozen=True, slots=True)
class Converted:
    """A group's outcome: for each output what is known of it; each input's part of the carbon; the unknown part; findings."""

    products: tuple[Props, ...]
    parts: tuple[float, ...]
    unknown: float
    findings: tuple[Finding, ...]


def convert(
    flow: RunFlow, group: Group, feeds: Sequence[Feed], dry_out: Sequence[float | None], catalogue: Catalogue, weighing: float
) -> Converted:
    """Carry carbon through a conversion; ``dry_out`` is each output's dry mass in mg."""
    given = _sum_or_none([f.carbon for f in feeds])
    balance = _balance(group, given, dry_out, catalogue)
    carbon_out = _carbon_out(group, dry_out, balance, catalogue)
    parts = _parts(feeds)
    excess = _excess(feeds, parts, given, carbon_out, weighing)
    unknown = min(1.0, sum(excess))
    kept = [max(0.0, p - e) for p, e in zip(parts, excess, strict=True)]
    scale = (1.0 - unknown) / sum(kept) if sum(kept) > 0 else 0.0
    parts_kept = [p * scale for p in kept]
    missing = 1.0 - sum(parts_kept)
    bio = _bio(feeds, parts_kept, missing)
    rank = _rank(feeds, parts_kept, missing)
    products = tuple(product_props(o.lot.owner, o.row.material, flow.run.date, catalogue, bio, rank, balance) for o in group.outputs)
    findings = (_finding(flow, feeds, given, carbon_out, unknown),) if unknown > 0 else ()
    return Converted(products, tuple(parts_kept), missing, findings)


def _sum_or_none(spans: Sequence[Interval | None]) -> Interval | None:
    known = [s for s in spans if s is not None]
    return Interval(sum(s.low for s in known), sum(s.high for s in known)) if len(known) == len(spans) else None


def _output_carbon(output: Output, catalogue: Catalogue) -> Interval | None:
    return known_carbon(output.lot.owner, output.row.material, output.row.date, catalogue)


def _balance(group: Group, given: Interval | None, dry_out: Sequence[float | None], catalogue: Catalogue) -> Interval:
    """Organic carbon per kg of the outputs whose material does not say it: what went in, less the others', over their mass."""
    open_mass, taken = 0.0, 0.0
    for output, dry in zip(group.outputs, dry_out, strict=True):
        known = _output_carbon(output, catalogue)
        if dry is None:
            return UNKNOWN_SHARE
        if known is None:
            open_mass += dry
        else:
            taken += dry * (known.low + known.high) / 2
    if given is None or open_mass <= 0:
        return UNKNOWN_SHARE
    whole = open_mass + group.plain_loss_mg
    low, high = ((x - taken) / whole for x in (given.low, given.high))
    return Interval(min(1.0, max(0.0, low)), min(1.0, max(0.0, high)))


def _carbon_out(group: Group, dry_out: Sequence[float | None], balance: Interval, catalogue: Catalogue) -> Interval | None:
    spans: list[Interval | None] = []
    for output, dry in zip(group.outputs, dry_out, strict=True):
        span = _output_carbon(output, catalogue) or balance
        spans.append(None if dry is None else Interval(dry * span.low, dry * span.high))
    return _sum_or_none(spans)


def _parts(feeds: Sequence[Feed]) -> list[float]:
    """Each input's part of the outputs' carbon: as stated; the rest by own carbon (its middle where it is a span)."""
    stated = [f.share for f in feeds]
    rest = max(0.0, 1.0 - sum(s for s in stated if s is not None))
    own = [0.0 if f.share is not None or f.carbon is None else (f.carbon.low + f.carbon.high) / 2 for f in feeds]
    whole = sum(own)
    return [s if s is not None else (rest * o / whole if whole > 0 else 0.0) for s, o in zip(stated, own, strict=True)]


def _excess(
    feeds: Sequence[Feed], parts: Sequence[float], given: Interval | None, carbon_out: Interval | None, weighing: float
) -> list[float]:
    """For each input the part of the outputs' carbon that it cannot have given."""
    if carbon_out is None or carbon_out.high <= 0:
        return [0.0] * len(feeds)
    excess = []
    for feed, part in zip(feeds, parts, strict=True):
        has = feed.carbon
        slack = _SHARE_SLACK if feed.share is not None else 0.0
        if has is None or (part - slack) * carbon_out.low <= has.high * (1.0 + weighing):
            excess.append(0.0)
        else:
            excess.append(max(0.0, part - has.low / carbon_out.high))
    if any(excess) or given is None or carbon_out.low <= given.high * (1.0 + weighing):
        return excess
    over = 1.0 - given.low / carbon_out.high
    return [over * part for part in parts]


def _bio(feeds: Sequence[Feed], parts: Sequence[float], unknown: float) -> Interval:
    """The bio share of the outputs' carbon: stated parts by their own share, the rest jointly by own carbon."""
    low, high = 0.0, max(0.0, unknown)
    blank = [f for f in feeds if f.share is None]
    for feed, part in zip(feeds, parts, strict=True):
        if feed.share is not None and part > 0:
            span = bio_range(feed.matter) or UNKNOWN_SHARE
            low, high = low + part * span.low, high + part * span.high
    rest = sum(p for f, p in zip(feeds, parts, strict=True) if f.share is None)
    if rest > 0:
        span = _joint(blank)
        low, high = low + rest * span.low, high + rest * span.high
    low, high = max(0.0, low), min(1.0, high)
    return Interval(min(low, high), high)


def _joint(feeds: Sequence[Feed]) -> Interval:
    """The bio share of several inputs' carbon together; any of them where a mass is not known."""
    if any(f.dry is None for f in feeds):
        spans = [bio_range(f.matter) or UNKNOWN_SHARE for f in feeds]
        return Interval(min(s.low for s in spans), max(s.high for s in spans))
    terms = [
        Term((f.dry or 0.0) * piece.share, hull(region_of(p) for p in piece.options).organic)
        for f in feeds
        for piece in pieces_of(f.matter)
        if not piece.water
    ]
    return ratio_range(terms) or UNKNOWN_SHARE


def _rank(feeds: Sequence[Feed], parts: Sequence[float], unknown: float) -> str:
    """The weakest evidence of any input's bio share that counts; a conversion is calculated at best."""
    if unknown > 0.0005:
        return "assumed"
    ranks = {"calculated"} | {weakest(f.matter, "bio_carbon_toc") for f, p in zip(feeds, parts, strict=True) if p > 0.0005}
    return next((rank for rank in RANKS if rank in ranks), "calculated")


def _finding(flow: RunFlow, feeds: Sequence[Feed], given: Interval | None, carbon_out: Interval | None, unknown: float) -> Finding:
    went_in = "unknown" if given is None else f"{given.high / 1e6:.6g} kg at most"
    came_out = "unknown" if carbon_out is None else f"{carbon_out.low / 1e6:.6g} kg at least"
    said = f"Run {flow.run.key.number}: organic carbon in {went_in}, out {came_out}"
    outs = tuple(r.source.ref("quantity") for r in flow.run.rows if r.direction == "out")
    return Finding(
        "carbon-not-balanced",
        Severity.ERROR,
        f"{said}; {percent_text(unknown, 1)} of the outputs' carbon has no input.",
        "Correct a quantity, a Carbon Share % or an Organic Carbon %, or add the missing input; the excess is an unknown input.",
        tuple(f.item.row.source.ref("quantity") for f in feeds) + outs,
    )

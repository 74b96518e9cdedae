"""Attributed content of made lots: what attributions give them, and what they take along into later runs.

It is bookkeeping, apart from every physical figure.  A delivery's attributed content enters its site's books and stops there;
regrind, and what a loop of runs feeds back to itself, carries none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tracepack.core.findings import SourceRef
from tracepack.core.ledger import LotKey, Run
from tracepack.core.library import is_regrind
from tracepack.core.lineage import Lineage, sources_first, upstream
from tracepack.core.pools import pool_of
from tracepack.core.quantity import Interval, mass_mg
from tracepack.core.runs import Group, Input

_Share = tuple[Fraction, Fraction]
_Given = tuple[int, list[SourceRef]]
_NONE: _Share = (Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True)
class Attributed:
    """A lot's attributed mass over its as-is mass (above 1 is more than there is), and the cells that state it."""

    low: Fraction
    high: Fraction
    refs: tuple[SourceRef, ...]

    @property
    def share(self) -> Interval:
        """The share as it may be shown, at most 1."""
        return Interval(float(min(self.low, Fraction(1))), float(min(self.high, Fraction(1))))


def attributed_content(lineage: Lineage, lot: LotKey) -> Attributed | None:
    """What is attributed to a canonical lot, directly and by the lots it was made from; None where nothing is.

    Where a mass on the way is not known, the low end leaves out what passes there.
    """
    given, shares = _shares(lineage, [lot])
    low, high = shares.get(lot, _NONE)
    refs = tuple(ref for name in sorted(given) for ref in given[name][1])
    return Attributed(low, high, refs) if high > 0 else None


def attributed_shares(lineage: Lineage, lots: Iterable[LotKey]) -> dict[LotKey, Fraction]:
    """The least attributed share of each of many canonical lots (above 1 is more than there is), in one walk; only those with any."""
    wanted = list(lots)
    _, shares = _shares(lineage, wanted)
    return {lot: shares[lot][0] for lot in wanted if shares.get(lot, _NONE)[1] > 0}


def _shares(lineage: Lineage, lots: Iterable[LotKey]) -> tuple[dict[LotKey, _Given], dict[LotKey, _Share]]:
    """What is attributed upstream of some lots, and the share of every lot there, themselves included; {} where nothing is."""
    reached = upstream(lineage, lots) if lineage.attributions else {}
    given = {name: own for name in reached if (own := _given(lineage, name))[0]}
    if not given:
        return {}, {}
    return given, _followed(lineage, reached, given)


def carried_shares(lineage: Lineage, lots: Iterable[LotKey], given: Mapping[LotKey, int]) -> dict[LotKey, Fraction]:
    """The least share of some canonical lots that comes from what is ``given`` (milligrams by lot), as masses of runs carry it."""
    return {lot: low for lot, (low, _) in carried_spans(lineage, lots, given).items()}


def carried_spans(lineage: Lineage, lots: Iterable[LotKey], given: Mapping[LotKey, int]) -> dict[LotKey, _Share]:
    """The least and the most share of some canonical lots that comes from what is ``given``; both 0 where nothing does."""
    wanted = list(lots)
    shares = _followed(lineage, upstream(lineage, wanted), {lot: (mass, []) for lot, mass in given.items()})
    return {lot: shares[lot] for lot in wanted}


def _followed(lineage: Lineage, reached: Iterable[LotKey], given: Mapping[LotKey, _Given]) -> dict[LotKey, _Share]:
    """The share of every one of some lots that nothing upstream is missing of."""
    names = list(reached)
    made_of = {name: [item.lot for run in lineage.makers.get(name, ()) for item in _inputs(lineage, run)] for name in names}
    shares: dict[LotKey, _Share] = {}
    for group in sources_first(names, made_of):
        shares.update({name: _share(lineage, name, given, shares) for name in group})  # only now: a loop carries nothing to itself
    return shares


def _given(lineage: Lineage, lot: LotKey) -> _Given:
    """Milligrams attributed to a canonical lot by name, with their cells."""
    rows = [(mass, row) for row in lineage.attributions.get(lot, ()) if (mass := mass_mg(row.quantity, row.unit)) is not None]
    return sum(mass for mass, _ in rows), [row.source.ref("quantity") for _, row in rows]


def _share(lineage: Lineage, lot: LotKey, given: Mapping[LotKey, _Given], known: Mapping[LotKey, _Share]) -> _Share:
    """A lot's own attributions and what its runs bring, over all that entered it."""
    mass = pool_of(lineage, lot).mass_mg
    direct = given[lot][0] if lot in given else 0
    carried = _carried(lineage, lot, known)
    if not mass:  # what was attributed is known, the whole is not
        high = max((high for _, high, _ in carried), default=Fraction(0))
        return Fraction(0), max(high, Fraction(1)) if direct else high
    low = sum((least * part for least, _, part in carried), Fraction(direct))
    high = sum((most * part for _, most, part in carried), Fraction(direct))
    return low / mass, high / mass


def _carried(lineage: Lineage, lot: LotKey, known: Mapping[LotKey, _Share]) -> list[tuple[Fraction, Fraction, int]]:
    """Share and milligrams of each output that entered the lot from a run; regrind brings none."""
    if is_regrind(lineage.material(lot)):
        return []
    parts: list[tuple[Fraction, Fraction, int]] = []
    for run in lineage.makers.get(lot, ()):
        for group in lineage.flow(run).groups:
            share = _of_group(lineage, run, group, known)
            parts += [(*share, output.mass_mg or 0) for output in group.outputs if output.lot == lot]
    return parts


def _of_group(lineage: Lineage, run: Run, group: Group, known: Mapping[LotKey, _Share]) -> _Share:
    """The share that a group's outputs have in common: attributed mass in over all mass in, or over what came out if that is more."""
    inputs = [*group.inputs, *group.shared]
    shares = [known.get(item.lot, _NONE) for item in inputs]
    if not any(high for _, high in shares):
        return _NONE
    masses = [item.mass_mg for item in inputs]
    out = group.out_mg
    if None in masses or out is None or (group.shared and len(lineage.flow(run).groups) > 1):
        return Fraction(0), max(high for _, high in shares)
    whole = max(sum(m or 0 for m in masses), out)
    if not whole:
        return _NONE
    low, high = (sum((share[end] * (m or 0) for share, m in zip(shares, masses, strict=True)), Fraction(0)) for end in (0, 1))
    return low / whole, high / whole


def _inputs(lineage: Lineage, run: Run) -> list[Input]:
    return [item for group in lineage.flow(run).groups for item in (*group.inputs, *group.shared)]

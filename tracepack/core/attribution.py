"""Attributed content of made lots: what attributions give them, and what they take along into later runs.

It is bookkeeping, apart from every physical figure.  A delivery's attributed content enters its site's books and stops there;
regrind, and what a loop of runs feeds back to itself, carries none.  What is attributed to a lot is spread evenly over all of it;
what lots bring along follows their dated states, as matter does: a draw carries nothing that was put in after its day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tracepack.core.findings import SourceRef
from tracepack.core.ledger import LotKey, Run
from tracepack.core.lineage import Lineage, sources_first, upstream
from tracepack.core.pools import Inflow, Pool, State, pool_of
from tracepack.core.quantity import Interval, mass_mg
from tracepack.core.runs import Group, Input

_Share = tuple[Fraction, Fraction]
_Given = tuple[int, list[SourceRef]]
_NONE: _Share = (Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True)
class Attributed:
    """A lot's attributed mass over its as-is mass (above 1 is more than there is), over the dated states that anyone drew.

    ``lots`` are those to which it was attributed, ``refs`` the cells that state it.
    """

    low: Fraction
    high: Fraction
    lots: tuple[LotKey, ...]
    refs: tuple[SourceRef, ...]

    @property
    def share(self) -> Interval:
        """The share as it may be shown, at most 1."""
        return Interval(float(min(self.low, Fraction(1))), float(min(self.high, Fraction(1))))


def attributed_content(lineage: Lineage, lot: LotKey, on: dt.date | None = None) -> Attributed | None:
    """What is attributed to a canonical lot, directly and by the lots it was made from; None where nothing is.

    Where a mass on the way is not known, the low end leaves out what passes there.  ``on`` a day: of its state then.
    """
    walk = _walked(lineage, [lot])
    if walk is None:
        return None
    states = walk.seen(lot) if on is None else [walk.pool(lot).state_on(on)]
    low, high = walk.span(lot, states)
    if high <= 0:
        return None
    lots = sorted(walk.behind(lot, states))
    return Attributed(low, high, tuple(lots), tuple(ref for name in lots for ref in walk.given[name][1]))


def attributed_shares(lineage: Lineage, lots: Iterable[LotKey]) -> dict[LotKey, Fraction]:
    """The least attributed share of each of many canonical lots (above 1 is more than there is), in one walk; only those with any."""
    wanted = list(lots)
    walk = _walked(lineage, wanted)
    spans = {} if walk is None else {lot: walk.span(lot, walk.seen(lot)) for lot in wanted}
    return {lot: low for lot, (low, high) in spans.items() if high > 0}


def carried_shares(lineage: Lineage, lots: Iterable[LotKey], given: Mapping[LotKey, int]) -> dict[LotKey, Fraction]:
    """The least share of some canonical lots that comes from what is ``given`` (milligrams by lot), as masses of runs carry it."""
    return {lot: low for lot, (low, _) in carried_spans(lineage, lots, given).items()}


def carried_spans(lineage: Lineage, lots: Iterable[LotKey], given: Mapping[LotKey, int]) -> dict[LotKey, _Share]:
    """The least and the most share of some canonical lots that comes from what is ``given``; both 0 where nothing does."""
    wanted = list(lots)
    walk = _Walk(lineage, {lot: (mass, []) for lot, mass in given.items()})
    walk.through(upstream(lineage, wanted))
    return {lot: walk.span(lot, walk.seen(lot)) for lot in wanted}


def stopped_at(lineage: Lineage, lot: LotKey) -> list[LotKey]:
    """The lots of regrind that a canonical lot is made of, itself included, at which what was attributed to their inputs stops."""
    walk = _walked(lineage, [lot])
    if walk is None:
        return []
    regrind = [name for name in walk.shares if lineage.makers.get(name) and lineage.is_regrind(name)]
    runs = {name: [flow for run in lineage.makers[name] for flow in _inputs(lineage, run)] for name in regrind}
    return sorted(name for name, inputs in runs.items() if any(walk.span(item.lot, walk.seen(item.lot))[1] > 0 for item in inputs))


def _walked(lineage: Lineage, lots: Iterable[LotKey]) -> _Walk | None:
    """The shares of everything upstream of some lots; None where nothing is attributed there."""
    reached = upstream(lineage, lots) if lineage.attributions else {}
    given = {name: own for name in reached if (own := _given(lineage, name))[0]}
    if not given:
        return None
    walk = _Walk(lineage, given)
    walk.through(reached)
    return walk


def _given(lineage: Lineage, lot: LotKey) -> _Given:
    """Milligrams attributed to a canonical lot by name, with their cells."""
    rows = [(mass, row) for row in lineage.attributions.get(lot, ()) if (mass := mass_mg(row.quantity, row.unit)) is not None]
    return sum(mass for mass, _ in rows), [row.source.ref("quantity") for _, row in rows]


def _inputs(lineage: Lineage, run: Run) -> list[Input]:
    return [item for group in lineage.flow(run).groups for item in (*group.inputs, *group.shared)]


def _over(before: Fraction, brought: Fraction, state: State) -> list[Fraction]:
    """A state's share when it keeps ``before`` of what was left and milligrams are ``brought``; where it is open how much was left,
    also with nothing of it."""
    came = state.unknown_mg + sum(flow.mass_mg or 0 for flow in state.inflows)
    whole = came + state.before_mg
    shares = [Fraction(before * state.before_mg + brought, whole) if whole else before]
    if state.open and state.before_mg:
        shares.append(Fraction(brought, whole if state.unknown_mg else came) if came else Fraction(0))
    return shares


@dataclass
class _Walk:
    """Shares of lots by dated state, sources first; ``given`` is what lots were given by name."""

    lineage: Lineage
    given: Mapping[LotKey, _Given]
    shares: dict[LotKey, tuple[_Share, ...]] = field(default_factory=dict)
    _loops: dict[LotKey, int] = field(default_factory=dict)
    _pools: dict[LotKey, Pool] = field(default_factory=dict)

    def through(self, reached: Iterable[LotKey]) -> None:
        """Find the shares of some lots that nothing upstream is missing of."""
        names = list(reached)
        made_of = {name: [item.lot for run in self.lineage.makers.get(name, ()) for item in _inputs(self.lineage, run)] for name in names}
        for number, group in enumerate(sources_first(names, made_of)):
            self._loops.update(dict.fromkeys(group, number))
            self.shares.update({name: self._states(name) for name in group})  # only now: a loop carries nothing to itself

    def pool(self, lot: LotKey) -> Pool:
        """A lot's days, followed once."""
        if lot not in self._pools:
            self._pools[lot] = pool_of(self.lineage, lot)
        return self._pools[lot]

    def seen(self, lot: LotKey) -> Sequence[int]:
        """The states of a lot that anyone drew."""
        return self.pool(lot).seen

    def span(self, lot: LotKey, states: Iterable[int]) -> _Share:
        """The least and the most share of some states of a lot."""
        shares = [self.shares[lot][i] for i in states] if lot in self.shares else []
        return (min(low for low, _ in shares), max(high for _, high in shares)) if shares else _NONE

    def behind(self, lot: LotKey, states: Iterable[int]) -> set[LotKey]:
        """The lots from which anything given reaches some states of a lot."""
        waiting = [(lot, i) for i in states]
        met = set(waiting)
        while waiting:
            name, i = waiting.pop()
            before = [(name, i - 1)] if i and self.pool(name).states[i].before_mg else []
            for node in (*before, *self._fed_by(name, self.pool(name).states[i])):
                if node not in met and self.span(node[0], [node[1]])[1] > 0:
                    met.add(node)
                    waiting.append(node)
        return {name for name, _ in met if name in self.given}

    def _fed_by(self, lot: LotKey, state: State) -> list[tuple[LotKey, int]]:
        """The states of lots that the runs of a state's inflows drew, those of its own loop left out."""
        if self.lineage.is_regrind(lot):
            return []
        runs = [(flow.run, flow.place) for flow in state.inflows if flow.run is not None and flow.mass_mg != 0]
        groups = [(run, self.lineage.flow(run).groups[place[0]]) for run, place in runs]
        drawn = [(run, item) for run, group in groups for item in (*group.inputs, *group.shared) if item.mass_mg != 0]
        others = [(run, item.lot) for run, item in drawn if self._loops.get(item.lot) != self._loops[lot]]
        return [(name, self.pool(name).state_on(run.date)) for run, name in others]

    def _states(self, lot: LotKey) -> tuple[_Share, ...]:
        """A lot's own attributions over all that entered it, and in each state what its runs brought by then."""
        pool = self.pool(lot)
        direct = self.given[lot][0] if lot in self.given else 0
        if not pool.mass_mg:  # what was attributed is known, the whole is not
            inflows = () if self.lineage.is_regrind(lot) else pool.inflows
            high = max((self._brought(flow)[1] for flow in inflows), default=Fraction(0))
            return ((Fraction(0), max(high, Fraction(1)) if direct else high),) * max(1, len(pool.states))
        own, regrind = Fraction(direct, pool.mass_mg), self.lineage.is_regrind(lot)
        found: list[_Share] = []
        low = high = Fraction(0)
        for state in pool.states:
            brought = [(self._brought(flow), flow.mass_mg or 0) for flow in state.inflows if not regrind]
            sums = [sum((share[end] * mass for share, mass in brought), Fraction(0)) for end in (0, 1)]
            low, high = min(_over(low, sums[0], state)), max(_over(high, sums[1], state))
            found.append((own + low, own + high))
        return tuple(found)

    def _brought(self, flow: Inflow) -> _Share:
        """The share that an inflow brings along: a delivery brings nothing."""
        if flow.run is None:
            return _NONE
        return self._of_group(flow.run, self.lineage.flow(flow.run).groups[flow.place[0]])

    def _of_group(self, run: Run, group: Group) -> _Share:
        """The share that a group's outputs have in common: attributed mass in over all mass in, or over what came out if that is more."""
        inputs = [*group.inputs, *group.shared]
        shares = [self._drawn(item.lot, run) for item in inputs]
        if not any(high for _, high in shares):
            return _NONE
        masses = [item.mass_mg for item in inputs]
        out = group.out_mg
        if None in masses or out is None or (group.shared and len(self.lineage.flow(run).groups) > 1):
            return Fraction(0), max(high for _, high in shares)
        whole = max(sum(m or 0 for m in masses), out)
        if not whole:
            return _NONE
        low, high = (sum((share[end] * (m or 0) for share, m in zip(shares, masses, strict=True)), Fraction(0)) for end in (0, 1))
        return low / whole, high / whole

    def _drawn(self, lot: LotKey, run: Run) -> _Share:
        """The share of what a run drew of a lot on its day; nothing of a lot of its own loop."""
        return self.shares[lot][self.pool(lot).state_on(run.date)] if lot in self.shares else _NONE

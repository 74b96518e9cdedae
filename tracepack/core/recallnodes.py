"""A lineage forwards: each dated state of a lot and each group of a run as shares of what it was made of.

Only what lies downstream is followed; what else went into a run counts by its mass, and by its water where that matters.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracepack.core.ledger import LotKey, Run, RunKey
from tracepack.core.lineage import Lineage
from tracepack.core.mixing import NodeKey
from tracepack.core.mixture import Mixture
from tracepack.core.pools import Inflow, Pool, pool_of
from tracepack.core.recallmatter import BOTH, DRY, WET, Drawn, Feed, Gone, Key, Node
from tracepack.core.recallruns import Balance, balances_of
from tracepack.core.runs import RunFlow


@dataclass(frozen=True, slots=True)
class Forward:
    """Everything downstream of some lots: pools, runs, nodes and what left on the way.  ``moist`` is each state's volatile share."""

    lineage: Lineage
    pools: Mapping[LotKey, Pool]
    runs: tuple[Run, ...]
    nodes: Mapping[Key, Node]
    gone: tuple[Gone, ...]
    moist: Mapping[Key, float]
    balances: Mapping[RunKey, tuple[Balance, ...]]
    days: Mapping[LotKey, Sequence[dt.date]]

    def drawn_on(self, lot: LotKey, day: dt.date) -> list[tuple[Key, float]]:
        """The parts of the state that a draw on a day carries, with their shares of its as-is mass."""
        return _parts(self.moist, lot, state_on(self.days[lot], day))

    def left(self, lot: LotKey) -> list[tuple[Key, float]]:
        """The parts of what is left of a lot."""
        return _parts(self.moist, lot, len(self.days[lot]) - 1)

    def entering(self, inflow: Inflow) -> list[tuple[Key, float]]:
        """What a run's output is made of, by parts of its as-is mass; [] for a delivery."""
        return [] if inflow.run is None else _made_of(self.balances, inflow)


def needs_moisture(lineage: Lineage, runs: Iterable[Run]) -> bool:
    """Whether water or a conversion must be followed: then all that the runs took in must be known, and not only the subject."""
    for run in runs:
        flow = lineage.flow(run)
        if flow.chemical or any(g.volatile_loss_mg for g in flow.groups):
            return True
        if any(o.moisture is not None for g in flow.groups for o in g.outputs):
            return True
    return False


def reached_lots(lineage: Lineage, seeds: Iterable[LotKey]) -> tuple[dict[LotKey, None], dict[RunKey, Run]]:
    """Every lot that may hold any of the seeds, those included, and the runs between; no recursion, no cap."""
    pools_of: dict[LotKey, list[LotKey]] = {}
    for pool, members in lineage.pooled.items():
        for member in members:
            pools_of.setdefault(member, []).append(pool)
    lots: dict[LotKey, None] = dict.fromkeys(sorted(seeds))
    runs: dict[RunKey, Run] = {}
    frontier = list(lots)
    while frontier:
        met: list[LotKey] = []
        for lot in frontier:
            met += pools_of.get(lot, ())
            for run in lineage.takers.get(lot, ()):
                if run.key not in runs:
                    runs[run.key] = run
                    met += [o.lot for g in lineage.flow(run).groups for o in g.outputs]
        frontier = [lot for lot in dict.fromkeys(met) if lot not in lots]
        lots.update(dict.fromkeys(frontier))
    return lots, runs


def forward_of(lineage: Lineage, seeds: Iterable[LotKey], mixture: Mixture | None = None) -> Forward:
    """Follow some canonical lots; ``mixture`` of everything behind the lots they reach where `needs_moisture` says so."""
    lots, runs = reached_lots(lineage, seeds)
    pools = {lot: pool_of(lineage, lot) for lot in lots}
    days = {lot: [s.date for s in pool.states] for lot, pool in pools.items()}
    ordered = tuple(sorted(runs.values(), key=lambda r: (r.date, r.key)))
    moist = _moistures(pools, mixture)
    balances = {run.key: balances_of(lineage, lineage.flow(run), mixture) for run in ordered}
    nodes: dict[Key, Node] = {}
    gone: list[Gone] = []
    for run in ordered:
        drawn = _draw(days, moist, run)
        for number, balance in enumerate(balances[run.key]):
            balance.add_nodes(nodes, run, number, drawn)
            gone += balance.gone(run, number)
        gone += _lots_lost(lineage, lineage.flow(run), drawn)
    for lot, pool in pools.items():
        kept = _kept(pool, days[lot])
        for number in range(len(pool.states)):
            _add_state(nodes, pool, number, kept[number], moist, balances, mixture)
    return Forward(lineage, pools, ordered, nodes, tuple(gone), moist, balances, days)


def _moistures(pools: Mapping[LotKey, Pool], mixture: Mixture | None) -> dict[Key, float]:
    """Each state's volatile share, {} where water is not followed; 0 where nobody knows it: all its matter is then one part."""
    if mixture is None:
        return {}
    found = {}
    for lot in pools:
        for number in range(len(pools[lot].states)):
            state: NodeKey = ("state", lot, number)
            found["state", lot, number, DRY] = 0.0 if state in mixture.damp.nodes else mixture.volatile[state]
    return found  # type: ignore[return-value]


def _parts(moist: Mapping[Key, float], lot: LotKey, number: int) -> list[tuple[Key, float]]:
    wet = moist.get(("state", lot, number, DRY), 0.0)
    parts: list[tuple[Key, float]] = [(("state", lot, number, DRY), 1.0 - wet)]
    return [*parts, (("state", lot, number, WET), wet)] if wet else parts


def _draw(days: Mapping[LotKey, Sequence[dt.date]], moist: Mapping[Key, float], run: Run) -> Drawn:
    """What a run draws of a lot: the dated state's parts; [] for a lot that holds nothing of the subject."""

    def drawn(lot: LotKey) -> Sequence[tuple[Key, float]]:
        return _parts(moist, lot, state_on(days[lot], run.date)) if lot in days else ()

    return drawn


def _lots_lost(lineage: Lineage, flow: RunFlow, drawn: Drawn) -> Iterator[Gone]:
    """Losses that name a lot: of what went in, and of lots that did not; and all of a run that puts nothing out."""
    taken: dict[int, tuple[LotKey, float | None]] = {}
    named = {lineage.canonical(row.lot) for row in flow.run.rows if row.direction == "loss" and row.lot is not None}
    for group in flow.groups:
        for item in (*group.inputs, *group.shared):
            known = item.mass_mg is not None and item.net_mg is not None
            lost = float((item.mass_mg or 0) - (item.net_mg or 0)) if known else None if item.lot in named else 0.0
            taken[id(item.row)] = (item.lot, lost)
    rows = [(lot, lost) for lot, lost in taken.values() if lost != 0]
    rows += [(lot, None if mass is None else float(mass)) for lot, mass, row in flow.draws if row.direction == "loss"]
    for lot, mass in rows:
        for key, share in drawn(lot):
            yield Gone(flow.run, "lost", key, None if mass is None else mass * share)
    if not flow.groups:
        yield from _nothing_made(flow, drawn)


def _nothing_made(flow: RunFlow, drawn: Drawn) -> Iterator[Gone]:
    """A run without outputs: its losses take their share of everything, the rest is not accounted for."""
    took = [(lot, mass) for lot, mass, row in flow.draws if row.direction == "in"]
    known = None not in [mass for _, mass in took] and flow.loss_mg is not None
    whole = sum(mass or 0 for _, mass in took)
    lost = min(1.0, (flow.loss_mg or 0) / whole) if whole else 0.0
    for lot, mass in took:
        for key, share in drawn(lot):
            for kind, part in (("lost", lost), ("unaccounted", 1.0 - lost)):
                if part or not known:
                    yield Gone(flow.run, kind, key, (mass or 0) * share * part if known else None)


def _made_of(balances: Mapping[RunKey, tuple[Balance, ...]], inflow: Inflow) -> list[tuple[Key, float]]:
    assert inflow.run is not None
    group, output = inflow.place
    wet = balances[inflow.run.key][group].out_moist[output] if inflow.run.key in balances else 0.0
    if wet is None:
        return [(("group", inflow.run.key, group, BOTH), 1.0)]
    parts: list[tuple[Key, float]] = [(("group", inflow.run.key, group, DRY), 1.0 - wet)]
    return parts + ([(("group", inflow.run.key, group, WET), wet)] if wet else [])


def _add_state(
    nodes: dict[Key, Node],
    pool: Pool,
    number: int,
    kept: float,
    moist: Mapping[Key, float],
    balances: Mapping[RunKey, tuple[Balance, ...]],
    mixture: Mixture | None,
) -> None:
    """A dated state: what was left of the one before, what entered, what nobody recorded; each part by its own mass."""
    lot, state = pool.lot, pool.states[number]
    parts: dict[int, list[tuple[Key | None, float, Inflow | None]]] = {DRY: [], WET: []}
    damp = mixture is not None and ("state", lot, number) in mixture.damp.nodes
    if number and state.before_mg > 0:
        for key, share in _parts(moist, lot, number - 1):
            parts[DRY if damp else key[3]].append((key, state.before_mg * share, None))
    for inflow in state.inflows:
        mass = 1.0 if pool.mass_unknown else float(inflow.mass_mg or 0)
        for part, source, share in _entering(inflow, balances, mixture):
            parts[DRY if damp else part].append((source, mass * share, inflow))
    for part, weights in parts.items():
        unknown = float(state.unknown_mg) if part == DRY else 0.0
        whole = sum(mass for _, mass, _ in weights) + unknown
        if whole > 0:
            feeds = [Feed(source, mass / whole, mass / whole * kept, inflow) for source, mass, inflow in weights if mass]
            nodes["state", lot, number, part] = Node(
                feeds, unknown / whole, open=(pool.mass_unknown or damp) and len(weights) > 1, left_open=state.open and len(weights) > 1
            )


def _entering(
    inflow: Inflow, balances: Mapping[RunKey, tuple[Balance, ...]], mixture: Mixture | None
) -> Iterator[tuple[int, Key | None, float]]:
    """The parts of what enters: where each comes from (None: from outside all that is followed) and its share as-is."""
    if inflow.delivery is not None:
        wet = mixture.matter[id(inflow.delivery)].volatile if mixture is not None else 0.0
        yield DRY, None, 1.0 - wet
        if wet:
            yield WET, None, wet
        return
    assert inflow.run is not None
    if inflow.run.key not in balances:
        wet = mixture.product_volatile.get((inflow.run.key, *inflow.place), 0.0) if mixture is not None else 0.0
        yield DRY, None, 1.0 - wet
        if wet:
            yield WET, None, wet
        return
    for key, share in _made_of(balances, inflow):
        yield key[3], key, share


def _kept(pool: Pool, days: Sequence[dt.date]) -> list[float]:
    """What a kilogram drawn from each state carries: less than one where a little more was drawn than there was (weighing)."""
    drawn = [0] * len(pool.states)
    for draw in pool.draws:
        drawn[state_on(days, draw.date)] += draw.mass_mg or 0
    after = [*(state.before_mg for state in pool.states[1:]), pool.balance_mg]
    there = [s.before_mg + s.unknown_mg + sum(f.mass_mg or 0 for f in s.inflows) for s in pool.states]
    return [min(1.0, t / (d + a)) if d + a > 0 else 1.0 for t, d, a in zip(there, drawn, after, strict=True)]


def state_on(days: Sequence[dt.date], day: dt.date) -> int:
    """The index of the state that a draw on a day carries, by the states' first days."""
    return max(0, bisect_right(days, day) - 1)

"""Tracing a lot back to its origins and forward to its customers, with the mass on every link.

A link's mass is the input's kilograms (as-is) into a run, in proportion to the output asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracepack.core.content import Scope, scope_of
from tracepack.core.ledger import Delivery, LotKey, Run, RunKey, Shipment
from tracepack.core.lineage import BOOKKEPT, Lineage, downstream
from tracepack.core.mixing import NodeKey, order_nodes, throughput
from tracepack.core.mixture import Mixture
from tracepack.core.pools import Pool, pool_of


@dataclass(frozen=True, slots=True)
class Link:
    """Mass in mg (None: not known) from a lot, or a source (then ``run`` is None), into a lot."""

    start: LotKey | str
    end: LotKey
    run: RunKey | None
    mass_mg: int | None


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """Where a trace stops short, and why."""

    lot: LotKey
    reason: str
    mass_mg: int | None


@dataclass(frozen=True, slots=True)
class Trace:
    """Lots with the least number of runs between, links, and what is missing.  ``shipments`` only downstream."""

    lots: Mapping[LotKey, int]
    masses: Mapping[LotKey, int | None]
    links: tuple[Link, ...]
    open_ends: tuple[OpenEnd, ...]
    unaccounted_mg: int
    shipments: tuple[Shipment, ...]
    scope: Scope

    @property
    def complete(self) -> bool:
        """Whether every path reached an origin and every mass is accounted for."""
        return not self.open_ends


def trace_up(mixture: Mixture, asked: LotKey) -> Trace:
    """Everything a lot is made of, by the dated states its makers drew."""
    lot = mixture.lineage.canonical(asked)
    scope, depths = reach_up(mixture, lot)
    passing = _demand(mixture, lot)
    links = _run_links(mixture, scope, passing) + _source_links(mixture, scope, passing, lot)
    unaccounted = sum(_missing(mixture, run) * asked / (mixture.flows[run].out_mg or 1) for (run, _, _), asked in passing.by_output.items())
    ends = _open_ends(mixture, scope)
    return Trace(depths, _masses(mixture.pools, scope.lots), _sorted(links), ends, round(unaccounted), (), scope)


def reach_up(mixture: Mixture, lot: LotKey) -> tuple[Scope, dict[LotKey, int]]:
    """What a canonical lot is made of, and the runs between it and each lot of that, at least; no masses, which cost far more."""
    starts: list[NodeKey] = [("state", lot, i) for i in range(len(mixture.pools[lot].states))]
    scope = scope_of(mixture, starts)
    return scope, _run_depths(mixture, lot, scope)


def _run_depths(mixture: Mixture, lot: LotKey, scope: Scope) -> dict[LotKey, int]:
    """Runs between the asked lot and each reached lot, at least."""
    depths = {lot: 0}
    frontier = [lot]
    reached_runs = {run.key for run in scope.runs}
    while frontier:
        following = []
        for current in frontier:
            for run in mixture.lineage.makers.get(current, ()):
                if run.key not in reached_runs:
                    continue
                for group in mixture.flows[run.key].groups:
                    for item in (*group.inputs, *group.shared):
                        if item.lot not in depths:
                            depths[item.lot] = depths[current] + 1
                            following.append(item.lot)
        frontier = following
    return depths


def _masses(pools: Mapping[LotKey, Pool], lots: Mapping[LotKey, int]) -> dict[LotKey, int | None]:
    return {lot: pools[lot].mass_mg for lot in lots if lot in pools}


def _sorted(links: Sequence[Link]) -> tuple[Link, ...]:
    return tuple(sorted(links, key=lambda x: (str(x.end), str(x.run or ""), str(x.start))))


@dataclass(frozen=True, slots=True)
class _Demand:
    """As-is mg asked of each output lot of a run's group, and passing each state."""

    by_output: Mapping[tuple[RunKey, int, LotKey], float]
    states: Mapping[NodeKey, float]


def _demand(mixture: Mixture, lot: LotKey) -> _Demand:
    """Ask for all that entered a lot and follow it back on as-is mass; loops pass round as often as they do."""
    edges = _as_is_edges(mixture)
    order = order_nodes({node: [other for other, _ in made] for node, made in edges.items()})
    asked: dict[NodeKey, float] = {}
    by_output: dict[tuple[RunKey, int, LotKey], float] = {}
    for inflow in mixture.pools[lot].inflows:
        if inflow.run is not None:
            node: NodeKey = ("group", inflow.run.key, inflow.place[0])
            asked[node] = asked.get(node, 0.0) + float(inflow.mass_mg or 0)
            _add(by_output, (inflow.run.key, inflow.place[0], lot), float(inflow.mass_mg or 0))
    # what flows round into the asked lot again is part of what was asked for, and not asked for twice
    own = {("state", lot, i) for i in range(len(mixture.pools[lot].states))}
    passing = throughput(asked, lambda n: [] if n in own else edges[n], order) if asked else {}
    for node, amount in passing.items():
        if node[0] == "state" and node not in own:
            for other, share in edges[node]:
                if other[0] == "group":
                    _add(by_output, (other[1], other[2], node[1]), amount * share)
    return _Demand(by_output, passing)


def _add(sums: dict[tuple[RunKey, int, LotKey], float], key: tuple[RunKey, int, LotKey], amount: float) -> None:
    sums[key] = sums.get(key, 0.0) + amount


def _as_is_edges(mixture: Mixture) -> dict[NodeKey, list[tuple[NodeKey, float]]]:
    """States and groups as as-is shares of what they are made of; of a group, kg of input per kg of output."""
    edges: dict[NodeKey, list[tuple[NodeKey, float]]] = {}
    for lot, pool in mixture.pools.items():
        for number, state in enumerate(pool.states):
            parts: dict[NodeKey, float] = {}
            if state.before_mg > 0 and number:
                parts[("state", lot, number - 1)] = float(state.before_mg)
            whole = float(state.before_mg + state.unknown_mg + sum(f.mass_mg or 0 for f in state.inflows))
            for inflow in state.inflows:
                if inflow.run is not None:
                    node: NodeKey = ("group", inflow.run.key, inflow.place[0])
                    parts[node] = parts.get(node, 0.0) + float(inflow.mass_mg or 0)
            edges[("state", lot, number)] = [(n, m / whole if whole else 0.0) for n, m in parts.items()]
    for key, flow in mixture.flows.items():
        for group_no, group in enumerate(flow.groups):
            out, all_out = float(group.out_mg or 0), float(flow.out_mg or 0)
            made: dict[NodeKey, float] = {}
            for items, base in ((group.inputs, out), (group.shared, all_out)):
                for item in items:
                    node = mixture.state(item.lot, flow.run)
                    made[node] = made.get(node, 0.0) + (float(item.mass_mg or 0) / base if base else 0.0)
            edges[("group", key, group_no)] = list(made.items())
    return edges


def _run_links(mixture: Mixture, scope: Scope, passing: _Demand) -> list[Link]:
    links: dict[tuple[LotKey, LotKey, RunKey], int | None] = {}
    for run in scope.runs:
        flow = mixture.flows[run.key]
        for group_no, group in enumerate(flow.groups):
            for lot in dict.fromkeys(o.lot for o in group.outputs):
                asked = passing.by_output.get((run.key, group_no, lot))
                if asked is None or lot not in scope.lots:
                    continue
                for items, base in ((group.inputs, group.out_mg), (group.shared, flow.out_mg)):
                    for item in items:
                        mass = None if item.mass_mg is None or not base else round(item.mass_mg * asked / base)
                        key = (item.lot, lot, run.key)
                        before = links.get(key, 0)
                        links[key] = None if before is None or mass is None else before + mass
    return [Link(start, end, run, mass) for (start, end, run), mass in links.items()]


def _source_links(mixture: Mixture, scope: Scope, passing: _Demand, asked: LotKey) -> list[Link]:
    """From feedstock sources to delivered lots, in proportion to what of each delivery is asked for."""
    links: dict[tuple[str, LotKey], int] = {}
    for lot in scope.lots:
        pool = mixture.pools[lot]
        for number, state in enumerate(pool.states):
            node: NodeKey = ("state", lot, number)
            if node not in scope.nodes:
                continue
            whole = state.before_mg + state.unknown_mg + sum(f.mass_mg or 0 for f in state.inflows)
            amount = passing.states.get(node, 0.0)
            for inflow in state.inflows:
                if inflow.delivery is None or inflow.mass_mg is None or inflow.delivery.chain_of_custody in BOOKKEPT:
                    continue
                mass = float(inflow.mass_mg) if lot == asked else amount * inflow.mass_mg / whole
                for source, share in mixture.lineage.source_shares(inflow.delivery):
                    links[(source, lot)] = links.get((source, lot), 0) + round(mass * share)
    return [Link(source, lot, None, mass) for (source, lot), mass in links.items()]


def _missing(mixture: Mixture, key: RunKey) -> float:
    """A run's unaccounted mass in mg where it is above tolerance, else 0."""
    flow = mixture.flows[key]
    missing = flow.unaccounted_mg
    limit = mixture.lineage.ledger.settings.unaccounted_tolerance * (flow.in_mg or 0)
    return float(missing) if missing is not None and not flow.chemical and missing > limit else 0.0


def _open_ends(mixture: Mixture, scope: Scope) -> tuple[OpenEnd, ...]:
    """Everything that keeps a trace from being complete, each with its reason."""
    ends: list[OpenEnd] = []
    for lot in scope.lots:
        ends.extend(_lot_ends(mixture, lot, scope))
    for delivery in scope.deliveries:
        if not delivery.opening:
            ends.extend(_delivery_ends(mixture.lineage, delivery))
    for run in scope.runs:
        ends.extend(_run_ends(mixture, run))
    unique = dict.fromkeys(ends)
    return tuple(sorted(unique, key=lambda e: (e.lot, e.reason)))


def _lot_ends(mixture: Mixture, lot: LotKey, scope: Scope) -> list[OpenEnd]:
    pool = mixture.pools[lot]
    if pool.origin_missing:
        return [OpenEnd(lot, "neither delivered, nor in opening stock, nor made by a run", None)]
    if lot in mixture.self_fed:
        return [OpenEnd(lot, mixture.self_fed[lot], None)]
    short = sum(s.unknown_mg for i, s in enumerate(pool.states) if ("state", lot, i) in scope.nodes)
    if short:
        early = any(f.name == "lot-used-before-made" for f in pool.findings)
        return [OpenEnd(lot, "taken from before it was there" if early else "more was taken than there was", short)]
    if pool.mass_unknown:
        return [OpenEnd(lot, "a mass that went in is not known", None)]
    if any(s.open for i, s in enumerate(pool.states) if ("state", lot, i) in scope.nodes):
        return [OpenEnd(lot, "a mass that was taken is not known", None)]
    return []


def _delivery_ends(lineage: Lineage, delivery: Delivery) -> list[OpenEnd]:
    mass = lineage.delivery_mg(delivery)
    if delivery.chain_of_custody in BOOKKEPT:
        reason = f"delivered under {delivery.chain_of_custody}: its source is attributed, the physical origin is not known"
        return [OpenEnd(delivery.lot, reason, mass)]
    if not lineage.source_shares(delivery):
        return [OpenEnd(delivery.lot, "delivered without a feedstock source", mass)]
    return []


def _run_ends(mixture: Mixture, run: Run) -> list[OpenEnd]:
    flow = mixture.flows[run.key]
    lot = next((o.lot for g in flow.groups for o in g.outputs), None)
    if lot is None:
        return []
    if flow.in_mg is None or flow.out_mg is None or flow.loss_mg is None:
        return [OpenEnd(lot, f"run {run.key.number} has a row of unknown mass", None)]
    missing = flow.unaccounted_mg or 0
    settings = mixture.lineage.ledger.settings
    if not flow.chemical and missing > settings.unaccounted_tolerance * flow.in_mg:
        return [OpenEnd(lot, f"run {run.key.number} leaves mass unaccounted for", missing)]
    if not flow.chemical and -missing > settings.weighing_tolerance * flow.in_mg:
        return [OpenEnd(lot, f"run {run.key.number} puts out more than went in", -missing)]
    if run.key in mixture.unexplained:
        return [OpenEnd(lot, f"run {run.key.number}: {mixture.unexplained[run.key]}", None)]
    return []


def trace_down(lineage: Lineage, asked: LotKey) -> Trace:
    """Every lot that holds a lot, by the dated states that hold it, and the shipments of those."""
    lot = lineage.canonical(asked)
    pools = {other: pool_of(lineage, other) for other in sorted(downstream(lineage, [lot]))}
    depths, runs = _forward(lineage, pools, lot)
    lots = {other: min(d for (o, _), d in depths.items() if o == other) for other, _ in depths}
    links: dict[tuple[LotKey, LotKey, RunKey], int | None] = {}
    for run in runs:
        _down_links(lineage, run, depths, links, pools)
    shipments = [s for o in lots for s in lineage.shipments.get(o, ()) if (o, pools[o].state_on(s.date)) in depths]
    ends = [
        OpenEnd(o, "more was taken than there was", sum(s.unknown_mg for s in pools[o].states))
        for o in lots
        if not pools[o].origin_missing and any(s.unknown_mg for i, s in enumerate(pools[o].states) if (o, i) in depths)
    ]
    ends += [OpenEnd(o, "a mass is not known", None) for o in lots if any(d.mass_mg is None for d in pools[o].draws)]
    unaccounted = sum(max(0, lineage.flow(r).unaccounted_mg or 0) for r in runs if _beyond(lineage, r))
    ends += [
        OpenEnd(_first_output(lineage, r), f"run {r.key.number} leaves mass unaccounted for", lineage.flow(r).unaccounted_mg)
        for r in runs
        if _beyond(lineage, r)
    ]
    scope = Scope(frozenset(("state", o, i) for o, i in depths), lots, (), tuple(runs))
    ordered = tuple(sorted(shipments, key=lambda s: (s.date, s.shipment_no, s.lot)))
    links_out = _sorted([Link(a, b, r, m) for (a, b, r), m in links.items()])
    return Trace(lots, _masses(pools, lots), links_out, tuple(sorted(ends, key=lambda e: (e.lot, e.reason))), unaccounted, ordered, scope)


def _first_output(lineage: Lineage, run: Run) -> LotKey:
    return next(o.lot for g in lineage.flow(run).groups for o in g.outputs)


def _beyond(lineage: Lineage, run: Run) -> bool:
    flow = lineage.flow(run)
    missing = flow.unaccounted_mg
    return missing is not None and not flow.chemical and missing > lineage.ledger.settings.unaccounted_tolerance * (flow.in_mg or 0)


def _forward(lineage: Lineage, pools: Mapping[LotKey, Pool], lot: LotKey) -> tuple[dict[tuple[LotKey, int], int], list[Run]]:
    """States that hold the lot, with runs between; and the runs it went through.  Breadth first."""
    depths = {(lot, i): 0 for i in range(len(pools[lot].states))}
    frontier = list(depths)
    runs: dict[RunKey, Run] = {}
    while frontier:
        reached = []
        for current, number in frontier:
            depth = depths[(current, number)]
            after = [(current, number + 1, depth)] if _carries_over(pools[current], number) else []
            for run in lineage.takers.get(current, ()):
                if pools[current].state_on(run.date) == number and current in {
                    i.lot for g in lineage.flow(run).groups for i in (*g.inputs, *g.shared)
                }:
                    runs.setdefault(run.key, run)
                    after.extend((o, i, depth + 1) for o, i in _fed_states(lineage, pools, run))
            for other, index, steps in after:
                if (other, index) not in depths:
                    depths[(other, index)] = steps
                    reached.append((other, index))
        frontier = reached
    return depths, sorted(runs.values(), key=lambda r: (r.date, r.key))


def _carries_over(pool: Pool, number: int) -> bool:
    return number + 1 < len(pool.states) and pool.states[number + 1].before_mg > 0


def _fed_states(lineage: Lineage, pools: Mapping[LotKey, Pool], run: Run) -> list[tuple[LotKey, int]]:
    made = {o.lot for g in lineage.flow(run).groups for o in g.outputs}
    return [
        (o, i)
        for o in sorted(made)
        for i, s in enumerate(pools[o].states)
        if any(f.run is not None and f.run.key == run.key for f in s.inflows)
    ]


def _down_links(
    lineage: Lineage,
    run: Run,
    depths: Mapping[tuple[LotKey, int], int],
    links: dict[tuple[LotKey, LotKey, RunKey], int | None],
    pools: Mapping[LotKey, Pool],
) -> None:
    """What of each input that holds the subject went into each output, by the outputs' masses."""
    flow = lineage.flow(run)
    for group in flow.groups:
        for items, base in ((group.inputs, group.out_mg), (group.shared, flow.out_mg)):
            for item in items:
                if (item.lot, pools[item.lot].state_on(run.date) if item.lot in pools else -1) not in depths:
                    continue
                for output in group.outputs:
                    whole = item.mass_mg is None or output.mass_mg is None or not base
                    mass = None if whole else round((item.mass_mg or 0) * (output.mass_mg or 0) / (base or 1))
                    key = (item.lot, output.lot, run.key)
                    before = links.get(key, 0)
                    links[key] = None if before is None or mass is None else before + mass

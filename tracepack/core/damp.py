"""Where it is not known how much water or solvent there is, since a mass on the way is missing.

A volatile share is then no more than a guess: whatever is mixed by dry masses with such matter has unknown shares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tracepack.core.ledger import LotKey, RunKey
from tracepack.core.mixing import NodeKey, Order
from tracepack.core.pools import Inflow, Pool
from tracepack.core.runs import Group, Input, RunFlow


@dataclass(frozen=True, slots=True)
class Damp:
    """The states and groups of unknown volatile share.  Of a group that of every output which states no moisture of its own."""

    nodes: frozenset[NodeKey] = frozenset()

    def drawn(self, item: Input, state: NodeKey) -> bool:
        """Whether an input drawn of a state holds nobody knows how much."""
        return item.moisture is None and state in self.nodes

    def of_output(self, flow: RunFlow, place: tuple[int, int]) -> bool:
        """Whether an output (group, number) of a run does."""
        return ("group", flow.run.key, place[0]) in self.nodes and flow.groups[place[0]].outputs[place[1]].moisture is None

    def inputs(self, group: Group, state_of: Callable[[Input], NodeKey]) -> bool:
        """Whether any input of a group does."""
        return any(self.drawn(item, state_of(item)) for item in (*group.inputs, *group.shared) if item.net_mg != 0)


@dataclass(frozen=True, slots=True)
class _Look:
    pools: Mapping[LotKey, Pool]
    flows: Mapping[RunKey, RunFlow]
    volatile: Mapping[NodeKey, float]
    of_inflow: Callable[[Inflow], float]


def damp_nodes(
    pools: Mapping[LotKey, Pool],
    flows: Mapping[RunKey, RunFlow],
    volatile: Mapping[NodeKey, float],
    of_inflow: Callable[[Inflow], float],
    order: Order,
) -> Damp:
    """Everything of unknown volatile share; ``volatile`` are the shares that were guessed, ``of_inflow`` those of what entered lots."""
    look, damp = _Look(pools, flows, volatile, of_inflow), Damp()
    if not any(_open(pool) for pool in pools.values()) and not any(_unweighed(group) for f in flows.values() for group in f.groups):
        return damp
    for group in order.groups:
        grown = True
        while grown:
            fresh = [node for node in group if node not in damp.nodes and _is_damp(look, damp, node)]
            damp, grown = Damp(damp.nodes | set(fresh)) if fresh else damp, bool(fresh) and len(group) > 1
    return damp


def _open(pool: Pool) -> bool:
    return pool.mass_unknown or any(state.open for state in pool.states)


def _unweighed(group: Group) -> bool:
    return any(item.net_mg is None for item in (*group.inputs, *group.shared))


def _is_damp(look: _Look, damp: Damp, node: NodeKey) -> bool:
    if node[0] == "state":
        return _state_is_damp(look, damp, node[1], node[2])
    flow = look.flows[node[1]]
    return node[0] == "group" and not flow.chemical and _group_is_damp(look, damp, flow, flow.groups[node[2]])


def _state_is_damp(look: _Look, damp: Damp, lot: LotKey, number: int) -> bool:
    """A state of parts of which one is, or that differ and are of unknown masses."""
    pool, state = look.pools[lot], look.pools[lot].states[number]
    parts = [(look.of_inflow(flow), _came_damp(look, damp, flow)) for flow in state.inflows if flow.mass_mg != 0 or pool.mass_unknown]
    if number and state.before_mg > 0:
        before: NodeKey = ("state", lot, number - 1)
        parts.append((look.volatile.get(before, 0.0), before in damp.nodes))
    if any(unknown for _, unknown in parts):
        return True
    return (state.open or pool.mass_unknown) and len({share for share, _ in parts} | ({0.0} if state.unknown_mg else set())) > 1


def _came_damp(look: _Look, damp: Damp, inflow: Inflow) -> bool:
    return inflow.run is not None and damp.of_output(look.flows[inflow.run.key], inflow.place)


def _group_is_damp(look: _Look, damp: Damp, flow: RunFlow, group: Group) -> bool:
    """A group with an input that is; or of unknown masses, where any water went in, was lost, or is stated of an output."""

    def state(item: Input) -> NodeKey:
        return ("state", item.lot, look.pools[item.lot].state_on(flow.run.date))

    if damp.inputs(group, state):
        return True
    items = (*group.inputs, *group.shared)
    if not _unweighed(group):
        return False
    moist = [item.moisture if item.moisture is not None else look.volatile.get(state(item), 0.0) for item in items]
    stated = any(output.moisture is not None for output in group.outputs)
    return group.volatile_loss_mg > 0 or (any(moist) and (len(items) > 1 or stated))

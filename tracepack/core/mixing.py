"""How dry matter mixes: nodes (states of lots, groups of runs, products of conversions) as fixed shares of one another
and of roots.

A node's composition is linear in the nodes it is made of.  Shares add to 1; a negative root share is reaction water that
left.  `throughput` sends one kilogram backwards through the nodes; loops are solved as one linear system each.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from tracepack.core.ledger import Delivery, LotKey, RunKey
from tracepack.core.lineage import sources_first
from tracepack.core.properties import Part
from tracepack.core.region import UNKNOWN

#: ("state", lot, number) | ("group", run, number) | ("product", run, (group number, output number))
NodeKey: TypeAlias = (
    tuple[Literal["state"], LotKey, int] | tuple[Literal["group"], RunKey, int] | tuple[Literal["product"], RunKey, tuple[int, int]]
)
Shares: TypeAlias = Sequence[tuple[NodeKey, float]]
RootKind: TypeAlias = Literal["delivery", "tested", "unknown", "choice", "product", "water"]
UNKNOWN_PARTS = (Part(1.0, (UNKNOWN,)),)
#: A run that takes more than this part of its input from its own loop is no regrind; something was not recorded.
_MOSTLY = 0.5


@dataclass(slots=True, eq=False)
class Root:
    """Matter that the trace does not take apart further; compared by identity, one root has one value wherever it goes.

    delivery / tested: a lot as stated; unknown: an input nobody named; choice: one of the inputs of ``place``, in unknown
    parts; product: of a chemical conversion; water: reaction water (its share is negative).
    """

    kind: RootKind
    place: str
    lot: LotKey | None = None
    delivery: Delivery | None = None
    parts: tuple[Part, ...] = UNKNOWN_PARTS
    recipe: bool = False
    members: tuple[NodeKey, ...] = ()
    member_roots: tuple[Root, ...] = ()


@dataclass(slots=True)
class Node:
    """Shares of other nodes and of roots; ``origin`` the same for tracing origins, where they differ (choices, conversions)."""

    mix: list[tuple[NodeKey, float]] = field(default_factory=list)
    roots: list[tuple[Root, float]] = field(default_factory=list)
    origin: list[tuple[NodeKey, float]] | None = None

    @property
    def origin_mix(self) -> list[tuple[NodeKey, float]]:
        """What the node is made of for the purpose of naming origins."""
        return self.mix if self.origin is None else self.origin


@dataclass(frozen=True, slots=True)
class Order:
    """Nodes grouped so that each group comes after what it is made of; loops are groups of several nodes."""

    groups: tuple[tuple[NodeKey, ...], ...]
    position: Mapping[NodeKey, int]


def order_nodes(edges: Mapping[NodeKey, Sequence[NodeKey]]) -> Order:
    """Order nodes by what they are made of."""
    groups = tuple(tuple(g) for g in sources_first(edges, edges))
    return Order(groups, {node: i for i, group in enumerate(groups) for node in group})


def throughput(starts: Mapping[NodeKey, float], made_of: Callable[[NodeKey], Shares], order: Order) -> dict[NodeKey, float]:
    """How much passes each node when ``starts`` is asked for and each node asks its share of what it is made of.

    One pass from the asked nodes to their sources, loops solved by `_loop_demand`; cost is that of the ancestors only.
    """
    demand = dict(starts)
    waiting = [-order.position[node] for node in demand]
    heapq.heapify(waiting)
    seen = {order.position[node] for node in demand}
    while waiting:
        group = order.groups[-heapq.heappop(waiting)]
        if len(group) > 1 or any(other == group[0] for other, _ in made_of(group[0])):
            _solve_loop(group, demand, made_of)
        for node in group:
            for other, share in made_of(node):
                if order.position[other] == order.position[node]:
                    continue
                demand[other] = demand.get(other, 0.0) + demand.get(node, 0.0) * share
                if order.position[other] not in seen:
                    seen.add(order.position[other])
                    heapq.heappush(waiting, -order.position[other])
    return demand


def _solve_loop(group: Sequence[NodeKey], demand: dict[NodeKey, float], made_of: Callable[[NodeKey], Shares]) -> None:
    """Replace the demand inside a loop by what passes each of its nodes: x = asked + shares^T x, exactly."""
    index = {node: i for i, node in enumerate(group)}
    matrix = np.eye(len(group))
    for node in group:
        for other, share in made_of(node):
            if other in index:
                matrix[index[other], index[node]] -= share
    asked = np.array([demand.get(node, 0.0) for node in group])
    try:
        passed = np.linalg.solve(matrix, asked)
    except np.linalg.LinAlgError:
        passed = asked
    if not np.all(np.isfinite(passed)) or np.abs(passed).max(initial=0.0) > 1e12 * max(1.0, np.abs(asked).max(initial=0.0)):
        passed = asked
    for node, i in index.items():
        demand[node] = float(passed[i])


def composition(node: NodeKey, nodes: Mapping[NodeKey, Node], order: Order) -> dict[Root, float]:
    """The shares of roots in a node's dry matter; what a closed loop leaves without an origin is an unknown root."""
    passing = throughput({node: 1.0}, lambda n: nodes[n].mix, order)
    result: dict[Root, float] = {}
    for other, amount in passing.items():
        for root, share in nodes[other].roots:
            result[root] = result.get(root, 0.0) + amount * share
    rest = 1.0 - sum(result.values())
    if rest > 1e-9:
        lost = Root("unknown", "a loop that nothing feeds")
        result[lost] = result.get(lost, 0.0) + rest
    return {root: share for root, share in result.items() if abs(share) > 1e-15}


def origins(node: NodeKey, nodes: Mapping[NodeKey, Node], order: Order) -> tuple[dict[Root, float], float]:
    """The shares of delivered, tested and unknown roots behind a node, through choices (in proportion) and conversions
    (by carbon); and the share behind which nothing is known."""
    passing = throughput({node: 1.0}, lambda n: nodes[n].origin_mix, order)
    result: dict[Root, float] = {}
    for other, amount in passing.items():
        for root, share in nodes[other].roots:
            if root.kind in ("delivery", "tested", "unknown"):
                result[root] = result.get(root, 0.0) + amount * share
    named = sum(result.values())
    whole = named if named > 1.0 else 1.0
    return {root: share / whole for root, share in result.items() if share > 1e-15}, max(0.0, 1.0 - named)


def reach(starts: Iterable[NodeKey], edges: Mapping[NodeKey, Sequence[NodeKey]]) -> dict[NodeKey, int]:
    """Every node that the given ones are made of, themselves included, with the number of steps between; breadth first."""
    depths = dict.fromkeys(starts, 0)
    frontier = list(depths)
    while frontier:
        following = []
        for node in frontier:
            for other in edges[node]:
                if other not in depths:
                    depths[other] = depths[node] + 1
                    following.append(other)
        frontier = following
    return depths


def compositions(
    wanted: Iterable[NodeKey], nodes: Mapping[NodeKey, Node], edges: Mapping[NodeKey, Sequence[NodeKey]], order: Order
) -> dict[NodeKey, dict[Root, float]]:
    """The compositions of many nodes at once: one pass from the sources on, loops through `composition`."""
    reached = reach(wanted, edges)
    result: dict[NodeKey, dict[Root, float]] = {}
    for position in sorted({order.position[n] for n in reached}):
        group = order.groups[position]
        for node in group:
            if len(group) > 1:
                result[node] = composition(node, nodes, order)
                continue
            held: dict[Root, float] = {}
            for other, share in nodes[node].mix:
                for root, amount in result[other].items():
                    held[root] = held.get(root, 0.0) + share * amount
            for root, share in nodes[node].roots:
                held[root] = held.get(root, 0.0) + share
            result[node] = held
    return result


def self_fed(group: Sequence[NodeKey], nodes: Mapping[NodeKey, Node]) -> dict[LotKey, str]:
    """The lots of a loop that nothing feeds, or that lives mostly on itself, and which of both: its own output of one day cannot have
    been its input all day long."""
    if len(group) == 1:
        return {}
    members = set(group)
    lots = {node[1] for node in group if node[0] == "state"}
    outside = [_from_outside(nodes[node], members) for node in group]
    if not any(outside):
        return dict.fromkeys(lots, "is made from nothing but itself on one day")
    passing = [1.0 - x for node, x in zip(group, outside, strict=True) if node[0] != "state" and x > 0]
    if passing and min(passing) > _MOSTLY:
        return dict.fromkeys(lots, "is made mostly from itself on one day: where it first came from is not recorded")
    return {}


def _from_outside(node: Node, members: set[NodeKey]) -> float:
    """The share of a node that comes neither from its own loop nor (negative) from reaction water."""
    return sum(share for other, share in node.origin_mix if other not in members) + sum(share for _, share in node.roots if share > 0)

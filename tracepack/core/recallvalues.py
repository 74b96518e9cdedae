"""How much of each node is the subject: least, in proportion, most; and what a kilogram of it carries.

Nodes are settled sources first; a loop is one linear system.  Bounds that are not in proportion are taken from the sources that
give least and most; in a loop they are narrowed from 0 and 1 until nothing moves, so that they hold wherever it is stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isnan, nan
from typing import NamedTuple

import numpy as np

from tracepack.core.ledger import LotKey
from tracepack.core.lineage import sources_first
from tracepack.core.pools import Inflow
from tracepack.core.recallmatter import Feed, Fill, Key, Node
from tracepack.core.recallsubject import NONE, Part

_ROUNDS = 2_000
_SETTLED = 1e-14


class Value(NamedTuple):
    """Shares of a node 0..1, ``point`` nan where masses are missing; ``carry`` is kilograms of the subject in each of the node's."""

    low: float
    point: float
    high: float
    carry: float

    @property
    def exact(self) -> bool:
        """Whether nothing is left open."""
        return not isnan(self.point) and self.low == self.point == self.high


NOT_HELD = Value(0.0, 0.0, 0.0, 0.0)
Values = Mapping[Key, Value]
#: The share of what entered a lot that is the subject by itself.
PartOf = Callable[[LotKey, Inflow], Part]


def values_of(nodes: Mapping[Key, Node], part_of: PartOf) -> dict[Key, Value]:
    """Every node's value; a node that nothing describes holds nothing of the subject."""
    made_of = {key: [f.source for f in node.feeds if f.source is not None and f.source in nodes] for key, node in nodes.items()}
    values: dict[Key, Value] = {}
    for group in sources_first(nodes, made_of):
        if len(group) == 1 and group[0] not in made_of[group[0]]:
            values[group[0]] = _settled(nodes[group[0]], group[0], values, part_of)
        else:
            values.update(_loop(nodes, group, values, part_of))
    return values


def _from(feed: Feed, key: Key, values: Values, part_of: PartOf) -> Value:
    """What a feed brings: the subject by itself, and of the rest what its source holds."""
    source = NOT_HELD if feed.source is None else values.get(feed.source, NOT_HELD)
    part = _own(feed, key, part_of)
    if part == NONE:
        return source
    low, point, high = (own + (1.0 - own) * held for own, held in zip(part, source[:3], strict=True))
    if part.point == 1.0:
        return Value(low, 1.0, high, 1.0)
    return Value(low, point, high, part.point + (1.0 - part.point) * source.carry)


def _own(feed: Feed, key: Key, part_of: PartOf) -> Part:
    return NONE if feed.inflow is None else part_of(key[1], feed.inflow)  # type: ignore[arg-type]


def _settled(node: Node, key: Key, values: Values, part_of: PartOf) -> Value:
    """A node whose sources are known."""
    brought = [(feed, _from(feed, key, values, part_of)) for feed in node.feeds]
    carry = sum(f.carry * v.carry for f, v in brought if f.carry)
    held = [v for f, v in brought if f.share]
    if node.open:
        low, high = min((v.low for v in held), default=0.0), max((v.high for v in held), default=0.0)
        low, high = (0.0, 1.0) if node.unknown else (low, high)
        return Value(low, low, high, carry) if low == high else Value(low, nan, high, nan)
    point = sum(f.share * v.point for f, v in brought if f.share)
    if node.fill is not None:
        return Value(*_drawn_freely(node.fill, values, point), carry)
    low = sum(f.share * v.low for f, v in brought)
    high = sum(f.share * v.high for f, v in brought) + node.unknown
    if node.left_open:
        low, high = _with_less(node, brought, low, high)
        point, carry = (point, carry) if high - low <= _SETTLED else (nan, nan)
    return Value(_inside(low), point if isnan(point) else _inside(point), _inside(high), carry)


def _with_less(node: Node, brought: Sequence[tuple[Feed, Value]], low: float, high: float) -> tuple[float, float]:
    """The least and the most also where nothing was left of the state before; where more was taken than there was, what is not left
    of it came from nowhere known."""
    came = [(f, v) for f, v in brought if f.inflow is not None]
    least, most = sum(f.share * v.low for f, v in came), sum(f.share * v.high for f, v in came)
    share = sum(f.share for f, _ in came)
    if node.unknown or not share:
        return min(low, least), max(high, most + 1.0 - share)
    return min(low, least / share), max(high, most / share)


def _inside(share: float) -> float:
    """A share without what rounding added beyond 1."""
    return min(1.0, max(0.0, share))


def _drawn_freely(fill: Fill, values: Values, point: float) -> tuple[float, float, float]:
    """The least and the most that outputs may hold which were drawn from their inputs in unknown parts."""
    held = [(values.get(key, NOT_HELD), mass) for key, mass in fill.items]
    low = _filled(sorted((v.low, mass) for v, mass in held), fill.filled)
    high = _filled(sorted(((v.high, mass) for v, mass in held), reverse=True), fill.filled)
    return min(low, point) if not isnan(point) else low, point, max(high, point) if not isnan(point) else high


def _filled(items: Sequence[tuple[float, float]], mass: float) -> float:
    """The share held when a mass is filled from items in their order; beyond all of them nothing is added."""
    left, held = mass, 0.0
    for share, there in items:
        taken = min(left, there)
        held += share * taken
        left -= taken
    return _inside(held / mass) if mass > 0 else 0.0


def _loop(nodes: Mapping[Key, Node], group: Sequence[Key], known: Values, part_of: PartOf) -> dict[Key, Value]:
    """Nodes that are made of one another."""
    points = _solved(nodes, group, known, part_of, lambda f: f.share, lambda v: v.point)
    carries = _solved(nodes, group, known, part_of, lambda f: f.carry, lambda v: v.carry)
    if _is_exact(nodes, group, known, part_of):
        return {key: Value(*(_inside(x),) * 3, c) for key, x, c in zip(group, points, carries, strict=True)}
    bounds = {key: Value(0.0, x, 1.0, c) for key, x, c in zip(group, points, carries, strict=True)}
    for _ in range(_ROUNDS):
        moved = 0.0
        for key in group:
            found = _settled(nodes[key], key, {**_near(nodes[key], known), **_near(nodes[key], bounds)}, part_of)
            moved = max(moved, abs(found.low - bounds[key].low), abs(found.high - bounds[key].high))
            bounds[key] = bounds[key]._replace(low=found.low, high=found.high)
        if moved < _SETTLED:
            break
    return bounds


def _near(node: Node, values: Values) -> dict[Key, Value]:
    """The values of a node's sources."""
    sources = [f.source for f in node.feeds if f.source is not None]
    sources += [key for key, _ in node.fill.items] if node.fill else []
    return {key: values[key] for key in sources if key in values}


def _is_exact(nodes: Mapping[Key, Node], group: Sequence[Key], known: Values, part_of: PartOf) -> bool:
    inside = set(group)
    for key in group:
        node = nodes[key]
        if node.open or node.left_open or node.fill is not None or node.unknown:
            return False
        for feed in node.feeds:
            part = _own(feed, key, part_of)
            outer = feed.source not in inside and feed.source in known
            if part.low != part.high or (outer and not known[feed.source].exact):  # type: ignore[index]
                return False
    return True


def _solved(
    nodes: Mapping[Key, Node],
    group: Sequence[Key],
    known: Values,
    part_of: PartOf,
    weight: Callable[[Feed], float],
    value: Callable[[Value], float],
) -> list[float]:
    """The values inside a loop: x = brought + weights x, exactly; nan where shares are open or nothing feeds it."""
    index = {key: place for place, key in enumerate(group)}
    matrix, brought = np.eye(len(group)), np.zeros(len(group))
    for key in group:
        for feed in nodes[key].feeds:
            own, mine = _own(feed, key, part_of).point, weight(feed)
            brought[index[key]] += mine * own if mine else 0.0
            if not mine or own >= 1.0 or feed.source is None:
                continue
            if feed.source in index:
                matrix[index[key], index[feed.source]] -= mine * (1.0 - own)
            elif feed.source in known:
                brought[index[key]] += mine * (1.0 - own) * value(known[feed.source])
        if nodes[key].open or nodes[key].left_open:
            brought[index[key]] = nan
    try:
        found = np.linalg.solve(matrix, brought)
    except np.linalg.LinAlgError:
        return [0.0 if not brought.any() else nan] * len(group)
    return [float(x) for x in found]

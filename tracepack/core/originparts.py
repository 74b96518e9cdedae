"""What part of each lot comes from each of a few named origins, for all lots of a mixture in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from tracepack.core.ledger import LotKey
from tracepack.core.mixing import NodeKey, Root
from tracepack.core.mixture import Mixture

#: The name of what comes from nowhere that is recorded.
NOWHERE = ""
_Named = dict[str, float]
_LEAST = 1e-9


def origin_parts(mixture: Mixture, lots: Iterable[LotKey], named: Callable[[Root], Mapping[str, float]]) -> dict[LotKey, _Named]:
    """Shares (0..1, together 1) of each lot's dry matter in its latest state by origin, through choices in proportion and
    through conversions by carbon.

    ``named`` gives the origins of a delivered, tested or unknown root, with their shares of it; what has none is `NOWHERE`.
    """
    parts: dict[NodeKey, _Named] = {}
    for group in mixture.order.groups:
        if len(group) == 1:
            parts[group[0]] = _of_node(mixture, group[0], parts, named)
        else:
            parts.update(_of_loop(mixture, group, parts, named))
    return {lot: _whole(parts["state", lot, len(mixture.pools[lot].states) - 1]) for lot in lots}


def _of_node(mixture: Mixture, node: NodeKey, parts: Mapping[NodeKey, _Named], named: Callable[[Root], Mapping[str, float]]) -> _Named:
    """What a node holds of each origin, as far as what it is made of is known already."""
    held: _Named = {}
    for other, share in mixture.nodes[node].origin_mix:
        for name, part in parts.get(other, {}).items():
            held[name] = held.get(name, 0.0) + share * part
    for root, share in mixture.nodes[node].roots:
        if root.kind in ("delivery", "tested", "unknown"):
            for name, part in named(root).items():
                held[name] = held.get(name, 0.0) + share * part
    return held


def _of_loop(
    mixture: Mixture, group: tuple[NodeKey, ...], parts: Mapping[NodeKey, _Named], named: Callable[[Root], Mapping[str, float]]
) -> dict[NodeKey, _Named]:
    """The nodes of a loop together: x = what comes from outside + shares x, solved exactly where it can be."""
    index = {node: place for place, node in enumerate(group)}
    matrix = np.eye(len(group))
    for node, place in index.items():
        for other, share in mixture.nodes[node].origin_mix:
            if other in index:
                matrix[place, index[other]] -= share
    outside = [_of_node(mixture, node, parts, named) for node in group]
    names = sorted({name for held in outside for name in held})
    given = np.array([[held.get(name, 0.0) for name in names] for held in outside])
    try:
        solved = np.linalg.solve(matrix, given) if names else given
    except np.linalg.LinAlgError:
        solved = given
    if not np.all(np.isfinite(solved)) or np.abs(solved).max(initial=0.0) > 1.0 + _LEAST:
        solved = given  # a loop that nothing feeds: what it holds is not known
    return {node: {name: float(x) for name, x in zip(names, solved[place], strict=True)} for node, place in index.items()}


def _whole(held: _Named) -> _Named:
    """Shares that add up to 1: reaction water that left is nobody's, and what is not named comes from nowhere recorded."""
    named = sum(held.values())
    shares = {name: share / max(1.0, named) for name, share in held.items() if share > _LEAST}
    rest = 1.0 - sum(shares.values())
    return shares | {NOWHERE: shares.get(NOWHERE, 0.0) + rest} if rest > _LEAST else shares

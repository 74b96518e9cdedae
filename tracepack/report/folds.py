"""What the nodes of a lineage fold by, and what flows through each fold as the picture shows it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tracepack.core.folding import Flow, Fold, Folded, Member, Path, fold, fold_parts
from tracepack.report.answers import LineageAnswer, LineageNode

#: More nodes than this are folded.
LIMIT = 60
#: By kind: how many keys a fold has that opens no further by itself, and below how many the heaviest stand beside a remainder.
_GRAINS: Mapping[str, tuple[int, int]] = {
    "source": (3, 3),
    "delivered": (3, 3),
    "run": (4, 0),
    "own": (4, 0),
    "unknown": (2, 2),
    "shipment": (2, 2),
}


class Foldable:
    """A lineage ready to be folded: it is read once, and folded once each way, however often a picture is tried."""

    def __init__(self, lineage: LineageAnswer) -> None:
        self._members, self._flows = _to_fold(lineage)
        self._known: dict[tuple[tuple[str, ...], int | None, int], Folded] = {}

    def folded(self, *, opened: Collection[str] = (), depth: int | None = None, whole: bool = False, limit: int = LIMIT) -> Folded:
        """The lineage folded for a picture; ``depth`` counts runs from the asked lot, ``whole`` folds nothing."""
        most = len(self._members) if whole else limit
        key = tuple(opened), depth, most
        if key not in self._known:
            self._known[key] = fold(self._members, self._flows, limit=most, opened=opened, depth=None if depth is None else 2 * depth)
        return self._known[key]


def lineage_parts(lineage: LineageAnswer, *, limit: int = LIMIT) -> dict[str, tuple[Fold, ...]]:
    """What each fold of `Foldable` with the same limit opens into, and each of those in its turn."""
    return fold_parts(*_to_fold(lineage), limit=limit)


def _to_fold(lineage: LineageAnswer) -> tuple[list[Member], list[Flow]]:
    gone = _gone_out(lineage)
    members = [_member(node, gone) for node in lineage.nodes]
    return members, [Flow(e.from_, e.to, milligrams(e.mass_kg), e.attributed) for e in lineage.edges]


def graph_names(folded: Folded) -> dict[str, str]:
    """Graphviz names by fold: n1, n2 ... in the order of the folds (a number is data and may hold anything)."""
    return {one.name: f"n{place}" for place, one in enumerate(folded.folds, start=1)}


def kinds_in(one: Fold, nodes: Mapping[str, LineageNode]) -> dict[str, int]:
    """How many members of each kind a fold has."""
    return dict(sorted(Counter(nodes[member].kind for member in one.members).items()))


def _member(node: LineageNode, gone: Mapping[str, int | None]) -> Member:
    share = node.share
    grain, ranked = _GRAINS[node.kind]
    return Member(
        node.id,
        () if node.depth == 0 and node.kind != "source" else _path(node),
        gone.get(node.id) if node.kind == "source" else milligrams(node.mass_kg),
        None if share is None else share.low,
        None if share is None else share.high,
        node.depth,
        grain,
        ranked,
    )


def _path(node: LineageNode) -> Path:
    """What a node folds by, coarse to fine: same material and supplier, same run kind and week."""
    if node.kind == "source":
        return ("source", node.category, ", ".join(part for part in (node.name, node.country) if part))
    if node.kind == "delivered":
        return ("delivered", node.material, node.owner, node.date[:7])
    if node.kind == "run":
        return ("run", node.name, node.date[:7], week(node.date))
    if node.kind == "shipment":
        return ("shipment", node.name, node.date[:7])
    if node.kind == "own":
        return ("own", node.material, node.date[:7], week(node.date))
    return ("unknown", node.material)


def week(date: str) -> str:
    """The ISO week of an ISO date, as 2026-W07; "" for none."""
    if not date:
        return ""
    year, number, _ = dt.date.fromisoformat(date).isocalendar()
    return f"{year}-W{number:02}"


def _gone_out(lineage: LineageAnswer) -> dict[str, int | None]:
    """The mass that leaves each node, None where a link has none."""
    gone: dict[str, int | None] = {}
    for edge in lineage.edges:
        mass, before = milligrams(edge.mass_kg), gone.get(edge.from_, 0)
        gone[edge.from_] = None if mass is None or before is None else before + mass
    return gone


def milligrams(mass_kg: str | None) -> int | None:
    """A published mass (decimal string in kg) in mg; None stays None."""
    return None if mass_kg is None else int(Decimal(mass_kg) * 1_000_000)


@dataclass(frozen=True, slots=True)
class Balance:
    """The physical mass that the picture shows entering and leaving a fold, links inside it included; None: not all weighed.

    ``whole`` is all that went into it, shown or not: of runs and lots what they say themselves.
    """

    entering: int | None
    leaving: int | None
    whole: int | None
    links_in: int
    links_out: int


def balances(folded: Folded, nodes: Mapping[str, LineageNode]) -> dict[str, Balance]:
    """What enters and leaves each fold."""
    into: dict[str, list[Flow]] = {one.name: [] for one in folded.folds}
    out: dict[str, list[Flow]] = {one.name: [] for one in folded.folds}
    for flow in folded.flows:
        if not flow.attributed:
            into[flow.end].append(flow)
            out[flow.start].append(flow)
    return {one.name: _balance(one, into[one.name], out[one.name], nodes) for one in folded.folds}


def _balance(one: Fold, into: list[Flow], out: list[Flow], nodes: Mapping[str, LineageNode]) -> Balance:
    inside = [flow for flow in one.inside if not flow.attributed]
    entering, leaving = _total([*into, *inside]), _total([*out, *inside])
    alike = len({nodes[member].kind for member in one.members}) == 1
    whole = one.mass_mg if alike and not one.unweighed else None
    if not alike:  # lots and the runs between them: what enters is no part of their sum
        return Balance(entering, leaving, None, len(into), len(out))
    return Balance(entering, leaving, entering if whole is None else max(whole, entering or 0), len(into), len(out))


def _total(flows: list[Flow]) -> int | None:
    if any(flow.unweighed or flow.mass_mg is None for flow in flows):
        return None
    return sum(flow.mass_mg or 0 for flow in flows)

"""A plain layout for pictures that are too large for Graphviz to lay out: columns by distance, rows by the neighbours' place."""

from __future__ import annotations

from collections.abc import Mapping

from tracepack.core.folding import Folded

#: Points between columns and between rows; a node of usual names with every line it may have fits.
COLUMN, ROW = 330.0, 130.0

Place = tuple[float, float]


def place_in_columns(folded: Folded, down: bool = False) -> dict[str, Place]:
    """Points (x to the right, y upwards) by fold: the asked lot rightmost (leftmost ``down``), each step away one column further.

    Rows follow the mean row of a node's already placed neighbours nearer the asked lot, ties in the order of the folds:
    linear in folds and links, and the same for the same lineage.
    """
    columns: dict[int, list[str]] = {}
    for one in folded.folds:
        columns.setdefault(one.depth, []).append(one.name)
    nearer: dict[str, list[str]] = {}
    for flow in folded.flows:
        near, far = (flow.start, flow.end) if down else (flow.end, flow.start)
        nearer.setdefault(far, []).append(near)
    rows: dict[str, float] = {}
    for depth in sorted(columns):
        wished = {name: _mean_row(nearer.get(name, []), rows) for name in columns[depth]}
        ordered = sorted(columns[depth], key=wished.__getitem__)
        rows |= {name: place - (len(ordered) - 1) / 2 for place, name in enumerate(ordered)}
    deepest = max(columns, default=0)
    return {one.name: ((one.depth if down else deepest - one.depth) * COLUMN, -rows[one.name] * ROW) for one in folded.folds}


def straight_line(start: Place, end: Place) -> tuple[str, str]:
    """Graphviz positions of a straight link between two nodes' middles, and of its label halfway."""
    steps = [(start[0] + (end[0] - start[0]) * i / 3, start[1] + (end[1] - start[1]) * i / 3) for i in range(4)]
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 8
    return " ".join(point(step) for step in steps), point(middle)


def point(place: Place) -> str:
    """A place as Graphviz writes it."""
    return f"{place[0]:.1f},{place[1]:.1f}"


def _mean_row(neighbours: list[str], rows: Mapping[str, float]) -> float:
    known = [rows[name] for name in neighbours if name in rows]
    return sum(known) / len(known) if known else 0.0

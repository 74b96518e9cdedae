"""What the second algorithm says of a dossier's figures."""

from __future__ import annotations

from typing import Any

from tracepack.core.ledger import LotKey
from tracepack.core.lineage import build_lineage
from tracepack.core.recount import FIGURES, Recount, recount
from tracepack.report.answers_verify import FigureCheck
from tracepack.rulebook import material_library
from tracepack.store import Store

#: Figures are stated to 1e-9.
_SAME = 2e-9
Bounds = tuple[float, float] | None


def stated_bounds(dossier: Any, figure: str) -> Bounds:
    """A figure as a dossier states it; None where it does not apply or is not stated."""
    try:
        found = dossier["content"]["content"][figure]
        return None if found["low"] is None or found["high"] is None else (float(found["low"]), float(found["high"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def recounted(store: Store, lot: LotKey) -> Recount:
    """A lot's figures by the second algorithm."""
    lineage, _ = build_lineage(store.load_ledger([lot], "up"), material_library())
    return recount(lineage, lot)


def figure_checks(there: Any, here: Any, second: Recount) -> list[FigureCheck]:
    """Every figure as stated, as recomputed, and by the second algorithm, which leaves what is attributed to the books."""
    physical = [_figure(name, stated_bounds(there, name), stated_bounds(here, name), second) for name in FIGURES]
    booked = [stated_bounds(side, "attributed") for side in (there, here)]
    if booked == [None, None]:
        return physical
    return [*physical, FigureCheck(figure="attributed", there=booked[0], here=booked[1], by_second=None, second="unconfirmed")]


def _figure(name: str, there: Bounds, here: Bounds, second: Recount) -> FigureCheck:
    span = second.figures[name]
    found: Bounds = None if span is None else (float(span[0]), float(span[1]))
    verdict: Any = "same" if _same(there, found) else "differs"
    if second.inexact and verdict == "differs":
        inside = there is not None and found is not None and found[0] - _SAME <= there[0] and there[1] <= found[1] + _SAME
        verdict = "within" if inside else "unconfirmed"
    return FigureCheck(figure=name, there=there, here=here, by_second=found, second=verdict)


def _same(one: Bounds, other: Bounds) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one[0] - other[0]) <= _SAME and abs(one[1] - other[1]) <= _SAME

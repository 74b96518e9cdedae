"""What the second algorithm says of a dossier's figures and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracepack.core.ledger import LotKey
from tracepack.core.lineage import build_lineage
from tracepack.core.papers import Papers
from tracepack.core.recount import FIGURES, Recount, figures_again, replay_of
from tracepack.core.recountbooks import AttributedAgain, attributed_again
from tracepack.core.recountbounds import Span
from tracepack.core.recountcustody import CustodyAgain, custody_again
from tracepack.core.recountorigins import OriginsAgain, origins_again
from tracepack.report.answers_verify import FigureCheck
from tracepack.rulebook import chain_of_custody_rules, material_library
from tracepack.store import Store

#: Figures are stated to 1e-9.
SAME = 2e-9
Bounds = tuple[float, float] | None


def stated_bounds(dossier: Any, figure: str) -> Bounds:
    """A figure as a dossier states it; None where it does not apply or is not stated."""
    try:
        found = dossier["content"]["content"][figure]
        return None if found["low"] is None or found["high"] is None else (float(found["low"]), float(found["high"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Second:
    """What the second algorithm says of a lot: figures, what is attributed to it, origins and chain of custody."""

    figures: Recount
    attributed: AttributedAgain
    origins: OriginsAgain
    custody: CustodyAgain

    @property
    def whys(self) -> list[str]:
        """The steps that it does not follow exactly, each once."""
        return sorted({*self.figures.inexact, *self.attributed.whys, *self.origins.whys, *self.custody.whys})


def recounted(store: Store, lot: LotKey) -> Second:
    """A lot by the second algorithm."""
    lineage, _ = build_lineage(store.load_ledger([lot], "up"), material_library())
    replay = replay_of(lineage, lot)
    booked = attributed_again(replay)
    custody = custody_again(replay, Papers(lineage, chain_of_custody_rules()), booked)
    return Second(figures_again(replay), booked, origins_again(replay), custody)


def figure_checks(there: Any, here: Any, second: Second) -> list[FigureCheck]:
    """Every figure as stated, as recomputed, and by the second algorithm."""
    spans = {**second.figures.figures, "attributed": second.attributed.span}
    whys = {**dict.fromkeys(FIGURES, second.figures.inexact), "attributed": second.attributed.whys}
    checks = [_figure(name, stated_bounds(there, name), stated_bounds(here, name), spans[name], whys[name]) for name in spans]
    return [check for check in checks if check.figure != "attributed" or (check.there, check.here, check.by_second) != (None, None, None)]


def _figure(name: str, there: Bounds, here: Bounds, span: Span | None, whys: Sequence[str]) -> FigureCheck:
    found: Bounds = None if span is None else (float(span[0]), float(span[1]))
    verdict: Any = "same" if _same(there, found) else "differs"
    if whys and verdict == "differs":
        inside = there is not None and found is not None and found[0] - SAME <= there[0] and there[1] <= found[1] + SAME
        verdict = "within" if inside else "unconfirmed"
    return FigureCheck(figure=name, there=there, here=here, by_second=found, second=verdict)


def _same(one: Bounds, other: Bounds) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one[0] - other[0]) <= SAME and abs(one[1] - other[1]) <= SAME

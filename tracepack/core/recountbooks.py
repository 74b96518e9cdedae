"""Attributed content found a second time: kilograms that attributions put into lots, carried on with the lots as runs use them up.

`tracepack.core.attribution` asks each lot for its share; here what is attributed is poured into lots and flows on, mass by mass, in
exact fractions, those that feed others first.  What a loop of runs would bring back to itself stays out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tracepack.core.elimination import ONE, ZERO
from tracepack.core.ledger import LotKey, RunKey
from tracepack.core.library import is_regrind
from tracepack.core.lineage import sources_first
from tracepack.core.properties import delivered_matter
from tracepack.core.quantity import mass_mg
from tracepack.core.recount import Replay
from tracepack.core.recountbounds import Span, exact
from tracepack.core.recountrows import Batch


@dataclass(frozen=True, slots=True)
class AttributedAgain:
    """A lot's attributed share (at most 1; None: nothing is attributed to it), and the steps that leave it open.

    ``lots``: it and the lots it is made of that attributions put anything into.
    """

    span: Span | None
    lots: frozenset[LotKey]
    whys: tuple[str, ...]


def attributed_again(replay: Replay) -> AttributedAgain:
    """What is attributed to the lot that a replay was made for."""
    given = {lot: mg for lot in replay.lots if (mg := _given(replay, lot))}
    if not given:
        return AttributedAgain(_declared(replay), frozenset(), ())
    flow = _Flow(replay, given)
    flow.run()
    held, whole = flow.held.get(replay.asked, ZERO), flow.whole(replay.asked)
    if held and not whole:
        flow.whys.add(f"lot {replay.asked}: its mass is not known")
    lots = frozenset(flow.held)
    if flow.whys:
        return AttributedAgain((ZERO, ONE), lots, tuple(sorted(flow.whys)))
    share = min(ONE, held / whole) if whole else ZERO
    return AttributedAgain((share, share) if share else _declared(replay), lots, ())


def _given(replay: Replay, lot: LotKey) -> int:
    return sum(mass_mg(row.quantity, row.unit) or 0 for row in replay.lineage.attributions.get(lot, ()))


def _declared(replay: Replay) -> Span | None:
    """What the deliveries of a lot that nobody here made state, by their masses; None where none states any."""
    lot, lineage = replay.asked, replay.lineage
    stated = [(d, delivered_matter(d, (), lineage.catalogue).attributed) for d in lineage.delivered(lot)]
    if lineage.makers.get(lot) or all(span is None for _, span in stated):
        return None
    masses = [Fraction(lineage.delivery_mg(d) or 0) for d, _ in stated]
    if not sum(masses):
        masses = [ONE] * len(stated)
    ends = [(exact(span.low), exact(span.high)) if span else (ZERO, ZERO) for _, span in stated]
    low, high = (sum((mass * end[i] for mass, end in zip(masses, ends, strict=True)), ZERO) / sum(masses) for i in (0, 1))
    return low, high


class _Flow:
    """Attributed milligrams held by lots, sources first."""

    def __init__(self, replay: Replay, given: Mapping[LotKey, int]) -> None:
        self.replay = replay
        self.held: dict[LotKey, Fraction] = {lot: Fraction(mg) for lot, mg in given.items()}
        self.whys: set[str] = set()

    def whole(self, lot: LotKey) -> int:
        """All that ever came into a lot, as-is; 0 where a mass is not known."""
        masses = self.replay.lots[lot].masses()
        return 0 if None in masses else sum(mg or 0 for mg in masses)

    def run(self) -> None:
        """Let everything flow as far as it goes."""
        lots = self.replay.lots
        feeding = {lot: [taken.lot for key in self._makers(lot) for taken in self._batch(key).taken] for lot in lots}
        for group in sources_first(lots, feeding):
            came = {lot: self._carried(lot, set(group)) for lot in group}
            for lot, mg in came.items():
                if mg:
                    self.held[lot] = self.held.get(lot, ZERO) + mg

    def _makers(self, lot: LotKey) -> list[tuple[RunKey, int]]:
        return [key for made in self.replay.lots[lot].made.values() for key, *_ in made]

    def _batch(self, key: tuple[RunKey, int]) -> Batch:
        return self.replay.runs[key[0]].batches[key[1]]

    def _carried(self, lot: LotKey, loop: set[LotKey]) -> Fraction:
        """What runs bring to a lot, out of lots that are not of its own loop; regrind is given nothing."""
        if is_regrind(self.replay.lineage.material(lot)):
            return ZERO
        total = ZERO
        for made in self.replay.lots[lot].made.values():
            for key, _, mg in made:
                batch = self._batch(key)
                if batch.loose:
                    self._open(batch, "its output groups share what went in")
                given = self._given_to(batch, loop)
                if given:
                    total += given * Fraction(mg or 0, self._weight(batch))
        return total

    def _given_to(self, batch: Batch, loop: set[LotKey]) -> Fraction:
        """What the inputs of a batch bring along."""
        total = ZERO
        for taken in batch.taken:
            held = ZERO if taken.lot in loop else self.held.get(taken.lot, ZERO)
            if not held:
                continue
            whole = self.whole(taken.lot)
            if taken.mg is None or not whole:
                self._open(batch, "the mass of an input is not stated")
            else:
                total += held * Fraction(taken.mg, whole)
        return total

    def _weight(self, batch: Batch) -> int:
        """What a batch's attributed milligrams spread over: all that went in, or came out if that is more."""
        taken, made = [item.mg for item in batch.taken], [item.mg for item in batch.made]
        if None in taken or None in made:
            self._open(batch, "the mass of an input is not stated" if None in taken else "the mass of an output is not stated")
            return 1
        return max(1, sum(mg or 0 for mg in taken), sum(mg or 0 for mg in made))

    def _open(self, batch: Batch, why: str) -> None:
        self.whys.add(f"run {batch.run.key.number}: {why}")

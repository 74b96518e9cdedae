"""Attributed content found a second time: kilograms that attributions put into lots, carried on with the lots as runs use them up.

`tracepack.core.attribution` asks each lot for its share; here what is attributed is poured into lots and flows on, mass by mass, in
exact fractions, day by day, those that feed others first.  What a loop of runs would bring back to itself stays out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tracepack.core.elimination import ONE, ZERO
from tracepack.core.ledger import LotKey, RunKey
from tracepack.core.lineage import sources_first
from tracepack.core.properties import delivered_matter
from tracepack.core.quantity import mass_mg
from tracepack.core.recount import Replay
from tracepack.core.recountbounds import Span, exact
from tracepack.core.recountrows import Batch, came_back_unweighed


@dataclass(frozen=True, slots=True)
class AttributedAgain:
    """A lot's attributed share (at most 1; None: nothing is attributed to it), and the steps that leave it open.

    ``lots``: it and the lots it is made of that anything is attributed to in a state that anyone can have drawn.
    ``sources``: the lots whose own attributions the share comes from.
    """

    span: Span | None
    lots: frozenset[LotKey]
    sources: frozenset[LotKey]
    whys: tuple[str, ...]


def attributed_again(replay: Replay) -> AttributedAgain:
    """What is attributed to the lot that a replay was made for."""
    given = {lot: mg for lot in replay.lots if (mg := _given(replay, lot))}
    if not given:
        return AttributedAgain(_declared(replay), frozenset(), frozenset(), ())
    flow = _Flow(replay, given)
    flow.run()
    seen = flow.seen(replay.asked)
    if any(held.share is None for held in seen):
        flow.whys.add(f"lot {replay.asked}: its mass is not known")
    lots = frozenset(lot for lot in replay.lots if any(held.share != ZERO for held in flow.seen(lot)))
    sources = frozenset(lot for held in seen for lot in held.sources)
    if flow.whys:
        return AttributedAgain((ZERO, ONE), lots, sources, tuple(sorted(flow.whys)))
    shares = [min(ONE, held.share or ZERO) for held in seen]
    return AttributedAgain((min(shares), max(shares)) if any(shares) else _declared(replay), lots, sources, ())


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


@dataclass(frozen=True, slots=True)
class _Held:
    """What is attributed of a lot from a day on: a share of its mass (None: its mass is not known), and whose attributions it is."""

    day: dt.date
    share: Fraction | None
    sources: frozenset[LotKey]


_NOTHING = _Held(dt.date.min, ZERO, frozenset())


class _Flow:
    """Attributed milligrams in lots, day by day, sources first."""

    def __init__(self, replay: Replay, given: Mapping[LotKey, int]) -> None:
        self.replay = replay
        self.given = given
        self.held: dict[LotKey, list[_Held]] = {}
        self.whys: set[str] = set()

    def seen(self, lot: LotKey) -> list[_Held]:
        """What a lot held in each state that anyone can have drawn."""
        leaves = self.replay.lots[lot].leaves
        states = self.held[lot]
        return states[states.index(self._on(states, min(leaves))) :] if leaves else states[-1:]

    def run(self) -> None:
        """Let everything flow as far as it goes; what a loop would bring back to itself is not there yet when it is asked for."""
        lots = self.replay.lots
        feeding = {lot: [taken.lot for key in self._makers(lot) for taken in self._batch(key).taken] for lot in lots}
        for group in sources_first(lots, feeding):
            self.held.update({lot: self._lived(lot) for lot in group})

    def _makers(self, lot: LotKey) -> list[tuple[RunKey, int]]:
        return [key for made in self.replay.lots[lot].made.values() for key, *_ in made]

    def _batch(self, key: tuple[RunKey, int]) -> Batch:
        return self.replay.runs[key[0]].batches[key[1]]

    def _on(self, states: list[_Held], day: dt.date) -> _Held:
        """What a draw of a day finds; one before all else finds what came first."""
        return next((held for held in reversed(states) if held.day <= day), states[0])

    def _lived(self, lot: LotKey) -> list[_Held]:
        """A lot's days: what was given to it by name is in all of it alike, what runs bring only from their day on."""
        masses, given = self.replay.lots[lot].masses(), self.given.get(lot, 0)
        unknown = None in masses or came_back_unweighed(self.replay.lineage, lot)
        whole = 0 if unknown else sum(mg or 0 for mg in masses)
        sources = frozenset([lot] if given else [])
        if not whole:
            brought = [self._brought(lot, day) for day in self.replay.lots[lot].made]
            sources = sources.union(*(names for _, names in brought))
            return [_Held(dt.date.min, None if sources else ZERO, sources)]
        own = Fraction(given, whole)
        carried = self._carried(lot)
        return [_Held(held.day, None if held.share is None else own + held.share, sources | held.sources) for held in carried]

    def _carried(self, lot: LotKey) -> list[_Held]:
        """What runs brought, in each state of a lot whose masses are known."""
        moved = self.replay.lots[lot]
        states: list[_Held] = []
        balance = entered = short = 0
        unsure = False
        for day in sorted({*moved.came, *moved.made, *moved.leaves}):
            rows = [mg or 0 for *_, mg in (*moved.came.get(day, ()), *moved.made.get(day, ()))]
            entered += sum(rows)
            lacking = moved.leaves.get(day, 0) - balance - sum(rows)
            unknown = lacking if lacking > 0 and short + lacking > self.replay.weighing * entered else 0
            short += max(0, lacking)
            if rows or unknown:
                last = states[-1] if states else _NOTHING
                new, names = self._brought(lot, day)
                mass = balance + sum(rows) + unknown
                share = ((last.share or ZERO) * balance + new) / mass if mass else last.share
                named = names | (last.sources if balance or not mass else frozenset())
                states.append(_Held(day, None if named and balance and (unsure or last.share is None) else share, named))
            balance = max(0, -lacking)
            unsure = balance > 0 and (unsure or day in moved.unstated)
        return states

    def _brought(self, lot: LotKey, day: dt.date) -> tuple[Fraction, frozenset[LotKey]]:
        """The milligrams that the runs of a day bring to a lot, and whose they are; regrind is given nothing."""
        total, sources = ZERO, frozenset[LotKey]()
        for key, _, mg in () if self.replay.lineage.is_regrind(lot) else self.replay.lots[lot].made.get(day, ()):
            batch = self._batch(key)
            given, names = self._given_to(batch, day)
            if names and batch.loose:
                self._open(batch, "its output groups share what went in")
            if names and mg != 0:
                total += given * Fraction(mg or 0, self._weight(batch))
                sources |= names
        return total, sources

    def _given_to(self, batch: Batch, day: dt.date) -> tuple[Fraction, frozenset[LotKey]]:
        """What the inputs of a batch bring along, as they were that day."""
        total, sources = ZERO, frozenset[LotKey]()
        for taken in batch.taken:
            held = self._on(self.held[taken.lot], day) if taken.lot in self.held else _NOTHING
            if held.share == ZERO or taken.mg == 0:
                continue
            sources |= held.sources
            if taken.mg is None or held.share is None:
                self._open(batch, "the mass of an input is not stated")
            else:
                total += held.share * taken.mg
        return total, sources

    def _weight(self, batch: Batch) -> int:
        """What a batch's attributed milligrams spread over: all that went in, or came out if that is more."""
        taken, made = [item.mg for item in batch.taken], [item.mg for item in batch.made]
        if None in taken or None in made:
            self._open(batch, "the mass of an input is not stated" if None in taken else "the mass of an output is not stated")
            return 1
        return max(1, sum(mg or 0 for mg in taken), sum(mg or 0 for mg in made))

    def _open(self, batch: Batch, why: str) -> None:
        self.whys.add(f"run {batch.run.key.number}: {why}")

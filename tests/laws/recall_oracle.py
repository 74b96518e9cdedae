"""Where a subject's kilograms went, found the slow way: every day is replayed and every kilogram carried forward, exactly.

The product solves for shares; this moves matter.  A lot holds four kinds of it: what is the subject's and what is not, dry and
volatile.  A day's inflows enter before its draws, lots that feed each other on a day are repeated until nothing moves, and
what is drawn or put out beyond what was there comes from nowhere: it is not the subject's.  Every kilogram of the subject is
counted where it ends: shipped, in stock, lost, or unaccounted for.

It covers physical runs with one composition; conversions, structures and output groups are worked by hand in ``tests/journeys``.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from laws.oracle import exact, has_loop, kilograms
from tracepack.core.ledger import Delivery, Ledger, LotKey, Run, RunRow, Shipment

SUBJECT, OTHER, SUBJECT_WATER, OTHER_WATER = "subject", "other", "subject water", "other water"
Mix = dict[str, Fraction]
NOTHING = Fraction(0)
SWEEPS = 20_000
_WATER = {SUBJECT: SUBJECT_WATER, OTHER: OTHER_WATER}


def mass(mix: Mapping[str, Fraction]) -> Fraction:
    return sum(mix.values(), NOTHING)


def scaled(mix: Mapping[str, Fraction], factor: Fraction) -> Mix:
    return {kind: kg * factor for kind, kg in mix.items()}


def merged(*mixes: Mapping[str, Fraction]) -> Mix:
    total: Mix = defaultdict(Fraction)
    for mix in mixes:
        for kind, kg in mix.items():
            total[kind] += kg
    return dict(total)


def affected(mix: Mapping[str, Fraction]) -> Fraction:
    """Kilograms of the subject."""
    return mix.get(SUBJECT, NOTHING) + mix.get(SUBJECT_WATER, NOTHING)


def water(mix: Mapping[str, Fraction]) -> Fraction:
    return mix.get(SUBJECT_WATER, NOTHING) + mix.get(OTHER_WATER, NOTHING)


@dataclass
class Whereabouts:
    """Kilograms of the subject by where they ended; ``lots`` is what of it entered each lot."""

    entered: Fraction = NOTHING
    shipments: dict[str, Fraction] = field(default_factory=dict)
    lots: dict[LotKey, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    stock: dict[LotKey, Fraction] = field(default_factory=dict)
    lost: Fraction = NOTHING
    unaccounted: Fraction = NOTHING
    #: Whether something was met that this oracle does not know of: so little more taken of a lot than there was that it may be
    #: weighing, or goods brought back to a lot of which nothing is left.
    unclear: bool = False

    @property
    def shipped(self) -> Fraction:
        return sum(self.shipments.values(), NOTHING)


class ReactionWaterError(Exception):
    """More water was lost than there was: a reaction's, which is worked by hand in the journeys."""


@dataclass
class Recaller:
    """The ledger's lots while the days go by; the subject is some deliveries' lots (``delivered``) or one lot's all (``lot``)."""

    ledger: Ledger
    delivered: frozenset[LotKey] = frozenset()
    lot: LotKey | None = None
    held: dict[LotKey, Mix] = field(default_factory=lambda: defaultdict(dict))
    found: Whereabouts = field(default_factory=Whereabouts)
    alias: dict[LotKey, LotKey] = field(default_factory=dict)

    def pool(self, lot: LotKey | None) -> LotKey:
        assert lot is not None
        return self.alias.get(lot, lot)

    def follow(self) -> Whereabouts:
        """Live through every day."""
        ledger = self.ledger
        self.alias = {d.lot: LotKey(ledger.organisation, d.own_lot_no) for d in ledger.deliveries if d.own_lot_no}
        days = {d.delivery_date for d in ledger.deliveries} | {r.date for r in ledger.runs} | {s.date for s in ledger.shipments}
        for day in sorted(days):
            self.live(day)
        self.found.stock = {lot: affected(mix) for lot, mix in self.held.items() if affected(mix)}
        return self.found

    def brought(self, delivery: Delivery) -> Mix:
        kg = kilograms(delivery)
        moisture = exact(delivery.moisture.low) if delivery.moisture else NOTHING
        kind = SUBJECT if delivery.lot in self.delivered else OTHER
        return {kind: kg * (1 - moisture), _WATER[kind]: kg * moisture}

    def live(self, day: dt.date) -> None:
        runs = [r for r in self.ledger.runs if r.date == day]
        fixed: dict[LotKey, Mix] = defaultdict(dict)
        for delivery in (d for d in self.ledger.deliveries if d.delivery_date == day):
            brought = self.brought(delivery)
            self.found.entered += affected(brought)
            fixed[self.pool(delivery.lot)] = merged(fixed[self.pool(delivery.lot)], self.marked(self.pool(delivery.lot), brought))
        shipped = [(s, self.net(s)) for s in self.ledger.shipments if s.date == day and self.net(s) is not None]
        draws = self.draws(runs, shipped)
        for lot, missing in self.overdrafts(runs, fixed, draws).items():
            fixed[lot] = merged(fixed[lot], {OTHER: missing})
        made = self.settle(runs, fixed)
        there = {lot: merged(self.held[lot], fixed.get(lot, {}), made.get(lot, {})) for lot in {*self.held, *fixed, *made, *draws}}
        for lot in {*fixed, *made}:
            self.found.lots[lot] += affected(fixed.get(lot, {})) + affected(made.get(lot, {}))
        self.count(runs, shipped, there)
        for lot, mix in there.items():
            left = max(NOTHING, mass(mix) - draws.get(lot, NOTHING))
            self.held[lot] = scaled(mix, left / mass(mix)) if mass(mix) else {}

    def marked(self, lot: LotKey, mix: Mix) -> Mix:
        """What enters the asked lot is the subject's from then on."""
        if lot != self.lot:
            return mix
        self.found.entered += mass(mix) - affected(mix)
        return {SUBJECT: mass(mix) - water(mix), SUBJECT_WATER: water(mix)}

    def net(self, shipment: Shipment) -> Fraction | None:
        """What stayed with the customer; an unmatched return is negative, a matched one nothing of its own."""
        if shipment.is_return:
            return None if shipment.reverses_shipment_no else -kilograms(shipment)
        back = (
            s for s in self.ledger.shipments if s.is_return and s.reverses_shipment_no == shipment.shipment_no and s.lot == shipment.lot
        )
        return max(NOTHING, kilograms(shipment) - sum((kilograms(s) for s in back), NOTHING))

    def draws(self, runs: list[Run], shipped: list[tuple[Shipment, Fraction | None]]) -> dict[LotKey, Fraction]:
        total: dict[LotKey, Fraction] = defaultdict(Fraction)
        for row in (row for run in runs for row in run.rows if row.direction == "in"):
            total[self.pool(row.lot)] += kilograms(row)
        for shipment, kg in shipped:
            total[self.pool(shipment.lot)] += kg or NOTHING
        return total

    def overdrafts(self, runs: list[Run], fixed: dict[LotKey, Mix], draws: dict[LotKey, Fraction]) -> dict[LotKey, Fraction]:
        found = {}
        for lot, wanted in draws.items():
            there = mass(self.held[lot]) + mass(fixed.get(lot, {}))
            there += sum((kilograms(w) for run in runs for w in run.rows if w.direction == "out" and self.pool(w.lot) == lot), NOTHING)
            if wanted > there:
                found[lot] = wanted - there
                self.found.unclear |= found[lot] * 100 <= self.ever_in(lot)
        return found

    def ever_in(self, lot: LotKey) -> Fraction:
        """All that was delivered into a lot or made of it, on whichever day."""
        delivered = sum((kilograms(d) for d in self.ledger.deliveries if self.pool(d.lot) == lot), NOTHING)
        made = (w for run in self.ledger.runs for w in run.rows if w.direction == "out" and self.pool(w.lot) == lot)
        return delivered + sum((kilograms(w) for w in made), NOTHING)

    def settle(self, runs: list[Run], fixed: dict[LotKey, Mix]) -> dict[LotKey, Mix]:
        """What the day's runs put into each lot; repeated until the lots that feed each other agree."""
        made: dict[LotKey, Mix] = {}
        looped = has_loop(runs, self)  # type: ignore[arg-type]
        for _ in range(SWEEPS):
            stock = {lot: merged(self.held[lot], fixed.get(lot, {}), made.get(lot, {})) for lot in {*self.held, *fixed, *made}}
            following: dict[LotKey, Mix] = defaultdict(dict)
            for run in runs:
                for lot, mix in self.outputs(run, stock):
                    following[lot] = merged(following[lot], mix)
            if self.lot in following:
                mine = following[self.lot]
                following[self.lot] = {SUBJECT: mass(mine) - water(mine), SUBJECT_WATER: water(mine)}
            if looped:
                following = {lot: {kind: Fraction(float(kg)) for kind, kg in mix.items()} for lot, mix in following.items()}
            if _close(made, following, looped):
                break
            made = following
        else:
            raise AssertionError("a day of the ledger does not settle")
        if self.lot in made:
            stock = {lot: merged(self.held[lot], fixed.get(lot, {}), made.get(lot, {})) for lot in {*self.held, *fixed, *made}}
            for run in runs:
                self.found.entered += sum((mass(m) - affected(m) for lot, m in self.outputs(run, stock) if lot == self.lot), NOTHING)
        return made

    def outputs(self, run: Run, stock: Mapping[LotKey, Mix]) -> Iterator[tuple[LotKey, Mix]]:
        mix, _, _, expected = self.put_in(run, stock)
        rows = [row for row in run.rows if row.direction == "out"]
        out = sum((kilograms(row) for row in rows), NOTHING)
        if out > expected:
            mix = merged(mix, {OTHER: out - expected})
        for row in rows:
            if mass(mix):
                yield self.pool(row.lot), scaled(mix, kilograms(row) / mass(mix))

    def put_in(self, run: Run, stock: Mapping[LotKey, Mix]) -> tuple[Mix, Fraction, Fraction, Fraction]:
        """What a run has left after losses of one lot and of water; the subject's kilograms in those; plain loss; what must come out."""
        taken: dict[LotKey, Mix] = defaultdict(dict)
        for row in (r for r in run.rows if r.direction == "in"):
            there = stock.get(self.pool(row.lot), {})
            if mass(there):
                taken[self.pool(row.lot)] = merged(taken[self.pool(row.lot)], scaled(there, kilograms(row) / mass(there)))
        mix, gone, plain = merged(*taken.values()), NOTHING, NOTHING
        for row in (r for r in run.rows if r.direction == "loss"):
            part = self.part_lost(row, taken, mix)
            gone += affected(part)
            mix = merged(mix, scaled(part, Fraction(-1)))
            plain += kilograms(row) if row.lot is None and row.material is None else NOTHING
        return mix, gone, plain, mass(mix) - plain

    def part_lost(self, row: RunRow, taken: Mapping[LotKey, Mix], mix: Mix) -> Mix:
        kg = kilograms(row)
        if row.lot is not None:
            whole = taken[self.pool(row.lot)]
            return scaled(whole, kg / mass(whole)) if mass(whole) else {}
        if row.material is None or not water(mix):
            return {}
        if water(mix) < kg - Fraction(1, 10**9):
            raise ReactionWaterError
        return {kind: mix.get(kind, NOTHING) * kg / water(mix) for kind in (SUBJECT_WATER, OTHER_WATER)}

    def count(self, runs: list[Run], shipped: list[tuple[Shipment, Fraction | None]], there: Mapping[LotKey, Mix]) -> None:
        """Where the day's kilograms of the subject ended."""
        for shipment, kg in shipped:
            mix = there[self.pool(shipment.lot)]
            self.found.unclear |= not mass(mix)
            self.found.shipments[shipment.shipment_no] = affected(mix) * (kg or NOTHING) / mass(mix) if mass(mix) else NOTHING
        for run in runs:
            mix, gone, plain, expected = self.put_in(run, there)
            if not mass(mix):
                self.found.lost += gone
                continue
            out = sum((kilograms(row) for row in run.rows if row.direction == "out"), NOTHING)
            whole = max(mass(mix), out + plain)
            self.found.lost += gone + affected(mix) * plain / whole
            self.found.unaccounted += affected(mix) * max(NOTHING, expected - out) / whole


def _close(before: Mapping[LotKey, Mix], after: Mapping[LotKey, Mix], looped: bool) -> bool:
    if not looped:
        return {k: _bare(v) for k, v in before.items()} == {k: _bare(v) for k, v in after.items()}
    if before.keys() != after.keys():
        return False
    return all(
        abs(before[lot].get(kind, NOTHING) - after[lot].get(kind, NOTHING)) <= Fraction(1, 10**14) * max(Fraction(1), mass(after[lot]))
        for lot in after
        for kind in before[lot].keys() | after[lot].keys()
    )


def _bare(mix: Mix) -> Mix:
    return {kind: kg for kind, kg in mix.items() if kg}


def whereabouts(ledger: Ledger, *, delivered: frozenset[LotKey] = frozenset(), lot: LotKey | None = None) -> Whereabouts:
    """Where every kilogram of the subject ended."""
    return Recaller(ledger, delivered, lot).follow()

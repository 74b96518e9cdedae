"""What a ledger's lots are made of, found the slow way: every day is replayed, every kilogram is carried forward.

The product answers for one lot by one backward pass.  This replays the whole ledger forwards: each lot holds the kilograms
of every root in it (exact fractions), each day's inflows enter before its draws, and a day whose lots feed each other is
repeated until nothing moves.  `walk_paths` is a second opinion for ledgers without moisture, pools and loops.

It covers physical runs (blends, splits, merges, several outputs, plain, water, solvent and lot losses, regrind, running
pools, overdraft, excess output).  Conversions, structures and output groups are worked by hand in ``tests/journeys``.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tracepack.core.ledger import Delivery, Ledger, LotKey, Run, RunRow
from tracepack.core.quantity import mass_mg

#: What a root is: a delivered lot, or an input nobody recorded.
Root = LotKey | str
#: Kilograms of dry mass by root; `WATER` is everything volatile.
Mix = dict[Root, Fraction]
WATER = "(volatile)"
UNKNOWN = "(unknown)"
NOTHING = Fraction(0)
SWEEPS = 20_000


def exact(number: object) -> Fraction:
    """The decimal a person wrote, not the float nearest to it."""
    return Fraction(str(number))


def kilograms(row: Delivery | RunRow | object) -> Fraction:
    """A row's mass in kg."""
    mg = mass_mg(row.quantity, row.unit)  # type: ignore[attr-defined]
    assert mg is not None, f"the oracle needs masses: {row}"
    return Fraction(mg, 1_000_000)


def scaled(mix: Mix, factor: Fraction) -> Mix:
    """A mixture with every mass multiplied."""
    return {root: mass * factor for root, mass in mix.items()}


def merged(*mixes: Mix) -> Mix:
    """The sum of mixtures."""
    total: Mix = defaultdict(Fraction)
    for mix in mixes:
        for root, mass in mix.items():
            total[root] += mass
    return {root: mass for root, mass in total.items() if mass}


def without(mix: Mix, other: Mix) -> Mix:
    """What is left of a mixture after another was taken out of it."""
    return merged(mix, scaled(other, Fraction(-1)))


def mass(mix: Mix) -> Fraction:
    """As-is mass."""
    return sum(mix.values(), NOTHING)


def dry_shares(mix: Mix) -> dict[Root, Fraction]:
    """Each root's share of the dry mass."""
    dry = {root: m for root, m in mix.items() if root != WATER}
    total = mass(dry)
    return {root: m / total for root, m in dry.items()} if total else {}


@dataclass
class Replay:
    """The ledger, replayed: what every lot held at the end of each day it changed, and all that ever went in."""

    states: dict[LotKey, dict[dt.date, Mix]] = field(default_factory=lambda: defaultdict(dict))
    inflow: dict[LotKey, Mix] = field(default_factory=dict)
    running: set[LotKey] = field(default_factory=set)
    first_draw: dict[LotKey, dt.date] = field(default_factory=dict)

    def shares(self, lot: LotKey, on: dt.date | None = None) -> dict[Root, Fraction]:
        """A lot's dry-mass shares: of all that went in, or of what it held on a day (a running pool's state)."""
        if on is None:
            return dry_shares(self.inflow[lot])
        return dry_shares(self.states[lot][max(day for day in self.states[lot] if day <= on)])


def aliases(ledger: Ledger) -> dict[LotKey, LotKey]:
    """Own lot numbers of delivered lots: either number means the same pool."""
    found = {d.lot: LotKey(ledger.organisation, d.own_lot_no) for d in ledger.deliveries if d.own_lot_no}
    return defaultdict(lambda: None, found)  # type: ignore[return-value]


class _World:
    """The lots as they stand while the days go by."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.alias = aliases(ledger)
        self.held: dict[LotKey, Mix] = defaultdict(dict)
        self.replay = Replay()

    def pool(self, lot: LotKey | None) -> LotKey:
        assert lot is not None
        return self.alias[lot] or lot

    def delivered(self, delivery: Delivery) -> Mix:
        kg = kilograms(delivery)
        moisture = exact(delivery.moisture.low) if delivery.moisture else NOTHING
        return merged({delivery.lot: kg * (1 - moisture)}, {WATER: kg * moisture})

    def live(self, day: dt.date) -> None:
        """One day: what comes in is known by mass at once, by composition only when its runs have settled."""
        runs = [r for r in self.ledger.runs if r.date == day]
        fixed: dict[LotKey, Mix] = defaultdict(dict)
        for delivery in (d for d in self.ledger.deliveries if d.delivery_date == day):
            pool = self.pool(delivery.lot)
            fixed[pool] = merged(fixed[pool], self.delivered(delivery))
        draws = self.draws(day, runs)
        for lot, missing in self.overdrafts(runs, fixed, draws).items():
            fixed[lot] = merged(fixed[lot], {f"{UNKNOWN} {lot}": missing})
        made = self.settle(runs, fixed)
        for lot in set(fixed) | set(made) | set(draws):
            self.close(lot, day, merged(fixed[lot], made.get(lot, {})), draws.get(lot, NOTHING))

    def draws(self, day: dt.date, runs: list[Run]) -> dict[LotKey, Fraction]:
        """As-is kilograms that leave each lot on a day, into runs and shipments."""
        total: dict[LotKey, Fraction] = defaultdict(Fraction)
        for row in (row for run in runs for row in run.rows if row.direction == "in"):
            total[self.pool(row.lot)] += kilograms(row)
        for shipment in (s for s in self.ledger.shipments if s.date == day):
            total[self.pool(shipment.lot)] += kilograms(shipment)
        return total

    def overdrafts(self, runs: list[Run], fixed: dict[LotKey, Mix], draws: dict[LotKey, Fraction]) -> dict[LotKey, Fraction]:
        """What is drawn beyond the stock and the day's inflow, where it is more than weighing explains."""
        found = {}
        for lot, wanted in draws.items():
            there = mass(self.held[lot]) + mass(fixed.get(lot, {}))
            there += sum((kilograms(w) for run in runs for w in run.rows if w.direction == "out" and self.pool(w.lot) == lot), NOTHING)
            if wanted > there * (1 + exact(self.ledger.settings.weighing_tolerance)):
                found[lot] = wanted - there
        return found

    def settle(self, runs: list[Run], fixed: dict[LotKey, Mix]) -> dict[LotKey, Mix]:
        """What the day's runs put into each lot; repeated until the lots that feed each other agree."""
        made: dict[LotKey, Mix] = {}
        looped = has_loop(runs, self)
        for _ in range(SWEEPS):
            stock = {lot: merged(self.held[lot], fixed.get(lot, {}), made.get(lot, {})) for lot in {*self.held, *fixed, *made}}
            following: dict[LotKey, Mix] = defaultdict(dict)
            for run in runs:
                for lot, mix in outputs(run, stock, self):
                    following[lot] = merged(following[lot], mix)
            if looped:
                following = {lot: {root: Fraction(float(m)) for root, m in mix.items()} for lot, mix in following.items()}
            if close(made, following, looped):
                return following
            made = following
        raise AssertionError("a day of the ledger does not settle")

    def close(self, lot: LotKey, day: dt.date, inflow: Mix, drawn: Fraction) -> None:
        """Write the lot's state at the end of the day and carry the rest over."""
        there = merged(self.held[lot], inflow)
        if inflow and lot in self.replay.first_draw:
            self.replay.running.add(lot)
        if drawn:
            self.replay.first_draw.setdefault(lot, day)
        self.replay.states[lot][day] = there
        self.replay.inflow[lot] = merged(self.replay.inflow.get(lot, {}), inflow)
        left = max(NOTHING, mass(there) - drawn)
        self.held[lot] = scaled(there, left / mass(there)) if mass(there) else {}


def has_loop(runs: list[Run], world: _World) -> bool:
    """Whether a day's runs feed each other in a circle: peel off lots that no remaining run makes until none is left."""
    arrows = {
        (world.pool(a.lot), world.pool(b.lot))
        for run in runs
        for a in run.rows
        for b in run.rows
        if (a.direction, b.direction) == ("in", "out")
    }
    while arrows:
        heads = {head for _, head in arrows}
        left = {(tail, head) for tail, head in arrows if tail in heads}
        if left == arrows:
            return True
        arrows = left
    return False


def close(before: dict[LotKey, Mix], after: dict[LotKey, Mix], looped: bool) -> bool:
    """Whether two rounds say the same: exactly, or in a loop to 1e-13 of the lot's mass."""
    if not looped:
        return before == after
    if before.keys() != after.keys():
        return False
    return all(
        abs(before[lot].get(root, NOTHING) - after[lot].get(root, NOTHING)) <= Fraction(1, 10**13) * mass(after[lot])
        for lot in after
        for root in before[lot].keys() | after[lot].keys()
    )


def outputs(run: Run, stock: Mapping[LotKey, Mix], world: _World) -> Iterator[tuple[LotKey, Mix]]:
    """What a run puts into each of its output lots, given what its input lots hold."""
    rows = {d: [row for row in run.rows if row.direction == d] for d in ("in", "out", "loss")}
    taken: dict[LotKey, Mix] = defaultdict(dict)
    for row in rows["in"]:
        lot = world.pool(row.lot)
        there = stock.get(lot, {})
        if mass(there):
            taken[lot] = merged(taken[lot], scaled(there, kilograms(row) / mass(there)))
    mix = merged(*taken.values())
    expected = sum((kilograms(row) for row in rows["in"]), NOTHING)
    plain = NOTHING
    for row in rows["loss"]:
        kg = kilograms(row)
        if row.lot is not None:
            whole = taken[world.pool(row.lot)]
            mix = without(mix, scaled(whole, kg / mass(whole))) if mass(whole) else mix
        elif row.material is not None:
            assert mix.get(WATER, NOTHING) >= kg or not mix, "reaction water is worked by hand in the journeys"
            mix = without(mix, {WATER: kg}) if mix else mix
        else:
            plain += kg
            continue
        expected -= kg
    yield from _shared_out(run, rows["out"], mix, expected - plain, world)


def _shared_out(run: Run, rows: list[RunRow], mix: Mix, expected: Fraction, world: _World) -> Iterator[tuple[LotKey, Mix]]:
    """One composition for all outputs; mass beyond what is left of the inputs (and beyond weighing) came from nowhere we know."""
    out = sum((kilograms(row) for row in rows), NOTHING)
    everything = sum((kilograms(row) for row in run.rows if row.direction == "in"), NOTHING)
    excess = out - expected
    settings = world.ledger.settings
    if excess > everything * exact(settings.weighing_tolerance):
        mix = merged(mix, {f"{UNKNOWN} run {run.key.number}": excess})
    assert -excess <= everything * exact(settings.unaccounted_tolerance), "unexplained losses are worked by hand in the journeys"
    for row in rows:
        if mass(mix):
            yield world.pool(row.lot), scaled(mix, kilograms(row) / mass(mix))


def replay(ledger: Ledger) -> Replay:
    """Live through every day of the ledger."""
    world = _World(ledger)
    days = {d.delivery_date for d in ledger.deliveries} | {r.date for r in ledger.runs} | {s.date for s in ledger.shipments}
    for day in sorted(days):
        world.live(day)
    return world.replay


def walk_paths(ledger: Ledger, lot: LotKey) -> dict[Root, Fraction]:
    """Dry-mass shares by walking every path from the lot back to a delivery: for ledgers without moisture, pools and loops."""
    shares: dict[Root, Fraction] = defaultdict(Fraction)
    walkers: list[tuple[LotKey, Fraction]] = [(lot, Fraction(1))]
    while walkers:
        here, weight = walkers.pop()
        feeds: list[tuple[Delivery | Run, Fraction]] = [(d, kilograms(d)) for d in ledger.deliveries if d.lot == here]
        feeds += [(run, kilograms(row)) for run in ledger.runs for row in run.rows if row.direction == "out" and row.lot == here]
        total = sum((kg for _, kg in feeds), NOTHING)
        for feed, kg in feeds:
            if isinstance(feed, Delivery):
                shares[feed.lot] += weight * kg / total
                continue
            left = {row.lot: NOTHING for row in feed.rows if row.direction == "in"}
            for row in feed.rows:
                if row.lot in left and row.direction != "out":
                    left[row.lot] += kilograms(row) * (1 if row.direction == "in" else -1)
            walkers += [(source, weight * kg / total * m / sum(left.values())) for source, m in left.items() if source]
    return dict(shares)

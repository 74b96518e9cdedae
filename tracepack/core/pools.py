"""A lot as a well-mixed pool in time: what went in and out on which day, and the states its draws carry.

All of a day's inflows enter before its draws.  Each day of feeding begins a state; a lot that is never fed after its first
draw is only ever seen in its last one, a running pool (a silo, a regrind bin) in each from its first draw on.  What is drawn
beyond the balance enters as unknown on its day.  Masses are integer milligrams as-is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.ledger import Delivery, LotKey, Run, RunRow, Shipment
from tracepack.core.lineage import Lineage
from tracepack.core.quantity import kg_text


@dataclass(frozen=True, slots=True)
class Inflow:
    """Mass that entered a lot: from a delivery (or opening stock), or as output ``place`` (group, output) of a run."""

    date: dt.date
    mass_mg: int | None
    delivery: Delivery | None = None
    run: Run | None = None
    place: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Draw:
    """Mass that left a lot on a day, and the cell that says so; negative for an unmatched return."""

    date: dt.date
    mass_mg: int | None
    ref: SourceRef
    reason: str


@dataclass(frozen=True, slots=True)
class State:
    """A pool from ``date`` on: what was left of the state before, what came in, what is unknown.

    ``open``: a mass that was taken before is not known, so that of ``before_mg`` anything from nothing to all of it was left.
    """

    date: dt.date
    before_mg: int
    inflows: tuple[Inflow, ...]
    unknown_mg: int = 0
    open: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """A lot's states in order of date.  ``origin_missing``: nothing ever went in.  ``short_mg``: drawn beyond what there was.

    ``left_open``: a mass that was taken is not known, so that anything from nothing to ``balance_mg`` is left.
    """

    lot: LotKey
    states: tuple[State, ...]
    inflows: tuple[Inflow, ...]
    draws: tuple[Draw, ...]
    mass_mg: int | None
    short_mg: int
    balance_mg: int
    origin_missing: bool
    running: bool
    mass_unknown: bool
    findings: tuple[Finding, ...]
    left_open: bool = False

    def state_on(self, day: dt.date) -> int:
        """The index of the state that a draw on a day carries."""
        indexes = [i for i, s in enumerate(self.states) if s.date <= day]
        return indexes[-1] if indexes else 0

    @property
    def seen(self) -> range:
        """The states that matter: from the first draw on; the last one where nothing was drawn."""
        first = min((d.date for d in self.draws), default=None)
        last = len(self.states) - 1
        return range(last if first is None else self.state_on(first), last + 1)


def pool_of(lineage: Lineage, lot: LotKey) -> Pool:
    """Follow a lot's days."""
    inflows, draws = _inflows(lineage, lot), _draws(lineage, lot)
    if not inflows:
        return _open_end(lot, draws)
    known = [i.mass_mg for i in inflows if i.mass_mg is not None]
    mass = sum(known) if len(known) == len(inflows) else None
    if mass is None or _came_back_unweighed(lineage, lot):
        states: tuple[State, ...] = (State(min(i.date for i in inflows), 0, tuple(inflows)),)
        return Pool(lot, states, tuple(inflows), tuple(draws), None, 0, 0, False, False, True, ())
    states, short, late_short, balance, left_open = _follow(inflows, draws, lineage.ledger.settings.weighing_tolerance)
    first_draw = min((d.date for d in draws if d.mass_mg != 0), default=None)
    running = first_draw is not None and any(i.date > first_draw for i in inflows)
    findings = [*_used_before(lot, inflows, draws), *_over_consumed(lot, inflows, draws, late_short)]
    return Pool(lot, states, tuple(inflows), tuple(draws), mass, short, balance, False, running, False, tuple(findings), left_open)


def _inflows(lineage: Lineage, lot: LotKey) -> list[Inflow]:
    flows = [Inflow(d.delivery_date, lineage.delivery_mg(d), delivery=d) for d in lineage.deliveries.get(lot, ())]
    for member in lineage.pooled.get(lot, ()):
        flows.extend(_pooled_inflows(lineage, member))
    for run in lineage.makers.get(lot, ()):
        for group_no, group in enumerate(lineage.flow(run).groups):
            for output_no, output in enumerate(group.outputs):
                if output.lot == lot:
                    flows.append(Inflow(run.date, output.mass_mg, run=run, place=(group_no, output_no)))
    return sorted(flows, key=lambda f: f.date)


def _pooled_inflows(lineage: Lineage, member: LotKey) -> list[Inflow]:
    """What a delivered lot gives to the pool of its own lot number: all that was not taken under the supplier's number."""
    drawn = [d.mass_mg for d in _draws(lineage, member)]
    deliveries = lineage.deliveries.get(member, ())
    if None in drawn:
        return [Inflow(d.delivery_date, None, delivery=d) for d in deliveries]
    named = sum(mass or 0 for mass in drawn)
    whole = sum(lineage.delivery_mg(d) or 0 for d in deliveries)
    kept = max(0.0, 1.0 - named / whole) if whole else 1.0
    masses = [(d, lineage.delivery_mg(d)) for d in deliveries]
    flows = [Inflow(d.delivery_date, None if mass is None else round(mass * kept), delivery=d) for d, mass in masses]
    return [f for f in flows if f.mass_mg != 0]


def _draws(lineage: Lineage, lot: LotKey) -> list[Draw]:
    draws = []
    for run in lineage.takers.get(lot, ()):
        for mass, row in lineage.draws_on(run, lot):
            draws.append(Draw(run.date, mass, _mass_cell(row), f"run {run.key.number}"))
    shipments = lineage.shipments.get(lot, ())
    back = returned_mg(lineage, shipments)
    for s in shipments:
        mass, returned = lineage.shipment_mg(s), back.get(s.shipment_no, 0)
        if s.kind == "transfer" or (s.is_return and s.reverses_shipment_no):
            continue
        if mass is not None and s.kind == "return":
            mass = -mass
        elif mass is not None:
            mass = None if returned is None else max(0, mass - returned)
        draws.append(Draw(s.date, mass, s.source.ref("quantity"), f"shipment {s.shipment_no}"))
    return sorted(draws, key=lambda d: (d.date, d.ref))


def returned_mg(lineage: Lineage, shipments: Iterable[Shipment]) -> dict[str, int | None]:
    """Milligrams that came back, by the number of the shipment that they reverse; None where one of them has no mass."""
    found: dict[str, int | None] = {}
    for s in shipments:
        if s.is_return and s.reverses_shipment_no:
            before, mass = found.get(s.reverses_shipment_no, 0), lineage.shipment_mg(s)
            found[s.reverses_shipment_no] = None if before is None or mass is None else before + mass
    return found


def _came_back_unweighed(lineage: Lineage, lot: LotKey) -> bool:
    """Whether a return of no shipment has no mass: then more may be there than anyone recorded."""
    back = [s for s in lineage.shipments.get(lot, ()) if s.is_return and not s.reverses_shipment_no]
    return any(lineage.shipment_mg(s) is None for s in back)


def _mass_cell(row: RunRow) -> SourceRef:
    return row.source.ref("quantity" if row.quantity is not None else "lot_no")


def _open_end(lot: LotKey, draws: Sequence[Draw]) -> Pool:
    """A lot that nobody delivered, made or had in stock: all of it is unknown."""
    first = min((d.date for d in draws), default=dt.date.min)
    taken = sum(d.mass_mg or 0 for d in draws)
    state = State(first, 0, (), unknown_mg=max(1, taken))
    return Pool(lot, (state,), (), tuple(draws), None, 0, 0, True, False, False, ())


def _follow(inflows: Sequence[Inflow], draws: Sequence[Draw], tolerance: float) -> tuple[tuple[State, ...], int, int, int, bool]:
    """The states, the mass drawn beyond what there was (in all, and after the first inflow), the final balance, whether less is left."""
    states: list[State] = []
    balance = total_in = short_all = short_late = 0
    first_in, less = inflows[0].date, False
    for day in sorted({f.date for f in inflows} | {d.date for d in draws}):
        entering = tuple(f for f in inflows if f.date == day)
        leaving = sum(d.mass_mg or 0 for d in draws if d.date == day)
        added = sum(f.mass_mg or 0 for f in entering)
        if entering:
            states.append(State(day, balance, entering, open=less))
        balance += added
        total_in += added
        short = leaving - balance
        if short > 0 and short_all + short > tolerance * total_in:
            states = _with_unknown(states, State(day, balance, (), short, less), fresh=bool(entering))
            short_late += short if day >= first_in else 0
        short_all += max(0, short)
        balance = max(0, -short)
        less = balance > 0 and (less or any(d.mass_mg is None for d in draws if d.date == day))
    return tuple(states), short_all, short_late, balance, less


def _with_unknown(states: list[State], short: State, *, fresh: bool) -> list[State]:
    """Let a shortage enter the pool: into the state that began that day, else as a new one."""
    if fresh:
        return [*states[:-1], replace(states[-1], unknown_mg=states[-1].unknown_mg + short.unknown_mg)]
    return [*states, short]


def _used_before(lot: LotKey, inflows: Sequence[Inflow], draws: Sequence[Draw]) -> list[Finding]:
    first = inflows[0].date
    early = [d for d in draws if d.date < first and (d.mass_mg is None or d.mass_mg > 0)]
    if not early:
        return []
    what = ", ".join(f"{d.reason} on {d.date}" for d in early[:3])
    return [
        Finding(
            "lot-used-before-made",
            Severity.ERROR,
            f"Lot {lot} first came in on {first} but was taken by {what}.",
            "Correct a date. Until then what was taken early counts as unknown.",
            tuple(d.ref for d in early),
        )
    ]


def _over_consumed(lot: LotKey, inflows: Sequence[Inflow], draws: Sequence[Draw], short_mg: int) -> list[Finding]:
    if short_mg <= 0:
        return []
    had, taken = sum(i.mass_mg or 0 for i in inflows), sum(d.mass_mg or 0 for d in draws)
    more = f"{kg_text(short_mg)} kg more was taken than there was on the day"
    return [
        Finding(
            "over-consumed",
            Severity.ERROR,
            f"Lot {lot}: {kg_text(had)} kg came in, {kg_text(taken)} kg was taken; {more}.",
            "Add the missing delivery or correct a quantity. Until then the excess counts as an unknown input.",
            tuple(d.ref for d in draws),
        )
    ]

"""What the rows of a ledger say moved, for the second algorithm: integer milligrams as they stand in the cells, and
those that a structure gives.

A step that rows alone do not settle (a conversion, an input without any mass, inputs shared by output groups) is kept with the
reason why it cannot be followed exactly.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tracepack.core.elimination import ONE, ZERO
from tracepack.core.ledger import Delivery, LotKey, Run, RunRow
from tracepack.core.lineage import Lineage
from tracepack.core.quantity import mass_mg
from tracepack.core.recountbounds import exact
from tracepack.core.recountlayers import structure_masses

_CONVERSIONS = ("synthesis", "合成", "synthese")
#: Why an input cannot be followed.
UNSTATED = "the mass of an input is not stated"
#: A loss may be so much heavier than the input that it names.
_ROUNDED = Fraction(1005, 1000)


@dataclass(frozen=True, slots=True)
class Taken:
    """An input: all of it in ``mg``, what is left after losses that name its lot in ``net_mg`` (None: not stated), its own moisture.

    ``derived``: only the structure gives its mass.
    """

    lot: LotKey
    mg: int | None
    net_mg: int | None
    moisture: Fraction | None
    row: RunRow
    derived: bool


@dataclass(frozen=True, slots=True)
class Made:
    """An output."""

    lot: LotKey
    mg: int | None
    moisture: Fraction | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Outputs of one composition and what went into them; ``why`` says why rows alone do not settle it ("" where they do).

    ``chemical``: a conversion; ``loose``: other inputs of the run may be in them, too.
    """

    run: Run
    taken: tuple[Taken, ...]
    made: tuple[Made, ...]
    water_mg: int
    plain_mg: int
    why: str
    chemical: bool = False
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Movements:
    """One run: its batches, and every draw on a lot (None: mass not stated)."""

    batches: tuple[Batch, ...]
    draws: tuple[tuple[LotKey, int | None], ...]


def movements(lineage: Lineage, run: Run) -> Movements:
    """Read a run's rows."""
    ins = _inputs(lineage, run)
    outs = [row for row in run.rows if row.direction == "out" and row.lot is not None]
    losses = [row for row in run.rows if row.direction == "loss"]
    drawn: list[tuple[LotKey, int | None]] = [(t.lot, t.mg) for t in ins]
    water: list[RunRow] = []
    plain: list[RunRow] = []
    for row in losses:
        lot = None if row.lot is None else lineage.canonical(row.lot)
        if lot is not None and any(t.lot == lot for t in ins):
            ins = _less(ins, lot, row_mg(lineage, row) or 0)
        elif lot is not None:
            drawn.append((lot, row_mg(lineage, row)))
        else:
            (water if _is_volatile(lineage, row) else plain).append(row)
    return Movements(tuple(_batches(lineage, run, ins, outs, water, plain)), tuple(drawn))


def _batches(
    lineage: Lineage, run: Run, ins: Sequence[Taken], outs: Sequence[RunRow], water: Sequence[RunRow], plain: Sequence[RunRow]
) -> Iterator[Batch]:
    names = list(dict.fromkeys(row.output_group or "" for row in outs))
    chemical = _is_chemical(run, ins)
    for name in names:
        mine = [row for row in outs if (row.output_group or "") == name]
        made = tuple(Made(_lot(lineage, row), row_mg(lineage, row), _moisture(row)) for row in mine)
        if len(names) == 1:
            yield Batch(run, tuple(ins), made, _sum(lineage, water), _sum(lineage, plain), _why(ins, chemical=chemical), chemical)
            continue
        own = tuple(t for t in ins if name and t.row.output_group == name)
        loose = any(not t.row.output_group or t.row.output_group not in names for t in ins)
        loose = loose or any(row.output_group not in names for row in (*water, *plain))
        lost = [_sum(lineage, [row for row in rows if row.output_group == name]) for rows in (water, plain)]
        why = _why(own, chemical=chemical) or ("its output groups share what went in" if loose else "")
        yield Batch(run, own, made, lost[0], lost[1], why, chemical, loose)


def _why(ins: Sequence[Taken], *, chemical: bool) -> str:
    if chemical:
        return "it is a chemical conversion"
    if len(ins) > 1 and any(t.net_mg is None for t in ins):
        return UNSTATED
    return ""


def _is_chemical(run: Run, ins: Sequence[Taken]) -> bool:
    return (run.kind or "").strip().casefold() in _CONVERSIONS or any(t.row.carbon_share is not None for t in ins)


def _inputs(lineage: Lineage, run: Run) -> list[Taken]:
    """The in rows, with the masses that they state or that their structure gives."""
    rows = [row for row in run.rows if row.direction == "in" and row.lot is not None]
    masses = [row_mg(lineage, row) for row in rows]
    leaving = [row_mg(lineage, r) for r in run.rows if r.direction == "loss" or (r.direction == "out" and r.lot is not None)]
    left = None if None in leaving else sum(mass or 0 for mass in leaving)

    def density(row: RunRow) -> float | None:
        owner, material = _described(lineage, row)
        return row.density or lineage.catalogue.density(owner, material, row.date)

    derived = structure_masses(rows, masses, left, density) if None in masses else {}
    found = [derived.get(place, mass) for place, mass in enumerate(masses)]
    return [Taken(_lot(lineage, r), m, m, _moisture(r), r, place in derived) for place, (r, m) in enumerate(zip(rows, found, strict=True))]


def _lot(lineage: Lineage, row: RunRow) -> LotKey:
    assert row.lot is not None
    return lineage.canonical(row.lot)


def _moisture(row: RunRow) -> Fraction | None:
    return None if row.moisture is None else (exact(row.moisture.low) + exact(row.moisture.high)) / 2


def _sum(lineage: Lineage, rows: Iterable[RunRow]) -> int:
    return sum(row_mg(lineage, row) or 0 for row in rows)


def _less(ins: Sequence[Taken], lot: LotKey, lost: int) -> list[Taken]:
    """What is left of the inputs of a lot, to the milligram; a loss of more than went in explains nothing."""
    mine = [t for t in ins if t.lot == lot]
    whole = sum(t.net_mg or 0 for t in mine)
    if any(t.net_mg is None for t in mine) or whole <= 0 or lost > whole * _ROUNDED:
        return list(ins)
    kept = max(ZERO, ONE - Fraction(lost, whole))
    return [replace(t, net_mg=round((t.net_mg or 0) * kept)) if t.lot == lot else t for t in ins]


def row_mg(lineage: Lineage, row: RunRow) -> int | None:
    """A row's own mass, None where it states none or its unit is no mass."""
    if row.quantity is None or row.unit is None:
        return None
    owner, material = _described(lineage, row)
    return mass_mg(row.quantity, row.unit, lineage.catalogue.material(owner, material, row.date))


def _described(lineage: Lineage, row: RunRow) -> tuple[str, str | None]:
    """Whose material a row is of, and which: as it says, else as its lot was delivered, else as the first run says that made it or,
    where none does, that took it."""
    if row.lot is None:
        return lineage.ledger.organisation, row.material
    lot = lineage.canonical(row.lot)
    return lot.owner, row.material or next((d.material for d in lineage.delivered(lot)), None) or _named(lineage, lot)


def _named(lineage: Lineage, lot: LotKey) -> str | None:
    for runs, directions in ((lineage.makers, ("out",)), (lineage.takers, ("in", "loss"))):
        for run in runs.get(lot, ()):
            for row in run.rows:
                if row.direction in directions and row.material and row.lot is not None and lineage.canonical(row.lot) == lot:
                    return row.material
    return None


def _is_volatile(lineage: Lineage, row: RunRow) -> bool:
    return lineage.catalogue.is_volatile(lineage.ledger.organisation, row.material, row.date)


def shipped(lineage: Lineage, lot: LotKey) -> Iterator[tuple[dt.date, int | None]]:
    """What left a lot with customers, less what they sent back of the same shipment; a return of no shipment comes in again."""
    rows = lineage.shipments.get(lot, ())
    back: dict[str, list[int | None]] = {}
    for s in rows:
        if s.is_return and s.reverses_shipment_no:
            back.setdefault(s.reverses_shipment_no, []).append(lineage.shipment_mg(s))
    for s in rows:
        if s.kind == "transfer" or (s.is_return and s.reverses_shipment_no):
            continue
        mass, came_back = lineage.shipment_mg(s), back.get(s.shipment_no, [])
        if mass is not None and s.kind == "return":
            mass = -mass
        elif mass is not None:
            mass = None if None in came_back else max(0, mass - sum(mg or 0 for mg in came_back))
        yield s.date, mass


def came_back_unweighed(lineage: Lineage, lot: LotKey) -> bool:
    """Whether something came back of no shipment and has no mass."""
    rows = lineage.shipments.get(lot, ())
    return any(s.is_return and not s.reverses_shipment_no and lineage.shipment_mg(s) is None for s in rows)


def arrived(lineage: Lineage, lot: LotKey, taken: int | None) -> Iterator[tuple[Delivery, int | None]]:
    """The deliveries under a lot's own name, less the part that was ``taken`` (mg; None: some of it not stated) under it before it
    entered another pool."""
    deliveries = lineage.deliveries.get(lot, ())
    if taken is None:
        yield from ((delivery, None) for delivery in deliveries)
        return
    whole = sum(lineage.delivery_mg(d) or 0 for d in deliveries)
    kept = max(ZERO, ONE - Fraction(taken, whole)) if whole else ONE
    for delivery in deliveries:
        mass = lineage.delivery_mg(delivery)
        yield delivery, None if mass is None else round(mass * kept)

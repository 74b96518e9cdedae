"""A recall: every lot that holds any of a subject, where it was shipped, what is in stock, lost, and not accounted for.

Masses are milligrams.  An `Amount` is what a lot, shipment or stock holds of the subject; ``carried`` are the kilograms of the
subject that went there, which differ from it only behind a conversion or within the weighing tolerance: they add up exactly.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import NamedTuple

from tracepack.core.ledger import LotKey, Run, Shipment
from tracepack.core.lineage import Lineage
from tracepack.core.pools import returned_mg
from tracepack.core.recallmatter import Gone, Key
from tracepack.core.recallnodes import Forward
from tracepack.core.recallsubject import Subject
from tracepack.core.recallvalues import NOT_HELD, Value, values_of

#: Less than this share of a mass is rounding.
_NOTHING = 1e-12


class Amount(NamedTuple):
    """Milligrams of the subject: in proportion (None: not known), least, most (None: not known), and what was carried there."""

    point: float | None
    low: float
    high: float | None
    carried: float | None

    @property
    def any(self) -> bool:
        """Whether there may be any."""
        return self.high is None or self.high > 0.5 * _NOTHING


@dataclass(frozen=True, slots=True)
class HeldLot:
    """A lot that holds some: all that ever entered it, and the runs between (at least)."""

    lot: LotKey
    mass_mg: int | None
    amount: Amount
    depth: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A shipment of a lot that holds some: what left, what came back of it, and what of the rest is the subject."""

    shipment: Shipment
    lot: LotKey
    mass_mg: int | None
    returned_mg: int
    amount: Amount


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a lot in the book."""

    lot: LotKey
    mass_mg: int | None
    share: Value
    amount: Amount


@dataclass(frozen=True, slots=True)
class Missing:
    """What a run lost, or what of it nobody accounts for."""

    run: Run
    kind: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Recall:
    """Where a subject is.  Lots by depth, owner, number; shipments by date and number; ``entered`` is its mass, None where not known."""

    subject: Subject
    forward: Forward
    values: Mapping[Key, Value]
    entered: float | None
    lots: tuple[HeldLot, ...]
    shipments: tuple[Sent, ...]
    stock: tuple[Left, ...]
    missing: tuple[Missing, ...]

    def shipped(self) -> list[Sent]:
        """What went to somebody."""
        return [s for s in self.shipments if s.shipment.kind != "disposal"]

    def disposed(self) -> list[Sent]:
        """What was disposed of: lost, and known where."""
        return [s for s in self.shipments if s.shipment.kind == "disposal"]


def seeds_of(lineage: Lineage, subject: Subject) -> list[LotKey]:
    """The canonical lots that the subject entered."""
    lots = {lineage.canonical(d.lot) for d in subject.deliveries}
    return sorted(lots | ({subject.lot} if subject.lot is not None else set()))


def recall(forward: Forward, subject: Subject) -> Recall:
    """Where a subject is, in what lies downstream of its lots."""
    if not subject.deliveries and subject.lot is None:
        return Recall(subject, forward, {}, 0.0, (), (), (), ())
    values = values_of(forward.nodes, subject.part_of)
    entering = {lot: _entering(forward, subject, values, lot) for lot in forward.pools}
    depths = _depths(forward, values, [lot for lot, brought in entering.items() if brought.own])
    lots = [_held_lot(forward, lot, brought, depths.get(lot, 0)) for lot, brought in entering.items()]
    ends = [amount for amount in (_gone(values, forward.gone)) if amount.amount.any]
    return Recall(
        subject=subject,
        forward=forward,
        values=values,
        entered=_total(new for brought in entering.values() for new in brought.new),
        lots=tuple(sorted((x for x in lots if x.amount.any), key=lambda x: (x.depth, x.lot))),
        shipments=tuple(sorted(_sent(forward, values), key=lambda s: (s.shipment.date, s.shipment.shipment_no, s.lot))),
        stock=tuple(left for lot in sorted(forward.pools) if (left := _left(forward, values, lot)).amount.any),
        missing=tuple(sorted(ends, key=lambda m: (m.run.date, m.run.key, m.kind))),
    )


def _total(parts: Iterable[float | None]) -> float | None:
    """The sum, None where a part is not known."""
    found = list(parts)
    return None if None in found else float(sum(x or 0.0 for x in found))


def total(parts: Iterable[float | None]) -> float | None:
    """The sum of milligrams, None where one is not known."""
    return _total(parts)


def _share(values: Mapping[Key, Value], parts: Sequence[tuple[Key, float]]) -> Value:
    """The share of a mass that is made of parts."""
    held = [(values.get(key, NOT_HELD), share) for key, share in parts]
    low, point, high, carry = (sum(value[i] * share for value, share in held) for i in range(4))
    return Value(low, point, high, carry)


def _amount(share: Value, mass: float | None) -> Amount:
    """What a mass of a share holds."""
    if mass is None:
        return Amount(0.0, 0.0, 0.0, 0.0) if share.high <= 0 else Amount(None, 0.0, None, None)
    low, high = (share.low, share.high) if mass >= 0 else (share.high, share.low)
    return Amount(_known(share.point * mass), low * mass, high * mass, _known(share.carry * mass))


def _known(number: float) -> float | None:
    return None if isnan(number) else number


# --- lots


@dataclass(frozen=True, slots=True)
class _Brought:
    """What entered a lot: amounts, milligrams that were not the subject's before, and whether it entered here by itself."""

    amounts: tuple[Amount, ...]
    new: tuple[float | None, ...]
    own: bool


def _entering(forward: Forward, subject: Subject, values: Mapping[Key, Value], lot: LotKey) -> _Brought:
    amounts: list[Amount] = []
    new: list[float | None] = []
    own = False
    pool = forward.pools[lot]
    for inflow in pool.inflows:
        part = subject.part_of(lot, inflow)
        brought = _share(values, forward.entering(inflow))
        mass = None if inflow.mass_mg is None else float(inflow.mass_mg)
        low, point, high = (mine + (1.0 - mine) * held for mine, held in zip(part, brought[:3], strict=True))
        point, carry = (1.0, 1.0) if part.point == 1.0 else (point, part.point + (1.0 - part.point) * brought.carry)
        amounts.append(_amount(Value(low, point, high, carry), mass))
        own = own or part.high > 0
        moved = inflow.delivery is not None and forward.lineage.canonical(inflow.delivery.lot) != lot and subject.lot != lot
        if part.high > 0 and not moved:
            fresh = part.point if part.point == 0.0 else part.point * (1.0 - brought.carry)
            new.append(None if mass is None else _known(fresh * mass))
    if subject.lot == lot and pool.origin_missing:
        return _Brought((Amount(None, 0.0, None, None),), (None,), True)
    return _Brought(tuple(amounts), tuple(new), own)


def _held_lot(forward: Forward, lot: LotKey, brought: _Brought, depth: int) -> HeldLot:
    a = brought.amounts
    high = _total(x.high for x in a)
    amount = Amount(_total(x.point for x in a), sum(x.low for x in a), high, _total(x.carried for x in a))
    return HeldLot(lot, forward.pools[lot].mass_mg, amount, depth)


def _depths(forward: Forward, values: Mapping[Key, Value], own: Iterable[LotKey]) -> dict[LotKey, int]:
    """Runs between the subject and each lot, at least, by what holds any of it.  Breadth first."""
    following: dict[LotKey, set[LotKey]] = {}
    for key, node in forward.nodes.items():
        if key[0] == "state":
            for feed in node.feeds:
                if feed.source is not None and feed.source[0] != "state" and values.get(feed.source, NOT_HELD).high > 0:
                    for before in _behind(forward, feed.source):
                        if values.get(before, NOT_HELD).high > 0:
                            following.setdefault(before[1], set()).add(key[1])  # type: ignore[arg-type]
    depths = dict.fromkeys(own, 0)
    frontier = list(depths)
    while frontier:
        met = [other for lot in frontier for other in sorted(following.get(lot, ()))]
        step = max((depths[lot] for lot in frontier), default=0) + 1
        frontier = [lot for lot in dict.fromkeys(met) if lot not in depths]
        depths.update(dict.fromkeys(frontier, step))
    return depths


def _behind(forward: Forward, group: Key) -> Iterator[Key]:
    """The states that a group drew."""
    for feed in forward.nodes[group].feeds if group in forward.nodes else ():
        if feed.source is not None and feed.source[0] == "feed":
            yield from _behind(forward, feed.source)
        elif feed.source is not None:
            yield feed.source


# --- where it went


def _sent(forward: Forward, values: Mapping[Key, Value]) -> Iterator[Sent]:
    """Shipments of states that hold any; transfers move nothing away, and a matched return is netted from its shipment."""
    lineage = forward.lineage
    for lot in forward.pools:
        rows = lineage.shipments.get(lot, ())
        back = returned_mg(lineage, rows)
        shares = {day: _of_lot(forward, values, lot, day) for day in {row.date for row in rows}}
        for row in rows:
            if row.kind == "transfer" or (row.is_return and row.reverses_shipment_no):
                continue
            mass = lineage.shipment_mg(row)
            returned = back.get(row.shipment_no, 0) if not row.is_return else 0
            net = None if mass is None or returned is None else -mass if row.is_return else max(0, mass - returned)
            share = shares[row.date]
            sent = Sent(row, lot, mass if not row.is_return or mass is None else -mass, returned or 0, _amount(share, net))
            if share.high > 0:
                yield sent


def _of_lot(forward: Forward, values: Mapping[Key, Value], lot: LotKey, day: dt.date | None) -> Value:
    """The share of what is drawn of a lot on a day, or (None) of what is left of it."""
    return _share(values, forward.left(lot) if day is None else forward.drawn_on(lot, day))


def _left(forward: Forward, values: Mapping[Key, Value], lot: LotKey) -> Left:
    """What the book has left of a lot; a delivered lot that shares its own number has given all to the pool of that number."""
    pool = forward.pools[lot]
    share = _of_lot(forward, values, lot, None)
    gave = any(lot in members for members in forward.lineage.pooled.values())
    mass = None if pool.mass_unknown else 0 if gave or pool.origin_missing else pool.balance_mg
    if pool.left_open and mass and share.high > 0:
        return Left(lot, None, share, Amount(None, 0.0, share.high * mass, None))
    return Left(lot, mass, share, _amount(share, mass))


def _gone(values: Mapping[Key, Value], gone: Iterable[Gone]) -> Iterator[Missing]:
    """What runs lost and leave unaccounted for, added by run."""
    found: dict[tuple[object, str], list[tuple[Run, Amount]]] = {}
    for one in gone:
        amount = _amount(values.get(one.key, NOT_HELD), one.mass)
        found.setdefault((one.run.key, one.kind), []).append((one.run, amount))
    for (_, kind), rows in found.items():
        amounts = [a for _, a in rows]
        high = _total(a.high for a in amounts)
        summed = Amount(_total(a.point for a in amounts), sum(a.low for a in amounts), high, _total(a.carried for a in amounts))
        yield Missing(rows[0][0], kind, summed)


@dataclass(frozen=True, slots=True)
class Totals:
    """Milligrams of the subject: what entered, and where it is; None where a mass is not known."""

    entered: float | None
    shipped: float | None
    stock: float | None
    lost: float | None
    unaccounted: float | None

    @property
    def rest(self) -> float:
        """What the four leave unexplained of what entered: nothing but rounding, or nan where a mass is not known."""
        parts = (self.shipped, self.stock, self.lost, self.unaccounted)
        if self.entered is None or None in parts:
            return nan
        return self.entered - sum(x or 0.0 for x in parts)


def totals_of(found: Recall) -> Totals:
    """The kilograms of the subject by where they are, each counted for itself."""
    lost = [m.amount.carried for m in found.missing if m.kind == "lost"]
    return Totals(
        entered=found.entered,
        shipped=_total(s.amount.carried for s in found.shipped()),
        stock=_total(x.amount.carried for x in found.stock),
        lost=_total([*lost, *(s.amount.carried for s in found.disposed())]),
        unaccounted=_total(m.amount.carried for m in found.missing if m.kind == "unaccounted"),
    )

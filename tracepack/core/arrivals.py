"""Deliveries as the audit tests look at them: those that say the same are looked at once, however many lots they brought.

Most lots of a large import were delivered and nothing else, and most of their rows differ in no more than lot number,
quantity and note.  Such rows need neither a record of their own nor a place in the lineage to be judged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from tracepack.core.facts import delivery_of
from tracepack.core.ledger import Delivery, Fact, LotKey, Row, SourceRow, Value
from tracepack.core.library import fold_name

#: What alike deliveries may differ in.
_OWN = frozenset({"lot_no", "quantity", "delivery_note"})


class Arrived(NamedTuple):
    """One delivery of several that are alike; ``place`` is its place in the order in which deliveries are told."""

    place: int
    lot_no: str
    quantity: Decimal
    note: str | None
    source: SourceRow


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Deliveries that differ in no more than lot number, quantity and note; ``first`` is one of them."""

    first: Delivery
    members: tuple[Arrived, ...]

    def each(self) -> Iterator[Delivery]:
        """Every delivery by itself."""
        if len(self.members) == 1:
            yield self.first
            return
        for one in self.members:
            yield replace(self.first, lot_no=one.lot_no, quantity=one.quantity, delivery_note=one.note, source=one.source)

    @property
    def largest(self) -> Delivery:
        """The delivery of the greatest quantity."""
        one = max(self.members, key=lambda member: abs(member.quantity))
        return replace(self.first, quantity=one.quantity)


def reading_order(delivery: Delivery) -> tuple[str, str, dt.date, int]:
    """The order in which deliveries are told: by lot, day and row."""
    return delivery.supplier, delivery.lot_no, delivery.delivery_date, delivery.source.row


def one_by_one(deliveries: Sequence[Delivery]) -> tuple[Arrivals, ...]:
    """Each delivery by itself, in the order given."""
    return tuple(Arrivals(d, (Arrived(n, d.lot_no, d.quantity, d.delivery_note, d.source),)) for n, d in enumerate(deliveries))


def together(deliveries: Iterable[Delivery], rows: Iterable[Row], organisation: str) -> tuple[Arrivals, ...]:
    """Deliveries and, alike ones together, the rows of further ones; in the order in which they are told."""
    found: list[tuple[tuple[Any, ...], Delivery | Row]] = [(reading_order(d), d) for d in deliveries]
    found += [((v["supplier"], v["lot_no"], v["delivery_date"], row.source.row), row) for row in rows for v in (row.values,)]
    found.sort(key=itemgetter(0))
    groups: dict[object, list[tuple[int, Delivery | Row]]] = {}
    for place, (_, one) in enumerate(found):
        groups.setdefault(id(one) if isinstance(one, Delivery) else _says(one.values), []).append((place, one))
    return tuple(_arrivals(group, organisation) for group in groups.values())


def _arrivals(group: Sequence[tuple[int, Delivery | Row]], organisation: str) -> Arrivals:
    first = group[0][1]
    return Arrivals(first if isinstance(first, Delivery) else delivery_of(first, organisation), tuple(_arrived(*one) for one in group))


def _arrived(place: int, one: Delivery | Row) -> Arrived:
    if isinstance(one, Delivery):
        return Arrived(place, one.lot_no, one.quantity, one.delivery_note, one.source)
    values: Mapping[str, Any] = one.values
    return Arrived(place, values["lot_no"], values["quantity"], values.get("delivery_note"), one.source)


def _says(values: Mapping[str, Value]) -> tuple[object, ...]:
    """Everything that a row states beyond what alike deliveries may differ in."""
    names = tuple(values)
    return names, _stated(names)(values)


@cache
def _stated(names: tuple[str, ...]) -> itemgetter[Any]:
    return itemgetter(*(name for name in names if name not in _OWN))


def only_arrived(recorded: Sequence[Fact], older: Sequence[Fact]) -> tuple[list[Row], list[Fact]]:
    """The rows of recorded deliveries whose lots nothing else names, and all other recorded facts.

    ``older`` are the facts that were there before.  A lot number counts as named whoever's it is, and as a recipe's name.
    """
    rest = [fact for fact in recorded if not _may_be_plain(fact)]
    named = {*_lot_numbers(older), *_lot_numbers(rest)}
    composed = [fact for fact in (*older, *rest) if fact.sheet == "Compositions"]
    recipes = {fold_name(str(row.values["material_or_lot"])) for fact in composed for row in fact.rows}
    rows: list[Row] = []
    for fact in recorded:
        if _may_be_plain(fact):
            number = str(fact.rows[0].values["lot_no"])
            if number in named or (recipes and fold_name(number) in recipes):
                rest.append(fact)
            else:
                rows.append(fact.rows[0])
    return rows, rest


def _may_be_plain(fact: Fact) -> bool:
    return fact.sheet == "Deliveries" and "own_lot_no" not in fact.rows[0].values


def _lot_numbers(facts: Iterable[Fact]) -> Iterator[str]:
    for fact in facts:
        for row in fact.rows:
            yield from (str(value) for key in ("lot_no", "own_lot_no") if (value := row.values.get(key)) is not None)


def lot_keys(arrivals: Iterable[Arrivals]) -> Iterator[tuple[str, str]]:
    """Owner and number of every delivery's lot, as bare pairs: a hundred thousand are compared, few are shown."""
    return ((each.first.supplier, member.lot_no) for each in arrivals for member in each.members)


def in_order(arrivals: Collection[Arrivals]) -> list[tuple[str, Arrived]]:
    """Every delivery with its supplier, in the order in which they are told."""
    every = [(member.place, each.first.supplier, member) for each in arrivals for member in each.members]
    every.sort(key=itemgetter(0))
    return [(supplier, member) for _, supplier, member in every]


def lot_of(supplier: str, member: Arrived) -> LotKey:
    """A delivery's lot."""
    return LotKey(supplier, member.lot_no)

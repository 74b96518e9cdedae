"""Cells and rows that say the same are looked at once: a table of 100,000 rows holds few different units, days and shares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple, TypeVar

from tracepack import data
from tracepack.core.ledger import Value
from tracepack.core.numerals import Cell

T = TypeVar("T")

#: Types of columns whose values say nothing that a check of one row weighs: only that they are there.
_NAMES = frozenset({"text", "lot", "unit"})
#: Fields whose values a check sets against each other, though they are names or days.
_COMPARED = frozenset(
    {("Balance Periods", "start"), ("Balance Periods", "end")}
    | {("Credit Transfers", key) for key in ("from_site", "to_site", "scheme", "to_scheme")}
)


def each_once(read: Callable[[list[Cell]], Sequence[T]], cells: Sequence[Cell]) -> list[T]:
    """What ``read`` makes of a column, cell for cell, though it is asked about each distinct cell once.

    What a column proves lies in which cells it has, not in how often it has them.  Cells other than text are told apart
    by identity, since 1 and True, or 1.0 and 1.00, are equal and not the same; whoever reads a file shares equal ones.
    """
    keys: Sequence[Hashable] = cells if set(map(type, cells)) == {str} else [cell if type(cell) is str else id(cell) for cell in cells]
    distinct = dict(zip(keys, cells, strict=True))
    values = dict(zip(distinct, read(list(distinct.values())), strict=True))
    return list(map(values.__getitem__, keys))


#: Looks some fields of a row up, in one step for all of them.
_Look = Callable[[Mapping[str, Value]], Sequence[Value]]


def _look(keys: Sequence[str]) -> _Look:
    """A look at some fields that are there."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda values: [values[key] for key in keys]


class _Shape(NamedTuple):
    """The filled fields of a row, by what is looked at in them."""

    names: _Look
    dates: _Look
    amounts: _Look
    weighed: _Look


class SoundRows:
    """Remembers rows of one sheet that nothing was wrong with, so that rows alike need no check of their own.

    Rows are alike if the same fields are filled and those fields whose values a check weighs hold the same objects; of
    the others it is seen here that they are values that any row may hold.  The rows must outlive this.
    """

    def __init__(self, layout: data.Sheet) -> None:
        self._names: list[str] = []
        self._dates: list[str] = []
        self._amounts: list[str] = []
        self._weighed: list[str] = []
        for column in layout.columns:
            self._list_of(layout.name, column).append(column.key)
        self._known: set[Hashable] = set()
        self._shapes: dict[tuple[str, ...], _Shape] = {}

    def _list_of(self, sheet: str, column: data.Column) -> list[str]:
        if (sheet, column.key) in _COMPARED:
            return self._weighed
        if column.type in _NAMES and not column.vocabulary:
            return self._names
        if column.type == "date":
            return self._dates
        # A run's quantity is weighed: none may be zero.
        return self._amounts if column.type == "decimal" and sheet != "Production" else self._weighed

    @property
    def weighed(self) -> frozenset[str]:
        """The fields whose values may decide whether a row is sound."""
        return frozenset(self._weighed)

    def sign(self, values: Mapping[str, Value]) -> Hashable:
        """What alike rows have in common; None where a value must be looked at."""
        filled = tuple(values)
        shape = self._shapes.get(filled) or self._shape_of(filled)
        names = shape.names(values)
        if not all(names) or any(type(name) is not str for name in names) or not "".join(names).isprintable():  # type: ignore[arg-type]
            return None
        if any(type(date) is not dt.date for date in shape.dates(values)):
            return None
        for amount in shape.amounts(values):
            if not (type(amount) is Decimal and amount.is_finite() and amount > 0):
                return None
        return (filled, *[value if type(value) is str else id(value) for value in shape.weighed(values)])

    def _shape_of(self, filled: tuple[str, ...]) -> _Shape:
        lists = (self._names, self._dates, self._amounts, self._weighed)
        found = self._shapes[filled] = _Shape(*(_look([key for key in filled if key in keys]) for keys in lists))
        return found

    def __contains__(self, sign: Hashable) -> bool:
        return sign in self._known

    def add(self, sign: Hashable) -> None:
        """Remember a row that nothing was wrong with."""
        if sign is not None:
            self._known.add(sign)

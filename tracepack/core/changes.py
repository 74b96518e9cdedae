"""What differs between two states of what is known: facts that came, went or say something else, and their cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracepack.core.findings import SourceRef
from tracepack.core.origin import Fact, Row, Value

#: What tells the rows of one grouped fact apart, as far as they say it.
_ROW_IDENTITY = ("direction", "supplier", "lot_no", "material", "layer", "output_group", "component")


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A fact in two states: ``old`` None where it came, ``new`` None where it went.  Each is only itself."""

    old: Fact | None
    new: Fact | None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Its one or two facts."""
        return tuple(fact for fact in (self.old, self.new) if fact is not None)

    @property
    def place(self) -> tuple[str, tuple[str, ...]]:
        """Sheet and key, which both facts share."""
        return self.facts[0].sheet, self.facts[0].key


@dataclass(frozen=True, slots=True)
class CellChange:
    """One field of one row in two states; a place is None where that state has no such row."""

    field: str
    old: Value
    new: Value
    old_ref: SourceRef | None
    new_ref: SourceRef | None


def changes_between(old: Iterable[Fact], new: Iterable[Fact]) -> tuple[Change, ...]:
    """Facts of one state only, paired by sheet and key and sorted by them; pairs that say the same are left out."""
    before = {(fact.sheet, fact.key): fact for fact in old}
    after = {(fact.sheet, fact.key): fact for fact in new}
    pairs = (Change(before.get(place), after.get(place)) for place in sorted(before.keys() | after.keys()))
    return tuple(change for change in pairs if _said(change.old) != _said(change.new))


def _said(fact: Fact | None) -> list[dict[str, Value]]:
    return [] if fact is None else [dict(row.values) for row in fact.rows]


def applied(facts: Iterable[Fact], changes: Sequence[Change]) -> list[Fact]:
    """The facts of the old state with some changes made in it, in stored order."""
    gone = {change.old.fact_id for change in changes if change.old is not None}
    come = [change.new for change in changes if change.new is not None]
    return sorted([*(fact for fact in facts if fact.fact_id not in gone), *come], key=lambda fact: fact.fact_id)


def undone(facts: Iterable[Fact], changes: Sequence[Change]) -> list[Fact]:
    """The facts of the new state with some changes taken back, in stored order."""
    return applied(facts, [Change(change.new, change.old) for change in changes])


def cells_of(change: Change) -> tuple[CellChange, ...]:
    """The fields that differ, row by row in the order of the sheet; rows are paired by what they are about, not by their place."""
    return tuple(cell for old, new in _paired(change) for cell in _cells(old, new))


def _paired(change: Change) -> list[tuple[Row | None, Row | None]]:
    old, new = ([] if fact is None else list(fact.rows) for fact in (change.old, change.new))
    if len(old) == len(new) == 1:
        return [(old[0], new[0])]
    waiting: dict[tuple[Value, ...], list[Row]] = defaultdict(list)
    for row in new:
        waiting[_identity(row)].append(row)
    pairs: list[tuple[Row | None, Row | None]] = []
    for row in old:
        same = waiting[_identity(row)]
        pairs.append((row, same.pop(0) if same else None))
    left = {id(row) for rows in waiting.values() for row in rows}
    return [*pairs, *((None, row) for row in new if id(row) in left)]


def _identity(row: Row) -> tuple[Value, ...]:
    return tuple(row.values.get(name) for name in _ROW_IDENTITY)


def _cells(old: Row | None, new: Row | None) -> list[CellChange]:
    before, after = ({} if row is None else row.values for row in (old, new))
    return [
        CellChange(name, before.get(name), after.get(name), _ref(old, name), _ref(new, name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


def _ref(row: Row | None, name: str) -> SourceRef | None:
    return None if row is None else row.source.ref(name)

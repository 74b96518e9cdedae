"""Rows, the facts they make, and where each was read: what every record of the ledger is built on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from tracepack.core.findings import SourceRef
from tracepack.core.quantity import Interval

#: What a cell may hold once it is read.
Value = str | dt.date | Decimal | float | Interval | None


class LotKey(NamedTuple):
    """A lot's identity: who owns the number, and the number.  Two parties may use the same number."""

    owner: str
    number: str

    def __str__(self) -> str:
        return f"{self.number} ({self.owner})"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """The row a record was read from; ``columns`` maps a field to its column letter, or to a cell stated once for all rows."""

    file: str
    sha256: str
    sheet: str
    row: int
    columns: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)

    def order(self) -> tuple[str, str, str, int]:
        """What rows are sorted by where all else is equal: file, sheet, row."""
        return self.file, self.sha256, self.sheet, self.row

    def ref(self, field_name: str = "") -> SourceRef:
        """The cell of a field; the row itself ("A7" style with the first column) where the field has no column."""
        place = self.columns.get(field_name) or next((c for c in self.columns.values() if not c[-1:].isdigit()), "A")
        return SourceRef(self.file, self.sha256, self.sheet, place if place[-1].isdigit() else f"{place}{self.row}")


def refs_of(sources: Iterable[SourceRow], field_name: str) -> tuple[SourceRef, ...]:
    """The cells of one field of many rows, as `SourceRow.ref` gives each."""
    letters: dict[int, str] = {}  # rows of one sheet share one mapping of columns
    refs: list[SourceRef] = []
    for source in sources:
        letter = letters.get(id(source.columns))
        if letter is None:
            place = source.columns.get(field_name, "")
            letter = letters[id(source.columns)] = "" if not place or place[-1].isdigit() else place
        refs.append(SourceRef(source.file, source.sha256, source.sheet, f"{letter}{source.row}") if letter else source.ref(field_name))
    return tuple(refs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One understood row of a sheet, before it is a fact: ``values`` by column key, blanks absent."""

    sheet: str
    values: Mapping[str, Value]
    source: SourceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is stored: one or (run, composition) several rows under one key.  ``fact_id`` is 0 until it is stored."""

    sheet: str
    key: tuple[str, ...]
    rows: tuple[Row, ...]
    fact_id: int = 0
    import_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What every record has."""

    source: SourceRow
    fact_id: int = 0

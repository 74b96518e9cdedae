"""Materials, compositions and library of a ledger, looked up by party and name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property

from tracepack.core.ledger import CompositionRow, Ledger, Material
from tracepack.core.library import Library, fold_name

_VOLATILE = {"solvent", "water"}


@dataclass(frozen=True)
class Catalogue:
    """Materials, compositions and library of a ledger, looked up by party and name."""

    organisation: str
    library: Library
    materials: dict[tuple[str, str], list[Material]] = field(default_factory=dict)
    compositions: dict[tuple[str, str], list[CompositionRow]] = field(default_factory=dict)
    _found: dict[tuple[str, str, dt.date | None], Material | None] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def is_dated(self) -> bool:
        """Whether any Materials row holds only from a day on, so that what a material is depends on the day asked about."""
        return any(m.valid_from is not None for rows in self.materials.values() for m in rows)

    def material(self, owner: str, name: str | None, on: dt.date | None) -> Material | None:
        """The party's Materials row valid on a day, else our own; the newest Valid From that is not after the day."""
        if name is None or not self.materials:
            return None
        asked = (owner, name, on if self.is_dated else None)
        if asked not in self._found:
            self._found[asked] = self._material(owner, name, on)
        return self._found[asked]

    def _material(self, owner: str, name: str, on: dt.date | None) -> Material | None:
        for party in dict.fromkeys((owner, self.organisation)):
            rows = self.materials.get((party, fold_name(name)), [])
            valid = [m for m in rows if m.valid_from is None or on is None or m.valid_from <= on]
            if valid:
                return max(valid, key=lambda m: m.valid_from or dt.date.min)
        return None

    def kind(self, owner: str, name: str | None, on: dt.date | None) -> str | None:
        """The kind of a material: its row's, else the library's."""
        row = self.material(owner, name, on)
        if row is not None and row.kind is not None:
            return row.kind
        found = self.library.find(name, row.name if row else None)
        return found.kind if found else None

    def density(self, owner: str, name: str | None, on: dt.date | None) -> float | None:
        """g/cm3: the Materials row's, else the library's."""
        row = self.material(owner, name, on)
        if row is not None and row.density is not None:
            return row.density
        found = self.library.find(name, row.name if row else None)
        return found.density if found else None

    def is_volatile(self, owner: str, name: str | None, on: dt.date | None) -> bool:
        """Whether a material is water or of Kind solvent."""
        return self.kind(owner, name, on) in _VOLATILE

    def composition(self, owner: str, *names: str) -> list[CompositionRow]:
        """The composition of a lot or material: the party's, else our own; [] where none is stated."""
        if not self.compositions:
            return []
        for party in dict.fromkeys((owner, self.organisation)):
            for name in names:
                rows = self.compositions.get((party, fold_name(name)))
                if rows:
                    return rows
        return []


def catalogue_of(ledger: Ledger, library: Library) -> Catalogue:
    """Index a ledger's materials and compositions; a blank Supplier is ourselves."""
    result = Catalogue(ledger.organisation, library)
    for material in ledger.materials:
        result.materials.setdefault((material.supplier or ledger.organisation, fold_name(material.material_id)), []).append(material)
    for row in ledger.compositions:
        result.compositions.setdefault((row.supplier or ledger.organisation, fold_name(row.material_or_lot)), []).append(row)
    return result

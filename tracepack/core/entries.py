"""Entries of the mass-balance books, and the desk at which they are written: accounts by name, factors and certificates at hand.

An account is one site's credits of one set of characteristics, in exact milligrams of input.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal, NamedTuple

from tracepack.core.bookrecords import AccountRecord, ConversionFactor, Declaration
from tracepack.core.bookrules import RuleBook
from tracepack.core.findings import SourceRef
from tracepack.core.ledger import Certificate, LotKey
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.quantity import mass_mg
from tracepack.core.sites import own_sites

EntryKind = Literal[
    "opening", "received", "transfer-in", "transfer-out", "attributed", "given-back", "sent-back", "scrap-sold", "adjustment"
]
#: Why an entry could not be made.
Problem = Literal["unit", "characteristics", "model", "factor", "period", "certificate", "share", "second opening", "scrap"]


class AccountKey(NamedTuple):
    """An account's identity: the site as written, the rest folded; ``country`` is "" where none is stated."""

    site: str
    scheme: str
    feedstock: str
    category: str
    country: str
    material: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What an adjustment puts right: entries of a kind in a closed period, milligrams of input as closed and as known since."""

    period: str
    kind: EntryKind
    was_mg: Fraction
    now_mg: Fraction
    was_refs: tuple[SourceRef, ...]
    now_refs: tuple[SourceRef, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One credit (positive) or use (negative) in milligrams of input.

    ``output_mg`` and ``factor`` are those of an attribution or of scrap sold; ``of`` is the number of the entry that one given
    or sent back undoes; ``lot`` is the canonical lot that a delivery's credits came with.
    """

    account: AccountKey
    date: dt.date
    kind: EntryKind
    mg: Fraction
    number: str
    refs: tuple[SourceRef, ...]
    output_mg: int | None = None
    factor: Decimal | None = None
    of: str = ""
    lot: LotKey | None = None
    corrects: Correction | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What kept a row out of the books, or (share) what was taken for granted; ``site`` is whose books."""

    problem: Problem
    site: str
    what: str
    refs: tuple[SourceRef, ...]
    entry: Entry | None = None


@dataclass(frozen=True)
class Books:
    """Every entry by account, in order of date (credits before uses of a day), the accounts' names as written, and obstacles."""

    entries: Mapping[AccountKey, tuple[Entry, ...]]
    names: Mapping[AccountKey, tuple[str, str, str, str, str]]
    obstacles: tuple[Obstacle, ...]

    @cached_property
    def received(self) -> Mapping[LotKey, tuple[Entry, ...]]:
        """What each delivered lot brought."""
        found: dict[LotKey, list[Entry]] = {}
        for entry in (e for entries in self.entries.values() for e in entries if e.kind == "received" and e.lot is not None):
            found.setdefault(entry.lot or LotKey("", ""), []).append(entry)
        return {lot: tuple(entries) for lot, entries in found.items()}


@dataclass
class Desk:
    """What the books are written from and into."""

    lineage: Lineage
    rules: RuleBook
    entries: list[Entry] = field(default_factory=list)
    names: dict[AccountKey, tuple[str, str, str, str, str]] = field(default_factory=dict)
    obstacles: list[Obstacle] = field(default_factory=list)
    valid_factors: dict[tuple[str, str, dt.date], tuple[ConversionFactor, ...]] = field(default_factory=dict)
    _keys: dict[tuple[str, str, str, str, str, str], AccountKey] = field(default_factory=dict)

    _materials: dict[LotKey, str] = field(default_factory=dict)

    def material(self, lot: LotKey) -> str:
        """A canonical lot's material, folded; "" where nothing states it."""
        if lot not in self._materials:
            self._materials[lot] = fold_name(self.lineage.material(lot))
        return self._materials[lot]

    @cached_property
    def sites(self) -> frozenset[str]:
        return own_sites(self.lineage.ledger)

    @cached_property
    def declarations(self) -> dict[tuple[str, str], Declaration]:
        return {(d.issuer, fold_name(d.declaration_no)): d for d in reversed(self.lineage.ledger.declarations)}

    @cached_property
    def certificates(self) -> dict[str, list[Certificate]]:
        found: dict[str, list[Certificate]] = {}
        for certificate in self.lineage.ledger.certificates:
            found.setdefault(fold_name(certificate.certificate_no), []).append(certificate)
        return found

    @cached_property
    def factors(self) -> dict[tuple[str, str], list[ConversionFactor]]:
        found: dict[tuple[str, str], list[ConversionFactor]] = {}
        for factor in sorted(self.lineage.ledger.conversion_factors, key=lambda f: f.valid_from):
            found.setdefault((factor.site, fold_name(factor.input_material)), []).append(factor)
        return found

    def key(self, site: str, scheme: str, feedstock: str, category: str, country: str, material: str) -> AccountKey:
        """The account of some characteristics; the first spelling met is its name."""
        stated = site, scheme, feedstock, category, country, material
        key = self._keys.get(stated)
        if key is None:
            key = AccountKey(site, fold_name(scheme), fold_name(feedstock), category, fold_name(country), fold_name(material))
            self._keys[stated] = key
            self.names.setdefault(key, stated[1:])
        return key


def mass_of(desk: Desk, row: AccountRecord, site: str, what: str) -> int | None:
    mass = mass_mg(row.quantity, row.unit)
    if mass is None:
        desk.obstacles.append(Obstacle("unit", site, what, (row.source.ref("unit"),)))
    return mass


def account_of(desk: Desk, site: str, row: AccountRecord) -> AccountKey:
    """The account that a row names; without a country the only one that agrees in the rest."""
    key = desk.key(site, row.scheme, row.feedstock, row.category, row.country_of_origin or "", row.input_material)
    if key.country:
        return key
    alike = _with_country(desk.names, key)
    return alike[0] if len(alike) == 1 else key


def _with_country(keys: Iterable[AccountKey], key: AccountKey) -> list[AccountKey]:
    return [other for other in keys if other.country and other._replace(country="") == key]

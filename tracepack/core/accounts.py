"""The accounts of the mass-balance books and what is entered in them: double entry, exact, in milligrams of input.

An account is one site's credits of one set of characteristics.  A credit comes from a delivery, an opening balance or another
site; a use goes to a lot, a shipment or another site.  Attributed output is debited as output / factor, an exact fraction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal, NamedTuple

from tracepack.core.bookrecords import AccountRecord, Attribution, ConversionFactor, CreditTransfer, Declaration
from tracepack.core.findings import SourceRef
from tracepack.core.ledger import Certificate, Delivery, LotKey
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.properties import stated_shares
from tracepack.core.quantity import mass_mg, rounded_share

EntryKind = Literal["opening", "received", "transfer-in", "transfer-out", "attributed"]
#: Why an entry could not be made.
Problem = Literal["unit", "characteristics", "factor", "period", "certificate", "share", "second opening"]
_NO_CREDIT = frozenset({"fossil", "co2-fossil", "mineral"})


class AccountKey(NamedTuple):
    """An account's identity: the site as written, the rest folded; ``country`` is "" where none is stated."""

    site: str
    scheme: str
    feedstock: str
    category: str
    country: str
    material: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One credit (positive) or use (negative) in milligrams of input.  ``output_mg`` and ``factor`` are an attribution's."""

    account: AccountKey
    date: dt.date
    kind: EntryKind
    mg: Fraction
    number: str
    refs: tuple[SourceRef, ...]
    output_mg: int | None = None
    factor: Decimal | None = None


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


@dataclass
class _Desk:
    """What the books are written from and into."""

    lineage: Lineage
    entries: list[Entry] = field(default_factory=list)
    names: dict[AccountKey, tuple[str, str, str, str, str]] = field(default_factory=dict)
    obstacles: list[Obstacle] = field(default_factory=list)

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
        key = AccountKey(site, fold_name(scheme), fold_name(feedstock), category, fold_name(country), fold_name(material))
        self.names.setdefault(key, (scheme, feedstock, category, country, material))
        return key


def book_entries(lineage: Lineage) -> Books:
    """Enter everything that a ledger holds; the answer does not depend on the order of its records."""
    desk = _Desk(lineage)
    _name_accounts(desk)
    for delivery in sorted(lineage.ledger.deliveries, key=lambda d: (d.delivery_date, d.supplier, d.lot_no, d.source.ref())):
        _receive(desk, delivery)
    _open(desk)
    for transfer in sorted(lineage.ledger.transfers, key=lambda t: (t.date, t.transfer_no)):
        _transfer(desk, transfer)
    for attribution in sorted(lineage.ledger.attributions, key=lambda a: (a.date, a.attribution_no)):
        _attribute(desk, attribution)
    by_account: dict[AccountKey, list[Entry]] = {}
    for entry in desk.entries:
        by_account.setdefault(entry.account, []).append(entry)
    ordered = {key: tuple(sorted(found, key=_order)) for key, found in sorted(by_account.items())}
    return _without_second_openings(Books(ordered, desk.names, tuple(desk.obstacles)))


def _name_accounts(desk: _Desk) -> None:
    """Make the accounts known that rows name in full, so that a row without a country finds them wherever it stands."""
    ledger = desk.lineage.ledger
    rows: list[tuple[str, AccountRecord]] = [(row.site, row) for row in ledger.opening_balances]
    rows += [(row.site, row) for row in ledger.attributions]
    rows += [(site, row) for row in ledger.transfers for site in (row.from_site, row.to_site)]
    for site, row in sorted(rows, key=lambda found: (found[0], found[1].source.ref())):
        if row.country_of_origin:
            desk.key(site, row.scheme, row.feedstock, row.category, row.country_of_origin, row.input_material)


def _order(entry: Entry) -> tuple[dt.date, bool, bool, str, tuple[SourceRef, ...]]:
    """By day; an opening balance first, credits before uses, since the order within a day is not known."""
    return entry.date, entry.kind != "opening", entry.mg < 0, entry.number, entry.refs


def _without_second_openings(books: Books) -> Books:
    """An account is opened once, before all else: what is stated later is compared, not counted."""
    entries: dict[AccountKey, tuple[Entry, ...]] = {}
    obstacles = list(books.obstacles)
    for key, found in books.entries.items():
        first = found[0].date
        late = [entry for entry in found if entry.kind == "opening" and entry.date > first]
        obstacles += [Obstacle("second opening", key.site, entry.number, entry.refs, entry) for entry in late]
        entries[key] = tuple(entry for entry in found if entry not in late) if late else found
    return Books(entries, books.names, tuple(obstacles))


# --- credits


def _receive(desk: _Desk, d: Delivery) -> None:
    """A delivery's credits: its attributed content, from the day it was physically received."""
    share, assumed = _certified_share(d)
    ours = d.recipient in (None, "", desk.lineage.ledger.organisation)
    if share <= 0 or d.opening or not ours:
        return
    site = d.site or desk.lineage.ledger.site
    mass = desk.lineage.delivery_mg(d)
    refs = (d.source.ref("quantity"),)
    if mass is None:
        desk.obstacles.append(Obstacle("unit", site, str(d.lot), (d.source.ref("unit"),)))
        return
    cited = desk.certificates.get(fold_name(d.certificate_no or ""), [])
    if cited and not any(_holds(certificate, d.delivery_date) for certificate in cited):
        desk.obstacles.append(
            Obstacle("certificate", site, str(d.lot), (d.source.ref("certificate_no"), cited[0].source.ref("valid_until")))
        )
        return
    parts = list(_characteristics(desk, d, cited))
    if not parts:
        desk.obstacles.append(Obstacle("characteristics", site, str(d.lot), (d.source.ref("lot_no"),)))
        return
    if assumed:
        desk.obstacles.append(Obstacle("share", site, str(d.lot), (d.source.ref("attributed_content"),)))
    whole = mass * share
    for (scheme, feedstock, category, country), part in parts:
        key = desk.key(site, scheme, feedstock, category, country, d.material)
        desk.entries.append(Entry(key, d.delivery_date, "received", whole * part, d.lot_no, refs))


def _certified_share(d: Delivery) -> tuple[Fraction, bool]:
    """What share of a delivery brings credits, and whether that is only taken for granted.

    A mass-balance delivery that cites its declaration or certificate and states no share is certified as a whole.
    """
    attributed = stated_shares(d).attributed
    if d.chain_of_custody == "none":
        return Fraction(0), False
    if attributed is not None:
        return _exact(attributed.low), False
    papers = d.declaration_no is not None or d.certificate_no is not None
    return (Fraction(1), True) if d.chain_of_custody == "mass balance" and papers else (Fraction(0), False)


def _exact(share: float) -> Fraction:
    """A share as it was written: to 1e-9, as everywhere."""
    return Fraction(Decimal(repr(rounded_share(share))))


def _holds(certificate: Certificate, day: dt.date) -> bool:
    """Whether a certificate was valid on a day, first and last day inclusive."""
    withdrawn = certificate.withdrawn_on is not None and day >= certificate.withdrawn_on
    return certificate.valid_from <= day <= certificate.valid_until and not withdrawn


def _characteristics(desk: _Desk, d: Delivery, cited: Sequence[Certificate]) -> Iterator[tuple[tuple[str, str, str, str], Fraction]]:
    """Scheme, feedstock, category and country of each part of a delivery; nothing where they are not known."""
    declared = desk.declarations.get((d.supplier, fold_name(d.declaration_no or "")))
    scheme = cited[0].scheme if cited else declared.scheme if declared else ""
    if not scheme:
        return
    shares = desk.lineage.source_shares(d)
    sources = [(desk.lineage.source_of(d, name), share) for name, share in shares]
    if sources and all(source is not None for source, _ in sources):
        left = Fraction(1)
        for index, (source, share) in enumerate(sources):
            part = left if index == len(sources) - 1 else _exact(share)
            left -= part
            if source is not None and source.category not in _NO_CREDIT:
                yield (scheme, source.feedstock, source.category, source.country_of_origin or ""), part
    elif declared is not None and declared.category not in _NO_CREDIT:
        yield (scheme, declared.feedstock, declared.category, declared.country_of_origin), Fraction(1)


def _open(desk: _Desk) -> None:
    starts = {(p.site, p.period_id): p.start for p in desk.lineage.ledger.periods}
    for row in sorted(desk.lineage.ledger.opening_balances, key=lambda o: (o.site, o.period_id, o.source.ref())):
        start, mass = starts.get((row.site, row.period_id)), _mass(desk, row, row.site, f"opening balance {row.period_id}")
        if start is None:
            desk.obstacles.append(Obstacle("period", row.site, row.period_id, (row.source.ref("period_id"),)))
        elif mass is not None:
            key = _account(desk, row.site, row)
            desk.entries.append(Entry(key, start, "opening", Fraction(mass), row.period_id, (row.source.ref("quantity"),)))


def _transfer(desk: _Desk, row: CreditTransfer) -> None:
    mass = _mass(desk, row, row.from_site, row.transfer_no)
    if mass is None:
        return
    giver = _account(desk, row.from_site, row)
    taker = giver._replace(site=row.to_site)
    desk.names.setdefault(taker, desk.names[giver])
    out = Entry(giver, row.date, "transfer-out", Fraction(-mass), row.transfer_no, (row.source.ref("quantity"),))
    desk.entries += [out, replace(out, account=taker, kind="transfer-in", mg=Fraction(mass))]


# --- uses


def _attribute(desk: _Desk, row: Attribution) -> None:
    output = _mass(desk, row, row.site, row.attribution_no)
    if output is None:
        return
    found = _factors_of(desk, row)
    if len(found) != 1:
        desk.obstacles.append(Obstacle("factor", row.site, row.attribution_no, (row.source.ref("input_material"),)))
        return
    (factor,) = found
    refs = (row.source.ref("quantity"), *(f.source.ref("factor") for f in _valid_factors(desk, row) if f.exact == factor))
    use = -output / Fraction(factor)
    desk.entries.append(Entry(_account(desk, row.site, row), row.date, "attributed", use, row.attribution_no, refs, output, factor))


def _factors_of(desk: _Desk, row: Attribution) -> set[Decimal]:
    """The conversion factors that an attribution may be debited by: one, where the output's material tells it."""
    materials = {fold_name(name) for lot in attributed_lots(desk.lineage, row) if (name := desk.lineage.material(lot))}
    valid = _valid_factors(desk, row)
    named = [f for f in valid if fold_name(f.output_material) in materials]
    return {f.exact for f in (named or ([] if materials else valid))}


def _valid_factors(desk: _Desk, row: Attribution) -> list[ConversionFactor]:
    """The newest factor of each output on the attribution's day."""
    rows = desk.factors.get((row.site, fold_name(row.input_material)), [])
    newest = {fold_name(f.output_material): f for f in rows if f.valid_from <= row.date}
    return list(newest.values())


def attributed_lots(lineage: Lineage, row: Attribution) -> list[LotKey]:
    """The canonical lots of an attribution: the one it names, or those of the shipment it names."""
    if row.lot_no is not None:
        return [lineage.canonical(LotKey(lineage.ledger.organisation, row.lot_no))]
    return sorted({lineage.canonical(s.lot) for s in lineage.ledger.shipments if s.shipment_no == row.shipment_no})


def _mass(desk: _Desk, row: AccountRecord, site: str, what: str) -> int | None:
    mass = mass_mg(row.quantity, row.unit)
    if mass is None:
        desk.obstacles.append(Obstacle("unit", site, what, (row.source.ref("unit"),)))
    return mass


def _account(desk: _Desk, site: str, row: AccountRecord) -> AccountKey:
    """The account that a row names; without a country the only one that agrees in the rest."""
    key = desk.key(site, row.scheme, row.feedstock, row.category, row.country_of_origin or "", row.input_material)
    if key.country:
        return key
    alike = _with_country(desk.names, key)
    return alike[0] if len(alike) == 1 else key


def _with_country(keys: Iterable[AccountKey], key: AccountKey) -> list[AccountKey]:
    return [other for other in keys if other.country and other._replace(country="") == key]

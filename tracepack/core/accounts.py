"""The accounts of the mass-balance books and what is entered in them: double entry, exact, in milligrams of input.

An account is one site's credits of one set of characteristics.  A credit comes from a delivery, an opening balance or another
site; a use goes to a lot, a shipment or another site.  Attributed output is debited as output / factor, an exact fraction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from tracepack.core.bookrecords import AccountRecord, Attribution, ConversionFactor
from tracepack.core.bookrules import RuleBook
from tracepack.core.credits import open_accounts, receive, transfer
from tracepack.core.entries import AccountKey, Books, Desk, Entry, EntryKind, Obstacle, account_of, mass_of
from tracepack.core.findings import SourceRef
from tracepack.core.ledger import LotKey
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.reversals import give_back, sell_scrap, send_back

__all__ = ["AccountKey", "Books", "Entry", "EntryKind", "Obstacle", "attributed_lots", "book_entries", "entry_order"]


def book_entries(lineage: Lineage, rules: RuleBook) -> Books:
    """Enter everything that a ledger holds and the schemes' ``rules`` let in; the answer does not depend on the order of its records."""
    desk = Desk(lineage, rules)
    _name_accounts(desk)
    for delivery in sorted(lineage.ledger.deliveries, key=lambda d: (d.delivery_date, d.supplier, d.lot_no, d.source.order())):
        receive(desk, delivery)
    open_accounts(desk)
    for moved in sorted(lineage.ledger.transfers, key=lambda t: (t.date, t.transfer_no)):
        transfer(desk, moved)
    for attribution in sorted(lineage.ledger.attributions, key=lambda a: (a.date, a.attribution_no)):
        _attribute(desk, attribution)
    give_back(desk)
    send_back(desk)
    sell_scrap(desk)
    by_account: dict[AccountKey, list[Entry]] = {}
    for entry in desk.entries:
        by_account.setdefault(entry.account, []).append(entry)
    ordered = {key: tuple(sorted(found, key=entry_order)) for key, found in sorted(by_account.items())}
    return _without_second_openings(Books(ordered, desk.names, tuple(desk.obstacles)))


def _name_accounts(desk: Desk) -> None:
    """Make the accounts known that rows name in full, so that a row without a country finds them wherever it stands.

    Of several spellings the first by alphabet is the account's name, so that it does not hang on the order of rows.
    """
    ledger = desk.lineage.ledger
    rows: list[tuple[str, AccountRecord]] = [(row.site, row) for row in ledger.opening_balances]
    rows += [(row.site, row) for row in ledger.attributions]
    rows += [(site, row) for row in ledger.transfers for site in (row.from_site, row.to_site)]
    named = {(site, r.scheme, r.feedstock, r.category, r.country_of_origin, r.input_material) for site, r in rows if r.country_of_origin}
    for site, scheme, feedstock, category, country, material in sorted(named, key=lambda found: tuple(map(str, found))):
        desk.key(site, scheme, feedstock, category, country or "", material)


def entry_order(entry: Entry) -> tuple[dt.date, bool, bool, str, tuple[SourceRef, ...]]:
    """By day; an opening balance first, credits before uses, since the order within a day is not known."""
    return entry.date, entry.kind != "opening", entry.mg.numerator < 0, entry.number, entry.refs


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


# --- uses


def _attribute(desk: Desk, row: Attribution) -> None:
    output = mass_of(desk, row, row.site, row.attribution_no)
    if output is None:
        return
    valid = _valid_factors(desk, row)
    found = _factors_of(desk, row, valid)
    if len(found) != 1:
        desk.obstacles.append(Obstacle("factor", row.site, row.attribution_no, (row.source.ref("input_material"),)))
        return
    (factor,) = found
    refs = (row.source.ref("quantity"), *(f.source.ref("factor") for f in valid if f.exact == factor))
    use = -output * _input_per_output(factor)
    desk.entries.append(Entry(account_of(desk, row.site, row), row.date, "attributed", use, row.attribution_no, refs, output, factor))


@lru_cache(maxsize=4096)
def _input_per_output(factor: Decimal) -> Fraction:
    return 1 / Fraction(factor)


def _factors_of(desk: Desk, row: Attribution, valid: Sequence[ConversionFactor]) -> set[Decimal]:
    """The conversion factors that an attribution may be debited by: one, where the output's material tells it."""
    materials = {name for lot in attributed_lots(desk.lineage, row) if (name := desk.material(lot))}
    named = [f for f in valid if fold_name(f.output_material) in materials]
    return {f.exact for f in (named or ([] if materials else valid))}


def _valid_factors(desk: Desk, row: Attribution) -> Sequence[ConversionFactor]:
    """The newest factor of each output on the attribution's day."""
    key = (row.site, fold_name(row.input_material), row.date)
    if key not in desk.valid_factors:
        rows = desk.factors.get(key[:2], [])
        newest = {fold_name(f.output_material): f for f in rows if f.valid_from <= row.date}
        desk.valid_factors[key] = tuple(newest.values())
    return desk.valid_factors[key]


def attributed_lots(lineage: Lineage, row: Attribution) -> list[LotKey]:
    """The canonical lots of an attribution: the one it names, or those of the shipment it names."""
    if row.lot_no is not None:
        return [lineage.canonical(LotKey(lineage.ledger.organisation, row.lot_no))]
    return sorted({lineage.canonical(s.lot) for s in lineage.shipped_as.get(row.shipment_no or "", ())})

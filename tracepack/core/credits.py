"""The credits of the mass-balance books: what deliveries bring, what the books begin with, what other sites hand over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from tracepack.core.bookrecords import CreditTransfer
from tracepack.core.entries import Desk, Entry, Obstacle, account_of, mass_of
from tracepack.core.ledger import Certificate, Delivery
from tracepack.core.library import fold_name
from tracepack.core.properties import stated_shares
from tracepack.core.quantity import rounded_share
from tracepack.core.sites import receiving_site

_NOTHING, _WHOLE = Fraction(0), Fraction(1)
#: Its credits come without any material, and so never enter the account of a site's inputs (ISO 22095, part 3).
_BOOK_AND_CLAIM = "book and claim"
_NO_CREDIT = frozenset({"fossil", "co2-fossil", "mineral"})


def receive(desk: Desk, d: Delivery) -> None:
    """A delivery's credits: its attributed content, from the day it was physically received; those of book and claim stay outside."""
    share, assumed = certified_share(d)
    site = receiving_site(desk.lineage.ledger, desk.sites, d)
    if share <= 0 or d.opening or site is None:
        return
    if d.chain_of_custody == _BOOK_AND_CLAIM:
        desk.obstacles.append(Obstacle("model", site, str(d.lot), (d.source.ref("chain_of_custody"), d.source.ref("attributed_content"))))
        return
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
    whole = Fraction(mass * share.numerator, share.denominator)
    for (scheme, feedstock, category, country), part in parts:
        key = desk.key(site, scheme, feedstock, category, country, d.material)
        lot = desk.lineage.canonical(d.lot)
        mg = whole if part is _WHOLE else whole * part
        desk.entries.append(Entry(key, d.delivery_date, "received", mg, d.lot_no, refs, lot=lot))


def certified_share(d: Delivery) -> tuple[Fraction, bool]:
    """What share of a delivery brings credits, and whether that is only taken for granted.

    A mass-balance delivery that cites its declaration or certificate and states no share is certified as a whole.
    """
    attributed = stated_shares(d).attributed
    if d.chain_of_custody == "none":
        return _NOTHING, False
    if attributed is not None:
        return _exact(attributed.low), False
    papers = d.declaration_no is not None or d.certificate_no is not None
    return (_WHOLE, True) if d.chain_of_custody == "mass balance" and papers else (_NOTHING, False)


@lru_cache(maxsize=4096)
def _exact(share: float) -> Fraction:
    """A share as it was written: to 1e-9, as everywhere."""
    return Fraction(Decimal(repr(rounded_share(share))))


def _holds(certificate: Certificate, day: dt.date) -> bool:
    """Whether a certificate was valid on a day, first and last day inclusive."""
    withdrawn = certificate.withdrawn_on is not None and day >= certificate.withdrawn_on
    return certificate.valid_from <= day <= certificate.valid_until and not withdrawn


def _characteristics(desk: Desk, d: Delivery, cited: Sequence[Certificate]) -> Iterator[tuple[tuple[str, str, str, str], Fraction]]:
    """Scheme, feedstock, category and country of each part of a delivery; nothing where they are not known."""
    declared = desk.declarations.get((d.supplier, fold_name(d.declaration_no or "")))
    scheme = cited[0].scheme if cited else declared.scheme if declared else ""
    if not scheme:
        return
    shares = desk.lineage.source_shares(d)
    sources = [(desk.lineage.source_of(d, name), share) for name, share in shares]
    if sources and all(source is not None for source, _ in sources):
        left = _WHOLE
        for index, (source, share) in enumerate(sources):
            part = left if index == len(sources) - 1 else _exact(share)
            left = left if part is left else left - part
            if source is not None and source.category not in _NO_CREDIT:
                yield (scheme, source.feedstock, source.category, source.country_of_origin or ""), part
    elif declared is not None and declared.category not in _NO_CREDIT:
        yield (scheme, declared.feedstock, declared.category, declared.country_of_origin), _WHOLE


def open_accounts(desk: Desk) -> None:
    starts = {(p.site, p.period_id): p.start for p in desk.lineage.ledger.periods}
    for row in sorted(desk.lineage.ledger.opening_balances, key=lambda o: (o.site, o.period_id, o.source.ref())):
        start, mass = starts.get((row.site, row.period_id)), mass_of(desk, row, row.site, f"opening balance {row.period_id}")
        if start is None:
            desk.obstacles.append(Obstacle("period", row.site, row.period_id, (row.source.ref("period_id"),)))
        elif mass is not None:
            key = account_of(desk, row.site, row)
            desk.entries.append(Entry(key, start, "opening", Fraction(mass), row.period_id, (row.source.ref("quantity"),)))


def transfer(desk: Desk, row: CreditTransfer) -> None:
    """Credits handed to another site; those that the books of another scheme do not take in stay where they are."""
    if row.to_scheme and not desk.rules.takes_in(row.to_scheme, row.scheme):
        return
    mass = mass_of(desk, row, row.from_site, row.transfer_no)
    if mass is None:
        return
    giver = account_of(desk, row.from_site, row)
    scheme, *rest = desk.names[giver]
    into = row.to_scheme or scheme
    taker = giver._replace(site=row.to_site, scheme=fold_name(into))
    desk.names.setdefault(taker, (into, rest[0], rest[1], rest[2], rest[3]))
    out = Entry(giver, row.date, "transfer-out", Fraction(-mass), row.transfer_no, (row.source.ref("quantity"),))
    desk.entries += [out, replace(out, account=taker, kind="transfer-in", mg=Fraction(mass))]

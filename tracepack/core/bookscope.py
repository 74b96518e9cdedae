"""The audit tests of what may enter whose books: schemes among each other, transfers between sites, periods and certificates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction

from tracepack.core.accounts import AccountKey, Entry
from tracepack.core.bookrecords import Attribution, BalancePeriod, CreditTransfer, OpeningBalance
from tracepack.core.bookview import BookView, kg_of
from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.ledger import Certificate, SourceRow
from tracepack.core.origin import refs_of
from tracepack.core.papers import Papers
from tracepack.core.sites import own_sites

_DAY = dt.timedelta(days=1)


def check_scope(view: BookView) -> Iterator[Finding]:
    """`scheme-mismatch`, `transfer-outside-group`, `transfer-before-credits` and `period-outside-certificate`."""
    papers = None if view.rules.custody is None else Papers(view.lineage, view.rules.custody)
    yield from _uses_of_other_schemes(view)
    yield from _transfers(view)
    if papers is not None:
        yield from _uncertified_schemes(view, papers)
        for period in sorted(view.lineage.ledger.periods, key=lambda p: (p.site, p.start, p.period_id)):
            if period.site in view.sites:
                yield from _uncovered(view, papers, period)


# --- schemes


def _uses_of_other_schemes(view: BookView) -> Iterator[Finding]:
    """Uses of an account that never had credits, where another scheme's account of the same characteristics has them."""
    credited = [key for key, entries in view.books.entries.items() if any(e.mg > 0 and e.kind != "given-back" for e in entries)]
    for key, entries in view.books.entries.items():
        others = [k for k in credited if k.scheme != key.scheme and _alike(k, key)]
        if key.site in view.sites and key not in credited and others:
            wanted, other = view.books.names[key][0], view.books.names[others[0]][0]
            text = f"Credits of {wanted} are used at site {key.site}, where such credits are only of {other}."
            hint = f"Material stays in the books of its own scheme: name {other}."
            if view.rules.takes_in(wanted, other):
                hint = f"Move them first: a credit transfer of {other} with To Scheme {wanted}."
            cells = tuple(dict.fromkeys(_scheme_cell(view, entry) for entry in entries))
            yield Finding("scheme-mismatch", Severity.ERROR, text, hint, (*cells, *(e.refs[0] for e in view.books.entries[others[0]])))


def _alike(one: AccountKey, other: AccountKey) -> bool:
    same_country = one.country == other.country or not (one.country and other.country)
    return same_country and one._replace(scheme="", country="") == other._replace(scheme="", country="")


def _scheme_cell(view: BookView, entry: Entry) -> SourceRef:
    """Where a use names its scheme."""
    ledger = view.lineage.ledger
    if entry.kind == "attributed":
        return next((a.source.ref("scheme") for a in ledger.attributions if a.attribution_no == entry.number), entry.refs[0])
    if entry.kind == "transfer-out":
        return next((t.source.ref("scheme") for t in ledger.transfers if t.transfer_no == entry.number), entry.refs[0])
    return entry.refs[0]


def _uncertified_schemes(view: BookView, papers: Papers) -> Iterator[Finding]:
    """Opening balances, transfers and attributions under a scheme that the site's own certificates are not of."""
    ledger = view.lineage.ledger
    stated: dict[tuple[str, str], list[SourceRow]] = {}
    rows: list[OpeningBalance | Attribution] = [*ledger.opening_balances, *ledger.attributions]
    for row in rows:
        stated.setdefault((row.site, row.scheme), []).append(row.source)
    moved: dict[tuple[str, str], list[SourceRef]] = {}
    for transfer in ledger.transfers:
        moved.setdefault((transfer.to_site, transfer.to_scheme or transfer.scheme), []).append(_into(transfer))
    for site, scheme in sorted({*stated, *moved}):
        own = sorted({c.scheme for c in papers.own_certificates(site)})
        if site in view.sites and own and not any(view.rules.takes_in(held, scheme) for held in own):
            text = f"Site {site} keeps books of {scheme}, but its certificates are of {', '.join(own)}."
            hint = "Material enters the books of its own scheme only: correct Scheme, or describe the site's certificate."
            refs = sorted([*moved.get((site, scheme), ()), *refs_of(stated.get((site, scheme), ()), "scheme")])
            yield Finding("scheme-mismatch", Severity.ERROR, text, hint, tuple(refs))


# --- transfers


def _into(row: CreditTransfer) -> SourceRef:
    """Where a transfer names the scheme whose books receive it."""
    return row.source.ref("to_scheme" if row.to_scheme else "scheme")


def _transfers(view: BookView) -> Iterator[Finding]:
    roles = {party.party_id: party.role for party in view.lineage.ledger.parties}
    sites = own_sites(view.lineage.ledger)
    for row in sorted(view.lineage.ledger.transfers, key=lambda t: (t.date, t.transfer_no)):
        if not {row.from_site, row.to_site} & view.sites:
            continue
        if row.to_scheme and not view.rules.takes_in(row.to_scheme, row.scheme):
            text = (
                f"Transfer {row.transfer_no} moves credits of {row.scheme} into books of {row.to_scheme}, "
                "which takes in none of them; it is not booked."
            )
            hint = f"Material stays in the books of its own scheme: name {row.scheme}."
            yield Finding("scheme-mismatch", Severity.ERROR, text, hint, (row.source.ref("to_scheme"), row.source.ref("scheme")))
        term = view.rules.term("credit_transfers", row.scheme, row.from_site)
        if term is not None and term.value == "group":
            yield from _outside(row, roles, sites)
    for key, entries in view.books.entries.items():
        if key.site in view.sites and any(entry.kind == "transfer-out" for entry in entries):
            yield from _too_early(view, key, entries)


def _outside(row: CreditTransfer, roles: dict[str, str], sites: frozenset[str]) -> Iterator[Finding]:
    """A site that is somebody else's: an error.  One that nobody has described: a warning."""
    for site, field in ((row.from_site, "from_site"), (row.to_site, "to_site")):
        if site in sites:
            continue
        known = site in roles
        text = f"Transfer {row.transfer_no} is with {site}, which is no site of ours."
        if not known:
            text = f"Transfer {row.transfer_no} is with {site}, of which nobody has said whose site it is."
        hint = f"Credits move within a company or its group: add a site of the group to Parties, or set credit transfers {row.scheme}."
        severity = Severity.ERROR if known else Severity.WARNING
        yield Finding("transfer-outside-group", severity, text, hint, (row.source.ref(field),))


def _too_early(view: BookView, key: AccountKey, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Credits handed over on a day at whose end the account is below zero."""
    balance = Fraction(0)
    for place, entry in enumerate(entries):
        balance += entry.mg
        ends_day = place + 1 == len(entries) or entries[place + 1].date > entry.date
        moved = [e for e in entries if e.date == entry.date and e.kind == "transfer-out"] if ends_day and balance < 0 else []
        if moved:
            text = f"Account {view.name(key)}: {kg_of(-balance)} kg of the credits handed over on {entry.date} were not there."
            hint = "Credits can be handed over once they are there: correct Date or Quantity, or import the delivery that is missing."
            yield Finding("transfer-before-credits", Severity.ERROR, text, hint, tuple(e.refs[0] for e in moved))


# --- periods


def _uncovered(view: BookView, papers: Papers, period: BalancePeriod) -> Iterator[Finding]:
    """A day of a period on which the site's own certificate of a scheme in its books was not valid."""
    schemes = {view.books.names[key][0] for key in view.books.entries if key.site == period.site}
    for scheme in sorted(schemes):
        own = [c for c in papers.own_certificates(period.site) if papers.rules.scheme_key(c.scheme) == papers.rules.scheme_key(scheme)]
        day = _first_uncovered(own, period.start, period.end) if own else None
        if day is not None:
            text = f"Period {period.period_id} of site {period.site}: on {day} the site has no valid certificate of {scheme}."
            hint = "A period lies inside the certificate's validity: divide it, or describe the certificate that follows."
            cells = (period.source.ref("start"), period.source.ref("end"), *(c.source.ref("valid_until") for c in own))
            yield Finding("period-outside-certificate", Severity.ERROR, text, hint, cells)


def _first_uncovered(certificates: Sequence[Certificate], start: dt.date, end: dt.date) -> dt.date | None:
    """The first day from start to end on which no certificate holds, None where each has one."""
    day = start
    for certificate in sorted(certificates, key=lambda c: (c.valid_from, c.valid_until)):
        last = certificate.valid_until
        if certificate.withdrawn_on is not None:
            last = min(last, certificate.withdrawn_on - _DAY)
        if certificate.valid_from <= day <= last:
            day = last + _DAY
    return day if day <= end else None

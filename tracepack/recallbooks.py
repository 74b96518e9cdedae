"""Where the credits of recalled deliveries went in the mass-balance books of all sites."""

from __future__ import annotations

from collections.abc import Iterable

from tracepack.core.accounts import book_entries
from tracepack.core.credits import certified_share
from tracepack.core.ledger import Delivery
from tracepack.core.lineage import build_lineage
from tracepack.core.recallclaims import CreditTrail, claimed_shipments
from tracepack.core.recallcredits import follow_credits, recalled_credits
from tracepack.core.recallends import mixed_ends, unbooked_ends
from tracepack.core.recallsubject import Subjects
from tracepack.rulebook import balance_rules, material_library
from tracepack.store import Store


def credit_trail(store: Store, subjects: Subjects) -> CreditTrail:
    """The books behind a recall; nothing where it brought no credits, in which case the whole workspace is not looked at."""
    certified = [d for d in _deliveries(subjects) if certified_share(d)[0] > 0]
    if not certified:
        return CreditTrail()
    lineage, _ = build_lineage(store.load_ledger(None), material_library())
    books = book_entries(lineage, balance_rules())
    parts = {**subjects.physical.parts, **subjects.attributed.parts}
    recalled = recalled_credits({d.source.ref("quantity"): (parts[id(d)].low, parts[id(d)].high) for d in certified}, books)
    accounts = follow_credits(books, recalled)
    booked = {entry.refs[0] for entry in recalled}
    entered = {entry.number for entries in books.entries.values() for entry in entries if entry.kind == "attributed"}
    rows, us = lineage.ledger.attributions, lineage.ledger.organisation
    ends = [
        *mixed_ends(lineage, accounts),
        *unbooked_ends([d for d in certified if d.source.ref("quantity") not in booked], rows, us),
        *unbooked_ends(certified, [row for row in rows if row.attribution_no not in entered], us),
    ]
    return CreditTrail(
        accounts=accounts,
        names=books.names,
        attributions={row.attribution_no: row for row in rows},
        claimed=claimed_shipments(lineage, accounts),
        parties={p.party_id: p.name for p in lineage.ledger.parties},
        ends=tuple(dict.fromkeys(ends)),
    )


def _deliveries(subjects: Subjects) -> Iterable[Delivery]:
    return (*subjects.physical.deliveries, *subjects.attributed.deliveries)

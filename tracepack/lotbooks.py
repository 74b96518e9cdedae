"""What the books of our sites say of a lot: the audit of the credits that it brings, carries or is sold with."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from functools import lru_cache

from tracepack.bookkeeping import audited
from tracepack.claiming import declaration_findings
from tracepack.core.bookaudit import BookAudit
from tracepack.core.content import LotContent
from tracepack.core.creditfaults import credits_behind, faults_of
from tracepack.core.credits import certified_share
from tracepack.core.findings import Finding, sort_findings
from tracepack.core.ledger import LotKey
from tracepack.core.lineage import Lineage, build_lineage
from tracepack.questions import View
from tracepack.rulebook import material_library
from tracepack.store import Store


@dataclass(frozen=True, slots=True)
class LotBooks:
    """What is wrong in the books of the sites concerned, and (``faults``) with the very credits of the lot.

    ``present`` names what there is to be audited: "books", "stock-counts".
    """

    findings: tuple[Finding, ...] = ()
    faults: tuple[Finding, ...] = ()
    present: frozenset[str] = frozenset()


def lot_books(store: Store, view: View, content: LotContent) -> LotBooks:
    """The books behind a lot; nothing where it has no credits, in which case the whole workspace is not looked at."""
    own = view.lineage.canonical(view.lot)
    shipments = view.lineage.shipments.get(own, ())
    rows = credits_behind(view.lineage, [own], (s.shipment_no for s in shipments))
    certified = {view.lineage.canonical(d.lot) for d in content.scope.deliveries if certified_share(d)[0] > 0}
    if not rows and not certified:
        return LotBooks()
    whole = _whole(store, store.latest_import())
    sites = {row.site for row in rows} | _crediting(whole.audit(None), certified)
    audits = [whole.audit(site) for site in sorted(sites)]
    found = [finding for audit in audits for finding in audit.findings]
    found += declaration_findings(whole.lineage, [s for s in shipments if s.declaration_no])
    distinct = tuple(sort_findings({(f.name, f.message): f for f in found}.values()))
    return LotBooks(distinct, faults_of(distinct, rows), _present(audits, sites))


@dataclass
class _Whole:
    """A workspace as known after an import, with the audits of its books that were asked for."""

    store: Store
    lineage: Lineage
    _audits: dict[str | None, BookAudit] = field(default_factory=dict)

    def audit(self, site: str | None) -> BookAudit:
        """The books of a site (None: of all)."""
        if site not in self._audits:
            self._audits[site] = audited(self.store, self.lineage, site)
        return self._audits[site]


@lru_cache(maxsize=1)  # a thousand reports of one workspace read it once
def _whole(store: Store, known_after: int) -> _Whole:
    lineage, _ = build_lineage(store.load_ledger(None, as_of=known_after), material_library())
    return _Whole(store, lineage)


def _crediting(audit: BookAudit, lots: Set[LotKey]) -> set[str]:
    """The sites whose books some delivered lots brought credits into."""
    return {entry.account.site for lot in lots for entry in audit.books.received.get(lot, ())}


def _present(audits: Iterable[BookAudit], sites: Set[str]) -> frozenset[str]:
    """What the sites have that tests can look at."""
    each = list(audits)
    books = any(audit.statements or any(period.site in sites for period in audit.periods) for audit in each)
    counts = any(count.stock.site in sites for audit in each if audit.counted is not None for count in audit.counted.counts)
    return frozenset(name for name, there in (("books", books), ("stock-counts", counts)) if there)

"""What is left of recalled lots, and where: by the book, and by what was counted; the two are never mixed.

The book knows each lot's sites by its movements; a count is rolled forward by what moved since.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracepack.core.ledger import LotKey, StockCount
from tracepack.core.lineage import Lineage
from tracepack.core.quantitybook import Movement, movements, stock_of, stock_on
from tracepack.core.recall import Amount, Left, Recall
from tracepack.core.recallvalues import Value
from tracepack.core.stockcounts import count_mg


@dataclass(frozen=True, slots=True)
class Shelf:
    """A lot at a site ("" where the movements do not say which): the book's milligrams, and what a count makes of them.

    ``counted_mg`` is the newest count rolled forward to the end of the book, None where the lot was not counted there.  A book that does
    not know what is there (None) has no masses to hold a count against: it is taken as that of the evening.
    """

    lot: LotKey
    site: str
    book_mg: int | None
    amount: Amount
    counted_mg: int | None = None
    counted_amount: Amount | None = None
    counts: tuple[StockCount, ...] = ()

    @property
    def counted_on(self) -> dt.date | None:
        """The day of the count."""
        return self.counts[0].date if self.counts else None

    @property
    def short(self) -> float:
        """Milligrams of the subject that the book has and the count has not."""
        if self.counted_amount is None or self.amount.carried is None or self.counted_amount.carried is None:
            return 0.0
        return max(0.0, self.amount.carried - self.counted_amount.carried)


def shelves_of(found: Recall) -> tuple[Shelf, ...]:
    """Every lot that holds some and is left somewhere, or was counted; by lot and site."""
    lineage = found.forward.lineage
    held = {x.lot for x in found.lots}
    if not held:
        return ()
    moved: dict[LotKey, dict[str, list[Movement]]] = {}
    for movement in movements(lineage):
        if movement.lot in held:
            moved.setdefault(movement.lot, {}).setdefault(movement.site, []).append(movement)
    counts = _newest_counts(lineage, held)
    left = {x.lot: x for x in found.stock}
    shelves: list[Shelf] = []
    for lot in sorted(held):
        sites = moved.get(lot, {})
        share = left[lot].share if lot in left else None
        for site, book in _places(found, left.get(lot), lot, sites):
            if book is None:
                shelves.append(_unweighed(lineage, left[lot], site, sites.get(site, ()), counts.get((site, lot), ())))
            else:
                shelves.append(_shelf(lineage, lot, site, book, share, sites.get(site, ()), counts.get((site, lot), ())))
        told = {s.site for s in shelves if s.lot == lot}
        for (site, counted), rows in sorted(counts.items(), key=lambda c: c[0]):
            if counted == lot and site not in told and share is not None:
                shelves.append(_shelf(lineage, lot, site, 0, share, sites.get(site, ()), rows))
    return tuple(s for s in shelves if s.book_mg != 0 or s.counted_mg)


def _places(found: Recall, left: Left | None, lot: LotKey, sites: Mapping[str, Sequence[Movement]]) -> list[tuple[str, int | None]]:
    """The sites that hold what is left of a lot; one without a name where the movements do not add up to it."""
    if left is None or left.mass_mg == 0:
        return []
    books = {site: stock_of(rows) for site, rows in sites.items()}
    known = [mass for mass in books.values() if mass is not None]
    if left.mass_mg is not None and len(known) == len(books) and min(known, default=-1) >= 0 and sum(known) == left.mass_mg:
        return [(site, mass) for site, mass in sorted(books.items()) if mass]
    members = found.forward.lineage.pooled.get(lot, ())
    only = sorted(sites) if not members else sorted({*sites})
    return [(only[0] if len(only) == 1 else "", left.mass_mg)]


def _newest_counts(lineage: Lineage, held: Iterable[LotKey]) -> dict[tuple[str, LotKey], tuple[StockCount, ...]]:
    """The rows of each lot's newest count at each site."""
    wanted = set(held)
    found: dict[tuple[str, LotKey], list[StockCount]] = {}
    for count in sorted(lineage.ledger.stock_counts, key=lambda c: (c.date, c.source.order())):
        if count.lot_no is None or count_mg(lineage, count) is None:
            continue
        lot = lineage.canonical(LotKey(count.supplier or lineage.ledger.organisation, count.lot_no))
        if lot in wanted:
            rows = found.setdefault((count.site, lot), [])
            if rows and rows[0].date != count.date:
                rows.clear()
            rows.append(count)
    return {key: tuple(rows) for key, rows in found.items()}


def _shelf(
    lineage: Lineage,
    lot: LotKey,
    site: str,
    book: int,
    share: Value | None,
    moved: Sequence[Movement],
    counts: Sequence[StockCount],
) -> Shelf:
    held = share or Value(0.0, 0.0, 0.0, 0.0)
    amount = amount_of(held, book)
    if not counts:
        return Shelf(lot, site, book, amount)
    counted = sum(count_mg(lineage, count) or 0 for count in counts)
    day = counts[0].date
    ends = [mass for on in (day, day - dt.timedelta(days=1)) if (mass := stock_on(moved, on)) is not None]
    there = min(ends, key=lambda mass: abs(mass - counted), default=None)
    if there is None:
        return Shelf(lot, site, book, amount)
    now = max(0, book + counted - there)
    return Shelf(lot, site, book, amount, now, amount_of(held, now), tuple(counts))


def _unweighed(lineage: Lineage, left: Left, site: str, moved: Sequence[Movement], counts: Sequence[StockCount]) -> Shelf:
    """All that is left of a lot where the book does not know how much: a count says it, if all that moved after its day has a mass."""
    since = stock_of(m for m in moved if counts and m.date > counts[0].date)
    if not counts or since is None:
        return Shelf(left.lot, site, None, left.amount)
    now = max(0, sum(count_mg(lineage, count) or 0 for count in counts) + since)
    return Shelf(left.lot, site, None, left.amount, now, amount_of(left.share, now), tuple(counts))


def amount_of(share: Value, mass: int) -> Amount:
    """What a mass of a share holds of the subject."""
    known = share.point == share.point  # nan is not
    point, carried = (share.point * mass, share.carry * mass) if known else (None, None)
    return Amount(point, share.low * mass, share.high * mass, carried)

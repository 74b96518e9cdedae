"""The quantity book against what was counted: book and counted stock of a material at a site may differ by the scheme's tolerance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from tracepack.core.bookrecords import BalancePeriod
from tracepack.core.bookrules import Term
from tracepack.core.bookview import BookView
from tracepack.core.findings import Finding, Severity
from tracepack.core.ledger import LotKey, StockCount
from tracepack.core.library import fold_name
from tracepack.core.lineage import Lineage
from tracepack.core.quantity import kg_text, mass_mg, percent_text
from tracepack.core.quantitybook import Movement, QuantityBook, in_order, quantity_books, stock_on
from tracepack.core.runs import unit_finding


@dataclass(frozen=True)
class CountedStock:
    """Counts of one day, site and material, and the movements of what was counted; masses in milligrams.

    ``book`` is None where a movement's mass is not known.  The book is that of the end of the day, or of its start where
    that is nearer: the hour of a count is not known.
    """

    site: str
    material: str
    date: dt.date
    counted: int
    counts: tuple[StockCount, ...]
    moved: tuple[Movement, ...]

    @cached_property
    def book(self) -> int | None:
        """What should be there."""
        end, start = stock_on(self.moved, self.date), stock_on(self.moved, self.date - dt.timedelta(days=1))
        if end is None or start is None:
            return end
        return min(end, start, key=lambda mass: abs(mass - self.counted))


@dataclass(frozen=True)
class JudgedCount:
    """A count, and the tolerance that it is judged by with its scheme; ``term`` None where no rule is known."""

    stock: CountedStock
    scheme: str
    term: Term | None

    @property
    def tolerance(self) -> Fraction | None:
        """The share of the book by which it may differ."""
        return None if self.term is None else exact_share(self.term)

    @property
    def agrees(self) -> bool | None:
        """None where the book or the tolerance is not known."""
        book, tolerance = self.stock.book, self.tolerance
        return None if book is None or tolerance is None else abs(self.stock.counted - book) <= tolerance * abs(book)


@dataclass(frozen=True)
class QuantityAudit:
    """The quantity books with the counts that they are compared with, and the periods that they are shown by."""

    books: tuple[QuantityBook, ...]
    counts: tuple[JudgedCount, ...]
    periods: tuple[BalancePeriod, ...]


def counted_stocks(lineage: Lineage, books: Sequence[QuantityBook]) -> tuple[CountedStock, ...]:
    """Every count with its book, by site, day and material; the lots of a material that were counted on a day are one count."""
    moved = {(book.site, fold_name(book.material)): book.movements for book in books}
    by_lot: dict[tuple[str, LotKey], list[Movement]] = {}
    for book in books:
        for movement in book.movements:
            by_lot.setdefault((book.site, movement.lot), []).append(movement)
    groups: dict[tuple[str, dt.date, str, str | None, bool], list[StockCount]] = {}
    for count in lineage.ledger.stock_counts:
        if count_mg(lineage, count) is not None:
            material = _material(lineage, count)
            owner = None if count.lot_no is not None else count.supplier
            groups.setdefault((count.site, count.date, fold_name(material), owner, count.lot_no is None), []).append(count)
    found = []
    for (site, day, folded, owner, whole), counts in sorted(groups.items(), key=lambda g: (*g[0][:3], g[0][3] or "", g[0][4])):
        rows = sorted(counts, key=lambda c: (c.lot_no or "", c.source.ref()))
        if whole:
            of_material = moved.get((site, folded), ())
            mine = tuple(m for m in of_material if owner is None or m.lot.owner == owner)
        else:
            lots = {lot for count in rows for lot in _lots(lineage, count)}
            mine = in_order(m for lot in lots for m in by_lot.get((site, lot), ()))
        counted = sum(count_mg(lineage, count) or 0 for count in rows)
        found.append(CountedStock(site, _material(lineage, rows[0]), day, counted, tuple(rows), mine))
    return tuple(found)


def count_mg(lineage: Lineage, count: StockCount) -> int | None:
    """A count's mass in milligrams, None where its unit cannot be turned into mass."""
    owner = count.supplier or lineage.ledger.organisation
    return mass_mg(count.quantity, count.unit, lineage.catalogue.material(owner, _material(lineage, count), count.date))


def _lots(lineage: Lineage, count: StockCount) -> list[LotKey]:
    """The canonical lots that a count of a lot is of: an own number that several delivered lots share stands for them all."""
    lot = lineage.canonical(LotKey(count.supplier or lineage.ledger.organisation, count.lot_no or ""))
    return [lot, *lineage.pooled.get(lot, ())]


def _material(lineage: Lineage, count: StockCount) -> str:
    if count.lot_no is None:
        return count.material or ""
    return lineage.material(_lots(lineage, count)[0]) or count.material or ""


def audit_quantities(view: BookView) -> QuantityAudit:
    """The quantity books of the sites that are asked for, and every count judged."""
    lineage = view.lineage
    books = tuple(book for book in quantity_books(lineage) if view.only in (None, book.site))
    stocks = (stock for stock in counted_stocks(lineage, books) if view.only in (None, stock.site))
    return QuantityAudit(books, tuple(_judged(view, stock) for stock in stocks), lineage.ledger.periods)


def _judged(view: BookView, stock: CountedStock) -> JudgedCount:
    rule = tolerance_at(view, stock.site, stock.material)
    return JudgedCount(stock, *rule) if rule else JudgedCount(stock, "", None)


def count_findings(view: BookView, audit: QuantityAudit) -> Iterator[Finding]:
    """`stock-differs`: counted stock beyond the scheme's tolerance from the book; and counts that are no mass."""
    for count in sorted(view.lineage.ledger.stock_counts, key=lambda c: (c.date, c.site, c.source.ref())):
        if view.only in (None, count.site) and count_mg(view.lineage, count) is None:
            what = count.lot_no or count.material or ""
            yield unit_finding(count.source.ref("unit"), f"{count.quantity:f}", count.unit, f"the count of {what}")
    for judged in audit.counts:
        if judged.agrees is False:
            yield _differing(judged)


def _differing(judged: JudgedCount) -> Finding:
    stock, scheme, book = judged.stock, judged.scheme, judged.stock.book or 0
    apart, most = kg_text(abs(stock.counted - book)), percent_text(float(judged.tolerance or 0))
    what = stock.material or ", ".join(count.lot_no or "" for count in stock.counts)
    text = (
        f"Site {stock.site}, {what}: {kg_text(stock.counted)} kg were counted on {stock.date}, the book has {kg_text(book)} kg: "
        f"{apart} kg apart, more than {most} ({scheme})."
    )
    hint = "Count again, or record what is missing: a delivery, a run, a shipment or a loss."
    if judged.term is not None and not judged.term.confirmed:
        hint = f"Count again, or record what is missing. The tolerance is unconfirmed: a Settings row stock tolerance {scheme} replaces it."
    cells = [count.source.ref("quantity") for count in stock.counts]
    cells += [movement.ref for movement in stock.moved if movement.date <= stock.date]
    return Finding("stock-differs", Severity.ERROR, text, hint, tuple(cells))


def tolerance_at(view: BookView, site: str, material: str) -> tuple[str, Term] | None:
    """The narrowest tolerance of the schemes that a site's books are kept under, with its scheme; None where there is no rule at all.

    The accounts of the material itself tell, else those of the site, else the site's certificates.
    """
    accounts = [key for key in view.books.entries if key.site == site]
    named = [key for key in accounts if key.material == fold_name(material)] or accounts
    schemes = {view.books.names[key][0] for key in named}
    if not schemes:
        holders = (site, view.lineage.ledger.organisation)
        schemes = {c.scheme for c in view.lineage.ledger.certificates if c.holder in holders}
    known = [rule for scheme in schemes or {""} if (rule := view.rules.rule(scheme, site)) is not None]
    found = [(term, rule.scheme) for rule in known if (term := rule.term("stock_tolerance")) is not None]
    if not found:
        return None
    term, scheme = min(found, key=lambda pair: (exact_share(pair[0]), pair[1]))
    return scheme, term


def exact_share(term: Term) -> Fraction:
    """A rule's share as it was written."""
    return Fraction(Decimal(repr(term.value)))

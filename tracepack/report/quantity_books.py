"""From the quantity book to its published answer and its plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracepack.core.library import fold_name
from tracepack.core.quantity import kg_text
from tracepack.core.quantitybook import Movement, MovementKind, QuantityBook, QuantityStatement, statements_of
from tracepack.core.stockcounts import JudgedCount, QuantityAudit
from tracepack.report.answers_quantity import MovementAnswer, QuantityBookAnswer, QuantityPeriodAnswer, StockCountAnswer
from tracepack.report.table import text_table
from tracepack.report.wording import Wording, visible

_FIGURES = ("opening", "opening_stock", "received", "made", "returned", "moved_in", "used", "shipped", "moved_out", "lost", "closing")
_ALWAYS = frozenset({"opening", "received", "made", "used", "shipped", "closing"})


def quantity_answer(audit: QuantityAudit) -> list[QuantityBookAnswer]:
    """The quantity books, by site and material; counts of what no movement is known of have a book of their own."""
    books = {(book.site, fold_name(book.material)): book for book in audit.books}
    for judged in audit.counts:
        books.setdefault((judged.stock.site, fold_name(judged.stock.material)), QuantityBook(judged.stock.site, judged.stock.material, ()))
    return [_book(audit, books[key]) for key in sorted(books)]


def _book(audit: QuantityAudit, book: QuantityBook) -> QuantityBookAnswer:
    mine = [c for c in audit.counts if (c.stock.site, fold_name(c.stock.material)) == (book.site, fold_name(book.material))]
    return QuantityBookAnswer(
        site=book.site,
        material=book.material,
        periods=[_period(s) for s in (statements_of(book, audit.periods) if book.movements else ())],
        counts=[_count(judged) for judged in mine],
    )


def _period(s: QuantityStatement) -> QuantityPeriodAnswer:
    def came(kind: MovementKind) -> str | None:
        return _kg(s.total(kind))

    def left(kind: MovementKind) -> str | None:
        total = s.total(kind)
        return None if total is None else kg_text(-total)

    return QuantityPeriodAnswer(
        period=s.segment.period.period_id if s.segment.period else None,
        start=s.segment.start.isoformat(),
        end=s.segment.end.isoformat(),
        opening_kg=_kg(s.opening),
        opening_stock_kg=came("opening"),
        received_kg=came("received"),
        made_kg=came("made"),
        returned_kg=came("returned"),
        moved_in_kg=came("moved-in"),
        used_kg=left("used"),
        shipped_kg=left("shipped"),
        moved_out_kg=left("moved-out"),
        lost_kg=left("lost"),
        closing_kg=_kg(s.closing),
        movements=[_movement(m) for m in s.movements],
    )


def _kg(mg: int | None) -> str | None:
    return None if mg is None else kg_text(mg)


def _movement(m: Movement) -> MovementAnswer:
    return MovementAnswer(date=m.date.isoformat(), kind=m.kind, number=m.number, lot=m.lot.number, mass_kg=_kg(m.mg), refs=(m.ref,))


def _count(judged: JudgedCount) -> StockCountAnswer:
    stock = judged.stock
    return StockCountAnswer(
        date=stock.date.isoformat(),
        counted_kg=kg_text(stock.counted),
        book_kg=_kg(stock.book),
        agrees=judged.agrees,
        tolerance=None if judged.tolerance is None else float(judged.tolerance),
        scheme=judged.scheme,
        refs=tuple(count.source.ref("quantity") for count in stock.counts),
    )


def quantity_text(books: Sequence[QuantityBookAnswer], w: Wording) -> list[str]:
    """One block a book: a line a period, in kg, and below them the counts."""
    return ["\n".join(_lines(book, w)) for book in books]


def _lines(book: QuantityBookAnswer, w: Wording) -> Iterator[str]:
    yield visible(f"{book.site}, {book.material or w('balance.no_material')}: {w('balance.quantity_book')}")
    shown = [name for name in _FIGURES if name in _ALWAYS or any(_figure(p, name) != "0" for p in book.periods)]
    rows = [(_name(p, w), *(_mass(_figure(p, name), w) for name in shown)) for p in book.periods]
    if rows:
        yield from text_table([w("balance.period"), *(w(f"balance.stock.{name}") for name in shown)], rows, right=range(1, len(shown) + 1))
    for count in book.counts:
        yield "  " + w("balance.counted", date=count.date, counted=w.kg(count.counted_kg), book=w.kg(count.book_kg))


def _figure(period: QuantityPeriodAnswer, name: str) -> str | None:
    found: str | None = getattr(period, f"{name}_kg")
    return found


def _mass(mass_kg: str | None, w: Wording) -> str:
    return w("number.mass_unknown") if mass_kg is None else w.number(mass_kg)


def _name(period: QuantityPeriodAnswer, w: Wording) -> str:
    return period.period or f"{period.start} - {period.end} ({w('balance.outside')})"

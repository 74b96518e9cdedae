"""From the mass-balance books to their published answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from tracepack.core.accounts import AccountKey, Entry
from tracepack.core.balances import Statement, balance_on
from tracepack.core.bookaudit import BookAudit, kg_of
from tracepack.core.bookrecords import ConversionFactor
from tracepack.core.entries import Correction
from tracepack.core.ledger import Ledger
from tracepack.core.library import fold_name
from tracepack.core.quantity import kg_text
from tracepack.report.answers import finding_answer
from tracepack.report.answers_balance import (
    AccountAnswer,
    BalanceAnswer,
    ClosedPeriodAnswer,
    CorrectionAnswer,
    EntryAnswer,
    OutputAnswer,
    PeriodBalanceAnswer,
)
from tracepack.report.answers_quantity import QuantityBookAnswer
from tracepack.report.book_methods import percentage_answers, rule_answers
from tracepack.report.carriers import Carriers
from tracepack.report.closings import closing_answer
from tracepack.report.quantity_books import quantity_answer


def balance_answer(audit: BookAudit, as_known_after: int, period: str | None = None, on: dt.date | None = None) -> BalanceAnswer:
    """`balance`, or that of one period; with each account's balance at the end of a day."""
    carriers = Carriers(audit.view.lineage)
    closings = [judged for judged in audit.closings if period in (None, judged.closing.period)]
    return BalanceAnswer(
        as_known_after_import=as_known_after,
        closings=[ClosedPeriodAnswer(**closing_answer(one.closing).model_dump(), agrees=one.agrees) for one in closings],
        accounts=[_account(audit, key, list(group), carriers, on) for key, group in groupby(audit.statements, key=lambda s: s.account)],
        percentages=percentage_answers(audit, period),
        quantity_books=[
            kept for book in quantity_answer(audit.quantities) if (kept := book if period is None else _of_period(book, period))
        ],
        rules=rule_answers(audit),
        findings=[finding_answer(f) for f in audit.findings],
    )


def _account(audit: BookAudit, key: AccountKey, found: Sequence[Statement], carriers: Carriers, on: dt.date | None) -> AccountAnswer:
    scheme, feedstock, category, country, material = audit.books.names[key]
    closed = frozenset(judged.closing.period for judged in audit.closings if judged.closing.site == key.site)
    return AccountAnswer(
        site=key.site,
        scheme=scheme,
        feedstock=feedstock,
        category=category,
        country_of_origin=country,
        input_material=material,
        periods=[_period(s, carriers, closed) for s in found],
        on=on.isoformat() if on else None,
        balance_kg=kg_of(balance_on(audit.books.entries[key], on)) if on else None,
    )


def _period(s: Statement, carriers: Carriers, closed: Collection[str]) -> PeriodBalanceAnswer:
    opening, received = s.opening + s.total("opening"), s.total("received")
    return PeriodBalanceAnswer(
        period=s.segment.period.period_id if s.segment.period else None,
        start=s.segment.start.isoformat(),
        end=s.segment.end.isoformat(),
        closed=s.segment.period is not None and s.segment.period.period_id in closed,
        opening_kg=kg_of(opening),
        received_kg=kg_of(received),
        transferred_in_kg=kg_of(s.total("transfer-in")),
        transferred_out_kg=kg_of(-s.total("transfer-out")),
        attributed_kg=kg_of(-s.total("attributed")),
        attributed_output_kg=kg_text(sum(entry.output_mg or 0 for entry in s.entries if entry.kind == "attributed")),
        given_back_kg=kg_of(s.total("given-back")),
        sent_back_kg=kg_of(-s.total("sent-back")),
        scrap_sold_kg=kg_of(-s.total("scrap-sold")),
        adjusted_kg=kg_of(s.total("adjustment")),
        closing_kg=kg_of(s.closing),
        carried_over_kg=kg_of(s.closing),
        lowest_kg=kg_of(s.lowest),
        lowest_on=s.lowest_on.isoformat(),
        outputs=[_output(f, received, s.closing) for f in _factors(s, carriers.lineage.ledger)],
        entries=[_entry(entry, carriers) for entry in s.entries],
    )


def _factors(s: Statement, ledger: Ledger) -> list[ConversionFactor]:
    """The factor of each output that holds at the end of the period, by output."""
    rows = [f for f in ledger.conversion_factors if f.site == s.account.site and fold_name(f.input_material) == s.account.material]
    valid = sorted((f for f in rows if f.valid_from <= s.segment.end), key=lambda f: f.valid_from)
    newest = {fold_name(f.output_material): f for f in valid}
    return [newest[name] for name in sorted(newest)]


def _output(factor: ConversionFactor, received: Fraction, closing: Fraction) -> OutputAnswer:
    exact = Fraction(factor.exact)
    return OutputAnswer(
        material=factor.output_material,
        factor=_number(factor.exact),
        received_kg=kg_of(received * exact),
        closing_kg=kg_of(closing * exact),
    )


def _entry(entry: Entry, carriers: Carriers) -> EntryAnswer:
    return EntryAnswer(
        date=entry.date.isoformat(),
        kind=entry.kind,
        number=entry.number,
        of=entry.of,
        input_kg=kg_of(entry.mg),
        output_kg=None if entry.output_mg is None else kg_text(entry.output_mg),
        factor=None if entry.factor is None else _number(entry.factor),
        refs=entry.refs,
        shipments=carriers.shipments(entry),
        corrects=None if entry.corrects is None else _correction(entry.corrects),
    )


def _correction(c: Correction) -> CorrectionAnswer:
    return CorrectionAnswer(
        period=c.period, kind=c.kind, was_kg=kg_of(c.was_mg), now_kg=kg_of(c.now_mg), was_refs=c.was_refs, now_refs=c.now_refs
    )


def _of_period(book: QuantityBookAnswer, period: str) -> QuantityBookAnswer | None:
    """A quantity book's line and counts of one period; None where it has none."""
    lines = [line for line in book.periods if line.period == period]
    counts = [c for c in book.counts if any(line.start <= c.date <= line.end for line in lines)]
    return book.model_copy(update={"periods": lines, "counts": counts}) if lines else None


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"

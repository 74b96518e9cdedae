"""From the mass-balance books to their published answer."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from tracepack.core.accounts import AccountKey, Entry
from tracepack.core.balances import Statement
from tracepack.core.bookaudit import BookAudit, kg_of
from tracepack.core.bookrecords import ConversionFactor
from tracepack.core.ledger import Ledger
from tracepack.core.library import fold_name
from tracepack.core.quantity import kg_text
from tracepack.report.answers import finding_answer, ref_answer
from tracepack.report.answers_balance import AccountAnswer, BalanceAnswer, EntryAnswer, OutputAnswer, PeriodBalanceAnswer
from tracepack.report.quantity_books import quantity_answer


def balance_answer(audit: BookAudit, ledger: Ledger, as_known_after: int) -> BalanceAnswer:
    """`balance`."""
    return BalanceAnswer(
        as_known_after_import=as_known_after,
        accounts=[_account(audit, key, list(group), ledger) for key, group in groupby(audit.statements, key=lambda s: s.account)],
        quantity_books=quantity_answer(audit.quantities),
        findings=[finding_answer(f) for f in audit.findings],
    )


def _account(audit: BookAudit, key: AccountKey, found: Sequence[Statement], ledger: Ledger) -> AccountAnswer:
    scheme, feedstock, category, country, material = audit.books.names[key]
    return AccountAnswer(
        site=key.site,
        scheme=scheme,
        feedstock=feedstock,
        category=category,
        country_of_origin=country,
        input_material=material,
        periods=[_period(s, ledger) for s in found],
    )


def _period(s: Statement, ledger: Ledger) -> PeriodBalanceAnswer:
    opening, received = s.opening + s.total("opening"), s.total("received")
    return PeriodBalanceAnswer(
        period=s.segment.period.period_id if s.segment.period else None,
        start=s.segment.start.isoformat(),
        end=s.segment.end.isoformat(),
        opening_kg=kg_of(opening),
        received_kg=kg_of(received),
        transferred_in_kg=kg_of(s.total("transfer-in")),
        transferred_out_kg=kg_of(-s.total("transfer-out")),
        attributed_kg=kg_of(-s.total("attributed")),
        attributed_output_kg=kg_text(sum(entry.output_mg or 0 for entry in s.entries)),
        closing_kg=kg_of(s.closing),
        carried_over_kg=kg_of(s.closing),
        lowest_kg=kg_of(s.lowest),
        lowest_on=s.lowest_on.isoformat(),
        outputs=[_output(f, received, s.closing) for f in _factors(s, ledger)],
        entries=[_entry(entry) for entry in s.entries],
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


def _entry(entry: Entry) -> EntryAnswer:
    return EntryAnswer(
        date=entry.date.isoformat(),
        kind=entry.kind,
        number=entry.number,
        input_kg=kg_of(entry.mg),
        output_kg=None if entry.output_mg is None else kg_text(entry.output_mg),
        factor=None if entry.factor is None else _number(entry.factor),
        refs=[ref_answer(ref) for ref in entry.refs],
    )


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"

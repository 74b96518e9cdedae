"""`balance` as plain text: one table an account, a line a period, in kilograms of input and of output."""

from __future__ import annotations

from tracepack.report.answers_balance import AccountAnswer, BalanceAnswer, PeriodBalanceAnswer
from tracepack.report.findings_text import findings_text
from tracepack.report.quantity_books import quantity_text
from tracepack.report.table import text_table
from tracepack.report.wording import Wording, visible, wording

_FIGURES = ("opening", "received", "transferred_in", "transferred_out", "attributed", "closing", "carried_over")


def balance_text(answer: BalanceAnswer, lang: str = "en") -> str:
    """The books; figures in kg of input, and below them what they are in output."""
    w = wording(lang)
    blocks = ["\n".join(_account_lines(account, w)) for account in answer.accounts] or [w("balance.none")]
    blocks += quantity_text(answer.quantity_books, w)
    blocks += [findings_text(answer.findings, lang)] if answer.findings else []
    return "\n\n".join([*blocks, w("text.as_known", number=answer.as_known_after_import)])


def _account_lines(account: AccountAnswer, w: Wording) -> list[str]:
    category = w.term("category", account.category)
    parts = (account.site, account.scheme, account.feedstock, category, account.country_of_origin, account.input_material)
    headers = [w("balance.period"), *(w(f"balance.{name}") for name in _FIGURES)]
    rows = [_figures(period, w) for period in account.periods]
    lines = [visible(", ".join(filter(None, parts))), f"  {w('balance.unit')}"]
    lines += text_table(headers, rows, right=range(1, len(headers)))
    return [*lines, *(line for period in account.periods for line in _output_lines(period, w))]


def _figures(period: PeriodBalanceAnswer, w: Wording) -> tuple[str, ...]:
    name = period.period or f"{period.start} - {period.end} ({w('balance.outside')})"
    return (name, *(w.number(str(getattr(period, f"{figure}_kg"))) for figure in _FIGURES))


def _output_lines(period: PeriodBalanceAnswer, w: Wording) -> list[str]:
    """What the credits are in output, and each attribution in both."""
    name = period.period or f"{period.start} - {period.end}"
    lines = [
        w(
            "balance.output",
            period=name,
            received=w.kg(out.received_kg),
            closing=w.kg(out.closing_kg),
            material=out.material,
            factor=w.number(out.factor),
        )
        for out in period.outputs
    ]
    lines += [
        w(
            "balance.use",
            number=e.number,
            date=e.date,
            output=w.kg(e.output_kg),
            factor=w.number(e.factor),
            input=w.kg(e.input_kg.lstrip("-")),
        )
        for e in period.entries
        if e.output_kg is not None and e.factor is not None
    ]
    return [f"  {visible(line)}" for line in lines]

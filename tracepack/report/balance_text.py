"""`balance` as plain text: one table an account, a line a period, in kilograms of input and of output."""

from __future__ import annotations

from collections.abc import Sequence

from tracepack.report.answers import ClosingAnswer
from tracepack.report.answers_balance import AccountAnswer, BalanceAnswer, CorrectionAnswer, EntryAnswer, PeriodBalanceAnswer
from tracepack.report.book_methods import methods_text
from tracepack.report.findings_text import findings_text
from tracepack.report.quantity_books import quantity_text
from tracepack.report.table import text_table
from tracepack.report.wording import Wording, visible, wording

_FIGURES = (
    *("opening", "received", "transferred_in", "transferred_out", "attributed"),
    *("given_back", "sent_back", "scrap_sold", "adjusted", "closing", "carried_over"),
)
#: Columns that stand in the table only where there is something in them.
_SELDOM = frozenset({"given_back", "sent_back", "scrap_sold", "adjusted"})


def balance_text(answer: BalanceAnswer, lang: str = "en") -> str:
    """The books; figures in kg of input, and below them what they are in output."""
    w = wording(lang)
    blocks = ["\n".join(_account_lines(account, w)) for account in answer.accounts] or [w("balance.none")]
    blocks += quantity_text(answer.quantity_books, w)
    blocks += methods_text(answer.percentages, answer.rules, w)
    blocks += ["\n".join(closing_text(closing, lang) for closing in answer.closings)] if answer.closings else []
    blocks += [findings_text(answer.findings, lang)] if answer.findings else []
    return "\n\n".join([*blocks, w("text.as_known", number=answer.as_known_after_import)])


def closing_text(c: ClosingAnswer, lang: str = "en") -> str:
    """A closed period and what pins it."""
    known = c.as_known_after_import
    return visible(wording(lang)("balance.closed", site=c.site, period=c.period, start=c.start, end=c.end, known=known, sha256=c.sha256))


def _account_lines(account: AccountAnswer, w: Wording) -> list[str]:
    category = w.term("category", account.category)
    parts = (account.site, account.scheme, account.feedstock, category, account.country_of_origin, account.input_material)
    shown = [name for name in _FIGURES if name not in _SELDOM or any(getattr(p, f"{name}_kg") != "0" for p in account.periods)]
    headers = [w("balance.period"), *(w(f"balance.figure.{name}") for name in shown)]
    rows = [_figures(period, shown, w) for period in account.periods]
    lines = [visible(", ".join(filter(None, parts))), f"  {w('balance.unit')}"]
    lines += text_table(headers, rows, right=range(1, len(headers)))
    if account.on is not None and account.balance_kg is not None:
        lines.append(f"  {w('balance.on', date=account.on, balance=w.kg(account.balance_kg))}")
    return [*lines, *(line for period in account.periods for line in _output_lines(period, w))]


def _figures(period: PeriodBalanceAnswer, shown: Sequence[str], w: Wording) -> tuple[str, ...]:
    name = period.period or f"{period.start} - {period.end} ({w('balance.outside')})"
    name += f" ({w('balance.is_closed')})" if period.closed else ""
    return (name, *(w.number(str(getattr(period, f"{figure}_kg"))) for figure in shown))


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
    lines += [line for e in period.entries if (line := _entry_line(e, w))]
    return [f"  {visible(line)}" for line in lines]


def _entry_line(e: EntryAnswer, w: Wording) -> str:
    """What an attribution, a reversal, scrap or an adjustment took or gave; "" for the entries that the table adds up."""
    mass = w.kg(e.input_kg.lstrip("-"))
    if e.output_kg is not None and e.factor is not None:
        words = "balance.use" if e.kind == "attributed" else "balance.scrap"
        return w(words, number=e.number, date=e.date, output=w.kg(e.output_kg), factor=w.number(e.factor), input=mass)
    if e.corrects is not None:
        return _adjustment_line(e, e.corrects, w)
    if e.kind == "given-back":
        return w("balance.given_back", number=e.number, date=e.date, of=e.of, input=mass)
    return w("balance.sent_back", number=e.number, date=e.date, of=e.of, input=mass) if e.kind == "sent-back" else ""


def _adjustment_line(e: EntryAnswer, c: CorrectionAnswer, w: Wording) -> str:
    kind, was, now = w.term("balance.kind", c.kind), w.kg(c.was_kg), w.kg(c.now_kg)
    return w("balance.adjustment", number=e.number, date=e.date, period=c.period, kind=kind, was=was, now=now, input=w.kg(e.input_kg))

"""From percentages and the rules of the books to their published answers and plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from tracepack.core.bookaudit import BookAudit, kg_of
from tracepack.core.bookrules import BookRule, RuleBook, Term
from tracepack.core.percentages import Percentage, method_of
from tracepack.report.answers import ref_answer
from tracepack.report.answers_methods import BookRuleAnswer, PercentageAnswer, PercentageInputAnswer
from tracepack.report.table import text_table
from tracepack.report.wording import Wording, visible

#: Rules that matter only where an account has such entries.
_BY_ENTRY = {
    "attributed": "attribution_basis",
    "scrap-sold": "scrap_sold",
    "transfer-out": "credit_transfers",
    "transfer-in": "credit_transfers",
}


def percentage_answers(audit: BookAudit, period: str | None) -> list[PercentageAnswer]:
    """The percentages, or those of one period and of single batches."""
    shown = (p for p in audit.percentages if period is None or p.period is None or p.period.period_id == period)
    return [_percentage(p, audit.view.rules) for p in shown]


def _percentage(p: Percentage, rules: RuleBook) -> PercentageAnswer:
    gate = rules.term("label_gate", p.scheme, p.site)
    least = None if gate is None else Fraction(Decimal(str(gate.value)))
    return PercentageAnswer(
        site=p.site,
        scheme=p.scheme,
        method=p.method,
        output_material=p.output,
        lot=p.lot.number if p.lot else None,
        period=p.period.period_id if p.period else None,
        window_start=p.start.isoformat(),
        window_end=p.end.isoformat(),
        certified_kg=kg_of(p.certified),
        total_kg=kg_of(p.total),
        share=None if p.share is None else float(p.share),
        claimable_percent=None if p.share is None else int(p.share * 100),
        label_gate=None if least is None else float(least),
        label_allowed=None if least is None or p.share is None else p.share >= least,
        inputs=[
            PercentageInputAnswer(
                material=i.material, factor=f"{i.factor.normalize():f}", certified_kg=kg_of(i.certified), total_kg=kg_of(i.total)
            )
            for i in p.inputs
        ],
        missing_inputs=list(p.missing),
        certified_refs=p.certified_refs,
        total_refs=p.total_refs,
    )


def rule_answers(audit: BookAudit) -> list[BookRuleAnswer]:
    """The rules that the shown books lean on, by scheme, site and rule; a site only where a setting is for it alone."""
    found: dict[tuple[str, str, str], BookRuleAnswer] = {}
    for site, scheme, name in _leaned_on(audit):
        rule = audit.view.rules.rule(scheme, site)
        term = rule.term(name) if rule is not None else None
        if rule is not None and term is not None:
            answer = _rule(rule, term, site if term != audit.view.rules.term(name, scheme) else "")
            found[answer.scheme, answer.site, name] = answer
    return [found[key] for key in sorted(found)]


def _leaned_on(audit: BookAudit) -> Iterator[tuple[str, str, str]]:
    rules = audit.view.rules
    for s in audit.statements:
        site, scheme = s.account.site, audit.books.names[s.account][0]
        yield site, scheme, "balance_method"
        if method_of(rules, scheme, site) == "rolling average":
            yield site, scheme, "rolling_window"
        for entry in s.entries:
            if entry.kind in _BY_ENTRY:
                yield site, scheme, _BY_ENTRY[entry.kind]
    for p in audit.percentages:
        yield p.site, p.scheme, "label_gate"
    for judged in audit.counted.counts if audit.counted else ():
        yield judged.stock.site, judged.scheme, "stock_tolerance"


def _rule(rule: BookRule, term: Term, site: str) -> BookRuleAnswer:
    return BookRuleAnswer(
        scheme=rule.scheme,
        site=site,
        rule=term.name,
        value=_value(term),
        edition=rule.edition,
        source=term.source,
        confirmed=term.confirmed,
        setting=None if term.ref is None else ref_answer(term.ref),
    )


def _value(term: Term) -> str:
    if isinstance(term.value, tuple):
        return ", ".join(term.value)
    return f"{(Decimal(str(term.value)) * 100).normalize():f} %" if isinstance(term.value, float) else str(term.value)


def methods_text(percentages: Sequence[PercentageAnswer], rules: Sequence[BookRuleAnswer], w: Wording) -> list[str]:
    """A block of percentages, and one of the rules that no public text confirms or the workbook sets."""
    blocks = ["\n".join([w("balance.percentages"), *_percentage_table(percentages, w)])] if percentages else []
    told = [rule for rule in rules if not rule.confirmed or rule.setting is not None]
    return [*blocks, "\n".join([w("balance.leans"), *(_rule_line(rule, w) for rule in told)])] if told else blocks


def _percentage_table(found: Sequence[PercentageAnswer], w: Wording) -> list[str]:
    headers = [w(f"balance.share.{name}") for name in ("output", "days", "method", "certified", "total", "share", "claim", "label")]
    rows = [
        (
            f"{p.site}, {p.scheme}, {p.lot or p.output_material}",
            f"{p.period or ''} {p.window_start} - {p.window_end}".strip(),
            w.term("balance_method", p.method),
            w.number(p.certified_kg),
            w.number(p.total_kg),
            w("balance.not_known") if p.share is None else w.percent(p.share),
            "" if p.claimable_percent is None else w.percent(p.claimable_percent / 100, 0),
            "" if p.label_allowed is None else w("balance.label_yes" if p.label_allowed else "balance.label_no"),
        )
        for p in found
    ]
    return text_table(headers, rows, right=(3, 4, 5, 6))


def _rule_line(rule: BookRuleAnswer, w: Wording) -> str:
    what = rule.scheme if not rule.site else f"{rule.scheme}, {rule.site}"
    status = w("balance.unconfirmed", source=rule.source)
    if rule.setting is not None:
        status = w("balance.set", cell=f"{rule.setting.file} {rule.setting.sheet}!{rule.setting.cell}")
    return visible(f"  {what}: {w.term('balance.rule', rule.rule)}: {rule.value} ({status})")

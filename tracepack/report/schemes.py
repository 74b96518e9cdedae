"""The schemes that are known, as they are published and in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Literal

from tracepack.core.bookrules import BookRule, Term, rule_of
from tracepack.core.judgementrules import Category, Gate, JudgedScheme, JudgementRules
from tracepack.core.schemerules import CustodyRules, Rule, Scheme
from tracepack.report.answers_schemes import CombinationAnswer, RuleAnswer, SchemeAnswer, SchemesAnswer
from tracepack.report.custody_text import model_name
from tracepack.report.verdicts import gate_values
from tracepack.report.wording import Wording, visible, wording


def schemes_answer(custody: CustodyRules, books: Sequence[BookRule], judged: JudgementRules, lang: str = "en") -> SchemesAnswer:
    """`schemes`: every scheme by name, then the rules of books for any scheme that has none of its own."""
    w = wording(lang)
    gates = {scheme.name: scheme for scheme in judged.schemes}
    known = [_scheme(scheme, rule_of(books, scheme.name), gates.get(scheme.name), w) for scheme in custody.schemes]
    others = [b for b in books if not b.names or not any(custody.scheme(name) for name in (b.scheme, *b.names))]
    return SchemesAnswer(
        models=list(custody.models),
        combinations=[
            CombinationAnswer(
                one=one,
                other=other,
                blend=custody.blend[one, other],
                blend_unknown_share=custody.blend_unknown_share[one, other],
                certified=custody.certified[one, other],
            )
            for one, other in product(custody.models, custody.models)
        ],
        general=[_rule(rule, lang) for rule in custody.general],
        schemes=[*known, *(SchemeAnswer(name=b.scheme, edition=b.edition, source="", rules=_terms(b, w)) for b in others)],
    )


def _scheme(scheme: Scheme, book: BookRule | None, judged: JudgedScheme | None, w: Wording) -> SchemeAnswer:
    rules = [*(_judged(judged, w) if judged else []), *(_rule(rule, w.lang) for rule in scheme.rules)]
    return SchemeAnswer(name=scheme.name, edition=scheme.edition, source=scheme.source, rules=[*rules, *(_terms(book, w) if book else [])])


def _judged(scheme: JudgedScheme, w: Wording) -> list[RuleAnswer]:
    """What a scheme asks of content: its gates, categories and tiers, the evidence and validity, and its notes."""
    asked: list[Gate | Category] = [*scheme.gates, *scheme.categories]
    rules = [
        RuleAnswer(
            name=rule.key,
            values=gate_values(rule, scheme.figure, w),
            says=rule.says[w.lang],
            source=rule.source,
            status=_status(rule.confirmed),
        )
        for rule in asked
    ]
    if scheme.tiers:
        steps = [tier.says[w.lang] for tier in scheme.tiers]
        says, status = w(f"tier_edge.{scheme.edge}"), _status(scheme.tiers_confirmed)
        rules.append(RuleAnswer(name="tiers", values=steps, says=says, source=scheme.tiers_source, status=status))
    told = (("evidence", scheme.evidence), ("validity", scheme.validity))
    rules += [
        RuleAnswer(name=name, values=[], says=words[w.lang], source=scheme.source, status="confirmed") for name, words in told if words
    ]
    notes = [RuleAnswer(name=n.key, values=[], says=n.says[w.lang], source=n.source, status=_status(n.confirmed)) for n in scheme.notes]
    return [*rules, *notes]


def _rule(rule: Rule, lang: str) -> RuleAnswer:
    says = rule.says.get(lang) or rule.says["en"]
    return RuleAnswer(name=rule.name, values=list(rule.values), says=says, source=rule.source, status=_status(rule.confirmed))


def _terms(book: BookRule, w: Wording) -> list[RuleAnswer]:
    return [
        RuleAnswer(name=t.name, values=_values(t, w), says=w.term("book_rule", t.name), source=t.source, status=_status(t.confirmed))
        for t in book.terms
    ]


def _values(term: Term, w: Wording) -> list[str]:
    values = term.value if isinstance(term.value, tuple) else (term.value,)
    return [w.percent(value, 1) if isinstance(value, float) else str(value) for value in values]


def _status(confirmed: bool) -> Literal["confirmed", "unconfirmed"]:
    return "confirmed" if confirmed else "unconfirmed"


def schemes_text(answer: SchemesAnswer, lang: str = "en") -> str:
    """Every scheme with its edition and rules; what no public text confirms says so."""
    w = wording(lang)
    blocks = [[w("schemes.models", models=", ".join(model_name(model, w) for model in answer.models))]]
    blocks += [[w("schemes.general"), *_rule_lines(answer.general, "", w)]]
    for scheme in answer.schemes:
        head = ", ".join(filter(None, (scheme.source, scheme.edition)))
        blocks.append([f"{scheme.name}: {head}", *_rule_lines(scheme.rules, " = –", w)])
    return "\n\n".join("\n".join(block) for block in blocks)


def _rule_lines(rules: Sequence[RuleAnswer], without: str, w: Wording) -> list[str]:
    """Two lines a rule: what it is and says, and where that stands; ``without`` is shown for a rule without values."""
    lines = []
    for rule in rules:
        values = f" = {visible(', '.join(rule.values))}" if rule.values else without
        lines += [f"  {rule.name}{values}: {visible(rule.says)}", f"      {_standing(rule, w)}"]
    return lines


def _standing(rule: RuleAnswer, w: Wording) -> str:
    source = visible(rule.source)
    return w("schemes.confirmed", source=source) if rule.status == "confirmed" else w("schemes.unconfirmed", source=source)

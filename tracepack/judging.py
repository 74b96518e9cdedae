"""Verdicts of schemes on a lot: which schemes are asked, and what each says of its content, custody and audit tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from tracepack.core.advice import Advice, advise
from tracepack.core.content import LotContent
from tracepack.core.custody import LotCustody
from tracepack.core.findings import Finding
from tracepack.core.judgementrules import Category, JudgedScheme
from tracepack.core.lotfigures import SCHEME_FIGURES, states_of
from tracepack.core.mixture import Mixture
from tracepack.core.quantity import Interval, rounded_share
from tracepack.core.readiness import AuditResult, audit_results
from tracepack.core.schemes import Standing, Verdict, judge, tier_without
from tracepack.core.trace import Trace
from tracepack.errors import UsageProblem
from tracepack.questions import View
from tracepack.report.answers_verdicts import AdviceAnswer, VerdictAnswer
from tracepack.report.verdicts import Lowered, advice_answer, verdict_answer
from tracepack.rulebook import chain_of_custody_rules, readiness_tests, scheme_judgement_rules

#: So many cells of each kind are advised for a figure.
_MOST = 3

Asked = tuple[JudgedScheme, Category | None]


def schemes_asked(names: Sequence[str]) -> list[Asked]:
    """The schemes that were named, each once, in that order; without names every scheme with a gate of content.

    Raises UsageProblem for a name that no scheme has, with all that there are.
    """
    rules = scheme_judgement_rules()
    if not names:
        return [(s, None) for s in rules.schemes if any(figure in SCHEME_FIGURES for figure in s.gated)]
    found = [(name, rules.find(name)) for name in names]
    for name, asked in found:
        if asked is None:
            raise UsageProblem(f"no scheme is called {name}", "use one of " + "; ".join(rules.offered()))
    return list({(s.name, c and c.key): (s, c) for s, c in (asked for _, asked in found if asked is not None)}.values())


def verdicts(
    names: Sequence[str], mixture: Mixture, content: LotContent, custody: LotCustody, tests: Mapping[str, str]
) -> list[VerdictAnswer]:
    """What the schemes named (else all of content, in short) say of a lot; ``tests`` are the audit tests' results by number.

    Raises UsageProblem for an unknown scheme.
    """
    asked = schemes_asked(names)
    standing = standing_of(mixture, content, custody, tests)
    judged = [judge(scheme, standing, category) for scheme, category in asked]
    if not names:
        return [verdict_answer(verdict) for verdict in judged]
    states = states_of(mixture, content.lot)
    wanted = sorted({gate.gate.figure for v in judged for gate in v.all_gates if gate.gate.figure in SCHEME_FIGURES})
    advice = {figure: advise(mixture, states, figure, _MOST) for figure in wanted}
    return [verdict_answer(verdict, _advice(verdict, advice)) for verdict in judged]


def _advice(verdict: Verdict, advice: Mapping[str, Sequence[Advice]]) -> list[AdviceAnswer]:
    """What would narrow a scheme's figures, and which declared values its verdict hangs on."""
    figures = dict.fromkeys(gate.gate.figure for gate in verdict.all_gates if gate.gate.figure in advice)
    items = [item for figure in figures for item in advice[figure]]
    return [advice_answer(item, _overturns(verdict, item), _lowered(verdict, item)) for item in items]


def _lowered(verdict: Verdict, item: Advice) -> Lowered | None:
    """The lower tier that a verdict would be left with without a declared value; None where the tier would stand."""
    if item.kind == "missing" or verdict.tier is None or item.figure != verdict.scheme.figure:
        return None
    left = tier_without(verdict, item.low)
    return None if left == verdict.tier else Lowered(left)


def _overturns(verdict: Verdict, item: Advice) -> bool:
    """Whether a gate or the tier reached would be decided no more without a declared value."""
    gates = [gate for gate in verdict.all_gates if gate.gate.figure == item.figure]
    if item.kind == "missing":
        return False
    return _lowered(verdict, item) is not None or any(
        (g.outcome == "met" and rounded_share(item.low) < g.gate.at_least)
        or (g.outcome == "not met" and rounded_share(item.high) >= g.gate.at_least)
        for g in gates
    )


def wants_inventory(names: Sequence[str]) -> bool:
    """Whether a scheme that was named asks for an inventory."""
    return bool(names) and any(scheme.inventory for scheme, _ in schemes_asked(names))


def readiness(
    view: View, trace: Trace, content: LotContent, findings: Sequence[Finding], booked: Set[str] = frozenset()
) -> tuple[AuditResult, ...]:
    """The audit tests over what a lot rests on, by its ``findings``, those of its books among them (``booked``: what these have)."""
    lineage = view.lineage
    own = lineage.canonical(view.lot)
    shipments = lineage.shipments.get(own, ())
    deliveries = content.scope.deliveries
    there = {
        "shipments": bool(shipments),
        "claims": any(s.claimed is not None or s.claim_wording for s in shipments),
        "deliveries": bool(deliveries),
        "certificates": any(d.certificate_no for d in deliveries),
        "declarations": any(d.declaration_no for d in deliveries),
        "runs": bool(content.scope.runs),
        "lab-tests": any(lineage.lab_tests.get(lot) for lot in content.scope.lots),
        "compositions": any(lineage.catalogue.composition(d.supplier, d.lot_no, d.material) for d in deliveries),
    }
    incomplete = frozenset() if trace.complete else frozenset({"T01"})
    return audit_results(readiness_tests(), findings, {name for name, known in there.items() if known} | booked, incomplete)


def standing_of(mixture: Mixture, content: LotContent, custody: LotCustody, tests: Mapping[str, str]) -> Standing:
    """What a lot is judged on."""
    figures = states_of(mixture, content.lot).figures()
    for name in figures:
        figure = content.figures.get(name)
        if figure is not None:
            figures[name] = None if figure.low is None or figure.high is None else Interval(figure.low, figure.high)
    rules = chain_of_custody_rules()
    models = {rules.scheme_key(scheme): model for scheme, model in custody.by_scheme}
    return Standing(
        figures=figures,
        evidence={name: figure.evidence for name, figure in content.figures.items()},
        certified={scheme: _certified(scheme, model, custody) for scheme, model in models.items()},
        models=models,
        tests=tests,
    )


def _certified(scheme: str, model: str, custody: LotCustody) -> Interval:
    """The certified share of a lot under a scheme, as far as its model tells."""
    if model == "none":
        return Interval.point(0.0)
    if model in ("identity preserved", "segregated"):
        return Interval.point(1.0)
    known = custody.certified_share if chain_of_custody_rules().scheme_key(custody.scheme) == scheme else None
    return known or Interval(0.0, 1.0)

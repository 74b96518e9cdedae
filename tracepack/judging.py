"""Verdicts of schemes on a lot: which schemes are asked, and what each says of its content, custody and audit tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracepack.core.content import LotContent
from tracepack.core.custody import LotCustody
from tracepack.core.judgementrules import Category, JudgedScheme
from tracepack.core.lotfigures import SCHEME_FIGURES, states_of
from tracepack.core.mixture import Mixture
from tracepack.core.quantity import Interval
from tracepack.core.schemes import Standing, judge
from tracepack.errors import UsageProblem
from tracepack.report.answers_verdicts import VerdictAnswer
from tracepack.report.verdicts import verdict_answer
from tracepack.rulebook import chain_of_custody_rules, scheme_judgement_rules

Asked = tuple[JudgedScheme, Category | None]


def schemes_asked(names: Sequence[str]) -> list[Asked]:
    """The schemes that were named, each once, in that order; without names every scheme with a gate of content.

    Raises UsageProblem for a name that no scheme has, with all that there are.
    """
    rules = scheme_judgement_rules()
    if not names:
        return [(s, None) for s in rules.schemes if any(gate.figure in SCHEME_FIGURES for gate in s.gates)]
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
    return [verdict_answer(judge(scheme, standing, category), () if names else None) for scheme, category in asked]


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

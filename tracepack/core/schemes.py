"""Judge a lot by a scheme: met, not met, or undecided because data is missing, with the margin of every gate.

A gate is met where even the least value reaches it, not met where not even the greatest does.  Values are compared as they
were computed (to 1e-9), never as they are rounded for display.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Literal

from tracepack.core.judgementrules import Category, Gate, JudgedScheme, Tier
from tracepack.core.quantity import Interval, rounded_share

#: "no threshold": the scheme asks for nothing that a figure, a model or an audit test could decide.
Outcome = Literal["met", "not met", "undecided", "no threshold"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a lot is judged on.

    ``figures`` by name, None where one does not apply (no carbon at all); ``evidence`` the rank of each; ``certified`` the
    certified share of the mass and ``models`` the chain-of-custody model, by scheme; ``tests`` the audit tests' results.
    """

    figures: Mapping[str, Interval | None]
    evidence: Mapping[str, str] = field(default_factory=dict)
    certified: Mapping[str, Interval] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    tests: Mapping[str, str] = field(default_factory=dict)

    def span(self, scheme: str, figure: str) -> Interval | None:
        """A figure's bounds; "certified" is of the scheme, and nothing of a lot that no paper brings under it is certified."""
        return self.certified.get(scheme, Interval.point(0.0)) if figure == "certified" else self.figures[figure]


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """A gate's outcome; ``low`` and ``high`` bound what it is of, None for tests and models or where it does not apply.

    ``margin_low`` and ``margin_high`` are what that lies above the gate (below: negative).  ``open`` names the audit tests
    without data, ``failed`` those that failed; ``model`` is the lot's model.
    """

    gate: Gate
    outcome: Outcome
    low: float | None = None
    high: float | None = None
    open: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    model: str = ""

    @property
    def margin_low(self) -> float | None:
        """The least margin."""
        return None if self.low is None else round(self.low - self.gate.at_least, 9)

    @property
    def margin_high(self) -> float | None:
        """The greatest margin."""
        return None if self.high is None else round(self.high - self.gate.at_least, 9)


@dataclass(frozen=True, slots=True)
class TierVerdict:
    """Whether a scheme's figure lies in a tier or above it, and by how much above (below: negative) where the tier begins."""

    tier: Tier
    outcome: Outcome
    margin_low: float
    margin_high: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A scheme's verdict.

    ``tier`` is reached whatever the missing data is, ``possible_tier`` the highest that it allows; ``stated`` what may be
    stated of the scheme's figure, rounded down to its step (None: nothing); ``weak`` says that the figure's evidence is not
    what the scheme asks for.  ``tiers`` are judged by the figure alone, whether the gates are met or not.  ``categories`` are
    judged beside, unless one was asked for.
    """

    scheme: JudgedScheme
    category: Category | None
    outcome: Outcome
    gates: tuple[GateVerdict, ...]
    categories: tuple[tuple[Category, GateVerdict], ...]
    low: float | None
    high: float | None
    evidence: str
    weak: bool
    tier: Tier | None
    possible_tier: Tier | None
    stated: float | None
    tiers: tuple[TierVerdict, ...] = ()

    @property
    def all_gates(self) -> tuple[GateVerdict, ...]:
        """The gates, and those of the categories judged beside."""
        return (*self.gates, *(gate for _, gate in self.categories))


def judge(scheme: JudgedScheme, standing: Standing, category: Category | None = None) -> Verdict:
    """Judge by a scheme; with a ``category`` its minimum stands in place of the scheme's own for the same figure.

    Without one, a scheme that has categories is met only where all of them are, and not met only where none is.
    """
    wanted = (category,) if category else scheme.categories
    beside = tuple((c, _judge_gate(scheme, _category_gate(scheme, c), standing)) for c in wanted)
    gates = [_judge_gate(scheme, gate, standing) for gate in scheme.gates if category is None or gate.figure != scheme.figure]
    if category:
        gates.append(beside[0][1])
    span = standing.span(scheme.name, scheme.figure) if scheme.figure else None
    outcome = _together([*(g.outcome for g in gates), *([_whichever([v.outcome for _, v in beside])] if beside else [])])
    evidence = standing.evidence.get(scheme.figure, "")
    return Verdict(
        scheme=scheme,
        category=category,
        outcome=outcome,
        gates=tuple(gates),
        categories=() if category else beside,
        low=None if span is None else rounded_share(span.low),
        high=None if span is None else rounded_share(span.high),
        evidence=evidence,
        weak=bool(scheme.asked_evidence) and bool(evidence) and evidence not in scheme.asked_evidence,
        tier=_tier(scheme, span.low) if span and outcome == "met" else None,
        possible_tier=_tier(scheme, span.high) if span and outcome != "not met" else None,
        stated=rounded_down(span.low, scheme.step) if span and scheme.step and outcome == "met" else None,
        tiers=() if span is None else tuple(_judge_tier(scheme, tier, span) for tier in scheme.tiers),
    )


def _category_gate(scheme: JudgedScheme, category: Category) -> Gate:
    return Gate(category.key, scheme.figure, category.at_least, (), (), category.says, category.source, category.confirmed)


def _judge_gate(scheme: JudgedScheme, gate: Gate, standing: Standing) -> GateVerdict:
    if gate.tests:
        failed = tuple(t for t in gate.tests if standing.tests.get(t) == "failed")
        unknown = tuple(t for t in gate.tests if standing.tests.get(t, "no data") == "no data")
        return GateVerdict(gate, "not met" if failed else "undecided" if unknown else "met", open=unknown, failed=failed)
    if gate.models:
        model = standing.models.get(scheme.name, "none")
        return GateVerdict(gate, "met" if model in gate.models else "not met", model=model)
    span = standing.span(scheme.name, gate.figure)
    if span is None:
        return GateVerdict(gate, "not met")
    low, high = rounded_share(span.low), rounded_share(span.high)
    return GateVerdict(gate, "met" if low >= gate.at_least else "not met" if high < gate.at_least else "undecided", low, high)


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    """All must be met."""
    if not outcomes:
        return "no threshold"
    return "not met" if "not met" in outcomes else "undecided" if "undecided" in outcomes else "met"


def _whichever(outcomes: Sequence[Outcome]) -> Outcome:
    """One of them holds, and nobody said which."""
    return outcomes[0] if len(set(outcomes)) == 1 else "undecided"


def _judge_tier(scheme: JudgedScheme, tier: Tier, span: Interval) -> TierVerdict:
    outcome: Outcome = "met" if _reaches(scheme, tier, span.low) else "undecided" if _reaches(scheme, tier, span.high) else "not met"
    margins = (round(rounded_share(end) - tier.start, 9) for end in (span.low, span.high))
    return TierVerdict(tier, outcome, *margins)


def _tier(scheme: JudgedScheme, share: float) -> Tier | None:
    """The tier of a share."""
    reached = [tier for tier in scheme.tiers if _reaches(scheme, tier, share)]
    return reached[-1] if reached else None


def _reaches(scheme: JudgedScheme, tier: Tier, share: float) -> bool:
    """Whether a share lies in a tier or above it; the lowest begins with its own first share whatever the edge."""
    value = rounded_share(share)
    return value > tier.start or (value == tier.start and (scheme.edge == "lower" or tier is scheme.tiers[0]))


def tier_without(verdict: Verdict, low: float) -> Tier | None:
    """The tier that would be reached for certain if the figure's lower bound were ``low``; None where none would be.

    Of the scheme's own figure only: without gates met no tier is reached.
    """
    return _tier(verdict.scheme, low) if verdict.outcome == "met" else None


def rounded_down(share: float, step: float) -> float:
    """A share rounded down to a step, exactly: 0.27 by 0.05 is 0.25, and 0.30 stays 0.30."""
    size = Decimal(repr(step))
    steps = (Decimal(repr(rounded_share(share))) / size).to_integral_value(ROUND_FLOOR)
    return float(steps * size)

"""The verdicts of schemes on a lot, as the report publishes them; words are by language."""

from __future__ import annotations

from typing import Literal

from tracepack.report.answers import Evidence, Model, RefAnswer

OutcomeAnswer = Literal["met", "not met", "undecided", "no threshold"]
Status = Literal["confirmed", "unconfirmed"]


class GateAnswer(Model):
    """A gate's outcome: ``figure`` of ``at_least`` a share, or (figure "") audit tests or a chain-of-custody model.

    ``low`` and ``high`` bound the figure, the margins what it has above the gate; null where they do not apply.
    ``failed`` and ``no_data`` are audit tests, ``model`` is the lot's ("" where the gate is not of models).
    """

    key: str
    outcome: OutcomeAnswer
    figure: str
    at_least: float
    low: float | None
    high: float | None
    margin_low: float | None
    margin_high: float | None
    failed: list[str]
    no_data: list[str]
    model: str
    says: dict[str, str]
    source: str
    status: Status


class TierAnswer(Model):
    """A step of a scheme's label and where it begins."""

    start: float
    says: dict[str, str]


class TierStepAnswer(TierAnswer):
    """A step of a label judged by the scheme's figure alone; margins are what that has above where the step begins."""

    outcome: OutcomeAnswer
    margin_low: float
    margin_high: float


class LoweredAnswer(Model):
    """The tier that would be left for certain; null where none would be."""

    tier: TierAnswer | None


class NoteAnswer(Model):
    """What a scheme or law says that no figure decides."""

    key: str
    says: dict[str, str]
    source: str
    status: Status


class AdviceAnswer(Model):
    """A cell that would narrow a figure, or that carries it.

    ``kind`` "missing": a lab test of that lot would narrow the figure's bounds by at least ``gain`` (a share), whatever it
    finds.  "weak": the cell is only declared; without it the bounds would be ``low`` to ``high``, and a lab test would secure
    ``gain`` of that.  ``overturns``: the verdict or the tier would not stand without it; ``lowered`` is what the tier would
    fall to, null where it would stand.
    """

    kind: Literal["missing", "weak"]
    owner: str
    lot: str
    material: str
    field: str
    figure: str
    gain: float
    low: float | None
    high: float | None
    overturns: bool
    lowered: LoweredAnswer | None
    refs: list[RefAnswer]


class VerdictAnswer(Model):
    """One scheme's verdict on the lot.

    ``category`` is what was asked for ("" for none); ``tier`` is reached whatever the missing data is, ``possible_tier`` the
    highest that it allows; ``tiers`` are all of them, lowest first; ``stated`` what may be stated of ``figure``, rounded down;
    ``evidence_enough`` whether the figure's evidence is what the scheme asks for, null where it asks for none; ``advice`` is
    null where the scheme was not asked for by name.
    """

    scheme: str
    title: dict[str, str]
    edition: str
    source: str
    category: str
    outcome: OutcomeAnswer
    figure: str
    low: float | None
    high: float | None
    evidence: Evidence | None
    evidence_enough: bool | None
    asked_evidence: dict[str, str]
    validity: dict[str, str]
    gates: list[GateAnswer]
    categories: list[GateAnswer]
    tier: TierAnswer | None
    possible_tier: TierAnswer | None
    tiers: list[TierStepAnswer]
    edge: Literal["lower", "upper"]
    tiers_status: Status | None
    stated: float | None
    notes: list[NoteAnswer]
    advice: list[AdviceAnswer] | None

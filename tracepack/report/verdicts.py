"""The verdicts of schemes: from the core's to the answer, and the answer as a section of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracepack.core.advice import Advice
from tracepack.core.judgementrules import Category, Gate, Note, Tier
from tracepack.core.quantity import rounded_share
from tracepack.core.schemes import GateVerdict, TierVerdict, Verdict
from tracepack.report.answers import ref_answer
from tracepack.report.answers_verdicts import (
    AdviceAnswer,
    GateAnswer,
    LoweredAnswer,
    NoteAnswer,
    Status,
    TierAnswer,
    TierStepAnswer,
    VerdictAnswer,
)
from tracepack.report.custody_text import model_name
from tracepack.report.document import Block, Cell, Heading, Paragraph, Table
from tracepack.report.leads import Leads
from tracepack.report.wording import Wording

_TONES = {"met": "good", "not met": "bad"}
#: Decimals of a percentage that tell every share from every other: shares are known to 1e-9.
_FINEST = 7


def verdict_answer(verdict: Verdict, advice: Sequence[AdviceAnswer] | None = None) -> VerdictAnswer:
    """A verdict as it is published; ``advice`` None where the scheme was not asked for by name."""
    scheme = verdict.scheme
    return VerdictAnswer(
        scheme=scheme.name,
        title=dict(scheme.title),
        edition=scheme.edition,
        source=scheme.source,
        category=verdict.category.key if verdict.category else "",
        outcome=verdict.outcome,
        figure=scheme.figure,
        low=verdict.low,
        high=verdict.high,
        evidence=verdict.evidence or None,  # type: ignore[arg-type]
        evidence_enough=not verdict.weak if scheme.asked_evidence and verdict.evidence else None,
        asked_evidence=dict(scheme.evidence),
        validity=dict(scheme.validity),
        gates=[_gate(gate) for gate in verdict.gates],
        categories=[_gate(gate) for _, gate in verdict.categories],
        tier=_tier(verdict.tier),
        possible_tier=_tier(verdict.possible_tier),
        tiers=[_step(step) for step in verdict.tiers],
        edge=scheme.edge,
        tiers_status=_status(scheme.tiers_confirmed) if scheme.tiers else None,
        stated=verdict.stated,
        notes=[_note(note) for note in scheme.notes],
        advice=None if advice is None else list(advice),
    )


@dataclass(frozen=True, slots=True)
class Lowered:
    """What a tier would fall to; None: to none."""

    tier: Tier | None


def advice_answer(advice: Advice, overturns: bool, lowered: Lowered | None = None) -> AdviceAnswer:
    """A piece of advice as it is published; whether the verdict or its tier would not stand without it, and what that falls to."""
    return AdviceAnswer(
        kind=advice.kind,
        owner=advice.lot.owner,
        lot=advice.lot.number,
        material=advice.material,
        field=advice.field,
        figure=advice.figure,
        gain=advice.gain,
        low=rounded_share(advice.low),
        high=rounded_share(advice.high),
        overturns=overturns,
        lowered=None if lowered is None else LoweredAnswer(tier=_tier(lowered.tier)),
        refs=[ref_answer(ref) for ref in advice.refs],
    )


def _status(confirmed: bool) -> Status:
    return "confirmed" if confirmed else "unconfirmed"


def _gate(verdict: GateVerdict) -> GateAnswer:
    gate = verdict.gate
    return GateAnswer(
        key=gate.key,
        outcome=verdict.outcome,
        figure=gate.figure,
        at_least=gate.at_least,
        low=verdict.low,
        high=verdict.high,
        margin_low=verdict.margin_low,
        margin_high=verdict.margin_high,
        failed=list(verdict.failed),
        no_data=list(verdict.open),
        model=verdict.model,
        says=dict(gate.says),
        source=gate.source,
        status=_status(gate.confirmed),
    )


def _step(step: TierVerdict) -> TierStepAnswer:
    return TierStepAnswer(
        start=step.tier.start, says=dict(step.tier.says), outcome=step.outcome, margin_low=step.margin_low, margin_high=step.margin_high
    )


def _tier(tier: Tier | None) -> TierAnswer | None:
    return None if tier is None else TierAnswer(start=tier.start, says=dict(tier.says))


def _note(note: Note) -> NoteAnswer:
    return NoteAnswer(key=note.key, says=dict(note.says), source=note.source, status=_status(note.confirmed))


# --- rules in words, for the list of schemes


def gate_values(gate: Gate | Category, figure: str, w: Wording) -> list[str]:
    """What a gate asks for, in words."""
    if isinstance(gate, Gate) and gate.tests:
        return list(gate.tests)
    if isinstance(gate, Gate) and gate.models:
        return [model_name(model, w) for model in gate.models]
    named = gate.figure if isinstance(gate, Gate) else figure
    return [w("verdict.at_least", figure=scheme_figure(named, w), share=w.percent(gate.at_least, 1))]


def scheme_figure(figure: str, w: Wording) -> str:
    """A figure that schemes ask for, by its name."""
    return w(f"scheme_figure.{figure}") if f"scheme_figure.{figure}" in w.words else w(f"figure.{figure}.name")


# --- the section


def verdicts_blocks(verdicts: Sequence[VerdictAnswer], leads: Leads, w: Wording) -> list[Block]:
    """A short table of all verdicts, then each scheme that was asked for by name with its gates and advice."""
    rows = tuple(_row(v, f"/verdicts/{place}", leads, w) for place, v in enumerate(verdicts))
    heads = tuple(w(f"verdict.{name}") for name in ("scheme", "outcome", "figure", "bounds", "reached", "leans"))
    blocks: list[Block] = [Paragraph(w("verdict.says")), Table(heads, rows)]
    for place, verdict in enumerate(verdicts):
        if verdict.advice is not None:
            blocks += _detail(verdict, f"/verdicts/{place}", leads, w)
    return blocks


def _name(verdict: VerdictAnswer, w: Wording) -> str:
    if not verdict.category:
        return verdict.title[w.lang]
    category = next((gate.says[w.lang] for gate in verdict.gates if gate.key == verdict.category), verdict.category)
    return f"{verdict.title[w.lang]}: {category}"


def _row(verdict: VerdictAnswer, pointer: str, leads: Leads, w: Wording) -> tuple[Cell, ...]:
    unconfirmed = sum(g.status == "unconfirmed" for g in verdict.gates) + (verdict.tiers_status == "unconfirmed")
    return (
        Cell(_name(verdict, w)),
        Cell(w(f"outcome.{verdict.outcome}")),
        Cell(scheme_figure(verdict.figure, w) if verdict.figure else ""),
        leads.cell(_bounds(verdict.low, verdict.high, w, _thresholds(verdict)) if verdict.figure else "", pointer),
        Cell(_reached(verdict, w)),
        Cell(w("verdict.unconfirmed_count", count=unconfirmed) if unconfirmed else ""),
    )


def _bounds(low: float | None, high: float | None, w: Wording, gates: Sequence[float] = ()) -> str:
    """A figure's bounds, each to as many digits as tell it from a threshold: what is just under 80 % does not read as 80 %."""
    if low is None or high is None:
        return w.span(low, high)
    first, last = _told_apart(low, w, gates), _told_apart(high, w, gates)
    return first if first == last else w("number.range", low=first, high=last)


def _told_apart(share: float, w: Wording, gates: Sequence[float]) -> str:
    """A share in percent to hundredths; to more where that would read as a threshold, or as a whole percent, which it is not."""
    for decimals in range(2, _FINEST):
        shown = round(share * 100, decimals)
        edge = any(round(gate * 100, decimals) == shown and gate != share for gate in gates)
        if not edge and (shown != int(shown) or shown in (0, 100) or round(shown / 100, 9) == share):
            return w.percent(share, decimals)
    return w.percent(share, _FINEST)


def _thresholds(verdict: VerdictAnswer) -> list[float]:
    """The shares that the scheme's own figure is held against, as far as the answer has them."""
    tiers = [tier.start for tier in verdict.tiers]
    return [*(g.at_least for g in (*verdict.gates, *verdict.categories) if g.figure == verdict.figure), *tiers]


def _reached(verdict: VerdictAnswer, w: Wording) -> str:
    if verdict.stated is not None:
        return w("verdict.stated", share=w.percent(verdict.stated, 0))
    if verdict.possible_tier is None:
        return ""
    highest = verdict.possible_tier.says[w.lang]
    if verdict.tier is None:
        return w("verdict.at_most", tier=highest)
    return highest if verdict.tier == verdict.possible_tier else w("verdict.tiers", low=verdict.tier.says[w.lang], high=highest)


def _detail(verdict: VerdictAnswer, pointer: str, leads: Leads, w: Wording) -> list[Block]:
    blocks: list[Block] = [
        Heading(_name(verdict, w)),
        Paragraph(f"{w(f'outcome.{verdict.outcome}')}. {_reached(verdict, w)}".strip(), _TONES.get(verdict.outcome, "")),
        Paragraph(f"{verdict.edition}. {verdict.source}.", "quiet"),
    ]
    named = [*((f"{pointer}/gates/{n}", g) for n, g in enumerate(verdict.gates))]
    named += [(f"{pointer}/categories/{n}", g) for n, g in enumerate(verdict.categories)]
    gates = tuple(_gate_row(gate, at, leads, w) for at, gate in named)
    if gates:
        blocks.append(Table(tuple(w(f"verdict.{name}") for name in ("gate", "outcome", "bounds", "margin", "source")), gates))
    if verdict.tiers:
        steps = tuple(_step_row(step, f"{pointer}/tiers/{n}", leads, w) for n, step in enumerate(verdict.tiers))
        blocks.append(Table(tuple(w(f"verdict.{name}") for name in ("step", "outcome", "margin")), steps))
    if verdict.categories:
        name = f"{verdict.scheme}: {verdict.categories[0].key}"
        blocks.append(Paragraph(w("verdict.no_category", name=name), "quiet"))
    if verdict.tiers_status == "unconfirmed":
        blocks.append(Paragraph(w(f"edge_unconfirmed.{verdict.edge}"), "quiet"))
    if verdict.evidence_enough is False and verdict.evidence:
        blocks.append(Paragraph(w("verdict.weak", evidence=w.term("evidence", verdict.evidence)), "bad"))
    asked = [text for words in (verdict.asked_evidence, verdict.validity) if (text := words.get(w.lang))]
    blocks += [Paragraph(text) for text in asked]
    blocks += [Paragraph(f"{note.says[w.lang]} ({_sourced(note.source, note.status, w)})") for note in verdict.notes]
    return [*blocks, *_advice(verdict, pointer, leads, w)]


def _gate_row(gate: GateAnswer, pointer: str, leads: Leads, w: Wording) -> tuple[Cell, ...]:
    return (
        Cell(gate.says[w.lang]),
        Cell(w(f"outcome.{gate.outcome}")),
        leads.cell(_basis(gate, w), pointer if gate.figure else ""),
        leads.cell(_margin(gate, w), pointer, told=False),
        Cell(_sourced(gate.source, gate.status, w)),
    )


def _step_row(step: TierStepAnswer, pointer: str, leads: Leads, w: Wording) -> tuple[Cell, ...]:
    margin = _points_between(step.margin_low, step.margin_high, w)
    return Cell(step.says[w.lang]), Cell(w(f"outcome.{step.outcome}")), leads.cell(margin, pointer, told=False)


def _basis(gate: GateAnswer, w: Wording) -> str:
    if gate.figure:
        return _bounds(gate.low, gate.high, w, (gate.at_least,))
    if gate.model:
        return model_name(gate.model, w)
    failed = [w("verdict.failed", tests=", ".join(gate.failed))] if gate.failed else []
    unknown = [w("verdict.no_data", tests=", ".join(gate.no_data))] if gate.no_data else []
    return "; ".join([*failed, *unknown])


def _margin(gate: GateAnswer, w: Wording) -> str:
    """Points above the gate, from the least to the greatest."""
    if gate.margin_low is None or gate.margin_high is None:
        return ""
    return _points_between(gate.margin_low, gate.margin_high, w)


def _points_between(low: float, high: float, w: Wording) -> str:
    least, most = points(low, w), points(high, w)
    return w("verdict.points", points=least if least == most else w("number.range", low=least, high=most))


def points(share: float, w: Wording, sign: str = "+") -> str:
    """A difference of shares in percentage points, to a hundredth; one that is not nothing never reads 0."""
    text = f"{share * 100:{sign}.2f}"
    if float(text) == 0 and share != 0:
        text = "> 0" if share > 0 else "< 0"
    return w.number(text).replace("-", "−")


def _sourced(source: str, status: str, w: Wording) -> str:
    return source if status == "confirmed" else w("verdict.unconfirmed", source=source)


def _advice(verdict: VerdictAnswer, pointer: str, leads: Leads, w: Wording) -> list[Block]:
    if not verdict.advice:
        return []
    names = ("advice", "advice_figure", "gain", "without", "overturns")
    rows = tuple(_advice_row(a, f"{pointer}/advice/{place}", leads, w) for place, a in enumerate(verdict.advice))
    return [Heading(w("verdict.advice_title")), Table(tuple(w(f"verdict.{name}") for name in names), rows)]


def _advice_row(advice: AdviceAnswer, pointer: str, leads: Leads, w: Wording) -> tuple[Cell, ...]:
    lot = f"{advice.lot} ({advice.owner})" if advice.owner else advice.lot
    cells = ", ".join(f"{ref.file} {ref.sheet}!{ref.cell}" if ref.cell else f"{ref.file} {ref.sheet}" for ref in advice.refs)
    return (
        Cell(w(f"advice.{advice.kind}", field=w(f"advice_field.{advice.field}"), lot=lot, cells=cells)),
        Cell(scheme_figure(advice.figure, w)),
        leads.cell(w("verdict.points", points=points(advice.gain, w, "")), pointer),
        leads.cell("" if advice.kind == "missing" else _bounds(advice.low, advice.high, w), pointer, told=False),
        Cell(_overturned(advice, w)),
    )


def _overturned(advice: AdviceAnswer, w: Wording) -> str:
    if advice.lowered is None:
        return w("verdict.yes") if advice.overturns else ""
    left = advice.lowered.tier
    return w("verdict.lowered", tier=left.says[w.lang]) if left else w("verdict.lowered_to_none")

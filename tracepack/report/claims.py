"""What may be said of a lot: from the core's offers to the answer, and the answer as a section of the report."""

from __future__ import annotations

from typing import Literal

from tracepack.core.claimoffers import Offers
from tracepack.report.answers_claims import ClaimsAnswer, ForbiddenAnswer, RefusedSentenceAnswer, SentenceAnswer
from tracepack.report.custody_text import model_name
from tracepack.report.document import Block, Cell, Heading, Paragraph, Table
from tracepack.report.leads import Leads
from tracepack.report.text import figure_name
from tracepack.report.wording import Wording


def claims_answer(offers: Offers) -> ClaimsAnswer:
    """The offers as they are published."""
    return ClaimsAnswer(
        model=offers.model,
        allowed=[
            SentenceAnswer(
                key=o.sentence.key,
                figure=o.sentence.figure,
                percent=o.percent,
                text=dict(o.text),
                source=o.sentence.source,
                status=_status(o.sentence.confirmed),
            )
            for o in offers.allowed
        ],
        refused=[RefusedSentenceAnswer(key=sentence.key, reason=reason) for sentence, reason in offers.refused],
        forbidden=[
            ForbiddenAnswer(
                key=rule.key,
                example=dict(rule.example),
                why=dict(rule.why),
                valid_from=rule.valid_from.isoformat() if rule.valid_from else None,
                source=rule.source,
                status=_status(rule.confirmed),
            )
            for rule in offers.forbidden
        ],
    )


def _status(confirmed: bool) -> Literal["confirmed", "unconfirmed"]:
    return "confirmed" if confirmed else "unconfirmed"


def claims_blocks(answer: ClaimsAnswer, leads: Leads, w: Wording) -> list[Block]:
    """The section "What may be said"."""
    allowed = tuple(
        (leads.cell(s.text[w.lang], f"/claims/allowed/{place}/percent"), Cell(_sourced(s.source, s.status, w)))
        for place, s in enumerate(answer.allowed)
    )
    blocks: list[Block] = [Paragraph(w("claims.says", model=model_name(answer.model, w)))]
    if allowed:
        blocks += [Heading(w("claims.allowed")), Table((w("claims.sentence"), w("claims.source")), allowed)]
    else:
        blocks.append(Paragraph(w("claims.nothing"), "bad"))
    refused = tuple((Cell(_named(s.key, w)), Cell(w(f"claims_refused.{s.reason}"))) for s in answer.refused)
    if refused:
        blocks += [Heading(w("claims.refused")), Table((w("claims.claim"), w("claims.why")), refused)]
    forbidden = tuple((Cell(f.example[w.lang]), Cell(f.why[w.lang]), Cell(_sourced(f.source, f.status, w))) for f in answer.forbidden)
    return [*blocks, Heading(w("claims.forbidden")), Table((w("claims.wording"), w("claims.why"), w("claims.source")), forbidden)]


def _sourced(source: str, status: str, w: Wording) -> str:
    return source if status == "confirmed" else w("claims.unconfirmed", source=source)


def _named(key: str, w: Wording) -> str:
    """A sentence by its figure or its model."""
    return figure_name(key, w) if f"figure.{key}.name" in w.words else model_name(key.replace("-", " "), w)

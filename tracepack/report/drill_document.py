"""The minutes of a mock recall as a document in one language, and as a file."""

from __future__ import annotations

from tracepack.report.answers_drill import DrillAnswer
from tracepack.report.document import Block, Bullets, Cell, Document, Paragraph, Section, Table
from tracepack.report.fonts import fonts_in_reach
from tracepack.report.pdf import document_to_pdf
from tracepack.report.plain import render_plain
from tracepack.report.recall_document import compose_recall
from tracepack.report.wording import Wording, wording
from tracepack.report.xlsx import documents_to_xlsx

#: A line to write on: a column of nothing is left out of plain text.
_BLANK = "_" * 20

#: Of the recall that was tried, what belongs into minutes; the rest is what `recall --lot` says.
_FORWARD = ("balance", "open_ends", "customers", "shipments", "stock", "missing")


def compose_drill(answer: DrillAnswer, lang: str) -> Document:
    """What was tried and how, both results, the time that they took, what to sign."""
    w = wording(lang)
    forward = [section for section in compose_recall(answer.forward, lang).sections if section.id in _FORWARD]
    found = {f"{f.name}: {f.message} {f.hint}".strip() for f in (*answer.forward.findings, *answer.findings)}
    sections = [
        Section("drill", w("drill.how"), (_how(answer, w),)),
        Section("result", w("drill.result"), tuple(_result(answer, w))),
        *(Section(f"forward-{s.id}", w("drill.forward_part", title=s.title), s.blocks) for s in forward),
        Section("backward", w("drill.backward"), tuple(_backward(answer, w))),
        *([Section("findings", w("recall.findings"), (Bullets(tuple(sorted(found))),))] if found else []),
        Section("sign", w("drill.sign"), (Paragraph(w("drill.sign_says")), _signatures(w))),
    ]
    return Document(
        lang, w("drill.title", organisation=answer.organisation), w("text.as_known", number=answer.as_known_after_import), tuple(sections)
    )


def _pairs(rows: list[tuple[str, str]]) -> Table:
    return Table(("", ""), tuple((Cell(name), Cell(value)) for name, value in rows))


def _lot(owner: str, number: str) -> str:
    return f"{number} ({owner})" if owner else number


def _how(answer: DrillAnswer, w: Wording) -> Table:
    back = answer.backward
    return _pairs(
        [
            (w("drill.seed"), w("drill.seed_says", seed=answer.seed)),
            (
                w("drill.picked_forward"),
                w("drill.one_of", name=_lot(answer.forward.subject.owner, answer.forward.subject.number), count=answer.delivered_lots),
            ),
            (w("drill.picked_backward"), w("drill.one_of", name=_lot(back.lot.owner, back.lot.number), count=answer.shipped_lots)),
            (w("drill.shipment"), w("drill.shipment_says", shipment=back.shipment, date=back.date, customer=back.customer)),
        ]
    )


def _result(answer: DrillAnswer, w: Wording) -> list[Block]:
    located = answer.forward.located_share
    took = answer.forward_seconds + answer.backward_seconds
    rows = [
        (w("drill.located_forward"), w("number.mass_unknown") if located is None else w.percent(located)),
        (w("drill.located_backward"), w.percent(answer.backward.located_share)),
        (w("drill.sourced"), w.percent(answer.backward.sourced_share)),
        (w("drill.took"), w("drill.took_says", forward=_seconds(answer.forward_seconds, w), backward=_seconds(answer.backward_seconds, w))),
        (w("drill.allowed"), w("drill.within" if took <= answer.allowed_seconds else "drill.beyond", hours=answer.allowed_seconds // 3600)),
    ]
    said = Paragraph(w("drill.complete" if answer.complete else "drill.incomplete"), "good" if answer.complete else "bad")
    return [said, _pairs(rows)]


def _seconds(seconds: float, w: Wording) -> str:
    return w.number(f"{seconds:.1f}")


def _backward(answer: DrillAnswer, w: Wording) -> list[Block]:
    back = answer.backward
    heads = (*(w(f"recall.column.{name}") for name in ("supplier", "lot", "material", "date", "share")), w("drill.dry"), w("drill.source"))
    rows = tuple(
        (
            Cell(s.supplier),
            Cell(s.lot or w("flow.unknown")),
            Cell(s.material),
            Cell(s.date),
            Cell(w.percent(s.share), number=s.share),
            Cell(w.kg(s.dry_kg), number=None if s.dry_kg is None else float(s.dry_kg)),
            Cell(s.source or ("" if not s.lot else w("text.source_none"))),
        )
        for s in back.sources
    )
    says = w("drill.backward_says", lot=_lot(back.lot.owner, back.lot.number), count=len(rows))
    sent = w("drill.backward_masses", shipped=w.kg(back.shipped_kg), dry=w.kg(back.dry_kg))
    notes = [] if back.exact else [Paragraph(w("flow.inexact"))]
    return [Paragraph(f"{says} {sent}"), *notes, Table(heads, rows, frozenset({4, 5}))]


def _signatures(w: Wording) -> Table:
    heads = tuple(w(f"drill.{name}") for name in ("role", "name", "date", "signature"))
    roles = ("led", "quality", "auditor")
    return Table(heads, tuple((Cell(w(f"drill.{role}")), Cell(_BLANK), Cell(_BLANK), Cell(_BLANK)) for role in roles))


def drill_text(answer: DrillAnswer, lang: str = "en") -> str:
    """The minutes as plain text; lines without a last newline."""
    return render_plain(compose_drill(answer, lang))


def render_drill(answer: DrillAnswer, file_format: str, lang: str) -> bytes:
    """The minutes as "pdf", "xlsx", "json" or else text.  Raises MissingFont for a PDF that no font can draw."""
    if file_format == "pdf":
        return document_to_pdf(compose_drill(answer, lang), fonts_in_reach())
    if file_format == "xlsx":
        return documents_to_xlsx([compose_drill(answer, lang)])
    text = answer.model_dump_json(by_alias=True, indent=2) if file_format == "json" else drill_text(answer, lang)
    return f"{text}\n".encode()

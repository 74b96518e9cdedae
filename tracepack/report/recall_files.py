"""A recall as a file: text, PDF, workbook with a sheet for each customer, or JSON."""

from __future__ import annotations

from tracepack.report.answers_recall import RecallAnswer
from tracepack.report.fonts import fonts_in_reach
from tracepack.report.pdf import document_to_pdf
from tracepack.report.plain import render_plain
from tracepack.report.recall_document import compose_customer, compose_recall, concerned
from tracepack.report.xlsx import documents_to_xlsx


def recall_text(answer: RecallAnswer, lang: str = "en") -> str:
    """`recall` as plain text; lines without a last newline."""
    return render_plain(compose_recall(answer, lang))


def render_recall(answer: RecallAnswer, file_format: str, lang: str) -> bytes:
    """The recall as "pdf", "xlsx", "json" or else text.  Raises MissingFont for a PDF that no font can draw."""
    if file_format == "pdf":
        return document_to_pdf(compose_recall(answer, lang), fonts_in_reach())
    if file_format == "xlsx":
        customers = [compose_customer(answer, customer, lang) for customer in concerned(answer)]
        return documents_to_xlsx([compose_recall(answer, lang), *customers])
    text = answer.model_dump_json(by_alias=True, indent=2) if file_format == "json" else recall_text(answer, lang)
    return f"{text}\n".encode()

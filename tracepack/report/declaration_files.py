"""The declaration of a shipment as a file: text, PDF, workbook or JSON."""

from __future__ import annotations

from tracepack.report.answers_declaration import DeclarationAnswer
from tracepack.report.declaration_document import compose_declaration
from tracepack.report.declaration_text import declaration_text
from tracepack.report.fonts import fonts_in_reach
from tracepack.report.pdf import document_to_pdf
from tracepack.report.wording import wording
from tracepack.report.xlsx import document_to_xlsx


def render_declaration(answer: DeclarationAnswer, file_format: str, lang: str) -> bytes:
    """The declaration as "pdf", "xlsx", "json" or else text.  Raises MissingFont for a PDF that no font can draw."""
    if file_format == "pdf":
        stamp = wording(lang)("declaration.draft") if answer.draft else ""
        return document_to_pdf(compose_declaration(answer, lang), fonts_in_reach(), stamp=stamp)
    if file_format == "xlsx":
        return document_to_xlsx(compose_declaration(answer, lang))
    text = answer.model_dump_json(by_alias=True, indent=2) if file_format == "json" else declaration_text(answer, lang)
    return f"{text}\n".encode()

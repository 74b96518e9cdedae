"""`declaration` as plain text."""

from __future__ import annotations

from tracepack.report.answers_declaration import DeclarationAnswer
from tracepack.report.declaration_document import compose_declaration
from tracepack.report.plain import render_plain


def declaration_text(answer: DeclarationAnswer, lang: str = "en") -> str:
    """The declaration; lines without a last newline."""
    return render_plain(compose_declaration(answer, lang))

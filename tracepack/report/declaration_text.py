"""`declaration` as plain text."""

from __future__ import annotations

from tracepack.report.answers_declaration import DeclarationAnswer
from tracepack.report.declaration_document import compose_declaration
from tracepack.report.findings_text import findings_text
from tracepack.report.plain import render_plain
from tracepack.report.wording import wording


def declaration_text(answer: DeclarationAnswer, lang: str = "en") -> str:
    """The declaration; lines without a last newline."""
    return render_plain(compose_declaration(answer, lang))


def draft_text(answer: DeclarationAnswer, lang: str = "en") -> str:
    """Why a declaration is a draft, for whoever had it written to a file."""
    return f"{wording(lang)('declaration.draft_says')}\n\n{findings_text(answer.findings, lang)}"

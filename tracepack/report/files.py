"""The report of a lot as a file, in any of its formats."""

from __future__ import annotations

import hashlib

from tracepack.errors import UsageProblem
from tracepack.report.bilingual import composed
from tracepack.report.diagram import Drawing, render_diagram
from tracepack.report.dossier import Dossier, render_json
from tracepack.report.folds import LIMIT
from tracepack.report.fonts import fonts_in_reach
from tracepack.report.html import render_html
from tracepack.report.localised import localised
from tracepack.report.markdown import render_markdown
from tracepack.report.pdf import Enclosed, document_to_pdf
from tracepack.report.unfolding import unfolding
from tracepack.report.wording import first_language, wording
from tracepack.report.xlsx_report import report_to_xlsx

FORMATS = ("html", "md", "pdf", "xlsx", "json")
#: What the dossier is called where a document carries it.
ATTACHED = "dossier.json"

#: A page zooms: its picture holds what can be told apart, and need not be read on paper.
_ON_SCREEN = Drawing(limit=LIMIT)


def render_report(dossier: Dossier, file_format: str, lang: str = "en") -> bytes:
    """The report as "md", "html", "pdf", "xlsx" or "json", in one language or in two ("en,zh"); JSON in the first of them.

    Pages carry the dossier as it is in every language, so that one digest names them all.  Raises UsageProblem (another
    format), MissingFont (a PDF that no font in reach can draw).
    """
    if file_format not in FORMATS:
        raise UsageProblem(f"{file_format} is no report format", f"use one of {', '.join(FORMATS)}")
    if file_format == "json":
        return render_json(localised(dossier, first_language(lang))).encode()
    carried = render_json(dossier)
    digest = hashlib.sha256(carried.encode()).hexdigest()
    if file_format == "md":
        return render_markdown(dossier, lang, digest).encode()
    if file_format == "xlsx":
        return report_to_xlsx(composed(dossier, lang, digest=digest), dossier.calculation)
    drawing = _ON_SCREEN if file_format == "html" else Drawing()
    svg = render_diagram(dossier.lineage, "svg", title=dossier.lot.number, lang=lang, drawing=drawing).decode()
    if file_format == "html":
        folds = unfolding(dossier.lineage, lang)
        return render_html(dossier, lang, svg, carried, digest, unfolding=folds).encode()
    enclosed = Enclosed(wording(lang)("report.contents"), ATTACHED, carried, dossier.date)
    return document_to_pdf(composed(dossier, lang, svg, digest), fonts_in_reach(), enclosed=enclosed)

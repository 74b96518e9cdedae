"""The report of a lot as a file, in any of its formats."""

from __future__ import annotations

import hashlib

from tracepack.errors import UsageProblem
from tracepack.report.diagram import render_diagram
from tracepack.report.dossier import Dossier, render_json
from tracepack.report.fonts import fonts_in_reach
from tracepack.report.html import render_html
from tracepack.report.localised import localised
from tracepack.report.markdown import render_markdown
from tracepack.report.pdf import Enclosed, document_to_pdf
from tracepack.report.sections import compose
from tracepack.report.wording import wording
from tracepack.report.xlsx_report import report_to_xlsx

FORMATS = ("html", "md", "pdf", "xlsx", "json")
#: What the dossier is called where a document carries it.
ATTACHED = "dossier.json"


def render_report(dossier: Dossier, file_format: str, lang: str = "en") -> bytes:
    """The report as "md", "html", "pdf", "xlsx" or "json".

    Pages carry the dossier as it is in every language, so that one digest names them all.  Raises UsageProblem (another
    format), MissingFont (a PDF that no font in reach can draw).
    """
    if file_format not in FORMATS:
        raise UsageProblem(f"{file_format} is no report format", f"use one of {', '.join(FORMATS)}")
    spoken = localised(dossier, lang)
    if file_format == "json":
        return render_json(spoken).encode()
    carried = render_json(dossier)
    digest = hashlib.sha256(carried.encode()).hexdigest()
    if file_format == "md":
        return render_markdown(spoken, lang, digest).encode()
    if file_format == "xlsx":
        return report_to_xlsx(compose(spoken, lang, digest=digest), spoken.calculation)
    svg = render_diagram(dossier.lineage, "svg", title=dossier.lot.number, lang=lang).decode()
    if file_format == "html":
        return render_html(spoken, lang, svg, carried, digest).encode()
    enclosed = Enclosed(wording(lang)("report.contents"), ATTACHED, carried, dossier.date)
    return document_to_pdf(compose(spoken, lang, svg, digest), fonts_in_reach(), enclosed=enclosed)

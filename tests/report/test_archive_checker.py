"""The report's PDF before a PDF/A checker that approves only what it knows: pikepdf's, by the rules that veraPDF publishes.

It knows PDF/A-3b.  What it says beyond that is listed here, each with why it is no fault; anything else fails.
"""

from __future__ import annotations

import io

import pytest
import report_examples as example
from pikepdf import pdfa

from tracepack.report.files import render_report

#: What the checker may say: a part of its words, and why that is no fault.
NO_FAULT = {
    "pdfaid:conformance is 'A', expected 'B'": "level A asks for all of level B, and tags besides",
    "/Dest: ": "a destination may stand in an object of its own (ISO 32000-1, 7.3.10 and 12.3.2.2)",
    "XMP namespace pdfaExtension": "describes the metadata of PDF/UA, as PDF/A-3 wants it (ISO 19005-3, 6.6.2.3.3)",
    "XMP namespace pdfaSchema": "as above",
    "XMP namespace pdfaProperty": "as above",
    "XMP property pdfaExtension:schemas": "as above",
    "XMP property pdfuaid:part": "the claim of PDF/UA-1 that the extension describes (ISO 14289-1, 5)",
    "xmpTPg": "the number of pages, of a schema that XMP itself defines (ISO 16684-1, 8.5)",
    "xmpMM:History is not checked": "a limit of the checker",
    "/CIDSet on a CIDFontType2 subset is not checked": "a limit of the checker",
    "CFF FDArray FontMatrix is not supported": "a limit of the checker",
}


@pytest.mark.parametrize("lang", ["en", "de", "zh", "en,zh"])
def test_a_checker_finds_no_fault_in_the_report(lang: str):
    report = pdfa.validate_written(io.BytesIO(render_report(example.film_dossier(), "pdf", lang)), "3b")
    assert report.findings  # it was looked at: the level alone is one
    assert [str(f) for f in report.findings if not any(part in str(f) for part in NO_FAULT)] == []


def test_the_checker_finds_a_fault_where_there_is_one():
    made = render_report(example.film_dossier(), "pdf")
    broken = made.replace(b"/OutputIntents", b"/OutputIntentz")
    report = pdfa.validate_written(io.BytesIO(broken), "3b")
    assert any("OutputIntent" in str(f) or "DeviceRGB" in str(f) or "colour" in str(f).lower() for f in report.findings)

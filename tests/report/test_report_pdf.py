"""The report as PDF: fit for the archive, accessible, and carrying the dossier."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
import report_examples as example

import tracepack
from tracepack.errors import MissingFont
from tracepack.report.bilingual import composed
from tracepack.report.dossier import Dossier, render_json
from tracepack.report.files import FORMATS, render_report
from tracepack.report.fonts import find_fonts
from tracepack.report.pdf import Enclosed, document_to_pdf

LATIN = find_fonts(())
HOSTILE = ["<script>", "#import", "=cmd|' /C calc'!A0", "\"a\" 'b'", "\\N", "a\u202eb", "$x$", "*b*", "@ref", "]"]


def film(number: str = "FILM-1") -> Dossier:
    """The film's dossier in Latin letters, which our own font has."""
    return Dossier.model_validate_json(re.sub("[\u2e80-\uffef]", "x", render_json(example.film_dossier(number))))


def opened(made: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(made))


def test_the_pdf_carries_the_dossier_as_its_source():
    dossier = film()
    pdf = opened(render_report(dossier, "pdf"))
    (name,) = list(pdf.attachments)
    assert name == "dossier.json"
    assert pdf.attachments[name].get_file().read_bytes() == render_report(dossier, "json") == render_json(dossier).encode()
    assert pdf.Root.AF[0].AFRelationship == "/Source"


def test_the_pdf_says_that_it_is_for_the_archive_and_accessible():
    pdf = opened(render_report(film(), "pdf"))
    with pdf.open_metadata() as known:
        assert (known["pdfaid:part"], known["pdfaid:conformance"], known["pdfuaid:part"]) == ("3", "A", "1")
        assert known["dc:title"] == "Traceability report: FILM-1 (NORDFOLIE)"
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en"
    assert "/StructTreeRoot" in pdf.Root
    assert "/OutputIntents" in pdf.Root
    assert "/Outlines" in pdf.Root
    fonts = [font for page in pdf.pages for font in page.resources.get("/Font", {}).values()]
    assert fonts
    for font in fonts:
        below = font.DescendantFonts[0] if "/DescendantFonts" in font else font
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(below.FontDescriptor.keys())


@pytest.mark.parametrize("number", HOSTILE, ids=ascii)
def test_a_lot_number_is_text_in_the_pdf(number: str):
    document = composed(film(number), "en")
    with opened(document_to_pdf(document, LATIN, enclosed=Enclosed("Contents", "dossier.json", "{}"))).open_metadata() as known:
        assert known["dc:title"] == "Traceability report: " + number.replace("\u202e", "\\u202e") + " (NORDFOLIE)"


def test_a_chinese_report_without_a_chinese_font_is_refused():
    with pytest.raises(MissingFont, match="no font in reach can draw"):
        document_to_pdf(composed(example.film_dossier(), "zh"), LATIN, enclosed=Enclosed("目录", "dossier.json", "{}"))


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_same_report_is_the_same_bytes(file_format: str):
    assert render_report(film(), file_format, "de") == render_report(film(), file_format, "de")


WRITE = """
import hashlib, sys
sys.path.insert(0, {here!r})
import test_report_pdf as ours
from tracepack.report.files import FORMATS, render_report
for name in FORMATS:
    print(hashlib.sha256(render_report(ours.film(), name, "de")).hexdigest())
"""


def test_another_process_in_another_directory_writes_the_same_bytes_in_every_format(tmp_path: Path):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", str(tmp_path)),
        "PYTHONPATH": str(Path(tracepack.__file__).parents[1]),
        "PYTHONHASHSEED": "7",
    }
    there = subprocess.run(
        [sys.executable, "-c", WRITE.format(here=str(Path(__file__).parent))],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.split() == [hashlib.sha256(render_report(film(), name, "de")).hexdigest() for name in FORMATS]

"""The PDF report as a program reads it: its text, its structure, and nothing in it that acts."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
import report_examples as example

from tracepack.report.document import Cell, Document, Heading, Section, Table
from tracepack.report.files import render_report
from tracepack.report.fonts import find_fonts
from tracepack.report.pdf import document_to_pdf
from tracepack.report.wording import wording

LATIN = find_fonts(())
#: 18 mm, in points.
MARGIN = 18 / 25.4 * 72


@pytest.fixture(scope="module")
def pdftotext() -> str:
    """Poppler's reader of text; on a user's machine that has none these tests are skipped, in CI they fail."""
    found = shutil.which("pdftotext")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("pdftotext is not installed")
        pytest.skip("pdftotext is not installed")
    return found


@pytest.fixture(scope="module")
def report() -> bytes:
    return render_report(example.film_dossier(), "pdf", "en")


@pytest.fixture(scope="module")
def pdf(report: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(report)) as opened:
        yield opened


def read(pdftotext: str, made: bytes, *options: str) -> str:
    return subprocess.run([pdftotext, *options, "-", "-"], input=made, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("lang", ["en", "zh", "de"])
def test_the_key_figures_are_found_in_the_text(pdftotext: str, lang: str):
    dossier, w = example.film_dossier(), wording(lang)
    text = " ".join(read(pdftotext, render_report(dossier, "pdf", lang), "-layout").split())
    content = dossier.content.content
    for figure in (content.bio_carbon_toc, content.bio_carbon_tc, content.bio_mass):
        assert w.figure(figure) in text
    assert w.kg(dossier.content.mass_kg) in text
    assert dossier.lot.number in text


def test_nothing_leaves_the_printed_page(pdftotext: str):
    """A title of one long word, and twelve columns of which the last holds a digest."""
    word = "LOT-" + "0123456789ABCDEF-" * 12
    cells = tuple(Cell(text) for text in ("E1", word, "b" * 12, *("a longer text of several words",) * 8, "d" * 12))
    table = Table(tuple(f"H{n}" for n in range(len(cells))), (cells,) * 3)
    made = document_to_pdf(Document("en", word, word[:30], (Section("s", "Digests", (table, Heading(word))),)), LATIN)
    with pikepdf.open(io.BytesIO(made)) as pages:
        width = float(pages.pages[0].mediabox[2])
    ends = [float(end) for end in re.findall(r'xMax="([\d.]+)"', read(pdftotext, made, "-bbox"))]
    assert len(ends) > 30
    assert max(ends) <= width - MARGIN + 1


def objects(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of the file, streams included."""
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            yield thing


def test_nothing_in_the_file_acts_or_reaches_out(pdf: pikepdf.Pdf):
    assert not pdf.is_encrypted
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(pdf.Root.keys())
    for thing in objects(pdf):
        assert not {"/JS", "/AA"} & set(thing.keys())
        assert str(thing.get("/S")) not in ("/JavaScript", "/Launch", "/URI", "/GoToR", "/SubmitForm", "/ImportData")


def test_colours_and_fonts_are_in_the_file(pdf: pikepdf.Pdf):
    (intent,) = pdf.Root.OutputIntents
    assert str(intent.S) == "/GTS_PDFA1"
    assert len(intent.DestOutputProfile.read_bytes()) > 128
    described = [thing for thing in objects(pdf) if str(thing.get("/Type")) == "/FontDescriptor"]
    assert described
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys()) for font in described)
    fonts = [thing for thing in objects(pdf) if str(thing.get("/Type")) == "/Font" and "/DescendantFonts" not in thing]
    assert all("/FontDescriptor" in font for font in fonts)
    composite = [thing for thing in objects(pdf) if "/DescendantFonts" in thing]
    assert all("/ToUnicode" in font for font in composite)


def test_the_attachment_is_described_as_the_archive_wants_it(pdf: pikepdf.Pdf):
    (attached,) = pdf.Root.AF
    assert str(attached.Type) == "/Filespec"
    assert str(attached.UF) == str(attached.F) == "dossier.json"
    assert str(attached.Desc)
    stream = attached.EF.F
    assert str(stream.Subtype) == "/application/json"
    assert "/ModDate" in stream.Params


def test_the_pages_are_tagged_in_their_order(pdf: pikepdf.Pdf):
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    kinds = {str(thing.get("/S")) for thing in objects(pdf) if "/P" in thing and "/S" in thing}
    assert {"/Table", "/TR", "/TH", "/TD", "/H1", "/Figure", "/TOC", "/Link"} <= kinds
    figures = [thing for thing in objects(pdf) if str(thing.get("/S")) == "/Figure"]
    assert all(str(figure.get("/Alt", "")) for figure in figures)
    for page in pdf.pages:
        assert "/StructParents" in page.obj
        assert str(page.obj.get("/Tabs")) == "/S"
    titles = [str(thing.Title) for thing in objects(pdf) if "/Title" in thing and "/Parent" in thing]
    assert "Bio-based content" in titles

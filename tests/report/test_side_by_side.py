"""A report in two languages side by side: every heading and sentence in both, every figure once."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import report_examples as example
from openpyxl import load_workbook

from tracepack import cli
from tracepack.report.bilingual import composed, side_by_side
from tracepack.report.document import Bullets, Cell, Document, Heading, Paragraph, Picture, Section, Table
from tracepack.report.files import render_report
from tracepack.report.fonts import fonts_in_reach
from tracepack.report.html import render_html
from tracepack.report.markdown import render_markdown
from tracepack.report.wording import EVERY_LANGUAGE, LANGUAGES, both, wording, wordings

PAIRS = [lang for lang in EVERY_LANGUAGE if lang not in LANGUAGES]
needs_cjk = pytest.mark.skipif(fonts_in_reach().cjk is None, reason="no CJK font on this machine")


def sentences(document: Document) -> list[str]:
    """Every heading, header and sentence of a document, without figures in tables."""
    found = [section.title for section in document.sections]
    for block in (block for section in document.sections for block in section.blocks):
        found += block.headers if isinstance(block, Table) else block.items if isinstance(block, Bullets) else [block.text]
    return [text for text in found if text]


@pytest.mark.parametrize("lang", PAIRS)
def test_every_heading_and_sentence_is_there_in_both_languages(lang: str):
    dossier = example.film_dossier()
    said = "\n".join(sentences(composed(dossier, lang)))
    for one in wordings(lang):
        for text in sentences(composed(dossier, one.lang)):
            words = re.sub(r"[0-9].*", "", text)  # figures are written as the first language writes them
            assert words.strip(" :：") in said, (one.lang, text)


@pytest.mark.parametrize("lang", PAIRS)
def test_a_figure_in_a_table_stands_once_and_keeps_its_link(lang: str):
    alone, together = (composed(example.film_dossier(), which) for which in (lang[:2], lang))

    def figures(document: Document) -> list[Cell]:
        tables = [block for section in document.sections for block in section.blocks if isinstance(block, Table)]
        return [cell for table in tables for row in table.rows for cell in row if cell.share or cell.number is not None]

    assert len(figures(alone)) == len(figures(together)) > 10
    for one, two in zip(figures(alone), figures(together), strict=True):
        assert (one.share, one.number, [to for _, to in one.links]) == (two.share, two.number, [to for _, to in two.links])
        assert two.text.count("%") == one.text.count("%")
        assert " / " not in two.text


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("12.50 %", "12.50 %", "12.50 %"),
        ("Lot", "批次", "Lot / 批次"),
        ("+2.50 points", "+2.50 个百分点", "+2.50 points / 个百分点"),
        ("+1.00 – +2.50 points", "+1.00 – +2.50 Punkte", "+1.00 – +2.50 points / Punkte"),
        ("Share: 60.03 %", "份额: 60.03 %", "Share / 份额: 60.03 %"),
        ("at least 60 %", "mindestens 60 %", "at least 60 % / mindestens 60 %"),
        ("44 % of it is bio-based", "44 % davon sind biobasiert", "44 % of it is bio-based / 44 % davon sind biobasiert"),
        ("", "leer", "leer"),
    ],
)
def test_what_stands_beside_what(one: str, other: str, together: str):
    assert both(one, other) == together


def test_two_languages_write_numbers_alike():
    english, german = wordings("en,de")
    assert english.percent(0.1234) == german.percent(0.1234) == "12.34 %"
    assert english.span(0.1, 0.2) == german.span(0.1, 0.2) == "10.00 % – 20.00 %"
    assert wording("de,en").percent(0.1234) == "12,34 %"


def test_a_sentence_says_which_language_it_is_in():
    page = render_html(example.film_dossier(), "en,zh")
    assert '<html lang="en" data-beside="zh">' in page
    assert re.search(r'<p[^>]* lang="zh">', page)
    assert "<h2>The lot / 批次</h2>" in page


def test_hostile_names_stay_text_in_two_languages():
    number = "<script>alert(1)</script>|=1+1"
    assert "<script>alert" not in render_html(example.film_dossier(number), "en,de")
    assert r"\<script\>" in render_markdown(example.film_dossier(number), "en,de")


def test_the_same_twice_is_the_same_bytes():
    for file_format in ("html", "md", "xlsx", "json"):
        assert render_report(example.film_dossier(), file_format, "zh,en") == render_report(example.film_dossier(), file_format, "zh,en")


def test_a_workbook_has_the_words_of_both_and_figures_as_numbers():
    book = load_workbook(io.BytesIO(render_report(example.film_dossier(), "xlsx", "en,de")))
    texts = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert any("Bio-based carbon, share of total organic carbon / Biobasierter Kohlenstoff" in text for text in texts)
    alone = load_workbook(io.BytesIO(render_report(example.film_dossier(), "xlsx", "en")))

    def numbers(which):
        return [cell.value for sheet in which for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float)]

    assert numbers(book) == numbers(alone)


@needs_cjk
@pytest.mark.parametrize("file_format", ["html", "pdf"])
def test_verify_knows_a_page_in_two_languages(tmp_path: Path, file_format: str, capsys: pytest.CaptureFixture[str]):
    folder = tmp_path / "demo"
    assert cli.run(["demo", str(folder)]) == 0
    page = folder / f"two.{file_format}"
    asked = ["-w", str(folder / "tracepack.db"), "report", "FILM-2603-07", "-o", str(page)]
    assert cli.run([*asked, "--lang", "de", "--lang", "zh"]) == 0
    assert cli.run(["verify", str(page)]) == 0
    assert "追溯报告" in render_report(example.film_dossier(), "md", "de,zh").decode()


@pytest.mark.parametrize(("asked", "told"), [("en,fr", "'fr' is not one of"), ("en,zh,de", "at most two languages"), ("fr", "'fr'")])
def test_other_languages_are_refused(tmp_path: Path, asked: str, told: str, capsys: pytest.CaptureFixture[str]):
    assert cli.run(["-w", str(tmp_path / "none.db"), "report", "X", "--lang", asked]) == 2
    assert told in capsys.readouterr().err


def test_documents_that_differ_are_not_put_beside_one_another():
    one, other = (Document(lang, "", "", (Section("a", "", (block,)),)) for lang, block in (("en", Heading("x")), ("de", Paragraph("y"))))
    with pytest.raises(TypeError):
        side_by_side(one, other)


def test_a_picture_has_the_words_of_both():
    pictures = {"en": "<svg><text>thickness</text><text>12 µm</text></svg>", "de": "<svg><text>Dicke</text><text>12 µm</text></svg>"}
    documents = [Document(lang, "", "", (Section("a", "", (Picture("p", svg),)),)) for lang, svg in pictures.items()]
    (section,) = side_by_side(*documents).sections
    assert section.blocks == (Picture("p", "<svg><text>thickness / Dicke</text><text>12 µm</text></svg>"),)

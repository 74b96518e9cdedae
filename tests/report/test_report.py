"""The traceability report in its formats."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import report_examples as example

import tracepack
from tracepack.report.dossier import render_json
from tracepack.report.fonts import find_fonts
from tracepack.report.html import render_html
from tracepack.report.markdown import line, literal, render_markdown

LATIN = find_fonts(())
HOSTILE = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\"double\" and 'single'",
    r"\N",
    "`code`",
    "a|b",
    "\u202egpj.exe",
    "**bold** _it_ [x](http://y)",
    "&lt;&amp;",
    "{{ 7*7 }}{% raw %}",
    "$x$ ~~y~~",
]


class Page(HTMLParser):
    """The tags, links, ids and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.ids: list[str] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        self.links |= {values["href"] or ""} if "href" in values else set()
        self.ids += [values["id"] or ""] if "id" in values else []

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def rendered(text: str) -> str:
    """Inline Markdown text as a reader sees it: backslash escapes undone."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


@pytest.mark.parametrize("lang", ["en", "zh", "de"])
def test_the_report_of_the_film_in_markdown(lang: str, golden):
    golden(f"report.{lang}.md", render_markdown(example.film_dossier(), lang))


def test_the_dossier_of_the_film_in_json(golden):
    text = render_json(example.film_dossier())
    golden("dossier.json", text)
    assert json.loads(text)["trace"]["links"][0]["from"] == "BLEND-1"


def test_the_dossier_holds_only_what_concerns_the_lot():
    dossier = example.film_dossier()
    assert [run.run for run in dossier.runs] == ["C-101", "E-7"]
    assert [record.record for record in dossier.records] == ["EN-1"]
    assert "ELSEWHERE-9" not in render_json(dossier)
    assert [certificate.certificate for certificate in dossier.certificates] == ["MB-7781"]
    assert dossier.date == "2026-03-09"


def test_every_run_is_summed_in_kilograms():
    compounding = example.film_dossier().runs[0]
    assert (compounding.in_kg, compounding.out_kg, compounding.loss_kg) == ("1000", "980", "20")


def test_every_figure_links_to_rows_of_the_evidence_register():
    page = Page(render_html(example.film_dossier(), fonts=LATIN))
    anchors = {link.removeprefix("#") for link in page.links}
    assert anchors <= set(page.ids)
    assert {"R1", "E1", "E4"} <= anchors
    assert len(page.ids) == len(set(page.ids))


def test_every_file_has_its_full_hash_and_import():
    files = {file.file: (file.sha256, file.import_id) for file in example.film_dossier().files}
    assert files["supplies-2026-q1.xlsx"] == ("a" * 64, 1)
    assert files["lab.xlsx"] == ("c" * 64, 3)


@pytest.mark.parametrize("number", HOSTILE)
def test_a_lot_number_stands_in_html_as_it_was_written(number: str):
    page = Page(render_html(example.film_dossier(number), fonts=LATIN))
    assert number in page.text
    assert "script" not in page.tags
    assert not any(link.startswith("http") for link in page.links)


@pytest.mark.parametrize("number", HOSTILE)
def test_a_lot_number_stands_in_markdown_as_it_was_written(number: str):
    page = render_markdown(example.film_dossier(number))
    row = next(row for row in page.splitlines() if row.startswith("| Lot | "))
    cells = re.split(r"(?<!\\)\|", row)
    assert len(cells) == 4
    assert rendered(cells[2].strip()) == number


def test_markdown_that_begins_a_block_is_escaped_only_at_the_start_of_a_line():
    assert [line(text) for text in ("# a", "- a", "1. a", "1) a", "> a", "=== a")] == [
        r"\# a",
        r"\- a",
        r"1\. a",
        r"1\) a",
        r"\> a",
        r"\=== a",
    ]
    assert literal("FILM-1 (a.b) 54.41 %") == "FILM-1 (a.b) 54.41 %"


def test_a_line_break_in_data_cannot_end_a_row():
    assert "a\\\\x0ab" in render_markdown(example.film_dossier("a\nb"))


def test_the_page_is_one_file_that_loads_nothing():
    html = render_html(example.film_dossier(), lineage_svg='<?xml version="1.0"?>\n<svg width="10pt" height="10pt"></svg>', fonts=LATIN)
    page = Page(html)
    assert not page.tags & {"script", "link", "iframe", "img", "object"}
    assert not re.search(r"url\((?!\"data:)|@import|https?://", html)
    assert "<?xml" not in html
    assert '<svg width="10pt"' in html


def test_nothing_attributed_reads_as_content():
    dossier = example.film_dossier()
    credited = dossier.content.content.model_copy(update={"attributed": example.figure(0.9)})
    changed = dossier.model_copy(update={"content": dossier.content.model_copy(update={"content": credited})})
    page = render_markdown(changed)
    assert "| Attributed by bookkeeping | 90.00 % |" in page
    assert "says nothing of what this lot is made of" in page
    assert "at least 90 %" not in page


def test_a_claim_is_rounded_down_and_rests_on_the_lower_end():
    page = render_markdown(example.film_dossier())
    assert "| 54.41 % \\[R1\\] | at least 54 % |" in page
    assert "| 60.00 % to 100 % \\[R1\\] | at least 60 % |" in page


def test_an_incomplete_trace_says_so_in_the_report():
    page = render_markdown(example.film_dossier(complete=False))
    assert "**Not complete: 4 lots visited, open ends: 1" in page
    assert "no feedstock source is stated" in page


WRITE = """
import hashlib, sys
sys.path.insert(0, {here!r})
import report_examples as example
from tracepack.report.dossier import render_json
from tracepack.report.fonts import find_fonts
from tracepack.report.html import render_html
from tracepack.report.markdown import render_markdown
dossier = example.film_dossier()
for text in (render_html(dossier, "de", fonts=find_fonts(())), render_markdown(dossier, "de"), render_json(dossier)):
    print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_another_process_writes_the_same_bytes(tmp_path: Path):
    dossier = example.film_dossier()
    texts = (render_html(dossier, "de", fonts=LATIN), render_markdown(dossier, "de"), render_json(dossier))
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(Path(tracepack.__file__).parents[1]),
        "PYTHONHASHSEED": "7",
    }
    there = subprocess.run(
        [sys.executable, "-c", WRITE.format(here=str(Path(__file__).parent))], env=environment, capture_output=True, text=True, check=True
    )
    assert there.stdout.split() == [hashlib.sha256(text.encode()).hexdigest() for text in texts]

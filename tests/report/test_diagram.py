"""The lineage picture."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
import report_examples as example

import tracepack
from tracepack.errors import MissingFont, UsageProblem
from tracepack.report import answers, diagram
from tracepack.report.colour import ink_on, luminance, share_colour
from tracepack.report.fonts import Fonts, find_fonts, missing_glyphs, text_width

LATIN = find_fonts(())
SVG = "{http://www.w3.org/2000/svg}"
WITH_CJK = pytest.mark.skipif(diagram.fonts_in_reach().cjk is None, reason="no Chinese font on this machine")


def latin_lineage(number: str = "FILM-1", material: str = "Blown film 40 µm") -> answers.LineageAnswer:
    return example.film_lineage(number, material, supplier="LVYUAN")


def texts(svg: bytes) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def chain(count: int) -> answers.LineageAnswer:
    nodes = [
        answers.LineageNode(
            id=f"l{i}", kind="own", owner="O", number=f"L{i}", material="m", mass_kg="1", share=example.figure(0.4), depth=i
        )
        for i in range(count)
    ]
    edges = [answers.LineageEdge(from_=f"l{i + 1}", to=f"l{i}", mass_kg="1") for i in range(count - 1)]
    return answers.LineageAnswer(nodes=nodes, edges=edges)


def test_the_dot_source_of_the_film(golden):
    golden("lineage.dot", diagram.diagram_dot(latin_lineage(), title="FILM-1", fonts=LATIN))


def test_the_picture_reads_from_source_to_asked_lot():
    svg = diagram.render_diagram(latin_lineage(), "svg", fonts=LATIN)
    places = {"".join(t.itertext()): float(t.get("x", "0")) for t in ElementTree.fromstring(svg).iter(f"{SVG}text")}
    assert places["CORN-US"] < places["PLA-17"] < places["C-101"] < places["BLEND-1"] < places["E-7"] < places["FILM-1"]


def test_lots_show_number_material_mass_and_bounds_and_links_show_mass():
    shown = texts(diagram.render_diagram(latin_lineage(), "svg", fonts=LATIN))
    assert {"BLEND-1", "PLA/PBAT 60/40", "980 kg", "bio-based carbon 54.41 %", "≥ 90.00 %", "≤ 100 %", "12.5 kg"} <= set(shown)
    assert "attributed, 400 kg" in shown


def test_kinds_differ_in_shape_and_border_not_only_in_colour():
    assert len({look[0] for look in diagram.LOOKS.values()}) == len(diagram.LOOKS)
    dot = diagram.diagram_dot(latin_lineage(), fonts=LATIN)
    assert 'style="filled,dashed,bold"' in dot
    assert "style=dashed" in dot


def test_a_heavier_link_is_wider():
    dot = diagram.diagram_dot(latin_lineage(), fonts=LATIN)
    widths = {float(m[1]) for m in re.finditer(r"n\d+ -> n\d+ .*penwidth=([\d.]+)", dot)}
    assert max(widths) == 6.0
    assert min(widths) < 2.0


@pytest.mark.parametrize(
    "number",
    [
        r"\N",
        r"\G\L\E",
        "<b>x</b>",
        "<script>alert(1)</script>",
        '"quoted"',
        "a|b{c}",
        "=cmd|' /C calc'!A0",
        "tail\\",
        "&amp;",
        "n1:s",
        "%41",
    ],
)
def test_a_lot_number_is_drawn_as_it_is_written(number: str):
    svg = diagram.render_diagram(latin_lineage(number), "svg", title=f"Lot {number}", fonts=LATIN)
    assert number in texts(svg)
    assert number in texts(diagram.render_diagram(latin_lineage(number, material=""), "svg", fonts=LATIN))
    assert "script" not in {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()}


def test_control_and_direction_marks_are_drawn_as_escapes():
    shown = texts(diagram.render_diagram(latin_lineage("A\u202eB\x07C"), "svg", fonts=LATIN))
    assert r"A\u202eB\x07C" in shown


def test_blank_names_do_not_stop_the_picture():
    assert diagram.render_diagram(latin_lineage("", ""), "svg", fonts=LATIN)
    assert diagram.render_diagram(latin_lineage("  "), "svg", fonts=LATIN)


def test_a_long_name_is_wrapped_and_keeps_every_character():
    number = "CHARGE-" + "0123456789" * 8
    shown = texts(diagram.render_diagram(latin_lineage(number), "svg", fonts=LATIN))
    pieces = [text for text in shown if set(text) <= set(number)]
    assert number in "".join(pieces)


LONG = ["Dreischichtverbundfolie für Lebensmittelverpackungen", "三层共挤生物基薄膜（食品包装用）可降解材料"]


def assert_every_label_fits(svg: bytes, fonts: Fonts) -> None:
    """Each line of a rectangular node lies inside its node, by our own measure of the font."""
    boxes = 0
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        outline = group.find(f"{SVG}polygon")
        if group.get("class") != "node" or outline is None:
            continue
        xs = [float(pair.split(",")[0]) for pair in outline.get("points", "").split()]
        for text in group.iter(f"{SVG}text"):
            size, middle = float(text.get("font-size", "0")), float(text.get("x", "0"))
            width = text_width("".join(text.itertext()), size, fonts, bold=text.get("font-weight") == "bold")
            left = middle - width / 2 if text.get("text-anchor") == "middle" else middle
            assert min(xs) - 0.5 <= left, text.text
            assert left + width <= max(xs) + 0.5, text.text
            boxes += 1
    assert boxes > 10


@pytest.mark.parametrize("material", LONG)
@pytest.mark.parametrize("fonts", [LATIN, diagram.fonts_in_reach()], ids=["latin only", "in reach"])
def test_long_names_fit_their_box_with_and_without_a_chinese_font(material: str, fonts: Fonts):
    assert_every_label_fits(diagram.render_diagram(latin_lineage("FILM-1", material), "svg", lang="de", fonts=fonts), fonts)


def test_the_svg_carries_its_font_and_refers_to_nothing_outside():
    svg = diagram.render_diagram(latin_lineage(), "svg", fonts=LATIN).decode()
    assert svg.count("@font-face") == 2
    assert not re.search(r"(href|src)\s*=|url\((?!\"data:)", svg)
    assert "graphviz" not in svg.lower()


def test_without_a_chinese_font_svg_is_written_and_pdf_and_png_say_what_is_missing():
    assert "绿源新材料" in diagram.render_diagram(example.film_lineage(), "svg", fonts=LATIN).decode()
    for fmt in ("pdf", "png"):
        with pytest.raises(MissingFont, match="绿") as caught:
            diagram.render_diagram(example.film_lineage(), fmt, fonts=LATIN)
        assert "tracepack[cjk]" in caught.value.hint


@WITH_CJK
def test_with_a_chinese_font_pdf_and_png_are_drawn():
    assert diagram.render_diagram(example.film_lineage(), "pdf", lang="zh").startswith(b"%PDF")
    assert diagram.render_diagram(example.film_lineage(), "png", lang="zh").startswith(b"\x89PNG")


def test_our_font_has_every_letter_our_latin_wording_needs():
    for lang in ("en", "de"):
        assert missing_glyphs("".join(diagram.wording(lang).words.values()), LATIN) == ""


def test_a_large_lineage_drawn_whole_is_drawn_plainly_and_says_so():
    lineage = chain(1_200)
    svg = diagram.render_diagram(lineage, "svg", fonts=LATIN, drawing=diagram.Drawing(whole=True)).decode()
    assert svg.count('class="node"') == 1_200
    assert svg.count('class="edge"') == 1_199
    assert "Plain layout: 1200 nodes" in unescape(svg)


@pytest.mark.parametrize("fmt", ["pdf", "png"])
def test_more_boxes_than_any_page_shows_are_refused_as_a_page(fmt: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(diagram, "MOST_ON_A_PAGE", 300)
    with pytest.raises(UsageProblem, match="301 boxes cannot be read") as caught:
        diagram.render_diagram(chain(301), fmt, fonts=LATIN, drawing=diagram.Drawing(whole=True))
    assert ".svg" in caught.value.hint


def test_band_colours_read_well_and_grow_lighter_with_the_share():
    colours = [share_colour(i / 20) for i in range(21)]
    light = [luminance(colour) for colour in colours]
    assert light == sorted(light)
    for colour, value in zip(colours, light, strict=True):
        ink = luminance(ink_on(colour))
        assert (max(ink, value) + 0.05) / (min(ink, value) + 0.05) >= 4.5


DRAW = """
import hashlib, sys
sys.path.insert(0, {here!r})
import report_examples as example
from tracepack.report import diagram
from tracepack.report.fonts import find_fonts
lineage = example.film_lineage(supplier="LVYUAN")
for fmt in ("dot", "svg", "pdf", "png"):
    print(fmt, hashlib.sha256(diagram.render_diagram(lineage, fmt, title="FILM-1", fonts=find_fonts(()))).hexdigest())
"""


def draw_elsewhere(home: Path) -> subprocess.CompletedProcess[str]:
    """Draw in a process whose fontconfig knows no font, and whose hash seed differs."""
    nowhere = home / "nothing.conf"
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "FONTCONFIG_FILE": str(nowhere),
        "XDG_DATA_HOME": str(home),
        "PYTHONPATH": str(Path(tracepack.__file__).parents[1]),
        "TMPDIR": str(home),
        "TZ": "Asia/Shanghai",
    }
    code = DRAW.format(here=str(Path(__file__).parent))
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)


def test_another_process_with_the_machines_fonts_hidden_draws_the_same_bytes_and_says_nothing(tmp_path: Path):
    here = {
        fmt: hashlib.sha256(diagram.render_diagram(latin_lineage(), fmt, title="FILM-1", fonts=LATIN)).hexdigest()
        for fmt in ("dot", "svg", "pdf", "png")
    }
    there = draw_elsewhere(tmp_path)
    assert dict(line.split() for line in there.stdout.splitlines()) == here
    assert there.stderr == ""
    assert list(tmp_path.iterdir()) == []

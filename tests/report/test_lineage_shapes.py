"""Pictures of lineages of many shapes: all text inside its box, nothing over anything, on the paper that they name."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import combinations, takewhile
from xml.etree import ElementTree

import pytest
from lineage_shapes import SHAPES, chain, quarter

from tracepack.report import answers, diagram
from tracepack.report.fonts import fonts_in_reach, text_width
from tracepack.report.paper import is_readable
from tracepack.report.pdf import picture_size

SVG = "{http://www.w3.org/2000/svg}"
FONTS = fonts_in_reach()
#: Points that two measures of the same font may differ by.
SLACK = 0.5

#: Left, top, right, bottom in points.
Area = tuple[float, float, float, float]


def drawn(shape: str) -> str:
    drawing = diagram.Drawing(down=shape.startswith("fan"))
    return diagram.render_diagram(SHAPES[shape](), "svg", title=shape, fonts=FONTS, drawing=drawing).decode()


def area_of(element: ElementTree.Element) -> Area:
    if element.tag == f"{SVG}ellipse":
        x, y, rx, ry = (float(element.get(name, "0")) for name in ("cx", "cy", "rx", "ry"))
        return x - rx, y - ry, x + rx, y + ry
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", element.get("points") or element.get("d") or "")]
    return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])


def written(group: ElementTree.Element) -> Iterator[tuple[str, Area]]:
    for text in group.iter(f"{SVG}text"):
        words, size = "".join(text.itertext()), float(text.get("font-size", "0"))
        x, y = float(text.get("x", "0")), float(text.get("y", "0"))
        width = text_width(words, size, FONTS, bold=text.get("font-weight") == "bold")
        left = x - width / 2 if text.get("text-anchor") == "middle" else x
        yield words, (left, y - 0.8 * size, left + width, y + 0.2 * size)


def overlap(a: Area, b: Area) -> bool:
    return a[0] + SLACK < b[2] and b[0] + SLACK < a[2] and a[1] + SLACK < b[3] and b[1] + SLACK < a[3]


def inside(a: Area, b: Area) -> bool:
    return b[0] - SLACK <= a[0] and b[1] - SLACK <= a[1] and a[2] <= b[2] + SLACK and a[3] <= b[3] + SLACK


@pytest.mark.parametrize("shape", SHAPES)
def test_no_text_is_clipped_and_nothing_lies_over_anything(shape: str):
    boxes, labels = [], []
    for group in ElementTree.fromstring(drawn(shape)).iter(f"{SVG}g"):
        if group.get("class") == "node":
            outlines = [area_of(e) for e in group if e.tag in (f"{SVG}polygon", f"{SVG}ellipse", f"{SVG}path")]
            box = max(outlines, key=lambda a: (a[2] - a[0]) * (a[3] - a[1]))
            assert [words for words, area in written(group) if not inside(area, box)] == []
            boxes.append(box)
        elif group.get("class") == "edge":
            labels += list(written(group))
    assert boxes
    assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]
    assert not [words for words, area in labels if any(overlap(area, box) for box in boxes)]
    assert not [(a[0], b[0]) for a, b in combinations(labels, 2) if overlap(a[1], b[1])]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_picture_in_plain_columns_has_all_text_in_its_boxes_and_no_box_over_another(shape: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(diagram, "LARGE", 0)
    drawing = diagram.Drawing(down=shape.startswith("fan"), whole=shape != "2,000 lots over a quarter", says=("Said & shown.",))
    svg = diagram.render_diagram(SHAPES[shape](), "svg", title=shape, fonts=FONTS, drawing=drawing).decode()
    groups = [group for group in ElementTree.fromstring(svg).iter(f"{SVG}g") if group.get("class") == "node"]
    boxes = []
    for group in groups:
        outlines = [area_of(e) for e in group if e.tag in (f"{SVG}polygon", f"{SVG}ellipse")]
        boxes.append(max(outlines, key=lambda a: (a[2] - a[0]) * (a[3] - a[1])))
        assert [words for words, area in written(group) if not inside(area, boxes[-1])] == []
    assert boxes
    ordered = sorted(boxes)
    near = ((a, b) for place, a in enumerate(ordered) for b in takewhile(lambda b, a=a: b[0] < a[2], ordered[place + 1 :]))
    assert not [pair for pair in near if overlap(*pair)]
    assert "Said &amp; shown." in svg


@pytest.mark.parametrize("shape", SHAPES)
def test_a_picture_names_the_paper_that_it_is_read_on_and_a_folded_one_has_such_a_paper(shape: str):
    svg = drawn(shape)
    names_paper = re.search(r"Prints on A[34] landscape", svg) is not None
    assert names_paper == is_readable(*picture_size(svg))
    assert names_paper != ("Too large to be read on A3" in svg)
    assert names_paper


@pytest.mark.parametrize("shape", ["three loops", "blend of 80", "chain of 300", "120 lots over a quarter", "hostile names, folded"])
def test_the_order_of_nodes_and_links_changes_no_byte(shape: str):
    lineage = SHAPES[shape]()
    nodes, edges = list(lineage.nodes), list(lineage.edges)
    random.Random(7).shuffle(nodes)
    random.Random(8).shuffle(edges)
    mixed = answers.LineageAnswer(nodes=nodes, edges=edges)
    assert diagram.render_diagram(mixed, "svg", fonts=FONTS) == diagram.render_diagram(lineage, "svg", fonts=FONTS)


def test_what_enters_a_chain_is_no_part_of_the_sum_of_its_steps():
    svg = diagram.render_diagram(chain(300), "svg", fonts=FONTS).decode()
    assert svg.count("1000 kg") >= 2
    assert "0.2 %" not in svg


def test_a_fold_opened_by_name_shows_what_it_holds_and_leaves_the_other_folds_as_they_are():
    lineage = quarter(120)
    before, known = diagram.fold_names(lineage)
    heaviest = before[0].name
    after, still = diagram.fold_names(lineage, drawing=diagram.Drawing(opened=(heaviest,)))
    assert still == known
    assert heaviest not in {fold.name for fold in after}
    assert {fold.name for fold in before[1:]} <= {fold.name for fold in after}

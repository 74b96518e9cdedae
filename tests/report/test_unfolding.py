"""What the folds of a page's lineage hold: every lot in one row, and rows that add up to their fold."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
import report_examples as example
from lineage_shapes import HOSTILE, SHAPES, fan, quarter

from tracepack.report.answers import LineageAnswer
from tracepack.report.files import render_report
from tracepack.report.folds import LIMIT
from tracepack.report.unfolding import Unfolding, unfolding

FOLDED = ["blend of 80", "chain of 300", "fan of 500", "attributed, many", "120 lots over a quarter", "hostile names, folded"]
NAME, WHAT, MASS, SHARE, INTO, OUT = range(6)


def told(shape: str, lang: str = "en") -> tuple[LineageAnswer, Unfolding]:
    lineage = SHAPES[shape]()
    held = unfolding(lineage, lang)
    assert held is not None
    return lineage, held


def boxes(held: Unfolding) -> dict[str, Any]:
    return dict(json.loads(held.data)["boxes"])


def walk(rows: list[list[Any]]) -> Iterator[list[Any]]:
    for row in rows:
        yield row
        if isinstance(row[-1], list):
            yield from walk(row[-1])


def leaves(held: Any) -> list[int]:
    if isinstance(held, int):
        return [held]
    return [number for row in held for number in leaves(row[-1])]


def named(row: list[Any]) -> str:
    return str(row[NAME] if isinstance(row[NAME], str) else row[NAME][0])


def kg(text: str) -> float:
    return float(re.fullmatch(r"([\d.]+) kg", text)[1]) if text else 0.0


@pytest.mark.parametrize("shape", SHAPES)
def test_every_lot_is_in_one_row_of_one_box(shape: str):
    lineage = SHAPES[shape]()
    held = unfolding(lineage)
    assert (held is None) == (len(lineage.nodes) <= LIMIT)
    if held is not None:
        found = [number for box in boxes(held).values() for number in (leaves(box["rows"]) if isinstance(box, dict) else [box])]
        assert sorted(found) == list(range(len(lineage.nodes)))


@pytest.mark.parametrize("shape", FOLDED)
def test_the_rows_of_a_part_add_up_to_it(shape: str):
    rows = [row for box in boxes(told(shape)[1]).values() if isinstance(box, dict) for row in walk(box["rows"])]
    parts = [row for row in rows if isinstance(row[-1], list)]
    for part in parts:
        if part[MASS]:
            assert kg(part[MASS]) == pytest.approx(sum(kg(row[MASS]) for row in part[-1]))


@pytest.mark.parametrize("shape", ["blend of 80", "fan of 500", "120 lots over a quarter"])
def test_what_enters_and_leaves_the_rows_is_what_enters_and_leaves_their_box(shape: str):
    """Where no two lots of a box are linked; the links on the page are those of the lineage, each once."""
    lineage, held = told(shape)
    order = [node.id for node in sorted(lineage.nodes, key=lambda node: (node.depth, node.id))]
    for box in (box for box in boxes(held).values() if isinstance(box, dict)):
        inside = {order[number] for number in leaves(box["rows"])}
        entering = sum(float(edge.mass_kg) for edge in lineage.edges if edge.to in inside)
        leaving = sum(float(edge.mass_kg) for edge in lineage.edges if edge.from_ in inside)
        assert sum(kg(row[INTO]) for row in box["rows"]) == pytest.approx(entering)
        assert sum(kg(row[OUT]) for row in box["rows"]) == pytest.approx(leaving)
    links = json.loads(held.data)["links"]
    assert {(order[a], order[b]) for a, b in zip(links[::2], links[1::2], strict=True)} == {(e.from_, e.to) for e in lineage.edges}


def test_no_more_rows_open_at_once_than_can_be_read():
    """Of 500 shipments to one customer in one month those opened are parts, named by their first and last."""
    lineage = fan(500)
    nodes = [node.model_copy(update={"name": "Shop", "date": "2026-01-05"}) if node.kind == "shipment" else node for node in lineage.nodes]
    held = unfolding(lineage.model_copy(update={"nodes": nodes}))
    (box,) = (box for box in boxes(held).values() if isinstance(box, dict) and box["says"].startswith("shipments"))
    assert [named(row) for row in box["rows"]][:2] == ["S-000 … S-039", "S-040 … S-079"]
    assert max(len(row[-1]) for row in walk(box["rows"]) if isinstance(row[-1], list)) <= 40
    assert sum(kg(row[MASS]) for row in box["rows"]) == 500 * 99


def test_rows_stand_in_the_order_that_a_reader_counts_in():
    held = unfolding(SHAPES["attributed, many"]())
    (box,) = (box for box in boxes(held).values() if isinstance(box, dict))
    assert [named(row) for row in box["rows"]] == ["PE-00 … PE-39", "PE-40 … PE-79", "PE-80 … PE-119"]
    assert held.table.rows[0][-1].text.split(", ")[98:101] == ["PE-98", "PE-99", "PE-100"]


@pytest.mark.parametrize("number", ["²", "٣", "9" * 5_000, "0", ""], ids=["superscript", "Arabic", "long", "nought", "none"])
def test_any_digits_of_a_number_are_ordered(number: str):
    lineage = fan(40)
    nodes = [node.model_copy(update={"id": f"{node.id}{number}", "number": number}) if node.depth else node for node in lineage.nodes]
    new = {old.id: node.id for old, node in zip(lineage.nodes, nodes, strict=True)}
    edges = [edge.model_copy(update={"from_": new[edge.from_], "to": new[edge.to]}) for edge in lineage.edges]
    held = unfolding(LineageAnswer(nodes=nodes, edges=edges))
    assert sum(number in row[-1].text for row in held.table.rows) == len(held.table.rows) > 0


def test_the_table_lists_all_that_each_box_holds():
    lineage, held = told("120 lots over a quarter")
    listed = [number for row in held.table.rows for number in row[-1].text.split(", ")]
    order = sorted(lineage.nodes, key=lambda node: (node.depth, node.id))
    single = [order[box].number for box in boxes(held).values() if isinstance(box, int)]
    assert sorted([*listed, *single]) == sorted(node.number for node in lineage.nodes)


@pytest.mark.parametrize("shape", FOLDED)
def test_the_order_of_nodes_and_links_changes_no_byte(shape: str):
    lineage, held = told(shape, "zh")
    nodes, edges = list(lineage.nodes), list(lineage.edges)
    random.Random(7).shuffle(nodes)
    random.Random(8).shuffle(edges)
    assert unfolding(LineageAnswer(nodes=nodes, edges=edges), "zh") == held


def page(lineage: LineageAnswer, lang: str = "en") -> str:
    return render_report(example.film_dossier().model_copy(update={"lineage": lineage}), "html", lang).decode()


def test_nothing_in_the_data_ends_the_script_that_carries_it():
    html = page(SHAPES["hostile names, folded"]())
    carried = re.search(r'<script type="application/json" id="unfolding">(.*?)</script>', html, re.DOTALL)[1]
    assert "<" not in carried
    held = json.loads(carried)["boxes"].values()
    assert any(HOSTILE[0] in named(row) for box in held if isinstance(box, dict) for row in walk(box["rows"]))
    assert html.count("</script>") == 3
    assert "<script>alert" not in html
    assert "<svg onload" not in html


def test_without_folds_a_page_carries_none():
    assert 'id="unfolding"' not in page(quarter(12))


def test_two_languages_stand_in_one_row():
    held = boxes(told("120 lots over a quarter", "en,zh")[1])
    assert any("来料批次" in box["says"] and "delivered lots" in box["says"] for box in held.values() if isinstance(box, dict))

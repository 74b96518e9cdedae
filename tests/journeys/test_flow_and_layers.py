"""`diagram --kind flow` and `--kind layers` through the real command line: sums, names, scale, refusals, same bytes."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest

from journeys.desk import Desk, Row, bio, delivery, lost, made, run, taken
from tracepack.report.flowpicture import MOST

HOSTILE = "<b>&'=x\u202ey"


def sources() -> list[Row]:
    rows = (("CORN", "corn", "US", "bio"), ("OIL", "naphtha", "NL", "fossil"))
    return [
        {"Source ID": name, "Feedstock": feedstock, "Category": category, "Country of Origin": country, "Supplier": "SUP"}
        for name, feedstock, country, category in rows
    ]


def blend(folder: Path) -> Desk:
    """60 kg of PLA of corn, all bio-based, and 40 kg of fossil PBAT make 100 kg."""
    desk = Desk(folder).fill("Feedstock Sources", *sources())
    desk.fill("Deliveries", delivery("PLA", "PLA", 60, more=bio(100) | {"Feedstock Source": "CORN"}))
    desk.fill("Deliveries", delivery("PBAT", "PBAT", 40, more=bio(0) | {"Feedstock Source": "OIL"}))
    desk.fill("Production", *run("R1", taken("PLA", 60), taken("PBAT", 40), made("BLEND", 100, "blend")))
    return desk


def drawn(desk: Desk, lot: str, kind: str, *options: str) -> str:
    if desk.sheets:
        desk.bring_in()
    answer = desk.run("diagram", lot, "--kind", kind, *options)
    assert answer.code == 0, answer.err
    return answer.out


def boxes(svg: str) -> list[list[str]]:
    """The lines of every box of a flow, column by column."""
    groups = re.findall(r"<g><title>.*?</title>(.*?)</g>", svg, flags=re.DOTALL)
    return [[html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", group)] for group in groups]


def bands(svg: str, fill: str) -> float:
    """The heights of all ribbons of a fill together."""
    return sum(float(found) for found in re.findall(rf'<path d="M[^v]*v(-?[\d.]+)[^"]*" fill="{re.escape(fill)}"', svg))


def test_sources_lots_and_the_lot_add_up_to_scale(tmp_path: Path):
    svg = drawn(blend(tmp_path), "BLEND", "flow")
    assert boxes(svg) == [
        ["corn, US", "60.0 kg dry, 60.00 %", "bio-based: 60.0 kg"],
        ["naphtha, NL", "40.0 kg dry, 40.00 %", "bio-based: 0 kg"],
        ["PLA (SUP), PLA", "60.0 kg dry, 60.00 %", "bio-based: 60.0 kg"],
        ["PBAT (SUP), PBAT", "40.0 kg dry, 40.00 %", "bio-based: 0 kg"],
        ["BLEND (ORG), blend", "100 kg dry, 100 %", "bio-based: 60.0 kg"],
    ]
    assert bands(svg, "#1f6f4a") / bands(svg, "#dfe4e8") == pytest.approx(60 / 40, rel=1e-3)
    assert bands(svg, "url(#open)") == 0
    assert "60.00 % of the dry mass" in svg


def test_what_is_not_known_is_hatched_between_its_bounds(tmp_path: Path):
    desk = blend(tmp_path)
    desk.sheets["Deliveries"][1].pop("Biobased Carbon %")
    svg = drawn(desk, "BLEND", "flow")
    assert re.fullmatch(r"bio-based: 60\.0 kg.{1,4}100 kg", boxes(svg)[-1][-1])
    assert bands(svg, "url(#open)") / bands(svg, "#1f6f4a") == pytest.approx(40 / 60, rel=1e-3)


def test_a_lot_that_nobody_delivered_is_a_grey_box(tmp_path: Path):
    desk = Desk(tmp_path).fill("Feedstock Sources", *sources())
    desk.fill("Deliveries", delivery("PLA", "PLA", 60, more=bio(100) | {"Feedstock Source": "CORN"}))
    desk.fill("Production", *run("R1", taken("PLA", 60), taken("GHOST", 40, Supplier=None), made("BLEND", 100, "blend")))
    svg = drawn(desk, "BLEND", "flow")
    assert sum(lines[0] == "Not known" for lines in boxes(svg)) == 2
    assert svg.count("stroke-dasharray") == 2


def many(folder: Path, count: int) -> Desk:
    desk = Desk(folder).fill("Feedstock Sources", *sources())
    rows = [delivery(f"L{n}", f"M{n % 40}", 10 + n, more=bio(n % 100) | {"Feedstock Source": "CORN"}) for n in range(count)]
    desk.fill("Deliveries", *rows)
    return desk.fill("Production", *run("R1", *(taken(f"L{n}", 10 + n) for n in range(count)), made("BLEND", 100, "blend"), lost(1)))


@pytest.mark.parametrize("count", [MOST, MOST + 1, 80])
def test_many_lots_become_few_boxes_that_still_hold_the_whole(tmp_path: Path, count: int):
    svg = drawn(many(tmp_path, count), "BLEND", "flow")
    lots = boxes(svg)[1:-1]
    assert len(lots) <= MOST
    shares = [float(re.search(r"([\d.]+) %", lines[-2])[1]) for lines in lots]  # type: ignore[index]
    assert sum(shares) == pytest.approx(100, abs=0.01 * len(lots))
    assert any(lines[0].startswith("others") for lines in lots) == (count > MOST)


def test_the_order_of_rows_changes_no_byte(tmp_path: Path):
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
    one, other = map(blend, folders)
    other.sheets["Deliveries"].reverse()
    assert drawn(one, "BLEND", "flow") == drawn(other, "BLEND", "flow")


def test_a_conversion_on_the_way_is_said(tmp_path: Path):
    desk = blend(tmp_path)
    desk.fill("Production", *run("R2", taken("BLEND", 50, Supplier=None), made("RESIN", 45, "resin"), kind="synthesis"))
    assert "Behind a chemical conversion" in drawn(desk, "RESIN", "flow")
    assert "Behind a chemical conversion" not in drawn(desk, "BLEND", "flow")


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_hostile_and_chinese_names_are_text_in_every_format(tmp_path: Path, lang: str, suffix: str):
    desk = Desk(tmp_path).fill("Deliveries", delivery(HOSTILE, "聚乳酸薄膜 " * 8, 60, more=bio(100)))
    desk.fill("Production", *run("R1", taken(HOSTILE, 60), made("批次-1", 60, "film")))
    desk.bring_in()
    out = tmp_path / f"flow.{suffix}"
    answer = desk.run("diagram", "批次-1", "--kind", "flow", "--lang", lang, "-o", str(out))
    assert answer.code == 0, answer.err
    if suffix == "svg":
        text = out.read_text(encoding="utf-8")
        assert "<b>" not in text
        assert "\u202e" not in text


def layered(folder: Path, **columns: Any) -> Desk:
    desk = Desk(folder)
    desk.fill("Deliveries", delivery("PE-1", "PE", 100, more=bio(100)), delivery("PE-2", "PE", 100, more=bio(0)))
    layers = ("outer", "PE-1", 30), ("core", "PE-2", 50), ("inner", "PE-1", 20)
    rows = [taken(lot, None, **{"Layer": name, "Thickness um": size, "Density g/cm3": 0.92} | columns) for name, lot, size in layers]
    return desk.fill("Production", *run("CX-1", *rows, made("FILM", 150, "film")))


def heights(svg: str) -> list[float]:
    return [float(found) for found in re.findall(r'<rect x="4" y="[\d.]+" width="150" height="([\d.]+)"', svg)]


def test_layers_are_drawn_to_scale_with_what_they_are(tmp_path: Path):
    svg = drawn(layered(tmp_path), "FILM", "layers")
    first, second, third = heights(svg)
    assert (first / third, second / third) == pytest.approx((1.5, 2.5), rel=1e-3)
    assert "PE-1: bio-based carbon 100 %" in svg
    assert "PE-2: bio-based carbon 0 %" in svg
    assert "Run CX-1: cross-section to scale by thickness" in svg


def test_layers_of_a_film_are_found_behind_what_was_made_of_it(tmp_path: Path):
    desk = layered(tmp_path).fill("Production", *run("PR-1", taken("FILM", 100, Supplier=None), made("BAG", 100, "bag")))
    assert "Layers of BAG" in drawn(desk, "BAG", "layers")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("PE-1", "--kind", "layers"), "no run behind lot PE-1 (SUP) states two layers"),
        (("FILM", "--kind", "flow", "--down"), "--down is for lineages"),
        (("FILM", "--kind", "layers", "--unfold", "x"), "--unfold is for lineages"),
        (("FILM", "--kind", "layers", "--all"), "--all is for lineages"),
        (("FILM", "--kind", "flow", "--depth", "1"), "--depth is for lineages"),
        (("FILM", "--kind", "flow", "--by", "mass"), "--by is for lineages"),
        (("FILM", "--kind", "flow", "-o", "x.dot"), "only a lineage can be written as dot"),
        (("NOBODY", "--kind", "flow"), "there is no lot NOBODY"),
        (("FILM", "--kind", "map"), "'map' is not one of"),
        (("FILM", "--depth", "-1"), "-1 is not in the range"),
        (("FILM", "--by", "colour"), "'colour' is not one of"),
        (("FILM", "--unfold", "nothing"), "there is no fold nothing"),
    ],
)
def test_nonsense_is_refused_in_a_line(tmp_path: Path, options: tuple[str, ...], says: str):
    desk = layered(tmp_path)
    desk.bring_in()
    answer = desk.run("diagram", *options)
    assert answer.code == 2
    assert says in answer.err
    assert "Traceback" not in answer.err

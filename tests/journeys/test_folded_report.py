"""The HTML report of a lot with a large lineage, from workbooks to bytes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from journeys.desk import Desk, delivery

LOTS = 90


@pytest.fixture
def books(tmp_path: Path) -> list[Path]:
    """Ninety deliveries in one workbook, the run that blends them in another."""
    writer = Desk(tmp_path)
    delivered = [delivery(f"RESIN-{number}", ("PLA", "聚乳酸")[number % 2], 100, **{"Biobased_Carbon_%": 40}) for number in range(LOTS)]
    first = writer.fill("Deliveries", *delivered).save()
    run = {"Run No": "R1", "Date": "2026-02-01", "Site": "S1", "Unit": "kg", "Kind": "extrusion"}
    takes = [{**run, "Direction": "in", "Supplier": "SUP", "Lot No": f"RESIN-{number}", "Quantity": 10} for number in range(LOTS)]
    makes = {**run, "Direction": "out", "Lot No": "FILM-1", "Material": "film", "Quantity": 10 * LOTS}
    return [first, writer.fill("Production", *takes, makes).save()]


def report(folder: Path, books: list[Path]) -> str:
    folder.mkdir()
    desk = Desk(folder)
    assert desk.run("init", "--organisation", "ORG", "--site", "S1").code == 0
    for book in books:
        answer = desk.run("import", str(book))
        assert answer.code == 0, answer.out + answer.err
    assert desk.run("report", "FILM-1", "-o", str(folder / "report.html")).code in (0, 1)
    return (folder / "report.html").read_text(encoding="utf-8")


def test_the_order_of_imports_changes_nothing_of_a_folded_picture(tmp_path: Path, books: list[Path]) -> None:
    """But for the numbers of the imports, which the report names, the page is the same; from the same order to the byte."""
    first, again, turned = report(tmp_path / "a", books), report(tmp_path / "b", books), report(tmp_path / "c", books[::-1])
    assert first == again
    for part in (r'<script type="application/json" id="unfolding">.*?</script>', r'<section id="lineage">.*?</section>'):
        (one,), (other,) = (re.findall(part, page, re.DOTALL) for page in (first, turned))
        assert one == other
        assert "RESIN-89" in one

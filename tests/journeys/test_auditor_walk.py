"""An auditor's two walks: from a printed figure to the supplier's cell, and from a shipment to its feedstock countries."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pikepdf
import pytest
from openpyxl import load_workbook

from tracepack import Workspace, cli

#: Of the table by country: its header, eight countries and the whole lot, in four columns.
CELLS = (1 + 8 + 1) * 4
CHAIN = Path(__file__).parents[2] / "samples" / "chain"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    path = tmp_path_factory.mktemp("auditor") / "chain.db"
    assert cli.run(["-w", str(path), "init", "--organisation", "NORDFILM", "--site", "NF-1"]) == 0
    assert cli.run(["-w", str(path), "import", *map(str, sorted(CHAIN.glob("*.xlsx")))]) == 0
    return Workspace.open(path)


class Rows(HTMLParser):
    """Every table row of a page: its id, the texts of its cells, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.section, self.rows, self.inside = "", [], False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self.section = given["id"] or ""
        elif tag == "tr":
            self.rows.append({"section": self.section, "id": given.get("id") or "", "cells": [], "links": []})
        elif tag == "td":
            self.rows[-1]["cells"].append("")
            self.inside = True
        elif tag == "a" and self.inside:
            self.rows[-1]["links"].append((given["href"] or "").removeprefix("#"))

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "td"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1]["cells"][-1] += data


def test_from_the_share_of_a_country_to_the_suppliers_cell_in_one_step(workspace: Workspace) -> None:
    """One link leads from the printed row to a row of the register, which names file, sheet and cell; the cell says the country."""
    rows = Rows(workspace.report("FILM-2603-07", format="html").decode()).rows
    register = {row["id"]: row["cells"] for row in rows if row["section"] == "evidence"}
    countries = [row for row in rows if row["section"] == "composition" and re.fullmatch("[A-Z]{2}", "".join(row["cells"][:1]).strip())]
    assert {row["cells"][0].strip() for row in countries} == {"PT", "BR", "NL", "AT", "DE", "IN", "NO", "FI"}
    for row in countries:
        named = [register[target] for target in row["links"] if target in register]
        assert named
        for cells in named:
            file = next(text.strip() for text in cells if text.strip().endswith(".xlsx"))
            sheet, cell = next(text.strip() for text in cells if "!" in text).split("!")
            assert load_workbook(CHAIN / file)[sheet][cell].value == row["cells"][0].strip()


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
def test_from_a_shipment_to_its_feedstock_countries_on_one_page(workspace: Workspace, tmp_path: Path, lang: str) -> None:
    """A shipment's report as PDF: the table by country is whole on one page, and the contents lead to its section."""
    workspace.reports(tmp_path, shipments=["S-26-0018"], format="pdf", lang=lang)
    (made,) = tmp_path.glob("*.pdf")
    with pikepdf.open(io.BytesIO(made.read_bytes())) as pdf:
        tables = [thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary) and str(thing.get("/S")) == "/Table"]
        pages = [{str(page.objgen) for page in pages_of(table)} for table in tables if len(cells_of(table)) == CELLS]
        assert pages
        assert all(len(found) == 1 for found in pages)


def cells_of(element: pikepdf.Object) -> list[pikepdf.Object]:
    """The cells below an element of the structure."""
    return [one for one in below(element) if str(one.get("/S")) in ("/TD", "/TH")]


def pages_of(element: pikepdf.Object) -> list[pikepdf.Object]:
    return [one["/Pg"] for one in below(element) if "/Pg" in one]


def below(element: pikepdf.Object) -> list[pikepdf.Object]:
    children = element.get("/K", [])
    listed = children if isinstance(children, pikepdf.Array) else [children]
    dictionaries = [child for child in listed if isinstance(child, pikepdf.Dictionary)]
    return [element, *(one for child in dictionaries for one in below(child))]

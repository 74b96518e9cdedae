"""Every figure of the sample reports leads to the cells that it rests on, and the original workbooks hold there what it says."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from tracepack import Workspace, cli
from tracepack.data.speech import choice_in

CHAIN = Path(__file__).parents[2] / "samples" / "chain"
LOTS = ("FILM-2603-07", "OPP-2602", "REGR-BIN", "PVT-2602")
#: Numbers that are no figures of the lot: places in lists, days and rules; settings and thresholds have their own source.
NO_FIGURES = {"as_known_after_import", "import_id", "depth", "at_least", "start", "id", "date"}
NO_SECTIONS = {"settings", "files"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    path = tmp_path_factory.mktemp("figures") / "chain.db"
    assert cli.run(["-w", str(path), "init", "--organisation", "NORDFILM", "--site", "NF-1"]) == 0
    assert cli.run(["-w", str(path), "import", *map(str, sorted(CHAIN.glob("*.xlsx")))]) == 0
    return Workspace.open(path)


@cache
def original(file: str) -> Any:
    return load_workbook(CHAIN / file)


def holds(row: dict[str, Any]) -> bool:
    """Whether the original workbook's cell holds the value of a row of the register."""
    cell = original(row["file"])[row["sheet"]][row["cell"]]
    value = re.sub(r"^(?:in|out|loss) |^[^:]+: ", "", row["value"])
    text = str(cell.value)
    if isinstance(cell.value, int | float) or re.fullmatch(r"[\d.]*,\d+", text):  # a number, or a German numeral kept as text
        number = re.match(r"-?\d+(?:\.\d+)?", value)
        stated = float(text.replace(".", "").replace(",", ".") if isinstance(cell.value, str) else cell.value)
        shown = stated * 100 if "%" in cell.number_format else stated
        return number is not None and float(number[0]) == pytest.approx(shown, abs=1e-9)
    return value in text or text in value or text in spellings(value)


def spellings(value: str) -> set[str]:
    """A word of the vocabularies as the workbooks of each language have it."""
    found = set()
    for vocabulary in ("kind", "material_kind", "category", "chain_of_custody"):
        for lang in ("en", "de", "zh"):
            try:
                found.add(choice_in(vocabulary, value, lang))
            except KeyError:
                continue
    return found


# --- JSON


def numbers(value: Any, path: str = "", key: str = "") -> Iterator[str]:
    """The places of all figures in a dossier: numbers, and masses and quantities written as text."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from numbers(inner, f"{path}/{name}", name)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from numbers(inner, f"{path}/{place}", key)
    elif key not in NO_FIGURES and not isinstance(value, bool):
        measured = key.endswith("_kg") or key in ("quantity", "claimed", "biobased_carbon", "organic_carbon", "pmc")
        if isinstance(value, int | float) or (isinstance(value, str) and value and measured):
            yield path


def above(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def at(dossier: Any, path: str) -> Any:
    for step in path.split("/")[1:]:
        dossier = dossier[int(step)] if isinstance(dossier, list) else dossier[step]
    return dossier


@pytest.mark.parametrize("number", LOTS)
def test_every_figure_of_the_json_leads_to_cells_that_hold_what_it_says(workspace: Workspace, number: str) -> None:
    dossier = json.loads(workspace.report(number, format="json"))
    rows = {row["id"]: {**row, **row["ref"]} for row in dossier["evidence"]}
    assert all(holds(row) for row in rows.values()), [row for row in rows.values() if not holds(row)]
    sets = {s["id"]: s for s in dossier["rests_on"]}
    leads = {pointer: s for s in sets.values() for pointer in s["figures"]}
    walked = 0
    for path in numbers({key: value for key, value in dossier.items() if key not in ("evidence", "rests_on", "settings", "files")}):
        found = next((leads[part] for part in above(path) if part in leads), None)
        if found is None:
            cited = [at(dossier, part) for part in above(path)]
            assert any(isinstance(one, dict) and (one.get("ref") or one.get("refs")) for one in cited), path
            continue
        assert reached(found, sets), path
        walked += 1
    assert walked > 20
    for pointer in leads:
        at(dossier, pointer)


def reached(one: dict[str, Any], sets: dict[str, Any]) -> set[str]:
    return {*one["evidence"], *(row for name in one["also"] for row in reached(sets[name], sets))}


# --- HTML


class Page(HTMLParser):
    """The table rows of each section: cells with their class, text and links."""

    def __init__(self) -> None:
        super().__init__()
        self.section, self.rows, self.ids = "", [], set()
        self._cell: dict[str, Any] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(given["id"])
        if tag == "section":
            self.section = given["id"] or ""
        elif tag == "tr":
            self.rows.append((self.section, given.get("id", ""), []))
        elif tag == "td":
            self._cell = {"class": given.get("class", ""), "text": "", "links": [], "bar": False}
            self.rows[-1][2].append(self._cell)
        elif tag == "a" and self._cell is not None:
            self._cell["links"].append((given["href"].removeprefix("#"), given.get("data-last")))
        elif tag == "svg" and self._cell is not None:
            self._cell["bar"] = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell["text"] += data


def is_figure(cell: dict[str, Any]) -> bool:
    text = cell["text"].strip()
    return any(map(str.isdigit, text)) and (
        cell["class"] == "number" or cell["bar"] or re.fullmatch(r"[\d.,]+ (?:kg|%)(?: [ER]\d+)?", text) is not None
    )


@pytest.mark.parametrize("number", LOTS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_figure_of_the_page_leads_to_cells_that_hold_what_it_says(workspace: Workspace, number: str, lang: str) -> None:
    page = Page()
    page.feed(workspace.report(number, format="html", lang=lang).decode())
    register = {name: cells for section, name, cells in page.rows if section == "evidence" and name}
    lists = {name: cells for section, name, cells in page.rows if section == "resting" and name}
    for cells in register.values():
        sheet, _, cell = cells[-2]["text"].strip().rpartition("!")
        file, value = cells[-3]["text"].strip(), next(c for c in cells if c["class"] == "number")["text"].strip()
        assert holds({"file": file, "sheet": sheet, "cell": cell, "value": value}), cells

    def rows_of(links: list[tuple[str, str | None]]) -> set[str]:
        found: set[str] = set()
        for first, last in links:
            if first in lists:
                found |= rows_of([link for cell in lists[first] for link in cell["links"]])
            else:
                found |= {f"E{place}" for place in range(int(first[1:]), int((last or first)[1:]) + 1)}
        return found

    figures = [c for section, _, cells in page.rows if section not in {*NO_SECTIONS, "evidence", "resting"} for c in cells if is_figure(c)]
    assert len(figures) > 20
    for cell in figures:
        assert cell["links"], cell
        assert rows_of(cell["links"]) <= set(register)
        assert rows_of(cell["links"]), cell


# --- XLSX


@pytest.mark.parametrize("number", LOTS)
def test_every_number_of_the_workbook_leads_to_cells_that_hold_what_it_says(workspace: Workspace, number: str) -> None:
    book = load_workbook(io.BytesIO(workspace.report(number, format="xlsx")))
    walked = 0
    for sheet in book:
        if sheet.title in ("Settings in force", "Files", "Evidence register"):
            continue
        for row in sheet.iter_rows(min_row=4):
            for cell in row:
                if cell.data_type in "nf" and cell.value is not None:
                    assert evidence_of(book, cell), (sheet.title, cell.coordinate)
                    walked += 1
    assert walked > 20


def evidence_of(book: Any, cell: Any) -> set[str]:
    """The rows of the register that a cell's link leads to, by way of the lists."""
    assert cell.hyperlink is not None, (cell.parent.title, cell.coordinate)
    sheet, _, place = cell.hyperlink.location.rpartition("!")
    target = book[sheet.strip("'").replace("''", "'")]
    _, top, _, bottom = range_boundaries(place)
    found: set[str] = set()
    for row in range(top, bottom + 1):
        name = str(target.cell(row, 1).value)
        if name.startswith("E"):
            held = [c.value for c in target[row]]
            at_sheet, _, at_cell = held[-2].rpartition("!")
            value = next(c for c in target[row] if target.cell(HEADER, c.column).value == "Value").value
            assert holds({"file": held[-3], "sheet": at_sheet, "cell": at_cell, "value": value}), held
            found.add(name)
        else:
            for other in target[row][1:]:
                if other.hyperlink is not None:
                    found |= evidence_of(book, other)
    return found


#: The row of the register's headers.
HEADER = 5

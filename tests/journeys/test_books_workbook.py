"""The books as a workbook, read again as an auditor's program reads it: every formula worked out anew from the cells it names."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from journeys.bookdesk import APRIL, Q1, Q2, attribution, certified, described, factor, made_film
from journeys.desk import Desk
from tracepack.report.xlsx_table import OPTIONS, Column, Styles, write_table

KG = 1e-6
Sheet = list[dict[str, Any]]


@pytest.fixture
def kept(desk: Desk) -> Desk:
    """Two quarters, the first closed and corrected since; a lot whose number begins like a formula; thirds that never end."""
    described(desk).fill("Balance Periods", Q1, Q2).fill("Deliveries", certified("-A", 100), certified("@B", 150.000001))
    desk.fill("Conversion Factors", factor(0.9, valid_from="2026-01-02"))
    made_film(desk, "-F1", 92).fill("Attributions", attribution("+1", "-F1", 92))
    made_film(desk, "F2", 45, on=APRIL).fill("Attributions", attribution("2", "F2", 45, on=APRIL))
    shipped = {"Shipment No": "S-1", "Date": APRIL, "Customer": "CUS", "Lot No": "F2", "Quantity": 20, "Unit": "t"}
    desk.fill("Shipments", shipped).bring_in()
    assert desk.run("balance", "--close", "Q1").code == 0
    desk.fill("Deliveries", certified("-A", 80))
    assert desk.run("import", "--replace", str(desk.save())).code == 0
    return desk


def written(desk: Desk, lang: str = "en", name: str = "books.xlsx") -> Path:
    path = desk.folder / name
    answer = desk.run("balance", "-o", str(path), "--lang", lang)
    assert answer.code == 0, answer.err
    return path


def cells(path: Path, place: int, *, values: bool) -> Worksheet:
    return openpyxl.load_workbook(path, data_only=values).worksheets[place]


def rows(path: Path, place: int) -> Sheet:
    """A sheet's rows by header."""
    header, *body = cells(path, place, values=True).iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in body]


def worked_out(formula: str, here: Worksheet, entries: Worksheet) -> float:
    """A formula's value from the values of the cells that it names."""

    def sum_of(match: re.Match[str]) -> str:
        line = here[f"A{match['row']}"].value
        masses = (
            (entries[f"{match['mass']}{r}"].value, entries[f"A{r}"].value, entries[f"{match['kind']}{r}"].value)
            for r in range(2, entries.max_row + 1)
        )
        wanted, other = match["label"].removeprefix("<>"), match["label"].startswith("<>")
        return repr(sum(mass for mass, number, kind in masses if number == line and (kind == wanted) != other))

    area = r"'[^']+'!\$(?P<{}>[A-Z]+):[A-Z$]+"
    sums = rf"SUMIFS\({area.format('mass')},'[^']+'!\$A:\$A,\$A(?P<row>\d+),{area.format('kind')},\"(?P<label>[^\"]+)\"\)"
    text = re.sub(sums, sum_of, formula.removeprefix("="))
    text = re.sub(r"\b([A-Z]{1,2}\d+)\b", lambda m: repr(float(here[m[1]].value or 0)), text)
    return float(eval(text.replace("ROUND", "round"), {"round": round}))


def test_every_formula_gives_the_value_beside_it(kept: Desk) -> None:
    path = written(kept)
    entries = cells(path, 1, values=True)
    found = 0
    for place in range(len(openpyxl.load_workbook(path).worksheets)):
        here = cells(path, place, values=True)
        for row in cells(path, place, values=False).iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    found += place < 2
                    assert here[cell.coordinate].value == pytest.approx(worked_out(cell.value, here, entries), abs=KG), cell.coordinate
    assert found == 3 * 2 + 1 + 3, "closing, entries and check of two lines, one carried over; two attributions, one adjustment"


def test_the_figures_are_those_of_the_answer(kept: Desk) -> None:
    path = written(kept)
    (account,) = kept.run("balance", "--json").json["accounts"]
    for line, found in zip(account["periods"], rows(path, 0), strict=True):
        assert found["Period"] == line["period"]
        assert (found["Start"], found["End"]) == (dt.datetime.fromisoformat(line["start"]), dt.datetime.fromisoformat(line["end"]))
        for header, figure in (("Opening", "opening"), ("Received", "received"), ("Adjusted", "adjusted"), ("Closing", "closing")):
            assert found[f"{header}, kg"] == pytest.approx(float(line[f"{figure}_kg"]), abs=KG)
        assert found["Check"] == 0
    entries = [entry for line in account["periods"] for entry in line["entries"]]
    for entry, found in zip(entries, rows(path, 1), strict=True):
        assert (found["Number"], found["Cell"], found["SHA-256"]) == (
            entry["number"],
            entry["refs"][0]["cell"],
            entry["refs"][0]["sha256"],
        )
        assert found["Input, kg"] == pytest.approx(float(entry["input_kg"]), abs=KG)
    assert [found["Corrects"] for found in rows(path, 1)] == [None, None, None, "Q1, received", None]
    assert "S-1" in rows(path, 1)[-1]["Shipments"]
    assert [(c["Period"], c["Agrees with the store"]) for c in rows(path, 2)] == [("Q1", "yes")]
    assert {(rule["Scheme"], rule["Status"]) for rule in rows(path, 4)} >= {("ISCC PLUS", "unconfirmed")}


def test_text_that_looks_like_a_formula_stays_text(kept: Desk) -> None:
    numbers = [(cell.value, cell.data_type) for cell in cells(written(kept), 1, values=False)["K"][1:]]
    assert numbers == [("-A", "s"), ("@B", "s"), ("+1", "s"), ("-A", "s"), ("2", "s")]


def test_a_text_that_is_a_formula_is_never_worked_out(tmp_path: Path) -> None:
    out = tmp_path / "one.xlsx"
    book = xlsxwriter.Workbook(out, dict(OPTIONS))
    write_table(book, Styles(book), "One", [Column("Lot", 10)], [["=1+1"], ["\x07bell"]])
    book.close()
    assert [(c.value, c.data_type) for c in cells(out, 0, values=False)["A"]] == [("Lot", "s"), ("=1+1", "s"), ("\\x07bell", "s")]


def test_tables_can_be_filtered_and_keep_their_header_in_sight(kept: Desk) -> None:
    for sheet in openpyxl.load_workbook(written(kept)).worksheets:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")


def test_the_same_books_are_the_same_bytes(kept: Desk) -> None:
    assert written(kept).read_bytes() == written(kept, name="again.xlsx").read_bytes()


@pytest.mark.parametrize(("lang", "sheet"), [("en", "Entries"), ("de", "Buchungen"), ("zh", "记录")])
def test_the_workbook_speaks_three_languages(kept: Desk, lang: str, sheet: str) -> None:
    path = written(kept, lang)
    assert openpyxl.load_workbook(path).sheetnames[1] == sheet
    assert rows(path, 0)[1]["Check" if lang == "en" else "Probe" if lang == "de" else "核对"] == 0


@pytest.mark.parametrize("ending", ["json", "txt"])
def test_the_books_as_json_and_as_text_say_what_the_command_says(kept: Desk, ending: str) -> None:
    path = kept.folder / f"books.{ending}"
    assert kept.run("balance", "-o", str(path)).code == 0
    text = path.read_text(encoding="utf-8")
    assert (json.loads(text) == kept.run("balance", "--json").json) if ending == "json" else (text == kept.run("balance").out)


def test_an_ending_that_no_books_have_is_refused(kept: Desk) -> None:
    assert kept.run("balance", "-o", str(kept.folder / "books.pdf")).code == 2

"""The report as a workbook: numbers are numbers, figures lead to their cells, formulas give the figure again."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
import report_examples as example
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tracepack.report.answers_calculation import CalculationAnswer, CalculationRow
from tracepack.report.files import render_report

HOSTILE = ["=1+1", "+1", "-1", "@x", "=cmd|' /C calc'!A0", "<script>", "\\N", '"', "a\u202eb"]


def working(figure: str = "bio_carbon_toc", end: str = "both") -> CalculationAnswer:
    rows = [
        CalculationRow(owner="S", lot="A", material="PLA", mass_share=0.6, numerator=0.5, denominator=0.5),
        CalculationRow(owner="S", lot="B", material="PBAT", mass_share=0.4, numerator=0.0, denominator=0.6285),
    ]
    return CalculationAnswer(figure=figure, end=end, value=round(0.3 / 0.5514, 9), rows=rows)


def book(number: str = "FILM-1", *, values: bool = False) -> Workbook:
    dossier = example.film_dossier(number).model_copy(update={"calculation": [working()]})
    return load_workbook(io.BytesIO(render_report(dossier, "xlsx")), data_only=values)


def texts(sheet: Worksheet) -> list[str]:
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def test_a_figure_is_a_number_that_leads_to_a_row_of_the_evidence():
    made = book()
    shares = [c for row in made["Bio-based content"].iter_rows() for c in row if c.data_type == "n" and c.value is not None]
    assert [cell.value for cell in shares][:2] == [pytest.approx(0.544069)] * 2
    assert all(cell.hyperlink is not None for cell in shares if cell.value)
    for cell in shares:
        if cell.hyperlink is not None:
            sheet, place = re.fullmatch(r"'(.+)'!(\w+)(?::\w+)?", cell.hyperlink.location).groups()
            assert re.fullmatch(r"[ER]\d+", made[sheet][place].value)


def test_every_table_sorts_and_filters():
    made = book()
    assert all(made[name].tables for name in ("Bio-based content", "Evidence register"))


def test_formulas_give_the_figure_again_and_carry_their_values():
    formulas, values = book(), book(values=True)
    sheet, cached = formulas["Calculation, step by step"], values["Calculation, step by step"]
    found = {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}
    assert len(found) == 7

    def worth(place: str) -> float:
        text = found.get(place)
        if text is None:
            return float(sheet[place].value)
        if product := re.fullmatch(r"=(\w+)\*(\w+)", text):
            return worth(product[1]) * worth(product[2])
        if total := re.fullmatch(r"=SUM\(([FG])(\d+):[FG](\d+)\)", text):
            return sum(worth(f"{total[1]}{row}") for row in range(int(total[2]), int(total[3]) + 1))
        top, bottom = re.fullmatch(r"=ROUND\((\w+)/(\w+),9\)", text).groups()
        return round(worth(top) / worth(bottom), 9)

    assert {place: worth(place) for place in found} == pytest.approx({place: cached[place].value for place in found})
    assert worth(list(found)[-1]) == working().value


@pytest.mark.parametrize("number", HOSTILE, ids=ascii)
def test_a_lot_number_stays_text(number: str):
    made = book(number)
    assert number in texts(made["The lot"])
    for sheet in made:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or sheet.title == "Calculation, step by step"


def test_the_workbook_holds_no_clock_and_is_the_same_each_time():
    dossier = example.film_dossier()
    made = render_report(dossier, "xlsx", "zh")
    assert made == render_report(dossier, "xlsx", "zh")
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}

"""A template filled in by hand reads back, in every language and for everyone it is made for."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sheets import names

from tracepack import data
from tracepack.core.quantity import Interval
from tracepack.errors import UsageProblem
from tracepack.intake.layouts import recognise_sheet
from tracepack.intake.reading import Reading, read_file
from tracepack.intake.template import write_template

LANGUAGES = ["en", "zh", "de"]
WORDS = {"material_kind": "film", "shipment_kind": "sale", "record_kind": "inspection"}


def entry(column: data.Column) -> Any:
    """Something a person would type into a column."""
    if column.vocabulary:
        return WORDS.get(column.vocabulary, data.layout().vocabularies[column.vocabulary][0])
    typed = {"date": dt.date(2026, 2, 3), "decimal": 7, "number": 1.25, "share": 0.5, "unit": "kg", "method": "ASTM D6866"}
    return typed.get(column.type, "X-1")


def expected(column: data.Column) -> Any:
    return {"decimal": Decimal(7), "share": Interval.point(0.005)}.get(column.type, entry(column))


def fill(template: bytes, path: Path, *, over_example: bool) -> Reading:
    """Fill every column of every sheet, below the example row or over it, and read the workbook."""
    book = load_workbook(io.BytesIO(template))
    for sheet in book.worksheets:
        layout = recognise_sheet(sheet.title)
        for number, column in enumerate(layout.columns if layout else (), 1):
            sheet.cell(2 if over_example else 3, number, entry(column))
    book.save(path)
    return read_file(path)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("over_example", [True, False])
def test_filled_template_reads_back_in_every_column(tmp_path: Path, lang: str, over_example: bool) -> None:
    reading = fill(write_template("all", lang), tmp_path / "filled.xlsx", over_example=over_example)
    layouts = data.layout().sheets
    assert [row.sheet for row in reading.rows] == list(layouts)
    for row in reading.rows:
        assert dict(row.values) == {column.key: expected(column) for column in layouts[row.sheet].columns}
    assert names(reading.findings) <= {"example-skipped", "content-contradictory", "lab-rounding", "transfer-to-itself"}
    assert ("example-skipped" in names(reading.findings)) is not over_example


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("which", ["supplier", "production", "all"])
def test_untouched_template_holds_no_rows(tmp_path: Path, which: str, lang: str) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(write_template(which, lang))
    reading = read_file(path)
    assert reading.rows == ()
    assert names(reading.findings) == {"example-skipped", "workbook-empty"}


def test_same_template_is_the_same_bytes() -> None:
    assert write_template("supplier", "de") == write_template("supplier", "de")


def test_only_known_templates_are_written() -> None:
    with pytest.raises(UsageProblem, match="customer"):
        write_template("customer", "en")
    with pytest.raises(UsageProblem, match="fr"):
        write_template("all", "fr")
